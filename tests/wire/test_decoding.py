"""Every status in: what each operation reads from its responses, and which it takes for errors."""

import datetime as datetime_module
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from azure.core.exceptions import DecodeError, HttpResponseError
from fake_responses import FakeResponse
from raw_ids import ALICE, BOB

from azure.communication.rooms import CommunicationRoom, RoomParticipant
from azure.communication.rooms._wire import operations_for
from azure.communication.rooms._wire.call import UNSET, Call, Repeatability

ROOM_ID = "99412345678901234"
WIRE = operations_for("https://contoso.communication.azure.com", "2025-03-13")
NOTHING: dict[str, Any] = dict.fromkeys(
    ("valid_from", "valid_until", "pstn_dial_out_enabled", "room_join_policy"), UNSET
)
REPEATABILITY = Repeatability("", datetime(2025, 3, 27, tzinfo=timezone.utc))
CALLS: dict[str, tuple[Call[Any], int]] = {
    "create_room": (WIRE.create_room(**NOTHING, participants=None, repeatability=REPEATABILITY), 201),
    "get_room": (WIRE.get_room(ROOM_ID), 200),
    "update_room": (WIRE.update_room(ROOM_ID, **NOTHING, participants=UNSET), 200),
    "delete_room": (WIRE.delete_room(ROOM_ID), 204),
    "list_rooms": (WIRE.list_rooms(None), 200),
    "list_participants": (WIRE.list_participants(ROOM_ID, None), 200),
    "add_or_update_participants": (WIRE.add_or_update_participants(ROOM_ID, [ALICE]), 200),
    "remove_participants": (WIRE.remove_participants(ROOM_ID, [ALICE]), 200),
}
ROOM_BODY = {
    "id": ROOM_ID,
    "createdAt": "2025-03-27T06:42:08.1207436+00:00",
    "validFrom": "2025-03-27T06:42:08+00:00",
    "validUntil": "2025-09-23T06:42:08.5Z",
    "pstnDialOutEnabled": True,
}
ROOM = CommunicationRoom(
    id=ROOM_ID,
    created_at=datetime(2025, 3, 27, 6, 42, 8, 120743, timezone.utc),
    valid_from=datetime(2025, 3, 27, 6, 42, 8, 0, timezone.utc),
    valid_until=datetime(2025, 9, 23, 6, 42, 8, 500000, timezone.utc),
    pstn_dial_out_enabled=True,
)


@pytest.mark.parametrize("operation", ["create_room", "get_room", "update_room"])
def test_a_room_is_read_with_its_times(operation: str) -> None:
    call, status = CALLS[operation]
    assert call.read(FakeResponse(status, ROOM_BODY)) == ROOM


@pytest.mark.parametrize("operation", ["create_room", "get_room", "update_room"])
def test_an_older_version_omits_pstn_dial_out(operation: str) -> None:
    call, status = CALLS[operation]
    body = {name: value for name, value in ROOM_BODY.items() if name != "pstnDialOutEnabled"}
    assert call.read(FakeResponse(status, body)).pstn_dial_out_enabled is None


def test_members_that_are_not_known_are_passed_over() -> None:
    assert CALLS["get_room"][0].read(FakeResponse(200, {**ROOM_BODY, "colour": {"wall": "red"}})) == ROOM


@pytest.mark.parametrize("body", [b"", {}])
@pytest.mark.parametrize("operation", ["delete_room", "add_or_update_participants", "remove_participants"])
def test_an_operation_without_a_response_returns_nothing(operation: str, body: Any) -> None:
    call, status = CALLS[operation]
    assert call.read(FakeResponse(status, body)) is None


@pytest.mark.parametrize(
    "members", [{"id": 5}, {"createdAt": 5}, {"validFrom": ["soon"]}, {"validUntil": "soon"}, {"pstnDialOutEnabled": 1}]
)
def test_a_room_that_is_none_is_a_decode_error_within_a_list_too(members: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match="cannot be decoded"):
        CALLS["list_rooms"][0].read(FakeResponse(200, {"value": [ROOM_BODY, {**ROOM_BODY, **members}]}))


@pytest.mark.parametrize("change", [{}, {"value": None}, {"value": ""}, {"value": "soon"}, {"value": 5}], ids=str)
@pytest.mark.parametrize("name", ["createdAt", "validFrom", "validUntil"])
@pytest.mark.parametrize("operation", ["create_room", "get_room", "update_room", "list_rooms"])
def test_a_room_without_one_of_its_times_is_a_decode_error(operation: str, name: str, change: dict[str, Any]) -> None:
    call, status = CALLS[operation]
    room = {key: value for key, value in ROOM_BODY.items() if key != name}
    room.update({name: change["value"]} if change else {})
    body = {"value": [ROOM_BODY, room]} if operation == "list_rooms" else room
    with pytest.raises(DecodeError, match="cannot be decoded"):
        call.read(FakeResponse(status, body))


