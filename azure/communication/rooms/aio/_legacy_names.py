# Mirrored by swagger/mirror.py from _legacy_names.py: do not edit.
# sha256 of _legacy_names.py: ada8aa9ca03b0e71efdc40531c4cc813a85e0d9a4fc95343072ebd5d310c2019
"""Names that earlier releases, and documents of this service in other languages, have for what is here.

They are the same operations, kept so that programs and documents written for those names go on working.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Callable

from azure.core.tracing.decorator_async import distributed_trace_async

from .._client_base import RoomsClientBase
from .._pipeline.steps import take_async

if TYPE_CHECKING:
    from azure.core.async_paging import AsyncItemPaged
    from typing_extensions import Unpack

    from .._client_base import ParticipantsWithRoles
    from .._models import RoomParticipant
    from .._pipeline.options import CallOptions


class LegacyNames(RoomsClientBase):
    """The methods of a client by their earlier names."""

    if TYPE_CHECKING:
        list_participants: Callable[..., AsyncItemPaged[RoomParticipant]]
        add_or_update_participants: Callable[..., Awaitable[None]]

    @distributed_trace_async(name_of_span="RoomsClient.add_participants")
    async def add_participants(
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
        return await take_async(self._change_steps(call, self.add_participants, kwargs))

    @distributed_trace_async(name_of_span="RoomsClient.update_participants")
    async def update_participants(
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
        return await take_async(self._change_steps(call, self.update_participants, kwargs))

    async def upsert_participants(
        self, room_id: str, participants: ParticipantsWithRoles, **kwargs: Unpack[CallOptions]
    ) -> None:
        """Do :meth:`add_or_update_participants`, by the name of the JavaScript library.

        :param str room_id: Id of the room.
        :param participants: As :meth:`add_or_update_participants` takes them.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :raises: As :meth:`add_or_update_participants`.
        """
        return await self.add_or_update_participants(room_id, participants, **kwargs)

    def get_participants(self, room_id: str, **kwargs: Unpack[CallOptions]) -> AsyncItemPaged[RoomParticipant]:
        """Do :meth:`list_participants`, by the name of the JavaScript library and of release 1.0.0b1.

        :param str room_id: Id of the room.
        :rtype: ~azure.core.async_paging.AsyncItemPaged[~azure.communication.rooms.RoomParticipant]
        :raises: As :meth:`list_participants`.
        """
        return self.list_participants(room_id, **kwargs)
