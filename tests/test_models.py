"""Rooms, participants and roles: values in, values out, equal by value, kept by pickle."""

import copy
import datetime as datetime_module
import json
import pickle
import subprocess
import sys
import weakref
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from azure.communication.identity import (
    CommunicationUserIdentifier,
    MicrosoftTeamsUserIdentifier,
    PhoneNumberIdentifier,
    UnknownIdentifier,
)
from raw_ids import ALICE, BOB

from azure.communication.rooms import (
    CommunicationRoom,
    ParticipantChanges,
    ParticipantRole,
    RoomJoinPolicy,
    RoomParticipant,
)

PROJECT = Path(__file__).resolve().parent.parent


def definitions(version: str) -> Any:
    """The definitions of an OpenAPI document."""
    return json.loads((PROJECT / "swagger" / f"rooms-{version}.json").read_text("utf-8"))["definitions"]


START = datetime(2025, 4, 1, 8, 0, tzinfo=timezone.utc)
ROOM: dict[str, Any] = {
    "id": "99412345678901234",
    "created_at": START,
    "valid_from": START,
    "valid_until": START + timedelta(days=180),
    "pstn_dial_out_enabled": True,
}
#: Members of a room that only api-version 2022-02-01 has.
EARLIER: dict[str, Any] = {"room_join_policy": "InviteOnly", "participants": [RoomParticipant(ALICE, "Presenter")]}


@pytest.mark.parametrize(
    "participant",
    [
        RoomParticipant(CommunicationUserIdentifier(ALICE), ParticipantRole.PRESENTER),
        RoomParticipant(communication_identifier=CommunicationUserIdentifier(ALICE), role=ParticipantRole.PRESENTER),
        RoomParticipant(ALICE, "Presenter"),
        RoomParticipant({"rawId": ALICE, "role": "Presenter"}),
        RoomParticipant({"communicationIdentifier": {"rawId": ALICE}, "role": "Presenter"}),
        RoomParticipant({"communicationIdentifier": {"communicationUser": {"id": ALICE}}, "role": "Presenter"}),
        RoomParticipant(RoomParticipant(ALICE), "Presenter"),  # any object with raw_id
    ],
    ids=["positional", "keyword", "raw id", "wire members", "raw id of 2022", "user of 2022", "object with raw_id"],
)
def test_a_participant_is_made_from_anything_that_identifies_a_user(participant: RoomParticipant) -> None:
    assert (participant.raw_id, participant.role) == (ALICE, ParticipantRole.PRESENTER)
    assert isinstance(participant.role, ParticipantRole)


@pytest.mark.parametrize(
    "participant", [RoomParticipant(ALICE), RoomParticipant(ALICE, None), RoomParticipant({"rawId": ALICE})]
)
def test_a_participant_without_a_role_is_an_attendee(participant: RoomParticipant) -> None:
    assert participant.role is ParticipantRole.ATTENDEE


def test_a_role_that_is_not_known_here_stays_as_it_is() -> None:
    participant = RoomParticipant(ALICE, "Moderator")
    assert participant.role == "Moderator"
    assert not isinstance(participant.role, ParticipantRole)


class Role(str, Enum):
    """Roles of a caller's own, one of them known here."""

    CONSUMER = "Consumer"
    MODERATOR = "Moderator"


def test_a_role_of_another_enum_counts_by_its_value() -> None:
    assert RoomParticipant(ALICE, Role.CONSUMER).role is ParticipantRole.CONSUMER
    role = RoomParticipant(ALICE, Role.MODERATOR).role
    assert (type(role), str(role)) == (str, "Moderator")


def test_a_role_given_beside_wire_members_holds_where_they_name_none() -> None:
    assert RoomParticipant({"rawId": ALICE}, "Presenter").role is ParticipantRole.PRESENTER
    assert RoomParticipant({"rawId": ALICE, "role": "Consumer"}).role is ParticipantRole.CONSUMER


def test_the_roles_are_those_of_the_document() -> None:
    assert [role.value for role in ParticipantRole] == definitions("2025-03-13")["ParticipantRole"]["enum"]


def test_a_role_can_be_reassigned_and_an_id_cannot() -> None:
    participant = RoomParticipant(ALICE)
    participant.role = "Consumer"
    assert participant.role is ParticipantRole.CONSUMER
    with pytest.raises(AttributeError):
        participant.raw_id = BOB  # type: ignore[misc]


