"""The clock that an emulator lives by. A test moves it where waiting would take too long."""

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Optional

from . import ticks


class Clock:
    """Tells the time; runs as the machine's does until it is moved or stopped. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0
        self._frozen: Optional[int] = None

    def ticks(self) -> int:
        """Now, in ticks of 100 nanoseconds since 1970, UTC."""
        with self._lock:
            return self._machine() + self._offset if self._frozen is None else self._frozen

    def now(self) -> datetime:
        """Now, as an aware ``datetime`` in UTC.

        :rtype: ~datetime.datetime
        """
        return ticks.to_datetime(self.ticks())

    def advance(self, delta: Optional[timedelta] = None, **units: float) -> None:
        """Move the time on, or back where the span is negative.

        :param delta: The span.
        :type delta: ~datetime.timedelta or None
        :keyword float units: ``days``, ``hours``, ``minutes``, ``seconds`` and so on, as ``timedelta`` takes them.
        """
        span = (delta or timedelta()) + timedelta(**units)
        with self._lock:
            moved = span // timedelta(microseconds=1) * 10
            self._offset += moved
            if self._frozen is not None:
                self._frozen += moved

    def set(self, moment: datetime) -> None:
        """Set the time; it runs on from there unless it is frozen.

        :param ~datetime.datetime moment: When it shall be. Naive is local time.
        """
        wanted = ticks.from_datetime(moment.astimezone(timezone.utc))
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
        """Run as the machine's clock does again."""
        with self._lock:
            self._offset, self._frozen = 0, None

    @staticmethod
    def _machine() -> int:
        return time.time_ns() // 100
