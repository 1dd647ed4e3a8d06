"""Rooms over HTTP, without our client: statuses, bodies, headers and defaults of the newest server build."""

import re
from datetime import timedelta
from typing import Any

import pytest
from frozen_clock import NOW, FrozenClockHttp
from raw_ids import ALICE, BOB, INVALID_RAW_ID
from signed_http import Reply, SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.state import timestamps

MALFORMED = "The request could not be understood by the server due to malformed syntax."
SUPPORTED = "2023-06-14, 2023-10-30-preview, 2024-04-15, 2025-03-13"
WITHOUT_DIAL_OUT = ["2023-03-31-preview", "2023-06-14"]
WITH_DIAL_OUT = ["2023-10-30-preview", "2024-04-15", "2025-03-13"]
VERSIONS = WITHOUT_DIAL_OUT + WITH_DIAL_OUT
UNKNOWN = "99400000000000000"


@pytest.fixture
def http(emulator: RoomsEmulator) -> SignedHttp:
    return FrozenClockHttp(emulator)


def after(**units: float) -> str:
    """A time from noon on, in the service's form."""
    return timestamps.format_timestamp(timestamps.from_datetime(NOW + timedelta(**units)))


def error(reply: Reply) -> tuple[int, str, str, list[tuple[str, str, str]]]:
    """Status, code, message and details of an error."""
    found = reply.body["error"]
    details = [(d["code"], d["message"], d["target"]) for d in found.get("details", [])]
    return reply.status, found["code"], found["message"], details


def rejected_by_validation(reply: Reply) -> list[tuple[str, str]]:
    """The faults of a request that failed model validation, which no version and no code is named for."""
    status, code, message, details = error(reply)
    assert (status, code, message) == (400, "BadRequest", MALFORMED)
    assert "api-supported-versions" not in reply.headers
    assert "x-ms-error-code" not in reply.headers
    assert {detail[0] for detail in details} == {"BadArgument"}
    return [(message, target) for _, message, target in details]


def rejected_by_logic(reply: Reply) -> tuple[int, str]:
    """Status and message of a request that was understood and rejected, which versions and code are named for."""
    status, code, message, details = error(reply)
    assert details == []
    assert reply.headers["x-ms-error-code"] == code == {400: "BadRequest", 404: "NotFound"}[status]
    assert reply.headers["api-supported-versions"] == SUPPORTED
    return status, message


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("body", [{}, {"validFrom": None, "validUntil": None, "pstnDialOutEnabled": False}])
def test_a_new_room_has_its_defaults_in_the_order_of_the_service(http: SignedHttp, version: str, body: Any) -> None:
    reply = http.send("POST", "/rooms", body, version=version)
    assert reply.status == 201
    room = reply.body
    wanted: dict[str, Any] = {"createdAt": after(), "validFrom": after(), "validUntil": after(days=180)}
    if version in WITH_DIAL_OUT:
        wanted["pstnDialOutEnabled"] = False
    assert list(room.items()) == [("id", room["id"]), *wanted.items()]
    assert re.fullmatch(r"994\d{13,14}", room["id"])
    assert reply.headers["location"] == room["id"]


def test_a_response_carries_the_headers_of_the_service(http: SignedHttp) -> None:
    headers = http.send("POST", "/rooms", {}).headers
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert headers["transfer-encoding"] == "chunked"
    assert "content-length" not in headers
    assert headers["date"] == "Tue, 18 Mar 2025 12:00:00 GMT"
    assert re.fullmatch(r"[A-Za-z0-9+/]{22}\.0", headers["ms-cv"])
    assert headers["request-context"] == "appId="
    assert "strict-transport-security" not in headers  # plain HTTP
    assert headers["x-cache"] == "CONFIG_NOCACHE"
    assert headers["x-azure-ref"]
    assert headers["api-supported-versions"] == SUPPORTED
    assert headers.keys().isdisjoint(
        {
            "server",
            "etag",
            "x-ms-request-id",
            "x-ms-client-request-id",
            "api-deprecated-versions",
            "repeatability-result",
        }
    )


def test_times_are_returned_with_their_seven_digits(http: SignedHttp) -> None:
    body = {"validFrom": "2025-03-18T12:00:00.123456700Z", "validUntil": "2025-04-18"}
    room = http.send("POST", "/rooms", body).body
    assert room["validFrom"] == "2025-03-18T12:00:00.1234567+00:00"
    assert room["validUntil"] == "2025-04-18T00:00:00+00:00"
    assert http.send("GET", f"/rooms/{room['id']}").body == room


@pytest.mark.parametrize(
    ("body", "start", "end"),
    [
        ({"validFrom": after(seconds=-56)}, after(seconds=-56), after(days=180)),
        ({"validFrom": after(days=100)}, after(days=100), after(days=180)),
        ({"validUntil": after(days=30)}, after(), after(days=30)),
        ({"validFrom": after(days=3), "validUntil": after(days=31)}, after(days=3), after(days=31)),
    ],
    ids=["start past", "start far", "end only", "both"],
)
def test_a_missing_time_is_taken_from_now(http: SignedHttp, body: Any, start: str, end: str) -> None:
    room = http.send("POST", "/rooms", body).body
    assert (room["validFrom"], room["validUntil"]) == (start, end)