def test_the_identifier_is_the_object_given_or_one_made_from_the_raw_id() -> None:
    phone = PhoneNumberIdentifier("+112345556789")
    assert RoomParticipant(phone).communication_identifier is phone
    made = RoomParticipant(ALICE).communication_identifier
    assert isinstance(made, CommunicationUserIdentifier)
    assert made.raw_id == ALICE
    assert made is not RoomParticipant(ALICE).communication_identifier
    participant = RoomParticipant("4:+112345556789")
    assert participant.communication_identifier is participant.communication_identifier


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((None,), TypeError, "not NoneType"),
        ((5,), TypeError, "not int"),
        (({"role": "Presenter"},), TypeError, "not dict"),
        (({"communicationIdentifier": {}},), TypeError, "not dict"),
        (({"communicationIdentifier": {"communicationUser": ALICE}},), TypeError, "not dict"),
        (({"communicationIdentifier": None},), TypeError, "not dict"),
        (("",), ValueError, "empty"),
        (("  ",), ValueError, "empty"),
        ((ALICE, 5), TypeError, "role must be a ParticipantRole or a str, not int"),
        ((ALICE, ""), ValueError, "role is empty"),
    ],
)
def test_what_identifies_no_user_is_rejected(arguments: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        RoomParticipant(*arguments)


def test_participants_are_equal_by_raw_id_and_role() -> None:
    assert RoomParticipant(ALICE) == RoomParticipant(CommunicationUserIdentifier(ALICE), "Attendee")
    assert RoomParticipant(ALICE) != RoomParticipant(BOB)
    assert RoomParticipant(ALICE) != RoomParticipant(ALICE, "Presenter")
    assert RoomParticipant(ALICE) != ALICE
    assert len({RoomParticipant(ALICE), RoomParticipant(ALICE), RoomParticipant(BOB)}) == 2


def test_rooms_are_equal_by_all_their_values() -> None:
    assert CommunicationRoom(**ROOM) == CommunicationRoom(**ROOM)
    assert CommunicationRoom(**ROOM) != CommunicationRoom(**{**ROOM, "pstn_dial_out_enabled": False})
    assert CommunicationRoom(**ROOM) != ROOM["id"]
    assert CommunicationRoom(**ROOM, **EARLIER) == CommunicationRoom(**ROOM, **EARLIER)
    assert CommunicationRoom(**ROOM, **EARLIER) != CommunicationRoom(**ROOM)
    assert CommunicationRoom(**ROOM, participants=[]) != CommunicationRoom(**ROOM)
    assert len({CommunicationRoom(**ROOM), CommunicationRoom(**ROOM)}) == 1


@pytest.mark.parametrize(
    "value",
    [
        CommunicationRoom(**ROOM),
        CommunicationRoom(**ROOM, **EARLIER),
        RoomParticipant(ALICE, "Moderator"),
        RoomParticipant(CommunicationUserIdentifier(ALICE)),
    ],
    ids=["room", "room of 2022", "participant", "participant with identifier"],
)
def test_models_are_kept_by_pickle_and_copy(value: Any) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(value, protocol)) == value
    assert copy.deepcopy(value) == value
    assert copy.copy(value) == value


def test_the_text_of_a_model_makes_it_again() -> None:
    names = {"RoomParticipant": RoomParticipant, "CommunicationRoom": CommunicationRoom, "datetime": datetime_module}
    for value in (RoomParticipant(ALICE, "Presenter"), CommunicationRoom(**ROOM), CommunicationRoom(**ROOM, **EARLIER)):
        assert eval(repr(value), names) == value


def test_a_room_is_made_from_the_members_of_the_service() -> None:
    room = CommunicationRoom(
        {
            "id": "99412345678901234",
            "createdAt": "2025-04-01T08:00:00+00:00",
            "validFrom": "2025-04-01T08:00:00Z",
            "validUntil": "2025-09-28T08:00:00.0000009Z",
            "pstnDialOutEnabled": True,
        }
    )
    assert room == CommunicationRoom(**ROOM)


def test_a_room_is_made_from_the_members_that_2022_02_01_has() -> None:
    room = CommunicationRoom(
        {
            "id": "99412345678901234",
            "createdDateTime": "2025-04-01T08:00:00+00:00",
            "validFrom": "2025-04-01T08:00:00Z",
            "validUntil": "2025-09-28T08:00:00Z",
            "roomJoinPolicy": "InviteOnly",
            "participants": [{"communicationIdentifier": {"rawId": ALICE}, "role": "Presenter"}],
        }
    )
    assert room == CommunicationRoom(**{**ROOM, "pstn_dial_out_enabled": None}, **EARLIER)
    assert room.room_join_policy is RoomJoinPolicy.INVITE_ONLY


