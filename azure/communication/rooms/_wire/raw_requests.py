"""What the pipeline must know of the headers of this service, and of requests that callers build themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from azure.core.rest import HttpRequest
from azure.core.utils import case_insensitive_dict

from .._datetimes import parse_timestamp
from .call import REPEATABLE_FOR

_REQUEST_ID, _FIRST_SENT = "Repeatability-Request-ID", "Repeatability-First-Sent"

#: Headers of the service that a log may show. None of them is a secret.
LOGGED_HEADERS = (
    "api-supported-versions",
    "api-deprecated-versions",
    "MS-CV",
    _REQUEST_ID,
    _FIRST_SENT,
    "Repeatability-Result",
)
#: Headers that hold a time of the client's clock.
TIMESTAMP_HEADERS = (_FIRST_SENT,)

#: POSTs of api-version 2022-02-01 that have the same effect however often they are sent.
_SETS_PARTICIPANTS = r"/rooms/[^/]+/participants:(?:add|update|remove)"


def retry_options(request: HttpRequest) -> dict[str, Any]:
    """Find out whether a request that a caller built may be sent again.

    :param request: The request.
    :type request: ~azure.core.rest.HttpRequest
    :returns: ``retryable`` and ``expires`` for a POST that the service deduplicates or that is idempotent; nothing for
        every other request, of which the method decides.
    :rtype: dict[str, Any]
    """
    if request.method.upper() != "POST":
        return {}
    if request.headers.get(_REQUEST_ID) and request.headers.get(_FIRST_SENT):
        return {"retryable": True, "expires": expires_of(request.headers)}
    return {"retryable": True} if re.fullmatch(_SETS_PARTICIPANTS, urlsplit(request.url).path) else {}


def expires_of(headers: Mapping[str, Any], otherwise: datetime | None = None) -> datetime | None:
    """Until when the service deduplicates a request with these headers.

    :param headers: Headers that the caller gave.
    :type headers: Mapping[str, Any]
    :param otherwise: What holds if they have no time.
    :type otherwise: ~datetime.datetime or None
    :returns: None for a time that cannot be parsed: what it means is left to the service.
    :rtype: ~datetime.datetime or None
    """
    text = case_insensitive_dict(headers).get(_FIRST_SENT)
    if text is None:
        return otherwise
    first_sent = parse_timestamp(text)
    return None if first_sent is None else first_sent + REPEATABLE_FOR
