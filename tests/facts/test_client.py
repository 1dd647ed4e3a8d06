"""The client sends what the facts define and reads what the live service sent; the transport is given the response."""

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
from client_kinds import client_kind, parametrize
from dateutil.parser import isoparse
from fake_responses import FakeResponse
from raw_server import RawServer
from service_facts import FORMS, Symbols

from azure.communication.rooms import CommunicationRoom, RoomsClient

ROWS = [row for row in service_facts.rows() if "skip" not in row["client"]]
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ENDPOINT = FORMS["origin"].example
SYMBOLS = Symbols()
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


__all__ = ["client_kind"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Hold both clients to the facts."""
    parametrize(metafunc)


class Transport(HttpTransport[HttpRequest, HttpResponse]):
    """Gives the responses of a list, the last one again and again, and keeps the requests."""

    def __init__(self, *responses: FakeResponse) -> None:
        self.responses = list(responses)
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest, **_: Any) -> HttpResponse:
        self.sent.append(request)
        return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]

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


def content_of(response: Mapping[str, Any]) -> bytes:
    """The body of a row's response, with an example for each form."""
    if "content" in response:
        return str(response["content"]).encode()
    body = service_facts.resolved(service_facts.body_of(response), {})
    return b"" if body is None else json.dumps(SYMBOLS.written(body, "+00:00")).encode()


def transport_of(row: Mapping[str, Any]) -> Transport:
    response = row["response"]
    headers = SYMBOLS.written(response.get("headers", {}), "+00:00")
    return Transport(FakeResponse(response["status"], content_of(response), headers))


def call(client: RoomsClient, how: Mapping[str, Any]) -> Any:
    """What a call returns; of a list, the first page."""
    arguments = SYMBOLS.written(how.get("arguments", {}), "Z")
    resume = {name: arguments.pop(name) for name in ("continuation_token",) if name in arguments}
    for name in TIMES:
        if arguments.get(name) is not None:
            arguments[name] = isoparse(arguments[name])
    value = getattr(client, how["call"])(**arguments)
    return list(next(value.by_page(**resume))) if hasattr(value, "by_page") else value


def make_client(row: Mapping[str, Any], transport: Transport) -> RoomsClient:
    return RoomsClient(ENDPOINT, KEY, api_version=row["version"], transport=transport)


def participant(member: Mapping[str, Any]) -> tuple[str, str]:
    return member.get("rawId") or member["communicationIdentifier"]["rawId"], member["role"]


def comparable(value: Any) -> Any:
    """What the client returned, as plain values."""
    if isinstance(value, list):
        return [comparable(each) for each in value]
    if isinstance(value, CommunicationRoom):
        attributes = {name: getattr(value, name) for name in {*ATTRIBUTES.values()}}
        return {**attributes, "participants": comparable(value.participants)}
    return value if value is None else (value.raw_id, str(value.role))


def expected(body: Any) -> Any:
    """The same values of a body. A change of participants returns nothing."""
    if "id" in body:
        values = {ATTRIBUTES[name]: value for name, value in body.items() if name in ATTRIBUTES}
        times = {name: isoparse(values[name]) for name in ("created_at", *TIMES)}
        participants = [participant(each) for each in body["participants"]] if "participants" in body else None
        return {**dict.fromkeys(ATTRIBUTES.values()), **values, **times, "participants": participants}
    items = body.get("value", body.get("participants", []))
    return [expected(item) if "id" in item else participant(item) for item in items]


def headers_that_differ(headers: Mapping[str, Optional[str]], request: HttpRequest) -> list[str]:
    """The headers of a request that do not have the form they should have, or are there and should not be."""
    return [
        f"{name}: {request.headers.get(name)!r}, not {template!r}"
        for name, template in headers.items()
        if not (
            name not in request.headers
            if template is None
            else SYMBOLS.matches(template, request.headers.get(name, ""))
        )
    ]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_client_sends_what_the_row_defines(row: dict[str, Any]) -> None:
    transport, requested = transport_of(row), row["request"]
    with make_client(row, transport) as client:
        with suppress(HttpResponseError):  # how it is raised is tested below
            call(client, row["client"])
    (request,) = transport.sent
    url = urlsplit(request.url)
    path, _, query = SYMBOLS.written(requested["path"], "Z").partition("?")
    assert (request.method, url.netloc, url.path) == (requested["method"], urlsplit(ENDPOINT).netloc, path)
    assert url.query == "&".join(filter(None, [query, f"api-version={row['version']}"]))
    content = requested.get("content") or None
    if content is None:
        sent = json.loads(request.content) if request.content else None
        assert normal(sent) == normal(SYMBOLS.written(requested.get("body"), "Z"))
    else:
        assert request.content == content
    assert headers_that_differ(requested.get("headers", {}), request) == []


def normal(body: Any) -> Any:
    """A body with users by their raw ids and times as datetimes, both of which can be written in several ways."""
    if isinstance(body, list):
        return [normal(each) for each in body]
    if not isinstance(body, dict):
        return body
    if "communicationUser" in body:
        return {"rawId": body["communicationUser"]["id"]}
    return {
        name: isoparse(value) if name.startswith("valid") and value else normal(value) for name, value in body.items()
    }


READ = [row for row in ROWS if row["response"]["status"] < 300]
READERS = ("create_room", "get_room", "update_room", "list_rooms", "list_participants", "get_participants")


@pytest.mark.parametrize("row", READ, ids=[row["id"] for row in READ])
def test_the_client_reads_what_the_service_sent(row: dict[str, Any]) -> None:
    with make_client(row, transport_of(row)) as client:
        value = call(client, row["client"])
    if row["client"]["call"] in READERS:
        assert comparable(value) == expected(SYMBOLS.written(service_facts.body_of(row["response"]), "+00:00"))
    else:
        assert value is None


ERRORS = [row for row in ROWS if "error" in row["response"]]


@pytest.mark.parametrize("row", ERRORS, ids=[row["id"] for row in ERRORS])
def test_the_client_raises_the_errors_of_the_service(row: dict[str, Any]) -> None:
    response = row["response"]
    body = SYMBOLS.written(response["error"], "+00:00")
    with make_client(row, transport_of(row)) as client, pytest.raises(HttpResponseError) as caught:
        call(client, row["client"])
    error = caught.value
    assert type(error) is (ResourceNotFoundError if response["status"] == 404 else HttpResponseError)
    assert error.status_code == response["status"]
    assert vars(error)["error_code"] == body["code"]
    assert error.error is not None
    assert (error.error.code, error.error.message) == (body["code"], body["message"])
    details = [{"code": each.code, "message": each.message, "target": each.target} for each in error.error.details]
    assert details == body.get("details", [])
    assert error.message.startswith(f"({body['code']}) {body['message']}\nStatus: {response['status']}")
    assert [detail["message"] for detail in details if str(detail["message"]) not in str(error)] == []


PAGES = [row for row in ROWS if "content" in row["response"]]


@pytest.mark.parametrize("row", PAGES, ids=[row["id"] for row in PAGES])
def test_the_client_raises_errors_whose_body_is_no_json(row: dict[str, Any]) -> None:
    response = row["response"]
    with make_client(row, transport_of(row)) as client, pytest.raises(HttpResponseError) as caught:
        call(client, row["client"])
    assert type(caught.value) is HttpResponseError
    assert caught.value.status_code == response["status"]
    assert caught.value.error is None
    assert str(response["content"])[:40] in str(caught.value)


FRAMED = [row for row in ROWS if "framing" in row["response"]]


@pytest.mark.parametrize("row", FRAMED, ids=[row["id"] for row in FRAMED])
def test_the_client_reads_bodies_in_chunks_or_with_a_length(server: RawServer, row: dict[str, Any]) -> None:
    response, content = row["response"], content_of(row["response"])
    half = len(content) // 2
    head, body = {
        "content-length": (f"Content-Length: {len(content)}", content),
        "chunked": (
            "Transfer-Encoding: chunked",
            b"%x\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (half, content[:half], len(content) - half, content[half:]),
        ),
    }[response["framing"]]
    lines = (f"HTTP/1.1 {response['status']} Reason", "Content-Type: application/json; charset=utf-8", head, "", "")
    server.send_bytes("\r\n".join(lines).encode() + body)
    with RoomsClient(server.endpoint, KEY, api_version=row["version"]) as client:
        if "error" in response:
            with pytest.raises(HttpResponseError) as caught:
                call(client, row["client"])
            assert vars(caught.value)["error_code"] == response["error"]["code"]
        else:
            assert comparable(call(client, row["client"])) == expected(json.loads(content))


EMPTY = [row for row in ROWS if "pages" in row["response"]]


@pytest.mark.parametrize("row", EMPTY, ids=[row["id"] for row in EMPTY])
@pytest.mark.parametrize("factor", [1, 20])
def test_the_client_reads_on_over_empty_pages(row: dict[str, Any], factor: int) -> None:
    count = row["response"]["pages"] * factor
    link = f"{ENDPOINT}/rooms?nextLink=%d&api-version={row['version']}"
    empty = [FakeResponse(200, {"value": [], "nextLink": link % number}) for number in range(count)]
    last = FakeResponse(200, content_of(row["response"]))
    with make_client(row, transport := Transport(*empty, last)) as client:
        rooms = list(getattr(client, row["client"]["call"])())
    assert comparable(rooms) == expected(json.loads(last.content))
    assert [request.url for request in transport.sent[1:]] == [link % number for number in range(count)]
