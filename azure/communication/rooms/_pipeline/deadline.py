"""The moment by which a call must be over, and sockets that keep to it.

It is a context variable, so that whoever sets it (the retry policy, for one call) and whoever keeps to it (the
transport) need not know each other.
"""

from __future__ import annotations

import socket
import time
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Callable, cast

if TYPE_CHECKING:
    from typing_extensions import Self

_current: ContextVar[Deadline | None] = ContextVar("rooms_deadline", default=None)


class Deadline:
    """A moment from now on. In a ``with`` block, what is sent and received there keeps to it.

    Within another's block, it lies no later than that one.

    :param seconds: How far away it is; None for never.
    :type seconds: float or None
    :param clock: Tells seconds that only grow.
    :type clock: Callable[[], float]
    """

    __slots__ = ("_clock", "_end", "_token", "seconds")

    def __init__(self, seconds: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        outer = _current.get()
        if outer is not None and outer.seconds is not None:
            left = outer.remaining()
            seconds = left if seconds is None else min(seconds, left)
        self.seconds: float | None = seconds
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds
        self._token: Token[Deadline | None] | None = None

    def remaining(self) -> float:
        """Seconds left; infinite for never, and negative when it is over."""
        return float("inf") if self._end is None else self._end - self._clock()

    def __enter__(self) -> Self:
        self._token = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _current.reset(cast("Token[Deadline | None]", self._token))


def within_deadline(seconds: float | None) -> float | None:
    """A timeout that does not reach beyond the deadline.

    :param seconds: The timeout wanted; None for none.
    :type seconds: float or None
    :raises TimeoutError: If the deadline is over (``socket.timeout`` before Python 3.10).
    """
    deadline = _current.get()
    if deadline is None or deadline.seconds is None:
        return seconds
    left = deadline.remaining()
    if left <= 0:
        raise socket.timeout("timed out")
    return left if seconds is None else min(seconds, left)
