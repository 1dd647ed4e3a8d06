"""The service as an ASGI application: log -> fault -> auth -> version -> decode -> handler -> encode."""

from __future__ import annotations

import base64
import json
import logging
import secrets
import sqlite3
import time
from collections.abc import Mapping
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from . import errors, ticks, versions
from .control import Control
from .disturbance import answer_of, disturbed, send_disturbed, wait
from .exchange import Answer, Handler, Request, Service, refused
from .fault_spec import Fault
from .faults import ActiveFault, combine
from .journal import Entry, shown
from .receiving import headers_of, read_body, target_of
from .routes import admin, current, identity, preview_2022
from .site import Site

LOGGER = logging.getLogger("azure.communication.rooms.emulator")

_CONSTANT_HEADERS = {
    "Request-Context": "appId=",
    "Strict-Transport-Security": "max-age=31536000;includeSubDomains",
    "X-Cache": "CONFIG_NOCACHE",
}
#: On every answer to a request with the header Origin, errors too, and on no other.
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
#: Seconds for which a browser need not ask again (not observed, like all that is said to a preflight).
_PREFLIGHT_AGE = "3600"


def make_app(site: Site) -> ASGIApp:
    """The application.

    :param site: What is kept, the time, who may ask, what goes wrong.
    """

    def rooms_endpoint(path: str) -> Endpoint:
        return RoomsEndpoint(current.ROUTES.get(path, {}), preview_2022.ROUTES.get(path, {}), site)

    routes = [
        *(Route(path, rooms_endpoint(path)) for path in {**current.ROUTES, **preview_2022.ROUTES}),
        *(Route(path, Endpoint(handlers, site)) for path, handlers in identity.ROUTES.items()),
        Route("/health", _health, methods=["GET"]),
        Mount(admin.PREFIX, Control(site)),
    ]
    return Router(routes, redirect_slashes=False, default=Endpoint({}, site))


async def _health(request: HttpRequest) -> Response:
    headers = _ANY_ORIGIN if "origin" in request.headers else None
    return Response(b'{"status":"ok"}', headers=headers, media_type="application/json")


class Visit:
    """A request on its way, and what is known of it so far.

    :param scope: The request (ASGI).
    :param service: What it works on until it has proved whose it is.
    """

    def __init__(self, scope: Scope, service: Service) -> None:
        self.started = time.perf_counter()
        self.scope = scope
        self.method: str = scope["method"]
        self.target = target_of(scope)
        self.headers = headers_of(scope)
        self.body = b""
        self.service = service
        self.account: str | None = None
        self.version: versions.Version | None = None
        self.met: list[ActiveFault] = []
        self.fault: Fault | None = None
        self.reason = ""


