"""One catalogue: what the service refuses, with which status, code, message and target.

The words are those of the newest server build that was seen (February to August 2025). What nobody has seen the
service answer is marked ``not observed``; there the words are this emulator's. Api-version 2022-02-01 is answered in
the words and the form of the newest build that spoke it (December 2022).
"""

from __future__ import annotations

from typing import Any, NamedTuple

MALFORMED = "The request could not be understood by the server due to malformed syntax."
DENIED = "Denied by the resource provider."
HASH_DIFFERS = "Request 'x-ms-content-sha256' differs from generated content hash."


class Detail(NamedTuple):
    """One fault in a request."""

    message: str
    target: str
    code: str = "BadArgument"
    message_2022: str = ""


class Refusal(Exception):
    """An answer that is an error.

    :ivar announced: Whether the answer names the supported api-versions and repeats its code in a header. The service
        does neither when model validation failed.
    :ivar code_2022: The code on 2022-02-01, where it is another; it is repeated in a header there, as no other is.
    :ivar parameter: What 2022-02-01 calls a body that could not be read; whoever read it says so.
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
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.details = details
        self.announced = announced
        self.headers: dict[str, str] = headers or {}
        self.parameter = ""
        self.code_2022 = code_2022
        self._message_2022 = message_2022 or message

    def body_2022(self, trace_id: str) -> dict[str, Any]:
        """The body of the answer on 2022-02-01, where model validation speaks RFC 7807.

        :param str trace_id: What such an answer is to be found by.
        """
        if not self.details:
            return {"error": {"code": self.code_2022 or self.code, "message": self._message_2022}}
        faults: dict[str, list[str]] = {}
        if any(detail.target.startswith("$") for detail in self.details):  # nothing was read: there is no parameter
            faults[self.parameter] = [f"The {self.parameter} field is required."]
        for detail in self.details:
            faults.setdefault(detail.target, []).append(detail.message_2022 or detail.message)
        return {
            "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
            "title": "One or more validation errors occurred.",
            "status": self.status,
            "traceId": trace_id,
            "errors": faults,
        }

    def body(self) -> dict[str, Any]:
        """The body of the answer."""
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        if self.details:
            error["details"] = [
                {"code": detail.code, "message": detail.message, "target": detail.target} for detail in self.details
            ]
        return {"error": error}

    def reason(self) -> str:
        """What a log says of it: of a proof only which part is wrong, since the rest is what was signed."""
        if self.status == 401:
            return "denied: " + ", ".join(detail.target for detail in self.details)
        return "; ".join(detail.message for detail in self.details) or str(self)


# -- model validation: what a body says is wrong in itself ------------------------------------------------------------

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


def invalid(*details: Detail) -> Refusal:
    """A body that failed model validation."""
    return Refusal(400, "BadRequest", MALFORMED, details, announced=False)


def unknown_role(raw_id: str) -> Refusal:
    """A role that no participant can have."""
    message = "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator."
    return invalid(Detail(message, f"$.participants.{raw_id}.role"))


def unreadable(path: str, expected: str) -> Refusal:
    """A member of another type than it should have.

    Observed for roles and join policies on 2022-02-01 alone, where the text goes on with line and byte. Those are left
    out here.
    """
    return invalid(Detail(f"The JSON value could not be converted to {expected}. Path: {path}.", path))


# -- the request as a whole -------------------------------------------------------------------------------------------


def room_id_length() -> Refusal:
    """An id that is too short or too long for one."""
    message = "Invalid room ID length."
    return Refusal(400, "BadRequest", message, message_2022="Invalid Room ID length.", code_2022=_INPUT_2022)


def room_id_form() -> Refusal:
    """An id of the right length that is not made of digits."""
    message = "Invalid room ID."
    return Refusal(400, "BadRequest", message, message_2022="Room ID is invalid.", code_2022=_INPUT_2022)


def room_not_found() -> Refusal:
    """A room that never was, or was deleted."""
    message = "The server cannot find the requested resource."
    return Refusal(404, "NotFound", message, message_2022="Resource not found")


def join_policy_after_start() -> Refusal:
    """Another join policy for a room that has begun, on 2022-02-01."""
    message = "Room join policy cannot be updated after room start time has elapsed"
    return Refusal(400, _INPUT_2022, message, code_2022=_INPUT_2022)


def identifier_form() -> Refusal:
    """A participant of a new room, and of any room on 2022-02-01, whose raw id is none."""
    message = "Invalid format for communication identifier."
    return Refusal(400, "BadRequest", message, message_2022="Identifier format is invalid.", code_2022=_INPUT_2022)


def identifier_unsupported(raw_id: str) -> Refusal:
    """A participant of an existing room whose raw id is none."""
    return Refusal(400, "BadRequest", f"Communication identifier {raw_id} is not supported.")


def next_link_form() -> Refusal:
    """A page that no link led to (not observed)."""
    return Refusal(400, "BadRequest", "Invalid value for nextLink.")


def user_id_form() -> Refusal:
    """An identity that is no Communication Services user (not observed)."""
    return Refusal(400, "ValidationError", "The id is not that of a Communication Services user.")


def token_lifetime() -> Refusal:
    """A token for less than an hour or more than a day (the range is documented, the words were not observed)."""
    return Refusal(400, "ValidationError", "expiresInMinutes must be a whole number from 60 to 1440.")


# -- repeatable requests ----------------------------------------------------------------------------------------------

_REJECTED = {"Repeatability-Result": "rejected"}


def repeatability_form() -> Refusal:
    """Repeatability headers that are malformed, or one without the other (the words were not observed)."""
    message = "Repeatability-Request-ID must be a GUID and Repeatability-First-Sent an HTTP date{}; both or neither."
    return Refusal(
        400,
        "BadRequest",
        message.format(""),
        headers=_REJECTED,
        message_2022=message.format(" or an ISO 8601 date-time"),
    )


def repeatability_reused() -> Refusal:
    """An id that named another request (the status is documented, the words were not observed)."""
    message = "Repeatability-Request-ID was used for another request within the last 5 minutes."
    return Refusal(400, "BadRequest", message, headers=_REJECTED)


def repeatability_window() -> Refusal:
    """A first attempt that lies too far back (the status is documented, the words were not observed)."""
    message = "Repeatability-First-Sent is not within the 5 minute window."
    return Refusal(412, "PreconditionFailed", message, headers=_REJECTED)


# -- orders to the emulator itself ------------------------------------------------------------------------------------


def not_here(message: str) -> Refusal:
    """An order from somewhere that orders do not come from (not observed: the service takes none)."""
    return Refusal(403, "Forbidden", message, announced=False)


def not_understood(message: str) -> Refusal:
    """An order that cannot be carried out (not observed: the service takes none)."""
    return Refusal(400, "BadRequest", message, announced=False)


# -- who asks, in which words -----------------------------------------------------------------------------------------


def denied(part: str, explanation: str, message: str = DENIED) -> Refusal:
    """A request that does not prove who sent it. The service says no more than the message.

    Not observed: the messages are those that users of the service reported.

    :param str part: The part of the proof that is wrong.
    :param str explanation: How it differs from what was expected; never with a key.
    :param str message: What the service says.
    """
    return Refusal(401, "Denied", message, (Detail(explanation, part, "AuthenticationFailed"),), announced=False)


def api_version_missing() -> Refusal:
    """No api-version (not observed; the code is the framework's)."""
    return Refusal(400, "ApiVersionUnspecified", "An API version is required, but was not specified.")


def api_version_unsupported(url: str, version: str) -> Refusal:
    """An api-version that is none, or lacks the method (not observed on Rooms; the words are its sister services')."""
    message = f"The HTTP resource that matches the request URI '{url}' does not support the API version '{version}'."
    return Refusal(400, "UnsupportedApiVersion", message)


def content_type(expected: str) -> Refusal:
    """A body of another media type (not observed)."""
    return Refusal(415, "UnsupportedMediaType", f"The content type must be {expected}.")


def too_large(limit: int) -> Refusal:
    """A body that is not read to its end (not observed)."""
    return Refusal(413, "PayloadTooLarge", f"The body is larger than {limit} bytes.")


def broken_off() -> Refusal:
    """A body whose sender went away in its middle (not observed: nobody is left to read this)."""
    return Refusal(400, "BadRequest", "The body broke off.", announced=False)


def no_such_path() -> Refusal:
    """A path that nothing stands behind (not observed)."""
    return Refusal(404, "NotFound", "There is no such resource.", announced=False)


def no_such_method(method: str) -> Refusal:
    """A method that a path does not have (not observed)."""
    return Refusal(405, "MethodNotAllowed", f"The resource does not support {method}.", announced=False)


def not_kept(reason: str) -> Refusal:
    """A change that could not be written, and so was not made: a full disk, say (not observed)."""
    return Refusal(507, "InsufficientStorage", f"The emulator could not keep this: {reason}.", announced=False)


def internal() -> Refusal:
    """A fault of the emulator itself (not observed)."""
    return Refusal(500, "InternalServerError", "The emulator failed; its log says how.", announced=False)
