"""Repeatable requests: the same request twice within five minutes is done once.

The table of cases: https://learn.microsoft.com/rest/api/communication/repeatable-requests.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import Callable

from . import errors, ticks
from .exchange import Answer, Request, Service, refused
from .store import StoredAnswer
from .versions import Version

WINDOW = 5 * 60 * ticks.PER_SECOND

_ACCEPTED = {"Repeatability-Result": "accepted"}
_GUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def once(request: Request, service: Service, handle: Callable[[Request, Service], Answer]) -> Answer:
    """Handle a request, or give the answer it was given before.

    Without repeatability headers it is simply handled.
    """
    request_id = request.headers.get("repeatability-request-id")
    first_sent = request.headers.get("repeatability-first-sent")
    if request_id is None and first_sent is None:
        return handle(request, service)
    if not _GUID.fullmatch(request_id or ""):
        raise errors.repeatability_form()
    moment = _moment(first_sent or "", request.version)
    if all(abs(moment - time) > WINDOW for time in service.clock.times_of_clients()):
        raise errors.repeatability_window()
    return _handle_once(str(request_id).lower(), request, service, handle)


def _moment(first_sent: str, version: Version) -> int:
    """When a request was first sent: an HTTP date, and on 2022-02-01, whose clients send that, ISO 8601 too."""
    if version.is_preview_2022:
        with suppress(ValueError, OverflowError):
            return ticks.parse(first_sent)
    try:
        moment = parsedate_to_datetime(first_sent)
    except (TypeError, ValueError, IndexError):
        raise errors.repeatability_form() from None
    return ticks.from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))


def _handle_once(
    request_id: str, request: Request, service: Service, handle: Callable[[Request, Service], Answer]
) -> Answer:
    now = service.clock.ticks()
    fingerprint = _fingerprint(request)
    with service.store.transaction():
        before = service.store.answer(request_id, since=now - WINDOW)
        if before is None:
            answer = _handled(request, service, handle)
            content = json.dumps([answer.body, dict(answer.headers), answer.announced])
            service.store.keep_answer(request_id, now, StoredAnswer(fingerprint, answer.status, content))
            return answer
    if before.fingerprint != fingerprint:
        raise errors.repeatability_reused()
    body, headers, announced = json.loads(before.content)
    return Answer(before.status, body, headers, announced)


def _handled(request: Request, service: Service, handle: Callable[[Request, Service], Answer]) -> Answer:
    """The answer to keep. A refusal is one too, without the header: none was ever seen on one."""
    try:
        answer = handle(request, service)
    except errors.Refusal as refusal:
        return refused(refusal, request.version)
    headers: dict[str, str] = {**answer.headers, **_ACCEPTED}
    return answer._replace(headers=headers)


def _fingerprint(request: Request) -> str:
    """What makes two requests the same: where they go and what they hold."""
    return hashlib.sha256(request.target.encode() + b"\n" + request.body).hexdigest()
