"""Checks of the service, by the response to one signed request that only reads."""

from __future__ import annotations

import statistics
import time
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import AzureError
from azure.core.rest import HttpRequest, HttpResponse

from .findings import FAILURE, OK, WARNING, Case, Finding
from .network import check_no_tls

#: Seconds for one request, and for each of those that are timed.
_TIMEOUT, _TIMED = 5.0, 1.1
#: How far a clock may be off: the service rejects signatures beyond that, and a little is normal.
_REJECTED, _NORMAL = timedelta(minutes=15), timedelta(minutes=1)
#: What does not count as off, in seconds: ``Date`` has whole seconds, and the response was on its way.
_PRECISION = 2
_SLOW = 1.0
_NO_LIST = "2022-02-01"


def _send(case: Case, timeout: float) -> HttpResponse:
    # The first preview has no list; any room does, and need not be there.
    path = "/rooms/99400000000000000" if case.api_version == _NO_LIST else "/rooms"
    assert case.client is not None  # noqa: S101  made by the check of the endpoint
    return case.client.send_request(
        HttpRequest("GET", path, params={"api-version": case.api_version}, headers={"Accept": "application/json"}),
        timeout=timeout,
        permit_redirects=False,
    )


def check_service(case: Case) -> Finding | None:
    """The server is the Rooms service."""
    try:
        case.response = _send(case, _TIMEOUT)
    except (AzureError, OSError, ValueError) as error:
        not_plain = check_no_tls(case) if case.url.scheme == "http" else None
        if not_plain is not None:
            return not_plain
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        message = f"{case.host}:{case.port} gives no HTTP response: {reason}"
        return Finding("service", FAILURE, message, "Check that the endpoint is that of the resource.")
    status = case.response.status_code
    if status == 407:
        return Finding("proxy", FAILURE, "the proxy needs a password (407)", "Put it into HTTP_PROXY.")
    if not _is_of_service(_body(case.response)):
        message = f"the server at {case.host}:{case.port} is not this service (status {status}){_redirect(case)}"
        if status in (502, 503, 504):
            message = f"the service is not available ({status})"
        return Finding("service", FAILURE, message, "Check that the endpoint is that of the resource.")
    return Finding("service", OK, f"the Rooms service responds at {case.host}")


def _redirect(case: Case) -> str:
    """Where a response redirects to: scheme and host, since the rest may hold a secret."""
    if not 300 <= case.response.status_code < 400:
        return ""
    try:
        target = urlsplit(case.response.headers.get("Location") or "")
    except ValueError:
        return ""
    return f"; it redirects to {target.scheme}://{target.hostname}" if target.hostname else ""


def _body(response: HttpResponse) -> Any:
    try:
        return response.json()
    except (AzureError, ValueError, RecursionError):
        return None


def _is_of_service(body: Any) -> bool:
    """Whether a body is a list of rooms, or an error in either form of the service's."""
    if not isinstance(body, dict):
        return False
    error = body.get("error")
    return isinstance(body.get("value"), list) or (isinstance(error, dict) and "code" in error) or "traceId" in body


def check_clock(case: Case) -> Finding | None:
    """This machine's clock is the service's."""
    try:
        service = parsedate_to_datetime(case.response.headers.get("Date") or "")
    except (IndexError, TypeError, ValueError):
        return Finding("clock", WARNING, "the responses of the service have no Date")
    now = datetime.now(timezone.utc)
    off = now - (service if service.tzinfo else service.replace(tzinfo=timezone.utc))
    seconds = abs(round(off.total_seconds()))
    if seconds <= _PRECISION:
        return Finding("clock", OK, f"this machine's clock and the service's agree within {_PRECISION} seconds")
    span = f"{seconds // 60} minutes {seconds % 60} seconds" if seconds >= 60 else f"{seconds} seconds"
    message = f"this machine's clock is {span} {'ahead of' if off > timedelta() else 'behind'} the service's"
    if abs(off) > _REJECTED:
        advice = "Set this machine's clock right: the service rejects signatures that are more than 15 minutes off."
        return Finding("clock", FAILURE, message, advice)
    if abs(off) > _NORMAL:
        return Finding("clock", WARNING, message, "Set it right before it is 15 minutes off.")
    return Finding("clock", OK, message)


def check_credentials(case: Case) -> Finding | None:
    """The service takes the signature, or the token."""
    name = "signature" if case.credential is None else "token"
    if case.response.status_code != 401:
        return Finding(name, OK, "the service takes it")
    if case.credential is not None:
        return Finding(name, FAILURE, f"the service does not take the token: {_message_of(case)}", "Sign in again.")
    message = f"the access key is not one of this resource, or is not valid any more: {_message_of(case)}"
    advice = f"Copy the connection string of {case.host} again from its Keys page in the Azure portal."
    return Finding(name, FAILURE, message, advice)


def _message_of(case: Case) -> str:
    """The error of a response, with the parts that it names."""
    error = _body(case.response).get("error", {})
    details = [each for each in error.get("details") or [] if isinstance(each, dict)]
    return " ".join(f"{each.get('target')}: {each.get('message')}" for each in details) or str(error.get("message"))


def check_api_version(case: Case) -> Finding | None:
    """The service speaks the api-version."""
    version, headers = case.api_version, case.response.headers
    supported, deprecated = (
        [each.strip() for each in headers.get(f"api-{kind}-versions", "").split(",") if each.strip()]
        for kind in ("supported", "deprecated")
    )
    if case.response.status_code == 400:
        known = f"; it supports {', '.join(supported)}" if supported else f": {_message_of(case)}"
        advice = f"Make the client with api_version={supported[-1]!r}." if supported else "Use another --api-version."
        return Finding("api-version", FAILURE, f"the service rejects api-version {version}{known}", advice)
    if version in deprecated or (supported and version not in supported):
        message = f"{version} is not among the versions that the service supports: {', '.join(supported)}"
        return Finding("api-version", WARNING, message, "Move to one of those.")
    return Finding("api-version", OK, f"{version}{' is supported' if supported else ' is taken'}")


def check_permission(case: Case) -> Finding | None:
    """Rooms may be listed."""
    status = case.response.status_code
    if status == 403:
        advice = "Give the identity a role on the resource, such as Contributor."
        return Finding("permission", FAILURE, f"rooms may not be listed (403): {_message_of(case)}", advice)
    if case.api_version == _NO_LIST and status == 404:
        return Finding("permission", OK, "rooms may be read; this api-version has no list of them")
    if status == 429:
        return Finding("permission", WARNING, "the service throttles requests (429)", "Try again later.")
    if status != 200:
        return Finding(
            "permission", FAILURE, f"listing rooms fails with {status}: {_message_of(case)}", "Try again later."
        )
    return Finding("permission", OK, "rooms may be listed")


def check_latency(case: Case) -> Finding | None:
    """Five calls, and how long they take."""
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        try:
            _send(case, _TIMED)
        except AzureError:
            return Finding(
                "latency", WARNING, f"a call takes more than {_TIMED:g} seconds", "Check the network in between."
            )
        seconds.append(time.perf_counter() - started)
    low, middle, high = (1000 * each for each in (min(seconds), statistics.median(seconds), max(seconds)))
    message = f"five calls take {middle:.0f} ms ({low:.0f} to {high:.0f})"
    return Finding("latency", WARNING if middle > 1000 * _SLOW else OK, message)
