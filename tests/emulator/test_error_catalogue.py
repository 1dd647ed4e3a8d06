"""Each error of the emulator, value by value: what callers program against, and people search for."""

from functools import partial
from typing import Any, Callable

import pytest

from azure.communication.rooms.emulator.service import errors
from azure.communication.rooms.emulator.service.errors import Detail, ServiceError

LONG = "1" * 401
SHORTENED = "1" * 397 + "..."
REJECTED = {"Repeatability-Result": "rejected"}

#: What an error has where its row says nothing else.
USUAL: dict[str, Any] = {"details": (), "announced": True, "headers": {}, "code_2022": None}

CATALOGUE: dict[str, tuple[Callable[[], ServiceError], int, str, str, dict[str, Any]]] = {
    "room id length": (
        errors.room_id_length,
        400,
        "BadRequest",
        "Invalid room ID length.",
        {"message_2022": "Invalid Room ID length.", "code_2022": "InvalidInput"},
    ),
    "room id form": (
        errors.room_id_form,
        400,
        "BadRequest",
        "Invalid room ID.",
        {"message_2022": "Room ID is invalid.", "code_2022": "InvalidInput"},
    ),
    "room not found": (
        errors.room_not_found,
        404,
        "NotFound",
        "The server cannot find the requested resource.",
        {"message_2022": "Resource not found"},
    ),
    "join policy after the start": (
        errors.join_policy_after_start,
        400,
        "InvalidInput",
        "Room join policy cannot be updated after room start time has elapsed",
        {"code_2022": "InvalidInput"},
    ),
    "identifier form": (
        errors.identifier_form,
        400,
        "BadRequest",
        "Invalid format for communication identifier.",
        {"message_2022": "Identifier format is invalid.", "code_2022": "InvalidInput"},
    ),
    "identifier unsupported": (
        partial(errors.identifier_unsupported, "4:+1555"),
        400,
        "BadRequest",
        "Communication identifier 4:+1555 is not supported.",
        {"reason": "Communication identifier *** is not supported."},
    ),
    "long identifier unsupported": (
        partial(errors.identifier_unsupported, LONG),
        400,
        "BadRequest",
        f"Communication identifier {SHORTENED} is not supported.",
        {"reason": "Communication identifier *** is not supported."},
    ),
    "next link": (errors.next_link_form, 400, "BadRequest", "Invalid value for nextLink.", {}),
    "user id": (
        errors.user_id_form,
        400,
        "ValidationError",
        "The id is not that of a Communication Services user.",
        {},
    ),
    "token lifetime": (
        errors.token_lifetime,
        400,
        "ValidationError",
        "expiresInMinutes must be a whole number from 60 to 1440.",
        {},
    ),
    "repeatability form": (
        errors.repeatability_form,
        400,
        "BadRequest",
        "Repeatability-Request-ID must be a GUID and Repeatability-First-Sent an HTTP date; both or neither.",
        {
            "headers": REJECTED,
            "message_2022": "Repeatability-Request-ID must be a GUID and Repeatability-First-Sent an HTTP date or an "
            "ISO 8601 date-time; both or neither.",
        },
    ),
    "repeatability reused": (
        errors.repeatability_reused,
        400,
        "BadRequest",
        "Repeatability-Request-ID was used for another request within the last 5 minutes.",
        {"headers": REJECTED},
    ),
    "repeatability window": (
        errors.repeatability_window,
        412,
        "PreconditionFailed",
        "Repeatability-First-Sent is not within the 5 minute window.",
        {"headers": REJECTED},
    ),
    "forbidden": (partial(errors.forbidden, "Not you."), 403, "Forbidden", "Not you.", {"announced": False}),
    "bad command": (partial(errors.bad_command, "Not so."), 400, "BadRequest", "Not so.", {"announced": False}),
    "no request": (
        partial(errors.no_request, LONG),
        404,
        "NotFound",
        f"There is no request {SHORTENED} in the log.",
        {"announced": False},
    ),
    "denied": (
        partial(errors.denied, "host", "It differs."),
        401,
        "Denied",
        "Denied by the resource provider.",
        {"announced": False, "details": (Detail("It differs.", "host", "AuthenticationFailed"),)},
    ),
    "denied with words of its own": (
        partial(errors.denied, "host", "It differs.", "Other words."),
        401,
        "Denied",
        "Other words.",
        {"announced": False, "details": (Detail("It differs.", "host", "AuthenticationFailed"),)},
    ),
    "api-version missing": (
        errors.api_version_missing,
        400,
        "ApiVersionUnspecified",
        "An API version is required, but was not specified.",
        {},
    ),
    "api-version unsupported": (
        partial(errors.api_version_unsupported, "http://localhost/rooms", "2020-01-01"),
        400,
        "UnsupportedApiVersion",
        (
            "The HTTP resource that matches the request URI 'http://localhost/rooms' does not support the API version "
            "'2020-01-01'."
        ),
        {"reason": "The API version '2020-01-01' is not supported here."},
    ),
    "content type": (
        partial(errors.content_type, "application/merge-patch+json or application/json"),
        415,
        "UnsupportedMediaType",
        (
            "The content type must be application/merge-patch+json or application/json. Send the header Content-Type: "
            "application/merge-patch+json."
        ),
        {},
    ),
    "too large": (partial(errors.too_large, 5), 413, "PayloadTooLarge", "The body is larger than 5 bytes.", {}),
    "incomplete body": (
        errors.incomplete_body,
        400,
        "BadRequest",
        "The request body is incomplete.",
        {"announced": False},
    ),
    "path not found": (errors.path_not_found, 404, "NotFound", "There is no such resource.", {"announced": False}),
    "method not allowed": (
        partial(errors.method_not_allowed, "PUT"),
        405,
        "MethodNotAllowed",
        "The resource does not support PUT.",
        {"announced": False},
    ),
    "not stored": (
        partial(errors.not_stored, "the disk is full"),
        507,
        "InsufficientStorage",
        "The emulator could not store this: the disk is full.",
        {"announced": False},
    ),
    "internal": (
        errors.internal,
        500,
        "InternalServerError",
        "The emulator failed; its log has the error.",
        {"announced": False},
    ),
}