def test_a_policy_is_known_or_stays_as_it_is() -> None:
    assert CommunicationRoom(**ROOM, room_join_policy="Friends").room_join_policy == "Friends"
    assert f"{RoomJoinPolicy.COMMUNICATION_SERVICE_USERS}" == "CommunicationServiceUsers"
    assert RoomJoinPolicy["invite_only"] is RoomJoinPolicy.INVITE_ONLY
    assert [policy.value for policy in RoomJoinPolicy] == definitions("2022-02-01")["RoomJoinPolicy"]["enum"]


def test_the_participants_of_a_room_is_its_own() -> None:
    given = [RoomParticipant(ALICE)]
    room = CommunicationRoom(**ROOM, participants=iter(given))
    assert room.participants == given
    assert room.participants is not given


def test_what_only_some_api_versions_have_is_none_elsewhere() -> None:
    room = CommunicationRoom({name: value for name, value in ROOM.items() if name != "pstn_dial_out_enabled"})
    assert (room.pstn_dial_out_enabled, room.room_join_policy, room.participants) == (None, None, None)


def test_the_times_of_a_room_are_in_utc_whatever_they_were_given_in() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    room = CommunicationRoom(
        id="1", created_at=START.astimezone(india), valid_from="2025-04-01T13:30:00+05:30", valid_until="2025-04-02"
    )
    assert room.created_at == room.valid_from == START
    assert room.valid_until == datetime(2025, 4, 2, tzinfo=timezone.utc)
    assert room.created_at.tzinfo is timezone.utc


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"id": 5}, "id must be a str, not int"),
        ({"valid_from": 5}, "valid_from must be a datetime.datetime or ISO 8601 text, not int"),
        ({"pstn_dial_out_enabled": "yes"}, "pstn_dial_out_enabled must be a bool, not str"),
        ({"room_join_policy": True}, "room_join_policy must be a RoomJoinPolicy or a str, not bool"),
        ({"participants": 5}, "not iterable"),
        ({"participants": [5]}, "not int"),
    ],
)
def test_a_room_of_wrong_types_is_rejected(members: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        CommunicationRoom(**{**ROOM, **members})


@pytest.mark.parametrize(
    "made", [lambda given: CommunicationRoom(**given), CommunicationRoom], ids=["names", "mapping"]
)
@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "id, created_at, valid_from, valid_until"),
        ({"id": "1", "created_at": START, "valid_until": START}, "valid_from"),
        ({**ROOM, "valid_until": None}, "valid_until"),
    ],
    ids=["all", "one", "None"],
)
def test_a_room_made_by_hand_names_its_id_and_its_times(made: Any, given: dict[str, Any], missing: str) -> None:
    with pytest.raises(
        TypeError, match=rf"needs {missing}\. To make a room in the service, call RoomsClient.create_room"
    ):
        made(given)


def test_roles_are_strings_and_found_in_any_case() -> None:
    assert ParticipantRole("Collaborator") is ParticipantRole.COLLABORATOR
    assert {"Collaborator": 1}[ParticipantRole.COLLABORATOR] == 1
    assert f"{ParticipantRole.COLLABORATOR}" == str(ParticipantRole.COLLABORATOR) == "Collaborator"
    assert ParticipantRole["presenter"] is ParticipantRole.PRESENTER
    assert [role.value for role in ParticipantRole] == ["Presenter", "Attendee", "Consumer", "Collaborator"]


