"""A job in threads: the shell of the synchronous client."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, Callable

from .._pipeline.steps import Steps, take
from .job import Job, StoppedError
from .journal import Journal
from .models import BulkProgress, BulkResult
from .options import service_of

_END = object()


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


def run_in_threads(
    job: Job,
    requests: Iterable[Any],
    client: Any,
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
