"""Many rooms over real HTTP: results, concurrency, leaving early, progress, memory, and kill -9."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fault_proxy import PASS, RESET_AFTER, RESET_BEFORE, TRUNCATE, UNAVAILABLE, fault_proxy

from azure.communication.rooms import RoomsClient, bulk
from azure.communication.rooms._bulk import threads
from azure.communication.rooms._bulk.job import StoppedError
from azure.communication.rooms.bulk import BulkProgress, BulkResult, RoomRequest
from azure.communication.rooms.emulator import RoomsEmulator


def room_ids(client: RoomsClient) -> list[str]:
    return [room.id for room in client.list_rooms()]


def test_rooms_are_created_and_deleted(client: RoomsClient) -> None:
    rows: list[Any] = [
        {},
        RoomRequest(pstn_dial_out_enabled=True),
        {"participants": {"8:acs:a": "Presenter"}},
        {"x": 1},
    ]
    results = sorted(bulk.create_rooms(iter(rows), client), key=lambda result: result.index)
    assert [result.index for result in results] == [0, 1, 2, 3]
    assert [result.request for result in results] == rows
    created = [result.room.id for result in results if result.room]
    assert sorted(created) == sorted(room_ids(client))
    assert results[1].room is not None
    assert results[1].room.pstn_dial_out_enabled is True
    assert [type(result.error).__name__ for result in results] == [
        "NoneType",
        "NoneType",
        "HttpResponseError",
        "TypeError",
    ]
    assert [result.error for result in bulk.delete_rooms(client.list_rooms(), client)] == [None, None]
    assert room_ids(client) == []


def test_a_thread_sends_nothing_once_the_caller_has_left() -> None:
    sent: list[Any] = []
    shell = threads._Shell(sent.append)
    shell.stop()
    with pytest.raises(StoppedError):
        shell.send({})
    assert sent == []


def test_a_thread_waits_no_longer_once_the_caller_has_left() -> None:
    shell = threads._Shell(lambda: None)
    shell.sleep(0)
    shell.stop()
    with pytest.raises(StoppedError):
        shell.sleep(3600)


def test_times_of_rows_may_be_text_with_and_without_a_zone(client: RoomsClient, tmp_path: Path) -> None:
    day = (datetime.now(timezone.utc) + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    text = day.date().isoformat()
    rows = [
        {"valid_from": text, "valid_until": f"{text}T12:00:00"},
        {"valid_from": f"{text}T10:00+09:00", "valid_until": f"{text}T12:00:00.5Z"},
        {"valid_from": "soon", "valid_until": text},
    ]
    for _ in range(2):  # the second time from the journal
        results = sorted(bulk.create_rooms(rows, client, journal=tmp_path / "journal"), key=lambda result: result.index)
        times = [(result.room.valid_from, result.room.valid_until) for result in results if result.room]
        assert times == [
            (day, day + timedelta(hours=12)),
            (day + timedelta(hours=1), day + timedelta(hours=12, seconds=0.5)),
        ]
        assert isinstance(results[2].error, ValueError)
        assert "valid_from: 'soon' is not a time in ISO 8601" in str(results[2].error)
    assert len(room_ids(client)) == 2


def test_so_many_requests_are_under_way_and_no_more(client: RoomsClient, emulator: RoomsEmulator) -> None:
    at_once, most, lock, numbers = 0, 0, threading.Lock(), itertools.count()
    together = threading.Barrier(5)  # the first five are under way at once, however slow the machine is
    create_room = client.create_room

    def counted(**keywords: Any) -> Any:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
            number = next(numbers)
        try:
            if number < 5:
                together.wait(60)
            return create_room(**keywords)
        finally:
            with lock:
                at_once -= 1

    client.create_room = counted  # type: ignore[method-assign]
    emulator.faults.add("POST /rooms delay=0.02")
    assert len(list(bulk.create_rooms([{}] * 20, client, max_concurrency=5))) == 20
    assert most == 5


def test_rows_are_read_as_they_are_needed(client: RoomsClient) -> None:
    read = 0

    def endless() -> Iterator[dict[str, Any]]:
        nonlocal read
        while True:
            read += 1
            yield {}

    results = bulk.create_rooms(endless(), client, max_concurrency=2)
    for _ in range(10):
        next(results)
        assert read <= 10 + 2 * 2
    results.close()


def test_leaving_the_loop_stops_all_sending(client: RoomsClient, emulator: RoomsEmulator) -> None:
    emulator.faults.add("POST /rooms delay=0.05")
    threads = threading.active_count()
    for _ in bulk.create_rooms([{}] * 100, client, max_concurrency=4):
        break
    assert threading.active_count() == threads
    sent = len(emulator.requests)
    assert sent <= 12
    assert len(room_ids(client)) <= sent


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_an_error_in_on_progress_stops_all_sending(client: RoomsClient, error: type[BaseException]) -> None:
    def fail(_: BulkProgress) -> None:
        raise error

    with pytest.raises(error):
        list(bulk.create_rooms([{}] * 100, client, max_concurrency=2, on_progress=fail))
    assert len(room_ids(client)) <= 6


def test_leaving_does_not_wait_for_rows_that_wait(client: RoomsClient, emulator: RoomsEmulator) -> None:
    emulator.faults.add("POST /rooms nth=2 throttle=100")
    results = bulk.create_rooms([{}] * 10, client, max_concurrency=2)
    next(results)
    results.close()
    assert len(room_ids(client)) < 10


def test_a_throttled_row_is_sent_again_after_the_wait(client: RoomsClient, emulator: RoomsEmulator) -> None:
    emulator.faults.add("POST /rooms nth=1 throttle=1")
    assert [result.error for result in bulk.create_rooms([{}, {}], client)] == [None, None]
    assert len(emulator.requests) == 3


def test_an_error_of_the_iterable_is_raised_after_the_rows_before_it(client: RoomsClient) -> None:
    def broken() -> Iterator[dict[str, Any]]:
        yield from [{}] * 3
        raise ZeroDivisionError("no more rows")

    results: list[BulkResult] = []
    with pytest.raises(ZeroDivisionError, match="no more rows"):
        results.extend(bulk.create_rooms(broken(), client))
    assert len(room_ids(client)) == 3


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_wrong_clock_costs_no_row(minutes: int, tmp_path: Path) -> None:
    with RoomsEmulator(clock_skew=timedelta(minutes=minutes)) as skewed:
        with RoomsClient.from_connection_string(skewed.connection_string) as client:
            results = list(bulk.create_rooms([{}] * 30, client, journal=tmp_path / "journal"))
            assert [result.error for result in results] == [None] * 30
            assert len(room_ids(client)) == 30


def test_progress_is_reported_after_each_row(client: RoomsClient) -> None:
    reports: list[BulkProgress] = []
    list(bulk.create_rooms([{}, {"x": 1}, {}], client, on_progress=reports.append))
    assert [each.completed for each in reports] == [1, 2, 3]
    assert reports[-1] == BulkProgress(completed=3, succeeded=2, failed=1, from_journal=0)


def test_a_journal_that_cannot_be_written_stops_the_job(
    client: RoomsClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = bulk.create_rooms([{}] * 50, client, journal=tmp_path / "journal")
    next(results)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        list(results)
    monkeypatch.undo()
    assert len(room_ids(client)) < 50


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (({}, {}), TypeError, "client must be a RoomsClient of azure.communication.rooms, not builtins.dict"),
        (("abc", None), TypeError, "the rows must be an iterable, not str"),
        ((5, None), TypeError, "the rows must be an iterable, not int"),
    ],
)
def test_arguments_are_checked_at_the_call(arguments: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        bulk.create_rooms(*arguments)
    with pytest.raises(error, match=message):
        bulk.delete_rooms(*arguments)


async def report_later(_: BulkProgress) -> None:
    """What on_progress cannot be."""


class ReportLater:
    async def __call__(self, _: BulkProgress) -> None:
        """Likewise."""


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"max_concurrency": 0}, ValueError, "max_concurrency must be at least 1"),
        ({"max_concurrency": True}, TypeError, "max_concurrency must be an int, not bool"),
        ({"max_concurrency": 1.5}, TypeError, "max_concurrency must be an int, not float"),
        ({"on_progress": 5}, TypeError, "on_progress must be callable, not int"),
        ({"on_progress": report_later}, TypeError, "on_progress must be a plain function"),
        ({"on_progress": ReportLater()}, TypeError, "on_progress must be a plain function"),
        ({"on_progress": partial(report_later)}, TypeError, "on_progress must be a plain function"),
        ({"journal": 5}, TypeError, "journal must be the path of a file, as str or os.PathLike, not int"),
        ({"journal": True}, TypeError, "journal must be the path of a file, as str or os.PathLike, not bool"),
        ({"journal": b"x"}, TypeError, "journal must be the path of a file, as str or os.PathLike, not bytes"),
        ({"journal": ""}, ValueError, "journal must be the path of a file, and is empty"),
    ],
)
def test_options_are_checked_at_the_call(client: RoomsClient, options: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        bulk.create_rooms([], client, **options)
    with pytest.raises(error, match=message):
        bulk.delete_rooms([], client, **options)


def test_memory_is_flat(client: RoomsClient, tmp_path: Path) -> None:
    """Three times the rows take no more memory: invalid rows are as many as it takes, and cost no request."""

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in bulk.create_rooms(({"x": number} for number in range(count)), client, journal=tmp_path / f"{count}"):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    # Results that were kept would take megabytes; threads of other tests may take some of what is measured.
    assert peak(9_000) < peak(3_000) + 300_000


PROGRAM = """
import sys
from azure.communication.rooms import RoomsClient, bulk
endpoint, key, count, journal = sys.argv[1:]
with RoomsClient(endpoint, key) as client:
    rows = ({"pstn_dial_out_enabled": number % 2 == 0} for number in range(int(count)))
    for result in bulk.create_rooms(rows, client, max_concurrency=8, journal=journal):
        print(result.index, result.room.id if result.room else repr(result.error), flush=True)
