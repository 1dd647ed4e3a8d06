"""README does what it says: its Python runs, its two commands are where a program finds them, its facts are true."""

import dataclasses
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import compare
import pytest

from azure.communication import rooms
from azure.communication.rooms import ApiVersion
from azure.communication.rooms.emulator import ACCESS_KEY, DEFAULT_PORT, Fault, RoomsEmulator
from azure.communication.rooms.emulator.admin import commands

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
        ("tests", ".venv-tests", "-m pytest --cov -n auto"),
    ],
)
def test_a_command_stands_behind_its_marker(marker: str, environment: str, last: str) -> None:
    (block,) = re.findall(rf"<!-- run: {marker} -->\n```bash\n(.*?)```", README, re.DOTALL)
    lines = block.splitlines()
    assert lines[0] == f"python3 -m venv {environment} &&"
    assert lines[-1] == f"{environment}/bin/python {last}"
    assert all(line.endswith(" &&") for line in lines[:-1])


def run(command: list[str], *options: str, folder: Path = PROJECT) -> str:
    """What a program prints that finds the package where this one did."""
    home = Path(str(rooms.__file__)).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(home)}
    ran = subprocess.run(
        [sys.executable, *command, *options], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_tests_of_an_application_pass(tmp_path: Path) -> None:
    (block,) = re.findall(r"<!-- run: tests of an application -->\n```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "test_application.py").write_text(f"from datetime import datetime, timezone\n{block}")
    plugin = ("-p", "no:rooms_emulator", "-p", "azure.communication.rooms.emulator.pytest_plugin")
    output = run(["-W", "error", "-m", "pytest", "-q"], "-p", "no:cacheprovider", *plugin, folder=tmp_path)
    assert "3 passed" in output


def test_the_command_of_the_emulator_runs_a_program() -> None:
    (block,) = re.findall(r"<!-- run: emulator -->\n```bash\n(.*?)```", README, re.DOTALL)
    name, *arguments = shlex.split(block)
    assert name == "rooms-emulator"
    arguments[-1] = arguments[-1].replace("python ", f'"{sys.executable}" ')
    output = run(["-m", "azure.communication.rooms.emulator"], *arguments)
    assert output.startswith("Using the resource named by COMMUNICATION_SAMPLES_CONNECTION_STRING.")
    assert output.endswith("done\n")


def test_the_import_that_is_killed_and_started_again_makes_200_rooms(tmp_path: Path) -> None:
    (block,) = re.findall(r"<!-- run: rooms from a CSV file -->\n```bash\n(.*?)```", README, re.DOTALL)
    commands = Path(sys.executable).parent
    home = Path(str(rooms.__file__)).parents[3]
    environment = {**os.environ, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(home)}
    ran = subprocess.run(
        ["bash", "-c", block], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["200"], ran.stderr
    earlier = re.search(r"200 of 200 rooms are there, (\d+) rows were finished by an earlier run", ran.stderr)
    assert earlier is not None, ran.stderr
    assert 100 <= int(earlier.group(1)) < 200
    assert (tmp_path / "rooms.jsonl").read_text().count("\n") == 200


def test_every_flag_path_and_part_of_a_fault_is_told() -> None:
    flags = re.findall(r"^  (--[\w-]+)", run(["-m", "azure.communication.rooms.emulator", "--help"]), re.MULTILINE)
    assert len(flags) >= 17
    told = re.findall(r"`([^`]*)`", README)
    named = [*flags, *(field.name for field in dataclasses.fields(Fault))]
    assert [
        name for name in named if name != "--version" and not any(re.match(rf"{name}\b", each) for each in told)
    ] == []
    assert [path for path in commands.COMMANDS if f"/_emulator{path}" not in README] == []


def test_the_well_known_connection_string_is_told() -> None:
    assert f"endpoint=http://127.0.0.1:{DEFAULT_PORT}/;accesskey={ACCESS_KEY}\n" in README


def test_every_api_version_is_told() -> None:
    assert all(f"`{version}`" in README for version in ApiVersion)


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:benchmarks|samples|swagger|\.ci)/[\w./]+|CHANGELOG\.md|tox\.ini)`", README)
    assert len(named) >= 4
    assert [name for name in named if not (PROJECT / name).exists()] == []


def test_what_it_costs_is_told_for_all_that_the_comparison_measures() -> None:
    section = README.partition("## What it costs\n")[2].partition("\n## ")[0]
    told = re.findall(r"^\| ([^|]+) \| [\d.]+ \| (at \w+) ([\d.]+) \|$", section, re.MULTILINE)
    figures = [*compare.CPU, compare.ON_REQUESTS, compare.START, compare.START_AIOHTTP, compare.THROUGHPUT]
    assert told == [
        (figure.title, "at least" if figure.more_is_better else "at most", f"{figure.aim:g}") for figure in figures
    ]