PAST = ("The time range end is in the past.", "ValidUntil")
LARGE = ("The time range is incorrect, or larger than 180 days.", "ValidUntil")
LATE = ("Value is incorrect or more than 180 days in the future.", "ValidFrom")
TOGETHER = ("validFrom and validUntil should be set together.", "")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"validUntil": after(days=-7)}, [PAST]),
        ({"validFrom": after(days=-1), "validUntil": after(days=-7)}, [PAST]),
        ({"validFrom": after(days=3), "validUntil": after(days=206)}, [LARGE]),
        ({"validUntil": after(days=180.999)}, [LARGE]),
        ({"validFrom": after(days=203)}, [LATE]),
    ],
)
def test_wrong_times_of_a_new_room_are_rejected(http: SignedHttp, version: str, body: Any, faults: Any) -> None:
    assert rejected_by_validation(http.send("POST", "/rooms", body, version=version)) == faults


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"validFrom": after(days=1)}, [TOGETHER]),
        ({"validUntil": after(days=1)}, [TOGETHER]),
        ({"validFrom": after(days=1), "validUntil": None}, [TOGETHER]),
        ({"validFrom": after(days=-3), "validUntil": after(days=-2)}, [PAST]),
        ({"validFrom": after(days=3), "validUntil": after(days=206)}, [LARGE]),
        ({"validFrom": after(days=181), "validUntil": after(days=30)}, [LATE, LARGE]),
    ],
)
def test_wrong_times_of_an_update_are_rejected_and_change_nothing(http: SignedHttp, body: Any, faults: Any) -> None:
    room = http.send("POST", "/rooms", {}).body
    assert rejected_by_validation(http.send("PATCH", f"/rooms/{room['id']}", body)) == faults
    assert http.send("GET", f"/rooms/{room['id']}").body == room


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "yesterday"])
def test_a_time_that_no_response_could_hold_is_rejected(http: SignedHttp, time: str) -> None:
    faults = rejected_by_validation(http.send("POST", "/rooms", {"validFrom": time}))
    assert [target for _, target in faults] == ["$.validFrom"]


def test_an_update_changes_what_it_holds_and_returns_the_room(emulator: RoomsEmulator, http: SignedHttp) -> None:
    room = http.send("POST", "/rooms", {}).body
    emulator.clock.advance(minutes=1)
    times = {"validFrom": after(days=1), "validUntil": after(days=2)}
    for body in (
        {},
        {"validFrom": None, "validUntil": None, "pstnDialOutEnabled": None},
        times,
        {"pstnDialOutEnabled": True},
    ):
        room.update({name: value for name, value in body.items() if value is not None})
        reply = http.send("PATCH", f"/rooms/{room['id']}", body)
        assert (reply.status, reply.body) == (200, room)
        assert reply.headers["api-supported-versions"] == SUPPORTED
    assert http.send("GET", f"/rooms/{room['id']}").body == room


@pytest.mark.parametrize("version", WITHOUT_DIAL_OUT)
def test_a_version_without_dial_out_neither_sets_nor_tells_it(http: SignedHttp, version: str) -> None:
    room = http.send("POST", "/rooms", {"pstnDialOutEnabled": True}, version=version).body
    assert "pstnDialOutEnabled" not in room
    path = f"/rooms/{room['id']}"
    assert "pstnDialOutEnabled" not in http.send("PATCH", path, {"pstnDialOutEnabled": True}, version=version).body
    assert http.send("GET", path).body["pstnDialOutEnabled"] is False


def test_a_deleted_room_is_gone_and_can_be_deleted_again(http: SignedHttp) -> None:
    path = f"/rooms/{http.send('POST', '/rooms', {}).body['id']}"
    for _ in range(2):
        reply = http.send("DELETE", path)
        assert (reply.status, reply.body) == (204, None)
        assert "content-type" not in reply.headers
        assert "transfer-encoding" not in reply.headers
        assert reply.headers["api-supported-versions"] == SUPPORTED
    gone = (404, "The server cannot find the requested resource.")
    assert rejected_by_logic(http.send("GET", path)) == gone
    assert rejected_by_logic(http.send("PATCH", path, {})) == gone
    assert rejected_by_logic(http.send("GET", f"{path}/participants")) == gone
    assert rejected_by_logic(http.send("PATCH", f"{path}/participants", {"participants": {ALICE: None}})) == gone


