"""README does what it says: its Python runs, its two commands are where a program finds them, its facts are true."""

import re
from pathlib import Path
from typing import Any

import pytest

from azure.communication.rooms import ApiVersion
from azure.communication.rooms.emulator import ACCESS_KEY, DEFAULT_PORT, RoomsEmulator

PROJECT = Path(__file__).resolve().parent.parent.parent
README = (PROJECT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_every_python_block_runs_one_after_the_other(emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNICATION_SAMPLES_CONNECTION_STRING", emulator.connection_string)
    names: dict[str, Any] = {}
    for number, block in enumerate(BLOCKS, 1):
        exec(compile(block, f"README.md, Python block {number}", "exec"), names)
    assert len(BLOCKS) >= 9
    assert names["correlation"].endswith(".0")


@pytest.mark.parametrize(
    ("marker", "environment", "last"),
    [
        ("main job", ".venv", "samples/rooms_client_sample.py"),
        ("tests", ".venv-tests", "-m pytest --cov"),
    ],
)
def test_a_command_stands_behind_its_marker(marker: str, environment: str, last: str) -> None:
    (block,) = re.findall(rf"<!-- run: {marker} -->\n```bash\n(.*?)```", README, re.DOTALL)
    lines = block.splitlines()
    assert lines[0] == f"python3 -m venv {environment} &&"
    assert lines[-1] == f"{environment}/bin/python {last}"
    assert all(line.endswith(" &&") for line in lines[:-1])


def test_the_well_known_connection_string_is_told() -> None:
    assert f"endpoint=http://127.0.0.1:{DEFAULT_PORT}/;accesskey={ACCESS_KEY}\n" in README


def test_every_api_version_is_told() -> None:
    assert all(f"`{version}`" in README for version in ApiVersion)


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:samples|swagger|\.ci)/[\w./]+|CHANGELOG\.md|tox\.ini)`", README)
    assert len(named) >= 4
    assert [name for name in named if not (PROJECT / name).exists()] == []
