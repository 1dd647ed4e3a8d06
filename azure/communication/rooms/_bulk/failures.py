"""What a failed request says: whether the service may have done what was asked, and whether it is worth another try.

The requests of a job are sent without the client's own retries, so that each failure is seen here and all workers can
heed it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

#: Statuses after which the request may have been carried out all the same.
_MAYBE_DONE = frozenset([408, 500, 502, 504])
_TRANSIENT = frozenset([429, 503]) | _MAYBE_DONE
#: Statuses of the 4xx that are no verdict on what the row asks: the same request can succeed later.
_NO_VERDICT = frozenset([401, 403, 407, 408, 412, 425, 429])


class Failure(NamedTuple):
    """What a failed request says."""

    maybe_done: bool
    """Whether the service may have done what was asked."""
    is_transient: bool = False
    """Whether it is worth another try."""
    is_rejected: bool = False
    """Whether the service rejected the row for what it asks."""
    is_throttled: bool = False
    """Whether the service asks everybody to slow down."""
    is_stale: bool = False
    """Whether the repeatability pair is not of this time: too old, or made before the clock was corrected."""
    retry_after: float | None = None
    """Seconds that it asks to wait; None where it does not say."""


def failure_of(error: Exception) -> Failure:
    """What an error says.

    :param Exception error: What a call of the client raised.
    """
    if isinstance(error, DecodeError) or not isinstance(error, AzureError):
        # A response of success that cannot be read; or an error of the caller's own code, which says nothing of the
        # service, unless it is about the arguments, which are checked before anything is sent.
        is_argument = isinstance(error, (TypeError, ValueError)) and not isinstance(error, AzureError)
        return Failure(maybe_done=not is_argument, is_transient=isinstance(error, DecodeError))
    if isinstance(error, ServiceRequestError):
        return Failure(maybe_done=False, is_transient=True)
    if isinstance(error, ServiceResponseError):
        return Failure(maybe_done=True, is_transient=True)
    if isinstance(error, HttpResponseError):
        return _failure_of_response(error)
    return Failure(maybe_done=True)


def _failure_of_response(error: HttpResponseError) -> Failure:
    status = error.status_code
    if error.response is None or status is None:
        # azure-core's transport for requests has such an error for a chunk that broke off.
        return Failure(maybe_done=not isinstance(error, ClientAuthenticationError), is_transient=True)
    if 400 <= status < 500 and status not in _NO_VERDICT:
        return Failure(maybe_done=False, is_rejected=True)
    if status == 412:
        return Failure(maybe_done=False, is_transient=True, is_stale=True)
    asked = retry_after(error.response.headers)  # type: ignore[attr-defined]  # every response has them
    return Failure(
        maybe_done=status in _MAYBE_DONE or status > 504,
        is_transient=status in _TRANSIENT,
        is_throttled=status == 429 or (asked is not None and status in _TRANSIENT),
        retry_after=asked,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a response asks to wait. A date is judged by the response's own ``Date``.

    :param headers: Headers of the response.
    :type headers: Mapping[str, str]
    :returns: None where it asks for nothing, or for what is no time to come.
    """
    text = headers.get("Retry-After") or ""
    try:
        seconds = float(text)
    except ValueError:
        try:
            span = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("Date") or "")
            seconds = span.total_seconds()
        except (IndexError, TypeError, ValueError):
            return None
    return seconds if math.isfinite(seconds) and seconds > 0 else None
