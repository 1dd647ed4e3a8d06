"""urllib3's connections and pools, with what HTTP requires and they do not do.

All that goes beyond urllib3's documented interface stands here, and each has its reason:

- ``response_class``, ``begin``, ``fp`` and ``will_close`` of ``http.client``: it takes a response of 103 for the final
  one, takes incomplete or malformed headers as whole, and loses what a server sends behind a response. urllib3 builds
  on it.
- ``HTTPConnection.sock`` and ``_new_conn``: only there can the watchdog (``watchdog.py``) learn which connection a
  request uses, before TLS and proxies come over it.
- ``QueueCls`` and ``ConnectionCls`` of the pools, which are public and little documented.
"""

from __future__ import annotations

import http.client
import io
import queue
import socket
import ssl
import time
from collections import deque
from email.errors import MissingHeaderBodySeparatorDefect
from typing import TYPE_CHECKING, Any, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError

from .defaults import IDLE_EXPIRY, REQUEST_TIMEOUT
from .watchdog import current_watch, shut_down

#: Idle connections kept for one host.
MAX_IDLE = 64
#: Interim responses taken before a final one.
_MAX_INTERIM = 100
#: Bytes of a response that are read from the socket at once. Python's own 8 KiB would take a page of a list in several.
_BUFFER = 64 * 1024

if TYPE_CHECKING:
    _Mixed = HTTPConnection
    _Queue = queue.LifoQueue[Any]
else:
    _Mixed = object
    _Queue = queue.LifoQueue


class _Reader(io.BufferedReader):
    """What a response is read from. Closed behind a final response, it ends a connection on which more has come.

    :ivar bool is_final: Whether the response is the last thing that the server may have sent.
    """

    _last_line = b""
    is_final = False

    def __init__(self, raw: Any, connected: Any) -> None:
        super().__init__(raw, _BUFFER)
        self._connected = connected

    def readline(self, size: int | None = -1) -> bytes:
        """Read a line; reject the end of the connection amid headers.

        ``http.client`` takes headers that were cut off as whole, also those of a proxy's response to CONNECT: TLS would
        begin on a connection that has ended.

        :raises ~http.client.IncompleteRead: If the connection ends amid headers.
        """
        line = super().readline(size)
        if not (line or self.is_final or self._last_line in (b"", b"\r\n", b"\n")):
            raise http.client.IncompleteRead(b"")
        self._last_line = line
        return line

    def close(self) -> None:
        if self.is_final and not self.closed and self._has_more():
            shut_down(self._connected)  # a pool takes it for dropped, as it will be
        super().close()

    def _has_more(self) -> bool:
        """Whether the connection holds bytes beyond those read, here or in the layers beneath."""
        try:
            self._connected.settimeout(0)  # the next request sets its own
            return bool(self.peek(1))
        except (ssl.SSLWantReadError, socket.timeout):  # no data: TLS, and urllib3 with pyOpenSSL, raise these
            return False
        except (OSError, ValueError):  # it is closed or out of order
            return True


