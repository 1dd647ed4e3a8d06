"""A server that understands nothing: it keeps the bytes it gets and sends the bytes of a script."""

import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Callable, NamedTuple, Optional, Protocol, TypeVar, Union


class Received(NamedTuple):
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


#: What is done in place of a response; whether the connection stays.
Action = Callable[[socketserver.StreamRequestHandler], bool]


class RawServer:
    """Responds to requests one after the other from a list.

    :ivar received: What came, in order.
    :ivar received_heads: Their first lines and headers as they came.
    :ivar connections: How many connections were made.
    """

    def __init__(self, port: int, scheme: str = "http") -> None:
        self.received: list[Received] = []
        self.received_heads: list[bytes] = []
        self.connections = 0
        self.host = f"127.0.0.1:{port}"
        self.endpoint = f"{scheme}://{self.host}"
        self.stopped = threading.Event()
        self._at_once: Optional[Action] = None
        self._responses: list[Union[bytes, Action]] = []

    def respond(self, status: Union[int, str], body: Union[bytes, str] = b"", **headers: str) -> "RawServer":
        """Add a response; header names are given with underscores for dashes."""
        content = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status} Reason", f"Content-Length: {len(content)}", "Content-Type: application/json"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return self.send_bytes("\r\n".join([*lines, "", ""]).encode() + content)

    def send_bytes(self, content: bytes) -> "RawServer":
        """Add a response byte by byte as it is to be sent; the connection stays."""
        self._responses.append(content)
        return self

    def reset(self) -> "RawServer":
        """Reset the connection in place of a response."""
        return self.run(reset)

    def truncate(self, content: bytes) -> "RawServer":
        """Send so much and end the connection."""

        def action(connection: socketserver.StreamRequestHandler) -> bool:
            connection.wfile.write(content)
            return False

        return self.run(action)

    def drip(self, content: bytes, then: bytes = b"x") -> "RawServer":
        """Send so much, and then one byte again and again, until the other side has gone, for 30 seconds at most."""

        def action(connection: socketserver.StreamRequestHandler) -> bool:
            connection.wfile.write(content)
            with suppress(OSError):
                for _ in range(3000):
                    connection.wfile.write(then)
                    if self.stopped.wait(0.01):
                        break
            return False

        return self.run(action)

    def hang(self) -> "RawServer":
        """Send nothing until the server is stopped, for 30 seconds at most."""
        return self.run(lambda _: self.stopped.wait(30) and False)

    def run(self, action: Action) -> "RawServer":
        """Do something in place of a response."""
        self._responses.append(action)
        return self

    def run_at_once(self, action: Action) -> "RawServer":
        """Do something on each connection, before anything is read from it."""
        self._at_once = action
        return self

    def handle(self, connection: socketserver.StreamRequestHandler) -> bool:
        """Take one request and respond to it; False when the connection is at its end."""
        if self._at_once is not None:
            return self._at_once(connection)
        lines = [connection.rfile.readline()]
        if not lines[0].strip():
            return False
        method, target, _ = lines[0].decode("latin-1").strip().split(" ", 2)
        headers: dict[str, str] = {}
        while (line := connection.rfile.readline()).strip():
            name, _, value = line.decode("latin-1").strip().partition(":")
            headers[name.lower()] = value.strip()
            lines.append(line)
        self.received_heads.append(b"".join(lines))
        body = connection.rfile.read(int(headers.get("content-length", "0")))
        self.received.append(Received(method, target, headers, body))
        if not self._responses:
            return False  # no response: the connection ends here
        response = self._responses.pop(0)
        if callable(response):
            return response(connection)
        connection.wfile.write(response)
        return True


def reset(connection: socketserver.StreamRequestHandler) -> bool:
    """End a connection as a crash does."""
    connection.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.connection.close()
    return False


class ConnectionHandler(Protocol):
    """What a server on loopback does."""

    connections: int

    def handle(self, connection: socketserver.StreamRequestHandler) -> bool:
        """Take one request; False when the connection is at its end."""


S = TypeVar("S", bound=ConnectionHandler)


@contextmanager
def serve(make: Callable[[int], S], context: Optional[ssl.SSLContext] = None) -> Iterator[S]:
    """A server on a free port of loopback.

    :param make: Makes what it does, given the port.
    :param context: Speaks TLS with it.
    """

    class Handler(socketserver.StreamRequestHandler):
        def setup(self) -> None:
            script.connections += 1
            if context is not None:
                self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def handle(self) -> None:
            while script.handle(self):
                pass

        def finish(self) -> None:
            with suppress(OSError, ValueError):  # the connection was reset
                super().finish()
            self.request.close()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_: object) -> None:
            """The other side went away, or does not trust the certificate: that is what tests are for."""

    with Server(("127.0.0.1", 0), Handler) as server:
        script = make(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def raw_server(context: Optional[ssl.SSLContext] = None) -> Iterator[RawServer]:
    """A server that sends the bytes of a script.

    :param context: Speaks TLS with it.
    """
    scheme = "http" if context is None else "https"
    with serve(lambda port: RawServer(port, scheme), context) as script:
        try:
            yield script
        finally:
            script.stopped.set()
