"""Rows 33 and 40: mypy and pyright reject a misspelt keyword of every operation and of both ways to make a client."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
CALLS = {
    "create_room": "",
    "get_room": "'1', ",
    "update_room": "'1', ",
    "delete_room": "'1', ",
    "list_rooms": "",
    "list_participants": "'1', ",
    "add_or_update_participants": "'1', [], ",
    "remove_participants": "'1', [], ",
    "set_participants": "'1', [], ",
    "add_participants": "'1', [], ",
    "update_participants": "'1', [], ",
    "upsert_participants": "'1', [], ",
    "get_participants": "'1', ",
    "send_request": "HttpRequest('GET', '/'), ",
}
#: Both ways to make each client.
MAKERS = {
    "RoomsClient": "'https://x', 'a2V5', ",
    "RoomsClient.from_connection_string": "'', ",
    "aio.RoomsClient": "'https://x', 'a2V5', ",
    "aio.RoomsClient.from_connection_string": "'', ",
}
LINES = [
    "from azure.core.rest import HttpRequest",
    "from azure.communication.rooms import RoomsClient, aio",
    "",
    "",
    "def calls(client: RoomsClient) -> None:",
    *(f"    {name}({arguments}api_version='2025-03-13', timeout=5)" for name, arguments in MAKERS.items()),
    *(f"    {name}({arguments}api_verison='2025-03-13')" for name, arguments in MAKERS.items()),
    *(f"    {name}({arguments}correct_clock_skw=False)" for name, arguments in MAKERS.items()),
    *(f"    client.{name}({arguments}retry_total=3, timeout=5)" for name, arguments in CALLS.items()),
    *(f"    client.{name}({arguments}retry_totl=3)" for name, arguments in CALLS.items()),
    "    client.create_room(valid_form=None)",
    "    client.create_room(repeatability_request=None)",
    "",
    "",
    "async def async_calls(client: aio.RoomsClient) -> None:",
    *(f"    print(client.{name}({arguments}timeout=5))" for name, arguments in CALLS.items()),
    *(f"    print(client.{name}({arguments}retry_totl=3))" for name, arguments in CALLS.items()),
    "    print(client.create_room(valid_form=None))",
    "    print(client.create_room(repeatability_request=None))",
    "",
]
WRONG = {number for number, line in enumerate(LINES, 1) if re.search("totl|form=|_request=|verison|skw", line)}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program with right and wrong calls."""
    path = tmp_path_factory.mktemp("typed") / "program.py"
    path.write_text("\n".join(LINES))
    return path


@pytest.mark.one_python
def test_mypy_rejects_a_misspelt_keyword(program: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(program.parent / "cache"), str(program)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=300)
    found = re.findall(r"program\.py:(\d+): error: .*\[(.*)\]", ran.stdout)
    assert {int(line) for line, _ in found} == WRONG
    assert {code for _, code in found} <= {"call-arg", "call-overload"}


@pytest.mark.one_python
def test_pyright_rejects_a_misspelt_keyword(program: Path) -> None:
    pytest.importorskip("pyright", reason="dev_requirements.txt has it, with the Node.js that it runs on")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(program)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=300)
    found = json.loads(ran.stdout)["generalDiagnostics"]
    assert {(each["range"]["start"]["line"] + 1, each["rule"]) for each in found} == {
        (line, "reportCallIssue") for line in WRONG
    }