class FinalResponse(http.client.HTTPResponse):
    """The final response to a request, with headers that came whole."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: Any = _Reader(cast("io.BufferedReader", self.fp).detach(), sock)

    def begin(self) -> None:
        """Read status and headers, past those of interim responses (1xx)."""
        for _ in range(_MAX_INTERIM):
            super().begin()
            if not 100 <= self.status < 200:
                self._check_headers()
                self.will_close = self.will_close or self.status == REQUEST_TIMEOUT
                self.fp.is_final = True
                return
            self.headers = cast("http.client.HTTPMessage", None)  # begin does nothing where there are some
        raise http.client.HTTPException(f"got more than {_MAX_INTERIM} interim responses")

    def _check_headers(self) -> None:
        """Reject headers that do not say where the body ends: ``http.client`` would wait for the end of the connection.

        :raises ~http.client.HTTPException: If a line is no header, or a Content-Length is no number.
        """
        # Behind a line that is no header, email's parser takes the other headers for the body.
        if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in self.headers.defects):
            raise http.client.HTTPException("got a line that is not a header among the headers")
        for length in self.headers.get_all("Content-Length", ()):
            if not (length.isascii() and length.isdigit()):
                raise http.client.HTTPException(f"got the Content-Length {length[:40]!r}, which is not a number")


class _Connection(_Mixed):
    """What both kinds of connection have in common.

    An error of :meth:`connect` means that no part of a request was sent. It is always a ``NewConnectionError`` or a
    ``ConnectTimeoutError``, and no other method raises these.
    """

    response_class = FinalResponse

    def connect(self) -> None:
        try:
            super().connect()
        except (NewConnectionError, ConnectTimeoutError):
            raise
        except (socket.timeout, Urllib3TimeoutError) as error:
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out") from error
        except Exception as error:
            raise NewConnectionError(self, f"Failed to establish a new connection: {error}") from error

    def _new_conn(self) -> socket.socket:
        watch = current_watch()
        return super()._new_conn() if watch is None else watch.connect(super()._new_conn)

    def request(self, *args: Any, **kwargs: Any) -> None:
        watch = current_watch()
        if watch is not None and self.sock is not None:
            watch.attach(self.sock)
        super().request(*args, **kwargs)


class Connection(_Connection, HTTPConnection):
    """A connection without TLS."""


class TLSConnection(_Connection, HTTPSConnection):
    """A connection with TLS."""


class IdleConnections(_Queue):
    """Idle connections of a pool, the last used on top. The oldest go when there are too many, or when they expired.

    It has no lock: a fork, while another thread holds one, would leave it locked for good.
    """

    #: The monotonic clock that expiry goes by.
    clock = staticmethod(time.monotonic)

    def __init__(self, maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self._idle: deque[tuple[Any, float]] = deque()

    def qsize(self) -> int:
        """How many there are."""
        return len(self._idle)

    def empty(self) -> bool:
        """Whether there is none."""
        return not self._idle

    def full(self) -> bool:
        """Never: the oldest makes room."""
        return False

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Add a connection. None, by which urllib3 means one to be made, is left out."""
        if item is None:
            return
        watch = current_watch()
        if watch is not None:
            watch.release()
        self._idle.append((item, self.clock() + IDLE_EXPIRY))
        while len(self._idle) > 1 and self._drop_oldest():
            pass

    def _drop_oldest(self) -> bool:
        """Close the oldest connection if it is one too many, expired, or closed by the other side."""
        try:
            connection, expiry = self._idle.popleft()
        except IndexError:  # another thread took it
            return False
        if len(self._idle) < self.maxsize and self.clock() < expiry and connection.is_connected:
            self._idle.appendleft((connection, expiry))
            return False
        connection.close()
        return True

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take the last used connection, without waiting.

        :raises queue.Empty: If there is none that can be used.
        """
        while True:
            try:
                connection, expiry = self._idle.pop()
            except IndexError:
                raise queue.Empty from None
            if self.clock() < expiry:
                return connection
            connection.close()


#: By urllib3's connection class: the one here.
_CONNECTIONS: dict[Any, Any] = {HTTPConnection: Connection, HTTPSConnection: TLSConnection}


class Pool(HTTPConnectionPool):
    """Connections to one host."""

    QueueCls = IdleConnections

    @property
    def ConnectionCls(self) -> Any:  # type: ignore[override]  # noqa: N802  urllib3's name
        """The class of new connections. Where a recorder has put its own in the place of urllib3's, that one."""
        return _CONNECTIONS.get(HTTPConnectionPool.ConnectionCls, HTTPConnectionPool.ConnectionCls)


class TLSPool(HTTPSConnectionPool):
    """Connections to one host with TLS."""

    QueueCls = IdleConnections

    @property
    def ConnectionCls(self) -> Any:  # type: ignore[override]  # noqa: N802  likewise
        """The class of new connections, as in :class:`Pool`."""
        return _CONNECTIONS.get(HTTPSConnectionPool.ConnectionCls, HTTPSConnectionPool.ConnectionCls)
