"""The emulator's own paths as an ASGI application: who may use them, decode, handle, encode."""

from __future__ import annotations

import json
import logging
import sqlite3
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import errors
from .exchange import Answer
from .receiving import headers_of, read_body
from .routes import admin
from .site import Site

LOGGER = logging.getLogger("azure.communication.rooms.emulator")

#: Bytes of a body that are read: exports are larger than what the service takes.
_BODY_LIMIT = 256 * 1024 * 1024


class Control:
    """Answers what lies under ``/_emulator``.

    :param site: What is steered.
    """

    def __init__(self, site: Site) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        try:
            answer = self._handle(scope, await read_body(receive, _BODY_LIMIT))
        except errors.Refusal as refusal:
            answer = Answer(refusal.status, refusal.body())
        except ValueError as error:
            answer = Answer(400, errors.not_understood(str(error)).body())
        except sqlite3.OperationalError as error:
            answer = Answer(507, errors.not_kept(str(error)).body())
        LOGGER.debug("%s %s %d", scope["method"], scope["path"], answer.status)
        await _encode(answer)(scope, receive, send)

    def _handle(self, scope: Scope, body: bytes) -> Answer:
        headers = headers_of(scope)
        admin.check_caller((scope.get("client") or ("",))[0], headers, scope["scheme"])
        handlers = admin.HANDLERS.get(scope["path"])
        if handlers is None:
            raise errors.no_such_path()
        if scope["method"] not in handlers:
            raise errors.no_such_method(scope["method"])
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        return handlers[scope["method"]](admin.Order(query, _read(headers, body)), self._site)


def _read(headers: dict[str, str], body: bytes) -> Any:
    """A body, which is JSON and declared as that: a web page can send nothing that is without being asked first."""
    if not body:
        return None
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise errors.content_type("application/json")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise errors.not_understood("The body is not JSON.") from None


def _encode(answer: Answer) -> Response:
    headers = {"Cache-Control": "no-store"}
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return Response(json.dumps(answer.body), answer.status, headers, "application/json")
