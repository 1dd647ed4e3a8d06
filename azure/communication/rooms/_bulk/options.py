"""Arguments of the bulk functions, checked, and what they must know of the client."""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Iterable
from datetime import datetime, timezone
from inspect import iscoroutinefunction
from typing import Any, Callable
from urllib.parse import urlsplit

from .._pipeline.endpoint import is_loopback


def check_options(
    requests: Any, client: Any, max_concurrency: Any, journal: Any, on_progress: Any, *, is_async: bool
) -> None:
    """Check the arguments of a bulk function.

    :keyword bool is_async: Whether the client must be the async one.
    :raises TypeError: If one is of another type.
    :raises ValueError: If max_concurrency is less than 1, or journal is empty.
    """
    kinds = (Iterable, AsyncIterable) if is_async else (Iterable,)
    if not isinstance(requests, kinds) or isinstance(requests, (str, bytes)):
        raise TypeError(f"the rows must be an iterable, not {type(requests).__name__}")
    create_room = getattr(client, "create_room", None)
    if create_room is None or iscoroutinefunction(create_room) is not is_async:
        module = "azure.communication.rooms.aio" if is_async else "azure.communication.rooms"
        kind = f"{type(client).__module__}.{type(client).__name__}"
        raise TypeError(f"client must be a RoomsClient of {module}, not {kind}")
    if not isinstance(max_concurrency, int) or isinstance(max_concurrency, bool):
        raise TypeError(f"max_concurrency must be an int, not {type(max_concurrency).__name__}")
    if max_concurrency < 1:
        raise ValueError("max_concurrency must be at least 1")
    if journal is not None and not isinstance(journal, (str, os.PathLike)):
        raise TypeError(f"journal must be the path of a file, as str or os.PathLike, not {type(journal).__name__}")
    if journal == "":
        raise ValueError("journal must be the path of a file, and is empty")
    if on_progress is None:
        return
    if not callable(on_progress):
        raise TypeError(f"on_progress must be callable, not {type(on_progress).__name__}")
    if iscoroutinefunction(on_progress) or iscoroutinefunction(type(on_progress).__call__):
        raise TypeError("on_progress must be a plain function, not a coroutine function, which would never run")


def now_of(client: Any) -> Callable[[], datetime]:
    """The time by the service's clock, as far as the client knows it."""
    clock = getattr(client, "_clock", None)
    return clock.now if clock is not None else lambda: datetime.now(timezone.utc)


def service_of(client: Any) -> str | None:
    """The host of the client's resource. An emulator has another port each time it starts, so loopback is one host."""
    host = urlsplit(str(getattr(client, "_endpoint", ""))).hostname
    return "loopback" if host is not None and is_loopback(host) else host
