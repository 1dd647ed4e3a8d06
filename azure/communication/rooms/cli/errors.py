"""Errors as the command prints them: one or two lines with what happened and what to do, and an exit status."""

from __future__ import annotations

import re
from typing import NamedTuple

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)

from ..bulk import OutcomeUnknownError

DONE, FAILED, WRONG_USAGE, NOT_FOUND, INTERRUPTED = 0, 1, 2, 3, 130

_KEY = re.compile(r"(?i)(accesskey\s*=\s*)[^;\s'\"]+")
#: How urllib3 and our own classes name a connection in the text of an error.
_CONNECTION = re.compile(r"<?\w*(?:Connection|Pool)\(host=[^)]*\)(?: object[^>]*>)?: ")


class UsageError(Exception):
    """The command line, the environment or a file is not right, so nothing was sent."""


class Explanation(NamedTuple):
    """What is printed for an error, and the exit status."""

    status: int
    what: str
    advice: str = ""

    def text(self) -> str:
        """One or two lines."""
        return "\n  ".join(redact(line) for line in (self.what, self.advice) if line)


def redact(text: str) -> str:
    """A line with no key in it, and nothing that a terminal would obey."""
    shown = _KEY.sub(r"\1***", text)
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in shown)


def explain(error: BaseException) -> Explanation:
    """What to print for an error.

    :param BaseException error: The error.
    """
    if isinstance(error, OutcomeUnknownError):
        return Explanation(
            FAILED,
            f"sent at {error.first_sent:%Y-%m-%d %H:%M:%S} UTC, and whether it created a room is unknown",
            "Look with 'rooms list' for a room created at that time; the row is not sent again.",
        )
    if isinstance(error, HttpResponseError) and error.status_code is not None:
        return _explain_response(error)
    if isinstance(error, (ServiceRequestError, ServiceResponseError)):
        reason = _CONNECTION.sub("", _first_line(error))
        return Explanation(FAILED, reason, "Check the endpoint and the network; 'rooms doctor' finds where it stops.")
    if isinstance(error, ClientAuthenticationError):
        return Explanation(FAILED, _first_line(error), "Check the credentials; 'rooms doctor' finds what is wrong.")
    if isinstance(error, AzureError):
        return Explanation(FAILED, _first_line(error))
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        return Explanation(WRONG_USAGE, f"{name}{error.strerror or error}")
    return Explanation(WRONG_USAGE, *str(error).split("\n", 1))


def _explain_response(error: HttpResponseError) -> Explanation:
    status = error.status_code
    if isinstance(error, ResourceNotFoundError):
        return Explanation(NOT_FOUND, "not found: there is no such room", "'rooms list' shows the rooms there are.")
    what = (
        f"the service rejected the request ({status} {_code(error)}): {_message(error)}"
        if status != 401
        else (f"the service does not accept the credentials (401): {_message(error)}")
    )
    advice = {
        401: "Check that the key belongs to this resource; 'rooms doctor' finds which part is wrong.",
        403: "Give the identity a role on the resource.",
        429: "Wait, and try again.",
    }.get(int(status or 0), "")
    request_id = getattr(error, "request_id", None)
    if not advice and request_id:
        advice = f"Request id, for the service's support: {request_id}"
    return Explanation(FAILED, what.strip(), advice)


def _code(error: HttpResponseError) -> str:
    return str(getattr(error, "error_code", None) or error.reason or "").strip() or "no reason given"


def _message(error: HttpResponseError) -> str:
    """What is wrong, in the service's words: the details where there are any."""
    if error.error is None:
        found = re.findall(r"^Detail: \([^)]*\) (.*)", str(error.message), re.MULTILINE)
        return " ".join(found) or re.sub(r"^\([^)]*\) ", "", _first_line(error))
    details = [
        f"{detail.message}{f' ({detail.target})' if detail.target else ''}" for detail in error.error.details or []
    ]
    return " ".join(details) or str(error.error.message)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
