"""The admin paths: check the caller, decode, run the command, encode."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, NamedTuple, Protocol, cast
from urllib.parse import parse_qsl, unquote

from ..access import AccessRules, Caller
from ..service import errors
from ..service.room_import import ImportStream
from ..state.emulator_state import EmulatorState
from ..state.log_text import LOGGER, shorten
from ..state.request_log import Entry, redact_target
from . import commands, events, page_files
from .arguments import Arguments, Result, Steps, limit_of, members

PREFIX = "/_emulator"
#: Without the prefix: the stream of what changes.
EVENTS = "/events"
#: Bytes of a command's body that are read. That of an import has no limit: it is not held.
BODY_LIMIT = 4 * 1024 * 1024
IMPORT = "/import"


class RequestBody(Protocol):
    """The body of a request, to be read in one of two ways."""

    async def read(self, limit: int) -> bytes:
        """Read the whole body.

        :raises ServiceError: If it is too large or incomplete.
        """

    def parts(self) -> AsyncIterator[bytes]:
        """Read the body as it comes.

        :raises ServiceError: If it is incomplete.
        """


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

    async def run(self, request: AdminRequest, body: RequestBody) -> AdminResponse:
        """Handle one request and always return a response; the body may not be read to its end by then."""
        started, reason = time.perf_counter(), ""
        try:
            self._access.check_admin(request.caller)
            response = await self._handle(request, body)
        except errors.ServiceError as error:
            response, reason = _encode_error(error), error.reason
        except ValueError as error:
            response, reason = _encode_error(errors.bad_command(str(error))), str(error)
        except (OSError, sqlite3.Error) as error:
            response, reason = _encode_error(errors.not_stored(str(error))), f"not stored: {error}"
        _log(request, response.status, time.perf_counter() - started, reason)
        return response

    def lead_to_page(self, request: AdminRequest) -> AdminResponse:
        """Return what a browser gets at the emulator's address: a redirect to the page."""
        try:
            self._access.check_admin(request.caller)
        except errors.ServiceError as error:
            return _encode_error(error)
        return AdminResponse(307, {"Location": f"{PREFIX}/", "Content-Length": "0", **page_files.HEADERS})

    async def _handle(self, request: AdminRequest, body: RequestBody) -> AdminResponse:
        file = page_files.find(request.path)
        if file is not None or request.path == EVENTS:
            if request.method != "GET" and (file is None or request.method != "HEAD"):
                raise errors.method_not_allowed(request.method)
            return self._open_events(request.query) if file is None else _send_file(*file)
        path, item = _route(request.path)
        methods = commands.COMMANDS.get(path)
        if methods is None and path != IMPORT:
            raise errors.path_not_found()
        if request.method not in (("POST",) if methods is None else methods):
            raise errors.method_not_allowed(request.method)
        if methods is None:
            return _encode(200, {"rooms": await self._import(request, body)})
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        arguments = Arguments(query, _decode(request.caller.headers, await body.read(BODY_LIMIT)), item)
        result = methods[request.method](arguments, self._state)
        status, content = result if isinstance(result, tuple) else await _run_steps(result)
        return await _encode_parts(status, content) if isinstance(content, Iterator) else _encode(status, content)

    async def _import(self, request: AdminRequest, body: RequestBody) -> int:
        """Replace the rooms by exported ones, which are parsed and stored in another thread as they come."""
        with ImportStream(self._state.accounts) as stream:
            async for part in body.parts():
                if part:
                    _check_content_type(request.caller.headers)
                await asyncio.to_thread(stream.feed, part)
            return await asyncio.to_thread(stream.commit)

    def _open_events(self, query: str) -> AdminResponse:
        limit = limit_of(members(dict(parse_qsl(query)), "limit"), events.LIMIT, events.LIMIT, 0)
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store"}
        return AdminResponse(200, headers, stream=events.stream(self._state, limit))


def _route(path: str) -> tuple[str, str]:
    """Return the path of a command, and the segment that names one thing: the second, where there is one."""
    parts = path.split("/")
    if len(parts) < 3:
        return path, ""
    return "/".join(["", parts[1], "{}", *parts[3:]]), unquote(parts[2])


async def _run_steps(steps: Steps) -> Result:
    """Run what takes long in another thread, and give others their turn between its steps."""

    def step() -> Result | None:
        try:
            next(steps)
        except StopIteration as end:
            return cast(Result, end.value)
        return None

    while (result := await asyncio.to_thread(step)) is None:
        pass
    return result


async def _encode_parts(status: int, parts: Iterator[bytes]) -> AdminResponse:
    """Return a response whose content is made in another thread as it is sent; an error of its begin is raised."""
    first = await asyncio.to_thread(next, parts)

    async def stream() -> AsyncIterator[bytes]:
        part = first
        while part:
            yield part
            part = await asyncio.to_thread(next, parts, b"")

    headers = {"Cache-Control": "no-store", "Content-Type": "application/json"}
    return AdminResponse(status, headers, stream=stream())


def _send_file(media_type: str, content: bytes) -> AdminResponse:
    headers = {**page_files.HEADERS, "Content-Type": media_type, "Content-Length": str(len(content))}
    return AdminResponse(200, headers, content)


def _log(request: AdminRequest, status: int, seconds: float, reason: str) -> None:
    """Write the line of a command; it is no request to the service, so the request log does not have it."""
    target = redact_target(f"{PREFIX}{request.path}{'?' if request.query else ''}{request.query}")
    entry = Entry(0, "", request.method, shorten(target), status, round(seconds * 1000, 3), shorten(reason))
    # The page reads again whenever something changes: lines of that would hide those of programs.
    is_read_by_page = request.method in ("GET", "HEAD") and request.caller.headers.get("sec-fetch-site") is not None
    level = logging.DEBUG if is_read_by_page and status < 400 else logging.INFO
    LOGGER.log(level, "%s", entry, extra={"request": entry.to_log()})


def _decode(headers: Mapping[str, str], body: bytes) -> Any:
    """Decode a body, which is JSON and declared as that: a web page cannot send such a one without a preflight."""
    if not body:
        return None
    _check_content_type(headers)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise errors.bad_command("The body is not JSON.") from None


def _check_content_type(headers: Mapping[str, str]) -> None:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise errors.content_type("application/json")


def _encode(status: int, body: Any) -> AdminResponse:
    headers = {"Cache-Control": "no-store"}
    if body is None:
        return AdminResponse(status, headers, b"")
    content = json.dumps(body).encode()
    headers.update({"Content-Type": "application/json", "Content-Length": str(len(content))})
    return AdminResponse(status, headers, content)


def _encode_error(error: errors.ServiceError) -> AdminResponse:
    return _encode(error.status, {"error": {"code": error.code, "message": str(error)}})
