"""The package's first README: every Python block runs as it is printed."""

from datetime import timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from documents import SOURCES, blocks, read
from raw_ids import ALICE, BOB, CAROL

from azure.communication.rooms import CommunicationRoom, RoomParticipant, RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

NAME = "python-readme.md"
IDENTITIES = {f"<ACS User MRI identity {n}>": raw_id for n, raw_id in enumerate((ALICE, BOB, CAROL), 1)}


def run(source: str, replaced: dict[str, str], names: dict[str, Any]) -> dict[str, Any]:
    """Run the blocks one after the other; the names that they left."""
    found = blocks(read(source, NAME))
    assert len(found) == 9
    for number, block in enumerate(found, 1):
        for printed, value in replaced.items():
            block = block.replace(printed, value)
        exec(compile(block, f"{NAME}, Python block {number}", "exec"), names)
    return names


def readers_own(client: RoomsClient, room_id: str) -> dict[str, Any]:
    """What the blocks leave to their reader."""
    return {"relativedelta": relativedelta, "room_id": room_id, "self": SimpleNamespace(rooms_client=client)}


@pytest.mark.parametrize("source", SOURCES)
def test_every_block_runs_as_printed(
    emulator: RoomsEmulator, client: RoomsClient, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    room_id = client.create_room().id
    names = run(source, {"<connection_str>": emulator.connection_string, **IDENTITIES}, readers_own(client, room_id))
    # The ids of rooms that it prints are none: the service reports that, and the blocks print its message.
    output = capsys.readouterr().out
    assert output.count("(BadRequest) Invalid room ID") == 4
    assert names["create_room_response"] in list(client.list_rooms())


@pytest.mark.parametrize("source", SOURCES)
def test_every_block_does_what_its_text_describes(
    emulator: RoomsEmulator, client: RoomsClient, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    room, other = client.create_room(), client.create_room()
    ids = {
        "id of the room to be updated": room.id,
        "id of the room to get": room.id,
        "id of the room to be deleted": other.id,
    }
    names = run(
        source, {"<connection_str>": emulator.connection_string, **IDENTITIES, **ids}, readers_own(client, room.id)
    )
    assert capsys.readouterr().out == ""  # nothing was rejected
    created: CommunicationRoom = names["create_room_response"]
    assert [(each.raw_id, each.role) for each in client.list_participants(created.id)] == [
        (ALICE, "Attendee"),
        (BOB, "Consumer"),
        (CAROL, "Presenter"),
    ]
    assert created.valid_from == names["valid_from"].astimezone(timezone.utc)
    updated: CommunicationRoom = names["update_room_response"]
    assert updated.id == room.id
    assert updated.valid_until == (names["valid_from"] + timedelta(weeks=4)).astimezone(timezone.utc)
    assert names["get_room_response"] == updated
    listed = list(names["list_room_response"])
    assert created in listed
    assert other.id not in [each.id for each in listed]
    assert names["response"] is names["remove_participants_response"] is None
    assert list(names["participants"]) == [RoomParticipant(ALICE), RoomParticipant(CAROL, "Consumer")]
