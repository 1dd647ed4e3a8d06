"""How a fault changes a response. Pure: the pipeline calls these functions and sends the result."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from .fault import Fault

#: A body that no reader of JSON or of UTF-8 takes.
GARBAGE = b'<html>\xff\xfe{"value":['


def status_of(fault: Fault) -> int | None:
    """Return the status with which a fault responds in place of the service; None when it does not."""
    return 429 if fault.throttle is not None else fault.status


def body_of(fault: Fault, status: int) -> Any:
    """Return the JSON body with which a fault responds; None for no body."""
    if status in (204, 304):
        return None
    message = "A fault that was asked for."
    return {"error": {"code": error_code(status), "message": message}} if fault.body is None else fault.body


def error_code(status: int) -> str:
    """Return a service error code for a status."""
    try:
        return HTTPStatus(status).phrase.replace(" ", "")
    except ValueError:
        return f"Status{status}"


def change_headers(fault: Fault, headers: dict[str, str]) -> None:
    """Set the headers of a fault's response, in place of those of the same name in any case."""
    changes = dict(fault.headers)
    if fault.throttle is not None:
        changes["Retry-After"] = str(fault.throttle)
    replaced = {name.lower() for name in changes}
    for name in [name for name in headers if name.lower() in replaced]:
        del headers[name]
    headers.update(changes)


def changed_content(fault: Fault, content: bytes) -> bytes:
    """Return a response's body changed by a fault; an empty one stays empty."""
    if not content:
        return content
    if fault.garbage:
        return GARBAGE
    return fault.body.encode() if isinstance(fault.body, str) else content
