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


NEXT_STEPS = {
    401: "Check that the access key or token belongs to this resource, and that this machine's clock is right.",
    403: "Check that the identity behind the token has a role on this resource.",
    412: "The first attempt was more than five minutes ago, or this machine's clock is wrong: look whether the room "
    "exists before creating it with new repeatability headers.",
}


@pytest.mark.parametrize("status", NEXT_STEPS)
def test_where_the_service_gives_no_next_step_the_error_does(status: int) -> None:
    response = FakeResponse(status, {"error": {"code": "Denied", "message": "No."}})
    assert str(response_error(response)).splitlines()[-1] == NEXT_STEPS[status]


def test_a_wait_that_the_service_requests_is_named_and_cut_short() -> None:
    error = response_error(FakeResponse(429, b"", {"Retry-After": "7" * 1000}))
    assert str(error).splitlines()[1] == f"Wait before the next attempt (Retry-After: {'7' * 100})"


PROBLEM = {
    "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
    "title": "One or more validation errors occurred.",
    "status": 400,
    "traceId": "00-1-2-00",
    "errors": {"ValidFrom": ["Too late.", "Too far."], "ValidUntil": "Past.", "Other": None},
}


def test_a_problem_becomes_an_error_with_a_detail_for_each_of_its_messages() -> None:
    error: Any = response_error(FakeResponse(400, PROBLEM))
    assert (error.error.code, error.error.message) == ("BadRequest", "One or more validation errors occurred.")
    assert [(d.code, d.message, d.target) for d in error.error.details] == [
        ("BadArgument", "Too late.", "ValidFrom"),
        ("BadArgument", "Too far.", "ValidFrom"),
        ("BadArgument", "Past.", "ValidUntil"),
    ]
    assert "Inner error: (traceId) 00-1-2-00" in str(error).splitlines()
    other: Any = response_error(FakeResponse(422, {"title": "Odd.", "type": "about:blank", "status": 422}))
    assert (other.error.code, other.error.message, other.error.details) == ("about:blank", "Odd.", [])
    assert "Inner error" not in str(other)


def test_an_error_with_a_title_is_no_problem() -> None:
    error: Any = response_error(FakeResponse(400, {"title": "Odd.", "error": {"code": "Denied", "message": "No."}}))
    assert (error.error.code, error.error.message) == ("Denied", "No.")


class Mine(Exception):
    """An exception of a caller's own."""

    def __init__(self, response: Any) -> None:
        super().__init__("mine")
        self.response = response


def test_an_exception_of_the_caller_precedes_that_of_the_status() -> None:
    response = FakeResponse(404)
    mine: Any = response_error(response, {404: Mine})
    assert (type(mine), mine.response) == (Mine, response)
    assert type(response_error(response, {404: None})) is HttpResponseError
    assert type(response_error(response, {409: Mine})) is ResourceNotFoundError
