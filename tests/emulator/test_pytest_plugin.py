"""The pytest plugin, as an application's tests use it: pytest runs in a process of its own."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from azure.communication import rooms
from azure.communication.rooms import RoomsClient
from azure.communication.rooms.aio import RoomsClient as AsyncRoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

PLUGIN = "azure.communication.rooms.emulator.pytest_plugin"
TESTS = """
import pytest

@pytest.mark.parametrize("number", range(4))
def test_each_begins_without_rooms(number, rooms_client, rooms_emulator):
    assert list(rooms_client.list_rooms()) == []
    rooms_client.create_room()
    rooms_emulator.clock.advance(days=181)
    assert len(list(rooms_client.list_rooms())) == 1
    rooms_emulator.faults.add("POST /rooms status=418")

def test_the_session_has_one_emulator(rooms_emulator, rooms_connection_string, rooms_client):
    assert rooms_connection_string == rooms_emulator.connection_string
    assert rooms_emulator.faults.active() == []
"""


def run(folder: Path, *arguments: str, source: str = TESTS) -> "subprocess.CompletedProcess[str]":
    (folder / "test_application.py").write_text(source)
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:rooms_emulator"]
    home = Path(str(rooms.__file__)).parents[3]  # where the package under test is, installed or not
    environment = {**os.environ, "PYTHONPATH": str(home)}
    return subprocess.run(
        [*command, "-p", PLUGIN, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_its_fixtures_are_the_emulator_and_a_client_on_it(
    rooms_emulator: RoomsEmulator, rooms_connection_string: str, rooms_client: RoomsClient
) -> None:
    assert rooms_connection_string == rooms_emulator.connection_string
    assert list(rooms_client.list_rooms()) == []
    rooms_emulator.clock.advance(days=181)
    created_at = rooms_client.create_room().created_at
    assert created_at is not None
    assert created_at.date() == rooms_emulator.clock.now().date()


ASYNC_TESTS = """
import asyncio
import pytest

@pytest.mark.parametrize("number", range(3))
def test_in_loops_of_its_own(number, rooms_client_async):
    async def create():
        assert [room async for room in rooms_client_async.list_rooms()] == []
        room = await rooms_client_async.create_room()
        await rooms_client_async.delete_room(room.id)
    asyncio.run(create())
    asyncio.run(create())

def test_in_a_block(rooms_client_async):
    async def create():
        async with rooms_client_async as client:
            await client.create_room()
    asyncio.run(create())
"""


def test_the_asynchronous_client_needs_no_plugin_for_asynchronous_tests(tmp_path: Path) -> None:
    ran = run(tmp_path, "-W", "error", source=ASYNC_TESTS)
    assert "4 passed" in ran.stdout, ran.stdout + ran.stderr
    assert ran.stderr == ""


def test_its_asynchronous_client_is_one_on_the_emulator(
    rooms_emulator: RoomsEmulator, rooms_client_async: AsyncRoomsClient
) -> None:
    async def create() -> str:
        return (await rooms_client_async.create_room()).id

    assert rooms_emulator.endpoint in repr(rooms_client_async)
    assert asyncio.run(create())


def test_each_test_begins_with_an_emulator_as_new(tmp_path: Path) -> None:
    ran = run(tmp_path)
    assert "5 passed" in ran.stdout, ran.stdout + ran.stderr


def test_workers_of_xdist_do_not_share_an_emulator(tmp_path: Path) -> None:
    ran = run(tmp_path, "-p", "xdist", "-n", "2")
    assert "5 passed" in ran.stdout, ran.stdout + ran.stderr


def test_nothing_is_imported_until_a_fixture_is_used(tmp_path: Path) -> None:
    source = """
import sys

def test_nothing():
    heavy = ("starlette", "uvicorn", "sqlite3", "requests", "azure.core", "azure.communication.rooms.emulator.emulator")
    assert [name for name in heavy if name in sys.modules] == []
"""
    ran = run(tmp_path, "-p", "no:schemathesis", source=source)  # another plugin here, which imports half of them
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr


def test_without_the_extra_pytest_works_and_a_fixture_says_what_is_missing(tmp_path: Path) -> None:
    source = """
from azure.communication.rooms import emulator as package
package.find_spec = lambda name: None

def test_without():
    pass

def test_with(rooms_client):
    pass
"""
    ran = run(tmp_path, source=source)
    assert "1 passed, 1 error" in ran.stdout, ran.stdout + ran.stderr
    assert 'python -m pip install "azure-communication-rooms[emulator]"' in ran.stdout
