"""The HTTP server: uvicorn in a thread of its own, on a listening socket of ours."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sqlite3
import struct
import sys
import threading
from typing import Any, Callable

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import event_loop
from .asgi import EXTENSION
from .tls import Certificate

#: Seconds between two runs of the housekeeping.
HOUSEKEEPING_INTERVAL = 60

_LOGGER = logging.getLogger("azure.communication.rooms.emulator")


class Server:
    """uvicorn in a thread.

    :param app: The application.
    :param listener: The listening socket; closed when it stops.
    :param certificate: For TLS; None is plain HTTP.
    :param housekeeping: Called once a minute, in a thread of its own.
    """

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        certificate: Certificate | None,
        housekeeping: Callable[[], None],
    ) -> None:
        self._ready = threading.Event()
        self._listener = listener
        self._housekeeping = housekeeping
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # responses carry the emulator's own time
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,  # a response that a fault delays by hours is not worth waiting for
            timeout_notify=HOUSEKEEPING_INTERVAL,
            callback_notify=self._keep_house,
            ssl_certfile=None if certificate is None else str(certificate.chain),
            ssl_keyfile=None if certificate is None or certificate.key is None else str(certificate.key),
        )
        self._uvicorn = _ReadyServer(config, self._ready)
        self._thread = threading.Thread(target=self._run, name="rooms-emulator", daemon=True)

    def start(self) -> bool:
        """Start it; return whether it listens."""
        self._thread.start()
        self._ready.wait()
        return self._uvicorn.started

    def stop(self) -> None:
        """Finish the requests that are there, then close."""
        self._uvicorn.should_exit = True
        self._thread.join()

    async def _keep_house(self) -> None:
        try:
            await asyncio.to_thread(self._housekeeping)
        except sqlite3.Error as error:  # a full disk: no response depends on it, and the next run tries again
            _LOGGER.warning("housekeeping failed: %s", error)

    def _run(self) -> None:
        try:
            event_loop.run(self._uvicorn.serve(sockets=[self._listener]))
        finally:
            self._ready.set()  # whoever waits for a server that could not start waits no longer


class _ReadyServer(uvicorn.Server):
    """uvicorn's server, with an event that is set when it listens."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready.set()


class _Protocol(H11Protocol):
    """uvicorn's HTTP, with the connection in each request's scope, for faults to break."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        protocol: Any = self  # releases of uvicorn differ in the types of applications
        app, connection = protocol.app, _Connection(transport)

        async def with_connection(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[EXTENSION] = connection
            await app(scope, receive, send)

        protocol.app = with_connection


class _Connection:
    """A TCP connection that a fault can break."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def reset(self) -> None:
        """Close without lingering: the system sends RST where it would have sent FIN."""
        linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._transport.abort()

    def close(self) -> None:
        """Close when what was written has been sent."""
        self._transport.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket whose protocol is named, not implied.

    asyncio switches Nagle's algorithm off only on sockets that say they are TCP; left on, it makes every response of
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
