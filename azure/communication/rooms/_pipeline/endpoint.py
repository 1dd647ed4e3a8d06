"""Connection strings and endpoints. Every error names the part at fault, and none shows the key."""

from __future__ import annotations

import base64
import binascii
from ipaddress import ip_address

from .._urls import get_host, split_url

_QUOTES = "\"'`\u2018\u2019\u201c\u201d"
_FORM = "endpoint=https://<name>.communication.azure.com/;accesskey=<key in base64>"


def parse_connection_string(connection_string: str) -> tuple[str, str]:
    """Take a connection string apart.

    :param str connection_string: ``endpoint=...;accesskey=...`` as the Azure portal shows it. White space around it
        and around its parts, and the case of the names, do not matter.
    :returns: The endpoint and the access key, as they stand.
    :raises TypeError: If it is not a string.
    :raises ValueError: If a part is missing, empty, there twice, or has no name.
    """
    if not isinstance(connection_string, str):
        raise TypeError(f"the connection string must be a str, not {type(connection_string).__name__}")
    _reject_quotes("the connection string", connection_string)
    parts: dict[str, str] = {}
    for part in connection_string.split(";"):
        name, separator, value = part.partition("=")
        name = name.strip().lower()
        if not separator and not name:
            continue  # a semicolon at the end, or two in a row
        if not separator:
            raise ValueError(f"the connection string has a part without '='; its form is {_FORM}")
        if name in parts:
            raise ValueError(f"the connection string has more than one {name!r}")
        _reject_quotes(f"the {name} in the connection string", value)
        parts[name] = value.strip()
    for name in ("endpoint", "accesskey"):
        if not parts.get(name):
            raise ValueError(f"the connection string has no {name}; its form is {_FORM}")
    return parts["endpoint"], parts["accesskey"]


def _reject_quotes(what: str, text: str) -> None:
    """Reject text in quotes, which a shell or a file with settings has left there.

    :raises ValueError: If it begins or ends with one. The text is not shown.
    """
    text = text.strip()
    if text and (text[0] in _QUOTES or text[-1] in _QUOTES):
        raise ValueError(f"{what} is in quotes; remove the quotes")


def normalize_endpoint(endpoint: str, *, allow_insecure_connection: bool) -> str:
    """Bring an endpoint into the one form that everything here builds on.

    :param str endpoint: Scheme, host and port; https where the scheme is missing; one or more slashes may follow.
    :keyword bool allow_insecure_connection: Take http to a host that is not this machine.
    :returns: Scheme, host and port, lower case, a default port left out, no slash at the end.
    :raises TypeError: If it is not a string.
    :raises ValueError: If it is no such endpoint, or http to another machine.
    """
    if not isinstance(endpoint, str):
        raise TypeError(f"the endpoint must be a str, not {type(endpoint).__name__}")
    text = endpoint.strip()
    if not text:
        raise ValueError("the endpoint is empty")
    _reject_quotes("the endpoint", text)
    if any(character.isspace() or not character.isprintable() for character in text):
        raise ValueError("the endpoint holds white space or a control character")
    if not text.isascii():
        raise ValueError("the endpoint holds a character that no host has; write the host in its xn-- form")
    try:
        parts = split_url(text if "://" in text else f"https://{text}")
    except ValueError as error:
        raise ValueError(f"the endpoint is not a URL of a resource: {error}") from None
    surplus = {
        "user information": "@" in parts.netloc,
        "a path": parts.path.strip("/"),
        "a query": "?" in text,
        "a fragment": "#" in text,
    }
    for name, there in surplus.items():
        if there:
            raise ValueError(f"the endpoint has {name}; it consists of scheme and host alone")
    if parts.scheme == "http" and not allow_insecure_connection and not is_loopback(str(parts.hostname)):
        raise ValueError(
            f"the endpoint {parts.scheme}://{get_host(parts)} is not encrypted and not on this machine: others "
            "on the network could read and repeat requests. Use https, or pass allow_insecure_connection=True."
        )
    return f"{parts.scheme}://{get_host(parts)}"


def decode_key(key: str) -> bytes:
    """Decode an access key.

    :param str key: The key in base64.
    :raises TypeError: If it is not a string.
    :raises ValueError: If it is empty or not base64. The text does not show it.
    """
    if not isinstance(key, str):
        raise TypeError(f"the access key must be a str, not {type(key).__name__}")
    _reject_quotes("the access key", key)
    if not key.strip():
        raise ValueError("the access key is empty; copy it from the resource's Keys page")
    if "accesskey=" in key.lower():
        raise ValueError("the access key is a whole connection string; use RoomsClient.from_connection_string")
    try:
        decoded = base64.b64decode(key.strip(), validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded:
        # raised outside of the except block: the error it replaces would carry the key in its traceback's frame
        raise ValueError("the access key is not base64; copy it again from the resource's Keys page")
    return decoded


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name alone.

    :param str host: A host's name or address, without a port.
    :rtype: bool
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
