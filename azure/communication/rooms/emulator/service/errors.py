"""One catalogue: the errors of the service, with which status, code, message and target.

The words are those of the newest server build that was seen (February to August 2025). What was not observed of
the service is marked ``not observed``; there the words are this emulator's. Api-version 2022-02-01 has the words of
the newest build that spoke it (December 2022). The form of a response is built in one place, the pipeline.
"""

from __future__ import annotations

from typing import NamedTuple

MALFORMED = "The request could not be understood by the server due to malformed syntax."
DENIED = "Denied by the resource provider."
HASH_DIFFERS = "Request 'x-ms-content-sha256' differs from generated content hash."


#: Characters of a caller's text that an error repeats. An id can be megabytes, and responses to repeatable requests are
#: stored.
TEXT_LIMIT = 400


class Detail(NamedTuple):
    """One fault in a request.

    :ivar reason: What logs show in place of the message, where that repeats what a caller sent.
    """

    message: str
    target: str
    code: str = "BadArgument"
    message_2022: str = ""
    reason: str = ""


class ValidationError(ValueError):
    """A body that breaks a rule. Its text is for people; the pipeline makes the service's form of it.

    :ivar details: Each fault.
    :ivar parameter: What 2022-02-01 calls a body that could not be decoded; set by the operation.
    """

    def __init__(self, *details: Detail) -> None:
        super().__init__("; ".join(detail.message for detail in details))
        self.details = details
        self.parameter = ""


class ServiceError(Exception):
    """A request that the service rejects for another reason than its body's values.

    :ivar announced: Whether the response names the supported api-versions and repeats its code in a header.
    :ivar details: Each fault, where the service names them.
    :ivar reason: What logs show: the message, unless that repeats what a caller sent.
    :ivar code_2022: The code on 2022-02-01, where it is another; it is repeated in a header there, as no other is.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        details: tuple[Detail, ...] = (),
        announced: bool = True,
        headers: dict[str, str] | None = None,
        message_2022: str | None = None,
        code_2022: str | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(message)
        self.reason: str = message if reason is None else reason
        self.status = status
        self.code = code
        self.details = details
        self.announced = announced
        self.headers: dict[str, str] = headers or {}
        self.code_2022 = code_2022
        self.message_2022: str = message_2022 or message


# -- model validation: values of a body that are wrong in themselves ---------------------------------------------------

# An end in the past was not observed on 2022-02-01; it is taken to be the same there.
END_IN_PAST = Detail("The time range end is in the past.", "ValidUntil")
RANGE_TOO_LARGE = Detail("The time range is incorrect, or larger than 180 days.", "ValidUntil")
#: On 2022-02-01 the text was seen without its full stop, on creates and on updates.
START_TOO_LATE = Detail(
    "Value is incorrect or more than 180 days in the future.",
    "ValidFrom",
    message_2022="Value is incorrect or more than 180 days in the future",
)
ONE_TIME_ONLY = Detail("validFrom and validUntil should be set together.", "")
#: On 2022-02-01, which lists participants; a map cannot hold one twice.
DUPLICATE_PARTICIPANT = Detail(
    "Provided request has duplicate participant with same id but different attributes", "Participants"
)
#: A body without the participants to add, update or remove on 2022-02-01 (not observed).
PARTICIPANTS_MISSING = Detail("The Participants field is required.", "Participants")

_CONTRACTS_2022 = "Microsoft.AzureCommunicationService.Rooms.Api.Contracts.V2022_02_01"
#: What the service calls the roles and the join policies of 2022-02-01 when a text is none of them.
ROLE_2022 = f"{_CONTRACTS_2022}.RoleTypeDto"
JOIN_POLICY_2022 = f"{_CONTRACTS_2022}.RoomJoinPolicyDto"


#: What had become of ``BadRequest`` on 2022-02-01 by December 2022, for what is not model validation.
_INPUT_2022 = "InvalidInput"


def unknown_role(raw_id: str) -> Detail:
    """A role that no participant can have."""
    message = "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator."
    return Detail(message, f"$.participants.{shorten(raw_id)}.role")


def conversion(path: str, expected: str) -> Detail:
    """A member of another type than it should have.

    Observed for roles and join policies on 2022-02-01 alone, where the text continues with line and byte. Those are
    left out here.
    """
    path = shorten(path)
    message = f"The JSON value could not be converted to {expected}. Path: {path}."
    return Detail(message, path, reason=f"The JSON value could not be converted to {expected}. Path: {_mask(path)}.")


def _mask(path: str) -> str:
    """Return a JSON path without the raw id in it, which can be a phone number."""
    return "$.participants.***" if path.startswith("$.participants.") else path


def shorten(text: str) -> str:
    """Return a caller's text as an error repeats it."""
    return text if len(text) <= TEXT_LIMIT else f"{text[: TEXT_LIMIT - 3]}..."


# -- the request as a whole -------------------------------------------------------------------------------------------


def room_id_length() -> ServiceError:
    """An id that is too short or too long for one."""
    message = "Invalid room ID length."
    return ServiceError(400, "BadRequest", message, message_2022="Invalid Room ID length.", code_2022=_INPUT_2022)


def room_id_form() -> ServiceError:
    """An id of the right length that does not consist of digits."""
    message = "Invalid room ID."
    return ServiceError(400, "BadRequest", message, message_2022="Room ID is invalid.", code_2022=_INPUT_2022)


def room_not_found() -> ServiceError:
    """A room that never was, or was deleted."""
    message = "The server cannot find the requested resource."
    return ServiceError(404, "NotFound", message, message_2022="Resource not found")


