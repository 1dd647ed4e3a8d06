"""Connections that keep to the deadline of a call.

A socket's own timeout bounds each read, so a server that sends a byte now and then holds a call for ever. The sockets
here look at the deadline before each read and write. Looking up a host's name is the one wait that nothing can cut
short.
"""

from __future__ import annotations

import socket
import ssl
import sys
from collections import deque
from queue import Empty
from typing import Any, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import allowed_gai_family

from ..deadline import within_deadline

#: Bytes of a body that go out together with the headers; to copy more costs more than to send it by itself.
_TOGETHER = 65536


class _Bounded:
    """What both kinds of socket do before they read or write."""

    _timeout: float | None = None
    _set: float | None = None

    def settimeout(self, value: float | None) -> None:
        self._timeout = self._set = value
        super().settimeout(value)  # type: ignore[misc]  # socket's

    def _bound(self) -> None:
        timeout = within_deadline(self._timeout)
        if timeout != self._set:  # setting it is a call of the system
            self._set = timeout
            super().settimeout(timeout)  # type: ignore[misc]  # socket's

    def recv(self, *arguments: Any) -> Any:
        self._bound()
        return super().recv(*arguments)  # type: ignore[misc]  # socket's

    def recv_into(self, *arguments: Any) -> Any:
        self._bound()
        return super().recv_into(*arguments)  # type: ignore[misc]  # socket's

    def sendall(self, *arguments: Any) -> None:
        self._bound()
        super().sendall(*arguments)  # type: ignore[misc]  # socket's


class BoundedSocket(_Bounded, socket.socket):
    """A plain socket that keeps to the deadline."""

    def connect(self, address: Any) -> None:
        self._bound()
        super().connect(address)


class BoundedSSLSocket(_Bounded, ssl.SSLSocket):
    """A TLS socket that keeps to the deadline."""

    def do_handshake(self, *arguments: Any) -> None:
        self._bound()
        super().do_handshake(*arguments)

    def send(self, *arguments: Any) -> int:  # what sendall of a TLS socket consists of
        self._bound()
        return super().send(*arguments)


class BoundedConnection(HTTPConnection):
    """A connection whose sockets keep to the deadline."""

    _held: list[bytes] | None = None

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **options: Any) -> None:
        """Send headers and a body that is not too large together: in one call of the system, and often one packet."""
        if not isinstance(body, bytes) or len(body) > _TOGETHER:
            super().request(method, url, body, headers, **options)
            return
        held = self._held = []
        try:
            super().request(method, url, body, headers, **options)
        finally:
            self._held = None
        self.send(b"".join(held))

    def send(self, data: Any) -> None:
        if self._held is None:
            super().send(data)
        else:
            self._held.append(data)

    def _new_conn(self) -> socket.socket:
        """Try every address of the host, all of them together within the deadline."""
        failure: Exception = NewConnectionError(self, f"{self.host} has no address")
        for family, kind, protocol, _, address in self._addresses():
            try:
                return self._connect(BoundedSocket(family, kind, protocol), address)
            except OSError as error:
                failure = self._failure(error)
        raise failure

    def _connect(self, connection: BoundedSocket, address: Any) -> BoundedSocket:
        try:
            for option in self.socket_options or ():
                connection.setsockopt(*option)
            connection.settimeout(self.timeout)  # of each address alone
            connection.connect(address)
        except BaseException:
            connection.close()
            raise
        sys.audit("http.client.connect", self, self.host, self.port)  # as http.client and urllib3 do
        return connection

    def _failure(self, error: OSError) -> Exception:
        failure: Exception = NewConnectionError(self, f"Failed to establish a new connection: {error}")
        if isinstance(error, socket.timeout):
            failure = ConnectTimeoutError(self, f"Connection to {self.host} timed out")
        failure.__cause__ = error.with_traceback(None)  # whose frame would hold this, which would hold it
        return failure

    def _addresses(self) -> list[Any]:
        """What the host's name stands for, as ``socket.getaddrinfo`` gives it."""
        name = self._dns_host.strip("[]")
        # Python loads its tables of international names for every str, plain as it may be. urllib3 has done what they
        # are for; a lookup that somebody has put in the place of Python's still gets the str that it expects.
        host = name.encode() if socket.getaddrinfo.__module__ == "socket" else name
        try:
            return socket.getaddrinfo(host, self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:  # nothing was sent, whatever it is; the latter for what names no host
            raise NameResolutionError(self.host, self, cast("socket.gaierror", error)) from error


class BoundedHTTPSConnection(BoundedConnection, HTTPSConnection):
    """The same with TLS; its context makes the TLS socket."""


class IdleConnections:
    """Connections that wait for their next request, the last used on top.

    As many as were ever in use at once, so that threads neither wait for one nor throw one away; and without a lock,
    which a fork in another thread's hands could leave locked for good.
    """

    def __init__(self, _: int = 0) -> None:
        self._stack: deque[Any] = deque()

    def put(self, connection: Any, block: bool = False) -> None:
        """Add one."""
        self._stack.append(connection)

    def get(self, block: bool = False, timeout: float | None = None) -> Any:
        """Take the last used one.

        :raises queue.Empty: If there is none.
        """
        try:
            return self._stack.pop()
        except IndexError:
            raise Empty from None


class BoundedPool(HTTPConnectionPool):
    """Connections to one host."""

    ConnectionCls = BoundedConnection
    QueueCls = cast("Any", IdleConnections)


class BoundedHTTPSPool(HTTPSConnectionPool):
    """Connections to one host with TLS."""

    ConnectionCls = BoundedHTTPSConnection
    QueueCls = cast("Any", IdleConnections)
