"""What both halves of the application read of a request, from the server's own form of it (ASGI)."""

from __future__ import annotations

from starlette.types import Receive, Scope

from . import errors

#: Bytes of a body that are read; a body with thousands of participants stays far below.
BODY_LIMIT = 4 * 1024 * 1024


async def read_body(receive: Receive, limit: int = BODY_LIMIT) -> bytes:
    """The whole body.

    One that is too large is received to its end and forgotten on the way: a client that is still sending would see a
    reset connection in place of the refusal.
    """
    body, length, more = bytearray(), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise errors.broken_off()
        chunk = message.get("body", b"")
        length += len(chunk)
        if length <= limit:
            body += chunk
        more = message.get("more_body", False)
    if length > limit:
        raise errors.too_large(limit)
    return bytes(body)


def target_of(scope: Scope) -> str:
    """Path and query as received."""
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def headers_of(scope: Scope) -> dict[str, str]:
    """Headers by lower-case name."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
