"""Repeatable requests: the same request twice within five minutes is handled once.

The table of cases: https://learn.microsoft.com/rest/api/communication/repeatable-requests.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress

from ..service import errors
from ..service.messages import ApiVersion, Handler, Request, Response
from ..state import timestamps
from ..state.clock import Clock
from ..state.emulator_state import REPEATABILITY_WINDOW, Account
from ..state.store import StoredResponse
from . import messages

_ACCEPTED = {"Repeatability-Result": "accepted"}
_GUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def handle_once(request: Request, account: Account, clock: Clock, handler: Handler) -> Response:
    """Handle a request, or return the response that it had before.

    Without repeatability headers it is simply handled.

    :param clock: The emulator's clock, by which responses are stored and found again; a fault that skews the time of
        one request neither hides nor ages those of others.
    """
    request_id = request.headers.get("repeatability-request-id")
    first_sent = request.headers.get("repeatability-first-sent")
    if request_id is None and first_sent is None:
        return handler(request, account)
    if not _GUID.fullmatch(request_id or ""):
        raise errors.repeatability_form()
    sent = _parse_first_sent(first_sent or "", request.version)
    if all(abs(sent - now) > REPEATABILITY_WINDOW for now in account.clock.request_times()):
        raise errors.repeatability_window()
    return _handle_once(str(request_id).lower(), request, account, clock.timestamp(), handler)


def _parse_first_sent(text: str, version: ApiVersion) -> int:
    """Parse when a request was first sent: an HTTP date, and on 2022-02-01, whose clients send that, ISO 8601 too."""
    if version.is_preview_2022:
        with suppress(ValueError):
            return timestamps.parse(text)
    try:
        return timestamps.parse_http_date(text)
    except ValueError:
        raise errors.repeatability_form() from None


def _handle_once(request_id: str, request: Request, account: Account, now: int, handler: Handler) -> Response:
    fingerprint = _fingerprint(request)
    store = account.store
    with store.transaction():
        earlier = store.response(request_id, since=now - REPEATABILITY_WINDOW)
        if earlier is None:
            response = _handle(request, account, handler)
            content = json.dumps([response.body, dict(response.headers), response.announced, response.reason])
            store.put_response(request_id, now, StoredResponse(fingerprint, response.status, content))
            return response
    if earlier.fingerprint != fingerprint:
        raise errors.repeatability_reused()
    body, headers, announced, *reason = json.loads(earlier.content)  # a database of before has no reason
    return Response(earlier.status, body, headers, announced, *reason)


def _handle(request: Request, account: Account, handler: Handler) -> Response:
    """Return the response to store. An error is one too, without the header: none was ever seen on one."""
    try:
        response = handler(request, account)
    except (errors.ServiceError, errors.ValidationError) as error:
        return messages.error_response(error, request.version)._replace(reason=messages.reason_of(error))
    headers: dict[str, str] = {**response.headers, **_ACCEPTED}
    return response._replace(headers=headers)


def _fingerprint(request: Request) -> str:
    """Return what makes two requests the same: their target and body."""
    return hashlib.sha256(request.target.encode() + b"\n" + request.body).hexdigest()
