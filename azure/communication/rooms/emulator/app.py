"""The service as an ASGI application. Each request is authenticated, versioned, decoded, handled, encoded, logged."""

import base64
import json
import logging
import secrets
import time
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Optional
from urllib.parse import parse_qsl

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from . import errors, versions
from .auth import Authenticator
from .exchange import Answer, Handler, Request, Service, refused
from .routes import current, identity, preview_2022

LOGGER = logging.getLogger("azure.communication.rooms.emulator")

#: Bytes of a body that are read; a body with thousands of participants stays far below.
BODY_LIMIT = 4 * 1024 * 1024

_CONSTANT_HEADERS = {
    "Request-Context": "appId=",
    "Strict-Transport-Security": "max-age=31536000;includeSubDomains",
    "X-Cache": "CONFIG_NOCACHE",
}


def make_app(service: Service, authenticator: Authenticator) -> ASGIApp:
    """The application.

    :param service: What is kept, and the time.
    :param authenticator: Judges who asks.
    """

    def endpoint(handlers: Mapping[str, Handler]) -> Endpoint:
        return Endpoint(handlers, service, authenticator)

    def rooms_endpoint(path: str) -> Endpoint:
        on_current, on_2022 = current.ROUTES.get(path, {}), preview_2022.ROUTES.get(path, {})
        return RoomsEndpoint(on_current, on_2022, service, authenticator)

    routes = [
        Route("/health", _health, methods=["GET"]),
        *(Route(path, rooms_endpoint(path)) for path in {**current.ROUTES, **preview_2022.ROUTES}),
        *(Route(path, endpoint(handlers)) for path, handlers in identity.ROUTES.items()),
    ]
    return Router(routes, redirect_slashes=False, default=endpoint({}))


async def _health(_: HttpRequest) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


class Endpoint:
    """One path: its handlers by method, and what stands around each of them. Its api-versions are as one.

    :param handlers: By method; none at all for a path that does not exist.
    :param service: What handlers work on.
    :param authenticator: Judges who asks.
    """

    def __init__(self, handlers: Mapping[str, Handler], service: Service, authenticator: Authenticator) -> None:
        self._handlers = handlers
        self._service = service
        self._authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        started = time.perf_counter()
        method, target, reason = scope["method"], _target(scope), ""
        version: Optional[versions.Version] = None
        try:
            request = self._admit(scope, await _read_body(receive))
            version = request.version
            answer = self._handler(request)(request, self._service)
        except errors.Refusal as refusal:
            answer, reason = refused(refusal, version), f" {refusal.reason()}"
        except Exception:
            LOGGER.exception("%s %s failed", method, target)
            answer, reason = refused(errors.internal(), version), " a fault of the emulator"
        milliseconds = (time.perf_counter() - started) * 1000
        LOGGER.info("%s %s %d %.1f ms%s", method, target, answer.status, milliseconds, reason)
        await self._encode(answer, version)(scope, receive, send)

    def _admit(self, scope: Scope, body: bytes) -> Request:
        """Authenticate, read the version, decode."""
        method, target = scope["method"], _target(scope)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self._authenticator.check(method, target, headers, body, self._service.clock.ticks())
        if not self._handlers:
            raise errors.no_such_path()
        if method not in self._handlers:
            raise errors.no_such_method(method)
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        origin = f"{scope['scheme']}://{headers.get('host', '')}"
        version = self._version(query.get("api-version", ""), origin + target)
        return Request(method, origin, target, scope.get("path_params", {}), query, headers, body, version)

    def _version(self, text: str, _url: str) -> versions.Version:
        """The version of an api-version's text; the URL is for a refusal."""
        return versions.Version(text)

    def _handler(self, request: Request) -> Handler:
        """What answers a request whose method the path has."""
        return self._handlers[request.method]

    def _announced(self, _version: Optional[versions.Version]) -> Optional[str]:
        """The versions that an answer names as supported, None to name none."""
        return None

    def _encode(self, answer: Answer, version: Optional[versions.Version]) -> Response:
        """The answer with every header of the service's own, its body in chunks as the service sends it."""
        headers: dict[str, str] = {**_CONSTANT_HEADERS, **answer.headers}
        headers["Date"] = format_datetime(self._service.clock.now(), usegmt=True)
        headers["MS-CV"] = base64.b64encode(secrets.token_bytes(16)).decode().rstrip("=") + ".0"
        headers["X-Azure-Ref"] = secrets.token_hex(16)
        announced = self._announced(version)
        if announced is not None and answer.announced:
            headers["api-supported-versions"] = announced
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
        response = Response(json.dumps(answer.body, separators=(",", ":")), answer.status, headers)
        del response.headers["Content-Length"]
        return response


class RoomsEndpoint(Endpoint):
    """One path of Rooms, on two wires: 2022-02-01 has other methods than the versions after it.

    :param current: Handlers by method on 2023-03-31-preview and later.
    :param preview_2022: Handlers by method on 2022-02-01.
    :param service: What handlers work on.
    :param authenticator: Judges who asks.
    """

    def __init__(
        self,
        current: Mapping[str, Handler],
        preview_2022: Mapping[str, Handler],
        service: Service,
        authenticator: Authenticator,
    ) -> None:
        super().__init__({**preview_2022, **current}, service, authenticator)
        self._current = current
        self._preview_2022 = preview_2022

    def _version(self, text: str, url: str) -> versions.Version:
        return versions.resolve(text, url)

    def _handler(self, request: Request) -> Handler:
        handlers = self._preview_2022 if request.version.is_preview_2022 else self._current
        if request.method not in handlers:
            raise errors.api_version_unsupported(request.origin + request.target, request.version.text)
        return handlers[request.method]

    def _announced(self, version: Optional[versions.Version]) -> Optional[str]:
        return versions.announced(version, has_current=bool(self._current))


async def _read_body(receive: Receive) -> bytes:
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise errors.broken_off()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_LIMIT:
            raise errors.too_large(BODY_LIMIT)
    return bytes(body)


def _target(scope: Scope) -> str:
    """Path and query as received."""
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path
