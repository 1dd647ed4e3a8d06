"""The clock of an emulator. Tests move it where waiting would take too long."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone

from . import timestamps


class Clock:
    """A clock that follows the machine's until it is moved or frozen. Safe to use from several threads.

    :keyword skew: Offset from the machine's clock at the start; negative is behind. Default zero.
    :paramtype skew: ~datetime.timedelta
    :keyword bool lenient: Accept requests dated by the machine's clock as well. Default False.
    :raises ValueError: If the offset leads before the year 1 or after 9998.
    """

    def __init__(self, *, skew: timedelta = timedelta(), lenient: bool = False) -> None:
        self._lock = threading.Lock()
        self._skew = timestamps.from_timedelta(skew)
        if skew:
            _require_year(self._machine() + self._skew)
        self._offset = self._skew
        self._frozen: int | None = None
        self._lenient = lenient

    def timestamp(self) -> int:
        """Return the time in ticks of 100 nanoseconds since 1970, UTC.

        :rtype: int
        """
        with self._lock:
            return self._machine() + self._offset if self._frozen is None else self._frozen

    def setting(self) -> tuple[int, int | None]:
        """Return what changes when the clock is moved, frozen or resumed, and at no other time."""
        with self._lock:
            return self._offset, self._frozen

    def request_times(self) -> tuple[int, ...]:
        """Return the timestamps near which requests may be dated: now, and if lenient the machine's now."""
        return (self.timestamp(), self._machine()) if self._lenient else (self.timestamp(),)

    def now(self) -> datetime:
        """Return the time as an aware ``datetime`` in UTC.

        :rtype: ~datetime.datetime
        """
        return timestamps.to_datetime(self.timestamp())

    def advance(self, delta: timedelta | None = None, **units: float) -> None:
        """Move the time forward, or back where the span is negative.

        :param delta: The span.
        :type delta: ~datetime.timedelta or None
        :keyword float units: ``days``, ``hours``, ``minutes``, ``seconds`` and so on, as ``timedelta`` takes them.
        :raises ValueError: If that leads before the year 1 or after 9998.
        """
        moved = timestamps.from_timedelta((delta or timedelta()) + timedelta(**units))
        _require_year(self.timestamp() + moved)
        with self._lock:
            self._offset += moved
            if self._frozen is not None:
                self._frozen += moved

    def set(self, moment: datetime) -> None:
        """Set the time; it runs on from there unless it is frozen.

        :param ~datetime.datetime moment: The new time. Naive is local time.
        :raises ValueError: If it lies before the year 1 or after 9998.
        """
        wanted = timestamps.from_datetime(moment.astimezone(timezone.utc))
        _require_year(wanted)
        with self._lock:
            self._offset = wanted - self._machine()
            if self._frozen is not None:
                self._frozen = wanted

    def freeze(self) -> None:
        """Stop the clock where it is."""
        now = self.timestamp()
        with self._lock:
            self._frozen = now

    def resume(self) -> None:
        """Let a frozen clock run on from where it is."""
        with self._lock:
            if self._frozen is not None:
                self._offset, self._frozen = self._frozen - self._machine(), None

    def reset(self) -> None:
        """Return to the state at the start: the machine's time plus the skew that the clock was made with."""
        with self._lock:
            self._offset, self._frozen = self._skew, None

    @property
    def frozen(self) -> bool:
        """Whether the clock is stopped.

        :rtype: bool
        """
        return self._frozen is not None

    def skewed(self, skew: timedelta) -> Clock:
        """Return another clock, stopped at this one's time plus a span.

        It stays within the years 1 to 9998, however long the span is.

        :param skew: The span; negative is earlier.
        :type skew: ~datetime.timedelta
        :rtype: ~azure.communication.rooms.emulator.Clock
        """
        wanted = self.timestamp() + timestamps.from_timedelta(skew)
        other = Clock()
        other._frozen = min(max(wanted, _YEARS.start), _YEARS.stop - 1)
        return other

    @staticmethod
    def _machine() -> int:
        return time.time_ns() // 100


#: Responses hold the years 1 to 9999, and rooms are valid for some time from now.
_YEARS = range(
    timestamps.from_datetime(datetime(1, 1, 1, tzinfo=timezone.utc)),
    timestamps.from_datetime(datetime(9999, 1, 1, tzinfo=timezone.utc)),
)


def _require_year(wanted: int) -> None:
    if wanted not in _YEARS:
        raise ValueError("the clock must stay within the years 1 to 9998")
