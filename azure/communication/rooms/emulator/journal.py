"""What was asked and answered: one entry a request, without bodies and without anything that proves who asked."""

from __future__ import annotations

import re
import threading
from collections import deque
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

#: Entries that are kept; older ones make room.
LIMIT = 1000

#: What a query may say in a log. Whatever else stands there may be somebody's secret.
_SHOWN = ("api-version", "nextLink")
#: A query with nothing else in it, as nearly all are.
_PLAIN = re.compile(r"((api-version|nextLink)=[\w.~-]*(&|$))+", re.ASCII)


class Entry(NamedTuple):
    """A request and what became of it.

    :ivar int number: From 1, in the order of the answers.
    :ivar str time: When it was answered, by the emulator's clock: ISO 8601, UTC.
    :ivar str method: HTTP method.
    :ivar str target: Path, and the query with values masked that logs do not need.
    :ivar status: HTTP status; None when the connection was reset instead.
    :vartype status: int or None
    :ivar float milliseconds: How long it took, without sending the answer.
    :ivar str reason: Why it was refused; empty when it was not.
    :ivar account: Whose it was; None when it did not prove that.
    :vartype account: str or None
    :ivar client_request_id: Its header ``x-ms-client-request-id``.
    :vartype client_request_id: str or None
    :ivar faults: The numbers of the faults that it met.
    :vartype faults: list[int]
    """

    number: int
    time: str
    method: str
    target: str
    status: int | None
    milliseconds: float
    reason: str = ""
    account: str | None = None
    client_request_id: str | None = None
    faults: tuple[int, ...] = ()

    def __str__(self) -> str:
        """What a log says of it."""
        status = "reset" if self.status is None else self.status
        words = [self.method, self.target, str(status), f"{self.milliseconds:.1f} ms"]
        words += [f"fault {number}" for number in self.faults]
        return " ".join(words + [self.reason] * bool(self.reason))


class Journal:
    """The latest entries. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=LIMIT)
        self._count = 0

    def add(self, entry: Entry) -> Entry:
        """Keep an entry, and number it."""
        with self._lock:
            self._count += 1
            entry = entry._replace(number=self._count)
            self._entries.append(entry)
            return entry

    def entries(self, **wanted: Any) -> list[Entry]:
        """The entries whose attributes have these values, the oldest first.

        :keyword wanted: Values by the name of the attribute, all of which must be there; ``path`` is without the query.
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
        """Forget all entries; numbers begin at 1 again."""
        with self._lock:
            self._entries.clear()
            self._count = 0


def shown(target: str) -> str:
    """A target as a log may show it."""
    path, mark, query = target.partition("?")
    if not mark or _PLAIN.fullmatch(query):
        return target
    pairs = [(name, value if name in _SHOWN else "***") for name, value in parse_qsl(query, keep_blank_values=True)]
    return f"{path}?{urlencode(pairs, safe='*')}"
