"""The rules of a job, written once for both clients.

A row goes through these states: not sent; its repeatability pair is on the disk (``Attempt``); and then one of created
or deleted (``Done``), rejected by the service (``Rejected``), failed with nothing done (``NothingDone``), or failed
with an outcome that is not known, which stays ``Attempt`` in the journal. A create whose outcome is not known is sent
again with the same pair and no other, and only as long as the service recognizes the pair.

Sending and waiting are steps, ``yield function, *arguments``: the shell in ``threads.py`` calls the function, that in
``tasks.py`` awaits what it returns.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Callable, Protocol
from uuid import uuid4

from .._models import CommunicationRoom
from .._pipeline.steps import Steps
from .failures import Failure, failure_of
from .gate import LONGEST, Gate, backoff
from .journal import Journal
from .models import BulkProgress, BulkResult, OutcomeUnknownError
from .records import Attempt, Done, NothingDone, Rejected, State
from .rows import create_keywords, delete_keywords, digest

#: How long the service recognizes a repeatability pair (https://learn.microsoft.com/rest/api/communication/repeatable-requests),
#: less what a request may take to arrive.
_REPEATABLE_FOR = timedelta(minutes=5) - timedelta(seconds=10)
#: Tries that a row has while no other row gets through, and in all. Being throttled counts for the former only.
_TRIES_ALONE, _TRIES = 4, 16
#: The longest wait of one row between two tries, in seconds.
_LONGEST_BACKOFF = 8.0


class StoppedError(BaseException):
    """The job is over, so a row is not sent. No ``Exception``: no row fails with it."""


class Shell(Protocol):
    """What sends and waits. Each function may return an awaitable."""

    def send(self, keywords: Mapping[str, Any]) -> Any:
        """Call the operation of the client once."""

    def sync(self, journal: Journal, number: int) -> Any:
        """Return once a line of the journal is on the disk."""

    def sleep(self, seconds: float) -> Any:
        """Wait, or raise where the job is over."""


@dataclass
class Row:
    """One row on its way."""

    index: int
    request: Any
    keywords: Mapping[str, Any]
    digest: str = ""
    attempt: Attempt | None = None
    """What an earlier run of the job was about to send, where its outcome is not known."""


class Job:
    """The state that the rows of a job share.

    :param str operation: ``create_rooms`` or ``delete_rooms``.
    :param now: The time by the service's clock.
    :type now: Callable[[], ~datetime.datetime]
    :param monotonic: A monotonic clock, in seconds.
    :type monotonic: Callable[[], float]
    :param jitter: Gives numbers from 0 to 1.
    :type jitter: Callable[[], float]
    """

    def __init__(
        self,
        operation: str,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.operation = operation
        self.gate = Gate(monotonic, jitter)
        self._is_create = operation == "create_rooms"
        self._now = now
        self._jitter = jitter
        self._journal: Journal | None = None
        self._got_through = 0
        self._progress = BulkProgress(0, 0, 0, 0)

    def open_journal(self, path: str | os.PathLike[str] | None, service: str | None) -> None:
        """Use a journal.

        :param path: Where it is; None for none.
        :param service: The host of the resource.
        :raises JournalError: If it cannot be used.
        """
        if path is not None:
            self._journal = Journal(path, self.operation, service)

    def close(self) -> None:
        """Close the journal."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()

    def begin(self, index: int, request: Any) -> Row | BulkResult:
        """Look at a row: its result where it needs no request, else the row to send.

        :param int index: Its position.
        :param request: The row as it was given.
        :raises JournalError: If the journal knows another row at this position.
        """
        try:
            keywords = (create_keywords if self._is_create else delete_keywords)(request)
            key = "" if self._journal is None else digest(keywords)
        except Exception as error:  # noqa: BLE001  iterating participants runs the caller's code; the row fails with it
            return self._finished(BulkResult(index, request, None, error))
        row = Row(index, request, keywords, key)
        state = None if self._journal is None else self._journal.state_of(index, key)
        if isinstance(state, Done):
            return self._finished(BulkResult(index, request, state.room, None), from_journal=1)
        if isinstance(state, Rejected):
            return self._finished(BulkResult(index, request, None, state.error), from_journal=1)
        if isinstance(state, Attempt):
            if self._is_too_old(state):
                unknown = OutcomeUnknownError(index, state.first_sent)
                return self._finished(BulkResult(index, request, None, unknown), from_journal=1)
            row.attempt = state
        return row

    def steps(self, row: Row, shell: Shell) -> Steps[BulkResult]:
        """Send a row until its outcome is known or there is no use in trying."""
        attempt, maybe_done, tries = row.attempt, row.attempt is not None, _Tries()
        failed: Exception | None = None
        while True:
            yield from self._pause(shell)
            if attempt is not None and self._is_too_old(attempt):
                if maybe_done:
                    return self._given_up(row, attempt, failed, maybe_done)
                attempt = None
            if attempt is None:
                attempt = yield from self._new_attempt(row, shell)
            failed = None
            try:
                room = yield shell.send, self._keywords(row, attempt)
            except Exception as raised:  # noqa: BLE001  an error of a call is the result of its row
                failed = raised
            if failed is None:
                return self._end(row, Done(room), None)
            failure = failure_of(failed)
            if failure.is_rejected:
                return self._rejected(row, failed, maybe_done)
            maybe_done = maybe_done or failure.maybe_done
            wait = self._wait(failure, tries)
            if wait is None or (maybe_done and (failure.is_stale or self._is_too_old(attempt, wait))):
                return self._given_up(row, attempt, failed, maybe_done)
            attempt = None if failure.is_stale else attempt
            yield shell.sleep, wait

    def _new_attempt(self, row: Row, shell: Shell) -> Steps[Attempt]:
        """A new repeatability pair, on the disk before it is used."""
        attempt = Attempt(str(uuid4()), self._now().replace(microsecond=0))
        if self._journal is not None:
            yield shell.sync, self._journal, self._journal.append(row.index, row.digest, attempt)
        return attempt

    def _pause(self, shell: Shell) -> Steps[None]:
        """Wait until requests may be sent."""
        while (seconds := self.gate.remaining()) > 0:
            yield shell.sleep, seconds

    def progress(self) -> BulkProgress:
        """How far the job has come."""
        return self._progress

    def count(self, result: BulkResult) -> BulkResult:
        """Count a row that was sent."""
        return self._finished(result)

    def _keywords(self, row: Row, attempt: Attempt) -> dict[str, Any]:
        if not self._is_create:
            return {**row.keywords}
        return {
            **row.keywords,
            "repeatability_request_id": attempt.request_id,
            "repeatability_first_sent": attempt.first_sent,
        }

    def _is_too_old(self, attempt: Attempt, wait: float = 0) -> bool:
        """Whether the service would no longer recognize a create; a delete can be repeated at any time."""
        return self._is_create and self._now() + timedelta(seconds=wait) > attempt.first_sent + _REPEATABLE_FOR

    def _wait(self, failure: Failure, tries: _Tries) -> float | None:
        """Seconds until a row is sent again; None where it is not. Closes the gate for all rows where it must."""
        if not failure.is_transient or (failure.retry_after or 0) > LONGEST:
            return None
        if failure.is_throttled:
            self.gate.close(failure.retry_after)
        if not tries.another(self._got_through, failure.is_throttled):
            return None
        if failure.is_throttled or (tries.failed == 1 and failure.maybe_done):
            return 0  # the gate has the wait; and most often a kept connection had just ended
        return min(_LONGEST_BACKOFF, backoff(max(0, tries.failed - 2), self._jitter()))

    def _rejected(self, row: Row, error: Exception, maybe_done: bool) -> BulkResult:
        self._got_through += 1
        if not self._is_create and maybe_done and getattr(error, "status_code", None) == 404:
            return self._end(row, Done(None), None)  # an earlier try, whose response was lost, deleted it
        return self._end(row, Rejected(error), error)  # type: ignore[arg-type]  # only a response is a rejection

    def _given_up(self, row: Row, attempt: Attempt, error: Exception | None, maybe_done: bool) -> BulkResult:
        if not maybe_done:
            return self._end(row, NothingDone(), error)
        if error is None or (self._is_create and getattr(error, "status_code", None) == 412):
            error = OutcomeUnknownError(row.index, attempt.first_sent)
        return BulkResult(row.index, row.request, None, error)  # the journal keeps the attempt

    def _end(self, row: Row, state: State, error: Exception | None) -> BulkResult:
        room: CommunicationRoom | None = None
        if isinstance(state, Done):
            self._got_through += 1
            self.gate.succeeded()
            room = state.room
        if self._journal is not None:
            self._journal.append(row.index, row.digest, state)
        return BulkResult(row.index, row.request, room, error)

    def _finished(self, result: BulkResult, from_journal: int = 0) -> BulkResult:
        completed, succeeded, failed, known = self._progress
        is_failed = result.error is not None
        self._progress = BulkProgress(
            completed + 1, succeeded + (not is_failed), failed + is_failed, known + from_journal
        )
        return result


class _Tries:
    """The tries of one row."""

    def __init__(self) -> None:
        self.failed = 0
        self._alone = 0
        self._seen = 0

    def another(self, got_through: int, is_throttled: bool) -> bool:
        """Count a failed try; return whether there is another.

        :param int got_through: How many rows of the job got through; while others do, the service is there.
        :param bool is_throttled: Whether the service only throttled the request.
        """
        if got_through != self._seen:
            self._seen, self._alone = got_through, 0
        self._alone += 1
        self.failed += not is_throttled
        return self._alone < _TRIES_ALONE and self.failed < _TRIES
