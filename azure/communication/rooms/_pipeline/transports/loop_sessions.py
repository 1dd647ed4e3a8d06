"""One session of aiohttp for each running loop.

A session belongs to the loop it was made in. Each is held by an async generator that is suspended while the session is
in use: a loop that ends closes its async generators (``asyncio.run`` does, as do the runners of test plugins), and the
generator's ``finally`` closes the session in its own loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any, Callable

from aiohttp import ClientSession

#: Generators whose owner is gone, until they were closed in their loops.
_orphans: dict[ClientSession, AsyncGenerator[ClientSession, None]] = {}


class LoopSessions:
    """Sessions by loop, made at the first request in a loop.

    :param new_session: Makes a session in the running loop.
    :type new_session: Callable[[], ~aiohttp.ClientSession]
    """

    def __init__(self, new_session: Callable[[], ClientSession]) -> None:
        self._new_session = new_session
        self._sessions: dict[asyncio.AbstractEventLoop, ClientSession] = {}
        self._holders: dict[asyncio.AbstractEventLoop, AsyncGenerator[ClientSession, None]] = {}
        self.were_used = False

    async def session(self) -> ClientSession:
        """The session of the running loop.

        :raises RuntimeError: If no event loop of asyncio is running.
        """
        loop = _running_loop()
        session = self._sessions.get(loop)
        if session is None:
            self.were_used = True
            self._forget_closed_loops()
            session = self._sessions[loop] = self._new_session()
            holder = self._holders[loop] = _hold(session, loop, self._sessions, self._holders)
            await holder.__anext__()  # nothing in it waits
        return session

    async def close(self) -> None:
        """Close the session of the running loop, and have those of other loops closed there."""
        holder = self._holders.pop(_running_loop(), None)
        if holder is not None:
            await holder.aclose()
        self.release()

    def release(self) -> None:
        """Have all sessions closed in their loops. Does not wait, and can be called from any thread."""
        self._forget_closed_loops()
        for loop, holder in list(self._holders.items()):
            _orphans[self._sessions[loop]] = holder
            with suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(_start_closing, loop, holder)
        self._sessions.clear()
        self._holders.clear()

    def _forget_closed_loops(self) -> None:
        """Let go of sessions whose loop was closed without closing its async generators."""
        for loop in [each for each in list(self._sessions) if each.is_closed()]:
            self._holders.pop(loop, None)
            closing = self._sessions.pop(loop).close()
            with suppress(StopIteration):
                closing.send(None)  # in a loop that is closed there is nothing to wait for


async def _hold(
    session: ClientSession, loop: asyncio.AbstractEventLoop, *registers: dict[asyncio.AbstractEventLoop, Any]
) -> AsyncGenerator[ClientSession, None]:
    """Hold a session until this generator is closed."""
    connector: Any = session.connector  # None behind the end of the session
    try:
        yield session
    finally:
        for register in registers:
            register.pop(loop, None)
        _orphans.pop(session, None)
        await session.close()
        connector.end_connections()
        await asyncio.sleep(0)  # asyncio closes sockets one turn of the loop later, and this can be the last turn


def _start_closing(loop: asyncio.AbstractEventLoop, holder: AsyncGenerator[ClientSession, None]) -> None:
    """Close a generator in a task. If the loop ends before the task began, the loop closes the generator itself."""

    async def close() -> None:
        await holder.aclose()

    loop.create_task(close())


def _running_loop() -> asyncio.AbstractEventLoop:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        raise RuntimeError(
            "no event loop of asyncio is running; on trio, make the client with transport=TrioRequestsTransport() of "
            "azure.core.pipeline.transport"
        ) from None
