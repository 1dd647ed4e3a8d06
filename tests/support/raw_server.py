"""A server that understands nothing: it keeps the bytes it gets and sends the bytes it was told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Union


class Received(NamedTuple):
    """A request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class RawServer:
    """Answers requests one after the other from a list.

    :ivar received: What came, in order.
    """

    def __init__(self, port: int) -> None:
        self.received: list[Received] = []
        self.host = f"127.0.0.1:{port}"
        self.endpoint = f"http://{self.host}"
        self._answers: list[bytes] = []

    def answer(self, status: Union[int, str], body: Union[bytes, str] = b"", **headers: str) -> "RawServer":
        """Add an answer; header names are given with underscores for dashes."""
        content = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status} Reason", f"Content-Length: {len(content)}", "Content-Type: application/json"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._answers.append("\r\n".join([*lines, "", ""]).encode() + content)
        return self

    def handle(self, connection: socketserver.StreamRequestHandler) -> bool:
        """Take one request and answer it; False when the connection is at its end."""
        line = connection.rfile.readline().decode("latin-1").strip()
        if not line:
            return False
        method, target, _ = line.split(" ", 2)
        headers: dict[str, str] = {}
        while header := connection.rfile.readline().decode("latin-1").strip():
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        body = connection.rfile.read(int(headers.get("content-length", "0")))
        self.received.append(Received(method, target, headers, body))
        if not self._answers:
            return False  # nothing to say: the connection ends here
        connection.wfile.write(self._answers.pop(0))
        return True


@contextmanager
def raw_server() -> Iterator[RawServer]:
    """A server on a free port of loopback."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while script.handle(self):
                pass

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        script = RawServer(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
