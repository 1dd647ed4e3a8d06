"""Rows 24 to 28, 31 and 32 from end to end: what is rejected before any request, what goes out, and whose it stays."""

import copy
import json
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from fake_services import ID, KEY, ROOM, InMemoryService, Service, make_client
from raw_ids import ALICE, BOB

from azure.communication.rooms import RoomParticipant, RoomsClient

BY_ROOM: dict[str, Any] = {
    "get_room": lambda client, room_id: client.get_room(room_id),
    "update_room": lambda client, room_id: client.update_room(room_id),
    "delete_room": lambda client, room_id: client.delete_room(room_id),
    "list_participants": lambda client, room_id: list(client.list_participants(room_id)),
    "add_or_update_participants": lambda client, room_id: client.add_or_update_participants(room_id, [ALICE]),
    "remove_participants": lambda client, room_id: client.remove_participants(room_id, [ALICE]),
}


@pytest.mark.parametrize("call", BY_ROOM.values(), ids=BY_ROOM)
@pytest.mark.parametrize("room_id", ["", " ", ".", "..", "a\r\nb", "a\x00", "\ud800", 5, None, b"1"], ids=repr)
def test_a_room_id_that_is_none_sends_nothing(service: Service, call: Any, room_id: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="room_id"):
        call(make_client(service), room_id)
    assert service.received == []


@pytest.mark.parametrize("call", BY_ROOM.values(), ids=BY_ROOM)
@pytest.mark.parametrize(
    ("room_id", "segment"),
    [("a/b", "a%2Fb"), ("%2e", "%252e"), ("ä?#", "%C3%A4%3F%23"), ("...", "..."), ("x" * 10_000, "x" * 10_000)],
    ids=["slash", "escape", "unicode", "three dots", "long"],
)
def test_any_other_room_id_is_one_segment(service: Service, call: Any, room_id: str, segment: str) -> None:
    service.respond(404)
    with pytest.raises(Exception, match="404"):
        call(make_client(service), room_id)
    path = service.received[0].target.partition("?")[0]
    assert path.removesuffix("/participants") == f"/rooms/{segment}"


@pytest.mark.parametrize(
    "wrong", [date(2030, 1, 1), "tomorrow", 5, datetime.max.replace(tzinfo=timezone(-timedelta(1, -1)))]
)
@pytest.mark.parametrize("name", ["valid_from", "valid_until"])
def test_a_time_that_is_none_sends_nothing(service: Service, name: str, wrong: Any) -> None:
    client = make_client(service)
    with pytest.raises((TypeError, ValueError), match=name):
        client.create_room(**{name: wrong})
    with pytest.raises((TypeError, ValueError), match=name):
        client.update_room(ID, **{name: wrong})
    assert service.received == []


def test_times_go_out_in_utc(service: Service) -> None:
    service.respond(201, ROOM)
    naive = datetime(2030, 1, 1, 12)
    aware = datetime(2030, 1, 1, 12, 0, 0, 123456, timezone(timedelta(hours=14)))
    make_client(service).create_room(valid_from=naive, valid_until=aware)
    body = json.loads(service.received[0].body)
    assert body["validFrom"] == naive.astimezone(timezone.utc).replace(tzinfo=None).isoformat() + "Z"
    assert body["validUntil"] == "2029-12-31T22:00:00.123456Z"


@pytest.mark.parametrize(
    "wrong",
    [[ALICE, ""], [ALICE, None], [ALICE, 5], [ALICE, object()], [RoomParticipant(ALICE, "Presenter"), ALICE], 5],
    ids=["empty", "None", "int", "object", "two roles", "no list"],
)
def test_participants_that_are_none_send_nothing(service: Service, wrong: Any) -> None:
    client = make_client(service)
    place = r"participants\[1\]" if isinstance(wrong, list) else "participants"
    with pytest.raises((TypeError, ValueError), match=place):
        client.create_room(participants=wrong)
    with pytest.raises((TypeError, ValueError), match=place):
        client.add_or_update_participants(ID, wrong)
    assert service.received == []


@pytest.mark.parametrize(
    "participants",
    [
        lambda: ALICE,
        lambda: [ALICE],
        lambda: (each for each in [ALICE]),
        lambda: {ALICE: "Attendee"},
        lambda: [RoomParticipant(ALICE)] * 2,
    ],
    ids=["str", "list", "generator", "mapping", "twice the same"],
)
def test_participants_go_out_once_each(service: Service, participants: Any) -> None:
    service.respond(200, {})
    make_client(service).add_or_update_participants(ID, participants())
    assert json.loads(service.received[0].body) == {"participants": {ALICE: {"role": "Attendee"}}}


class Tokens:
    """Gives tokens that are good for so long, by a clock that stands still."""

    def __init__(self, seconds: int) -> None:
        self.given = 0
        self._until = int(datetime.now(timezone.utc).timestamp()) + seconds

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        self.given += 1
        return AccessToken(f"token-{self.given}", self._until)


@pytest.mark.parametrize(("seconds", "sent"), [(3600, ["token-1", "token-1"]), (60, ["token-1", "token-2"])])
def test_a_token_near_its_end_is_renewed(service: Service, seconds: int, sent: list[str]) -> None:
    service.respond(200, ROOM).respond(200, ROOM)
    client = RoomsClient(service.endpoint, Tokens(seconds), transport=service.transport)
    client.get_room(ID)
    client.get_room(ID)
    assert [received.headers["authorization"] for received in service.received] == [f"Bearer {each}" for each in sent]


@pytest.mark.parametrize("credential", [KEY, Tokens(3600)], ids=["key", "token"])
def test_nothing_goes_unencrypted_to_another_machine_unless_allowed(credential: Any) -> None:
    with pytest.raises(ValueError, match="allow_insecure_connection=True"):
        RoomsClient("http://rooms.invalid", credential)
    service = InMemoryService().respond(200, ROOM)
    client = RoomsClient(
        "http://rooms.invalid", credential, allow_insecure_connection=True, transport=service.transport
    )
    assert client.get_room(ID).id == ID


@pytest.mark.parametrize("fail", [False, True])
def test_nothing_of_the_callers_is_changed(service: Service, fail: bool) -> None:
    people: list[Any] = [RoomParticipant(ALICE, "Presenter"), BOB]
    roles = {ALICE: "Presenter"}
    headers = {"x-mine": "1", "Repeatability-Request-ID": "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"}
    given: list[Any] = [people, roles, headers]
    before = copy.deepcopy(given)
    for status in (201, 200, 200):
        _ = fail and service.respond(503)
        service.respond(status, ROOM)
    client = make_client(service)
    client.create_room(participants=people, headers=headers)
    client.add_or_update_participants(ID, roles, headers=headers)
    client.remove_participants(ID, people, headers=headers)
    assert given == before
    assert len(service.received) == (6 if fail else 3)


@pytest.mark.parametrize("operation", ["create_room", "list_rooms"])
def test_a_misspelt_keyword_sends_nothing(service: Service, operation: str) -> None:
    client = RoomsClient(service.endpoint, KEY)  # with a transport of the caller's, its keywords would be its own
    with pytest.raises(TypeError, match=rf"{operation}\(\) got an unexpected keyword argument 'retry_totl'"):
        getattr(client, operation)(retry_totl=1)
    assert service.received == []