@pytest.mark.parametrize(("make", "status", "code", "message", "others"), CATALOGUE.values(), ids=CATALOGUE)
def test_an_error_has_these_values(
    make: Callable[[], ServiceError], status: int, code: str, message: str, others: dict[str, Any]
) -> None:
    error = make()
    assert (error.status, error.code, str(error)) == (status, code, message)
    expected = {**USUAL, "message_2022": message, "reason": message, **others}
    assert {name: getattr(error, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("make", "message", "target", "reason"),
    [
        pytest.param(
            partial(errors.unknown_role, "8:acs:x"),
            "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator.",
            "$.participants.8:acs:x.role",
            "",
            id="role",
        ),
        pytest.param(
            partial(errors.unknown_role, LONG),
            "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator.",
            f"$.participants.{SHORTENED}.role",
            "",
            id="role of a long id",
        ),
        pytest.param(
            partial(errors.conversion, "$.validFrom", "System.DateTime"),
            "The JSON value could not be converted to System.DateTime. Path: $.validFrom.",
            "$.validFrom",
            "The JSON value could not be converted to System.DateTime. Path: $.validFrom.",
            id="member of another type",
        ),
        pytest.param(
            partial(errors.conversion, "$.participants.4:+1555.role", "System.String"),
            "The JSON value could not be converted to System.String. Path: $.participants.4:+1555.role.",
            "$.participants.4:+1555.role",
            "The JSON value could not be converted to System.String. Path: $.participants.***.",
            id="participant of another type",
        ),
    ],
)
def test_a_fault_of_a_body_has_these_values(make: Callable[[], Detail], message: str, target: str, reason: str) -> None:
    assert make() == Detail(message, target, "BadArgument", "", reason)


@pytest.mark.parametrize(("length", "shown"), [(400, "1" * 400), (401, SHORTENED)])
def test_a_callers_text_is_repeated_up_to_400_characters(length: int, shown: str) -> None:
    assert errors.shorten("1" * length) == shown


def test_the_text_of_a_rejected_body_names_each_fault() -> None:
    error = errors.ValidationError(Detail("One.", "a"), Detail("Two.", "b"))
    assert str(error) == "One.; Two."
    assert error.details == (Detail("One.", "a"), Detail("Two.", "b"))
    assert error.parameter == ""
