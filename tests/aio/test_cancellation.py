"""A call of the async client that is cancelled anywhere leaves nothing behind, and the next calls are right."""

import asyncio
import random
import sys
from collections.abc import Awaitable
from typing import Any, Callable
from uuid import uuid4

import pytest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from raw_ids import ALICE
from raw_server import RawServer

from azure.communication.rooms.aio import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

CANCELLATIONS = 200
ROUNDS_AFTER = 20


class Requests(SansIOHTTPPolicy[Any, Any]):
    """Keeps the requests."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def on_request(self, request: Any) -> None:
        self.sent.append(request.http_request)


async def listed(pages: Any) -> list[Any]:
    return [item async for item in pages]


OPERATIONS: dict[str, Callable[[RoomsClient, str], Awaitable[Any]]] = {
    "create_room": lambda client, _: client.create_room(),
    "get_room": lambda client, room_id: client.get_room(room_id),
    "update_room": lambda client, room_id: client.update_room(room_id, pstn_dial_out_enabled=True),
    "add_or_update_participants": lambda client, room_id: client.add_or_update_participants(room_id, [ALICE]),
    "set_participants": lambda client, room_id: client.set_participants(room_id, random.choice(([ALICE], []))),
    "remove_participants": lambda client, room_id: client.remove_participants(room_id, [ALICE]),
    "list_participants": lambda client, room_id: listed(client.list_participants(room_id)),
    "list_rooms": lambda client, _: listed(client.list_rooms()),
    "delete_room": lambda client, _: client.delete_room("99400000000000001"),
}


async def cancel_after(turns: int, awaitable: Awaitable[Any]) -> bool:
    """Cancel a call after so many turns of the loop; whether that came in time."""
    task = asyncio.ensure_future(awaitable)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        return True
    except Exception:  # noqa: BLE001  the call was over, as without this
        return False
    return False


def acquired(client: RoomsClient) -> int:
    """Connections of the running loop that a request holds."""
    transport: Any = client._client._pipeline._transport
    (session,) = transport._sessions._sessions.values()
    return len(session.connector._acquired)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_call_that_is_cancelled_leaves_nothing_behind(emulator: RoomsEmulator, operation: str) -> None:
    chance = random.Random(operation)
    requests = Requests()

    async def scenario() -> None:
        cancelled, longest = 0, 60
        options: Any = {"per_retry_policies": [requests]}
        async with RoomsClient.from_connection_string(emulator.connection_string, **options) as client:
            room = await client.create_room()
            while cancelled < CANCELLATIONS:
                turns = chance.randrange(longest)
                # How many turns a call takes depends on the machine: fewer after one that was over, else more.
                if await cancel_after(turns, OPERATIONS[operation](client, room.id)):
                    cancelled, longest = cancelled + 1, longest + 1
                else:
                    longest = turns
                assert asyncio.all_tasks() == {asyncio.current_task()}
            assert acquired(client) == 0
            assert not any("Authorization" in request.headers for request in requests.sent)
            for place in range(ROUNDS_AFTER):
                made = await client.create_room(participants=[ALICE] if place % 2 else None)
                assert (await client.get_room(made.id)).id == made.id
                people = [one.raw_id async for one in client.list_participants(made.id)]
                assert people == ([ALICE] if place % 2 else [])

    asyncio.run(scenario())


def test_a_cancelled_create_resumed_with_its_pair_makes_one_room(emulator: RoomsEmulator) -> None:
    chance = random.Random(7)

    async def scenario() -> tuple[set[str], set[str]]:
        made = set()
        async with RoomsClient.from_connection_string(emulator.connection_string) as client:
            for _ in range(100):
                pair: Any = {
                    "repeatability_request_id": uuid4(),
                    "repeatability_first_sent": emulator.clock.now(),
                }
                await cancel_after(chance.randrange(60), client.create_room(**pair))
                made.add((await client.create_room(**pair)).id)
            return made, {room.id async for room in client.list_rooms()}

    made, there = asyncio.run(scenario())
    assert len(made) == 100
    assert there == made


async def in_wait_for(awaitable: Awaitable[Any]) -> None:
    await asyncio.wait_for(awaitable, 1)


async def in_timeout(awaitable: Awaitable[Any]) -> None:
    timeout: Any = asyncio.timeout(1)  # type: ignore[attr-defined, unused-ignore]  # since Python 3.11
    async with timeout:
        await awaitable


WAYS = [
    pytest.param(in_wait_for, id="wait_for"),
    pytest.param(
        in_timeout,
        id="timeout",
        marks=pytest.mark.skipif(sys.version_info < (3, 11), reason="asyncio.timeout is there since Python 3.11"),
    ),
]
STAGES: dict[str, Callable[[RawServer], Any]] = {
    "the response": lambda server: server.hang(),
    "the body": lambda server: server.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"),
    "the next attempt": lambda server: server.respond(503, Retry_After="30"),
}


@pytest.mark.parametrize("wait", WAYS)
@pytest.mark.parametrize("script", STAGES.values(), ids=STAGES)
def test_a_timeout_of_asyncio_stays_one(
    server: RawServer, wait: Callable[[Awaitable[Any]], Any], script: Callable[[RawServer], Any]
) -> None:
    script(server)

    async def scenario() -> None:
        async with RoomsClient(server.endpoint, "a2V5") as client:
            await wait(client.get_room("1"))

    with pytest.raises(asyncio.TimeoutError) as caught:
        asyncio.run(scenario())
    assert type(caught.value) is asyncio.TimeoutError
    assert len(server.received) == 1
