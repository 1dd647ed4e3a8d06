"""The clock that an emulator lives by. A test moves it where waiting would take too long."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

from . import ticks


class Clock:
    """Tells the time; runs as the machine's does until it is moved or stopped. Safe to use from several threads.

    :keyword skew: How far it is ahead of the machine's clock from the start; behind when negative.
    :paramtype skew: ~datetime.timedelta
    :keyword bool lenient: Judge the dates of requests by the machine's clock as well. Default False.
    :raises ValueError: If the skew leads before the year 1 or after 9998.
    """

    def __init__(self, *, skew: timedelta = timedelta(), lenient: bool = False) -> None:
        self._lock = threading.Lock()
        self._skew = _ticks(skew)
        if skew:
            _require_year(self._machine() + self._skew)
        self._offset = self._skew
        self._frozen: int | None = None
        self._lenient = lenient

    def ticks(self) -> int:
        """Now, in ticks of 100 nanoseconds since 1970, UTC."""
        with self._lock:
            return self._machine() + self._offset if self._frozen is None else self._frozen

    def times_of_clients(self) -> tuple[int, ...]:
        """The times, in ticks, near which requests may be dated: now, and if it is lenient the machine's now."""
        return (self.ticks(), self._machine()) if self._lenient else (self.ticks(),)

    def now(self) -> datetime:
        """Now, as an aware ``datetime`` in UTC.

        :rtype: ~datetime.datetime
        """
        return ticks.to_datetime(self.ticks())

    def advance(self, delta: timedelta | None = None, **units: float) -> None:
        """Move the time on, or back where the span is negative.

        :param delta: The span.
        :type delta: ~datetime.timedelta or None
        :keyword float units: ``days``, ``hours``, ``minutes``, ``seconds`` and so on, as ``timedelta`` takes them.
        :raises ValueError: If no room could be kept then: before the year 1 or after 9998.
        """
        moved = _ticks((delta or timedelta()) + timedelta(**units))
        _require_year(self.ticks() + moved)
        with self._lock:
            self._offset += moved
            if self._frozen is not None:
                self._frozen += moved

    def set(self, moment: datetime) -> None:
        """Set the time; it runs on from there unless it is frozen.

        :param ~datetime.datetime moment: When it shall be. Naive is local time.
        :raises ValueError: If no room could be kept then: before the year 1 or after 9998.
        """
        wanted = ticks.from_datetime(moment.astimezone(timezone.utc))
        _require_year(wanted)
        with self._lock:
            self._offset = wanted - self._machine()
            if self._frozen is not None:
                self._frozen = wanted

    def freeze(self) -> None:
        """Stop the time where it is."""
        now = self.ticks()
        with self._lock:
            self._frozen = now

    def reset(self) -> None:
        """Run as it did at the start: as the machine's clock, or with the skew that it was made with."""
        with self._lock:
            self._offset, self._frozen = self._skew, None

    @property
    def frozen(self) -> bool:
        """Whether the time stands still.

        :rtype: bool
        """
        return self._frozen is not None

    def skewed(self, skew: timedelta) -> Clock:
        """Another clock, which stands where this one will be after a span.

        :param skew: The span; before, when negative.
        :type skew: ~datetime.timedelta
        :rtype: ~azure.communication.rooms.emulator.Clock
        """
        wanted = self.ticks() + _ticks(skew)
        _require_year(wanted)
        other = Clock()
        other._frozen = wanted
        return other

    @staticmethod
    def _machine() -> int:
        return time.time_ns() // 100


#: Answers hold the years 1 to 9999, and rooms are kept for some while from now.
_YEARS = range(
    ticks.from_datetime(datetime(1, 1, 1, tzinfo=timezone.utc)),
    ticks.from_datetime(datetime(9999, 1, 1, tzinfo=timezone.utc)),
)


def _require_year(wanted: int) -> None:
    if wanted not in _YEARS:
        raise ValueError("the clock tells times of the years 1 to 9998")


def _ticks(span: timedelta) -> int:
    return span // timedelta(microseconds=1) * 10
