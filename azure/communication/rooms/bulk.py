"""Create or delete many rooms, several at a time, and continue where a killed run ended.

    for result in bulk.create_rooms(rows, client, journal="rooms.journal"):
        print(result.index, result.room.id if result.room else result.error)

Rows are read as they are needed and never held; results come as each row completes. With a journal, a run that was
killed and is started again with the same rows makes no room twice: each create's repeatability pair is on the disk
before it is sent, and sent again with the same pair within the five minutes in which the service recognizes it.
"""

import os
from collections.abc import Generator, Iterable
from typing import Callable, Optional, Union

from ._bulk.job import Job
from ._bulk.models import BulkProgress, BulkResult, JournalError, OutcomeUnknownError, RoomRequest, RoomRow
from ._bulk.options import check_options, now_of
from ._bulk.threads import run_in_threads
from ._client import RoomsClient
from ._models import CommunicationRoom

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
    rooms: Iterable[RoomRow],
    client: RoomsClient,
    *,
    max_concurrency: int = 8,
    journal: Union[str, os.PathLike[str], None] = None,
    on_progress: Optional[Callable[[BulkProgress], object]] = None,
) -> Generator[BulkResult, None, None]:
    """Create a room for each row.

    Nothing is sent before the first call of ``next()``. A row that is invalid or that the service rejects is a result
    with an error, and the other rows continue. Leaving the loop, an error in it, or closing the iterator stops all
    sending and waits for the requests that are under way. An iterator that is kept in a variable must be closed:
    until then, rows that were read already are sent, up to twice ``max_concurrency``.

    A row that meets a lost connection or a 408, 429, 500, 502, 503 or 504 is sent again with the same repeatability
    pair: four times while no other row gets through, else up to sixteen times, and no longer than the service
    recognizes the pair. After a 429, or a ``Retry-After`` of up to 120 seconds, all workers wait. The client's own
    retries are off meanwhile.

    :param rooms: A mapping with the keywords of :meth:`RoomsClient.create_room`, or a :class:`RoomRequest`, for each
        room. Read in the thread of the caller.
    :type rooms: Iterable[~azure.communication.rooms.bulk.RoomRequest or Mapping[str, Any]]
    :param client: The client to send with.
    :type client: ~azure.communication.rooms.RoomsClient
    :keyword int max_concurrency: Requests at a time. Default 8.
    :keyword journal: A file that keeps what became of each row, known by its position. A run with the journal of an
        earlier one takes finished rows from it and sends nothing for them, sends rows whose outcome is not known
        again within five minutes, and after that gives :class:`OutcomeUnknownError` for them. Default: no journal.
    :paramtype journal: str or ~os.PathLike[str] or None
    :keyword on_progress: Called after each row, before its result is given. A plain function.
    :paramtype on_progress: Callable[[~azure.communication.rooms.bulk.BulkProgress], object] or None
    :returns: The results, in the order in which rows complete.
    :rtype: Generator[~azure.communication.rooms.bulk.BulkResult, None, None]
    :raises TypeError: If an argument is of another type.
    :raises ValueError: If max_concurrency is less than 1, or the path of the journal is empty.
    :raises JournalError: While iterating, if the journal is damaged, in use, of another job or of other rows.
    :raises OSError: While iterating, if the journal cannot be written; nothing more is sent then.
    """
    check_options(rooms, client, max_concurrency, journal, on_progress, is_async=False)
    return run_in_threads(Job("create_rooms", now_of(client)), rooms, client, max_concurrency, journal, on_progress)


def delete_rooms(
    room_ids: Iterable[Union[str, CommunicationRoom]],
    client: RoomsClient,
    *,
    max_concurrency: int = 8,
    journal: Union[str, os.PathLike[str], None] = None,
    on_progress: Optional[Callable[[BulkProgress], object]] = None,
) -> Generator[BulkResult, None, None]:
    """Delete rooms. As :func:`create_rooms` in all else; a delete can be repeated at any time.

    :param room_ids: Ids of rooms, or rooms.
    :type room_ids: Iterable[str or ~azure.communication.rooms.CommunicationRoom]
    :param client: The client to send with.
    :type client: ~azure.communication.rooms.RoomsClient
    :keyword int max_concurrency: Requests at a time. Default 8.
    :keyword journal: A file that keeps what became of each row, as of :func:`create_rooms`. Default: no journal.
    :paramtype journal: str or ~os.PathLike[str] or None
    :keyword on_progress: Called after each row, before its result is given. A plain function.
    :paramtype on_progress: Callable[[~azure.communication.rooms.bulk.BulkProgress], object] or None
    :returns: The results, in the order in which rows complete; their ``room`` is None.
    :rtype: Generator[~azure.communication.rooms.bulk.BulkResult, None, None]
    :raises TypeError: If an argument is of another type.
    :raises ValueError: If max_concurrency is less than 1, or the path of the journal is empty.
    :raises JournalError: While iterating, if the journal is damaged, in use, of another job or of other rows.
    :raises OSError: While iterating, if the journal cannot be written; nothing more is sent then.
    """
    check_options(room_ids, client, max_concurrency, journal, on_progress, is_async=False)
    return run_in_threads(Job("delete_rooms", now_of(client)), room_ids, client, max_concurrency, journal, on_progress)
