"""What a fault does to an answer and to the connection that it goes over."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Protocol, cast

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .exchange import Answer, Service
from .fault_spec import Fault

#: The name under which a request's scope holds its connection.
EXTENSION = "azure.communication.rooms.connection"

#: A body that no reader of JSON or of UTF-8 takes.
GARBAGE = b'<html>\xff\xfe{"value":['


class Connection(Protocol):
    """What a request came over."""

    def reset(self) -> None:
        """End it at once; the other side is told that it was reset."""

    def close(self) -> None:
        """End it when what was written has been sent."""


async def wait(seconds: float, receive: Receive) -> None:
    """Let time pass, as long as the other side waits too."""
    gone = asyncio.ensure_future(_until_gone(receive))
    await asyncio.wait({gone}, timeout=seconds)
    gone.cancel()
    with suppress(asyncio.CancelledError):
        await gone


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def disturbed(service: Service, fault: Fault) -> Service:
    """What a request works on that meets a fault."""
    if fault.clock_skew is not None:
        service = service._replace(clock=service.clock.skewed(timedelta(seconds=fault.clock_skew)))
    return service if fault.page_size is None else service._replace(page_size=fault.page_size)


def answer_of(fault: Fault) -> Answer | None:
    """The answer that a fault gives in place of the service's; None when it gives none."""
    status = 429 if fault.throttle is not None else fault.status
    if status is None:
        return None
    if status in (204, 304):
        return Answer(status, announced=False)
    code = _phrase(status).replace(" ", "")
    body = {"error": {"code": code, "message": "A fault that was asked for."}} if fault.body is None else fault.body
    return Answer(status, body, {"x-ms-error-code": code}, announced=False)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


async def send_disturbed(response: Response, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Send what a fault leaves of an answer."""
    connection = cast(Connection, scope["extensions"][EXTENSION])
    if fault.reset is not None:
        connection.reset()
        await _until_gone(receive)
        return
    _alter(response, fault)
    if fault.truncate is None or not response.body:
        await response(scope, receive, send)
        return
    length = len(response.body)
    headers = [*response.raw_headers, (b"content-length", str(length).encode())]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    body = bytes(response.body)[: min(fault.truncate, length - 1)]
    await send({"type": "http.response.body", "body": body, "more_body": True})
    connection.close()
    await _until_gone(receive)


def _alter(response: Response, fault: Fault) -> None:
    for name, value in fault.headers.items():
        response.headers[name] = value
    if fault.throttle is not None:
        response.headers["Retry-After"] = str(fault.throttle)
    if response.body and isinstance(fault.body, str):
        response.body = fault.body.encode()
    if response.body and fault.garbage:
        response.body = GARBAGE
