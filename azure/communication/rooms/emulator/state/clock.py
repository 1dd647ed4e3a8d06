"""The clock of an emulator. Tests move it where waiting would take too long."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Optional

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
        #: The offset, and the time at which it is frozen: replaced as one, under the lock, and read without it.
        self._setting: tuple[int, int | None] = (self._skew, None)
        self._lenient = lenient

    def __repr__(self) -> str:
        return f"<Clock {self.now().isoformat()}>"

    def timestamp(self) -> int:
        """Return the time in units of 100 nanoseconds since 1970, UTC.

        :rtype: int
        """
        offset, frozen = self._setting
        return self._machine() + offset if frozen is None else frozen

    def setting(self) -> tuple[int, Optional[int]]:
        """Return what changes when the clock is moved, frozen or resumed, and at no other time."""
        return self._setting

    def request_times(self) -> tuple[int, ...]:
        """Return the timestamps near which requests may be dated: now, and if lenient the machine's now."""
        return (self.timestamp(), self._machine()) if self._lenient else (self.timestamp(),)

    def now(self) -> datetime:
        """Return the time as an aware ``datetime`` in UTC.

        :rtype: ~datetime.datetime
        """
        return timestamps.to_datetime(self.timestamp())

    def advance(self, delta: Optional[timedelta] = None, **units: float) -> None:
        """Move the time forward, or back where the span is negative.

        :param delta: The span.
        :type delta: ~datetime.timedelta or None
        :keyword float units: ``days``, ``hours``, ``minutes``, ``seconds`` and so on, as ``timedelta`` takes them.
        :raises ValueError: If that leads before the year 1 or after 9998.
        """
        self.move(by=(delta or timedelta()) + timedelta(**units))

    def set(self, time: datetime) -> None:
        """Set the time; it runs on from there unless it is frozen.

        :param ~datetime.datetime time: The new time. Naive is local time.
        :raises ValueError: If it lies before the year 1 or after 9998.
        """
        self.move(to=time)

    def freeze(self) -> None:
        """Stop the clock where it is."""
        self.move(freeze=True)

    def resume(self) -> None:
        """Let a frozen clock run on from where it is."""
        self.move(freeze=False)

    def reset(self) -> None:
        """Return to the state at the start: the machine's time plus the skew that the clock was made with."""
        self.move(reset=True)

    def move(
        self,
        *,
        reset: bool = False,
        to: Optional[datetime] = None,
        by: timedelta = timedelta(),
        freeze: Optional[bool] = None,
    ) -> None:
        """Reset the clock, set it, advance it, then freeze it or let it run on: all of that, or on an error nothing.

        :keyword bool reset: Return to the state at the start first.
        :keyword to: The new time. Naive is local time.
        :paramtype to: ~datetime.datetime or None
        :keyword by: A span that is added to the time.
        :paramtype by: ~datetime.timedelta
        :keyword freeze: Stop the clock, or let it run on when False; None leaves that as it is.
        :paramtype freeze: bool or None
        :raises ValueError: If that leads before the year 1 or after 9998.
        """
        with self._lock:
            machine = self._machine()
            offset, frozen = (self._skew, None) if reset else self._setting
            is_frozen = frozen is not None
            now = machine + offset if frozen is None else frozen
            if to is not None:
                now = timestamps.from_datetime(to.astimezone(timezone.utc))
                _require_year(now)
            now += timestamps.from_timedelta(by)
            _require_year(now)
            is_frozen = is_frozen if freeze is None else freeze
            self._setting = (now - machine, now if is_frozen else None)

    @property
    def frozen(self) -> bool:
        """Whether the clock is stopped.

        :rtype: bool
        """
        return self._setting[1] is not None

    def skewed(self, skew: timedelta) -> Clock:
        """Return another clock, stopped at this one's time plus a span.

        It stays within the years 1 to 9998, however long the span is.

        :param skew: The span; negative is earlier.
        :type skew: ~datetime.timedelta
        :rtype: ~azure.communication.rooms.emulator.Clock
        """
        wanted = self.timestamp() + timestamps.from_timedelta(skew)
        other = Clock()
        other._setting = (0, min(max(wanted, _YEARS.start), _YEARS.stop - 1))
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
