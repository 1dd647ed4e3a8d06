"""Responses of aiohttp as recorders of connections leave them still give their body."""

import asyncio
import gzip
from typing import Any, Callable
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp import ClientResponse, ClientSession, StreamReader
from azure.core.rest import HttpRequest
from raw_server import RawServer

from azure.communication.rooms._pipeline.transports.aiohttp_response import AiohttpResponse
from azure.communication.rooms._pipeline.transports.aiohttp_transport import AiohttpTransport


async def as_it_came(response: ClientResponse) -> Any:
    """Without a recorder."""
    return response


async def read_before(response: ClientResponse) -> Any:
    """As vcrpy 8 and later leave a response while they record: its body is read, and aiohttp keeps it."""
    await response.read()
    return response


class PlayedBack:
    """A response of vcrpy 7: each access of its content is a new stream."""

    def __init__(self, response: ClientResponse, body: bytes) -> None:
        self.status, self.reason, self.headers = response.status, response.reason, response.headers
        self._body = body
        self.is_closed = False

    @property
    def content(self) -> StreamReader:
        """The body, from its start."""
        stream = StreamReader(Mock(_reading_paused=False), 2**16, loop=asyncio.get_running_loop())
        stream.feed_data(self._body)
        stream.feed_eof()
        return stream

    async def read(self) -> bytes:
        """The body."""
        return self._body

    def close(self) -> None:
        """Note it."""
        self.is_closed = True


async def played_back(response: ClientResponse) -> Any:
    """As vcrpy 7 gives a response."""
    return PlayedBack(response, await response.read())


RECORDERS = {each.__name__: each for each in (as_it_came, read_before, played_back)}
BODIES = {"a body": b'{"id": "1"}', "no body": b"", "a long body": b"0123456789" * 30_000}


async def read(response: AiohttpResponse) -> bytes:
    """The body at once."""
    assert await response.read() == await response.read() == response.content
    return response.content


async def stream(response: AiohttpResponse) -> bytes:
    """The body piece by piece."""
    return b"".join([piece async for piece in response.iter_bytes()])


@pytest.fixture(params=RECORDERS)
def recorder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a recorder in the place of aiohttp's requests, as vcrpy does."""
    record, send = RECORDERS[request.param], ClientSession._request

    async def recorded(self: ClientSession, *arguments: Any, **options: Any) -> Any:
        return await record(await send(self, *arguments, **options))

    monkeypatch.setattr(aiohttp.ClientSession, "_request", recorded)


@pytest.mark.usefixtures("recorder")
@pytest.mark.parametrize("take", [read, stream])
@pytest.mark.parametrize("is_compressed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_response_gives_its_body_once(
    server: RawServer, body: bytes, is_compressed: bool, take: Callable[[AiohttpResponse], Any]
) -> None:
    headers = {"Content_Encoding": "gzip"} if is_compressed else {}
    for _ in range(2):
        server.respond(200, gzip.compress(body) if is_compressed else body, **headers)

    async def scenario() -> tuple[bytes, bytes]:
        async with AiohttpTransport(use_env_settings=False) as transport:
            request = HttpRequest("GET", server.endpoint)
            first = await take(await transport.send(request, stream=True))
            return first, await take(await transport.send(request, stream=True))

    assert asyncio.run(scenario()) == (body, body)