def test_listing_raw_ids_does_not_import_the_identity_package() -> None:
    program = (
        "import sys; from azure.communication.rooms import RoomParticipant; RoomParticipant('8:acs:x').raw_id; "
        "print('azure.communication.identity' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_the_id_of_a_room_cannot_be_reassigned() -> None:
    room = CommunicationRoom(**ROOM)
    with pytest.raises(AttributeError, match="read-only"):
        room.id = "1"  # type: ignore[misc]
    room.pstn_dial_out_enabled = None
    assert (room.id, room.pstn_dial_out_enabled) == (ROOM["id"], None)


@pytest.mark.parametrize(
    ("model", "name"), [(CommunicationRoom(**ROOM), "id"), (RoomParticipant("8:acs:a"), "raw_id")], ids=["room", "user"]
)
def test_what_a_hash_depends_on_cannot_be_deleted(model: Any, name: str) -> None:
    before = hash(model)
    with pytest.raises(AttributeError, match=f"the {name} of .* is read-only"):
        delattr(model, name)
    assert hash(model) == before
    model.own = 1
    del model.own
    assert not hasattr(model, "own")


def test_a_participant_takes_another_object_for_the_same_user_alone() -> None:
    participant = RoomParticipant("8:acs:a")
    same = CommunicationUserIdentifier("8:acs:a")
    participant.communication_identifier = same
    assert participant.communication_identifier is same
    with pytest.raises(AttributeError, match="the identifier of another user: make another RoomParticipant"):
        participant.communication_identifier = CommunicationUserIdentifier("8:acs:b")
    assert (participant.communication_identifier, participant.raw_id) == (same, "8:acs:a")


@pytest.mark.parametrize("given", ["room", 5, [("id", "1")], object()], ids=["text", "a number", "pairs", "an object"])
def test_what_a_room_cannot_be_made_of_is_named(given: Any) -> None:
    with pytest.raises(TypeError, match=f"made of keywords, or of a mapping .*, not of {type(given).__name__}"):
        CommunicationRoom(given)


class TaggedRoom(CommunicationRoom):
    """A room with something of a program's own."""

    tag: str


class SlottedParticipant(RoomParticipant):
    """A participant with a slot."""

    __slots__ = ("seat",)
    seat: int


def tagged_room() -> TaggedRoom:
    room = TaggedRoom(**ROOM)
    room.tag = "blue"
    return room


def slotted_participant() -> SlottedParticipant:
    participant = SlottedParticipant(ALICE, "Presenter")
    participant.seat = 5
    return participant


PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("model", [CommunicationRoom(**ROOM), RoomParticipant(ALICE), tagged_room()], ids=repr)
def test_models_are_pickled_with_their_attributes_by_every_protocol(model: Any, protocol: int) -> None:
    model.note = {"seen": True}
    again = pickle.loads(pickle.dumps(model, protocol))
    assert type(again) is type(model)
    assert (again, vars(again)) == (model, vars(model))


@pytest.mark.parametrize("protocol", PROTOCOLS[2:])
def test_slots_of_a_subclass_are_pickled(protocol: int) -> None:
    again = pickle.loads(pickle.dumps(slotted_participant(), protocol))
    assert (again, again.seat) == (slotted_participant(), 5)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_copies_keep_attributes_and_identifiers_and_are_separate(duplicate: Any) -> None:
    participant = RoomParticipant(PhoneNumberIdentifier("+112345556789"))
    room = tagged_room()
    again = duplicate(room)
    assert (again.tag, again.__class__, again is room) == ("blue", TaggedRoom, False)
    other = duplicate(participant)
    assert isinstance(other.communication_identifier, PhoneNumberIdentifier)
    other.role = "Presenter"
    assert participant.role == "Attendee"


@pytest.mark.parametrize("model", [CommunicationRoom(**ROOM), RoomParticipant(ALICE)], ids=["room", "participant"])
def test_models_take_attributes_and_weak_references(model: Any) -> None:
    model.note = "mine"
    assert vars(model)["note"] == "mine"
    reference = weakref.ref(model)
    assert reference() is model


@pytest.mark.parametrize("name", ["pstn_dial_out_enabled", "created_at", "valid_from", "valid_until"])
def test_a_room_pickled_by_a_release_with_fewer_members_is_read(name: str) -> None:
    room = CommunicationRoom(**ROOM)
    del vars(room)[name]
    again = pickle.loads(pickle.dumps(room))
    assert again.id == ROOM["id"]
    assert again == room != CommunicationRoom(**ROOM)
    assert name not in repr(again)
    assert again.as_dict()[name] is None


def test_a_participant_pickled_by_a_release_without_roles_is_an_attendee() -> None:
    participant = RoomParticipant(ALICE, "Presenter")
    del vars(participant)["role"]
    again = pickle.loads(pickle.dumps(participant))
    assert (again.raw_id, again.role, again) == (ALICE, ParticipantRole.ATTENDEE, RoomParticipant(ALICE))


def test_vars_has_the_members_by_their_public_names() -> None:
    assert vars(CommunicationRoom(**ROOM)) == ROOM
    assert vars(CommunicationRoom(**ROOM, **EARLIER)) == {**ROOM, **EARLIER}
    participant = RoomParticipant(ALICE, "Presenter")
    identifier = participant.communication_identifier
    expected = {"raw_id": ALICE, "role": ParticipantRole.PRESENTER, "communication_identifier": identifier}
    assert vars(participant) == expected


ALICE_AS_DICT = {
    "communication_identifier": {"kind": "communication_user", "properties": {"id": ALICE}, "raw_id": ALICE},
    "role": "Presenter",
    "raw_id": ALICE,
}


def test_as_dict_has_json_values_by_python_names() -> None:
    times = {
        "created_at": "2025-04-01T08:00:00+00:00",
        "valid_from": "2025-04-01T08:00:00+00:00",
        "valid_until": "2025-09-28T08:00:00+00:00",
    }
    room = CommunicationRoom(**ROOM)
    assert room.as_dict() == {"id": ROOM["id"], **times, "pstn_dial_out_enabled": True}
    earlier = CommunicationRoom(**{**ROOM, "pstn_dial_out_enabled": None}, **EARLIER).as_dict()
    assert earlier["pstn_dial_out_enabled"] is None
    assert (earlier["room_join_policy"], earlier["participants"]) == ("InviteOnly", [ALICE_AS_DICT])
    assert CommunicationRoom(**json.loads(json.dumps(room.as_dict()))) == room


@pytest.mark.parametrize(
    ("identifier", "properties"),
    [
        (PhoneNumberIdentifier("+112345556789"), {"value": "+112345556789"}),
        (MicrosoftTeamsUserIdentifier("45ab2481-1c1c-4005-be24-0ffb879b1130"), {"cloud": "public"}),
        (UnknownIdentifier("28:x"), {}),
    ],
    ids=["phone", "teams", "unknown"],
)
def test_an_identifier_of_every_kind_becomes_json(identifier: Any, properties: dict[str, Any]) -> None:
    values = json.loads(json.dumps(RoomParticipant(identifier).as_dict()))
    assert values["raw_id"] == values["communication_identifier"]["raw_id"] == identifier.raw_id
    found = values["communication_identifier"]["properties"]
    assert {name: found[name].lower() for name in properties} == properties


def test_an_object_with_a_raw_id_alone_becomes_json() -> None:
    class User:
        raw_id = ALICE

    assert RoomParticipant(User(), "Consumer").as_dict() == {
        "communication_identifier": {"raw_id": ALICE},
        "role": "Consumer",
        "raw_id": ALICE,
    }


def test_changes_of_participants_become_json() -> None:
    changes = ParticipantChanges([RoomParticipant(ALICE, "Presenter")], [], [])
    assert json.loads(json.dumps(changes.as_dict())) == {"added": [ALICE_AS_DICT], "changed": [], "removed": []}


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("at", "is_open", "has_ended"),
    [
        (START - HOUR, False, False),
        (START, True, False),
        ("2025-09-28T07:59:59.999999", True, False),
        ("2025-09-28T09:59:59+02:00", True, False),
        (ROOM["valid_until"], False, True),
        ("2025-09-29", False, True),
    ],
    ids=str,
)
def test_a_room_is_open_from_its_start_until_before_its_end(at: Any, is_open: bool, has_ended: bool) -> None:
    room = CommunicationRoom(**ROOM)
    assert (room.is_open(at), room.has_ended(at=at)) == (is_open, has_ended)


