"""Rooms on api-version 2022-02-01 over HTTP: members, defaults, join policies, and errors in their own form."""

import re
from typing import Any

import pytest
from frozen_clock import FrozenClockHttp
from preview_2022 import request_participant, response_participant, service_error, validation_errors
from raw_ids import ALICE, BOB, CAROL, INVALID_RAW_ID

from azure.communication.rooms.emulator import RoomsEmulator

NOON = "2025-03-18T12:00:00+00:00"
IN_180_DAYS = "2025-09-14T12:00:00+00:00"
TOMORROW, IN_TWO_DAYS, IN_THREE_DAYS = (f"2025-03-{day}T12:00:00+00:00" for day in (19, 20, 21))
UNKNOWN = "/rooms/99400000000000000"
NOT_FOUND = (404, "NotFound", "Resource not found")
SUPPORTED = "2022-02-01, 2023-06-14, 2023-10-30-preview, 2024-04-15, 2025-03-13"
POLICY_AFTER_START = (400, "InvalidInput", "Room join policy cannot be updated after room start time has elapsed")
TYPE = "Microsoft.AzureCommunicationService.Rooms.Api.Contracts.V2022_02_01"


@pytest.fixture
def http(emulator: RoomsEmulator) -> FrozenClockHttp:
    return FrozenClockHttp(emulator, "2022-02-01")


def create(http: FrozenClockHttp, **members: Any) -> dict[str, Any]:
    """A new room."""
    reply = http.send("POST", "/rooms", members)
    assert reply.status == 201
    room: dict[str, Any] = reply.body
    return room


def conversion(path: str, type_: str) -> list[str]:
    return [f"The JSON value could not be converted to {type_}. Path: {path}."]


@pytest.mark.parametrize(
    "body", [{}, {"validFrom": None, "validUntil": None, "roomJoinPolicy": None, "participants": None}]
)
def test_a_new_room_has_its_defaults_in_the_order_of_the_service(http: FrozenClockHttp, body: Any) -> None:
    reply = http.send("POST", "/rooms", body)
    assert reply.status == 201
    assert list(reply.body.items()) == [
        ("id", reply.headers["location"]),
        ("createdDateTime", NOON),
        ("validFrom", NOON),
        ("validUntil", IN_180_DAYS),
        ("roomJoinPolicy", "InviteOnly"),
        ("participants", []),
    ]
    assert re.fullmatch(r"994\d{13,14}", reply.body["id"])
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["api-supported-versions"] == SUPPORTED
    assert "repeatability-result" not in reply.headers
    assert "request-context" not in reply.headers


def test_a_new_room_has_what_was_requested(http: FrozenClockHttp) -> None:
    room = create(
        http,
        validFrom="2025-03-19T12:00:00Z",
        validUntil="2025-03-20T12:00:00Z",
        roomJoinPolicy="CommunicationServiceUsers",
        participants=[request_participant(ALICE, "Presenter"), request_participant(BOB)],
        pstnDialOutEnabled="an unknown member",
        roomjoinpolicy="InviteOnly",
    )
    assert list(room.items())[2:] == [
        ("validFrom", TOMORROW),
        ("validUntil", IN_TWO_DAYS),
        ("roomJoinPolicy", "CommunicationServiceUsers"),
        ("participants", [response_participant(ALICE, "Presenter"), response_participant(BOB, "Attendee")]),
    ]
    reply = http.send("GET", f"/rooms/{room['id']}")
    assert (reply.status, list(reply.body.items())) == (200, list(room.items()))


def test_a_missing_end_is_180_days_from_now(http: FrozenClockHttp) -> None:
    room = create(http, validFrom="2025-03-21T12:00:00Z")
    assert (room["validFrom"], room["validUntil"]) == (IN_THREE_DAYS, IN_180_DAYS)


PAST = {"ValidUntil": ["The time range end is in the past."]}
LARGE = {"ValidUntil": ["The time range is incorrect, or larger than 180 days."]}
LATE = {"ValidFrom": ["Value is incorrect or more than 180 days in the future"]}
TOGETHER = {"": ["validFrom and validUntil should be set together."]}


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"validUntil": "2025-03-18T11:59:59Z"}, PAST),
        ({"validUntil": "2025-09-15"}, LARGE),
        ({"validFrom": "2025-09-15"}, LATE),
        ({"validFrom": "2025-09-15", "validUntil": "2025-04-01"}, {**LATE, **LARGE}),
    ],
)
def test_wrong_times_of_a_new_room_are_a_problem_of_each_member(http: FrozenClockHttp, body: Any, faults: Any) -> None:
    assert validation_errors(http.send("POST", "/rooms", body)) == faults


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({"validFrom": TOMORROW}, TOGETHER),
        ({"validFrom": "2025-09-14T12:00:00Z"}, TOGETHER),
        ({"validFrom": "2025-09-14T12:00:00.0000001Z"}, LATE),
        ({"validFrom": "2025-09-15", "validUntil": "2025-09-16"}, LATE),
        ({"validUntil": TOMORROW, "validFrom": None}, TOGETHER),
        ({"validFrom": "2025-03-01", "validUntil": "2025-03-02"}, PAST),
        ({"validFrom": TOMORROW, "validUntil": "2025-10-01"}, LARGE),
    ],
)
def test_wrong_times_of_an_update_are_a_problem_and_change_nothing(
    http: FrozenClockHttp, body: Any, faults: Any
) -> None:
    room = create(http, roomJoinPolicy="CommunicationServiceUsers")
    path = f"/rooms/{room['id']}"
    assert validation_errors(http.send("PATCH", path, {**body, "participants": [request_participant(ALICE)]})) == faults
    assert http.send("GET", path).body == room


