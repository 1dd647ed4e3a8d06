"""The event loop of the emulator: its timers run on the system's clock, even if a test freezes time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from ..state import system_clock

_T = TypeVar("_T")


class EventLoop(asyncio.SelectorEventLoop):
    """An event loop whose timers continue while a library such as freezegun stops ``time.monotonic``.

    A timer that was set on a stopped clock would not run out while it is stopped, nor for decades afterwards, since the
    stopped clock shows another time.
    """

    def time(self) -> float:
        """Return the time by which timers run, in seconds."""
        return system_clock.monotonic()


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine on a new loop to its end, as ``asyncio.run`` does on a loop of the default kind.

    :param main: The coroutine.
    :returns: Its result.
    """
    loop = EventLoop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(main)
    finally:
        try:
            tasks = asyncio.all_tasks(loop)
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            asyncio.set_event_loop(None)
            loop.close()
