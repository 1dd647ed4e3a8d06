"""Names that earlier releases, and documents of this service in other languages, have for what is here.

They are the same operations, kept so that programs and documents written for those names go on working.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Callable, Union

from azure.core.tracing.decorator import distributed_trace

from ._models import ParticipantRole
from ._wire.call import Unset

if TYPE_CHECKING:
    from azure.communication.identity import CommunicationIdentifier
    from azure.core.paging import ItemPaged
    from typing_extensions import Unpack

    from ._models import RoomParticipant
    from ._pipeline.options import CallOptions
    from ._wire import Operations
    from ._wire.call import Call, Given, T

    ParticipantLike = Union[RoomParticipant, CommunicationIdentifier, str]
    ParticipantsWithRoles = Union[Iterable[ParticipantLike], Mapping[str, Union[ParticipantRole, str]]]

#: The name of :class:`ParticipantRole` in release 1.0.0b1.
RoleType = ParticipantRole


class LegacyNames:
    """The methods of a client by their earlier names."""

    if TYPE_CHECKING:
        _wire: Operations
        list_participants: Callable[..., ItemPaged[RoomParticipant]]
        add_or_update_participants: Callable[..., None]

        def _send_change(self, call: Call[Any], method: Callable[..., Any], options: Any) -> None: ...

    @distributed_trace
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
        return self._send_change(self._wire.add_participants(room_id, participants), self.add_participants, kwargs)

    @distributed_trace
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
        return self._send_change(
            self._wire.update_participants(room_id, participants), self.update_participants, kwargs
        )

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


def one_of(**values: Given[T]) -> T:
    """The value of that of two names which was given.

    :raises TypeError: If both were given, or neither.
    """
    given = [value for value in values.values() if not isinstance(value, Unset)]
    if len(given) != 1:
        now, earlier = values
        raise TypeError(f"give either {now} or {earlier}, its earlier name" + (", not both" if given else ""))
    return given[0]  # type: ignore[return-value]  # None is refused where it is read
