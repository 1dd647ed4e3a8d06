"""The HTTP server: uvicorn in a thread of its own, on a listening socket of ours."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sqlite3
import struct
import sys
import threading
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, Callable

import uvicorn
from starlette.types import ASGIApp, Receive

from ..state.log_text import LOGGER
from . import event_loop
from .joining_transport import JoiningTransport
from .messages import CONNECTION, until_closed
from .tls import Certificate, ReportingSSLObject

#: Seconds between two runs of the housekeeping.
HOUSEKEEPING_INTERVAL = 60
#: Seconds for which a stop waits until idle connections are closed, and then until responses are sent: one that a fault
#: delays by hours is not worth waiting for.
_CLOSE_TIMEOUT, _RESPONSE_TIMEOUT = 0.02, 1.0
#: Seconds after which something is wrong.
_START_TIMEOUT, _STOP_TIMEOUT = 30, 10
#: How often a free port is looked for that is free in both families.
_PORT_ATTEMPTS = 20


#: What a record of a TLS handshake begins with: its type, and the major version.
_TLS_HANDSHAKE = b"\x16\x03"


class Server:
    """uvicorn in a thread.

    :param app: The application.
    :param listeners: The listening sockets; closed when it stops.
    :param certificate: For TLS; None is plain HTTP.
    :param housekeeping: Called once a minute, in a thread of its own.
    """

    def __init__(
        self,
        app: ASGIApp,
        listeners: list[socket.socket],
        certificate: Certificate | None,
        housekeeping: Callable[[], None],
    ) -> None:
        self._ready = threading.Event()
        self._listeners = listeners
        self._housekeeping = housekeeping
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=True,  # False would strip the handlers of the logger that the process's own uvicorn has
            proxy_headers=False,  # the caller is the peer of the socket
            server_header=False,
            date_header=False,  # responses carry the emulator's own time
            timeout_keep_alive=75,
            ssl_certfile=None if certificate is None else str(certificate.chain),
            ssl_keyfile=None if certificate is None or certificate.key is None else str(certificate.key),
        )
        self._uvicorn = _EventServer(config, self._ready, self._keep_house)
        self._thread = threading.Thread(target=self._run, name="rooms-emulator", daemon=True)

    def start(self) -> bool:
        """Start it; return whether it listens."""
        self._thread.start()
        self._ready.wait(_START_TIMEOUT)
        return self._uvicorn.started

    def stop(self) -> None:
        """Finish the requests that are there, then close."""
        self._uvicorn.stop()
        self._thread.join(_STOP_TIMEOUT)
        if self._thread.is_alive():
            LOGGER.warning("the HTTP server has not stopped within %d seconds", _STOP_TIMEOUT)

    def _keep_house(self) -> None:
        try:
            self._housekeeping()
        except sqlite3.Error as error:  # a full disk: no response depends on it, and the next run tries again
            LOGGER.warning("housekeeping failed: %s", error)

    def _run(self) -> None:
        try:
            event_loop.run(self._uvicorn.serve(sockets=self._listeners))
        finally:
            self._ready.set()  # whoever waits for a server that could not start waits no longer


class _EventServer(uvicorn.Server):
    """uvicorn's server, which reports when it listens, and stops on request, not at its next look at a flag.

    :param config: uvicorn's.
    :param ready: Set when it listens.
    :param keep_house: Called once a minute, in a thread of its own.
    """

    def __init__(self, config: uvicorn.Config, ready: threading.Event, keep_house: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._keep_house = keep_house
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Stop it, from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        if self.config.ssl is not None:
            self.config.ssl.sslobject_class = ReportingSSLObject
        await super().startup(sockets)
        self._ready.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)  # sets the headers that all responses have
        while not self._stopping.is_set():
            await asyncio.to_thread(self._keep_house)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), HOUSEKEEPING_INTERVAL)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        connections: set[Any] = self.server_state.connections
        for connection in list(connections):
            connection.shutdown()
        await self._wait_closed(_CLOSE_TIMEOUT)
        for connection in list(connections):
            connection.abort_if_idle()  # TLS waits for the close notification of the client
        await self._wait_closed(_RESPONSE_TIMEOUT)

    async def _wait_closed(self, timeout: float) -> None:
        """Wait until connections are closed and requests are handled, or for this many seconds."""
        end = asyncio.get_running_loop().time() + timeout
        while self.server_state.connections or self.server_state.tasks:
            if asyncio.get_running_loop().time() > end:
                break
            await asyncio.sleep(0.002)


def _http_protocol() -> Any:
    """Return uvicorn's HTTP protocol: by httptools, which takes half of h11's time, where that is installed."""
    if find_spec("httptools") is None:
        from uvicorn.protocols.http.h11_impl import H11Protocol

        return H11Protocol
    from .httptools_protocol import CheckedHttpToolsProtocol

    return CheckedHttpToolsProtocol


class _Protocol(_http_protocol()):  # type: ignore[misc]  # one of two
    """uvicorn's HTTP, with the connection in each request's scope, for faults to break."""

    app_state: dict[str, Any]
    transport: Any
    _is_new = True
    _is_tls = False

    def data_received(self, data: bytes) -> None:
        """Log it when the first bytes of a connection are those of TLS, and let uvicorn reject them."""
        if self._is_new:
            self._is_new = False
            if data.startswith(_TLS_HANDSHAKE) and not self._is_tls:
                LOGGER.warning("a client spoke TLS to this port, which speaks plain HTTP: start with --tls")
        super().data_received(data)

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._is_tls = transport.get_extra_info("sslcontext") is not None
        self.access_log = False  # the pipeline logs requests
        self.transport = JoiningTransport(transport)
        self.app_state = {**self.app_state, CONNECTION: _Connection(self.transport)}

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.transport.close()  # uvicorn does not where the client reset it: a ResourceWarning over TLS on Python 3.9

    def abort_if_idle(self) -> None:
        """Close the connection at once unless a request is handled."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()


class _Connection:
    """A TCP connection that a fault can break."""

    def __init__(self, transport: JoiningTransport) -> None:
        self._transport = transport

    async def wait_closed(self, receive: Receive, timeout: float) -> None:
        """Return when the client has disconnected, or after this many seconds."""
        closed = asyncio.ensure_future(until_closed(receive))
        await asyncio.wait({closed}, timeout=timeout)
        closed.cancel()
        with suppress(asyncio.CancelledError):
            await closed

    def reset(self) -> None:
        """Close without lingering: the system sends RST where it would have sent FIN."""
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()

    def close(self) -> None:
        """Close when what was written has been sent."""
        self._transport.close()


def listen(host: str, port: int) -> list[socket.socket]:
    """Return sockets that listen on an address; for ``localhost`` on 127.0.0.1 and, where there is one, on ::1.

    :raises OSError: If the port is taken, or the address is not this machine's.
    """
    if host != "localhost":
        return [_listen(host, port)]
    for _ in range(_PORT_ATTEMPTS):
        first = _listen("127.0.0.1", port)
        try:
            return [first, _listen("::1", first.getsockname()[1])]
        except OSError as error:
            if error.errno != errno.EADDRINUSE:  # there is no IPv6
                return [first]
            first.close()
            if port:
                raise
    raise OSError(errno.EADDRINUSE, "no port is free on both 127.0.0.1 and ::1")


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket whose protocol is named, not implied.

    asyncio switches Nagle's algorithm off only on sockets whose protocol is TCP; left on, it makes every response of
    headers and body wait 40 ms for the client's delayed acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # pragma: no branch  elsewhere it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener
