"""A Communication Services resource for the drift report: its requests are counted, its users made and deleted."""

import base64
import binascii
import ipaddress
import time
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Callable
from urllib.parse import urlsplit

from signed_http import VERSION, Reply, SignedHttp

VARIABLE = "AZURE_COMMUNICATION_CONNECTION_STRING"
FORM = "endpoint=https://<name>.communication.azure.com/;accesskey=<key>"
#: The most requests that one run sends.
LIMIT = 300

_IDENTITY_VERSION = "2023-10-01"
#: Dates of responses are in whole seconds.
_CLOCK_RESOLUTION = timedelta(seconds=2)
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: How often a request is sent that the resource throttles, and the longest wait before it is sent again, in seconds.
_ATTEMPTS, _LONGEST_WAIT = 3, 60.0


class BadSetup(ValueError):
    """The run cannot start. The message is one line and contains the next step."""


class LimitReached(Exception):
    """No more requests may be sent."""


def checked(connection_string: str) -> str:
    """Return a connection string in the form that :class:`SignedHttp` reads.

    :raises BadSetup: If it has another form. The message holds nothing of it.
    """
    parts = dict(part.strip().partition("=")[::2] for part in connection_string.split(";") if part.strip())
    values = {name.strip().lower(): value.strip() for name, value in parts.items()}
    for name in ("endpoint", "accesskey"):
        if not values.get(name):
            raise BadSetup(f"{VARIABLE} holds no {name}; its form is {FORM}")
    try:
        base64.b64decode(values["accesskey"], validate=True)
    except (binascii.Error, ValueError):
        raise BadSetup(f"the accesskey in {VARIABLE} is not base64; its form is {FORM}") from None
    try:
        url = urlsplit(values["endpoint"])
        host, port = url.hostname, url.port
    except ValueError:
        host = None
    if not host or url.scheme not in _DEFAULT_PORTS or url.username or url.path.strip("/"):
        raise BadSetup(f"the endpoint in {VARIABLE} is no https address of a host; its form is {FORM}")
    if url.scheme == "http" and not _is_loopback(host):
        raise BadSetup(f"the endpoint in {VARIABLE} must begin with https://, since it is not on this machine")
    name = f"[{host}]" if ":" in host else host
    netloc = name if port in (None, _DEFAULT_PORTS[url.scheme]) else f"{name}:{port}"
    return f"endpoint={url.scheme}://{netloc};accesskey={values['accesskey']}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Resource(SignedHttp):
    """Sends requests to a resource, and no more than a limit.

    :ivar secret: The access key, in base64.
    :ivar origin: Scheme, host and port.
    :ivar skew: Offset of its clock from this machine's.
    :ivar sent: How many requests were sent.
    :ivar throttled: How many of them were throttled.

    :param connection_string: Of the resource.
    :param limit: How many requests may be sent.
    :param wait: Waits so many seconds.
    :raises BadSetup: If the connection string has another form.
    """

    def __init__(
        self, connection_string: str, limit: int = LIMIT, wait: Callable[[float], object] = time.sleep
    ) -> None:
        connection_string = checked(connection_string)
        super().__init__(connection_string)
        self.secret = connection_string.partition("accesskey=")[2]
        self.origin = connection_string.partition(";")[0].partition("=")[2]
        self.wait = wait
        self.limit = limit
        self.skew = timedelta()
        self.sent = 0
        self.throttled = 0

    @property
    def left(self) -> int:
        """How many requests may still be sent."""
        return self.limit - self.sent

    def send_as_is(self, method: str, target: str, content: bytes, headers: dict[str, str]) -> Reply:
        """Send a request. One that is throttled (429) is sent again after the wait that the resource requests."""
        for attempt in range(_ATTEMPTS):
            if self.left <= 0:
                raise LimitReached
            self.sent += 1
            reply = super().send_as_is(method, target, content, headers)
            if reply.status != 429:
                break
            self.throttled += 1
            if attempt < _ATTEMPTS - 1:
                self.wait(_seconds(reply.headers.get("retry-after", "")))
        return reply

    def make_user(self) -> Reply:
        """Make a user of the resource, and measure the clock skew of the resource."""
        reply = self.send("POST", "/identities", {}, version=_IDENTITY_VERSION)
        try:
            skew = parsedate_to_datetime(reply.headers["date"]) - datetime.now(timezone.utc)
        except (KeyError, TypeError, ValueError):
            return reply
        self.skew = skew if abs(skew) > _CLOCK_RESOLUTION else timedelta()
        return reply

    def now(self) -> datetime:
        """Return the time by the clock of the resource."""
        return datetime.now(timezone.utc) + self.skew

    def delete_user(self, raw_id: str) -> bool:
        """Delete a user; return whether it is gone."""
        return _is_gone(self.send("DELETE", f"/identities/{raw_id}", version=_IDENTITY_VERSION))

    def delete_room(self, room_id: str) -> bool:
        """Delete a room; return whether it is gone."""
        return _is_gone(self.send("DELETE", f"/rooms/{room_id}", version=VERSION))


def _is_gone(reply: Reply) -> bool:
    return reply.status in (200, 204, 404)


def _seconds(text: str) -> float:
    return min(float(text), _LONGEST_WAIT) if text.isdecimal() else 10.0


def member(body: Any, *names: str) -> Any:
    """Return a member of JSON by its path, None where there is none."""
    for name in names:
        body = body.get(name) if isinstance(body, dict) else None
    return body
