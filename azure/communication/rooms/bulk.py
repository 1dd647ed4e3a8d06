"""Create or delete many rooms, several at a time, and go on where a killed run ended.

    for result in bulk.create_rooms(rows, client, journal="rooms.journal"):
        print(result.index, result.room.id if result.room else result.error)

Rows are read as they are needed and never held; results come as each row completes. With a journal, a run that was
killed and is started again with the same rows makes no room twice: each create's repeatability pair is on the disk
before it is sent, and sent again with the same pair within the five minutes in which the service recognizes it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Callable

from ._bulk.job import Job, StoppedError
from ._bulk.journal import Journal
from ._bulk.models import BulkProgress, BulkResult, JournalError, OutcomeUnknownError, RoomRequest, RoomRow
from ._bulk.options import check_options, now_of, service_of
from ._pipeline.steps import Steps, take

if TYPE_CHECKING:
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

_END = object()


def create_rooms(
    rooms: Iterable[RoomRow],
    client: RoomsClient,
    *,
    max_concurrency: int = 8,
    journal: str | os.PathLike[str] | None = None,
    on_progress: Callable[[BulkProgress], object] | None = None,
) -> Generator[BulkResult, None, None]:
    """Create a room for each row.

    Nothing is sent before the first result is asked for. A row that is invalid or that the service rejects is a result
    with an error, and the rest goes on. Leaving the loop, an error in it, or closing the iterator stops all sending;
    requests that are under way are waited for.

    A row that meets a lost connection or a 408, 429, 500, 502, 503 or 504 is sent again with the same repeatability
    pair: four times while no other row gets through, else up to sixteen times, and no longer than the service
    recognizes the pair. A 429, or a wait that the service asks for (``Retry-After``, up to 120 seconds), holds all
    workers. The client's own retries are off meanwhile.

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
    :keyword on_progress: Called after each row, before its result is given.
    :paramtype on_progress: Callable[[~azure.communication.rooms.bulk.BulkProgress], object] or None
    :returns: The results, in the order in which rows complete.
    :rtype: Generator[~azure.communication.rooms.bulk.BulkResult, None, None]
    :raises TypeError: If an argument is of another type.
    :raises ValueError: If max_concurrency is less than 1.
    :raises JournalError: While iterating, if the journal is damaged, in use, of another job or of other rows.
    :raises OSError: While iterating, if the journal cannot be written; nothing more is sent then.
    """
    check_options(rooms, client, max_concurrency, on_progress, is_async=False)
    return _results(Job("create_rooms", now_of(client)), rooms, client, max_concurrency, journal, on_progress)


def delete_rooms(
    room_ids: Iterable[str | CommunicationRoom],
    client: RoomsClient,
    *,
    max_concurrency: int = 8,
    journal: str | os.PathLike[str] | None = None,
    on_progress: Callable[[BulkProgress], object] | None = None,
) -> Generator[BulkResult, None, None]:
    """Delete rooms. As :func:`create_rooms` in all else; a delete can be repeated at any time.

    :param room_ids: Ids of rooms, or rooms.
    :type room_ids: Iterable[str or ~azure.communication.rooms.CommunicationRoom]
    :param client: The client to send with.
    :type client: ~azure.communication.rooms.RoomsClient
    :keyword int max_concurrency: Requests at a time. Default 8.
    :keyword journal: A file that keeps what became of each row, as of :func:`create_rooms`. Default: no journal.
    :paramtype journal: str or ~os.PathLike[str] or None
    :keyword on_progress: Called after each row, before its result is given.
    :paramtype on_progress: Callable[[~azure.communication.rooms.bulk.BulkProgress], object] or None
    :returns: The results, in the order in which rows complete; their ``room`` is None.
    :rtype: Generator[~azure.communication.rooms.bulk.BulkResult, None, None]
    :raises TypeError: If an argument is of another type.
    :raises ValueError: If max_concurrency is less than 1.
    :raises JournalError: While iterating, if the journal is damaged, in use, of another job or of other rows.
    :raises OSError: While iterating, if the journal cannot be written; nothing more is sent then.
    """
    check_options(room_ids, client, max_concurrency, on_progress, is_async=False)
    return _results(Job("delete_rooms", now_of(client)), room_ids, client, max_concurrency, journal, on_progress)


class _Shell:
    """Sends and waits in threads.

    :param operation: The method of the client.
    """

    def __init__(self, operation: Callable[..., Any]) -> None:
        self._operation = operation
        self._stopped = threading.Event()

    def send(self, keywords: Mapping[str, Any]) -> Any:
        """Call the operation once, without the client's retries."""
        if self._stopped.is_set():
            raise StoppedError
        return self._operation(**keywords, retry_total=0)

    def sync(self, journal: Journal, number: int) -> None:
        """Wait until a line of the journal is on the disk."""
        journal.sync(number)

    def sleep(self, seconds: float) -> None:
        """Wait, or raise as soon as the job is over."""
        if self._stopped.wait(seconds):
            raise StoppedError

    def stop(self) -> None:
        """Let nothing be sent from now on."""
        self._stopped.set()


def _results(
    job: Job,
    requests: Iterable[Any],
    client: RoomsClient,
    max_concurrency: int,
    journal: str | os.PathLike[str] | None,
    on_progress: Callable[[BulkProgress], object] | None,
) -> Generator[BulkResult, None, None]:
    """Give the results of a job, and end its threads when the caller leaves."""
    shell = _Shell(client.create_room if job.operation == "create_rooms" else client.delete_room)
    job.open_journal(journal, service_of(client))
    pool = ThreadPoolExecutor(max_concurrency, thread_name_prefix="rooms-bulk")
    try:
        for result in _run(job, requests, shell, pool, 2 * max_concurrency):
            if on_progress is not None:
                on_progress(job.progress())
            yield result
    finally:
        shell.stop()
        try:
            pool.shutdown(wait=True, cancel_futures=True)
        finally:
            job.close()


def _run(
    job: Job, requests: Iterable[Any], shell: _Shell, pool: ThreadPoolExecutor, most_pending: int
) -> Iterator[BulkResult]:
    """Keep so many rows on their way; those beyond the workers are there for the time that the caller takes."""
    completed: SimpleQueue[BulkResult | BaseException] = SimpleQueue()
    rows: Iterator[tuple[int, Any]] | None = enumerate(requests)
    failure: Exception | None = None
    pending = 0
    while rows is not None or pending:
        while rows is not None and pending < most_pending and completed.empty():
            try:
                number, request = next(rows, (0, _END))
            except Exception as error:  # noqa: BLE001  the caller's own; raised once the rows on their way are done
                failure, request = error, _END
            if request is _END:
                rows = None
                break
            row = job.begin(number, request)
            if isinstance(row, BulkResult):
                yield row
            else:
                pool.submit(_complete, job.steps(row, shell), completed)
                pending += 1
        if pending:
            outcome = completed.get()
            pending -= 1
            if not isinstance(outcome, BulkResult):
                raise outcome
            yield job.count(outcome)
    if failure is not None:
        raise failure


def _complete(steps: Steps[BulkResult], completed: SimpleQueue[BulkResult | BaseException]) -> None:
    """Take the steps of one row, in a worker."""
    try:
        completed.put(take(steps))
    except StoppedError:
        pass  # the caller has left
    except BaseException as error:  # noqa: BLE001  raised in the caller's thread
        completed.put(error)
