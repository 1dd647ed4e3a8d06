"""The emulator as an ASGI application: between the HTTP server's messages and the pipeline and the admin commands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Protocol, cast
from urllib.parse import quote, unquote

from starlette import routing
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ..._version import __version__
from ..access import Caller
from ..admin import app as admin
from ..pipeline import app as pipeline
from ..pipeline.context import NO_ROUTE, EncodedResponse, RequestHead, Route
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


def make_app(service: pipeline.Pipeline, commands: admin.AdminApp, admin_port: int | None = None) -> ASGIApp:
    """Return the application.

    :param service: Handles the requests of the Rooms and Identity services.
    :param commands: Handles those under ``/_emulator``.
    :param admin_port: A port without the service's paths; None when there is none.
    """

    def endpoint(route: Route) -> ASGIApp:
        return _Endpoint(service, route, admin_port)

    router = routing.Router(
        [
            *(routing.Route(route.path, endpoint(route)) for route in pipeline.ROUTES),
            routing.Route("/health", _Health(endpoint(NO_ROUTE))),
            *(routing.Route(path, _Front(commands, endpoint(NO_ROUTE))) for path in ("/", admin.PREFIX)),
            routing.Mount(admin.PREFIX, _Admin(commands)),
        ],
        redirect_slashes=False,
        default=endpoint(NO_ROUTE),
    )
    return _RawPathRouter(router)


class _RawPathRouter:
    """Routes on the path with its percent-escapes, so that an escaped slash or line feed is part of a segment.

    :param router: Routes on the path in the scope.
    """

    def __init__(self, router: ASGIApp) -> None:
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        raw = scope["raw_path"].decode("latin-1")
        if "%" in raw:
            path = "/".join(quote(unquote(segment), safe=":") for segment in raw.split("/"))
            scope = {**scope, "path": path}
        await self._router(scope, receive, send)


class _Endpoint:
    """A path of the service.

    :param service: Handles the requests.
    :param route: The path's operations.
    :param admin_port: A port on which the path does not exist.
    """

    def __init__(self, service: pipeline.Pipeline, route: Route, admin_port: int | None) -> None:
        self._service = service
        self._route = route
        self._admin_port = admin_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
        head = RequestHead(
            scope["method"],
            scope["scheme"],
            f"{path}?{query}" if query else path,
            _headers_of(scope),
            {name: unquote(value) for name, value in scope.get("path_params", {}).items()},
        )
        is_elsewhere = self._admin_port is not None and _port_of(scope) == self._admin_port
        response = await self._service.run(
            head, HttpConnection(scope, receive), NO_ROUTE if is_elsewhere else self._route
        )
        await _send(response, scope, receive, send)


class _Health:
    """``GET /health``: open to every caller; every other method is that of a path that does not exist.

    :param default: Handles the other methods.
    """

    def __init__(self, default: ASGIApp) -> None:
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        if scope["method"] not in ("GET", "HEAD"):
            await self._default(scope, receive, send)
            return
        content = b'{"status":"ok"}'
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "Server": f"rooms-emulator/{__version__}",  # who waits for an emulator knows it by that
        }
        if "origin" in _headers_of(scope):
            headers["Access-Control-Allow-Origin"] = "*"
        await _send_whole(200, headers, content, send)


class _Admin:
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
            await _send_start(response.status, response.headers, send)
            await send({"type": "http.response.body", "body": response.content, "more_body": True})
            await body.skip()
            await send({"type": "http.response.body", "body": b""})
        else:
            stream = StreamingResponse(response.stream, response.status, response.headers)
            await stream(scope, receive, send)


class _Front:
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
        await _send_whole(response.status, response.headers, response.content, send)


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


class HttpConnection:
    """What a request came over, for the pipeline.

    :param scope: The server's (ASGI).
    :param receive: The server's (ASGI).
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive

    async def read_body(self) -> bytes:
        """Read the whole body."""
        return await read_body(self._receive, BODY_LIMIT)

    async def wait_closed(self, timeout: float) -> None:
        """Return when the client has disconnected, or after this many seconds."""
        await _connection_of(self._scope).wait_closed(self._receive, timeout)


async def until_closed(receive: Receive) -> None:
    """Return when the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _connection_of(scope: Scope) -> BreakableConnection:
    return cast(BreakableConnection, scope["state"][CONNECTION])


def caller_of(scope: Scope) -> Caller:
    """Return where a request comes from."""
    address = (scope.get("client") or ("",))[0]
    return Caller(address, scope["scheme"], _headers_of(scope), _port_of(scope))


def _port_of(scope: Scope) -> int | None:
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


def _headers_of(scope: Scope) -> dict[str, str]:
    """Return headers by lower-case name."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def _send(response: EncodedResponse, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a response, or the part that a fault leaves."""
    if response.is_reset:
        _connection_of(scope).reset()
        await until_closed(receive)
        return
    content = response.content
    if response.truncate_at is None or not content:
        await _send_whole(response.status, response.headers, content, send)
        return
    await _send_start(response.status, {**response.headers, "Content-Length": str(len(content))}, send)
    sent = content[: min(response.truncate_at, len(content) - 1)]
    await send({"type": "http.response.body", "body": sent, "more_body": True})
    _connection_of(scope).close()
    await until_closed(receive)


async def _send_whole(status: int, headers: Mapping[str, str], content: bytes, send: Send) -> None:
    await _send_start(status, headers, send)
    await send({"type": "http.response.body", "body": content})


async def _send_start(status: int, headers: Mapping[str, str], send: Send) -> None:
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
