"""Headers and body of a request as HTTP libraries take them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from azure.core.rest import HttpRequest

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_CONTROL_CHARACTER = r"[\x00-\x08\x0a-\x1f\x7f]"
#: Codings that both transports decompress.
_ACCEPT_ENCODING = "gzip, deflate"


def headers_and_body(request: HttpRequest) -> tuple[dict[str, str], Any]:
    """Check and complete the headers of a request.

    :param request: The request. It is not changed.
    :type request: ~azure.core.rest.HttpRequest
    :returns: Its headers, without those whose value is None, and its body, a text as its UTF-8.
    :raises TypeError: If the body is a form, which this service has no use for, or a header is no text.
    :raises ValueError: If the method or a header cannot be sent. The message does not show the value of the header.
    """
    if _TOKEN.fullmatch(request.method) is None:
        raise ValueError(f"{request.method!r} cannot be the method of a request")
    body = request.content
    if body is not None and isinstance(body, Mapping):
        raise TypeError("forms and files are not sent by this transport; pass json= or content=")
    headers = {"Accept-Encoding": _ACCEPT_ENCODING}
    given = request.headers
    for name in given:  # items() of azure-core's class has a layer more
        value = given[name]
        if not isinstance(name, str):
            raise TypeError(f"the name of the header {name!r} must be a str, not {type(name).__name__}")
        lower = name.lower()
        if lower == "accept-encoding":
            del headers["Accept-Encoding"]
            value = "identity" if value is None else value
        if value is None:
            continue
        if lower == "content-length" and isinstance(body, str):
            continue  # azure-core counts characters, not bytes
        headers[name] = value
    _check(headers)
    return headers, body.encode() if isinstance(body, str) else body


def _check(headers: dict[str, Any]) -> None:
    """Check that headers can be sent."""
    for name, value in headers.items():
        if not isinstance(value, str):
            raise TypeError(f"the value of the header {name!r} must be a str, not {type(value).__name__}")
        if type(value) is not str:
            headers[name] = str.__str__(value)  # the value of an enum, not its name
    # Each character decides for itself, so one match does for all values, and one for all names.
    if _VALUE.fullmatch("".join(headers.values())) and _TOKEN.fullmatch("".join(headers)) and "" not in headers:
        return
    for name in headers:
        if _TOKEN.fullmatch(name) is None:
            raise ValueError(f"{name!r} cannot be the name of a header")
    name = next(name for name, value in headers.items() if _VALUE.fullmatch(value) is None)
    found = "a control character" if re.search(_CONTROL_CHARACTER, headers[name]) else "characters that are not Latin-1"
    raise ValueError(f"the header {name!r} cannot be sent: its value has {found}")
