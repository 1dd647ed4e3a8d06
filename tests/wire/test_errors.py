"""Errors: azure-core's classes with the service's code, target, details and ids in the object and in its text."""

from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ResourceNotModifiedError,
)
from fake_responses import FakeResponse

from azure.communication.rooms._wire.errors import response_error

MALFORMED = "The request could not be understood by the server due to malformed syntax."


@pytest.mark.parametrize(
    ("status", "class_"),
    [
        (304, ResourceNotModifiedError),
        (400, HttpResponseError),
        (401, ClientAuthenticationError),
        (403, HttpResponseError),
        (404, ResourceNotFoundError),
        (409, ResourceExistsError),
        (412, HttpResponseError),
        (429, HttpResponseError),
        (500, HttpResponseError),
        (503, HttpResponseError),
    ],
)
def test_a_status_has_its_class(status: int, class_: type[Exception]) -> None:
    assert type(response_error(FakeResponse(status))) is class_


def test_an_error_carries_code_message_target_details_and_ids() -> None:
    body = {
        "error": {
            "code": "BadRequest",
            "message": MALFORMED,
            "target": "body",
            "details": [
                {"code": "BadArgument", "message": "Too late.", "target": "ValidFrom"},
                {"code": "BadArgument", "message": "Both, please.", "target": ""},
            ],
            "innererror": {"code": "Deep", "message": "Down here."},
        }
    }
    response = FakeResponse(400, body, {"MS-CV": "abcdefghijklmnopqrstuv.0", "x-ms-error-code": "BadRequest"})
    response.request.headers["x-ms-client-request-id"] = "11111111-2222"
    error: Any = response_error(response)
    assert (error.status_code, error.reason, error.response) == (400, "Bad Request", response)
    assert (error.error.code, error.error.message, error.error.target) == ("BadRequest", MALFORMED, "body")
    assert [(d.code, d.message, d.target) for d in error.error.details] == [
        ("BadArgument", "Too late.", "ValidFrom"),
        ("BadArgument", "Both, please.", ""),
    ]
    assert error.error_code == "BadRequest"
    assert (error.request_id, error.client_request_id) == ("abcdefghijklmnopqrstuv.0", "11111111-2222")
    assert str(error).splitlines() == [
        f"(BadRequest) {MALFORMED}",
        "Status: 400 Bad Request",
        "Target: body",
        "Detail: (BadArgument) Too late. Target: ValidFrom",
        "Detail: (BadArgument) Both, please.",
        "Inner error: (Deep) Down here.",
        "Ids: request id abcdefghijklmnopqrstuv.0, client request id 11111111-2222",
    ]
    assert error.message == str(error)


@pytest.mark.parametrize("body", [b"", b"<html>Bad gateway</html>", b"[]", {"error": None}, {"error": {}}, b"\xff"])
def test_a_body_that_is_empty_leaves_the_status_and_the_header(body: Any) -> None:
    error: Any = response_error(FakeResponse(502, body, {"x-ms-error-code": "BadGateway", "x-ms-request-id": "r1"}))
    assert error.error is None
    assert (error.error_code, error.request_id, error.client_request_id) == ("BadGateway", "r1", None)
    assert str(error).startswith("The service returned 502\nIds: request id r1")


def test_nothing_known_is_none() -> None:
    error: Any = response_error(FakeResponse(500))
    assert (error.error_code, error.request_id, error.client_request_id) == (None, None, None)
    assert str(error) == "The service returned 500"


def test_an_inner_error_of_another_shape_is_passed_over() -> None:
    error = response_error(FakeResponse(400, {"error": {"code": "C", "message": "M", "innererror": "text"}}))
    assert str(error) == "(C) M\nStatus: 400 Bad Request"


@pytest.mark.parametrize(
    ("status", "words"), [(401, "clock is right"), (403, "role on this resource"), (412, "five minutes")]
)
def test_where_the_service_gives_no_next_step_the_error_does(status: int, words: str) -> None:
    assert words in str(response_error(FakeResponse(status, {"error": {"code": "Denied", "message": "No."}})))