"""


ASYNC_PROGRAM = """
import asyncio
import sys
from azure.communication.rooms.aio import RoomsClient, bulk
endpoint, key, count, journal = sys.argv[1:]

async def main():
    async with RoomsClient(endpoint, key) as client:
        rows = ({"pstn_dial_out_enabled": number % 2 == 0} for number in range(int(count)))
        async for result in bulk.create_rooms(rows, client, max_concurrency=8, journal=journal):
            print(result.index, result.room.id if result.room else repr(result.error), flush=True)

asyncio.run(main())
"""


def started(program: str, *arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(Path(str(bulk.__file__)).parents[3])}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


@pytest.mark.parametrize(
    "programs",
    [(PROGRAM,) * 3, (ASYNC_PROGRAM,) * 3, (PROGRAM, ASYNC_PROGRAM, PROGRAM)],
    ids=["sync", "async", "one-after-the-other"],
)
def test_a_run_that_is_killed_and_started_again_makes_each_room_once(
    emulator: RoomsEmulator, tmp_path: Path, programs: tuple[str, str, str]
) -> None:
    key = emulator.connection_string.partition("accesskey=")[2]
    faults = [PASS, PASS, RESET_BEFORE, PASS, RESET_AFTER, PASS, TRUNCATE, UNAVAILABLE, PASS, PASS] * 100
    with fault_proxy(emulator.endpoint, faults) as proxy:
        arguments = (proxy.endpoint, key, "60", str(tmp_path / "journal"))
        for program, lines in zip(programs, (10, 25)):
            with started(program, *arguments) as process:
                assert process.stdout is not None
                for _ in range(lines):
                    process.stdout.readline()
                process.send_signal(signal.SIGKILL)
        with started(programs[2], *arguments) as process:
            assert process.stdout is not None
            results = dict(line.split(maxsplit=1) for line in process.stdout)
    with RoomsClient.from_connection_string(emulator.connection_string) as client:
        held = room_ids(client)
    assert sorted(results, key=int) == [str(number) for number in range(60)]
    assert sorted(room_id.strip() for room_id in results.values()) == sorted(held)
