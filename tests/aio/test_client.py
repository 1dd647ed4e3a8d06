"""The async client where it is not the sync one: its surface, loops, paging, and what it does without aiohttp."""

import asyncio
import inspect
import json
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path
from typing import Any, Optional

import pytest
from azure.core.async_paging import AsyncItemPaged
from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, ServiceRequestTimeoutError, ServiceResponseTimeoutError
from azure.core.rest import HttpRequest
from fake_pipelines import AsyncFakeTransport
from fake_services import KEY, InMemoryService
from raw_ids import ALICE
from raw_server import RawServer
from room_bodies import room_body, room_text

from azure.communication.rooms import RoomsClient as SyncClient
from azure.communication.rooms._async_paging import AsyncPages, _is_running
from azure.communication.rooms._wire.call import Page
from azure.communication.rooms.aio import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

PROJECT = Path(__file__).resolve().parent.parent.parent
METHODS = [name for name in dir(SyncClient) if not name.startswith("_")]
LISTS = {"list_rooms", "list_participants", "get_participants"}


def scripted(service: InMemoryService) -> RoomsClient:
    """A client of a service in memory."""
    transport = AsyncFakeTransport()
    transport.inner = service.transport
    return RoomsClient(service.endpoint, KEY, transport=transport)


@pytest.mark.parametrize("name", METHODS)
def test_a_method_has_the_signature_of_the_sync_client(name: str) -> None:
    ours, theirs = getattr(RoomsClient, name), getattr(SyncClient, name)
    assert list(inspect.signature(ours).parameters.values()) == list(inspect.signature(theirs).parameters.values())
    assert ours.__doc__
    coroutine = name not in {*LISTS, "from_connection_string", "send_request"}
    assert inspect.iscoroutinefunction(ours) is coroutine


def test_the_two_clients_have_the_same_methods() -> None:
    assert [name for name in dir(RoomsClient) if not name.startswith("_")] == METHODS


def test_lists_are_no_coroutines_and_send_request_is_awaited_or_entered(emulator: RoomsEmulator) -> None:
    async def scenario() -> None:
        async with RoomsClient.from_connection_string(emulator.connection_string) as client:
            assert isinstance(client.list_rooms(), AsyncItemPaged)
            response = await client.send_request(HttpRequest("GET", "/rooms?api-version=2025-03-13"))
            assert response.json() == {"value": []}
            request = HttpRequest("GET", "/rooms?api-version=2025-03-13")
            async with client.send_request(request, stream=True) as streamed:  # type: ignore[attr-defined]
                assert json.loads(await streamed.read()) == {"value": []}

    asyncio.run(scenario())


class SyncTokens:
    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken("token", 2**40)


class AsyncTokens:
    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken("token", 2**40)

    async def close(self) -> None:
        pass

    async def __aenter__(self) -> "AsyncTokens":  # noqa: PYI034
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("credential", [SyncTokens(), AsyncTokens()], ids=["sync", "async"])
def test_a_token_credential_may_be_of_either_kind(server: RawServer, credential: Any) -> None:
    server.respond(200, room_text("1")).respond(200, room_text("1"))
    client = RoomsClient(server.endpoint, credential)

    async def scenario() -> None:
        await client.get_room("1")

    asyncio.run(scenario())
    asyncio.run(scenario())  # the lock of azure-core's policy belongs to a loop
    asyncio.run(client.close())
    assert [received.headers["authorization"] for received in server.received] == ["Bearer token"] * 2


