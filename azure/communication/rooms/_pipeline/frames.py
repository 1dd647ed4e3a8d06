"""Clear the local variables that a traceback keeps alive: below the authentication policy they hold credentials."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import suppress
from types import FrameType, TracebackType

#: Code whose frames can be suspended: generators, coroutines and asynchronous generators.
_CAN_BE_SUSPENDED = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
#: From this release on ``frame.clear()`` leaves suspended frames alone; before, it closes their generator.
_CLEAR_IS_SAFE = sys.version_info >= (3, 13)


def clear_frames(error: BaseException, outer: BaseException | None) -> None:
    """Clear the local variables of all frames that an error has left. The lines of the traceback stay.

    Before Python 3.13 a frame of a generator or coroutine cannot be cleared without the risk of closing one that still
    runs. There the traceback loses such frames.

    :param error: The error. Its causes and contexts are cleared, too.
    :type error: BaseException
    :param outer: The exception that was being handled when the call began; None for none. It belongs to the caller.
    :type outer: BaseException or None
    """
    running = set(_stack(inspect.currentframe()))
    seen: list[BaseException] = []
    to_clear: list[object] = [error]
    while to_clear:
        one = to_clear.pop()
        if not isinstance(one, BaseException) or one is outer or any(one is each for each in seen):
            continue
        seen.append(one)
        one.__traceback__ = _cleared(one.__traceback__, running)
        if hasattr(one, "exc_traceback"):  # azure-core's errors keep one more traceback, which nothing can pickle
            one.exc_traceback = None
        to_clear += [one.__cause__, one.__context__, getattr(one, "inner_exception", None)]


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _cleared(traceback: TracebackType | None, running: set[FrameType]) -> TracebackType | None:
    """Clear a traceback.

    :returns: The traceback with the frames that are left in it.
    """
    kept: list[TracebackType] = []
    while traceback is not None:
        frame = traceback.tb_frame
        if frame in running:
            kept.append(traceback)
        elif _CLEAR_IS_SAFE or not frame.f_code.co_flags & _CAN_BE_SUSPENDED:
            with suppress(RuntimeError):  # it runs in another thread, or is suspended
                frame.clear()
            kept.append(traceback)
        traceback = traceback.tb_next
    cleared: TracebackType | None = None
    for entry in reversed(kept):
        cleared = TracebackType(cleared, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return cleared
