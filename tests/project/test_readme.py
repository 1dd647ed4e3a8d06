"""README is true: its blocks are where programs find them, its Python runs, its facts and links are true.

``tests/docs/test_readme_walk.py`` reads README from top to bottom in a fresh clone.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from page_runner import Block, blocks

from azure.communication import rooms
from azure.communication.rooms.emulator import ACCESS_KEY, DEFAULT_PORT

PROJECT = Path(__file__).resolve().parent.parent.parent
README = (PROJECT / "README.md").read_text("utf-8")
#: Characters that a reader reads within five minutes.
LONGEST = 7000
PLUGIN = "-p no:rooms_emulator -p azure.communication.rooms.emulator.pytest_plugin -p no:cacheprovider"


def block(marker: str) -> Block:
    """The block behind ``<!-- run: MARKER -->``."""
    (found,) = (each for each in blocks(README) if (each.mark, each.value) == ("run", marker))
    return found


def run(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script of README where ``python`` and the commands find the package as this process does."""
    home = Path(str(rooms.__file__)).parents[3]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    variables = {**os.environ, "PATH": path, "PYTHONPATH": str(home), "PYTEST_ADDOPTS": PLUGIN}
    ran = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=variables, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran


def test_it_is_read_within_five_minutes() -> None:
    assert len(README) <= LONGEST


def test_every_block_names_its_language() -> None:
    found = list(blocks(README))
    assert 2 * len(found) == len(re.findall(r"^ *```", README, re.MULTILINE))
    assert {each.language for each in found} <= {"bash", "console", "json", "python", "text"}
    assert not [each for each in found if each.mark == "not run"]


@pytest.mark.filterwarnings("default::azure.communication.rooms.NaiveDatetimeWarning")
def test_every_python_block_runs_one_after_the_other() -> None:
    names: dict[str, Any] = {}
    found = [each for each in blocks(README) if each.language == "python"]
    for each in found:
        exec(compile(each.text, f"README.md, line {each.line}", "exec"), names)
    assert len(found) >= 3
    assert names["participant"].role == "Presenter"


@pytest.mark.parametrize(
    ("marker", "environment", "last"),
    [
        ("main job", ".venv", "samples/rooms_client_sample.py"),
        ("tests", ".venv-tests", "-m pytest --cov -n auto"),
    ],
)
def test_a_command_stands_behind_its_marker(marker: str, environment: str, last: str) -> None:
    lines = block(marker).text.splitlines()
    assert lines[0] == f"python3 -m venv {environment} &&"
    assert lines[-1] == f"{environment}/bin/python {last}"
    assert all(line.endswith(" &&") for line in lines[:-1])


def test_one_line_builds_the_site_and_leaves_sphinx_build() -> None:
    (line,) = block("documents").text.splitlines()
    assert line.startswith("python3 -m venv .venv-docs && ")
    assert line.endswith(" && .venv-docs/bin/sphinx-build -W --quiet docs docs/_build")


def test_the_first_test_passes(tmp_path: Path) -> None:
    (tmp_path / "clone").mkdir()
    assert "1 passed" in run(block("first test").text, tmp_path / "clone").stdout
    assert [path.name for path in tmp_path.rglob("test_*.py")] == ["test_expiry.py"]


def test_the_import_that_is_killed_and_started_again_makes_200_rooms(tmp_path: Path) -> None:
    ran = run(block("rooms from a CSV file").text, tmp_path)
    assert ran.stdout.split() == ["200"]
    earlier = re.search(r"200 of 200 rooms are there, (\d+) rows were finished by an earlier run", ran.stderr)
    assert earlier is not None, ran.stderr
    assert 100 <= int(earlier.group(1)) < 200
    assert list(tmp_path.iterdir()) == []


def test_the_well_known_connection_string_is_shown() -> None:
    assert f"endpoint=http://127.0.0.1:{DEFAULT_PORT}/;accesskey={ACCESS_KEY}\n" in README


def test_the_version_is_the_one_of_the_package() -> None:
    assert f" {rooms.__version__}" in README


def test_every_file_that_is_named_is_there() -> None:
    linked = [target for target in re.findall(r"\]\(([^)#]+)", README) if "://" not in target]
    named = re.findall(r"\b(?:samples|tests|docs)/[\w./]+\.\w+", README)
    assert len(linked) >= 10
    assert [name for name in [*linked, *named] if not (PROJECT / name).exists()] == []
