"""The emulator's admin API over plain HTTP, as any program on this machine uses it."""

import http.client
import json
from typing import Any, Optional

from azure.communication.rooms.emulator import RoomsEmulator


class Admin:
    """Sends admin requests, each on a connection of its own."""

    def __init__(self, emulator: RoomsEmulator) -> None:
        self.host = emulator.endpoint.partition("://")[2]

    def send(
        self, method: str, path: str, body: Any = None, headers: Optional[dict[str, str]] = None
    ) -> tuple[int, Any]:
        content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            sent = {"Content-Type": "application/json", **(headers or {})} if content else headers or {}
            connection.request(method, f"/_emulator/{path}", content, sent)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()
