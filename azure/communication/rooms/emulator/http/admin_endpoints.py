"""The paths of the admin API, and the emulator's address itself, which leads browsers to the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..admin import app as admin
from ..service import errors
from .messages import caller_of, read_body, send_start, send_whole


class AdminEndpoint:
    """The paths under ``/_emulator``.

    :param commands: Handles the requests.
    """

    def __init__(self, commands: admin.AdminApp) -> None:
        self._commands = commands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        body = RequestBody(receive)
        response = await self._commands.run(_admin_request(scope), body)
        if response.stream is None:
            await send_start(response.status, response.headers, send)
            await send({"type": "http.response.body", "body": response.content, "more_body": True})
            await body.skip()
            await send({"type": "http.response.body", "body": b""})
        else:
            stream = StreamingResponse(response.stream, response.status, response.headers)
            await stream(scope, receive, send)


class FrontEndpoint:
    """The emulator's address itself: it leads browsers to the page, and is a path that does not exist for all others.

    :param commands: Has the page.
    :param default: Handles the requests of all others.
    """

    def __init__(self, commands: admin.AdminApp, default: ASGIApp) -> None:
        self._commands = commands
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        request = _admin_request(scope)
        if request.method not in ("GET", "HEAD") or not _accepts_html(request.caller.headers.get("accept", "")):
            await self._default(scope, receive, send)
            return
        response = self._commands.lead_to_page(request)
        await send_whole(response.status, response.headers, response.content, send)


class RequestBody:
    """The body of a request, for the admin commands.

    :param receive: The server's (ASGI).
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_read = False

    async def read(self, limit: int) -> bytes:
        """Read the whole body."""
        self._is_read = True
        return await read_body(self._receive, limit)

    async def parts(self) -> AsyncIterator[bytes]:
        """Read the body as it comes."""
        while not self._is_read:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise errors.incomplete_body()
            self._is_read = not message.get("more_body", False)
            yield message.get("body", b"")

    async def skip(self) -> None:
        """Drop what is left: a client that is still sending would see a reset connection in place of the response."""
        with suppress(errors.ServiceError):
            async for _ in self.parts():
                pass


def _accepts_html(accept: str) -> bool:
    """Return whether a header Accept names HTML itself, as those of browsers do."""
    return any(part.partition(";")[0].strip().lower() == "text/html" for part in accept.split(","))


def _admin_request(scope: Scope) -> admin.AdminRequest:
    return admin.AdminRequest(
        scope["method"],
        scope["path"].partition(admin.PREFIX)[2],
        scope["query_string"].decode("latin-1"),
        caller_of(scope),
    )
