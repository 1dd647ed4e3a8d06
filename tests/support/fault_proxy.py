"""A proxy that breaks things: it stands before a real service and spoils some of the exchanges, as configured.

It passes requests on byte by byte, ``Host`` included, so that signatures hold.
"""

import socket
import socketserver
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Optional
from urllib.parse import urlsplit

from raw_server import reset, serve

#: What may be done to an exchange, beside PASS. The first is done before the service sees the request.
PASS, RESET_BEFORE, RESET_AFTER, TRUNCATE, BUSY, UNAVAILABLE = range(6)
NAMES = [
    "passed on",
    "reset before the service saw it",
    "reset after the service had done it",
    "response truncated",
    "429",
    "503",
]

_REJECTIONS = {
    BUSY: b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n",
    UNAVAILABLE: b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
}


class FaultProxy:
    """What is to go wrong, one for each request, and what came.

    :ivar endpoint: Where clients send.
    :ivar done: What was done to each request, in order.
    """

    def __init__(self, port: int, target: str, faults: Iterable[int]) -> None:
        self.endpoint = f"http://127.0.0.1:{port}"
        self.done: list[int] = []
        self.connections = 0
        self._target = urlsplit(target)
        self._faults = iter(faults)
        self._lock = threading.Lock()

    def handle(self, connection: socketserver.StreamRequestHandler) -> bool:
        """Take one request; False when the connection is at its end."""
        request = _read_message(connection)
        if request is None:
            return False
        with self._lock:
            fault = next(self._faults, PASS)
            self.done.append(fault)
        if fault in _REJECTIONS:
            connection.wfile.write(_REJECTIONS[fault])
            return True
        response = b"" if fault == RESET_BEFORE else self._exchange(request)
        if fault in (RESET_BEFORE, RESET_AFTER):
            return reset(connection)
        connection.wfile.write(response[: len(response) // 2] if fault == TRUNCATE else response)
        return fault == PASS

    def _exchange(self, request: bytes) -> bytes:
        """Send a request to the service and return its response."""
        with socket.create_connection((str(self._target.hostname), self._target.port or 80), timeout=10) as service:
            service.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            response = b"".join(iter(lambda: service.recv(65536), b""))
        return response.replace(b"connection: close\r\n", b"", 1)


def _read_message(connection: socketserver.StreamRequestHandler) -> Optional[bytes]:
    """One request as it came."""
    lines = []
    length = 0
    while True:
        line = connection.rfile.readline()
        lines.append(line)
        if line in (b"\r\n", b""):
            break
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return b"".join([*lines, connection.rfile.read(length)]) if lines[-1] else None


@contextmanager
def fault_proxy(target: str, faults: Iterable[int]) -> Iterator[FaultProxy]:
    """A proxy on a free port of loopback.

    :param target: The endpoint of the service behind it.
    :param faults: What to do to each request; PASS when they are at their end.
    """
    with serve(lambda port: FaultProxy(port, target, faults)) as proxy:
        yield proxy
