"""Hold the emulator against recordings of the live service, which lie beside the checkout."""

import subprocess
import sys
from pathlib import Path

from azure.communication.rooms.emulator import RoomsEmulator

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
#: Folders of recordings on api-versions that the emulator does not speak.
NOT_SPOKEN = {"2022-02-01"}

cases = sorted(case for case in (SHARED / "recordings").glob("*/*.json") if case.parent.name not in NOT_SPOKEN)
with RoomsEmulator() as emulator:
    command = [sys.executable, SHARED / "conformance" / "replay.py", "--connection-string", emulator.connection_string]
    sys.exit(subprocess.run([*command, *cases], check=False).returncode)  # noqa: S603  the project's own check
