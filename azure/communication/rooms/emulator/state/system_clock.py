"""The system's clocks, past libraries such as freezegun, which replace the functions of ``time`` for a whole process.

The emulator's own time uses the replaced functions, so that it agrees with the program under test. What must
continue while time stands still uses these: timers of the server, and what is deleted for good.
"""

from __future__ import annotations

import time
from typing import Any, Callable

#: POSIX's interface, which freezegun leaves alone; Windows has none.
_read_clock: Callable[[Any], int] | None = getattr(time, "clock_gettime_ns", None)
_MONOTONIC: Any = getattr(time, "CLOCK_MONOTONIC", None)
_REALTIME: Any = getattr(time, "CLOCK_REALTIME", None)


def monotonic() -> float:
    """Return seconds from some fixed point in time."""
    return (time.monotonic_ns() if _read_clock is None else _read_clock(_MONOTONIC)) / 1e9


def timestamp() -> int:
    """Return the time in units of 100 nanoseconds since 1970, UTC."""
    return (time.time_ns() if _read_clock is None else _read_clock(_REALTIME)) // 100
