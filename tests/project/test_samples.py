"""Every sample runs: as a program of its own, against the emulator."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"
PROGRAMS = sorted(path.name for path in SAMPLES.glob("*_sample.py") if path.name != "emulator_in_test_sample.py")
VARIABLE = "COMMUNICATION_SAMPLES_CONNECTION_STRING"


def run(*arguments: str, connection_string: str = "") -> str:
    """What a program prints; warnings are errors in it, too."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    if connection_string:
        environment[VARIABLE] = connection_string
    command = [sys.executable, "-W", "error", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_sample_starts_the_emulator_and_runs(name: str) -> None:
    assert run(str(SAMPLES / name))


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "token_credential_sample.py"])
def test_a_sample_uses_the_resource_that_is_named_and_leaves_nothing_behind(
    name: str, emulator: RoomsEmulator, http: SignedHttp
) -> None:
    output = run(str(SAMPLES / name), connection_string=emulator.connection_string)
    assert output.startswith(f"Using the resource named by {VARIABLE}.")
    assert http.send("GET", "/rooms").body["value"] == []


def test_the_main_sample_prints_each_step_with_what_came_back() -> None:
    lines = run(str(SAMPLES / "rooms_client_sample.py")).splitlines()
    steps = [line.partition(":")[0] for line in lines if not line.startswith((" ", "Using"))]
    assert steps == [
        "create_room",
        "list_participants",
        "get_room",
        "update_room",
        "list_rooms",
        "add_or_update_participants",
        "remove_participants",
        "delete_room",
        "get_room",
        "done",
    ]
    room_id = lines[1].partition(": ")[2]
    assert f"list_rooms: a page of 1: {room_id}" in lines
    assert lines[-2:] == ["get_room: 404 NotFound", "done"]
    assert [line.split(" as ")[1] for line in lines if " as " in line] == [
        "Presenter",
        "Attendee",
        "Presenter",
        "Collaborator",
        "Consumer",
        "Presenter",
        "Collaborator",
    ]


def test_the_sample_of_a_test_passes_as_one() -> None:
    output = run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(SAMPLES / "emulator_in_test_sample.py"))
    assert "2 passed" in output


def test_every_sample_is_listed() -> None:
    listed = (SAMPLES / "README.md").read_text("utf-8")
    assert all(f"`{path.name}`" in listed for path in SAMPLES.glob("*.py"))
