"""Time that freezegun froze: the emulator starts, responds and stops in it, and nothing is lost."""

import asyncio
import subprocess
import sys
import threading
from datetime import datetime, timezone
from pathlib import Path

import freezegun
import pytest
from signed_http import SignedHttp

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.http import event_loop
from azure.communication.rooms.emulator.state import system_clock

#: Seconds after which what should have ended counts as hanging.
LIMIT = 120
TIMES = ["2012-01-14", "2026-05-01 12:00:00", "2044-12-31 23:59:59"]
TESTS = """
from datetime import datetime, timezone
from freezegun import freeze_time

@freeze_time("{time}")
def test_time_stands_still(rooms_client, rooms_emulator):
    room = rooms_client.create_room()
    assert room.created_at == datetime.now(timezone.utc)
    assert [each.id for each in rooms_client.list_rooms()] == [room.id]

def test_time_continues(rooms_client):
    assert rooms_client.create_room().created_at > datetime(2026, 5, 2, tzinfo=timezone.utc)
"""


@pytest.mark.parametrize("time", TIMES)
def test_a_test_in_frozen_time_passes_and_pytest_ends(tmp_path: Path, time: str) -> None:
    (tmp_path / "test_application.py").write_text(TESTS.format(time=time))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=LIMIT)
    assert "2 passed" in ran.stdout, ran.stdout + ran.stderr


def stop(emulator: RoomsEmulator) -> None:
    """Stop it in a thread, so that a test whose emulator does not stop fails."""
    thread = threading.Thread(target=emulator.stop, daemon=True)
    thread.start()
    thread.join(LIMIT)
    assert not thread.is_alive()


@pytest.mark.parametrize("stopped_in", ["frozen time", "running time"])
@pytest.mark.parametrize("started_in", ["frozen time", "running time"])
@pytest.mark.parametrize("time", TIMES)
def test_an_emulator_stops_wherever_it_was_started(time: str, started_in: str, stopped_in: str) -> None:
    emulator = RoomsEmulator()
    if started_in == "running time":
        emulator.start()
    with freezegun.freeze_time(time):
        if started_in == "frozen time":
            emulator.start()
        http = SignedHttp(emulator.connection_string)
        assert http.send("POST", "/rooms", {}).status == 201
        if stopped_in == "frozen time":
            stop(emulator)
    if stopped_in == "running time":
        assert SignedHttp(emulator.connection_string).send("GET", "/rooms").status == 200
        stop(emulator)


def test_nothing_is_lost_in_frozen_time(emulator: RoomsEmulator, http: SignedHttp) -> None:
    (room,) = emulator.seed()
    with freezegun.freeze_time("2044-12-31"):
        assert http.send("GET", "/rooms").body == {"value": []}
        emulator._running().state.purge()
    assert [each["id"] for each in http.send("GET", "/rooms").body["value"]] == [room]


def test_a_fault_that_delays_ends_in_frozen_time(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add(delay=0.01)
    with freezegun.freeze_time("2030-01-01"):
        assert http.send("GET", "/rooms").status == 200
        with RoomsClient.from_connection_string(emulator.connection_string, transport=emulator.transport()) as client:
            assert list(client.list_rooms()) == []


def test_system_clocks_are_not_frozen() -> None:
    before = (system_clock.monotonic(), system_clock.timestamp())
    with freezegun.freeze_time("2001-01-01"):
        now = (system_clock.monotonic(), system_clock.timestamp())
        assert datetime.now(timezone.utc).year == 2001
    after = (system_clock.monotonic(), system_clock.timestamp())
    assert [first <= second <= third for first, second, third in zip(before, now, after)] == [True, True]


def test_a_loop_is_closed_when_its_coroutine_has_ended() -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("cancelled")

    async def main() -> "asyncio.AbstractEventLoop":
        task = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        assert not task.done()
        return asyncio.get_running_loop()

    assert event_loop.run(main()).is_closed()
    assert ended == ["cancelled"]
