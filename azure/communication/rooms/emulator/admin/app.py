"""The admin paths: check the caller, decode, run the command, encode."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Mapping
from typing import Any, Callable, NamedTuple
from urllib.parse import parse_qsl, unquote

from ..access import AccessRules, Caller
from ..service import errors
from ..state.emulator_state import EmulatorState
from . import commands, events, page_files
from .arguments import Arguments

LOGGER = logging.getLogger("azure.communication.rooms.emulator")

PREFIX = "/_emulator"
#: Without the prefix: the stream of what changes.
EVENTS = "/events"
#: Bytes of a body that are read: exports are larger than what the service takes.
BODY_LIMIT = 256 * 1024 * 1024


class AdminRequest(NamedTuple):
    """A request without its body.

    :ivar path: Without the prefix.
    :ivar headers: By lower-case name.
    :ivar caller: Where it comes from.
    """

    method: str
    path: str
    query: str
    caller: Caller


class AdminResponse(NamedTuple):
    """A response.

    :ivar content: JSON or a file of the page; empty where there is none.
    :ivar stream: The content in parts, as they come, in place of that; None where it is whole.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    stream: AsyncIterator[bytes] | None = None


class AdminApp:
    """Runs admin commands.

    :param state: What they work on.
    :param access: Who may give them.
    """

    def __init__(self, state: EmulatorState, access: AccessRules) -> None:
        self._state = state
        self._access = access

    async def run(self, request: AdminRequest, read_body: Callable[[], Awaitable[bytes]]) -> AdminResponse:
        """Handle one request and always return a response."""
        try:
            self._access.check_admin(request.caller)
            response = self._handle(request, await read_body())
        except errors.ServiceError as error:
            response = _encode_error(error)
        except ValueError as error:
            response = _encode_error(errors.bad_command(str(error)))
        except sqlite3.OperationalError as error:
            response = _encode_error(errors.not_stored(str(error)))
        LOGGER.debug("%s %s%s %d", request.method, PREFIX, request.path, response.status)
        return response

    def lead_to_page(self, request: AdminRequest) -> AdminResponse:
        """Return what a browser gets that asks for the emulator's address: the way to the page."""
        try:
            self._access.check_admin(request.caller)
        except errors.ServiceError as error:
            return _encode_error(error)
        return AdminResponse(307, {"Location": f"{PREFIX}/", "Content-Length": "0", **page_files.HEADERS})

    def _handle(self, request: AdminRequest, body: bytes) -> AdminResponse:
        file = page_files.find(request.path)
        if file is not None or request.path == EVENTS:
            if request.method != "GET" and (file is None or request.method != "HEAD"):
                raise errors.method_not_allowed(request.method)
            return self._open_events() if file is None else _send_file(*file)
        path, item = _route(request.path)
        methods = commands.COMMANDS.get(path)
        if methods is None:
            raise errors.path_not_found()
        if request.method not in methods:
            raise errors.method_not_allowed(request.method)
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        arguments = Arguments(query, _decode(request.caller.headers, body), item)
        return _encode(*methods[request.method](arguments, self._state))

    def _open_events(self) -> AdminResponse:
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
        return AdminResponse(200, headers, stream=events.stream(self._state))


def _route(path: str) -> tuple[str, str]:
    """Return the path of a command, and the segment that names one thing: the second, where there is one."""
    parts = path.split("/")
    if len(parts) < 3:
        return path, ""
    return "/".join(["", parts[1], "{}", *parts[3:]]), unquote(parts[2])


def _send_file(media_type: str, content: bytes) -> AdminResponse:
    headers = {**page_files.HEADERS, "Content-Type": media_type, "Content-Length": str(len(content))}
    return AdminResponse(200, headers, content)


def _decode(headers: Mapping[str, str], body: bytes) -> Any:
    """Decode a body, which is JSON and declared as that: a web page cannot send such a one without a preflight."""
    if not body:
        return None
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise errors.content_type("application/json")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise errors.bad_command("The body is not JSON.") from None


def _encode(status: int, body: Any) -> AdminResponse:
    headers = {"Cache-Control": "no-store"}
    if body is None:
        return AdminResponse(status, headers, b"")
    content = json.dumps(body).encode()
    headers.update({"Content-Type": "application/json", "Content-Length": str(len(content))})
    return AdminResponse(status, headers, content)


def _encode_error(error: errors.ServiceError) -> AdminResponse:
    return _encode(error.status, {"error": {"code": error.code, "message": str(error)}})
