"""A job in tasks: the shell of the async client."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from typing import Any, Callable

from .._pipeline.steps import Steps, take_async
from .job import Job, StoppedError
from .journal import Journal
from .models import BulkProgress, BulkResult
from .options import service_of

#: Rows that are read between two turns of other tasks.
_ROWS_A_TURN = 100


class _Shell:
    """Sends and waits in tasks of the running loop.

    :param operation: The method of the client.
    :param int max_concurrency: Requests at a time.
    """

    def __init__(self, operation: Callable[..., Any], max_concurrency: int) -> None:
        self._operation = operation
        self._stopped = asyncio.Event()
        self._sync_lock = asyncio.Lock()
        self.workers = asyncio.Semaphore(max_concurrency)

    async def send(self, keywords: Mapping[str, Any]) -> Any:
        """Call the operation once, without the client's retries."""
        if self._stopped.is_set():
            raise StoppedError
        return await self._operation(**keywords, retry_total=0)

    async def sync(self, journal: Journal, number: int) -> None:
        """Wait until a line of the journal is on the disk, in one thread however many tasks wait."""
        async with self._sync_lock:
            if not journal.is_synced(number):
                await asyncio.get_running_loop().run_in_executor(None, journal.sync, number)

    async def sleep(self, seconds: float) -> None:
        """Wait, or raise as soon as the job is over."""
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except asyncio.TimeoutError:
            return
        raise StoppedError

    def stop(self) -> None:
        """Let nothing be sent from now on."""
        self._stopped.set()


async def run_in_tasks(
    job: Job,
    requests: Any,
    client: Any,
    max_concurrency: int,
    journal: str | os.PathLike[str] | None,
    on_progress: Callable[[BulkProgress], object] | None,
) -> AsyncGenerator[BulkResult, None]:
    """Give the results of a job, and end its tasks when the caller leaves."""
    operation = client.create_room if job.operation == "create_rooms" else client.delete_room
    shell, tasks = _Shell(operation, max_concurrency), _Tasks()
    await asyncio.get_running_loop().run_in_executor(None, job.open_journal, journal, service_of(client))
    try:
        rows: AsyncIterator[Any] | None = _enumerate(requests)
        failure: Exception | None = None
        while rows is not None or tasks.pending:
            # Rows beyond those being sent are there for the time that the caller takes.
            while rows is not None and tasks.pending < 2 * max_concurrency and tasks.completed.empty():
                try:
                    number, request = await rows.__anext__()
                except Exception as error:  # noqa: BLE001  the caller's own; raised once the rows on their way are done
                    failure, rows = None if isinstance(error, StopAsyncIteration) else error, None
                    break
                row = job.begin(number, request)
                if isinstance(row, BulkResult):
                    if on_progress is not None:
                        on_progress(job.progress())
                    yield row
                else:
                    tasks.start(job.steps(row, shell), shell.workers)
            if tasks.pending:
                result = job.count(await tasks.next())
                if on_progress is not None:
                    on_progress(job.progress())
                yield result
        if failure is not None:
            raise failure
    except asyncio.CancelledError:
        tasks.cancel()
        raise
    finally:
        shell.stop()
        try:
            await tasks.wait()
        finally:
            job.close()


class _Tasks:
    """The rows on their way."""

    def __init__(self) -> None:
        self.completed: asyncio.Queue[BulkResult | BaseException] = asyncio.Queue()
        self.pending = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, steps: Steps[BulkResult], workers: asyncio.Semaphore) -> None:
        """Start a row."""
        task = asyncio.get_running_loop().create_task(self._complete(steps, workers))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.pending += 1

    async def next(self) -> BulkResult:
        """Wait for the next row to complete."""
        outcome = await self.completed.get()
        self.pending -= 1
        if not isinstance(outcome, BulkResult):
            raise outcome
        return outcome

    def cancel(self) -> None:
        """Cancel what is under way."""
        for task in self._tasks:
            task.cancel()

    async def wait(self) -> None:
        """Wait until nothing is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _complete(self, steps: Steps[BulkResult], workers: asyncio.Semaphore) -> None:
        try:
            async with workers:
                self.completed.put_nowait(await take_async(steps))
        except StoppedError:
            pass  # the caller has left
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  raised where the results are read
            self.completed.put_nowait(error)  # a policy or a transport may cancel a request, too


async def _enumerate(requests: Any) -> AsyncIterator[tuple[int, Any]]:
    """Number rows, whichever kind of iterable they come from."""
    number = 0
    if isinstance(requests, AsyncIterable):
        async for request in requests:
            yield number, request
            number += 1
            await _let_others_run(number)
    else:
        for number, request in enumerate(requests):
            yield number, request
            await _let_others_run(number + 1)


async def _let_others_run(number: int) -> None:
    """Rows that need no request, such as those that the journal has, await nothing else."""
    if number % _ROWS_A_TURN == 0:
        await asyncio.sleep(0)
