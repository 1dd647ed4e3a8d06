"""One wait for all workers: when the service asks one of them to slow down, all of them wait."""

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
        """Let nobody send for a while.

        :param seconds: What the service asked for; None where it did not say: exponential backoff.
        :type seconds: float or None
        """
        with self._lock:
            if self.remaining() > 0 and seconds is None:
                return  # the other responses to the same burst: they ask for the same wait
            if seconds is None:
                seconds = backoff(self._doublings, self._jitter())
                self._doublings += 1
            self._opens = max(self._opens, self._monotonic() + seconds)

    def succeeded(self) -> None:
        """Begin the backoff anew: a request got through."""
        self._doublings = 0


def backoff(doublings: int, jitter: float) -> float:
    """Seconds of a wait that doubles each time, of which chance takes up to half.

    :param int doublings: How many waits there were before.
    :param float jitter: From 0 to 1.
    """
    return float(min(LONGEST, _FIRST * 2 ** min(doublings, 64))) * (0.5 + jitter / 2)
