"""Rows 11 to 16: malformed responses raise errors of azure-core that show what came."""

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from azure.core.exceptions import AzureError, DecodeError, HttpResponseError, ServiceResponseError
from azure.core.rest import HttpRequest
from fake_services import ID, KEY, ROOM, InMemoryService, Service, SocketService, make_client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms import RoomParticipant, RoomsClient

CALLS: dict[str, Any] = {
    "create_room": lambda client: client.create_room(),
    "get_room": lambda client: client.get_room(ID),
    "update_room": lambda client: client.update_room(ID),
    "list_rooms": lambda client: list(client.list_rooms()),
    "list_participants": lambda client: list(client.list_participants(ID)),
}
#: All operations of both wires, by the status of their success.
OPERATIONS: dict[str, tuple[int, Any]] = {
    "create_room": (201, CALLS["create_room"]),
    **{name: (200, call) for name, call in CALLS.items() if name != "create_room"},
    "add_or_update_participants": (200, lambda client: client.add_or_update_participants(ID, ["8:acs:a"])),
    "remove_participants": (200, lambda client: client.remove_participants(ID, ["8:acs:a"])),
    "delete_room": (204, lambda client: client.delete_room(ID)),
}
BODIES = {
    "html": b"<html><body>Bad gateway</body></html>",
    "empty": b"",
    "object": b"{}",
    "null": b"null",
    "list": b"[1]",
    "number": b"5",
    "text": b'"room"',
    "not UTF-8": b'{"id":"\xff"}',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "long number": b'{"id":' + b"1" * 10_000 + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("operation", CALLS)
def test_a_body_that_is_none_is_a_decode_error_with_status_snippet_and_ids(
    service: Service, operation: str, body: bytes
) -> None:
    status, call = OPERATIONS[operation]
    service.respond(status, body, MS_CV="cv.1")
    with pytest.raises(DecodeError) as caught:
        call(make_client(service, request_id="mine"))
    error = caught.value
    begins = body[:200].decode("utf-8", "replace")
    text = str(error)
    assert text.startswith(f"The service returned {status} ")
    assert f"It begins: {begins!r}" in text
    assert "request id cv.1, client request id mine" in text
    assert (error.status_code, error.request_id) == (status, "cv.1")  # type: ignore[attr-defined]
    assert len(text) < 800


@pytest.mark.parametrize("status", [400, 404, 500, 502])
def test_an_error_that_is_none_of_the_services_is_raised_with_what_came(service: Service, status: int) -> None:
    service.respond(status, BODIES["html"], MS_CV="cv.1")
    with pytest.raises(HttpResponseError, match=rf"(?s)^The service returned {status}\b.*cv.1.*Bad gateway"):
        make_client(service, retry_total=0).get_room(ID)


def test_a_truncated_body_is_an_error_of_the_way_when_it_may_not_be_retried(service: Service) -> None:
    service.truncate()
    error = ServiceResponseError if isinstance(service, SocketService) else AzureError
    with pytest.raises(error):
        make_client(service).send_request(HttpRequest("POST", "/rooms", json={}))
    assert len(service.received) == 1


#: Headers that do not say where the body ends. The connection stays open: to wait for its end is to wait for nothing.
MALFORMED_HEADERS = {
    "a negative length": b"Content-Length: -5\r\n",
    "a length in words": b"Content-Length: five\r\n",
    "a length in hexadecimal": b"Content-Length: 0x5\r\n",
    "a length with an underscore": b"Content-Length: 1_0\r\n",
    "a length in other digits": "Content-Length: \u0665\r\n".encode(),
    "two lengths in one header": b"Content-Length: 5, 6\r\n",
    "a line without a colon": b"nonsense\r\nContent-Length: 5\r\n",
    "a name that is not ASCII": "\u00e9: x\r\nContent-Length: 5\r\n".encode(),
}


@pytest.mark.parametrize("headers", MALFORMED_HEADERS.values(), ids=MALFORMED_HEADERS)
def test_malformed_headers_are_an_error_at_once_and_the_request_is_sent_again(
    server: RawServer, headers: bytes
) -> None:
    server.send_bytes(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n12345").respond(200, room_text(ID))
    with RoomsClient(server.endpoint, KEY, timeout=10) as client:
        assert client.get_room(ID).id == ID
    assert server.connections == 2


@pytest.mark.parametrize("body", ["", "{}"], ids=["empty", "with a body"])
def test_the_connection_of_a_408_is_not_used_again(server: RawServer, body: str) -> None:
    server.respond(408, body).respond(200, room_text(ID))
    with RoomsClient(server.endpoint, KEY, retry_backoff_factor=0) as client:
        assert client.get_room(ID).id == ID
    assert server.connections == 2


def test_a_header_of_a_response_may_have_sixty_thousand_bytes(server: RawServer) -> None:
    server.respond(200, room_text(ID), X_Long="x" * 60_000)
    with RoomsClient(server.endpoint, KEY, retry_total=0) as client:
        assert client.get_room(ID).id == ID


def test_members_that_are_missing_are_none(service: Service) -> None:
    service.respond(200, ROOM)
    room = make_client(service).get_room(ID)
    members = (room.pstn_dial_out_enabled, room.room_join_policy, room.participants)
    assert (room.id, members) == (ID, (None, None, None))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-03-27T06:42:08.1207436+00:00", datetime(2025, 3, 27, 6, 42, 8, 120743, timezone.utc)),
        ("2025-03-27T06:42:08Z", datetime(2025, 3, 27, 6, 42, 8, 0, timezone.utc)),
        ("2025-03-27T06:42:08.9999999Z", datetime(2025, 3, 27, 6, 42, 8, 999999, timezone.utc)),
        ("2025-03-27T06:42:08+05:30", datetime(2025, 3, 27, 1, 12, 8, 0, timezone.utc)),
        ("9999-12-31T23:59:59.9999999Z", datetime(9999, 12, 31, 23, 59, 59, 999999, timezone.utc)),
    ],
)
def test_every_form_of_a_time_is_an_aware_datetime_in_utc(service: Service, text: str, expected: datetime) -> None:
    service.respond(200, {**ROOM, "validUntil": text})
    until = make_client(service).get_room(ID).valid_until
    assert until == expected
    assert until is not None
    assert until.tzinfo is timezone.utc


