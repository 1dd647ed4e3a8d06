"""A transport that calls the application with no connection in between, for clients in the same process.

It takes the place of a session of ``requests``, so that all above it is what a client can use over a connection:
azure-core's transport, with its errors, its decoding of bodies and its detection of incomplete ones.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import responses
from io import BytesIO
from typing import Any, Callable
from urllib.parse import unquote, urlsplit

import requests
from azure.core.pipeline.transport import HttpTransport, RequestsTransport
from requests.adapters import HTTPAdapter
from starlette.types import ASGIApp, Message, Receive, Scope
from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.exceptions import ProtocolError

from ..admin import app as admin
from . import event_loop
from .messages import CONNECTION


def make_transport(app: ASGIApp, is_running: Callable[[], bool] = lambda: True) -> HttpTransport[Any, Any]:
    """Return a transport that calls an application.

    :param app: The application (ASGI).
    :param is_running: Whether a connection to it could be made.
    """
    # As the owner it would open a session of its own. azure-core has no types here.
    transport: HttpTransport[Any, Any] = RequestsTransport(session=_Session(app, is_running), session_owner=False)
    return transport


#: What makes a response of ``requests`` of one of urllib3.
_RESPONSES = HTTPAdapter()


class _Session(requests.Session):
    """The session that azure-core's transport sends with: without cookies, proxies and redirects."""

    def __init__(self, app: ASGIApp, is_running: Callable[[], bool]) -> None:
        super().__init__()
        self._app = app
        self._is_running = is_running

    def request(  # type: ignore[override]  # the arguments that count here
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: Any = None,
        files: Any = None,
        timeout: tuple[float, float] = (0, 300),
        **_: Any,
    ) -> requests.Response:
        """Call the application, in the caller's thread where that is possible."""
        request = requests.PreparedRequest()
        request.prepare_method(method)
        request.url = requests.utils.requote_uri(url)
        request.prepare_headers(headers)
        request.prepare_body(data, files)
        return self._call(request, timeout[1])

    def _call(self, request: requests.PreparedRequest, timeout: float) -> requests.Response:
        if not self._is_running():
            raise requests.ConnectionError("The emulator is not running.", request=request)
        exchange = _Exchange(request, timeout)
        if exchange.path.startswith(admin.PREFIX):  # commands run in other threads: they need an event loop
            with ThreadPoolExecutor(1) as pool:  # the caller's thread may have one of its own
                pool.submit(event_loop.run, exchange.run_on_loop(self._app)).result()
        else:
            _run_at_once(exchange.run(self._app))
        if exchange.timed_out:
            raise requests.ReadTimeout(f"No response within {timeout} seconds.", request=request)
        if exchange.was_reset:
            reset = ConnectionResetError("The emulator reset the connection.")
            raise requests.ConnectionError(ProtocolError("Connection aborted.", reset), request=request)
        return _RESPONSES.build_response(request, exchange.response())


def _run_at_once(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that waits for nothing: what there is to wait for, the exchange waits for in this thread."""
    with suppress(StopIteration):
        coroutine.send(None)
        coroutine.close()
        raise RuntimeError("the application waits for an event loop, which is not there")


class _Exchange:
    """One request and its response, and in place of a connection what faults break.

    :param request: The request.
    :param timeout: Seconds that the client waits for the response.
    """

    def __init__(self, request: requests.PreparedRequest, timeout: float) -> None:
        self.timed_out = self.was_reset = False
        self._request = request
        self._timeout = timeout
        self._has_sent = self._has_loop = False
        self._status = 0
        self._headers = HTTPHeaderDict()
        self._body = b""
        self._url = urlsplit(str(request.url))
        self.path = self._url.path or "/"

    async def run(self, app: ASGIApp) -> None:
        """Send the request and take the response."""
        await app(self._scope(), self._receive, self._send)

    async def run_on_loop(self, app: ASGIApp) -> None:
        """Do the same on an event loop, for as long as the client waits."""
        self._has_loop = True
        try:
            await asyncio.wait_for(self.run(app), self._timeout)
        except asyncio.TimeoutError:
            self.timed_out = True

    async def wait_closed(self, _: Receive, timeout: float) -> None:
        """Wait in this thread: as long as a fault delays the response, or until the client does not wait any more."""
        self.timed_out = timeout > self._timeout
        time.sleep(min(timeout, self._timeout))

    def reset(self) -> None:
        """End it at once."""
        self.was_reset = True

    def close(self) -> None:
        """End it with what was sent: the client sees that the body is incomplete."""

    def response(self) -> HTTPResponse:
        """Return the response, as it would have come over a connection."""
        return HTTPResponse(
            BytesIO(self._body),
            self._headers,
            self._status,
            reason=responses.get(self._status, ""),
            preload_content=False,
            request_method=self._request.method,
        )

    def _scope(self) -> Scope:
        url, path = self._url, self.path.encode("ascii")
        headers = [(name.lower().encode(), _bytes(value)) for name, value in self._request.headers.items()]
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "scheme": url.scheme,
            "path": unquote(self.path),
            "raw_path": path,
            "query_string": url.query.encode("ascii"),
            "root_path": "",
            "headers": [(b"host", url.netloc.encode("ascii")), *headers],
            "client": ("127.0.0.1", 0),
            "server": (url.hostname, url.port),
            "state": {CONNECTION: self},
        }

    async def _receive(self) -> Message:
        if self._has_sent and self._has_loop:
            await asyncio.Event().wait()  # the client is there until it has the response
        if self._has_sent:
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
