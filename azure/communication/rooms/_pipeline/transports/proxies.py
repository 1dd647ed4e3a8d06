"""The URL of a proxy, and the credentials in it. Clients without a proxy do not load this module."""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit


class Proxy(NamedTuple):
    """A proxy.

    :ivar str url: Its URL without credentials, which libraries keep, and errors could show.
    :ivar bytes user: The user; empty where the URL has none.
    :ivar bytes password: The password; empty where the URL has none.
    """

    url: str
    user: bytes
    password: bytes

    def headers(self) -> dict[str, str]:
        """The header that has the credentials of an HTTP proxy, if there are some."""
        if not self.user and not self.password:
            return {}
        return {"Proxy-Authorization": f"Basic {b64encode(self.user + b':' + self.password).decode('ascii')}"}


def parse_proxy(url: str) -> Proxy:
    """Take the credentials out of the URL of a proxy. They may be percent-encoded; other characters are UTF-8.

    :param str url: The URL.
    :rtype: ~azure.communication.rooms._pipeline.transports.proxies.Proxy
    :raises ValueError: If it cannot be parsed. It is not shown.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  the property validates it
        user_info, _, host = parts.netloc.rpartition("@")
        user, _, password = map(unquote_to_bytes, user_info.partition(":"))
        is_valid = bool(parts.hostname) and not any(character.isspace() for character in host)
    except ValueError:
        is_valid = False
    if not is_valid:
        raise ValueError("the URL of the proxy cannot be parsed; it has the form http://user:password@host:port")
    return Proxy(parts._replace(netloc=host).geturl(), user, password)
