"""Api-version 2022-02-01: exactly what goes out, and what is read from what comes back."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Optional

import pytest
from azure.core.exceptions import DecodeError, HttpResponseError, ResourceNotFoundError
from azure.core.rest import HttpRequest
from fake_responses import FakeResponse
from raw_ids import ALICE, BOB
from room_bodies import TIMES as ROOM_BODY_TIMES
from room_bodies import make_room, room_body

from azure.communication.rooms import (
    CommunicationRoom,
    CommunicationUserIdentifier,
    PhoneNumberIdentifier,
    RoomJoinPolicy,
    RoomParticipant,
)
from azure.communication.rooms._wire import operations_for
from azure.communication.rooms._wire.call import UNSET, Repeatability

ENDPOINT = "https://contoso.communication.azure.com"
ROOM = "99412345678901234"
PARTICIPANTS = f"/rooms/{ROOM}/participants"
QUERY = "?api-version=2022-02-01"
START = datetime(2022, 8, 8, 8, 0, 0, 120, timezone.utc)
END = datetime(2022, 9, 8, 10, 0, tzinfo=timezone(timedelta(hours=2)))
REPEATABILITY = Repeatability("b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e", START)
NOTHING: dict[str, Any] = dict.fromkeys(
    ("valid_from", "valid_until", "pstn_dial_out_enabled", "room_join_policy"), UNSET
)
WIRE: Any = operations_for(ENDPOINT, "2022-02-01")

PLAIN = {"Accept": "application/json"}
JSON = {"Accept": "application/json", "Content-Type": "application/json"}
CREATE = {
    **JSON,
    "Repeatability-Request-ID": "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e",
    "Repeatability-First-Sent": "2022-08-08T08:00:00.00012Z",
}


def person(raw_id: str, role: Optional[str] = None) -> dict[str, Any]:
    """A participant as this version writes one."""
    identifier = {"rawId": raw_id, "communicationUser": {"id": raw_id}}
    return {"communicationIdentifier": identifier, **({} if role is None else {"role": role})}


def people(*those: dict[str, Any]) -> dict[str, Any]:
    """A body of participants."""
    return {"participants": list(those)}


def create(**given: Any) -> HttpRequest:
    request: HttpRequest = WIRE.create_room(
        **{**NOTHING, "participants": None, "repeatability": REPEATABILITY, **given}
    ).request
    return request


def update(**given: Any) -> HttpRequest:
    request: HttpRequest = WIRE.update_room(ROOM, **{**NOTHING, "participants": UNSET, **given}).request
    return request


TIMES = {"validFrom": "2022-08-08T08:00:00.00012Z", "validUntil": "2022-09-08T08:00:00.000Z"}
EVERYTHING = {"valid_from": START, "valid_until": END, "room_join_policy": RoomJoinPolicy.COMMUNICATION_SERVICE_USERS}
OPEN = {**TIMES, "roomJoinPolicy": "CommunicationServiceUsers"}
PEOPLE = [RoomParticipant(ALICE, "Presenter"), CommunicationUserIdentifier(BOB)]
PEOPLE_JSON = [person(ALICE, "Presenter"), person(BOB, "Attendee")]


@pytest.mark.parametrize(
    ("make", "method", "path", "headers", "body"),
    [
        (lambda: create(), "POST", "/rooms", CREATE, {}),
        (
            lambda: create(**EVERYTHING, participants=PEOPLE),
            "POST",
            "/rooms",
            CREATE,
            {**OPEN, "participants": PEOPLE_JSON},
        ),
        (lambda: create(participants=[]), "POST", "/rooms", CREATE, {"participants": []}),
        (lambda: create(valid_from=None, room_join_policy=None), "POST", "/rooms", CREATE, {}),
        (lambda: create(pstn_dial_out_enabled=None), "POST", "/rooms", CREATE, {}),
        (lambda: WIRE.get_room(ROOM).request, "GET", f"/rooms/{ROOM}", PLAIN, None),
        (lambda: update(), "PATCH", f"/rooms/{ROOM}", JSON, {}),
        (lambda: update(**EVERYTHING), "PATCH", f"/rooms/{ROOM}", JSON, OPEN),
        (
            lambda: update(participants={BOB: "Consumer"}),
            "PATCH",
            f"/rooms/{ROOM}",
            JSON,
            people(person(BOB, "Consumer")),
        ),
        (lambda: update(participants=[]), "PATCH", f"/rooms/{ROOM}", JSON, {"participants": []}),
        (lambda: update(participants=None, valid_until=None), "PATCH", f"/rooms/{ROOM}", JSON, {}),
        (lambda: WIRE.delete_room(ROOM).request, "DELETE", f"/rooms/{ROOM}", PLAIN, None),
        (lambda: WIRE.list_participants(ROOM, None).request, "GET", PARTICIPANTS, PLAIN, None),
        (
            lambda: WIRE.add_participants(ROOM, PEOPLE).request,
            "POST",
            f"{PARTICIPANTS}:add",
            JSON,
            people(*PEOPLE_JSON),
        ),
        (
            lambda: WIRE.update_participants(ROOM, PEOPLE).request,
            "POST",
            f"{PARTICIPANTS}:update",
            JSON,
            people(*PEOPLE_JSON),
        ),
        (
            lambda: WIRE.remove_participants(ROOM, PEOPLE).request,
            "POST",
            f"{PARTICIPANTS}:remove",
            JSON,
            people(person(ALICE, "Presenter"), person(BOB)),
        ),
        (
            lambda: WIRE.remove_participants(ROOM, ALICE).request,
            "POST",
            f"{PARTICIPANTS}:remove",
            JSON,
            people(person(ALICE)),
        ),
    ],
)
def test_a_call_becomes_exactly_this_request(
    make: Callable[[], HttpRequest], method: str, path: str, headers: dict[str, str], body: Any
) -> None:
    request = make()
    sent = {name: value for name, value in request.headers.items() if name != "Content-Length"}
    assert (request.method, request.url, sent) == (method, f"{ENDPOINT}{path}{QUERY}", headers)
    assert (request.content and json.loads(request.content)) == body


@pytest.mark.parametrize("raw_id", ["4:+14255550123", "8:orgid:1", "wrong_mri"])
def test_what_is_no_communication_user_goes_out_by_its_raw_id_alone(raw_id: str) -> None:
    request = WIRE.add_participants(ROOM, [raw_id]).request
    assert json.loads(request.content) == {
        "participants": [{"communicationIdentifier": {"rawId": raw_id}, "role": "Attendee"}]
    }


def test_an_identifier_of_another_kind_is_taken_by_its_raw_id() -> None:
    request = WIRE.remove_participants(ROOM, [PhoneNumberIdentifier("+14255550123")]).request
    assert json.loads(request.content) == {"participants": [{"communicationIdentifier": {"rawId": "4:+14255550123"}}]}


@pytest.mark.parametrize("prefix", ["8:acs:", "8:dod-acs:", "8:gcch-acs:", "8:spool:"])
def test_communication_users_of_every_cloud_are_named_as_such(prefix: str) -> None:
    request = WIRE.remove_participants(ROOM, [f"{prefix}a_b"]).request
    assert json.loads(request.content)["participants"] == [person(f"{prefix}a_b")]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: WIRE.list_rooms(None), "list_rooms does not exist in api-version 2022-02-01"),
        (lambda: create(pstn_dial_out_enabled=False), "pstn_dial_out_enabled does not exist in api-version 2022-02-01"),
        (lambda: update(pstn_dial_out_enabled=True), "pstn_dial_out_enabled does not exist in api-version 2022-02-01"),
        (lambda: create(room_join_policy=""), "room_join_policy is empty"),
        (lambda: WIRE.get_room(""), "room_id is empty"),
        (lambda: WIRE.list_participants("..", None), "is a step in a path"),
        (lambda: WIRE.list_participants(ROOM, "https://contoso.communication.azure.com/x"), "without pages"),
        (lambda: WIRE.add_participants(ROOM, [""]), r"participants\[0\]"),
        (lambda: WIRE.add_participants(ROOM, [RoomParticipant(ALICE, "Presenter"), ALICE]), "has two roles"),
        (lambda: create(valid_from=datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))), "valid_from: "),
    ],
)
def test_an_argument_that_cannot_be_right_is_named(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_what_the_version_lacks_is_reported_with_the_versions_that_have_it() -> None:
    with pytest.raises(ValueError, match="list_rooms") as rooms:
        WIRE.list_rooms(None)
    assert "Versions that have it: 2023-03-31-preview, 2023-06-14, 2023-10-30-preview" in str(rooms.value)
    with pytest.raises(ValueError, match="pstn_dial_out_enabled") as dial_out:
        create(pstn_dial_out_enabled=True)
    assert "Versions that have it: 2023-10-30-preview, 2024-04-15, 2025-03-13 and later." in str(dial_out.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: create(valid_from=20220808), "valid_from must be a datetime.datetime or ISO 8601 text, not int"),
        (lambda: update(room_join_policy=True), "room_join_policy must be a RoomJoinPolicy or a str, not bool"),
        (lambda: update(participants=5), "participants must be a list of RoomParticipant, not int"),
        (lambda: WIRE.remove_participants(ROOM, [ALICE, 5]), r"participants\[1\]: "),
        (lambda: WIRE.get_room(5), "room_id must be a str, not int"),
    ],
)
def test_an_argument_of_another_type_is_named(make: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        make()


# -- responses --------------------------------------------------------------------------------------------------------

ROOM_JSON = {
    "id": ROOM,
    "createdDateTime": "2022-08-08T08:00:00.1234567+00:00",
    "validFrom": "2022-08-08T08:00:00Z",
    "validUntil": "2023-02-04T10:00:00.5+02:00",
    "roomJoinPolicy": "InviteOnly",
    "participants": [person(ALICE, "Presenter")],
}
ROOM_READ = CommunicationRoom(
    id=ROOM,
    created_at=datetime(2022, 8, 8, 8, 0, 0, 123456, timezone.utc),
    valid_from=datetime(2022, 8, 8, 8, 0, tzinfo=timezone.utc),
    valid_until=datetime(2023, 2, 4, 8, 0, 0, 500000, timezone.utc),
    room_join_policy=RoomJoinPolicy.INVITE_ONLY,
    participants=[RoomParticipant(ALICE, "Presenter")],
)
LIST_CALLS = {
    "add_participants": WIRE.add_participants(ROOM, [ALICE]),
    "update_participants": WIRE.update_participants(ROOM, [ALICE]),
    "remove_participants": WIRE.remove_participants(ROOM, [ALICE]),
}
GET_ROOM = WIRE.get_room(ROOM)
#: A room with what every room has.
BARE = room_body("1", createdDateTime=ROOM_BODY_TIMES["createdAt"])


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (WIRE.create_room(**NOTHING, participants=None, repeatability=REPEATABILITY), 201),
        (GET_ROOM, 200),
        (WIRE.update_room(ROOM, **NOTHING, participants=UNSET), 200),
    ],
)
def test_a_room_is_read_with_its_policy_and_its_participants(call: Any, status: int) -> None:
    room = call.read(FakeResponse(status, ROOM_JSON))
    assert room == ROOM_READ
    assert room.room_join_policy is RoomJoinPolicy.INVITE_ONLY
    assert room.pstn_dial_out_enabled is None
    assert room.created_at.tzinfo is room.valid_until.tzinfo is timezone.utc
    with pytest.raises(HttpResponseError):
        call.read(FakeResponse(202, ROOM_JSON))


def test_members_that_are_missing_are_none_and_those_that_are_not_known_are_passed_over() -> None:
    body = {**BARE, "colour": {"wall": "red"}}
    assert GET_ROOM.read(FakeResponse(200, body)) == make_room("1")


@pytest.mark.parametrize("name", ["createdDateTime", "validFrom", "validUntil"])
@pytest.mark.parametrize("change", [{}, {"value": None}], ids=["missing", "null"])
def test_a_room_without_one_of_its_times_is_a_decode_error(name: str, change: dict[str, Any]) -> None:
    body = {key: value for key, value in BARE.items() if key != name}
    body.update({name: change["value"]} if change else {})
    with pytest.raises(DecodeError, match="cannot be decoded"):
        GET_ROOM.read(FakeResponse(200, body))


def test_a_time_without_a_zone_is_utc() -> None:
    room = GET_ROOM.read(FakeResponse(200, {**BARE, "validFrom": "2022-08-08T08:00:00"}))
    assert room.valid_from == datetime(2022, 8, 8, 8, 0, tzinfo=timezone.utc)


def test_a_policy_and_a_role_that_are_not_known_stay_as_they_are() -> None:
    body = {**BARE, "roomJoinPolicy": "Friends", "participants": [person(BOB, "Guest")]}
    room = GET_ROOM.read(FakeResponse(200, body))
    assert (room.room_join_policy, room.participants) == ("Friends", [RoomParticipant(BOB, "Guest")])


@pytest.mark.parametrize("operation", LIST_CALLS)
def test_a_change_of_participants_returns_all_of_them(operation: str) -> None:
    call = LIST_CALLS[operation]
    response = FakeResponse(200, {"participants": [person(BOB, "Consumer"), person(ALICE)]})
    assert call.read(response) == [RoomParticipant(BOB, "Consumer"), RoomParticipant(ALICE, "Attendee")]
    assert call.next_call([]) is None


@pytest.mark.parametrize(
    "identifier", [{"rawId": BOB}, {"communicationUser": {"id": BOB}}, {"rawId": BOB, "communicationUser": None}]
)
def test_the_raw_id_is_read_from_either_place(identifier: dict[str, Any]) -> None:
    page = WIRE.list_participants(ROOM, None).read(
        FakeResponse(200, {"participants": [{"communicationIdentifier": identifier}]})
    )
    assert (page.items, page.next_link) == ([RoomParticipant(BOB)], None)


def test_a_deletion_is_empty() -> None:
    assert WIRE.delete_room(ROOM).read(FakeResponse(204)) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        [],
        "text",
        {},
        {**BARE, "id": None},
        {**BARE, "validFrom": "soon"},
        {**BARE, "participants": {}},
        {**BARE, "participants": [None]},
        {**BARE, "participants": [{}]},
        {**BARE, "participants": [{"communicationIdentifier": {}}]},
        {**BARE, "participants": [{"communicationIdentifier": "x"}]},
    ],
)
def test_a_room_that_is_none_is_a_decode_error(body: Any) -> None:
    with pytest.raises(DecodeError, match="cannot be decoded"):
        GET_ROOM.read(FakeResponse(200, body))


@pytest.mark.parametrize("body", [b"", b"null", [], {}, {"participants": None}, {"participants": 5}, {"value": []}])
def test_a_participants_that_is_none_is_a_decode_error(body: Any) -> None:
    with pytest.raises(DecodeError, match="cannot be decoded"):
        LIST_CALLS["add_participants"].read(FakeResponse(200, body))


# -- add or update, in steps ------------------------------------------------------------------------------------------


def steps(present: list[str], wanted: dict[str, str]) -> list[tuple[str, str, Any]]:
    """Method, path and participants of each request, when the room holds those who are present."""
    participants = dict.fromkeys(present, "Attendee")
    call, sent = WIRE.add_or_update_participants(ROOM, wanted), []
    while call is not None:
        path = call.request.url.removeprefix(f"{ENDPOINT}/rooms/{ROOM}/")
        body = json.loads(call.request.content)["participants"] if call.request.content else None
        named = body and [(each["communicationIdentifier"]["rawId"], each["role"]) for each in body]
        sent.append((call.request.method, path.removesuffix(QUERY), named))
        participants.update(dict(named or []))
        response = {"participants": [person(raw_id, role) for raw_id, role in participants.items()]}
        call = call.next_call(call.read(FakeResponse(200, response)))
    return sent


READ = ("GET", "participants", None)


@pytest.mark.parametrize(
    ("present", "wanted", "expected"),
    [
        ([], {}, [READ]),
        ([], {ALICE: "Presenter"}, [READ, ("POST", "participants:add", [(ALICE, "Presenter")])]),
        ([ALICE], {ALICE: "Presenter"}, [READ, ("POST", "participants:update", [(ALICE, "Presenter")])]),
        (
            [ALICE],
            {BOB: "Consumer", ALICE: "Presenter"},
            [
                READ,
                ("POST", "participants:add", [(BOB, "Consumer")]),
                ("POST", "participants:update", [(ALICE, "Presenter")]),
            ],
        ),
    ],
)
def test_who_is_new_is_added_and_who_is_known_is_updated(present: list[str], wanted: Any, expected: Any) -> None:
    assert steps(present, wanted) == expected


# -- errors -----------------------------------------------------------------------------------------------------------


def test_a_failed_validation_tells_code_title_and_each_member() -> None:
    problem = {
        "type": "https://tools.ietf.org/html/rfc7231#section-6.5.1",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "traceId": "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00",
        "errors": {"": ["Both, please."], "$.roomJoinPolicy": ["No such policy.", "Path: $."]},
    }
    with pytest.raises(HttpResponseError) as caught:
        GET_ROOM.read(FakeResponse(400, problem, {"Content-Type": "application/problem+json; charset=utf-8"}))
    error: Any = caught.value
    assert (error.status_code, error.error_code) == (400, "BadRequest")
    assert (error.error.code, error.error.message) == ("BadRequest", "One or more validation errors occurred.")
    assert [(detail.target, detail.message) for detail in error.error.details] == [
        ("", "Both, please."),
        ("$.roomJoinPolicy", "No such policy."),
        ("$.roomJoinPolicy", "Path: $."),
    ]
    assert str(error).splitlines() == [
        "(BadRequest) One or more validation errors occurred.",
        "Status: 400 Bad Request",
        "Detail: (BadArgument) Both, please.",
        "Detail: (BadArgument) No such policy. Target: $.roomJoinPolicy",
        "Detail: (BadArgument) Path: $. Target: $.roomJoinPolicy",
        "Inner error: (traceId) 00-0123456789abcdef0123456789abcdef-0123456789abcdef-00",
    ]


@pytest.mark.parametrize(
    ("problem", "code", "details"),
    [
        ({"title": "Too large.", "status": 413, "type": "https://example.com/large"}, "https://example.com/large", []),
        ({"title": "No."}, None, []),
        ({"title": "No.", "status": 400, "errors": {"a": "Text."}}, "BadRequest", [("a", "Text.")]),
        ({"title": "No.", "status": 400, "errors": {"a": None}}, "BadRequest", []),
        ({"title": "No.", "status": 400, "errors": None}, "BadRequest", []),
    ],
)
def test_a_problem_may_leave_out_what_it_likes(problem: Any, code: str, details: Any) -> None:
    with pytest.raises(HttpResponseError) as caught:
        GET_ROOM.read(FakeResponse(problem.get("status", 400), problem))
    error: Any = caught.value
    assert (error.error.code, error.error.message) == (code, problem["title"])
    assert [(detail.target, detail.message) for detail in error.error.details] == details


@pytest.mark.parametrize("problem", [{"title": "No.", "errors": 5}, {"title": None}, {"errors": {"a": ["b"]}}])
def test_a_problem_that_cannot_be_read_leaves_the_status_and_the_body(problem: Any) -> None:
    with pytest.raises(HttpResponseError, match="The service returned 400") as caught:
        GET_ROOM.read(FakeResponse(400, problem))
    assert json.dumps(problem) in str(caught.value)


def test_any_other_error_is_read_as_on_every_version() -> None:
    with pytest.raises(ResourceNotFoundError, match=r"\(NotFound\) Resource not found"):
        GET_ROOM.read(FakeResponse(404, {"error": {"code": "NotFound", "message": "Resource not found"}}))
