"""Servers for programs that run in a process of their own."""

import socketserver
import threading
from contextlib import suppress

from room_bodies import room_text

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class RoomServer:
    """Finds a room of every id, but for ids that name a slow response, for 30 seconds at most.

    :ivar requested: The ids of the rooms, in order.
    """

    def __init__(self, port: int, scheme: str) -> None:
        self.endpoint = f"{scheme}://127.0.0.1:{port}"
        self.connections = 0
        self.requested: list[str] = []
        self.stopped = threading.Event()

    def handle(self, connection: socketserver.StreamRequestHandler) -> bool:
        line = connection.rfile.readline().decode()
        if not line.strip():
            return False
        while connection.rfile.readline().strip():
            pass
        room_id = line.split()[1].split("?")[0].rpartition("/")[2]
        self.requested.append(room_id)
        write = connection.wfile.write
        body = room_text(room_id).encode()
        response = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
        if room_id == "HANG":
            return bool(self.stopped.wait(30) and False)
        slowly = {
            "DRIP-HEADERS": (HEAD + b"X-Long: ", b"x"),
            "DRIP-BODY": (HEAD + b"Content-Length: 100000\r\n\r\n", b"x"),
            "DRIP-CHUNKS": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
            "DRIP-TO-THE-END": (HEAD + b"\r\n", b"x"),
        }
        if room_id not in slowly:
            if room_id == "INTERIM":
                write(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
                self.stopped.wait(0.05)
            write(response)
            return True
        with suppress(OSError):
            write(slowly[room_id][0])
            for _ in range(3000):
                write(slowly[room_id][1])
                if self.stopped.wait(0.01):
                    break
        return False
