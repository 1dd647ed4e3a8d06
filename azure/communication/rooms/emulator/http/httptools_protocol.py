"""uvicorn's HTTP by httptools, with the checks of a request's head that h11 makes and httptools leaves out."""

from __future__ import annotations

import json

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes of a request line and headers that are held, beside those of the first read.
HEAD_LIMIT = 64 * 1024


class CheckedHttpToolsProtocol(HttpToolsProtocol):
    """Rejects headers without an end, and a request that does not name one host; leaves out trailers."""

    _is_in_head = False
    _head_length = 0
    _begins = 0

    def on_message_begin(self) -> None:
        """Begin to count (a callback of httptools)."""
        super().on_message_begin()
        self._is_in_head, self._head_length = True, 0
        self._begins += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, and no trailer: one behind the body is no header of the request (a callback of httptools)."""
        if self._is_in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Check the headers (a callback of httptools, for which an error means that the request is invalid)."""
        self._is_in_head = False
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            raise ValueError("there must be one header Host")
        authority = _authority_of(self.url)
        if authority is not None and hosts and authority.lower() != hosts[0].lower():
            raise ValueError("the header Host must be that of the request target")
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Start the next request of a pipeline (a callback of uvicorn).

        uvicorn then reads on while others wait: a client that reads no response could fill the memory.
        """
        super().on_response_complete()
        if self.pipeline:
            self.flow.pause_reading()

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived (asyncio)."""
        was_in_head, begins = self._is_in_head, self._begins
        super().data_received(data)
        if was_in_head and self._is_in_head and begins == self._begins:  # one head, and no other of a pipeline
            self._head_length += len(data)
            if self._head_length > HEAD_LIMIT:
                self._is_in_head = False
                self.send_400_response("The headers are too large.")

    def send_400_response(self, msg: str) -> None:
        """Respond to what is no request, in the form that the service's errors have, and close the connection."""
        body = json.dumps({"error": {"code": "BadRequest", "message": msg}})
        head = "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json; charset=utf-8\r\nConnection: close\r\n"
        self.transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        self.transport.close()


def _authority_of(target: bytes) -> bytes | None:
    """Return host and port of a request target in absolute form, as proxies get it; None of any other."""
    scheme, separator, rest = target.partition(b"://")
    if not separator or b"/" in scheme or b"?" in scheme:
        return None
    return rest.partition(b"/")[0].partition(b"?")[0]
