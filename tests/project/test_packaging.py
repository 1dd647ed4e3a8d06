"""The wheel: what is in it, what it requests, and that azure-core and the identity package live beside it."""

import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import azure.communication.identity
import azure.core
import pytest

from azure.communication.rooms import __version__

PROJECT = Path(__file__).resolve().parent.parent.parent
NEEDED = ["CHANGELOG.md", "LICENSE", "MANIFEST.in", "README.md", "pyproject.toml", "setup.py"]
NAME = f"azure_communication_rooms-{__version__}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from a copy, so that nothing is left in the project."""
    source = tmp_path_factory.mktemp("source")
    for name in NEEDED:
        shutil.copy(PROJECT / name, source)
    shutil.copytree(PROJECT / "azure", source / "azure", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(source / "dist"), str(source)], check=True, timeout=120)
    (path,) = (source / "dist").iterdir()
    assert path.name == f"{NAME}-py3-none-any.whl"
    return zipfile.ZipFile(path)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    package = {
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "azure").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    inside = {name for name in wheel.namelist() if not name.startswith(f"{NAME}.dist-info/")}
    assert inside == package
    assert "azure/communication/rooms/py.typed" in inside
    assert inside.isdisjoint({"azure/__init__.py", "azure/communication/__init__.py"})
    assert all(name.startswith("azure/communication/rooms/") for name in inside)


def test_the_wheel_states_what_it_needs(wheel: zipfile.ZipFile) -> None:
    metadata = Parser().parsestr(wheel.read(f"{NAME}.dist-info/METADATA").decode())
    assert (metadata["Name"], metadata["Version"]) == ("azure-communication-rooms", __version__)
    assert metadata["Requires-Python"] == ">=3.9"
    assert metadata.get_all("Provides-Extra") == ["aio", "cli", "emulator", "socks"]
    needs: dict[str, set[str]] = {}
    for line in metadata.get_all("Requires-Dist", []):
        name, _, extra = re.split(r"[<>=!~]", line)[0], *line.partition("extra == ")[1:]
        needs.setdefault(extra.strip("'\""), set()).add(name)
    assert needs == {
        "": {"azure-communication-identity", "azure-core", "certifi", "isodate", "msrest", "urllib3"},
        "aio": {"aiohttp"},
        "cli": {"rich", "shtab"},
        "emulator": {"httptools", "ijson", "starlette", "trustme", "uvicorn"},
        "socks": {"PySocks"},
    }
    assert "MIT" in (metadata["License"] or metadata["License-Expression"])
    assert "Framework :: Pytest" in metadata.get_all("Classifier", [])
    assert str(metadata.get_payload()).lstrip().startswith("# Azure Communication Services Rooms for Python")


def test_tox_tries_the_oldest_releases_that_the_wheel_allows(wheel: zipfile.ZipFile) -> None:
    metadata = Parser().parsestr(wheel.read(f"{NAME}.dist-info/METADATA").decode())
    lines = metadata.get_all("Requires-Dist", [])
    oldest = {re.sub(r"^([\w-]+).*>=([\w.]+).*", r"\1==\2", line) for line in lines}
    tox = configparser.ConfigParser(interpolation=None)
    tox.read_string((PROJECT / "tox.ini").read_text("utf-8"))
    assert set(tox["testenv:oldest"]["deps"].split()) - {"-r", "dev_requirements.txt"} == oldest


def test_the_wheel_brings_the_command_and_the_plugin(wheel: zipfile.ZipFile) -> None:
    points = configparser.ConfigParser()
    points.read_string(wheel.read(f"{NAME}.dist-info/entry_points.txt").decode())
    assert {section: dict(points[section]) for section in points.sections()} == {
        "console_scripts": {
            "rooms": "azure.communication.rooms.cli:main",
            "rooms-emulator": "azure.communication.rooms.emulator.__main__:main",
        },
        "pytest11": {"rooms_emulator": "azure.communication.rooms.emulator.pytest_plugin"},
    }


def test_pytest_finds_the_fixtures_of_the_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "installed")
    (tmp_path / "test_application.py").write_text("def test_it(rooms_client):\n    assert rooms_client.create_room()\n")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_the_changelog_has_the_version() -> None:
    assert f"\n## {__version__} " in (PROJECT / "CHANGELOG.md").read_text("utf-8")


def test_azure_core_and_identity_are_importable_beside_it(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    for package in (azure.core, azure.communication.identity):
        home = Path(str(package.__file__)).parent
        shutil.copytree(home, tmp_path.joinpath(*package.__name__.split(".")))
    program = (
        "import azure.core, azure.communication.identity, azure.communication.rooms as rooms; "
        "rooms.RoomsClient; from azure.communication.rooms.emulator import RoomsEmulator; "
        "print(azure.core.__file__, azure.communication.identity.__file__, rooms.__file__, sep='\\n')"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, cwd=tmp_path, check=True
    )
    files = [Path(line) for line in ran.stdout.splitlines()]
    assert [file.is_relative_to(tmp_path) for file in files] == [True] * 3
