"""Fresh environments: one that builds and checks distributions, and the wheel that is installed into others."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from environments import Environment, export, run

from azure.communication.rooms.emulator import RoomsEmulator


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The environment that builds and checks distributions."""
    environment = Environment.create(tmp_path_factory.mktemp("tools") / "environment", sys.executable)
    environment.install("-r", Path(__file__).parent / "requirements.txt")
    return environment


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from an export of the project."""
    folder = tmp_path_factory.mktemp("wheel")
    command = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation")
    run(*command, "--wheel-dir", folder / "dist", export(folder / "source"), cwd=folder)
    (path,) = (folder / "dist").iterdir()
    return path


@pytest.fixture(scope="session")
def connection_string() -> Iterator[str]:
    """The connection string of an emulator that runs in this process."""
    with RoomsEmulator() as emulator:
        yield emulator.connection_string
