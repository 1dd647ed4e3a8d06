"""The request log: one entry a request, without bodies, signatures and tokens. Bounded in entries and in bytes."""

from __future__ import annotations

import re
import threading
from collections import deque
from itertools import islice
from typing import Any, NamedTuple, Optional
from urllib.parse import parse_qsl, urlencode

from .log_text import shorten
from .request_details import NO_DETAILS, RequestDetails

#: Entries that are kept; older ones are dropped.
LIMIT = 1000
#: Numbers of faults that an entry keeps; there may be as many faults as a test switches on.
FAULT_LIMIT = 100

#: Parameters of a query that a log shows. The value of any other may be a secret.
_SHOWN = ("api-version", "nextLink")
#: A query with nothing else in it, as nearly all are.
_PLAIN = re.compile(r"((api-version|nextLink)=[\w.~-]*(&|$))+", re.ASCII)


class Entry(NamedTuple):
    """A request and its outcome. Texts of more than 1000 characters are cut, control characters are escaped.

    :ivar int number: From 1, in the order of the responses.
    :ivar str time: When the response was made, by the emulator's clock: ISO 8601, UTC.
    :ivar str method: HTTP method.
    :ivar str target: Path, and the query with masked values of parameters that logs do not need.
    :ivar status: HTTP status; None when the connection was reset instead.
    :vartype status: int or None
    :ivar float milliseconds: How long it took, without sending the response.
    :ivar str reason: Why the response is an error; empty when it is none.
    :ivar account: The account; None when the request was not authenticated.
    :vartype account: str or None
    :ivar client_request_id: Its header ``x-ms-client-request-id``.
    :vartype client_request_id: str or None
    :ivar faults: The numbers of the faults that were injected, of up to 100.
    :vartype faults: tuple[int, ...]
    """

    number: int
    time: str
    method: str
    target: str
    status: Optional[int]
    milliseconds: float
    reason: str = ""
    account: Optional[str] = None
    client_request_id: Optional[str] = None
    faults: tuple[int, ...] = ()

    def to_log(self) -> dict[str, Any]:
        """Return what a log of JSON has of it."""
        return {
            "method": self.method,
            "target": self.target,
            "status": self.status,
            "ms": self.milliseconds,
            "reason": self.reason,
            "account": self.account,
        }

    def __str__(self) -> str:
        """Return the line that a log has of it."""
        status = "reset" if self.status is None else self.status
        words = [self.method, self.target, str(status), f"{self.milliseconds:.1f} ms"]
        words += [f"fault {number}" for number in self.faults]
        return " ".join(words + [self.reason] * bool(self.reason))


class RequestLog:
    """The latest entries. Safe to use from several threads.

    :param keeps_bodies: Whether bodies are among the details that are added.
    :ivar int clears: How many times it was cleared, after which numbers begin at 1 again.
    """

    def __init__(self, keeps_bodies: bool = False) -> None:
        self.keeps_bodies = keeps_bodies
        self.clears: int = 0
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=LIMIT)
        self._details: deque[RequestDetails] = deque(maxlen=LIMIT)
        self._count = 0

    def add(self, entry: Entry, details: RequestDetails = NO_DETAILS) -> Entry:
        """Store an entry, numbered and with its texts cut, and return that."""
        with self._lock:
            self._count += 1
            request_id = entry.client_request_id
            entry = Entry(
                self._count,
                entry.time,
                shorten(entry.method),
                shorten(entry.target),
                entry.status,
                entry.milliseconds,
                shorten(entry.reason),
                entry.account,
                None if request_id is None else shorten(request_id),
                entry.faults[:FAULT_LIMIT],
            )
            self._entries.append(entry)
            self._details.append(details)
            return entry

    def find(self, number: int) -> Optional[tuple[Entry, RequestDetails]]:
        """Return the entry of a number with its details; None when it is not among the latest."""
        with self._lock:
            place = number - self._count - 1 + len(self._entries)
            return (self._entries[place], self._details[place]) if 0 <= place < len(self._entries) else None

    def since(self, number: int, limit: int) -> tuple[int, list[Entry]]:
        """Return how many entries were added after the one of a number, and the newest of them, the oldest first.

        :param limit: How many are returned at most.
        """
        with self._lock:
            count = self._count - number
            newest = islice(reversed(self._entries), max(0, min(count, limit)))
            return count, list(newest)[::-1]

    def entries(self, **wanted: Any) -> list[Entry]:
        """Return the entries whose attributes have these values, the oldest first.

        :keyword wanted: Values by the name of the attribute, all of which must match; ``path`` is without the query.
        """
        with self._lock:
            entries = list(self._entries)
        path = wanted.pop("path", None)
        return [
            entry
            for entry in entries
            if all(getattr(entry, name) == value for name, value in wanted.items())
            and path in (None, entry.target.partition("?")[0])
        ]

    def clear(self) -> None:
        """Delete all entries; numbers begin at 1 again."""
        with self._lock:
            self._entries.clear()
            self._details.clear()
            self._count = 0
            self.clears += 1


def redact_target(target: str) -> str:
    """Return a request target as a log may show it."""
    path, mark, query = target.partition("?")
    if not mark or _PLAIN.fullmatch(query):
        return target
    pairs = [(name, value if name in _SHOWN else "***") for name, value in parse_qsl(query, keep_blank_values=True)]
    return f"{path}?{urlencode(pairs, safe='*')}"