@pytest.mark.parametrize(("method", "parameter"), [("POST", "createRoomRequest"), ("PATCH", "patchRoomRequest")])
@pytest.mark.parametrize(
    ("body", "path", "type_"),
    [
        ({"roomJoinPolicy": "AllUsers"}, "$.roomJoinPolicy", f"{TYPE}.RoomJoinPolicyDto"),
        ({"roomJoinPolicy": "inviteonly"}, "$.roomJoinPolicy", f"{TYPE}.RoomJoinPolicyDto"),
        ({"roomJoinPolicy": 1}, "$.roomJoinPolicy", f"{TYPE}.RoomJoinPolicyDto"),
        (
            {"participants": [request_participant(ALICE), request_participant(INVALID_RAW_ID, "Kafka")]},
            "$.participants[1].role",
            f"{TYPE}.RoleTypeDto",
        ),
        ({"validFrom": "yesterday"}, "$.validFrom", "a date-time"),
        ({"participants": {}}, "$.participants", "a list"),
        ([], "$", "an object"),
    ],
)
def test_a_member_that_cannot_be_read_is_a_problem_of_the_whole_body(
    http: FrozenClockHttp, method: str, parameter: str, body: Any, path: str, type_: str
) -> None:
    target = f"/rooms/{create(http)['id']}" if method == "PATCH" else "/rooms"
    faults = validation_errors(http.send(method, target, body))
    wanted = {parameter: [f"The {parameter} field is required."], path: conversion(path, type_)}
    assert list(faults.items()) == list(wanted.items())


