"""What requests and responses of api-version 2022-02-01 look like."""

import re
from typing import Any

from signed_http import Reply


def request_participant(raw_id: str, role: Any = None) -> dict[str, Any]:
    """A participant as the clients of the time sent it."""
    return {"communicationIdentifier": {"communicationUser": {"id": raw_id}}, **({"role": role} if role else {})}


def response_participant(raw_id: str, role: str) -> dict[str, Any]:
    """A participant as a response has it."""
    return {"communicationIdentifier": {"rawId": raw_id, "communicationUser": {"id": raw_id}}, "role": role}


def validation_errors(reply: Reply) -> dict[str, list[str]]:
    """The faults in a response of RFC 7807, which is how 2022-02-01 rejects what fails model validation."""
    assert reply.status == 400
    assert reply.headers["content-type"] == "application/problem+json; charset=utf-8"
    assert reply.headers.keys().isdisjoint({"x-ms-error-code", "api-supported-versions"})
    assert list(reply.body) == ["type", "title", "status", "traceId", "errors"]
    assert reply.body["type"] == "https://tools.ietf.org/html/rfc7231#section-6.5.1"
    assert reply.body["title"] == "One or more validation errors occurred."
    assert reply.body["status"] == 400
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-00", reply.body["traceId"])
    faults: dict[str, list[str]] = reply.body["errors"]
    return faults


def service_error(reply: Reply) -> tuple[int, str, str]:
    """Status, code and message of any other error on 2022-02-01, whose header names the code InvalidInput alone."""
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["api-supported-versions"].startswith("2022-02-01")
    assert list(reply.body) == ["error"]
    assert list(reply.body["error"]) == ["code", "message"]
    code = reply.body["error"]["code"]
    assert reply.headers.get("x-ms-error-code") == (code if code == "InvalidInput" else None)
    return reply.status, reply.body["error"]["code"], reply.body["error"]["message"]
