"""Convert responses without a status of success to exceptions.

The exceptions are azure-core's. Each carries, beyond what azure-core puts there (``status_code``, ``reason``,
``response``, and ``error`` with ``code``, ``message``, ``target``, ``details``):

- ``error_code``: the service's code, from the body or the header ``x-ms-error-code``; None if neither has one.
- ``request_id``: the service's id of the request (header ``MS-CV``), to be quoted to its support.
- ``client_request_id``: the client's id of the request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from azure.core.exceptions import (
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    ODataV4Format,
    ResourceExistsError,
    ResourceNotFoundError,
    ResourceNotModifiedError,
)
from azure.core.rest import HttpResponse

from .participant_errors import rejected_participants

_BY_STATUS: dict[int, type[HttpResponseError]] = {
    304: ResourceNotModifiedError,
    401: ClientAuthenticationError,
    404: ResourceNotFoundError,
    409: ResourceExistsError,
}

#: What to do next, added to the service's message.
_NEXT_STEP = {
    401: "Check that the access key or token belongs to this resource, and that this machine's clock is right.",
    403: "Check that the identity behind the token has a role on this resource.",
    412: "The first attempt was more than five minutes ago, or this machine's clock is wrong: "
    "look whether the room exists before creating it with new repeatability headers.",
}

#: How many characters of an undecodable body its exception shows.
_SNIPPET = 200


class _UndecodableResponseError(DecodeError):
    """A DecodeError whose text is its message. azure-core's own text adds 2,048 characters of the body."""

    def __str__(self) -> str:
        return str(self.message)


class _ErrorBody(ODataV4Format):
    """The body of an error, in either of the service's forms.

    If the body of a request fails validation, api-version 2022-02-01 returns a problem of RFC 7807. It is converted to
    the form of later versions: a code, a message, and a detail for each validation error.
    """

    def __init__(self, json_object: Mapping[str, Any]) -> None:
        is_problem = "title" in json_object and "error" not in json_object
        super().__init__(_from_problem(json_object) if is_problem else json_object)


def _from_problem(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a problem to the form of the service's other errors.

    A problem has no code. It gets the code that later versions return for the same error, or else its own type.
    """
    return {
        "code": "BadRequest" if problem.get("status") == 400 else problem.get("type"),
        "message": problem["title"],
        "details": [
            {"code": "BadArgument", "message": message, "target": member}
            for member, messages in (problem.get("errors") or {}).items()
            for message in ([messages] if isinstance(messages, str) else messages or [])
        ],
        "innererror": {"code": "traceId", "message": problem["traceId"]} if "traceId" in problem else {},
    }


def response_error(response: HttpResponse, error_map: Mapping[int, Any] | None = None) -> BaseException:
    """Make the exception for a response whose status is an error.

    :param ~azure.core.rest.HttpResponse response: The response, its body loaded.
    :param error_map: The caller's exceptions by status, which precede those of azure-core. None as an exception stands
        for HttpResponseError.
    :type error_map: Mapping[int, Any] or None
    :rtype: ~azure.core.exceptions.HttpResponseError, or what error_map makes
    """
    kind = {**_BY_STATUS, **(error_map or {})}.get(response.status_code) or HttpResponseError
    if getattr(kind, "__init__", None) is not HttpResponseError.__init__:  # it makes its text itself
        return cast(BaseException, kind(response=response))
    error = kind(response=response, error_format=_ErrorBody)
    status = _status(response)
    if error.error is None:
        lines = [f"The service returned {status}"]
    else:
        lines = [f"({error.error.code}) {error.error.message}", f"Status: {status}", *_parts(error.error)]
        if response.status_code == 400:
            lines += rejected_participants(response.request, error.error)
    if "Retry-After" in response.headers:
        lines.append(f"Wait before the next attempt (Retry-After: {response.headers['Retry-After'][:100]})")
    if response.status_code in _NEXT_STEP:
        lines.append(_NEXT_STEP[response.status_code])
    code = error.error.code if error.error is not None else None
    return _complete(error, response, code or response.headers.get("x-ms-error-code"), lines)


def decode_error(response: HttpResponse, cause: BaseException) -> DecodeError:
    """Make the exception for a response of success whose body cannot be decoded.

    :param ~azure.core.rest.HttpResponse response: The response, its body loaded.
    :param BaseException cause: The error of the decoder.
    :rtype: ~azure.core.exceptions.DecodeError
    """
    error = _UndecodableResponseError(message="", response=response, error=cause)
    error.error = None  # the body of a success is never an error of the service
    reason = f"{type(cause).__name__}: {cause}"
    lines = [
        f"The service returned {_status(response)} with a body that cannot be decoded ({reason})",
        f"It begins: {response.content[: 4 * _SNIPPET].decode('utf-8', 'replace')[:_SNIPPET]!r}",
    ]
    _complete(error, response, None, lines)
    return error


def _status(response: HttpResponse) -> str:
    return f"{response.status_code} {response.reason or ''}".rstrip()


def _parts(error: ODataV4Format) -> Iterator[str]:
    """Yield a line for each further part of an error: target, details, inner error."""
    if error.target:
        yield f"Target: {error.target}"
    for detail in error.details:
        yield f"Detail: ({detail.code}) {detail.message}" + (f" Target: {detail.target}" if detail.target else "")
    inner: object = error.innererror
    if isinstance(inner, Mapping) and inner:
        yield f"Inner error: ({inner.get('code')}) {inner.get('message', '')}".rstrip()


def _complete(
    error: HttpResponseError, response: HttpResponse, code: str | None, lines: list[str]
) -> HttpResponseError:
    """Set the ids and the text of an exception."""
    request_id = response.headers.get("MS-CV") or response.headers.get("x-ms-request-id")
    client_request_id = response.request.headers.get("x-ms-client-request-id")
    ids = [("request id", request_id), ("client request id", client_request_id)]
    named = ", ".join(f"{name} {value}" for name, value in ids if value)
    if named:
        lines.append(f"Ids: {named}")
    error.message = "\n".join(lines)
    error.args = (error.message,)
    vars(error).update(error_code=code, request_id=request_id, client_request_id=client_request_id)
    return error
