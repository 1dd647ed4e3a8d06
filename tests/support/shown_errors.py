"""What an error can show: to a log, a debugger or a report that prints the local variables of frames."""

import traceback
from collections.abc import Iterator
from contextlib import suppress
from types import FrameType
from typing import Any


def shown(error: BaseException, but: str = __file__) -> str:
    """All that an error can show: its text, its attributes, the locals of every frame, and what led to it.

    :param error: The error.
    :param but: The file whose frames are left out, because the secrets are known there.
    """
    texts = ["".join(traceback.format_exception(type(error), error, error.__traceback__))]
    seen: list[Any] = []
    todo: list[Any] = [error]
    while todo:
        one = todo.pop()
        if one is None or any(one is each for each in seen):
            continue
        seen.append(one)
        texts += [str(one), repr(one), repr(vars(one)), repr(one.args)]
        todo += [one.__cause__, one.__context__, getattr(one, "inner_exception", None)]
        for exchange in [*getattr(one, "history", []), getattr(one, "response", None)]:
            texts.append(_headers(exchange))
        for trace in (one.__traceback__, getattr(one, "exc_traceback", None)):
            texts += [text for frame, _ in traceback.walk_tb(trace) for text in _locals(frame, but)]
    return "\n".join(texts)


def _locals(frame: FrameType, but: str) -> Iterator[str]:
    """What a report of errors shows of a frame, and the headers that a debugger finds in it."""
    if frame.f_code.co_filename == but:
        return
    for name, value in frame.f_locals.items():
        with suppress(Exception):  # half-made objects
            yield f"{frame.f_code.co_name}: {name} = {value!r}"
            yield _headers(value)


def _headers(exchange: Any) -> str:
    request = getattr(exchange, "http_request", getattr(exchange, "request", exchange))
    headers = getattr(request, "headers", {})
    return repr(dict(headers)) if hasattr(headers, "items") else ""
