"""The session of aiohttp that the async transport sends over."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHandlerType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.connector import Connection

from .aiohttp_response import FinalResponse
from .base_response import describe
from .defaults import IDLE_EXPIRY, MAX_HEADER_LINE

#: Seconds beyond which aiohttp rounds timeouts up to whole ones: never, a deadline is kept as it is.
NEVER_ROUNDED = float("inf")
#: Bytes of a body that aiohttp holds before it stops to read from the socket.
_READ_BUFFER = 256 * 1024
#: Headers that no response and no error refers to.
_CREDENTIALS = ("Authorization", "Proxy-Authorization")
#: Headers that aiohttp would add by itself.
_AUTOMATIC_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class Attempt:
    """One request: how far it has come.

    :ivar bool is_sent: Whether it has a connection, so that the service may have got it.
    """

    __slots__ = ("is_sent",)

    def __init__(self) -> None:
        self.is_sent = False


#: The attempt that the running task makes. A tenth of the cost of a trace of aiohttp, which could note the same.
current_attempt: ContextVar[Attempt] = ContextVar("rooms_attempt")


class ConnectionLostError(ClientError):
    """The connection ended before its response was complete. aiohttp sends a request again after errors of its own."""


class Connector(TCPConnector):
    """aiohttp's connector, which can end what is left of its connections.

    After a timeout aiohttp closes a connection over TLS as TLS does, and waits for the other side. A loop that is
    closed before that leaves an open socket and a ResourceWarning.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._transports: set[asyncio.Transport] = set()

    async def connect(self, *arguments: Any, **options: Any) -> Connection:
        """Get a connection, as aiohttp's does, and note it. Those that were closed meanwhile end at once."""
        connection = await super().connect(*arguments, **options)
        current_attempt.get().is_sent = True
        transport = connection.transport
        if transport is not None and transport not in self._transports:
            self._end([each for each in self._transports if each.is_closing()])
            self._transports.add(transport)
        return connection

    def end_connections(self) -> None:
        """End all connections at once."""
        self._end(list(self._transports))

    def _end(self, transports: list[asyncio.Transport]) -> None:
        for transport in transports:
            transport.abort()
        self._transports.difference_update(transports)


def new_session(max_connections: int) -> ClientSession:
    """Make a session in the running loop.

    :param int max_connections: Connections in use at once; 0 for no limit.
    """
    return ClientSession(
        connector=Connector(
            limit=max_connections,
            keepalive_timeout=IDLE_EXPIRY,
            timeout_ceil_threshold=NEVER_ROUNDED,
        ),
        cookie_jar=DummyCookieJar(),
        skip_auto_headers=_AUTOMATIC_HEADERS,
        response_class=FinalResponse,
        auto_decompress=False,
        trust_env=False,
        middlewares=(_send_once,),
        read_bufsize=_READ_BUFFER,
        max_line_size=MAX_HEADER_LINE,
        max_field_size=MAX_HEADER_LINE,
    )


async def _send_once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Keep aiohttp from sending a request again, which it does after two of its errors; forget the credentials."""
    try:
        return await handler(request)
    except ClientConnectorError:
        raise
    except (ClientOSError, ServerDisconnectedError) as error:
        raise ConnectionLostError(describe(error)) from error
    finally:
        for name in _CREDENTIALS:  # the response refers to these headers
            request.headers.popall(name, None)
