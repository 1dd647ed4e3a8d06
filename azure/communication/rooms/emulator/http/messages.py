"""Requests and responses in the messages of ASGI: where a request comes from, its headers and body, a response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

from starlette.types import Receive, Scope, Send

from ..access import Caller
from ..service import errors

#: The name under which the state in a request's scope holds its connection.
CONNECTION = "azure.communication.rooms.connection"
#: Bytes of a body that are read; a body with thousands of participants stays far below.
BODY_LIMIT = 4 * 1024 * 1024


class BreakableConnection(Protocol):
    """A connection that a fault can break."""

    async def wait_closed(self, receive: Receive, timeout: float) -> None:
        """Return when the client has disconnected, or after this many seconds."""

    def reset(self) -> None:
        """Reset it at once."""

    def close(self) -> None:
        """Close it when what was written has been sent."""


async def until_closed(receive: Receive) -> None:
    """Return when the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass


def connection_of(scope: Scope) -> BreakableConnection:
    """Return what a request came over."""
    return cast(BreakableConnection, scope["state"][CONNECTION])


def caller_of(scope: Scope) -> Caller:
    """Return where a request comes from."""
    address = (scope.get("client") or ("",))[0]
    return Caller(address, scope["scheme"], headers_of(scope), port_of(scope))


def port_of(scope: Scope) -> int | None:
    """Return the port on which a request arrived."""
    server: tuple[str, int | None] = scope.get("server") or ("", None)
    return server[1]


async def read_body(receive: Receive, limit: int) -> bytes:
    """Read the whole body.

    One that is too large is received to its end and dropped on the way: a client that is still sending would see a
    reset connection in place of the error.

    :raises ServiceError: If it is too large or incomplete.
    """
    parts: list[bytes] = []
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise errors.incomplete_body()
        chunk = message.get("body", b"")
        length += len(chunk)
        if length <= limit:
            parts.append(chunk)
        more = message.get("more_body", False)
    if length > limit:
        raise errors.too_large(limit)
    return b"".join(parts)


def headers_of(scope: Scope) -> dict[str, str]:
    """Return headers by lower-case name."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def send_whole(status: int, headers: Mapping[str, str], content: bytes, send: Send) -> None:
    """Send a response."""
    await send_start(status, headers, send)
    await send({"type": "http.response.body", "body": content})


async def send_start(status: int, headers: Mapping[str, str], send: Send) -> None:
    """Send the head of a response."""
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
