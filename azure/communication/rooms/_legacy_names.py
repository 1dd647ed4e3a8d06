"""Names that earlier releases, and documents of this service in other languages, have for what is here.

They are the same operations, kept so that programs and documents written for those names go on working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable

from azure.core.tracing.decorator import distributed_trace

from ._client_base import RoomsClientBase
from ._pipeline.steps import take

if TYPE_CHECKING:
    from azure.core.paging import ItemPaged
    from typing_extensions import Unpack

    from ._client_base import ParticipantsWithRoles
    from ._models import RoomParticipant
    from ._pipeline.options import CallOptions


class LegacyNames(RoomsClientBase):
    """The methods of a client by their earlier names."""

    if TYPE_CHECKING:
        list_participants: Callable[..., ItemPaged[RoomParticipant]]
        add_or_update_participants: Callable[..., None]

    @distributed_trace(name_of_span="RoomsClient.add_participants")
    def add_participants(
        self, room_id: str, participants: ParticipantsWithRoles, **kwargs: Unpack[CallOptions]
    ) -> None:
        """Add participants to a room.

        On api-version 2022-02-01 who is in the room already stays as they are. Later ones know no such operation, and
        this is :meth:`add_or_update_participants`.

        :param str room_id: Id of the room.
        :param participants: As :meth:`add_or_update_participants` takes them.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :raises: As :meth:`add_or_update_participants`.
        """
        call = self._wire.add_participants(room_id, participants)
        return take(self._change_steps(call, self.add_participants, kwargs))

    @distributed_trace(name_of_span="RoomsClient.update_participants")
    def update_participants(
        self, room_id: str, participants: ParticipantsWithRoles, **kwargs: Unpack[CallOptions]
    ) -> None:
        """Change the roles of participants of a room.

        Api-versions later than 2022-02-01 know no such operation, and this is :meth:`add_or_update_participants`.

        :param str room_id: Id of the room.
        :param participants: As :meth:`add_or_update_participants` takes them.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :raises: As :meth:`add_or_update_participants`.
        """
        call = self._wire.update_participants(room_id, participants)
        return take(self._change_steps(call, self.update_participants, kwargs))

    def upsert_participants(
        self, room_id: str, participants: ParticipantsWithRoles, **kwargs: Unpack[CallOptions]
    ) -> None:
        """Do :meth:`add_or_update_participants`, by the name of the JavaScript library.

        :param str room_id: Id of the room.
        :param participants: As :meth:`add_or_update_participants` takes them.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :raises: As :meth:`add_or_update_participants`.
        """
        return self.add_or_update_participants(room_id, participants, **kwargs)

    def get_participants(self, room_id: str, **kwargs: Unpack[CallOptions]) -> ItemPaged[RoomParticipant]:
        """Do :meth:`list_participants`, by the name of the JavaScript library and of release 1.0.0b1.

        :param str room_id: Id of the room.
        :rtype: ~azure.core.paging.ItemPaged[~azure.communication.rooms.RoomParticipant]
        :raises: As :meth:`list_participants`.
        """
        return self.list_participants(room_id, **kwargs)
