"""The deadline of a call.

It is a context variable: the retry policy sets it and the transport keeps to it, and neither imports the other.
:class:`DeadlinePolicy` limits the timeouts of each attempt on transports that do not support it.
"""

from __future__ import annotations

import math
import socket
import time
from contextlib import suppress
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any, Callable

from azure.core.exceptions import ServiceRequestTimeoutError
from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy

if TYPE_CHECKING:
    from typing_extensions import Self

#: Seconds beyond which a period has no end: sockets take no timeout of more than 24 days.
_LONGEST = 1_000_000

_current: ContextVar[Deadline | None] = ContextVar("rooms_deadline", default=None)


class Deadline:
    """The end of a period that begins now. In a ``with`` block it holds for what is sent and received there.

    Inside the block of another deadline it is not later than that one.

    :param seconds: Length of the period; None for no end.
    :type seconds: float or None
    :param monotonic: A monotonic clock, in seconds.
    :type monotonic: Callable[[], float]
    :raises TypeError: If the length is no number.
    :raises ValueError: If it is not a number (NaN).
    """

    __slots__ = ("_end", "_monotonic", "_token", "seconds")

    def __init__(self, seconds: float | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        seconds = check_seconds("timeout", seconds)
        outer = _current.get()
        if outer is not None and outer.seconds is not None:
            left = outer.remaining()
            seconds = left if seconds is None else min(seconds, left)
        self.seconds: float | None = seconds
        self._monotonic = monotonic
        self._end = None if seconds is None else monotonic() + seconds
        self._token: Token[Deadline | None] | None = None

    def remaining(self) -> float:
        """Seconds left; infinite for no end, negative after it."""
        return math.inf if self._end is None else self._end - self._monotonic()

    def __enter__(self) -> Self:
        if self.seconds is not None:  # most calls have no end, and two of these blocks
            self._token = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            with suppress(ValueError):  # an abandoned coroutine is closed in another context
                _current.reset(self._token)


def check_seconds(name: str, seconds: Any) -> float | None:
    """Check the length of a period.

    :param str name: The keyword that it comes from.
    :param seconds: The length; None for no end.
    :returns: The length; None for no end, and in place of more than a million seconds.
    :rtype: float or None
    :raises TypeError: If it is no number.
    :raises ValueError: If it is not a number (NaN).
    """
    if seconds is None:
        return None
    if not isinstance(seconds, (int, float)):
        raise TypeError(f"{name} must be a number of seconds or None, not {type(seconds).__name__}")
    if seconds != seconds:
        raise ValueError(f"{name} must be a number of seconds or None, not NaN")
    return seconds if seconds <= _LONGEST else None


def check_timeout(name: str, seconds: Any) -> float | None:
    """Check the timeout of a part of an attempt: see :func:`check_seconds`.

    :raises ValueError: If it is not more than 0, too.
    """
    checked = check_seconds(name, seconds)
    if checked is not None and checked <= 0:
        raise ValueError(f"{name} must be more than 0 seconds, or None for no limit")
    return checked


def remaining() -> float | None:
    """Seconds left until the current deadline; None if there is no end, zero or negative after it."""
    deadline = _current.get()
    return None if deadline is None or deadline.seconds is None else deadline.remaining()


def within_deadline(seconds: float | None) -> float | None:
    """A timeout that does not reach beyond the current deadline.

    :param seconds: The timeout wanted; None for none.
    :type seconds: float or None
    :raises TimeoutError: If the deadline is over (``socket.timeout`` before Python 3.10).
    """
    left = remaining()
    if left is None:
        return seconds
    if left <= 0:
        raise socket.timeout("timed out")
    return left if seconds is None else min(seconds, left)


class DeadlinePolicy(SansIOHTTPPolicy[Any, Any]):
    """Keep every attempt within the deadline, on transports that do not support it.

    It stands directly before the transport, because authentication sends again, too.
    """

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Limit the timeouts of an attempt to what is left.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        :raises ~azure.core.exceptions.ServiceRequestTimeoutError: If nothing is left.
        """
        left = remaining()
        if left is None:
            return
        if left <= 0:
            raise ServiceRequestTimeoutError("no time is left for the request within the timeout of the call")
        options, config = request.context.options, getattr(request.context.transport, "connection_config", None)
        for option, attribute in (("connection_timeout", "timeout"), ("read_timeout", "read_timeout")):
            if option not in options and not hasattr(config, attribute):
                continue  # a transport without this option
            usual = options.get(option, getattr(config, attribute, None))
            if usual is None or (isinstance(usual, (int, float)) and usual > left):
                options[option] = left
