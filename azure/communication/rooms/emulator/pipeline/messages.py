"""The form of responses: errors as each api-version has them, headers, and the bytes of the body."""

from __future__ import annotations

import base64
import json
import secrets
from typing import Any

from ..service import errors
from ..service.messages import ApiVersion, Response
from ..state import timestamps
from . import api_versions
from .context import EncodedResponse, RequestContext

#: Not over plain HTTP, where browsers ignore it, nor with a certificate made on the spot: a browser that trusts one
#: would block plain HTTP on localhost for a year.
_STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000;includeSubDomains"}
_encode_json = json.JSONEncoder(separators=(",", ":")).encode
_CONSTANT_HEADERS = {
    "Request-Context": "appId=",
    "X-Cache": "CONFIG_NOCACHE",
}
#: Seconds for which a browser need not send another preflight (not observed, like everything about preflights).
_PREFLIGHT_AGE = "3600"


def error_response(error: errors.ServiceError | errors.ValidationError, version: ApiVersion | None) -> Response:
    """Return the response for an error, in the form of its api-version.

    :param error: The error.
    :param version: None when the request failed before its version was resolved.
    """
    if version is not None and version.is_preview_2022:
        return _error_2022(error)
    if isinstance(error, errors.ValidationError):
        # The service neither names the supported versions nor repeats the code in a header then.
        return Response(400, _error_body("BadRequest", errors.MALFORMED, error.details), announced=False)
    headers = dict(error.headers)
    if error.announced or error.status == 401:
        headers["x-ms-error-code"] = error.code
    return Response(error.status, _error_body(error.code, str(error), error.details), headers, error.announced)


def _error_body(code: str, message: str, details: tuple[errors.Detail, ...] = ()) -> dict[str, Any]:
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = [
            {"code": detail.code, "message": detail.message, "target": detail.target} for detail in details
        ]
    return {"error": error}


def _error_2022(error: errors.ServiceError | errors.ValidationError) -> Response:
    """Return the response for an error on 2022-02-01, where model validation speaks RFC 7807."""
    if isinstance(error, errors.ValidationError):
        headers = {"Content-Type": "application/problem+json; charset=utf-8"}
        return Response(400, _problem(error), headers, announced=False)
    headers = dict(error.headers)
    if error.code_2022 is not None:
        headers["x-ms-error-code"] = error.code_2022
    body = _error_body(error.code_2022 or error.code, error.message_2022)
    return Response(error.status, body, headers, error.announced)


def _problem(error: errors.ValidationError) -> dict[str, Any]:
    messages: dict[str, list[str]] = {}
    if any(detail.target.startswith("$") for detail in error.details):  # nothing was decoded: there is no parameter
        messages[error.parameter] = [f"The {error.parameter} field is required."]
    for detail in error.details:
        messages.setdefault(detail.target, []).append(detail.message_2022 or detail.message)
    return {
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00",
        "errors": messages,
    }


def reason_of(error: errors.ServiceError | errors.ValidationError) -> str:
    """Return what a log has of an error: of wrong credentials only which part, since the rest is what was signed."""
    if isinstance(error, errors.ServiceError) and error.status == 401:
        return "denied: " + ", ".join(detail.target for detail in error.details)
    reason = error.reason if isinstance(error, errors.ServiceError) else str(error)
    return "; ".join(detail.reason or detail.message for detail in error.details) or reason


def preflight_response(context: RequestContext) -> Response | None:
    """Return the response to a CORS preflight; None for another request.

    Not observed. A web page may send what its preflight names; the request itself must be authenticated. Headers are
    listed, since ``*`` does not include Authorization.
    """
    headers = context.head.headers
    if context.head.method != "OPTIONS" or not {"origin", "access-control-request-method"} <= headers.keys():
        return None
    allowed = {
        "Access-Control-Allow-Methods": headers["access-control-request-method"],
        "Access-Control-Max-Age": _PREFLIGHT_AGE,
    }
    if "access-control-request-headers" in headers:
        allowed["Access-Control-Allow-Headers"] = headers["access-control-request-headers"]
    return Response(204, headers=allowed, announced=False)


def encode_response(context: RequestContext, response: Response) -> EncodedResponse:
    """Encode a response with all of the service's own headers. Its body is sent in chunks, as the service sends it."""
    strict_transport = _STRICT_TRANSPORT if context.is_strict_transport else {}
    headers: dict[str, str] = {**_CONSTANT_HEADERS, **strict_transport, **response.headers}
    headers["Date"] = timestamps.format_http_date(context.clock.timestamp())
    random = secrets.token_bytes(32)
    headers["MS-CV"] = base64.b64encode(random[:16]).decode().rstrip("=") + ".0"
    headers["X-Azure-Ref"] = random[16:].hex()
    if context.version is not None and context.version.is_preview_2022:
        del headers["Request-Context"]  # no response of 2022 has it
    if "origin" in context.head.headers:
        headers["Access-Control-Allow-Origin"] = "*"  # on every response to such a request, and on no other
    if context.route.is_versioned and response.announced:
        headers["api-supported-versions"] = api_versions.supported(context.version, bool(context.route.operations))
    if response.body is None:
        return EncodedResponse(response.status, headers, b"")
    headers.setdefault("Content-Type", "application/json; charset=utf-8")
    return EncodedResponse(response.status, headers, _encode_json(response.body).encode())
