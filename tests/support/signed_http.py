"""A Rooms client without our client: http.client and a signature of its own, to judge the emulator by."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timezone
from email.utils import format_datetime
from http.client import HTTPConnection, HTTPSConnection
from typing import Any, NamedTuple, Optional
from urllib.parse import unquote, urlsplit

VERSION = "2025-03-13"


class Reply(NamedTuple):
    """A response; ``body`` is its JSON, its text where it is none, and None where there is no body."""

    status: int
    headers: dict[str, str]
    body: Any


class SignedHttp:
    """Sends single requests, each on a connection of its own.

    :param connection_string: Of the server.
    :param key: Another access key to sign with.
    """

    def __init__(self, connection_string: str, key: Optional[bytes] = None) -> None:
        parts = dict(part.split("=", 1) for part in connection_string.split(";"))
        endpoint = urlsplit(parts["endpoint"])
        self.host = endpoint.netloc
        self._connection = HTTPSConnection if endpoint.scheme == "https" else HTTPConnection
        self.key = key or base64.b64decode(parts["accesskey"])

    def headers(self, method: str, target: str, content: bytes, date: Optional[datetime] = None) -> dict[str, str]:
        """The three headers of a signed request."""
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        stamp = format_datetime(date or datetime.now(timezone.utc), usegmt=True)
        text = f"{method}\n{target}\n{stamp};{self.host};{digest}"
        signature = base64.b64encode(hmac.new(self.key, text.encode(), hashlib.sha256).digest()).decode()
        return {
            "x-ms-date": stamp,
            "x-ms-content-sha256": digest,
            "Authorization": f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}",
        }

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        version: Optional[str] = VERSION,
        headers: Optional[dict[str, Optional[str]]] = None,
        date: Optional[datetime] = None,
        content: Optional[bytes] = None,
        decoded: bool = False,
    ) -> Reply:
        """Send a request, with the content type that its method goes with; a header of None is left out.

        :param decoded: Sign the percent-decoded path and query.
        """
        target = path if version is None else f"{path}{'&' if '?' in path else '?'}api-version={version}"
        if content is None:
            content = b"" if body is None else json.dumps(body).encode()
        sent: dict[str, Optional[str]] = {**self.headers(method, unquote(target) if decoded else target, content, date)}
        if content:
            sent["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        sent.update(headers or {})
        return self.send_as_is(method, target, content, {k: v for k, v in sent.items() if v is not None})

    def send_as_is(self, method: str, target: str, content: bytes, headers: dict[str, str]) -> Reply:
        """Send exactly this."""
        connection = self._connection(self.host, timeout=60)
        try:
            connection.request(method, target, content or None, headers)
            response = connection.getresponse()
            raw = response.read()
            names = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, names, _body(raw))
        finally:
            connection.close()


def _body(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "replace")
