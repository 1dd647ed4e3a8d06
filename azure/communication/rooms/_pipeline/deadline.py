"""The moment by which a call must be over, and sockets that keep to it.

A socket's own timeout bounds each read, so a server that sends a byte now and then holds a call for ever. The sockets
here look at the deadline before each read and write. It is a context variable, so that whoever sets it (the retry
policy, for one call) and whoever keeps to it (the sockets) need not know each other. Looking up a host's name is the
one wait that nothing can cut short.
"""

import socket
import ssl
import time
from collections import deque
from contextvars import ContextVar, Token
from queue import Empty
from typing import TYPE_CHECKING, Any, Callable, Optional, cast

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.connection import allowed_gai_family

if TYPE_CHECKING:
    from typing_extensions import Self

_current: "ContextVar[Optional[Deadline]]" = ContextVar("rooms_deadline", default=None)


class Deadline:
    """A moment from now on. In a ``with`` block, what is sent and received there keeps to it.

    Within another's block, it lies no later than that one.

    :param seconds: How far away it is; None for never.
    :type seconds: float or None
    :param clock: Tells seconds that only grow.
    :type clock: Callable[[], float]
    """

    __slots__ = ("_clock", "_end", "_token", "seconds")

    def __init__(self, seconds: Optional[float], clock: Callable[[], float] = time.monotonic) -> None:
        outer = _current.get()
        if outer is not None and outer.seconds is not None:
            left = outer.remaining()
            seconds = left if seconds is None else min(seconds, left)
        self.seconds: Optional[float] = seconds
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds
        self._token: Optional[Token[Optional[Deadline]]] = None

    def remaining(self) -> float:
        """Seconds left; infinite for never, and negative when it is over."""
        return float("inf") if self._end is None else self._end - self._clock()

    def __enter__(self) -> "Self":
        self._token = _current.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _current.reset(cast("Token[Optional[Deadline]]", self._token))


def within_deadline(seconds: Optional[float]) -> Optional[float]:
    """A timeout that does not reach beyond the deadline.

    :param seconds: The timeout wanted; None for none.
    :type seconds: float or None
    :raises TimeoutError: If the deadline is over (``socket.timeout`` before Python 3.10).
    """
    deadline = _current.get()
    if deadline is None or deadline.seconds is None:
        return seconds
    left = deadline.remaining()
    if left <= 0:
        raise socket.timeout("timed out")
    return left if seconds is None else min(seconds, left)


class _Bounded:
    """What both kinds of socket do before they read or write."""

    _timeout: Optional[float] = None
    _set: Optional[float] = None

    def settimeout(self, value: Optional[float]) -> None:
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

    def _new_conn(self) -> socket.socket:
        plain = self._connect()
        timeout = plain.gettimeout()
        bounded = BoundedSocket(plain.family, plain.type, plain.proto, plain.detach())
        bounded.settimeout(timeout)
        return bounded

    def _connect(self) -> socket.socket:
        """Try every address of the host; urllib3 by itself would give each of them the whole timeout."""
        host, timeout = self._dns_host, self.timeout
        failure: Exception = NewConnectionError(self, f"{host} has no address")
        try:
            for address in self._addresses():
                self._dns_host = address
                try:
                    self.timeout = within_deadline(timeout)
                    return super()._new_conn()
                except socket.timeout:
                    failure = ConnectTimeoutError(self, f"Connection to {host} timed out. (deadline)")
                    break
                except (ConnectTimeoutError, NewConnectionError) as error:
                    failure = error
        finally:
            self._dns_host, self.timeout = host, timeout
        raise failure

    def _addresses(self) -> list[str]:
        deadline = _current.get()
        if deadline is None or deadline.seconds is None:
            return [self._dns_host]
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, allowed_gai_family(), socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return [self._dns_host]  # urllib3 has the right error for it
        return list(dict.fromkeys(str(address[4][0]) for address in found))


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

    def get(self, block: bool = False, timeout: Optional[float] = None) -> Any:
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
