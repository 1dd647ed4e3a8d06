"""Responses of a service, made by hand: what pure code is given to read."""

import json
from typing import Any, Optional

from azure.core.rest import HttpRequest, HttpResponse
from azure.core.utils import case_insensitive_dict

_REASONS = {200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


class FakeResponse(HttpResponse):
    """A response whose body is loaded. Only what readers use is there; the rest of the interface raises."""

    def __init__(self, status: int, body: Any = b"", headers: Optional[dict[str, str]] = None) -> None:
        self._status = status
        self._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._headers = case_insensitive_dict(headers or {})
        self._request = HttpRequest("GET", "https://contoso.communication.azure.com/rooms")

    status_code = property(lambda self: self._status)
    headers = property(lambda self: self._headers)
    content = property(lambda self: self._content)
    request = property(lambda self: self._request)
    reason = property(lambda self: _REASONS.get(self._status, ""))

    def text(self, encoding: Optional[str] = None) -> str:
        return self._content.decode(encoding or "utf-8")

    def _unused(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("readers have no use for this")

    content_type = is_closed = is_stream_consumed = url = encoding = property(_unused)
    json = raise_for_status = close = read = iter_bytes = iter_raw = __enter__ = __exit__ = _unused