class Endpoint:
    """One path: its handlers by method, and what stands around each of them. Its api-versions are as one.

    :param handlers: By method; none at all for a path that does not exist.
    :param site: What handlers work on.
    """

    def __init__(self, handlers: Mapping[str, Handler], site: Site) -> None:
        self._handlers = handlers
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        visit = Visit(scope, next(iter(self._site.services.values())))
        answer = await self._answer(visit, receive)
        self._log(visit, answer)
        response = self._encode(answer, visit)
        if visit.fault is None:
            await response(scope, receive, send)
        else:
            await send_disturbed(response, visit.fault, scope, receive, send)

    async def _answer(self, visit: Visit, receive: Receive) -> Answer:
        """What becomes of a request, whatever that is."""
        try:
            visit.body = await read_body(receive)
            ready = await self._meet_faults(visit, receive)
            if ready is not None:
                return ready
            if _is_preflight(visit):
                return _allow(visit)
            request = self._admit(visit)
            visit.version = request.version
            return self._handler(request)(request, visit.service)
        except errors.Refusal as refusal:
            visit.reason = refusal.reason()
            return refused(refusal, visit.version)
        except sqlite3.OperationalError as error:
            visit.reason = f"not kept: {error}"
            return refused(errors.not_kept(str(error)), visit.version)
        except Exception:
            LOGGER.exception("%s %s failed", visit.method, shown(visit.target))
            visit.reason = "a fault of the emulator"
            return refused(errors.internal(), visit.version)

    async def _meet_faults(self, visit: Visit, receive: Receive) -> Answer | None:
        """The answer of a fault that lets nothing else happen; None when the request goes on."""
        visit.met = self._site.faults.meet(visit.method, visit.target.partition("?")[0])
        visit.fault = fault = combine(visit.met)
        if fault is None:
            return None
        if fault.delay is not None:
            await wait(fault.delay, receive)
        visit.service = disturbed(visit.service, fault)
        return Answer(204) if fault.reset == "before" else answer_of(fault)

    def _admit(self, visit: Visit) -> Request:
        """Authenticate, read the version, decode."""
        method, target, headers = visit.method, visit.target, visit.headers
        times = visit.service.clock.times_of_clients()
        visit.account = self._site.authenticator.check(method, target, headers, visit.body, times)
        visit.service = visit.service._replace(store=self._site.services[visit.account].store)
        self._site.purge(visit.service)
        if not self._handlers:
            raise errors.no_such_path()
        if method not in self._handlers:
            raise errors.no_such_method(method)
        query = dict(parse_qsl(visit.scope["query_string"].decode("latin-1"), keep_blank_values=True))
        origin = f"{visit.scope['scheme']}://{headers.get('host', '')}"
        version = self._version(query.get("api-version", ""), origin + target)
        parameters = visit.scope.get("path_params", {})
        return Request(method, origin, target, parameters, query, headers, visit.body, version)

    def _version(self, text: str, _url: str) -> versions.Version:
        """The version of an api-version's text; the URL is for a refusal."""
        return versions.Version(text)

    def _handler(self, request: Request) -> Handler:
        """What answers a request whose method the path has."""
        return self._handlers[request.method]

    def _announced(self, _version: versions.Version | None) -> str | None:
        """The versions that an answer names as supported, None to name none."""
        return None

    def _log(self, visit: Visit, answer: Answer) -> None:
        was_reset = visit.fault is not None and visit.fault.reset is not None
        entry = Entry(
            0,
            ticks.write(self._site.clock.ticks()),
            visit.method,
            shown(visit.target),
            None if was_reset else answer.status,
            round((time.perf_counter() - visit.started) * 1000, 3),
            visit.reason,
            visit.account,
            visit.headers.get("x-ms-client-request-id"),
            tuple(active.number for active in visit.met),
        )
        entry = self._site.journal.add(entry)
        LOGGER.info("%s", entry)
        LOGGER.debug("  account %s, %d bytes, id %s", entry.account, len(visit.body), entry.client_request_id)

    def _encode(self, answer: Answer, visit: Visit) -> Response:
        """The answer with every header of the service's own, its body in chunks as the service sends it."""
        headers: dict[str, str] = {**_CONSTANT_HEADERS, **answer.headers}
        headers["Date"] = format_datetime(visit.service.clock.now(), usegmt=True)
        if visit.version is not None and visit.version.is_preview_2022:
            del headers["Request-Context"]  # no answer of 2022 has it
        if "origin" in visit.headers:
            headers.update(_ANY_ORIGIN)
        headers["MS-CV"] = base64.b64encode(secrets.token_bytes(16)).decode().rstrip("=") + ".0"
        headers["X-Azure-Ref"] = secrets.token_hex(16)
        announced = self._announced(visit.version)
        if announced is not None and answer.announced:
            headers["api-supported-versions"] = announced
        if answer.body is None:
            return Response(status_code=answer.status, headers=headers)
        headers.setdefault("Content-Type", "application/json; charset=utf-8")
        response = Response(json.dumps(answer.body, separators=(",", ":")), answer.status, headers)
        del response.headers["Content-Length"]
        return response


def _is_preflight(visit: Visit) -> bool:
    """Whether a browser asks if a page may send a request; it sends no credentials with that."""
    return visit.method == "OPTIONS" and {"origin", "access-control-request-method"} <= visit.headers.keys()


def _allow(visit: Visit) -> Answer:
    """The answer to a preflight (not observed): a page may send what it asks for, and is answered when it does.

    Headers are named one by one, since ``*`` does not stand for Authorization.
    """
    headers = {
        "Access-Control-Allow-Methods": visit.headers["access-control-request-method"],
        "Access-Control-Max-Age": _PREFLIGHT_AGE,
    }
    if "access-control-request-headers" in visit.headers:
        headers["Access-Control-Allow-Headers"] = visit.headers["access-control-request-headers"]
    return Answer(204, headers=headers, announced=False)


class RoomsEndpoint(Endpoint):
    """One path of Rooms, on two wires: 2022-02-01 has other methods than the versions after it.

    :param current: Handlers by method on 2023-03-31-preview and later.
    :param preview_2022: Handlers by method on 2022-02-01.
    :param site: What handlers work on.
    """

    def __init__(self, current: Mapping[str, Handler], preview_2022: Mapping[str, Handler], site: Site) -> None:
        super().__init__({**preview_2022, **current}, site)
        self._current = current
        self._preview_2022 = preview_2022

    def _version(self, text: str, url: str) -> versions.Version:
        version = versions.resolve(text, url)
        if text not in versions.KNOWN and self._site.is_news(text):
            LOGGER.warning("api-version %s is not known; it is served as %s", text, versions.NEWEST)
        return version

    def _handler(self, request: Request) -> Handler:
        handlers = self._preview_2022 if request.version.is_preview_2022 else self._current
        if request.method not in handlers:
            raise errors.api_version_unsupported(request.origin + request.target, request.version.text)
        return handlers[request.method]

    def _announced(self, version: versions.Version | None) -> str | None:
        return versions.announced(version, has_current=bool(self._current))
