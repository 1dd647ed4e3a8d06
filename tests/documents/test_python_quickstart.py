"""The first quickstart: its blocks, put together to the class that its text describes, run as a script."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest
from documents import SOURCES, blocks, read
from raw_ids import ALICE, BOB, CAROL, DAVE

from azure.communication.rooms import RoomParticipant, RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

NAME = "python-quickstart.md"

#: What stands around the blocks: each is the body of a method, and what it leaves to its reader is supplied.
SUPPLIED = """\
import os
import sys
from datetime import datetime

from azure.core.exceptions import HttpResponseError
from dateutil.relativedelta import relativedelta

{imports}
{class_line}
    def __init__(self):
{initialize}
    def create(self):
{create}
        return create_room_response.id

    def get(self, room_id):
{get}
        return get_room_response

    def update(self, room_id):
{update}

    def printRoom(self, response):
        print("updated", response.id)

    def add(self, room_id, participants_list):
{add}

    def remove(self, room_id):
{remove}

    def delete(self, room):
{delete}

{main_line}
{make}
    room_id = rooms.create()
    print("got", rooms.get(room_id).id == room_id)
    rooms.update(room_id)
    rooms.add(room_id, sys.argv[1:])
    rooms.remove(room_id)
    to_delete = rooms.create()
    rooms.delete(to_delete)
    print("left", *(room.id == room_id for room in rooms.rooms_client.list_rooms()))
"""


def script(source: str) -> str:
    """The program."""
    structure, *bodies = blocks(read(source, NAME))
    names = ("initialize", "create", "get", "update", "add", "remove", "delete")
    assert len(bodies) == len(names)
    imports, _, rest = structure.partition("class ")
    class_line, _, main = rest.partition("\n")
    _, _, main = main.partition("\nif __name__")
    main_line, _, make = f"if __name__{main}".partition("\n")
    program = SUPPLIED.format(
        imports=imports,
        class_line=f"class {class_line}",
        main_line=main_line,
        make=make.rstrip(),
        **{name: indent(body, " " * 8) for name, body in zip(names, bodies)},
    )
    for number, raw_id in enumerate((ALICE, BOB, CAROL), 1):
        program = program.replace(f"<ACS User MRI identity {number}>", raw_id)
    return program


@pytest.mark.parametrize("source", SOURCES)
def test_the_blocks_put_together_run_as_a_script(
    emulator: RoomsEmulator, client: RoomsClient, source: str, tmp_path: Path
) -> None:
    file = tmp_path / "rooms-quickstart.py"
    file.write_text(script(source), "utf-8")
    ran = subprocess.run(
        [sys.executable, str(file), DAVE],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COMMUNICATION_SAMPLES_CONNECTION_STRING": emulator.connection_string},
    )
    (room,) = client.list_rooms()
    assert (ran.stderr, ran.returncode) == ("", 0)
    assert ran.stdout.splitlines() == [
        "got True",
        f"updated {room.id}",
        f"1 new participants added to the room : {room.id}",
        "left True",
    ]
    assert list(client.list_participants(room.id)) == [RoomParticipant(each) for each in (ALICE, CAROL, DAVE)]
    assert room.valid_from is not None
    assert room.valid_until is not None
    assert 48 <= (room.valid_until - room.valid_from).days <= 51  # one month and twenty days
