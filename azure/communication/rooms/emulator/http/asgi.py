"""The emulator as an ASGI application: between the HTTP server's messages and the pipeline and the admin commands."""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette import routing
from starlette.types import ASGIApp, Receive, Scope, Send

from ..._version import __version__
from ..admin import app as admin
from ..pipeline import app as pipeline
from ..pipeline.context import NO_ROUTE, EncodedResponse, RequestHead, Route
from .admin_endpoints import AdminEndpoint, FrontEndpoint
from .messages import BODY_LIMIT, connection_of, headers_of, port_of, read_body, send_start, send_whole, until_closed


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
            *(routing.Route(path, FrontEndpoint(commands, endpoint(NO_ROUTE))) for path in ("/", admin.PREFIX)),
            routing.Mount(admin.PREFIX, AdminEndpoint(commands)),
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
            headers_of(scope),
            {name: unquote(value) for name, value in scope.get("path_params", {}).items()},
        )
        is_elsewhere = self._admin_port is not None and port_of(scope) == self._admin_port
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
        if "origin" in headers_of(scope):
            headers["Access-Control-Allow-Origin"] = "*"
        await send_whole(200, headers, content, send)


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
        await connection_of(self._scope).wait_closed(self._receive, timeout)


async def _send(response: EncodedResponse, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a response, or the part that a fault leaves."""
    if response.is_reset:
        connection_of(scope).reset()
        await until_closed(receive)
        return
    content = response.content
    if response.truncate_at is None or not content:
        await send_whole(response.status, response.headers, content, send)
        return
    await send_start(response.status, {**response.headers, "Content-Length": str(len(content))}, send)
    sent = content[: min(response.truncate_at, len(content) - 1)]
    await send({"type": "http.response.body", "body": sent, "more_body": True})
    connection_of(scope).close()
    await until_closed(receive)
