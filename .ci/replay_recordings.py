"""Hold the emulator against recordings of the live service, which lie beside the checkout."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from azure.communication.rooms.emulator import RoomsEmulator

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
#: What stands for the id of everybody in some recordings of 2022-02-01.
BLOTTED_OUT = '"sanitized"'


def with_names(value: Any, people: dict[str, int]) -> Any:
    """A recorded case in which blotted out participants have ids again, so that a server can tell them apart.

    Within a case each role is one person, in the order of their first appearance; who has no role is the first.

    :param value: JSON.
    :param people: Role -> number, as far as seen.
    """
    if isinstance(value, list):
        return [with_names(item, people) for item in value]
    if not isinstance(value, dict):
        return value
    if "communicationIdentifier" not in value:
        return {name: with_names(item, people) for name, item in value.items()}
    number = people.setdefault(value["role"], len(people) + 1) if "role" in value else 1
    # replay.py makes a real id of this
    return json.loads(json.dumps(value).replace(BLOTTED_OUT, f'"8:acs:sanitized{number}"'))


def copies(folder: Path) -> list[str]:
    """Every case, with names, in this folder as it lies in that of the recordings."""
    cases = []
    for recording in sorted((SHARED / "recordings").glob("*/*.json")):
        case = folder / recording.parent.name / recording.name
        case.parent.mkdir(exist_ok=True)
        case.write_text(json.dumps(with_names(json.loads(recording.read_text("utf-8")), {})), "utf-8")
        cases.append(str(case))
    return cases


with RoomsEmulator() as emulator, tempfile.TemporaryDirectory() as folder:
    replay = str(SHARED / "conformance" / "replay.py")
    command = [sys.executable, replay, "--connection-string", emulator.connection_string, *copies(Path(folder))]
    sys.exit(subprocess.run(command, check=False).returncode)  # noqa: S603  the project's own check
