"""Participants on api-version 2022-02-01 over HTTP: lists, a verb for each change, and what is rejected in them."""

from typing import Any

import pytest
from frozen_clock import FrozenClockHttp
from preview_2022 import request_participant, response_participant, service_error, validation_errors
from raw_ids import ALICE, BOB, CAROL, DAVE, INVALID_RAW_ID

from azure.communication.rooms.emulator import RoomsEmulator

VERBS = ("add", "update", "remove")
IDENTIFIER = (400, "InvalidInput", "Identifier format is invalid.")
DUPLICATE = {"Participants": ["Provided request has duplicate participant with same id but different attributes"]}
ROLE = "Microsoft.AzureCommunicationService.Rooms.Api.Contracts.V2022_02_01.RoleTypeDto"


@pytest.fixture
def http(emulator: RoomsEmulator) -> FrozenClockHttp:
    return FrozenClockHttp(emulator, "2022-02-01")


@pytest.fixture
def path(http: FrozenClockHttp) -> str:
    """The participants of a room with Alice, a Presenter, and Bob, a Consumer."""
    body = {"participants": [request_participant(ALICE, "Presenter"), request_participant(BOB, "Consumer")]}
    return f"/rooms/{http.send('POST', '/rooms', body).body['id']}/participants"


PARTICIPANTS = [response_participant(ALICE, "Presenter"), response_participant(BOB, "Consumer")]


@pytest.mark.parametrize(
    ("verb", "people", "participants"),
    [
        (
            "add",
            [request_participant(CAROL, "Consumer"), request_participant(DAVE)],
            [*PARTICIPANTS, response_participant(CAROL, "Consumer"), response_participant(DAVE, "Attendee")],
        ),
        (
            "add",
            [request_participant(ALICE, "Consumer"), request_participant(CAROL)],
            [*PARTICIPANTS, response_participant(CAROL, "Attendee")],
        ),
        ("add", [], PARTICIPANTS),
        (
            "update",
            [request_participant(ALICE, "Consumer")],
            [response_participant(ALICE, "Consumer"), response_participant(BOB, "Consumer")],
        ),
        (
            "update",
            [request_participant(ALICE)],
            [response_participant(ALICE, "Attendee"), response_participant(BOB, "Consumer")],
        ),
        (
            "update",
            [request_participant(CAROL, "Presenter"), request_participant(BOB, "Attendee")],
            [PARTICIPANTS[0], response_participant(BOB, "Attendee")],
        ),
        ("remove", [request_participant(ALICE)], [PARTICIPANTS[1]]),
        ("remove", [request_participant(ALICE, "Attendee"), request_participant(CAROL)], [PARTICIPANTS[1]]),
        ("remove", [request_participant(BOB), request_participant(ALICE)], []),
        ("remove", [request_participant(CAROL)], PARTICIPANTS),
    ],
)
def test_each_verb_changes_its_participants_and_returns_all(
    http: FrozenClockHttp, path: str, verb: str, people: Any, participants: Any
) -> None:
    reply = http.send("POST", f"{path}:{verb}", {"participants": people})
    assert (reply.status, reply.body) == (200, {"participants": participants})
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["api-supported-versions"] == "2022-02-01"
    again = http.send("GET", path)
    assert (again.status, again.body) == (200, {"participants": participants})
    assert again.headers["api-supported-versions"].startswith("2022-02-01, ")


def test_a_room_without_participants_has_an_empty_list(http: FrozenClockHttp) -> None:
    room = http.send("POST", "/rooms", {}).body
    assert http.send("GET", f"/rooms/{room['id']}/participants").body == {"participants": []}


@pytest.mark.parametrize(
    "identifier",
    [
        {"communicationUser": {"id": CAROL}},
        {"rawId": CAROL},
        {"rawId": CAROL, "communicationUser": {"id": CAROL}},
        {"rawId": None, "communicationUser": {"id": CAROL}, "kind": "communicationUser"},
        {"rawId": CAROL, "communicationUser": None},
    ],
)
def test_an_identifier_stands_in_either_place_or_both(http: FrozenClockHttp, path: str, identifier: Any) -> None:
    body = {"participants": [{"communicationIdentifier": identifier, "role": None}]}
    wanted = {"participants": [*PARTICIPANTS, response_participant(CAROL, "Attendee")]}
    assert http.send("POST", f"{path}:add", body).body == wanted