@pytest.mark.parametrize(
    ("room_id", "error"),
    [
        ("123", (400, "Invalid room ID length.")),
        ("invalid_id", (400, "Invalid room ID length.")),
        ("NotExistingRoomID", (400, "Invalid room ID.")),
        (UNKNOWN, (404, "The server cannot find the requested resource.")),
    ],
)
def test_what_is_no_room_is_rejected_whatever_is_done_to_it(
    http: SignedHttp, room_id: str, error: tuple[int, str]
) -> None:
    path = f"/rooms/{room_id}"
    for method, at, body in (
        ("GET", path, None),
        ("PATCH", path, {}),
        ("DELETE", path, None),
        ("GET", f"{path}/participants", None),
        ("PATCH", f"{path}/participants", {}),
    ):
        assert rejected_by_logic(http.send(method, at, body)) == error


@pytest.mark.parametrize("version", VERSIONS)
def test_a_wrong_identifier_keeps_a_room_from_being_made(http: SignedHttp, version: str) -> None:
    body = {"participants": {INVALID_RAW_ID: {"role": "Attendee"}, ALICE: {"role": "Presenter"}}}
    error = rejected_by_logic(http.send("POST", "/rooms", body, version=version))
    assert error == (400, "Invalid format for communication identifier.")
    assert http.send("GET", "/rooms").body == {"value": []}


def test_a_wrong_role_is_rejected_by_its_path(http: SignedHttp) -> None:
    body = {"participants": {ALICE: {"role": "Presenter"}, BOB: {"role": "Kafka"}}}
    message = "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator."
    wanted = [(message, f"$.participants.{BOB}.role")]
    assert rejected_by_validation(http.send("POST", "/rooms", body)) == wanted
    path = f"/rooms/{http.send('POST', '/rooms', {}).body['id']}/participants"
    assert rejected_by_validation(http.send("PATCH", path, body)) == wanted


@pytest.mark.parametrize("role", ["Presenter", "Attendee", "Consumer", "Collaborator"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_role_is_taken_on_every_version(http: SignedHttp, version: str, role: str) -> None:
    room = http.send("POST", "/rooms", {"participants": {ALICE: {"role": role}}}, version=version).body
    people = http.send("GET", f"/rooms/{room['id']}/participants", version=version).body
    assert people == {"value": [{"rawId": ALICE, "role": role}]}


def test_participants_are_added_changed_and_removed_by_one_patch(http: SignedHttp) -> None:
    body = {"participants": {ALICE: {"role": "Presenter"}, BOB: None}}
    room = http.send("POST", "/rooms", body).body
    path = f"/rooms/{room['id']}/participants"
    assert http.send("GET", path).body == {"value": [{"rawId": ALICE, "role": "Presenter"}]}
    carol, dave = ALICE[:-1] + "3", ALICE[:-1] + "4"
    steps: list[tuple[Any, list[tuple[str, str]]]] = [
        (
            {carol: {"role": "Attendee"}, dave: {"role": "Collaborator"}},
            [(ALICE, "Presenter"), (carol, "Attendee"), (dave, "Collaborator")],
        ),
        (
            {ALICE: {"role": "Consumer"}, BOB: {}},
            [(ALICE, "Consumer"), (carol, "Attendee"), (dave, "Collaborator"), (BOB, "Attendee")],
        ),
        ({carol: None, ALICE: {"role": "Attendee"}}, [(ALICE, "Attendee"), (dave, "Collaborator"), (BOB, "Attendee")]),
        ({carol: None}, [(ALICE, "Attendee"), (dave, "Collaborator"), (BOB, "Attendee")]),
        ({}, [(ALICE, "Attendee"), (dave, "Collaborator"), (BOB, "Attendee")]),
    ]
    for participants, people in steps:
        reply = http.send("PATCH", path, {"participants": participants})
        assert (reply.status, reply.body, reply.headers["api-supported-versions"]) == (200, {}, SUPPORTED)
        assert http.send("GET", path).body == {"value": [{"rawId": who, "role": role} for who, role in people]}
    assert http.send("PATCH", path, {}).body == {}


@pytest.mark.parametrize("value", [{"role": "Attendee"}, None], ids=["add", "remove"])
def test_a_wrong_identifier_changes_no_participant(http: SignedHttp, value: Any) -> None:
    room = http.send("POST", "/rooms", {"participants": {ALICE: {}}}).body
    path = f"/rooms/{room['id']}/participants"
    reply = http.send("PATCH", path, {"participants": {ALICE: None, INVALID_RAW_ID: value}})
    assert rejected_by_logic(reply) == (400, f"Communication identifier {INVALID_RAW_ID} is not supported.")
    assert http.send("GET", path).body == {"value": [{"rawId": ALICE, "role": "Attendee"}]}


def test_an_expired_room_is_still_there(emulator: RoomsEmulator, http: SignedHttp) -> None:
    room = http.send("POST", "/rooms", {"validUntil": after(days=1)}).body
    emulator.clock.advance(days=2)
    assert http.send("GET", f"/rooms/{room['id']}").body == room
    assert http.send("GET", "/rooms").body == {"value": [room]}
