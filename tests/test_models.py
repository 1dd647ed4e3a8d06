"""Rooms, participants and roles: values in, values out, equal by value, kept by pickle."""

import copy
import datetime as datetime_module
import json
import pickle
import subprocess
import sys
import weakref
from datetime import datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from azure.communication.identity import CommunicationUserIdentifier, PhoneNumberIdentifier
from raw_ids import ALICE, BOB

from azure.communication.rooms import CommunicationRoom, ParticipantRole, RoomJoinPolicy, RoomParticipant

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
#: What api-version 2022-02-01 alone tells of a room.
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
def test_a_participant_is_made_from_whatever_names_somebody(participant: RoomParticipant) -> None:
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
def test_what_names_nobody_is_refused(arguments: Any, error: type[Exception], words: str) -> None:
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
            "roomJoinPolicy": "InviteOnly",
            "participants": [{"communicationIdentifier": {"rawId": ALICE}, "role": "Presenter"}],
        }
    )
    assert room == CommunicationRoom(id="99412345678901234", created_at=START, **EARLIER)
    assert room.room_join_policy is RoomJoinPolicy.INVITE_ONLY


def test_a_policy_is_known_or_stays_as_it_is() -> None:
    assert CommunicationRoom(id="1", room_join_policy="Friends").room_join_policy == "Friends"
    assert f"{RoomJoinPolicy.COMMUNICATION_SERVICE_USERS}" == "CommunicationServiceUsers"
    assert RoomJoinPolicy["invite_only"] is RoomJoinPolicy.INVITE_ONLY
    assert [policy.value for policy in RoomJoinPolicy] == definitions("2022-02-01")["RoomJoinPolicy"]["enum"]


def test_the_roster_of_a_room_is_its_own() -> None:
    given = [RoomParticipant(ALICE)]
    room = CommunicationRoom(id="1", participants=iter(given))
    assert room.participants == given
    assert room.participants is not given


def test_what_a_room_was_not_told_is_none() -> None:
    room = CommunicationRoom({"id": "99412345678901234"})
    assert (room.id, room.created_at, room.valid_from, room.valid_until) == ("99412345678901234", None, None, None)
    assert (room.pstn_dial_out_enabled, room.room_join_policy, room.participants) == (None, None, None)


def test_the_times_of_a_room_are_in_utc_whatever_they_were_given_in() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    room = CommunicationRoom(id="1", created_at=START.astimezone(india), valid_from="2025-04-01T13:30:00+05:30")
    assert room.created_at == room.valid_from == START
    assert room.created_at is not None
    assert room.created_at.tzinfo is timezone.utc


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({}, "id must be a str, not NoneType"),
        ({"id": 5}, "id must be a str, not int"),
        ({"id": "1", "valid_from": 5}, "valid_from must be a datetime or RFC 3339 text, not int"),
        ({"id": "1", "pstn_dial_out_enabled": "yes"}, "pstn_dial_out_enabled must be a bool, not str"),
        ({"id": "1", "room_join_policy": True}, "room_join_policy must be a RoomJoinPolicy or a str, not bool"),
        ({"id": "1", "participants": 5}, "not iterable"),
        ({"id": "1", "participants": [5]}, "not int"),
    ],
)
def test_a_room_of_wrong_types_is_refused(members: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        CommunicationRoom(**members)


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


@pytest.mark.parametrize(
    "value", [CommunicationRoom(**ROOM), RoomParticipant(ALICE, "Presenter")], ids=["room", "participant"]
)
def test_a_model_is_an_ordinary_object(value: Any) -> None:
    assert weakref.ref(value)() is value
    value.note = "mine"
    assert vars(value)["note"] == "mine"
    assert all(not name.startswith("_") for name in vars(value))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(value, protocol))
        assert (again, again.note) == (value, "mine")


def test_the_members_of_a_model_are_in_its_dictionary() -> None:
    assert vars(RoomParticipant(ALICE, "Presenter")) == {"raw_id": ALICE, "role": ParticipantRole.PRESENTER}
    assert set(ROOM) | set(EARLIER) == set(vars(CommunicationRoom(**ROOM)))


def test_a_room_pickled_by_a_release_with_fewer_members_has_their_defaults() -> None:
    room = CommunicationRoom(**ROOM)
    del vars(room)["participants"], vars(room)["room_join_policy"]
    again = pickle.loads(pickle.dumps(room))
    assert (again.participants, again.room_join_policy) == (None, None)
    assert again == CommunicationRoom(**ROOM)


def test_the_id_of_a_room_cannot_be_reassigned() -> None:
    room = CommunicationRoom(**ROOM)
    with pytest.raises(AttributeError, match="read-only"):
        room.id = "1"  # type: ignore[misc]
    room.valid_until = None
    assert (room.id, room.valid_until) == (ROOM["id"], None)
