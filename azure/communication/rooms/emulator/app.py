"""The service as an ASGI application. Each request is authenticated, versioned, decoded, handled, encoded, logged."""

import base64
import json
import logging
import secrets
import time
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Callable, Optional
from urllib.parse import parse_qsl

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from . import errors, versions
from .auth import Authenticator
from .exchange import Answer, Request, Service, refused
from .routes import current, identity

LOGGER = logging.getLogger("azure.communication.rooms.emulator")

#: Bytes of a body that are read; a body with thousands of participants stays far below.
BODY_LIMIT = 4 * 1024 * 1024

Handler = Callable[[Request, Service], Answer]
#: From the text of an api-version, and the URL for a refusal, to the version.
ResolveVersion = Callable[[str, str], versions.Version]

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

    def rooms(path: str, **handlers: Handler) -> Route:
        return Route(path, Endpoint(handlers, service, authenticator, versions.resolve, versions.ANNOUNCED))

    def identities(path: str, **handlers: Handler) -> Route:
        return Route(path, Endpoint(handlers, service, authenticator, versions.any_version, None))

    routes = [
        Route("/health", _health, methods=["GET"]),
        rooms("/rooms", GET=current.list_rooms, POST=current.create_room),
        rooms("/rooms/{room_id}", GET=current.get_room, PATCH=current.update_room, DELETE=current.delete_room),
        rooms("/rooms/{room_id}/participants", GET=current.list_participants, PATCH=current.update_participants),
        identities("/identities", POST=identity.create_identity),
        identities("/identities/{user}", DELETE=identity.delete_identity),
        identities("/identities/{user}/:issueAccessToken", POST=identity.issue_access_token),
    ]
    unknown = Endpoint({}, service, authenticator, versions.any_version, None)
    return Router(routes, redirect_slashes=False, default=unknown)


async def _health(_: HttpRequest) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


class Endpoint:
    """One path: its handlers by method, and what stands around each of them.

    :param handlers: By method; none at all for a path that does not exist.
    :param service: What handlers work on.
    :param authenticator: Judges who asks.
    :param resolve_version: Reads api-versions.
    :param announced: The versions that answers name as supported, None to name none.
    """

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        service: Service,
        authenticator: Authenticator,
        resolve_version: ResolveVersion,
        announced: Optional[str],
    ) -> None:
        self._handlers = handlers
        self._service = service
        self._authenticator = authenticator
        self._resolve_version = resolve_version
        self._announced = announced

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        started = time.perf_counter()
        method, target, reason = scope["method"], _target(scope), ""
        try:
            answer = self._handle(scope, await _read_body(receive))
        except errors.Refusal as refusal:
            answer, reason = refused(refusal), f" {refusal.reason()}"
        except Exception:
            LOGGER.exception("%s %s failed", method, target)
            answer, reason = refused(errors.internal()), " a fault of the emulator"
        milliseconds = (time.perf_counter() - started) * 1000
        LOGGER.info("%s %s %d %.1f ms%s", method, target, answer.status, milliseconds, reason)
        await self._encode(answer)(scope, receive, send)

    def _handle(self, scope: Scope, body: bytes) -> Answer:
        """Authenticate, read the version, decode, handle."""
        method, target = scope["method"], _target(scope)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self._authenticator.check(method, target, headers, body, self._service.clock.ticks())
        if not self._handlers:
            raise errors.no_such_path()
        handler = self._handlers.get(method)
        if handler is None:
            raise errors.no_such_method(method)
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        origin = f"{scope['scheme']}://{headers.get('host', '')}"
        version = self._resolve_version(query.get("api-version", ""), origin + target)
        parameters = scope.get("path_params", {})
        return handler(Request(method, origin, target, parameters, query, headers, body, version), self._service)

    def _encode(self, answer: Answer) -> Response:
        """The answer with every header of the service's own, its body in chunks as the service sends it."""
        headers: dict[str, str] = {**_CONSTANT_HEADERS, **answer.headers}
        headers["Date"] = format_datetime(self._service.clock.now(), usegmt=True)
        headers["MS-CV"] = base64.b64encode(secrets.token_bytes(16)).decode().rstrip("=") + ".0"
        headers["X-Azure-Ref"] = secrets.token_hex(16)
        if self._announced is not None and answer.announced:
            headers["api-supported-versions"] = self._announced
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        headers["Content-Type"] = "application/json; charset=utf-8"
        response = Response(json.dumps(answer.body, separators=(",", ":")), answer.status, headers)
        del response.headers["Content-Length"]
        return response


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
