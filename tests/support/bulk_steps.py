"""A shell for the rules of bulk jobs: it responds from a list, and its clock moves only in sleep()."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Optional, Union

from azure.core.exceptions import HttpResponseError
from fake_responses import FakeResponse
from room_bodies import make_room

from azure.communication.rooms import CommunicationRoom
from azure.communication.rooms._bulk.job import Job, Row
from azure.communication.rooms._bulk.journal import Journal
from azure.communication.rooms._pipeline.steps import Steps, take
from azure.communication.rooms._wire.errors import response_error
from azure.communication.rooms.bulk import BulkResult

START = datetime(2030, 1, 1, 12, tzinfo=timezone.utc)
ROOM = make_room("99412345678901234")


def service_error(status: int, **headers: str) -> HttpResponseError:
    """What the client raises for a status; header names are given with underscores for dashes."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    error = response_error(FakeResponse(status, b"", names))
    assert isinstance(error, HttpResponseError)
    return error


class FakeShell:
    """Runs the steps of rows.

    :ivar sent: The keywords of each request.
    :ivar sleeps: Seconds of each wait.
    """

    def __init__(self, operation: str = "create_rooms") -> None:
        self.job = Job(operation, lambda: START + timedelta(seconds=self.elapsed), lambda: self.elapsed, lambda: 1.0)
        self.elapsed = 0.0
        self.sent: list[dict[str, Any]] = []
        self.sleeps: list[float] = []
        self.synced: list[int] = []
        self.script: list[Union[Exception, Optional[CommunicationRoom]]] = []

    def response(self, *outcomes: Union[Exception, Optional[CommunicationRoom]]) -> "FakeShell":
        """Add outcomes of requests; when they are used up, requests succeed."""
        self.script += outcomes
        return self

    def send(self, keywords: Mapping[str, Any]) -> Any:
        """Give the next outcome."""
        self.sent.append(dict(keywords))
        outcome = self.script.pop(0) if self.script else ROOM
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def sync(self, journal: Journal, number: int) -> None:
        """Note that the request waits for the disk."""
        journal.sync(number)
        self.synced.append(len(self.sent))

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.sleeps.append(seconds)
        self.elapsed += seconds

    def run(self, index: int, request: Any) -> BulkResult:
        """One row, from the beginning to its result."""
        row = self.job.begin(index, request)
        if isinstance(row, BulkResult):
            return row
        return self.finish(self.job.steps(row, self))

    def finish(self, steps: Steps[BulkResult]) -> BulkResult:
        """Take the steps of a row."""
        return take(steps)

    def pairs(self) -> list[tuple[Any, Any]]:
        """The repeatability pair of each request."""
        return [(each["repeatability_request_id"], each["repeatability_first_sent"]) for each in self.sent]

    def begun(self, index: int, request: Any) -> Row:
        """A row that must be sent."""
        row = self.job.begin(index, request)
        assert isinstance(row, Row)
        return row