def join_policy_after_start() -> ServiceError:
    """Another join policy for a room that has begun, on 2022-02-01."""
    message = "Room join policy cannot be updated after room start time has elapsed"
    return ServiceError(400, _INPUT_2022, message, code_2022=_INPUT_2022)


def identifier_form() -> ServiceError:
    """A participant of a new room, and of any room on 2022-02-01, whose raw id is none."""
    message = "Invalid format for communication identifier."
    return ServiceError(400, "BadRequest", message, message_2022="Identifier format is invalid.", code_2022=_INPUT_2022)


def identifier_unsupported(raw_id: str) -> ServiceError:
    """A participant of an existing room whose raw id is none."""
    message = "Communication identifier {} is not supported."
    return ServiceError(400, "BadRequest", message.format(shorten(raw_id)), reason=message.format("***"))


def next_link_form() -> ServiceError:
    """A page that no link led to (not observed)."""
    return ServiceError(400, "BadRequest", "Invalid value for nextLink.")


def user_id_form() -> ServiceError:
    """An identity that is no Communication Services user (not observed)."""
    return ServiceError(400, "ValidationError", "The id is not that of a Communication Services user.")


def token_lifetime() -> ServiceError:
    """A token for less than an hour or more than a day (the range is documented, the words were not observed)."""
    return ServiceError(400, "ValidationError", "expiresInMinutes must be a whole number from 60 to 1440.")


# -- repeatable requests ----------------------------------------------------------------------------------------------

_REJECTED = {"Repeatability-Result": "rejected"}


def repeatability_form() -> ServiceError:
    """Repeatability headers that are malformed, or one without the other (the words were not observed)."""
    message = "Repeatability-Request-ID must be a GUID and Repeatability-First-Sent an HTTP date{}; both or neither."
    return ServiceError(
        400,
        "BadRequest",
        message.format(""),
        headers=_REJECTED,
        message_2022=message.format(" or an ISO 8601 date-time"),
    )


def repeatability_reused() -> ServiceError:
    """An id that named another request (the status is documented, the words were not observed)."""
    message = "Repeatability-Request-ID was used for another request within the last 5 minutes."
    return ServiceError(400, "BadRequest", message, headers=_REJECTED)


def repeatability_window() -> ServiceError:
    """A first attempt that lies too far back (the status is documented, the words were not observed)."""
    message = "Repeatability-First-Sent is not within the 5 minute window."
    return ServiceError(412, "PreconditionFailed", message, headers=_REJECTED)


# -- admin commands ---------------------------------------------------------------------------------------------------


def forbidden(message: str) -> ServiceError:
    """An admin command from a caller that may not give it (not observed: the service has none)."""
    return ServiceError(403, "Forbidden", message, announced=False)


def bad_command(message: str) -> ServiceError:
    """An admin command that cannot be carried out (not observed: the service has none)."""
    return ServiceError(400, "BadRequest", message, announced=False)


def no_request(number: str) -> ServiceError:
    """A request that is not among the latest (not observed: the service has no log)."""
    return ServiceError(404, "NotFound", f"There is no request {shorten(number)} in the log.", announced=False)


# -- authentication, api-version, and the request as a whole ----------------------------------------------------------


def denied(part: str, explanation: str, message: str = DENIED) -> ServiceError:
    """A request that is not authenticated. The service returns the message alone.

    Not observed: the messages are those that users of the service reported.

    :param str part: The part of the credentials that is wrong.
    :param str explanation: How it differs from what was expected; never with a key.
    :param str message: The service's message.
    """
    return ServiceError(401, "Denied", message, (Detail(explanation, part, "AuthenticationFailed"),), announced=False)


def api_version_missing() -> ServiceError:
    """No api-version (not observed; the code is the framework's)."""
    return ServiceError(400, "ApiVersionUnspecified", "An API version is required, but was not specified.")


def api_version_unsupported(url: str, version: str) -> ServiceError:
    """An api-version that is none, or lacks the method (not observed on Rooms; the words are its sister services')."""
    message = "The HTTP resource that matches the request URI '{}' does not support the API version '{}'."
    reason = f"The API version {version!r} is not supported here."
    return ServiceError(400, "UnsupportedApiVersion", message.format(url, version), reason=reason)


def content_type(expected: str) -> ServiceError:
    """A body of another media type (not observed)."""
    message = f"The content type must be {expected}. Send the header Content-Type: {expected.partition(' or ')[0]}."
    return ServiceError(415, "UnsupportedMediaType", message)


def too_large(limit: int) -> ServiceError:
    """A body that is larger than the emulator takes (not observed)."""
    return ServiceError(413, "PayloadTooLarge", f"The body is larger than {limit} bytes.")


def incomplete_body() -> ServiceError:
    """A body whose sender disconnected before its end (not observed: no client receives this)."""
    return ServiceError(400, "BadRequest", "The request body is incomplete.", announced=False)


def path_not_found() -> ServiceError:
    """A path that does not exist (not observed)."""
    return ServiceError(404, "NotFound", "There is no such resource.", announced=False)


def method_not_allowed(method: str) -> ServiceError:
    """A method that a path does not have (not observed)."""
    return ServiceError(405, "MethodNotAllowed", f"The resource does not support {method}.", announced=False)


def not_stored(reason: str) -> ServiceError:
    """A change that could not be written, and so was not made: such as on a full disk (not observed)."""
    return ServiceError(507, "InsufficientStorage", f"The emulator could not store this: {reason}.", announced=False)


def internal() -> ServiceError:
    """A bug in the emulator (not observed)."""
    return ServiceError(500, "InternalServerError", "The emulator failed; its log has the error.", announced=False)