@pytest.mark.parametrize(
    ("days", "is_open", "has_ended"), [(-1, True, False), (200, False, False), (-200, False, True)]
)
def test_now_is_the_default(days: int, is_open: bool, has_ended: bool) -> None:
    start = datetime.now(timezone.utc) + timedelta(days=days)
    room = CommunicationRoom(**{**ROOM, "valid_from": start, "valid_until": start + timedelta(days=100)})
    assert (room.is_open(), room.has_ended()) == (is_open, has_ended)


@pytest.mark.parametrize("at", [5, b"2025-04-01", date(2025, 4, 1)])
def test_another_time_than_a_time_is_a_type_error(at: Any) -> None:
    with pytest.raises(TypeError, match=r"at must be a datetime\.datetime or ISO 8601 text"):
        CommunicationRoom(**ROOM).is_open(at)


@pytest.mark.parametrize("kind", [ParticipantRole, RoomJoinPolicy])
@pytest.mark.parametrize("value", ["presenter", "invite", "", 5, None])
def test_what_is_no_value_of_an_enumeration_lists_the_values(kind: Any, value: Any) -> None:
    values = ", ".join(member.value for member in kind)
    with pytest.raises(ValueError, match=rf"{value!r} is not a {kind.__name__}; the values are {values}\."):
        kind(value)


def test_a_role_in_another_case_is_named() -> None:
    with pytest.raises(ValueError, match=r"Did you mean 'Presenter'\?"):
        ParticipantRole("presenter")


def test_azure_cli_prints_a_participant_by_the_names_of_release_1_2_0() -> None:
    participant = RoomParticipant(ALICE, ParticipantRole.PRESENTER)
    participant.note = "late"  # an attribute of the program's own
    assert participant._asdict() == {
        "communicationIdentifier": participant.communication_identifier,
        "role": ParticipantRole.PRESENTER,
        "note": "late",
    }
