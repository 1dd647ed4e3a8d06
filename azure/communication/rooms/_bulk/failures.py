"""Classify a failed request: whether the service may have carried it out, and whether another try can succeed.

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
#: Statuses of the 4xx that do not mean that the row is invalid: the same request can succeed later.
_NOT_ABOUT_THE_ROW = frozenset([401, 403, 407, 408, 412, 425, 429])


class Failure(NamedTuple):
    """The class of a failed request."""

    maybe_done: bool
    """Whether the service may have carried out the request."""
    is_transient: bool = False
    """Whether it is worth another try."""
    is_rejected: bool = False
    """Whether the service rejected the row as invalid."""
    is_throttled: bool = False
    """Whether the service throttles the client."""
    is_stale: bool = False
    """Whether the repeatability pair is not of this time: too old, or made before the clock was corrected."""
    retry_after: float | None = None
    """Seconds of ``Retry-After``; None without it."""


def failure_of(error: Exception) -> Failure:
    """Classify an error.

    :param Exception error: What a call of the client raised.
    """
    if isinstance(error, DecodeError) or not isinstance(error, AzureError):
        # A successful response that cannot be decoded; or an error of the caller's own code, after which the service
        # may have carried out the request. Arguments are validated before anything is sent.
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
        # azure-core's transport for requests raises such an error for an incomplete chunk.
        return Failure(maybe_done=not isinstance(error, ClientAuthenticationError), is_transient=True)
    if 400 <= status < 500 and status not in _NOT_ABOUT_THE_ROW:
        return Failure(maybe_done=False, is_rejected=True)
    if status == 412:
        return Failure(maybe_done=False, is_transient=True, is_stale=True)
    requested = retry_after(error.response.headers)  # type: ignore[attr-defined]  # every response has them
    return Failure(
        maybe_done=status in _MAYBE_DONE or status > 504,
        is_transient=status in _TRANSIENT,
        is_throttled=status == 429 or (requested is not None and status in _TRANSIENT),
        retry_after=requested,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Parse ``Retry-After``. A date is compared with the response's own ``Date``.

    :param headers: Headers of the response.
    :type headers: Mapping[str, str]
    :returns: Seconds to wait. None without the header, or if it is invalid or not in the future.
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
