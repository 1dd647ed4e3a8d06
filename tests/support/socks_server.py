"""A SOCKS5 proxy (RFC 1928, RFC 1929) that records its requests."""

import socket
import socketserver
import threading
from contextlib import suppress
from typing import Any, Optional

NO_AUTHENTICATION, PASSWORD, NONE_ACCEPTABLE = 0, 2, 0xFF
IPV4, NAME, IPV6 = 1, 3, 4


class SocksServer:
    """Connects to loopback, for any requested host.

    :ivar targets: The hosts and ports that were requested.
    :ivar credentials: User and password that it requires; None for a proxy without authentication.
    :ivar reply: The status of its replies; 0 is success.
    :ivar hangs: Whether it is silent from the first byte on, for 30 seconds at most.
    """

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.port = port
        self.connections = 0
        self.targets: list[tuple[str, int]] = []
        self.credentials: Optional[tuple[str, str]] = None
        self.reply = 0
        self.hangs = False
        self.stopped = threading.Event()

    def handle(self, connection: socketserver.StreamRequestHandler) -> bool:
        """Serve one connection."""
        if self.hangs:
            self.stopped.wait(30)
        elif self._authenticates(connection):
            self._connect(connection)
        return False

    def _authenticates(self, connection: socketserver.StreamRequestHandler) -> bool:
        read, write = connection.rfile.read, connection.wfile.write
        methods = read(read(2)[1])
        wanted = NO_AUTHENTICATION if self.credentials is None else PASSWORD
        if wanted not in methods:
            write(bytes((5, NONE_ACCEPTABLE)))
            return False
        write(bytes((5, wanted)))
        if self.credentials is None:
            return True
        given = tuple(read(read(1)[0]).decode() for _ in range(read(1)[0] and 2))
        write(bytes((1, given != self.credentials)))
        return given == self.credentials

    def _connect(self, connection: socketserver.StreamRequestHandler) -> None:
        read, write = connection.rfile.read, connection.wfile.write
        kind = read(4)[3]
        if kind == NAME:
            host = read(read(1)[0]).decode()
        else:
            family, size = (socket.AF_INET, 4) if kind == IPV4 else (socket.AF_INET6, 16)
            host = socket.inet_ntop(family, read(size))
        port = int.from_bytes(read(2), "big")
        self.targets.append((host, port))
        reply = bytes((5, self.reply, 0, IPV4)) + bytes(6)
        if self.reply:
            write(reply)
            return
        with socket.create_connection(("127.0.0.1", port)) as behind:
            write(reply)
            back = threading.Thread(target=_pump, args=(behind, connection.connection))
            back.start()
            _pump(connection.connection, behind)
            back.join()


def _pump(source: Any, sink: Any) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