def test_a_room_in_a_list_may_lack_the_flag() -> None:
    value = [{name: value for name, value in ROOM_BODY.items() if name != "pstnDialOutEnabled"}, ROOM_BODY]
    page = CALLS["list_rooms"][0].read(FakeResponse(200, {"value": value}))
    assert [room.pstn_dial_out_enabled for room in page.items] == [None, True]


def test_a_page_of_rooms_is_read_with_its_link() -> None:
    page = CALLS["list_rooms"][0].read(FakeResponse(200, {"value": [ROOM_BODY], "nextLink": "https://h/rooms?x"}))
    assert (page.items, page.next_link) == ([ROOM], "https://h/rooms?x")


@pytest.mark.parametrize("raw_id", [None, 5, "", [ALICE]])
@pytest.mark.parametrize("role", ["Presenter", "Moderator", None])
def test_a_participant_without_a_raw_id_is_a_decode_error_wherever_it_stands(raw_id: Any, role: Any) -> None:
    value = [{"rawId": ALICE, "role": "Presenter"}, {"rawId": raw_id, "role": role}]
    with pytest.raises(DecodeError, match="raw id"):
        CALLS["list_participants"][0].read(FakeResponse(200, {"value": value}))


def test_a_page_of_participants_is_read_with_roles_known_and_not() -> None:
    value = [{"rawId": ALICE, "role": "Presenter"}, {"rawId": BOB, "role": "Moderator"}, {"rawId": "4:+1"}]
    page = CALLS["list_participants"][0].read(FakeResponse(200, {"value": value}))
    assert page.items == [
        RoomParticipant(ALICE, "Presenter"),
        RoomParticipant(BOB, "Moderator"),
        RoomParticipant("4:+1"),
    ]
    assert page.next_link is None


@pytest.mark.parametrize("link", [None, ""])
@pytest.mark.parametrize("operation", ["list_rooms", "list_participants"])
def test_an_empty_link_ends_a_list(operation: str, link: Any) -> None:
    assert CALLS[operation][0].read(FakeResponse(200, {"value": [], "nextLink": link})).next_link is None


STATUSES = (200, 201, 202, 204, 206, 301, 304, 400, 401, 403, 404, 409, 412, 415, 429, 500, 503)


@pytest.mark.parametrize(
    ("operation", "status"), [(name, s) for name, (_, success) in CALLS.items() for s in STATUSES if s != success]
)
def test_every_status_but_the_one_of_success_is_an_error(operation: str, status: int) -> None:
    call, _ = CALLS[operation]
    with pytest.raises(HttpResponseError) as caught:
        call.read(FakeResponse(status, {"error": {"code": "Code", "message": "Words."}}))
    assert caught.value.status_code == status


@pytest.mark.parametrize("operation", ["create_room", "get_room", "update_room"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad gateway</html>",
        b"{",
        b"\xff\xfe\xfd",
        b"null",
        b"[]",
        b'"room"',
        b"{}",
        {**ROOM_BODY, "id": 5},
        {**ROOM_BODY, "id": None},
        {**ROOM_BODY, "createdAt": "yesterday"},
        {**ROOM_BODY, "createdAt": 5},
        {**ROOM_BODY, "validUntil": "9999-12-31T23:59:59-01:00"},
        {**ROOM_BODY, "pstnDialOutEnabled": "yes"},
    ],
)
def test_a_body_that_is_no_room_is_a_decode_error(operation: str, body: Any) -> None:
    call, status = CALLS[operation]
    with pytest.raises(
        DecodeError, match=f"The service returned {status} .* with a body that cannot be decoded"
    ) as caught:
        call.read(FakeResponse(status, body, {"MS-CV": "abc.0"}))
    assert caught.value.status_code == status
    assert caught.value.request_id == "abc.0"  # type: ignore[attr-defined]  # set on the instance, as documented
    assert "request id abc.0" in str(caught.value)


@pytest.mark.parametrize("operation", ["list_rooms", "list_participants"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": None},
        {"value": {}},
        {"value": "rooms"},
        {"value": [5]},
        {"value": [{}]},
        {"value": [], "nextLink": 5},
        [],
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_page_is_a_decode_error(operation: str, body: Any) -> None:
    with pytest.raises(DecodeError, match="cannot be decoded"):
        CALLS[operation][0].read(FakeResponse(200, body))


def test_an_error_inside_of_a_success_is_no_error_of_the_service() -> None:
    body = {"error": {"code": "Code", "message": "Words."}}
    with pytest.raises(DecodeError, match="id cannot be NoneType") as caught:
        CALLS["get_room"][0].read(FakeResponse(200, body))
    assert caught.value.error is None


@pytest.mark.parametrize("operation", ["create_room", "get_room", "update_room"])
@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z"])
def test_the_first_and_the_last_time_that_there_is_are_decoded(operation: str, text: str) -> None:
    call, status = CALLS[operation]
    room = call.read(FakeResponse(status, {**ROOM_BODY, "createdAt": text}))
    assert room.created_at is not None
    assert room.created_at.utcoffset() == timedelta()
    assert room.created_at.year in (1, 9999)
    assert eval(repr(room), {"CommunicationRoom": CommunicationRoom, "datetime": datetime_module}) == room
