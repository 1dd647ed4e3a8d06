"""Create or delete many rooms, several at a time, and continue where a killed run ended: ``rooms.bulk`` for asyncio.

    async for result in bulk.create_rooms(rows, client, journal="rooms.journal"):
        print(result.index, result.room.id if result.room else result.error)

The rules are those of :mod:`azure.communication.rooms.bulk`, and are written there once.
"""

import os
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from typing import Callable, Optional, Union

from .._bulk.job import Job
from .._bulk.models import BulkProgress, BulkResult, JournalError, OutcomeUnknownError, RoomRequest, RoomRow
from .._bulk.options import check_options, now_of
from .._bulk.tasks import run_in_tasks
from .._models import CommunicationRoom
from ._client import RoomsClient

__all__ = [
    "BulkProgress",
    "BulkResult",
    "JournalError",
    "OutcomeUnknownError",
    "RoomRequest",
    "create_rooms",
    "delete_rooms",
]


def create_rooms(
    rooms: Union[Iterable[RoomRow], AsyncIterable[RoomRow]],
    client: RoomsClient,
    *,
    max_concurrency: int = 8,
    journal: Union[str, os.PathLike[str], None] = None,
    on_progress: Optional[Callable[[BulkProgress], object]] = None,
) -> AsyncGenerator[BulkResult, None]:
    """Create a room for each row. As :func:`azure.communication.rooms.bulk.create_rooms`, with the async client.

    After leaving the loop early, the iterator is closed when it is collected, or at once with ``contextlib.aclosing``
    or ``await results.aclose()``. If the task is cancelled, so are the requests that are under way: the journal keeps
    their pairs, and the next run sends them again.

    :param rooms: A mapping with the keywords of :meth:`RoomsClient.create_room`, or a :class:`RoomRequest`, for each
        room.
    :type rooms: Iterable[~azure.communication.rooms.bulk.RoomRequest or Mapping[str, Any]] or
        AsyncIterable[~azure.communication.rooms.bulk.RoomRequest or Mapping[str, Any]]
    :param client: The client to send with.
    :type client: ~azure.communication.rooms.aio.RoomsClient
    :keyword int max_concurrency: Requests at a time. Default 8.
    :keyword journal: A file that keeps what became of each row. Default: no journal.
    :paramtype journal: str or ~os.PathLike[str] or None
    :keyword on_progress: Called after each row, before its result is given. A plain function.
    :paramtype on_progress: Callable[[~azure.communication.rooms.bulk.BulkProgress], object] or None
    :returns: The results, in the order in which rows complete.
    :rtype: AsyncGenerator[~azure.communication.rooms.bulk.BulkResult, None]
    :raises TypeError: If an argument is of another type.
    :raises ValueError: If max_concurrency is less than 1, or the path of the journal is empty.
    :raises JournalError: While iterating, if the journal is damaged, in use, of another job or of other rows.
    :raises OSError: While iterating, if the journal cannot be written; nothing more is sent then.
    """
    check_options(rooms, client, max_concurrency, journal, on_progress, is_async=True)
    return run_in_tasks(Job("create_rooms", now_of(client)), rooms, client, max_concurrency, journal, on_progress)


def delete_rooms(
    room_ids: Union[Iterable[Union[str, CommunicationRoom]], AsyncIterable[Union[str, CommunicationRoom]]],
    client: RoomsClient,
    *,
    max_concurrency: int = 8,
    journal: Union[str, os.PathLike[str], None] = None,
    on_progress: Optional[Callable[[BulkProgress], object]] = None,
) -> AsyncGenerator[BulkResult, None]:
    """Delete rooms. As :func:`create_rooms` in all else; a delete can be repeated at any time.

    :param room_ids: Ids of rooms, or rooms.
    :type room_ids: Iterable[str or ~azure.communication.rooms.CommunicationRoom] or
        AsyncIterable[str or ~azure.communication.rooms.CommunicationRoom]
    :param client: The client to send with.
    :type client: ~azure.communication.rooms.aio.RoomsClient
    :keyword int max_concurrency: Requests at a time. Default 8.
    :keyword journal: A file that keeps what became of each row. Default: no journal.
    :paramtype journal: str or ~os.PathLike[str] or None
    :keyword on_progress: Called after each row, before its result is given. A plain function.
    :paramtype on_progress: Callable[[~azure.communication.rooms.bulk.BulkProgress], object] or None
    :returns: The results, in the order in which rows complete; their ``room`` is None.
    :rtype: AsyncGenerator[~azure.communication.rooms.bulk.BulkResult, None]
    :raises TypeError: If an argument is of another type.
    :raises ValueError: If max_concurrency is less than 1, or the path of the journal is empty.
    :raises JournalError: While iterating, if the journal is damaged, in use, of another job or of other rows.
    :raises OSError: While iterating, if the journal cannot be written; nothing more is sent then.
    """
    check_options(room_ids, client, max_concurrency, journal, on_progress, is_async=True)
    return run_in_tasks(Job("delete_rooms", now_of(client)), room_ids, client, max_concurrency, journal, on_progress)
