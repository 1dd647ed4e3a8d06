"""A program written for release 1.2.0 of the published package, call by call, unchanged."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from raw_ids import ALICE, BOB, CAROL

from azure.communication.rooms.emulator import RoomsEmulator

PROGRAM = """
from azure.core.exceptions import HttpResponseError
from azure.communication.rooms import RoomsClient, RoomParticipant, ParticipantRole, CommunicationUserIdentifier

client = RoomsClient.from_connection_string(conn_str=connection_string)
valid_from = datetime.now()
participants = [
    RoomParticipant(communication_identifier=CommunicationUserIdentifier(alice)),
    RoomParticipant(communication_identifier=CommunicationUserIdentifier(bob), role=ParticipantRole.CONSUMER),
    RoomParticipant(communication_identifier=CommunicationUserIdentifier(carol), role=ParticipantRole.PRESENTER),
]
try:
    created = client.create_room(
        valid_from=valid_from,
        valid_until=valid_from + timedelta(days=30),
        participants=participants,
        pstn_dial_out_enabled=False,
    )
    updated = client.update_room(
        room_id=created.id,
        valid_from=datetime.now(),
        valid_until=valid_from + timedelta(weeks=4),
        pstn_dial_out_enabled=True,
    )
    got = client.get_room(room_id=created.id)
    listed = [room.id for room in client.list_rooms()]
    nothing = client.add_or_update_participants(
        room_id=created.id,
        participants=[RoomParticipant(communication_identifier=CommunicationUserIdentifier(alice), role="Presenter")],
    )
    none = client.remove_participants(room_id=created.id, participants=[CommunicationUserIdentifier(bob)])
    client.remove_participants(room_id=created.id, participants=[participants[2]])
    people = [(p.communication_identifier.raw_id, p.role) for p in client.list_participants(room_id=created.id)]
    client.delete_room(room_id=created.id)
    deleted = client.delete_room(created.id)
    by_position = client.get_room
    client.close()
except HttpResponseError as ex:
    failure = ex
"""


#: The documents of the first releases give identifier and role by position.
BY_POSITION = PROGRAM.replace("communication_identifier=Comm", "Comm").replace(
    ", role=ParticipantRole", ", ParticipantRole"
)


@pytest.mark.parametrize("program", [PROGRAM, BY_POSITION], ids=["by keyword", "by position"])
def test_a_program_for_release_1_2_0_runs_unchanged(emulator: RoomsEmulator, program: str) -> None:
    names: dict[str, Any] = {
        "connection_string": emulator.connection_string,
        "alice": ALICE,
        "bob": BOB,
        "carol": CAROL,
        "datetime": datetime,
        "timedelta": timedelta,
    }
    exec(program, names)
    assert "failure" not in names
    assert names["created"].id == names["updated"].id == names["got"].id
    assert names["updated"].pstn_dial_out_enabled is True
    assert names["listed"] == [names["created"].id]
    assert (names["nothing"], names["none"], names["deleted"]) == (None, None, None)
    assert names["people"] == [(ALICE, "Presenter")]


#: Everything that ``from azure.communication.rooms import *`` gave in release 1.2.0.
NAMES = [
    "CommunicationCloudEnvironment",
    "CommunicationIdentifier",
    "CommunicationIdentifierKind",
    "CommunicationRoom",
    "CommunicationUserIdentifier",
    "CommunicationUserProperties",
    "MicrosoftTeamsAppIdentifier",
    "MicrosoftTeamsAppProperties",
    "MicrosoftTeamsUserIdentifier",
    "MicrosoftTeamsUserProperties",
    "ParticipantRole",
    "PhoneNumberIdentifier",
    "PhoneNumberProperties",
    "RoomParticipant",
    "RoomsClient",
    "UnknownIdentifier",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_release_1_2_0_can_be_imported(name: str) -> None:
    names: dict[str, Any] = {}
    exec(f"from azure.communication.rooms import {name}", names)
    assert isinstance(names[name], type)
