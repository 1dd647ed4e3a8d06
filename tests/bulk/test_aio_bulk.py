"""The async shell over real HTTP: results, concurrency, leaving early, cancellation. ``test_job.py`` has the rules."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any, Callable

import pytest
from azure.core.pipeline.policies import AsyncHTTPPolicy
from raw_ids import ALICE, BOB, CAROL

from azure.communication.rooms import ApiVersion
from azure.communication.rooms import RoomsClient as SyncClient
from azure.communication.rooms.aio import RoomsClient, bulk
from azure.communication.rooms.bulk import BulkProgress, JournalError
from azure.communication.rooms.emulator import RoomsEmulator

Run = Callable[[Callable[[RoomsClient], Awaitable[Any]]], Any]


@pytest.fixture
def run(emulator: RoomsEmulator) -> Run:
    """Run a coroutine with a client of its own."""

    def run_it(function: Callable[[RoomsClient], Awaitable[Any]], **options: Any) -> Any:
        async def main() -> Any:
            async with RoomsClient.from_connection_string(emulator.connection_string, **options) as client:
                return await function(client)

        return asyncio.run(main())

    return run_it


def room_ids(client: SyncClient) -> list[str]:
    return [room.id for room in client.list_rooms()]


def test_rooms_are_created_and_deleted(run: Run, client: SyncClient) -> None:
    async def create(rooms: RoomsClient) -> Any:
        reports: list[BulkProgress] = []
        rows: list[Any] = [{}, {"pstn_dial_out_enabled": True}, {"x": 1}]
        results = [each async for each in bulk.create_rooms(rows, rooms, on_progress=reports.append)]
        return sorted(results, key=lambda each: each.index), reports

    results, reports = run(create)
    assert [type(each.error) for each in results] == [type(None), type(None), TypeError]
    assert sorted(each.room.id for each in results[:2]) == sorted(room_ids(client))
    assert reports[-1] == BulkProgress(completed=3, succeeded=2, failed=1, from_journal=0)

    async def delete(rooms: RoomsClient) -> Any:
        return [each.error async for each in bulk.delete_rooms(rooms.list_rooms(), rooms)]

    assert run(delete) == [None, None]
    assert room_ids(client) == []


def test_so_many_requests_are_under_way_and_no_more(run: Run, emulator: RoomsEmulator) -> None:
    emulator.faults.add("POST /rooms delay=0.02")
    at_once = [0]
    most = 5

    async def create(rooms: RoomsClient) -> int:
        create_room = rooms.create_room

        async def counted(**keywords: Any) -> Any:
            at_once.append(at_once[-1] + 1)
            while max(at_once) < most:  # the first five are under way at once, however slow the machine is
                await asyncio.sleep(0)
            try:
                return await create_room(**keywords)
            finally:
                at_once.append(at_once[-1] - 1)

        rooms.create_room = counted  # type: ignore[method-assign]
        return len([each async for each in bulk.create_rooms([{}] * 20, rooms, max_concurrency=most)])

    assert run(create) == 20
    assert max(at_once) == most


def test_finished_rows_come_from_the_journal(run: Run, emulator: RoomsEmulator, tmp_path: Path) -> None:
    async def create(rooms: RoomsClient) -> Any:
        results = [each async for each in bulk.create_rooms([{}] * 5, rooms, journal=tmp_path / "journal")]
        return {each.index: each.room.id for each in results if each.room}

    assert run(create) == run(create)
    assert len(emulator.requests) == 5


def test_closing_the_iterator_stops_all_sending(run: Run, client: SyncClient, emulator: RoomsEmulator) -> None:
    emulator.faults.add("POST /rooms nth=2 throttle=100")

    async def create(rooms: RoomsClient) -> None:
        results = bulk.create_rooms([{}] * 100, rooms, max_concurrency=2)
        async for _ in results:
            break
        await results.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(create)
    assert len(emulator.requests) <= 8


def test_rows_that_wait_are_not_sent_after_the_iterator_is_closed(run: Run, emulator: RoomsEmulator) -> None:
    async def create(rooms: RoomsClient) -> Any:
        results = bulk.create_rooms([{}, {}, {"x": 1}], rooms)  # the last row is rejected before the others are sent
        first = await results.__anext__()
        await results.aclose()
        return first.index

    assert run(create) == 2
    assert emulator.requests == []


def test_a_throttled_row_is_sent_again_after_the_wait(run: Run, emulator: RoomsEmulator) -> None:
    emulator.faults.add("POST /rooms nth=1 throttle=1")

    async def create(rooms: RoomsClient) -> Any:
        return [each.error async for each in bulk.create_rooms([{}, {}], rooms)]

    assert run(create) == [None, None]
    assert len(emulator.requests) == 3


def test_cancelling_the_task_ends_what_is_under_way(run: Run, emulator: RoomsEmulator, tmp_path: Path) -> None:
    emulator.faults.add("POST /rooms nth=3 delay=30")
    journal = tmp_path / "journal"

    async def create(rooms: RoomsClient) -> Any:
        return [each async for each in bulk.create_rooms([{}] * 3, rooms, journal=journal)]

    async def cancelled(rooms: RoomsClient) -> None:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(create(rooms), 1)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(cancelled)
    emulator.faults.clear()
    assert [each.error for each in run(create)] == [None] * 3


def test_a_request_that_is_cancelled_from_within_cancels_the_job(emulator: RoomsEmulator) -> None:
    class Cancels(AsyncHTTPPolicy[Any, Any]):
        async def send(self, request: Any) -> Any:
            raise asyncio.CancelledError

    async def main() -> None:
        text = emulator.connection_string
        async with RoomsClient.from_connection_string(text, per_call_policies=[Cancels()]) as client:
            _ = [each async for each in bulk.create_rooms([{}, {}], client)]

    async def bounded() -> None:
        await asyncio.wait_for(main(), 30)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(bounded())


async def each_of(rows: list[Any]) -> AsyncIterator[Any]:
    for row in rows:
        yield row


@pytest.mark.parametrize("kind", [list, each_of])
def test_rows_that_need_no_request_let_other_tasks_run(run: Run, kind: Any) -> None:
    async def create(rooms: RoomsClient) -> int:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        results = bulk.create_rooms(kind([{"invalid": True}] * 1000), rooms)
        await results.__anext__()
        task, turns = asyncio.ensure_future(other()), 0
        assert len([each async for each in results]) == 999
        task.cancel()
        return turns

    assert run(create) >= 9


def test_an_error_of_the_iterable_is_raised_after_the_rows_before_it(run: Run, client: SyncClient) -> None:
    async def broken() -> AsyncIterator[dict[str, Any]]:
        for _ in range(3):
            yield {}
        raise ZeroDivisionError("no more rows")

    async def create(rooms: RoomsClient) -> None:
        async for _ in bulk.create_rooms(broken(), rooms):
            pass

    with pytest.raises(ZeroDivisionError, match="no more rows"):
        run(create)
    assert len(room_ids(client)) == 3


def test_a_journal_that_cannot_be_used_is_rejected(run: Run, tmp_path: Path, emulator: RoomsEmulator) -> None:
    (tmp_path / "journal").write_text("valid_from\n")

    async def create(rooms: RoomsClient) -> None:
        async for _ in bulk.create_rooms([{}], rooms, journal=tmp_path / "journal"):
            pass

    with pytest.raises(JournalError, match="is no journal"):
        run(create)
    assert list(emulator.requests) == []


def test_a_journal_that_cannot_be_written_stops_the_job(
    run: Run, client: SyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    async def create(rooms: RoomsClient) -> None:
        results = bulk.create_rooms([{}] * 50, rooms, journal=tmp_path / "journal")
        await results.__anext__()
        monkeypatch.setattr(os, "fsync", full)
        async for _ in results:
            pass

    with pytest.raises(OSError, match="No space left"):
        run(create)
    monkeypatch.undo()
    assert len(room_ids(client)) < 50


def test_the_other_client_is_a_type_error(client: SyncClient) -> None:
    with pytest.raises(TypeError, match=r"client must be a RoomsClient of azure\.communication\.rooms\.aio, not"):
        bulk.create_rooms([], client)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"client must be a RoomsClient of azure\.communication\.rooms\.aio, not"):
        bulk.delete_rooms([], client)  # type: ignore[arg-type]


@pytest.mark.parametrize("version", [version.value for version in ApiVersion])
def test_participants_are_set_and_keep_roles(run: Callable[..., Any], version: str) -> None:
    async def change(rooms: RoomsClient) -> Any:
        room = await rooms.create_room(participants={ALICE: "Presenter", BOB: "Consumer"})
        await rooms.add_or_update_participants(room.id, [ALICE, CAROL], keep_roles=True)
        kept = {each.raw_id: str(each.role) async for each in rooms.list_participants(room.id)}
        changes = await rooms.set_participants(room.id, {ALICE: "Presenter"})
        left = [each.raw_id async for each in rooms.list_participants(room.id)]
        await rooms.delete_room(room.id)
        return kept, [each.raw_id for each in changes.removed], left

    assert run(change, api_version=version) == (
        {ALICE: "Presenter", BOB: "Consumer", CAROL: "Attendee"},
        [BOB, CAROL],
        [ALICE],
    )
