"""One wait for all workers: when the service throttles one of them, all of them wait."""

from __future__ import annotations

import threading
from typing import Callable

#: Seconds of the first wait without ``Retry-After``, and of the longest of all, as the client's retries have them.
_FIRST, LONGEST = 0.8, 120.0


class Gate:
    """Until when no worker sends. Safe to use from several threads.

    :param monotonic: A monotonic clock, in seconds.
    :type monotonic: Callable[[], float]
    :param jitter: Gives numbers from 0 to 1.
    :type jitter: Callable[[], float]
    """

    def __init__(self, monotonic: Callable[[], float], jitter: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._jitter = jitter
        self._lock = threading.Lock()
        self._opens = 0.0
        self._doublings = 0

    def remaining(self) -> float:
        """Seconds until requests may be sent; 0 when they may now."""
        return max(0.0, self._opens - self._monotonic())

    def close(self, seconds: float | None) -> None:
        """Stop all workers from sending for a while.

        :param seconds: Seconds of ``Retry-After``. None without it: exponential backoff.
        :type seconds: float or None
        """
        with self._lock:
            if self.remaining() > 0 and seconds is None:
                return  # another response to the same burst, which the current wait covers
            if seconds is None:
                seconds = backoff(self._doublings, self._jitter())
                self._doublings += 1
            self._opens = max(self._opens, self._monotonic() + seconds)

    def succeeded(self) -> None:
        """Begin the backoff anew: a request got through."""
        self._doublings = 0


def backoff(doublings: int, jitter: float) -> float:
    """Compute an exponential backoff with up to 50 % jitter, in seconds.

    :param int doublings: How many waits there were before.
    :param float jitter: From 0 to 1.
    """
    return float(min(LONGEST, _FIRST * 2 ** min(doublings, 64))) * (0.5 + jitter / 2)
