"""A transport that sends what is written at a time as one: uvicorn writes the head and the body of a response apart."""

from __future__ import annotations

import asyncio
from typing import Any

#: Bytes that wait at most.
_LIMIT = 64 * 1024


class JoiningTransport:
    """Sends all that is written until the event loop runs its next callbacks by one call of the system.

    That call is the dearest part of a response. With two of them, a client is also woken for a head without its body.

    :param transport: The connection's; what is not here is that one's.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []
        self._length = 0

    def write(self, data: bytes) -> None:
        """Write some bytes, soon."""
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)
        self._length += len(data)
        if self._length > _LIMIT:
            self._flush()

    def _flush(self) -> None:
        parts, self._parts, self._length = self._parts, [], 0
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))

    def close(self) -> None:
        """Close the connection when what was written has been sent."""
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
