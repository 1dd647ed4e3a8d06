# Mirrored by swagger/mirror.py from _legacy_names.py: do not edit.
# sha256 of _legacy_names.py: 49b41e4ab8cca4a334344217fb15886b3eab6671266b0800403e9f880f6bfc73
"""Names of operations in earlier releases, and in this library for other languages. They are kept as synonyms."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Callable

from azure.core.async_paging import AsyncItemPaged
from azure.core.tracing.decorator_async import distributed_trace_async
from typing_extensions import Unpack

from .._client_base import RoomsClientBase
from .._models import ParticipantRole, ParticipantsWithRoles, RoomParticipant
from .._pipeline.options import CallOptions
from .._pipeline.steps import take_async

#: The name of :class:`ParticipantRole` in release 1.0.0b1.
RoleType = ParticipantRole


class LegacyNames(RoomsClientBase):
    """The operations of a client with an earlier name."""

    if TYPE_CHECKING:
        list_participants: Callable[..., AsyncItemPaged[RoomParticipant]]
        add_or_update_participants: Callable[..., Awaitable[None]]

    @distributed_trace_async(name_of_span="RoomsClient.add_participants")
    async def add_participants(
        self, room_id: str, participants: ParticipantsWithRoles, **kwargs: Unpack[CallOptions]
    ) -> None:
        """Add participants to a room.

        In api-version 2022-02-01, participants that are in the room already keep their roles. Later ones have no such
        operation, and this is :meth:`add_or_update_participants`.

        :param str room_id: Id of the room.
        :param participants: See :meth:`add_or_update_participants`.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :raises: See :meth:`add_or_update_participants`.
        """
        call = self._operations(kwargs).add_participants(room_id, participants)
        return await take_async(self._change_steps(call, self.add_participants, kwargs))

    @distributed_trace_async(name_of_span="RoomsClient.update_participants")
    async def update_participants(
        self, room_id: str, participants: ParticipantsWithRoles, **kwargs: Unpack[CallOptions]
    ) -> None:
        """Change the roles of participants of a room.

        Api-versions later than 2022-02-01 have no such operation, and this is :meth:`add_or_update_participants`.

        :param str room_id: Id of the room.
        :param participants: See :meth:`add_or_update_participants`.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :raises: See :meth:`add_or_update_participants`.
        """
        call = self._operations(kwargs).update_participants(room_id, participants)
        return await take_async(self._change_steps(call, self.update_participants, kwargs))

    async def upsert_participants(
        self, room_id: str, participants: ParticipantsWithRoles, **kwargs: Unpack[CallOptions]
    ) -> None:
        """Call :meth:`add_or_update_participants`. The name in the JavaScript library.

        :param str room_id: Id of the room.
        :param participants: See :meth:`add_or_update_participants`.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :raises: See :meth:`add_or_update_participants`.
        """
        return await self.add_or_update_participants(room_id, participants, **kwargs)

    def get_participants(self, room_id: str, **kwargs: Unpack[CallOptions]) -> AsyncItemPaged[RoomParticipant]:
        """Call :meth:`list_participants`. The name in the JavaScript library and in release 1.0.0b1.

        :param str room_id: Id of the room.
        :rtype: ~azure.core.async_paging.AsyncItemPaged[~azure.communication.rooms.RoomParticipant]
        :raises: See :meth:`list_participants`.
        """
        return self.list_participants(room_id, **kwargs)