def test_an_unknown_role_and_an_unknown_kind_of_identifier_round_trip(service: Service) -> None:
    unknown = {"rawId": "99:new:kind", "role": "Moderator"}
    service.respond(200, {"value": [unknown]}).respond(200, {})
    client = make_client(service)
    participants = list(client.list_participants(ID))
    assert participants == [RoomParticipant("99:new:kind", "Moderator")]
    assert participants[0].communication_identifier.raw_id == "99:new:kind"
    client.add_or_update_participants(ID, participants)
    assert json.loads(service.received[1].body) == {"participants": {"99:new:kind": {"role": "Moderator"}}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
MEMBERS = [
    *("id", "createdAt", "validFrom", "validUntil", "pstnDialOutEnabled", "value", "nextLink", "rawId", "role"),
    *("participants", "communicationIdentifier", "roomJoinPolicy", "createdDateTime", "error", "code", "message"),
    *("details", "innererror", "target", "errors", "title", "status", "communicationUser", "kind"),
]
#: JSON of any shape whose members have the names that readers look for.
LIKELY = st.recursive(
    JSON | st.sampled_from(["2025-03-27T06:42:08.1207436+00:00", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("version", "operation"),
    [
        *(("2025-03-13", operation) for operation in OPERATIONS),
        *(("2022-02-01", operation) for operation in OPERATIONS if operation != "list_rooms"),
    ],
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(body=LIKELY, failed=st.sampled_from([None, 400, 401, 404, 409, 500]))
def test_whatever_json_comes_only_errors_of_azure_core_come_out(
    version: str, operation: str, body: Any, failed: Any
) -> None:
    status, call = OPERATIONS[operation]
    service = InMemoryService().respond(failed or status, json.dumps(body)).respond(failed or status, json.dumps(body))
    client: RoomsClient = make_client(service, api_version=version, retry_total=0)
    try:
        value = call(client)
    except AzureError as error:
        value = error
    assert repr(value)
    assert str(value)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(body=st.binary(max_size=200), status=st.integers(200, 599))
def test_whatever_bytes_come_only_errors_of_azure_core_come_out(body: bytes, status: int) -> None:
    client = make_client(InMemoryService().respond(status, body), retry_total=0)
    try:
        text = client.get_room(ID).id
    except AzureError as error:
        text = str(error)
    assert text
