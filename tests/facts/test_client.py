"""The client says what the rows say and reads what the live service answered, through a transport that is a script."""

import json
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Optional
from urllib.parse import urlsplit

import pytest
import service_facts
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse
from dateutil.parser import isoparse
from fake_responses import FakeResponse
from service_facts import FORMS, written

from azure.communication.rooms import CommunicationRoom, RoomsClient

ROWS = [row for row in service_facts.rows() if "unable" not in row["client"]]
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ENDPOINT = FORMS["origin"].example
TIMES = ("valid_from", "valid_until")
ATTRIBUTES = {
    "id": "id",
    "createdAt": "created_at",
    "createdDateTime": "created_at",
    "validFrom": "valid_from",
    "validUntil": "valid_until",
    "pstnDialOutEnabled": "pstn_dial_out_enabled",
    "roomJoinPolicy": "room_join_policy",
}


class Script(HttpTransport[HttpRequest, HttpResponse]):
    """Gives one answer, and keeps the request."""

    def __init__(self, answer: FakeResponse) -> None:
        self.answer = answer
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest, **_: Any) -> HttpResponse:
        self.sent.append(request)
        return self.answer

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def __exit__(
        self,
        exc_type: Optional[type[BaseException]] = None,
        exc_value: Optional[BaseException] = None,
        traceback: Optional[TracebackType] = None,
    ) -> None:
        pass


def script(row: Mapping[str, Any]) -> Script:
    """The answer of a row, with an example for each form."""
    answer = row["answer"]
    body = service_facts.body_of(answer)
    content = b"" if body is None else json.dumps(written(body, "+00:00")).encode()
    return Script(FakeResponse(answer["status"], content, written(answer.get("headers", {}), "+00:00")))


def call(client: RoomsClient, saying: Mapping[str, Any]) -> Any:
    """What the client makes of a call; of a list, the first page."""
    arguments = written(saying.get("arguments", {}), "Z")
    resume = {name: arguments.pop(name) for name in ("continuation_token",) if name in arguments}
    for name in TIMES:
        if arguments.get(name) is not None:
            arguments[name] = isoparse(arguments[name])
    made = getattr(client, saying["call"])(**arguments)
    return list(next(made.by_page(**resume))) if hasattr(made, "by_page") else made


def make_client(row: Mapping[str, Any], transport: Script) -> RoomsClient:
    return RoomsClient(ENDPOINT, KEY, api_version=row["version"], transport=transport)


def participant(member: Mapping[str, Any]) -> tuple[str, str]:
    return member.get("rawId") or member["communicationIdentifier"]["rawId"], member["role"]


def as_told(value: Any) -> Any:
    """A value of the client's, as JSON-like values to compare."""
    if isinstance(value, list):
        return [as_told(each) for each in value]
    if isinstance(value, CommunicationRoom):
        told = {name: getattr(value, name) for name in {*ATTRIBUTES.values()}}
        return {**told, "participants": as_told(value.participants)}
    return value if value is None else (value.raw_id, str(value.role))


def as_answered(body: Any) -> Any:
    """A body in the same values. What changes participants tells nobody anything."""
    if "id" in body:
        values = {ATTRIBUTES[name]: value for name, value in body.items() if name in ATTRIBUTES}
        times = {name: isoparse(values[name]) for name in ("created_at", *TIMES)}
        people = [participant(each) for each in body["participants"]] if "participants" in body else None
        return {**dict.fromkeys(ATTRIBUTES.values()), **values, **times, "participants": people}
    items = body.get("value", body.get("participants", []))
    return [as_answered(item) if "id" in item else participant(item) for item in items]


def headers_that_differ(expected: Mapping[str, Optional[str]], request: HttpRequest) -> list[str]:
    """The headers of a request that are not of the form they should have, or are there and should not."""
    return [
        f"{name}: {request.headers.get(name)!r}, not {template!r}"
        for name, template in expected.items()
        if not (
            name not in request.headers
            if template is None
            else service_facts.matches(template, request.headers.get(name, ""), {})
        )
    ]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_client_sends_what_the_row_says(row: dict[str, Any]) -> None:
    transport, asked = script(row), row["request"]
    with make_client(row, transport) as client:
        with suppress(HttpResponseError):  # how it is raised is judged below
            call(client, row["client"])
    (request,) = transport.sent
    url = urlsplit(request.url)
    path, _, query = written(asked["path"], "Z").partition("?")
    assert (request.method, url.netloc, url.path) == (asked["method"], urlsplit(ENDPOINT).netloc, path)
    assert url.query == "&".join(filter(None, [query, f"api-version={row['version']}"]))
    content = asked.get("content") or None
    if content is None:
        sent = json.loads(request.content) if request.content else None
        assert normal(sent) == normal(written(asked.get("body"), "Z"))
    else:
        assert request.content == content
    assert headers_that_differ(asked.get("headers", {}), request) == []


def normal(body: Any) -> Any:
    """A body whose times are moments: one moment can be written in several ways."""
    if not isinstance(body, dict):
        return body
    return {name: isoparse(value) if name.startswith("valid") and value else value for name, value in body.items()}


READ = [row for row in ROWS if "error" not in row["answer"]]


@pytest.mark.parametrize("row", READ, ids=[row["id"] for row in READ])
def test_the_client_reads_what_the_service_answered(row: dict[str, Any]) -> None:
    with make_client(row, script(row)) as client:
        value = call(client, row["client"])
    name = row["client"]["call"]
    if name in ("create_room", "get_room", "update_room", "list_rooms", "list_participants", "get_participants"):
        assert as_told(value) == as_answered(written(service_facts.body_of(row["answer"]), "+00:00"))
    else:
        assert value is None


REFUSED = [row for row in ROWS if "error" in row["answer"]]


@pytest.mark.parametrize("row", REFUSED, ids=[row["id"] for row in REFUSED])
def test_the_client_raises_what_the_service_refused(row: dict[str, Any]) -> None:
    answer = row["answer"]
    expected = written(answer["error"], "+00:00")
    with make_client(row, script(row)) as client, pytest.raises(HttpResponseError) as caught:
        call(client, row["client"])
    error = caught.value
    assert type(error) is (ResourceNotFoundError if answer["status"] == 404 else HttpResponseError)
    assert error.status_code == answer["status"]
    assert vars(error)["error_code"] == expected["code"]
    assert error.error is not None
    assert (error.error.code, error.error.message) == (expected["code"], expected["message"])
    details = [{"code": each.code, "message": each.message, "target": each.target} for each in error.error.details]
    assert details == expected.get("details", [])
    assert error.message.startswith(f"({expected['code']}) {expected['message']}\nStatus: {answer['status']}")
    assert [detail["message"] for detail in details if str(detail["message"]) not in str(error)] == []
