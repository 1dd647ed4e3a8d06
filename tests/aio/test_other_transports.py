"""The async client over transports and sessions that callers bring."""

import asyncio
from typing import Any, Callable

import aiohttp
import pytest
from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import HttpRequest
from fake_services import KEY
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms.aio import RoomsClient

ID = "99412345678901234"
BRINGS: dict[str, Callable[[aiohttp.ClientSession], dict[str, Any]]] = {
    "session": lambda session: {"session": session, "session_owner": False},
    "azure-core's transport": lambda _: {"transport": AioHttpTransport(use_env_settings=False)},
    "azure-core's transport of a session": lambda session: {
        "transport": AioHttpTransport(session=session, session_owner=False)
    },
}


def call(server: RawServer, brings: str, scenario: Callable[[RoomsClient], Any], **options: Any) -> Any:
    """Run a scenario with a client over what a caller brings; the session stays the caller's."""

    async def run() -> Any:
        async with aiohttp.ClientSession() as session:
            async with RoomsClient(server.endpoint, KEY, **BRINGS[brings](session), **options) as client:
                result = await scenario(client)
            assert not session.closed
            return result

    return asyncio.run(run())


@pytest.mark.parametrize("brings", BRINGS)
def test_a_call_works(server: RawServer, brings: str) -> None:
    server.respond(200, room_text(ID)).respond(204).respond(200, "{}")

    async def scenario(client: RoomsClient) -> str:
        room = await client.get_room(ID)
        await client.delete_room(ID)
        await client.send_request(HttpRequest("GET", "/rooms"))
        return room.id

    assert call(server, brings, scenario) == ID
    assert [received.method for received in server.received] == ["GET", "DELETE", "GET"]
    assert all("authorization" in received.headers for received in server.received)


@pytest.mark.parametrize("brings", BRINGS)
def test_a_call_is_retried_by_the_rules_of_rooms(server: RawServer, brings: str) -> None:
    server.respond(503).reset().respond(201, room_text(ID))

    async def scenario(client: RoomsClient) -> str:
        return (await client.create_room()).id

    assert call(server, brings, scenario, retry_backoff_factor=0) == ID
    pairs = {received.headers["repeatability-request-id"] for received in server.received}
    assert (len(server.received), len(pairs)) == (3, 1)


@pytest.mark.parametrize("brings", BRINGS)
def test_a_body_that_is_cut_off_is_retried(server: RawServer, brings: str) -> None:
    server.truncate(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{").respond(200, room_text(ID))

    async def scenario(client: RoomsClient) -> str:
        return (await client.get_room(ID)).id

    assert call(server, brings, scenario, retry_backoff_factor=0) == ID


@pytest.mark.parametrize("brings", BRINGS)
def test_a_timeout_ends_a_call(server: RawServer, brings: str) -> None:
    server.hang()

    async def scenario(client: RoomsClient) -> float:
        loop = asyncio.get_running_loop()
        started = loop.time()
        with pytest.raises(ServiceResponseError):
            await client.get_room(ID, timeout=1)
        return loop.time() - started

    assert call(server, brings, scenario) < 15  # the server hangs for 30 seconds
    assert len(server.received) == 1
