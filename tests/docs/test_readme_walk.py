"""README in a fresh clone, from top to bottom: what a stranger does who has Python, and downloads that are cached."""

import os
import socket
import sys
import time
from pathlib import Path
from typing import NamedTuple, Optional
from urllib.request import urlopen

import pytest
from environments import FOREIGN, PROJECT, export, run
from page_runner import Reader, blocks

from azure.communication.rooms.emulator import DEFAULT_PORT

#: Seconds from ``git clone`` to a test that passes: the aim of the project.
FIVE_MINUTES = 300
#: Variables that would lead a block to something else than it names.
SERVICES = ("COMMUNICATION_SAMPLES_CONNECTION_STRING", "AZURE_COMMUNICATION_CONNECTION_STRING", "PYTEST_ADDOPTS")
#: pip leaves the compiling of modules to their first import: with all that the tests need, that saves a minute.
QUICK = {"PIP_NO_COMPILE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


class Walk(NamedTuple):
    """What came of it: the clone, what each block printed, and how long the first part took."""

    clone: Path
    printed: dict[str, str]
    seconds_to_first_test: float
    health: Optional[int]
    """The status of the emulator in the background; None where something else had its port."""


def path_of_a_stranger(folder: Path) -> str:
    """A path of commands with ``python3`` and what the system has, and with no environment of Python."""
    folder.mkdir()
    (folder / "python3").symlink_to(Path(sys.base_prefix, "bin", "python3").resolve())
    foreign = {Path(sys.executable).parent, Path(sys.prefix, "bin")}
    return os.pathsep.join([str(folder), *(part for part in os.get_exec_path() if Path(part) not in foreign)])


def is_free(port: int) -> bool:
    """Whether nothing listens there."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) != 0


def health_of_emulator() -> int:
    """The status of ``/health``."""
    with urlopen(f"http://127.0.0.1:{DEFAULT_PORT}/health") as response:
        return int(response.status)


# One walk for all tests: with xdist, by ``--dist loadfile``. Two at once would take each other's port.
@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Clone the project, and run each block of README as it is printed."""
    folder = tmp_path_factory.mktemp("walk")
    variables = {"PATH": path_of_a_stranger(folder / "bin"), **QUICK}
    was_free = False
    with pytest.MonkeyPatch.context() as patch:
        for name in (*FOREIGN, *SERVICES):
            patch.delenv(name, raising=False)
        started = time.monotonic()
        run("git", "clone", "--quiet", PROJECT, folder / "clone", cwd=folder)
        clone = export(folder / "clone")  # with what is not committed yet
        printed: dict[str, str] = {}
        seconds = 0.0
        with Reader(clone, variables) as reader:
            for number, block in enumerate(blocks((clone / "README.md").read_text("utf-8")), 1):
                name = block.value or f"block {number}"
                if block.text.startswith("rooms-emulator >"):
                    was_free = is_free(DEFAULT_PORT)
                printed[name] = reader.run(block, f"README.md, line {block.line}")
                if name == "first test":
                    seconds = time.monotonic() - started
            health = health_of_emulator() if was_free else None
    return Walk(clone, printed, seconds, health)


def test_every_block_runs_in_order(walk: Walk) -> None:
    assert walk.printed["main job"].endswith("done")
    assert "1 passed" in walk.printed["first test"]
    assert walk.printed["rooms from a CSV file"].split()[-1] == "200"
    assert "tests collected" in walk.printed["tests"]


def test_a_room_is_seen_to_expire_within_five_minutes_of_the_clone(walk: Walk) -> None:
    assert 0 < walk.seconds_to_first_test < FIVE_MINUTES


def test_the_emulator_runs_in_the_background(walk: Walk) -> None:
    if walk.health is None:
        pytest.skip(f"port {DEFAULT_PORT}, which README names, was taken when the walk came to it")
    assert walk.health == 200
    assert f"endpoint=http://127.0.0.1:{DEFAULT_PORT}/" in (walk.clone / "emulator.log").read_text("utf-8")


def test_the_site_is_built_and_sphinx_build_is_left_in_the_clone(walk: Walk) -> None:
    assert (walk.clone / "docs" / "_build" / "index.html").is_file()
    assert os.access(walk.clone / ".venv-docs" / "bin" / "sphinx-build", os.X_OK)


def test_the_wheel_is_installed_into_an_application(walk: Walk) -> None:
    python = walk.clone.parent / "rooms-application" / ".venv" / "bin" / "python"
    program = "from azure.communication.rooms.aio import RoomsClient; import azure.communication.rooms as rooms"
    printed = run(python, "-I", "-c", f"{program}; print(rooms.__version__, rooms.__file__)", cwd=walk.clone.parent)
    version, file = printed.split()
    assert f" {version}" in (walk.clone / "README.md").read_text("utf-8")
    assert python.parents[1] in Path(file).parents


def test_nothing_but_what_git_ignores_is_left_in_the_clone(walk: Walk) -> None:
    known = set(run("git", "ls-files", "-z", cwd=PROJECT).split("\0"))
    left = run("git", "ls-files", "-z", "--others", "--exclude-standard", cwd=walk.clone).split("\0")
    assert {name for name in left if name} - known == set()
