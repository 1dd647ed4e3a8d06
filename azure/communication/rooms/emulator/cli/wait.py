"""The command ``rooms-emulator wait``: for scripts, and for the health checks of containers."""

from __future__ import annotations

import sys
import time

from . import health
from .stop_request import StopRequest

#: Seconds between two attempts.
INTERVAL = 0.1
#: Seconds that one attempt can take.
_ATTEMPT = 5.0


def wait(url: str, timeout: float, stop: StopRequest) -> int:
    """Wait until an emulator responds.

    :param url: Scheme, host and port.
    :param timeout: Seconds; at least one attempt is made.
    :param stop: When to give up early.
    :returns: The exit status: 0, 1 when the time was over, 128 and the number of the signal that ended it.
    """
    deadline = time.monotonic() + timeout
    while True:
        left = max(deadline - time.monotonic(), 0)
        reason = health.check(url, min(max(left, INTERVAL), _ATTEMPT))
        if not reason:
            return 0
        if time.monotonic() + INTERVAL > deadline:
            print(f"rooms-emulator wait: no emulator at {url} after {timeout:g} s: {reason}", file=sys.stderr)
            return 1
        if stop.event.wait(INTERVAL):
            return 128 + stop.number