@pytest.mark.parametrize(
    "identifier",
    [
        {"communicationUser": {"id": INVALID_RAW_ID}},
        {"rawId": INVALID_RAW_ID},
        {"rawId": CAROL, "communicationUser": {"id": DAVE}},
        {"rawId": CAROL, "communicationUser": {}},
        {"rawid": CAROL, "communicationUser": {"Id": CAROL}},
        {"rawId": "+112345556789"},
        {},
    ],
)
def test_an_identifier_of_no_user_is_rejected_and_changes_nothing(
    http: FrozenClockHttp, path: str, identifier: Any
) -> None:
    body = {"participants": [request_participant(CAROL), {"communicationIdentifier": identifier, "role": "Presenter"}]}
    for verb in VERBS:
        assert service_error(http.send("POST", f"{path}:{verb}", body)) == IDENTIFIER
    assert service_error(http.send("PATCH", path.rpartition("/")[0], body)) == IDENTIFIER
    assert service_error(http.send("POST", "/rooms", body)) == IDENTIFIER
    assert http.send("GET", path).body == {"participants": PARTICIPANTS}
    assert len(http.send("GET", "/rooms", version="2025-03-13").body["value"]) == 1


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", ["kafka", "presenter", "Collaborator", "", 1, ["Presenter"]])
def test_a_wrong_role_is_a_problem_and_comes_before_a_wrong_identifier(
    http: FrozenClockHttp, path: str, verb: str, role: Any
) -> None:
    wrong = {**request_participant("chris"), "role": role}
    faults = validation_errors(
        http.send("POST", f"{path}:{verb}", {"participants": [wrong, request_participant(CAROL, "Presenter")]})
    )
    assert list(faults.items()) == [
        (f"{verb}ParticipantsRequestDto", [f"The {verb}ParticipantsRequestDto field is required."]),
        (
            "$.participants[0].role",
            [f"The JSON value could not be converted to {ROLE}. Path: $.participants[0].role."],
        ),
    ]
    assert http.send("GET", path).body == {"participants": PARTICIPANTS}


@pytest.mark.parametrize("people", [None, "missing"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_change_of_an_unknown_user_is_a_problem(http: FrozenClockHttp, path: str, verb: str, people: Any) -> None:
    body = {} if people == "missing" else {"participants": people}
    wanted = {"Participants": ["The Participants field is required."]}
    assert validation_errors(http.send("POST", f"{path}:{verb}", body)) == wanted


@pytest.mark.parametrize(
    ("entry", "member", "type_"),
    [
        (None, "", "an object"),
        (ALICE, "", "an object"),
        ({}, ".communicationIdentifier", "an object"),
        ({"communicationIdentifier": ALICE}, ".communicationIdentifier", "an object"),
        ({"communicationIdentifier": {"rawId": 1}}, ".communicationIdentifier.rawId", "a string"),
        (
            {"communicationIdentifier": {"communicationUser": ALICE}},
            ".communicationIdentifier.communicationUser",
            "an object",
        ),
        (
            {"communicationIdentifier": {"communicationUser": {"id": [ALICE]}}},
            ".communicationIdentifier.communicationUser.id",
            "a string",
        ),
    ],
)
def test_a_participant_of_another_shape_is_a_problem_of_its_path(
    http: FrozenClockHttp, path: str, entry: Any, member: str, type_: str
) -> None:
    at = f"$.participants[1]{member}"
    faults = validation_errors(http.send("POST", f"{path}:add", {"participants": [request_participant(CAROL), entry]}))
    assert faults == {
        "addParticipantsRequestDto": ["The addParticipantsRequestDto field is required."],
        at: [f"The JSON value could not be converted to {type_}. Path: {at}."],
    }


def test_a_participant_named_twice_in_one_role_is_one(http: FrozenClockHttp, path: str) -> None:
    twice = {"participants": [request_participant(CAROL), request_participant(CAROL, "Attendee")]}
    assert http.send("POST", "/rooms", twice).body["participants"] == [response_participant(CAROL, "Attendee")]
    assert http.send("POST", f"{path}:add", twice).body == {
        "participants": [*PARTICIPANTS, response_participant(CAROL, "Attendee")]
    }


def test_a_participant_named_twice_in_one_role_cannot_be_updated(http: FrozenClockHttp, path: str) -> None:
    twice = {
        "participants": [request_participant(ALICE, "Attendee"), request_participant(BOB), request_participant(ALICE)]
    }
    assert validation_errors(http.send("POST", f"{path}:update", twice)) == DUPLICATE
    assert http.send("GET", path).body == {"participants": PARTICIPANTS}


def test_a_participant_named_twice_in_two_roles_is_a_problem(http: FrozenClockHttp, path: str) -> None:
    twice = {"participants": [request_participant(CAROL, "Presenter"), request_participant(CAROL)]}
    room = path.rpartition("/")[0]
    targets = [("POST", "/rooms"), ("PATCH", room), *(("POST", f"{path}:{verb}") for verb in VERBS)]
    for method, target in targets:
        assert validation_errors(http.send(method, target, twice)) == DUPLICATE
    assert http.send("GET", path).body == {"participants": PARTICIPANTS}


def test_participants_are_the_same_on_every_version(http: FrozenClockHttp, path: str) -> None:
    later = [{"rawId": ALICE, "role": "Presenter"}, {"rawId": BOB, "role": "Consumer"}]
    assert http.send("GET", path, version="2025-03-13").body == {"value": later}
    body = {"participants": {ALICE: {"role": "Collaborator"}, BOB: None, CAROL: {}}}
    assert http.send("PATCH", path, body, version="2025-03-13").status == 200
    wanted = {"participants": [response_participant(ALICE, "Collaborator"), response_participant(CAROL, "Attendee")]}
    assert http.send("GET", path).body == wanted
