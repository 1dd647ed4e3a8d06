"""The pytest plugin, as an application's tests use it: pytest runs in a process of its own."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from azure.communication import rooms
from azure.communication.rooms import RoomsClient
from azure.communication.rooms.aio import RoomsClient as AsyncRoomsClient
from azure.communication.rooms.emulator import RoomsEmulator, pytest_plugin

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
    # Without autoload no other plugin that happens to be installed imports anything.
    environment = {**os.environ, "PYTHONPATH": str(home), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [*command, "-p", PLUGIN, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_its_fixtures_are_the_emulator_and_a_client_on_it(
    rooms_emulator: RoomsEmulator, rooms_connection_string: str, rooms_client: RoomsClient
) -> None:
    assert rooms_connection_string == rooms_emulator.connection_string
    assert list(rooms_client.list_rooms()) == []
    rooms_emulator.clock.freeze()
    rooms_emulator.clock.advance(days=181)
    assert rooms_client.create_room().created_at == rooms_emulator.clock.now()


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


def test_without_the_extra_pytest_works_and_a_fixture_states_what_is_missing(tmp_path: Path) -> None:
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


SEEDED = """
import pytest

@pytest.fixture(scope="session")
def ward(rooms_emulator):
    return rooms_emulator.seed(1)

@pytest.fixture(scope="module", params=[1, 2])
def practice(request, ward, rooms_emulator):
    return rooms_emulator.seed(request.param)

@pytest.fixture
def booked(rooms_emulator):
    rooms_emulator.clock.advance(days=1)
    rooms_emulator.faults.add("DELETE /rooms/* status=418")
    return rooms_emulator.seed(2)

@pytest.fixture
def unrelated(rooms_emulator):
    return rooms_emulator

def ids(client):
    return sorted(room.id for room in client.list_rooms())

def test_a_fixture_seeds_before_the_client_is_set_up(booked, unrelated, rooms_client, rooms_emulator):
    assert ids(rooms_client) == sorted(booked)
    assert len(rooms_emulator.faults.active()) == 1

def test_what_it_seeded_is_gone(rooms_client, rooms_emulator):
    assert ids(rooms_client) == []
    assert rooms_emulator.faults.active() == []

@pytest.mark.parametrize("number", range(2))
def test_rooms_of_wider_fixtures_stay(number, ward, practice, booked, rooms_client):
    assert ids(rooms_client) == sorted(ward + practice + booked)
    rooms_client.create_room()
    with pytest.raises(Exception):
        rooms_client.delete_room(ward[0])

def test_a_fixture_that_is_requested_by_name_finds_it_reset(request):
    assert len(ids(request.getfixturevalue("rooms_client"))) == 3  # of the session and of the module
"""


def test_fixtures_of_every_scope_make_rooms_that_their_tests_see(tmp_path: Path) -> None:
    (tmp_path / "test_behind.py").write_text("""
def test_rooms_of_the_module_are_gone_with_it(rooms_client):
    assert len(list(rooms_client.list_rooms())) == 1
""")
    ran = run(tmp_path, "-v", source=SEEDED)
    assert "8 passed" in ran.stdout, ran.stdout + ran.stderr


FAILING = """
import pytest

@pytest.fixture
def broken(rooms_client):
    rooms_client.get_room("99400000000000000")

def test_that_fails(rooms_client):
    rooms_client.create_room()
    assert list(rooms_client.list_rooms()) == []

def test_that_fails_before_it_begins(broken):
    pass

def test_that_passes(rooms_client):
    rooms_client.delete_room(rooms_client.create_room().id)

def test_that_fails_without_requests(rooms_client):
    assert False
"""


def test_the_report_of_a_failed_test_has_its_latest_requests(tmp_path: Path) -> None:
    ran = run(tmp_path, source=FAILING)
    second, first, *more = ran.stdout.split("Rooms emulator: the latest of ")[1:]
    assert more == []
    assert first.startswith("2 requests")
    assert [line.split()[:2] for line in first.splitlines()[1:3]] == [
        ["POST", "/rooms?api-version=2025-03-13"],
        ["GET", "/rooms?api-version=2025-03-13"],
    ]
    assert second.startswith("1 requests")
    assert "GET /rooms/99400000000000000?api-version=2025-03-13 404" in second
    assert "DELETE" not in ran.stdout


OPTIONS = """
import asyncio
import pytest
from azure.core.exceptions import HttpResponseError

@pytest.fixture
def rooms_client_options():
    return {"retry_total": 0}

def test_sync(rooms_client, rooms_emulator):
    rooms_emulator.faults.add(status=503)
    with pytest.raises(HttpResponseError):
        rooms_client.create_room()
    assert len(rooms_emulator.requests) == 1

def test_async(rooms_client_async, rooms_emulator):
    async def create():
        with pytest.raises(HttpResponseError):
            await rooms_client_async.create_room()
    rooms_emulator.faults.add(status=503)
    asyncio.run(create())
    assert len(rooms_emulator.requests) == 1
"""


def test_both_clients_take_the_options_of_the_fixture(tmp_path: Path) -> None:
    ran = run(tmp_path, source=OPTIONS)
    assert "2 passed" in ran.stdout, ran.stdout + ran.stderr


def test_rooms_of_a_wider_fixture_stay_until_it_ends(rooms_client: RoomsClient, rooms_emulator: RoomsEmulator) -> None:
    shared = pytest_plugin._SharedEmulator(rooms_emulator)
    before = shared.rooms()
    kept = rooms_client.create_room().id
    shared.keep("a fixture", before)
    shared.keep("a fixture that makes no room", shared.rooms())
    for _ in range(2):
        rooms_client.create_room()
        shared.reset()
        assert [room.id for room in rooms_client.list_rooms()] == [kept]
    shared.drop("a fixture that makes no room")
    last = rooms_client.create_room().id
    shared.drop("a fixture")
    assert [room.id for room in rooms_client.list_rooms()] == [last]


@pytest.mark.parametrize(
    ("outcome", "creates", "shown"), [("failed", 1, 1), ("failed", 25, 20), ("failed", 0, 0), ("passed", 1, 0)]
)
def test_the_latest_requests_are_in_the_report_of_a_test_that_failed(
    rooms_client: RoomsClient, rooms_emulator: RoomsEmulator, outcome: str, creates: int, shown: int
) -> None:
    for _ in range(creates):
        rooms_client.create_room()
    stash = pytest.Stash()
    stash[pytest_plugin._RUNNING] = pytest_plugin._SharedEmulator(rooms_emulator)
    report: Any = SimpleNamespace(failed=outcome == "failed", sections=[])
    item: Any = SimpleNamespace(config=SimpleNamespace(stash=stash))
    steps: Any = pytest_plugin.pytest_runtest_makereport(item)
    next(steps)
    with pytest.raises(StopIteration):
        steps.send(SimpleNamespace(get_result=lambda: report))
    assert len(report.sections) == bool(shown)
    for title, text in report.sections:
        assert title == f"Rooms emulator: the latest of {creates} requests"
        assert [line[:11] for line in text.splitlines()] == ["POST /rooms"] * shown
