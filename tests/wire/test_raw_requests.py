"""Requests that callers build: which of them may be sent again, and until when."""

from datetime import datetime, timezone
from typing import Any, Optional

import pytest
from azure.core.rest import HttpRequest

from azure.communication.rooms._wire.raw_requests import expires_of, retry_options

ROOMS = "https://contoso.communication.azure.com/rooms"
SENT = {
    "Repeatability-Request-ID": "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e",
    "Repeatability-First-Sent": "Tue, 01 Apr 2025 08:00:00 GMT",
}
EXPIRES = datetime(2025, 4, 1, 8, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("method", "path", "headers", "options"),
    [
        pytest.param("POST", "", SENT, {"retryable": True, "expires": EXPIRES}, id="both headers"),
        pytest.param("post", "", SENT, {"retryable": True, "expires": EXPIRES}, id="in lower case"),
        pytest.param("POST", "", dict(list(SENT.items())[:1]), {}, id="the id alone"),
        pytest.param("POST", "", dict(list(SENT.items())[1:]), {}, id="the time alone"),
        pytest.param("POST", "", {}, {}, id="no header"),
        pytest.param("PATCH", "", SENT, {}, id="another method"),
        pytest.param("POST", "/1/participants:add", {}, {"retryable": True}, id="add"),
        pytest.param("POST", "/1/participants:update?a=b", {}, {"retryable": True}, id="update"),
        pytest.param("POST", "/1/participants:remove", {}, {"retryable": True}, id="remove"),
        pytest.param("POST", "/1/participants:other", {}, {}, id="another verb"),
        pytest.param("POST", "/1/2/participants:add", {}, {}, id="another path"),
    ],
)
def test_a_post_is_sent_again_where_that_has_no_other_effect(
    method: str, path: str, headers: dict[str, str], options: dict[str, Any]
) -> None:
    assert retry_options(HttpRequest(method, ROOMS + path, headers=headers)) == options


LATER = datetime(2030, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("headers", "otherwise", "expires"),
    [
        (SENT, LATER, EXPIRES),
        ({"repeatability-first-sent": "Tue, 01 Apr 2025 08:00:00 GMT"}, None, EXPIRES),
        ({"Repeatability-First-Sent": "2025-04-01T08:00:00Z"}, None, EXPIRES),
        ({"Repeatability-First-Sent": "some day"}, LATER, None),
        ({}, LATER, LATER),
        ({}, None, None),
    ],
    ids=["HTTP date", "lower case", "ISO 8601", "no time", "no header", "nothing"],
)
def test_a_request_expires_five_minutes_after_it_was_first_sent(
    headers: dict[str, str], otherwise: Optional[datetime], expires: Optional[datetime]
) -> None:
    assert expires_of(headers, otherwise) == expires