def test_one_client_serves_three_loops_and_two_threads(emulator: RoomsEmulator) -> None:
    client = RoomsClient.from_connection_string(emulator.connection_string)
    made: list[str] = []

    async def create() -> None:
        made.extend([(await client.create_room()).id for _ in range(5)])

    for _ in range(3):
        asyncio.run(create())
    threads = [threading.Thread(target=asyncio.run, args=(create(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(client.close())
    assert len(set(made)) == 25


NEVER_CLOSED = """
import asyncio, sys
from azure.communication.rooms.aio import RoomsClient
client = RoomsClient(sys.argv[1], "a2V5")
for _ in range(3):
    asyncio.run(client.get_room("1"))
"""


def run_program(program: str, *arguments: str, flags: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *flags, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT,
        timeout=120,
    )


@pytest.mark.parametrize("flags", [("-X", "dev"), ("-X", "dev", "-W", "error")], ids=["shown", "an error"])
def test_a_client_never_closed_is_one_warning(server: RawServer, flags: tuple[str, ...]) -> None:
    for _ in range(3):
        server.respond(200, room_text("1"))
    ran = run_program(NEVER_CLOSED, server.endpoint, flags=flags)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.count("ResourceWarning: unclosed RoomsClient: use it in an `async with` block") == 1
    printed = ran.stderr.lower()
    assert (printed.count("unclosed"), printed.count("warning:")) == (1, 1)


TIMED_OUT = """
import asyncio, gc, sys
from azure.communication.rooms.aio import RoomsClient

async def main():
    async with RoomsClient(sys.argv[1], "a2V5", connection_verify=sys.argv[2]) as client:
        for _ in range(2):
            try:
                await asyncio.wait_for(client.get_room("1"), 0.5)
            except asyncio.TimeoutError:
                print("timed out")

asyncio.run(main())
gc.collect()
"""


def test_calls_over_tls_that_timed_out_leave_no_warning(tls_server: RawServer, trusted: str) -> None:
    tls_server.hang().hang()
    ran = run_program(TIMED_OUT, tls_server.endpoint, trusted, flags=("-X", "dev"))
    assert ran.stdout.splitlines() == ["timed out"] * 2
    assert "Warning" not in ran.stderr


def test_a_closed_client_is_closed_for_good(server: RawServer) -> None:
    async def scenario() -> None:
        client = RoomsClient(server.endpoint, KEY)
        await client.close()
        await client.close()
        with pytest.raises(ValueError, match="the client is closed"):
            await client.get_room("1")

    asyncio.run(scenario())


@pytest.mark.parametrize("script", ["hang", "drip"])
def test_a_timeout_ends_a_call(server: RawServer, script: str) -> None:
    server.hang() if script == "hang" else server.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")

    async def scenario() -> float:
        loop = asyncio.get_running_loop()
        async with RoomsClient(server.endpoint, KEY) as client:
            started = loop.time()
            # The one of requests where the machine takes a second to connect.
            with pytest.raises((ServiceRequestTimeoutError, ServiceResponseTimeoutError)):
                await client.get_room("1", timeout=1)
            return loop.time() - started

    assert asyncio.run(scenario()) < 15  # the server continues for 30 seconds


WITHOUT = """
import sys
sys.modules["aiohttp"] = None
from azure.communication.rooms.aio import RoomsClient
RoomsClient("https://contoso.communication.azure.com", "a2V5", transport=object())
try:
    RoomsClient("https://contoso.communication.azure.com", "a2V5")
except ImportError as error:
    print(error)
"""


def test_without_aiohttp_the_error_explains_what_to_run() -> None:
    ran = run_program(WITHOUT)
    assert "python -m pip install 'azure-communication-rooms[aio]'" in ran.stdout, ran.stderr


def test_a_client_without_the_transport_of_the_extra_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "azure.communication.rooms._pipeline.transports.aiohttp_transport"
    monkeypatch.setitem(sys.modules, module, None)  # importing it is an ImportError
    with pytest.raises(ImportError, match=r"python -m pip install 'azure-communication-rooms\[aio\]'"):
        RoomsClient("https://contoso.communication.azure.com", KEY)


IMPORTED = """
import asyncio, sys
from azure.communication.rooms.aio import RoomsClient

async def main():
    async with RoomsClient(sys.argv[1], "a2V5") as client:
        await client.get_room("1")

asyncio.run(main())
print([name for name in ("urllib3", "requests") if name in sys.modules])
"""


def test_neither_urllib3_nor_requests_is_imported(server: RawServer) -> None:
    server.respond(200, room_text("1"))
    ran = run_program(IMPORTED, server.endpoint)
    assert (ran.stdout.strip(), ran.stderr) == ("[]", "")


def page(service: InMemoryService, items: list[str], number: int) -> dict[str, Any]:
    link = f"{service.endpoint}/rooms?nextLink={number}&api-version=2025-03-13"
    return {"value": [room_body(each) for each in items], "nextLink": link}


def test_10_000_rooms_behind_1_000_empty_pages_are_listed_in_flat_memory() -> None:
    service = InMemoryService()

    class Script(list[Any]):
        """The pages, made on request."""

        number = 0

        def __bool__(self) -> bool:
            return True

        def pop(self, _: Any = None) -> Any:
            self.number += 1
            items = [f"{self.number}-{place}" for place in range(100)] if self.number > 1000 else []
            body = page(service, items, self.number)
            if self.number == 1100:
                del body["nextLink"]
            return 200, json.dumps(body).encode(), {}

    service.transport.script = Script()

    async def scenario() -> tuple[int, int]:
        count = 0
        async with scripted(service) as client:
            rooms = client.list_rooms()
            tracemalloc.start()
            async for _ in rooms:
                count += 1
                service.received.clear()
                service.transport.options.clear()
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return count, peak

    count, peak = asyncio.run(scenario())
    assert count == 10_000
    assert peak < 8_000_000


def two_pages() -> InMemoryService:
    service = InMemoryService()
    return service.respond(200, page(service, ["1"], 2)).respond(200, {"value": [room_body("2")]})


@pytest.mark.parametrize("read_ahead", [0, 1])
def test_a_page_is_read_ahead_only_when_requested(read_ahead: int) -> None:
    service = two_pages()

    async def scenario() -> list[str]:
        async with scripted(service) as client:
            pages = client.list_rooms().by_page(read_ahead=read_ahead)  # type: ignore[call-arg]
            first = [room.id async for room in await pages.__anext__()]
            for _ in range(50):
                await asyncio.sleep(0)
            targets = ["/rooms?api-version=2025-03-13", "/rooms?nextLink=2"]
            assert [received.target.partition("&")[0] for received in service.received] == targets[: 1 + read_ahead]
            return first + [room.id async for page in pages async for room in page]

    assert asyncio.run(scenario()) == ["1", "2"]


def test_a_loop_runs_in_the_thread_that_runs_it_alone() -> None:
    other = asyncio.new_event_loop()

    async def scenario() -> list[bool]:
        here = asyncio.get_running_loop()
        elsewhere = await asyncio.to_thread(_is_running, here)
        return [_is_running(here), _is_running(other), elsewhere]

    try:
        assert asyncio.run(scenario()) == [True, False, False]
        assert not _is_running(other)
    finally:
        other.close()


def test_a_page_read_ahead_may_outlive_its_loop() -> None:
    async def get(link: Optional[str]) -> Page[Any]:
        if link is not None:
            await asyncio.Event().wait()
        return Page(["1"], "2")

    loop = asyncio.new_event_loop()
    pages: AsyncPages[Any] = AsyncPages(get, iter, read_ahead=1)
    assert list(loop.run_until_complete(pages.next_items())) == ["1"]
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    pages.__del__()


def test_a_page_that_leads_back_is_not_read_ahead() -> None:
    service = InMemoryService()
    for number in (2, 3, 2):
        service.respond(200, page(service, [str(number)], number))

    async def scenario() -> None:
        async with scripted(service) as client:
            pages = client.list_rooms().by_page(read_ahead=1)  # type: ignore[call-arg]
            for _ in range(3):
                await pages.__anext__()
            for _ in range(50):
                await asyncio.sleep(0)
            with pytest.raises(HttpResponseError, match="leads back to a page that was listed before"):
                await pages.__anext__()

    asyncio.run(scenario())
    assert len(service.received) == 3


def test_read_ahead_is_none_or_one() -> None:
    with pytest.raises(ValueError, match=r"^read_ahead must be 0 or 1, not 2$"):
        RoomsClient("http://localhost:1", KEY).list_rooms().by_page(read_ahead=2)  # type: ignore[call-arg]


@pytest.mark.parametrize("way", ["aclose", "del", "cancel"])
def test_a_page_read_ahead_ends_with_its_iterator(server: RawServer, way: str) -> None:
    link = f"{server.endpoint}/rooms?nextLink=2&api-version=2025-03-13"
    server.respond(200, json.dumps({"value": [room_body("1")], "nextLink": link})).hang()

    async def scenario() -> None:
        async with RoomsClient(server.endpoint, KEY) as client:
            pages: Any = client.list_rooms().by_page(read_ahead=1)  # type: ignore[call-arg]
            await pages.__anext__()
            assert len(asyncio.all_tasks()) == 2
            if way == "aclose":
                await pages.aclose()
                await pages.aclose()
            elif way == "cancel":
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(pages.__anext__(), 0.1)
            del pages
            for _ in range(10):
                await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(scenario())


def test_a_page_read_ahead_that_failed_is_reported_when_it_is_used_and_fetched_again() -> None:
    service = InMemoryService()
    service.respond(200, page(service, ["1"], 2)).respond(400).respond(200, {"value": [room_body("2")]})

    async def scenario() -> list[str]:
        async with scripted(service) as client:
            pages = client.list_rooms().by_page(read_ahead=1)  # type: ignore[call-arg]
            await pages.__anext__()
            for _ in range(50):
                await asyncio.sleep(0)
            with pytest.raises(HttpResponseError):
                await pages.__anext__()
            return [room.id async for room in await pages.__anext__()]

    assert asyncio.run(scenario()) == ["2"]


def test_a_page_read_ahead_that_failed_and_is_never_used_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    service = InMemoryService()
    service.respond(200, page(service, ["1"], 2)).respond(400)

    async def scenario() -> None:
        async with scripted(service) as client:
            pages: Any = client.list_rooms().by_page(read_ahead=1)  # type: ignore[call-arg]
            await pages.__anext__()
            for _ in range(50):
                await asyncio.sleep(0)
            del pages

    asyncio.run(scenario())
    assert [record for record in caplog.records if record.name == "asyncio"] == []


def test_the_whole_job_works(emulator: RoomsEmulator) -> None:
    async def scenario() -> None:
        async with RoomsClient.from_connection_string(emulator.connection_string) as client:
            room = await client.create_room(participants=[ALICE])
            assert [one.raw_id async for one in client.list_participants(room.id)] == [ALICE]
            assert [one.raw_id async for one in client.get_participants(room.id)] == [ALICE]
            await client.upsert_participants(room.id, {ALICE: "Presenter"})
            await client.update_participants(room.id, {ALICE: "Consumer"})
            await client.add_participants(room.id, {ALICE: "Attendee"})
            await client.remove_participants(room.id, communication_identifiers=[ALICE])
            assert [room.id async for page in client.list_rooms().by_page() async for room in page] == [room.id]
            await client.delete_room(room.id)

    asyncio.run(scenario())


ON_TRIO = """
import sys
import trio
from azure.core.pipeline.transport import TrioRequestsTransport
from azure.communication.rooms.aio import RoomsClient

async def main():
    async with RoomsClient(sys.argv[1], "a2V5", transport=TrioRequestsTransport(use_env_settings=False)) as client:
        print((await client.get_room("1")).id)
    try:
        await RoomsClient(sys.argv[1], "a2V5").get_room("1")
    except RuntimeError as error:
        print(error)

trio.run(main)
"""


def test_trio_needs_a_transport_of_its_own_and_the_error_names_it(server: RawServer) -> None:
    pytest.importorskip("trio", reason="trio is in dev_requirements.txt")
    server.respond(200, room_text("1"))
    ran = run_program(ON_TRIO, server.endpoint)
    first, error = ran.stdout.splitlines()
    assert first == "1", ran.stderr
    assert "make the client with transport=TrioRequestsTransport()" in error


def test_a_page_read_ahead_is_cancelled_where_its_iterator_is_dropped_outside_of_the_loop(server: RawServer) -> None:
    link = f"{server.endpoint}/rooms?nextLink=2&api-version=2025-03-13"
    server.respond(200, json.dumps({"value": [room_body("1")], "nextLink": link})).hang()
    client = RoomsClient(server.endpoint, KEY)
    loop = asyncio.new_event_loop()

    async def read_a_page() -> Any:
        pages: Any = client.list_rooms().by_page(read_ahead=1)  # type: ignore[call-arg]
        await pages.__anext__()
        return pages

    pages = loop.run_until_complete(read_a_page())
    task = pages._prefetched
    del pages
    loop.run_until_complete(asyncio.wait([task]))
    assert task.cancelled()
    loop.run_until_complete(client.close())
    loop.close()
