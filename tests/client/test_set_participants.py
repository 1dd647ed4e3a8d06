"""``set_participants`` and ``keep_roles``: who is in the room afterwards, and how many requests change something."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from azure.core.exceptions import DecodeError, ResourceNotFoundError
from raw_ids import ALICE, BOB, CAROL, DAVE
from raw_server import RawServer

from azure.communication.rooms import (
    ApiVersion,
    CommunicationUserIdentifier,
    ParticipantChanges,
    RoomParticipant,
    RoomsClient,
)
from azure.communication.rooms.emulator import RoomsEmulator

BEFORE = {ALICE: "Presenter", BOB: "Attendee", CAROL: "Consumer"}


@pytest.fixture(params=[version.value for version in ApiVersion])
def rooms(request: pytest.FixtureRequest, emulator: RoomsEmulator) -> Iterator[RoomsClient]:
    with RoomsClient.from_connection_string(emulator.connection_string, api_version=request.param) as client:
        yield client


@pytest.fixture
def room(rooms: RoomsClient) -> str:
    return rooms.create_room(participants=BEFORE).id


def roles(client: RoomsClient, room: str) -> dict[str, str]:
    return {each.raw_id: str(each.role) for each in client.list_participants(room)}


def changing(emulator: RoomsEmulator) -> int:
    """Requests that change something, beside the create."""
    return sum(1 for each in emulator.requests if each.method != "GET") - 1


def as_roles(participants: list[RoomParticipant]) -> dict[str, str]:
    return {each.raw_id: str(each.role) for each in participants}


@pytest.mark.parametrize(
    ("wanted", "added", "changed", "removed"),
    [
        (BEFORE, {}, {}, {}),
        ({**BEFORE, DAVE: "Presenter"}, {DAVE: "Presenter"}, {}, {}),
        ({ALICE: "Presenter", BOB: "Presenter"}, {}, {BOB: "Presenter"}, {CAROL: "Consumer"}),
        ({DAVE: "Consumer"}, {DAVE: "Consumer"}, {}, BEFORE),
        ({}, {}, {}, BEFORE),
    ],
    ids=["nothing", "added", "changed-and-removed", "all", "all-removed"],
)
def test_the_list_becomes_exactly_this_with_one_change(
    rooms: RoomsClient,
    room: str,
    emulator: RoomsEmulator,
    wanted: dict[str, str],
    added: Mapping[str, str],
    changed: Mapping[str, str],
    removed: Mapping[str, str],
) -> None:
    changes = rooms.set_participants(room, wanted)
    assert (as_roles(changes.added), as_roles(changes.changed), as_roles(changes.removed)) == (added, changed, removed)
    assert roles(rooms, room) == wanted
    assert changing(emulator) == bool(changes)
    assert bool(changes) is bool(added or changed or removed)


def test_who_is_set_without_a_role_is_an_attendee(rooms: RoomsClient, room: str) -> None:
    rooms.set_participants(room, [ALICE, RoomParticipant(DAVE)])
    assert roles(rooms, room) == {ALICE: "Attendee", DAVE: "Attendee"}


def test_who_is_named_without_a_role_keeps_theirs(rooms: RoomsClient, room: str, emulator: RoomsEmulator) -> None:
    rooms.add_or_update_participants(room, [ALICE, RoomParticipant(BOB, "Consumer")], keep_roles=True)
    assert roles(rooms, room) == {**BEFORE, BOB: "Consumer"}
    assert changing(emulator) == 1


@pytest.mark.parametrize(
    "alice",
    [
        ALICE,
        CommunicationUserIdentifier(ALICE),
        {"rawId": ALICE},
        {"rawId": ALICE, "role": None},
        {"raw_id": ALICE},
        {"communication_identifier": CommunicationUserIdentifier(ALICE)},
    ],
    ids=["raw-id", "identifier", "as-sent", "role-null", "as-named", "as-constructed"],
)
def test_each_form_without_a_role_keeps_theirs(rooms: RoomsClient, room: str, alice: Any) -> None:
    rooms.add_or_update_participants(room, [alice], keep_roles=True)
    assert roles(rooms, room) == BEFORE
    rooms.set_participants(room, [alice])
    assert roles(rooms, room) == {ALICE: "Attendee"}


def test_who_is_new_and_named_without_a_role_is_an_attendee(rooms: RoomsClient, room: str) -> None:
    rooms.add_or_update_participants(room, {ALICE: None, DAVE: None}, keep_roles=True)
    assert roles(rooms, room) == {**BEFORE, DAVE: "Attendee"}


def test_nothing_is_sent_where_all_keep_their_roles(rooms: RoomsClient, room: str, emulator: RoomsEmulator) -> None:
    assert rooms.add_or_update_participants(room, [ALICE, BOB], keep_roles=True) is None
    assert roles(rooms, room) == BEFORE
    assert changing(emulator) == 0


def test_without_keep_roles_an_id_alone_makes_an_attendee(rooms: RoomsClient, room: str) -> None:
    rooms.add_or_update_participants(room, [ALICE])
    assert roles(rooms, room) == {**BEFORE, ALICE: "Attendee"}


def test_no_list_is_read_where_all_have_a_role(client: RoomsClient, emulator: RoomsEmulator) -> None:
    room = client.create_room(participants=BEFORE).id
    client.add_or_update_participants(room, {ALICE: "Consumer"}, keep_roles=True)
    assert [each.method for each in emulator.requests] == ["POST", "PATCH"]


def test_a_room_that_is_not_there_is_not_found(client: RoomsClient) -> None:
    with pytest.raises(ResourceNotFoundError):
        client.set_participants("99400000000000000", [ALICE])


@pytest.mark.parametrize(
    ("participants", "error", "message"),
    [
        ([ALICE, RoomParticipant(ALICE, "Presenter")], ValueError, "has two roles, (none|Attendee) and Presenter"),
        (5, TypeError, "participants must be a list of RoomParticipant, not int"),
        ([ALICE, 5], TypeError, r"participants\[1\]: a communication identifier must be"),
    ],
)
@pytest.mark.parametrize("operation", ["set_participants", "add_or_update_participants"])
def test_arguments_are_checked_before_any_request(
    rooms: RoomsClient, emulator: RoomsEmulator, operation: str, participants: Any, error: Any, message: str
) -> None:
    options = {"keep_roles": True} if operation == "add_or_update_participants" else {}
    with pytest.raises(error, match=message):
        getattr(rooms, operation)("99400000000000000", participants, **options)
    assert list(emulator.requests) == []


def test_keep_roles_must_be_a_bool(rooms: RoomsClient) -> None:
    with pytest.raises(TypeError, match="keep_roles must be a bool, not str"):
        rooms.add_or_update_participants("99400000000000000", [ALICE], keep_roles="yes")  # type: ignore[arg-type]


def page(*raw_ids: str, link: str = "") -> dict[str, Any]:
    value = [{"rawId": each, "role": "Attendee"} for each in raw_ids]
    return {"value": value, **({"nextLink": link} if link else {})}


def test_all_pages_are_read_before_the_change(server: RawServer, raw_client: RoomsClient) -> None:
    link = f"{server.endpoint}/rooms/1/participants?nextLink=x&api-version=2025-03-13"
    server.respond(200, json.dumps(page(ALICE, link=link))).respond(200, json.dumps(page(BOB))).respond(200, "{}")
    changes = raw_client.set_participants("1", [BOB, CAROL])
    assert json.loads(server.received[2].body) == {"participants": {CAROL: {"role": "Attendee"}, ALICE: None}}
    assert repr(changes) == (
        f"ParticipantChanges(added=[RoomParticipant('{CAROL}', role='Attendee')], changed=[], "
        f"removed=[RoomParticipant('{ALICE}', role='Attendee')])"
    )


def test_a_link_back_to_a_page_that_was_read_is_an_error(server: RawServer, raw_client: RoomsClient) -> None:
    link = f"{server.endpoint}/rooms/1/participants?nextLink=x&api-version=2025-03-13"
    for _ in range(2):
        server.respond(200, json.dumps(page(ALICE, link=link)))
    with pytest.raises(
        DecodeError, match=r"\(ValueError: the link to the next page leads back to a page that was listed before\)"
    ):
        raw_client.set_participants("1", [BOB])
    assert len(server.received) == 2


def test_changes_compare_by_value() -> None:
    changes = ParticipantChanges([RoomParticipant(ALICE)], [], [])
    assert changes == ParticipantChanges([RoomParticipant(ALICE)], [], [])
    assert changes != ParticipantChanges([], [], [])
    assert changes != "changes"


def test_cls_gets_the_changes(client: RoomsClient) -> None:
    room = client.create_room(participants=BEFORE).id
    assert client.set_participants(room, [], cls=lambda _, changes, __: len(changes.removed)) == 3