@pytest.mark.parametrize("content", [b"", b"{", b"rooms", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_a_problem(http: FrozenClockHttp, content: bytes) -> None:
    faults = validation_errors(
        http.send("POST", "/rooms", content=content, headers={"Content-Type": "application/json"})
    )
    wanted = {"createRoomRequest": ["The createRoomRequest field is required."], "$": conversion("$", "JSON")}
    assert faults == wanted


@pytest.mark.parametrize("content_type", ["application/json", "application/merge-patch+json"])
def test_an_update_changes_what_it_holds_and_returns_the_room(http: FrozenClockHttp, content_type: str) -> None:
    room = create(http, validFrom=TOMORROW, validUntil=IN_TWO_DAYS, participants=[request_participant(ALICE)])
    http.clock.advance(minutes=1)
    steps: list[tuple[Any, Any]] = [
        ({}, {}),
        ({"validFrom": None, "validUntil": None, "roomJoinPolicy": None, "participants": None}, {}),
        (
            {"validFrom": "2025-03-20T12:00:00Z", "validUntil": "2025-03-21T12:00:00Z"},
            {"validFrom": IN_TWO_DAYS, "validUntil": IN_THREE_DAYS},
        ),
        ({"roomJoinPolicy": "CommunicationServiceUsers"}, {"roomJoinPolicy": "CommunicationServiceUsers"}),
        (
            {"participants": [request_participant(CAROL), request_participant(ALICE, "Consumer")]},
            {"participants": [response_participant(CAROL, "Attendee"), response_participant(ALICE, "Consumer")]},
        ),
        ({"participants": []}, {"participants": []}),
    ]
    for body, changed in steps:
        room.update(changed)
        reply = http.send("PATCH", f"/rooms/{room['id']}", body, headers={"Content-Type": content_type})
        assert (reply.status, list(reply.body.items())) == (200, list(room.items()))
        assert reply.headers["api-supported-versions"] == SUPPORTED
    assert http.send("GET", f"/rooms/{room['id']}").body == room


@pytest.mark.parametrize(("method", "content_type"), [("PATCH", "text/json"), ("POST", "application/merge-patch+json")])
def test_another_content_type_is_rejected(http: FrozenClockHttp, method: str, content_type: str) -> None:
    path = UNKNOWN if method == "PATCH" else "/rooms"
    reply = http.send(method, path, {}, headers={"Content-Type": content_type})
    assert service_error(reply)[:2] == (415, "UnsupportedMediaType")


def test_a_join_policy_stays_once_the_room_has_begun(http: FrozenClockHttp) -> None:
    room = create(http, participants=[request_participant(ALICE)])
    path = f"/rooms/{room['id']}"
    for times in ({}, {"validFrom": "2025-03-17T12:00:00Z", "validUntil": IN_TWO_DAYS}):
        body = {**times, "roomJoinPolicy": "CommunicationServiceUsers", "participants": []}
        assert service_error(http.send("PATCH", path, body)) == POLICY_AFTER_START
    assert http.send("GET", path).body == room


def test_a_start_in_the_same_update_decides_whether_the_join_policy_can_change(http: FrozenClockHttp) -> None:
    later = {"validFrom": TOMORROW, "validUntil": IN_TWO_DAYS, "roomJoinPolicy": "CommunicationServiceUsers"}
    earlier = {**later, "validFrom": "2025-03-17T12:00:00Z"}
    begun, to_come = create(http), create(http, validFrom=TOMORROW)
    reply = http.send("PATCH", f"/rooms/{begun['id']}", later)
    assert (reply.status, reply.body) == (200, {**begun, **later, "validFrom": TOMORROW, "validUntil": IN_TWO_DAYS})
    assert service_error(http.send("PATCH", f"/rooms/{to_come['id']}", earlier)) == POLICY_AFTER_START
    assert http.send("GET", f"/rooms/{to_come['id']}").body == to_come


def test_the_join_policy_that_a_room_has_may_be_named_at_any_time(http: FrozenClockHttp) -> None:
    room = create(http)
    reply = http.send("PATCH", f"/rooms/{room['id']}", {"roomJoinPolicy": "InviteOnly"})
    assert (reply.status, reply.body) == (200, room)


def test_a_deleted_room_is_not_found_whatever_is_done_to_it(http: FrozenClockHttp) -> None:
    path = f"/rooms/{create(http)['id']}"
    reply = http.send("DELETE", path)
    assert (reply.status, reply.body) == (204, None)
    assert reply.headers["api-supported-versions"] == SUPPORTED
    for gone in (path, UNKNOWN):
        assert service_error(http.send("DELETE", gone)) == NOT_FOUND
        assert service_error(http.send("GET", gone)) == NOT_FOUND
        assert service_error(http.send("PATCH", gone, {})) == NOT_FOUND
        assert service_error(http.send("GET", f"{gone}/participants")) == NOT_FOUND
        for verb in ("add", "update", "remove"):
            body = {"participants": [request_participant(ALICE)]}
            assert service_error(http.send("POST", f"{gone}/participants:{verb}", body)) == NOT_FOUND


@pytest.mark.parametrize(
    ("room_id", "message"), [("123", "Invalid Room ID length."), ("NotExistingRoomID", "Room ID is invalid.")]
)
def test_what_is_no_room_id_is_rejected_in_words_of_its_own(http: FrozenClockHttp, room_id: str, message: str) -> None:
    body = {"participants": [request_participant(INVALID_RAW_ID)]}
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/participants:add")):
        sent = None if method in ("GET", "DELETE") else body
        assert service_error(http.send(method, f"/rooms/{room_id}{path}", sent)) == (400, "InvalidInput", message)


def test_a_room_is_the_same_on_every_version(http: FrozenClockHttp) -> None:
    open_room = create(
        http, validFrom=TOMORROW, roomJoinPolicy="CommunicationServiceUsers", participants=[request_participant(BOB)]
    )
    path = f"/rooms/{open_room['id']}"
    later = http.send("GET", path, version="2025-03-13").body
    wanted = {"createdAt": NOON, "validFrom": TOMORROW, "validUntil": IN_180_DAYS, "pstnDialOutEnabled": False}
    assert later == {"id": open_room["id"], **wanted}
    assert http.send("PATCH", path, {"pstnDialOutEnabled": True}, version="2025-03-13").status == 200
    assert http.send("PATCH", path, {"participants": [request_participant(ALICE)]}).status == 200
    assert http.send("GET", path, version="2025-03-13").body == {**later, "pstnDialOutEnabled": True}
    assert http.send("GET", path).body == {**open_room, "participants": [response_participant(ALICE, "Attendee")]}


def test_a_room_of_a_later_version_has_its_join_policy_and_roles(http: FrozenClockHttp) -> None:
    body = {"participants": {ALICE: {"role": "Collaborator"}}}
    room = http.send("POST", "/rooms", body, version="2025-03-13").body
    reply = http.send("GET", f"/rooms/{room['id']}")
    assert reply.body["roomJoinPolicy"] == "InviteOnly"
    assert reply.body["participants"] == [response_participant(ALICE, "Collaborator")]


def test_a_caller_without_credentials_gets_the_error_as_on_later_versions(http: FrozenClockHttp) -> None:
    replies = [
        http.send("POST", "/rooms", {}, version=version, headers={"Authorization": None})
        for version in ("2022-02-01", "2025-03-13")
    ]
    assert replies[0].body == replies[1].body
    assert [(reply.status, reply.headers["x-ms-error-code"]) for reply in replies] == [(401, "Denied")] * 2
