"""A transport that calls the application with no connection in between, for clients in the same process.

It stands below ``requests``, so that all above it is what a client uses over a connection: azure-core's own transport,
with its errors, its decoding of bodies and its detection of incomplete ones.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from azure.core.pipeline.transport import HttpTransport, RequestsTransport
from requests.adapters import BaseAdapter, HTTPAdapter
from starlette.types import ASGIApp, Message, Scope
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import ProtocolError

from . import event_loop
from .asgi import EXTENSION


def make_transport(app: ASGIApp) -> HttpTransport[Any, Any]:
    """Return a transport that calls an application.

    :param app: The application (ASGI).
    """
    session = requests.Session()
    session.trust_env = False
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(app))
    # As the owner it would open a session of its own. azure-core has no types here.
    transport: HttpTransport[Any, Any] = RequestsTransport(session=session, session_owner=False)
    return transport


class _Adapter(BaseAdapter):
    """The adapter that ``requests`` sends with."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app

    def send(  # type: ignore[override]  # of its keywords one counts
        self, request: requests.PreparedRequest, timeout: tuple[float, float] = (0, 300), **_: Any
    ) -> requests.Response:
        """Call the application in a thread, since the caller's may run an event loop of its own."""
        exchange = _Exchange(request)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(event_loop.run, exchange.run(self._app, timeout[1])).result()
        if exchange.timed_out:
            raise requests.ReadTimeout(f"No response within {timeout[1]} seconds.", request=request)
        if exchange.was_reset:
            reset = ConnectionResetError("The emulator reset the connection.")
            raise requests.ConnectionError(ProtocolError("Connection aborted.", reset), request=request)
        return HTTPAdapter().build_response(request, exchange.response())

    def close(self) -> None:
        """Nothing is open between two calls."""


class _Exchange:
    """One request, its answer, and in place of a connection what faults break."""

    def __init__(self, request: requests.PreparedRequest) -> None:
        self.timed_out = self.was_reset = False
        self._request = request
        self._has_sent = False
        self._status = 0
        self._headers = HTTPHeaderDict()
        self._body = bytearray()

    async def run(self, app: ASGIApp, timeout: float) -> None:
        """Send the request, and take the answer; leave when it does not come in time."""
        self._gone = asyncio.Event()
        answering = asyncio.ensure_future(app(self._scope(), self._receive, self._send))
        await asyncio.wait({answering}, timeout=timeout)
        self.timed_out = not answering.done()
        self._gone.set()
        await answering

    def reset(self) -> None:
        """End it at once."""
        self.was_reset = True
        self._gone.set()

    def close(self) -> None:
        """End it with what was sent."""
        self._gone.set()

    def response(self) -> HTTPResponse:
        """The answer, as it would have come over a connection."""
        return HTTPResponse(
            BytesIO(bytes(self._body)),
            self._headers,
            self._status,
            reason=HTTPStatus(self._status).phrase,
            preload_content=False,
            request_method=self._request.method,
        )

    def _scope(self) -> Scope:
        url = urlsplit(str(self._request.url))
        path = (url.path or "/").encode("ascii")
        headers = [(name.lower().encode(), _bytes(value)) for name, value in self._request.headers.items()]
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": url.scheme,
            "path": unquote(url.path or "/"),
            "raw_path": path,
            "query_string": url.query.encode("ascii"),
            "root_path": "",
            "headers": [(b"host", url.netloc.encode("ascii")), *headers],
            "client": ("127.0.0.1", 0),
            "server": (url.hostname, url.port),
            "extensions": {EXTENSION: self},
        }

    async def _receive(self) -> Message:
        if self._has_sent:
            await self._gone.wait()
            return {"type": "http.disconnect"}
        self._has_sent = True
        return {"type": "http.request", "body": _bytes(self._request.body), "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            for name, value in message["headers"]:
                self._headers.add(name.decode("latin-1"), value.decode("latin-1"))
        else:
            self._body += message["body"]


def _bytes(value: bytes | str | Any | None) -> bytes:
    if value is None or isinstance(value, bytes):
        return value or b""
    return value.encode("utf-8") if isinstance(value, str) else b"".join(value)
