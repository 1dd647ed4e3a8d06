"""Run the tests of a module with either client: the names that make clients are those of the client's kind."""

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Callable

import fake_services
import pytest
from azure.core.pipeline.transport import AioHttpTransport, AsyncHttpTransport, HttpTransport, RequestsTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from blocking import Blocking, event_loop
from fake_pipelines import AsyncScriptedResponse
from fake_responses import FakeResponse

from azure.communication.rooms import aio
from azure.communication.rooms._pipeline.retry import AsyncRoomsRetryPolicy
from azure.communication.rooms._pipeline.transports.aiohttp_transport import AiohttpTransport

if TYPE_CHECKING:
    from typing_extensions import Self


#: azure-core's own transport for each client.
AZURE_CORES: dict[str, Any] = {"sync": RequestsTransport, "async": AioHttpTransport}


class AsyncNonSleepingTransport(AiohttpTransport):
    """The transport of the async client, which records sleeps."""

    def __init__(self, **options: Any) -> None:
        super().__init__(use_env_settings=False, **options)
        self.sleeps: list[float] = []

    async def sleep(self, duration: float) -> None:
        """Record the sleep."""
        self.sleeps.append(duration)


class AsyncOverSync(AsyncHttpTransport[HttpRequest, AsyncHttpResponse]):
    """A transport of a test in memory, for the async client.

    :param inner: The transport.
    """

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def send(self, request: HttpRequest, **options: Any) -> AsyncHttpResponse:
        """Send in the running loop."""
        await asyncio.sleep(0)
        response = self.inner.send(request, **options)
        if isinstance(response, FakeResponse):
            response.__class__ = AsyncScriptedResponse
        return response  # type: ignore[no-any-return]

    async def sleep(self, duration: float) -> None:
        """Sleep as the transport does."""
        self.inner.sleep(duration)

    async def open(self) -> None:
        """Open the transport."""
        self.inner.open()

    async def close(self) -> None:
        """Close the transport."""
        self.inner.close()

    async def __aenter__(self) -> "Self":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.inner.close()


class AsyncClients:
    """Makes async clients that are called as if they were sync. It stands for the class of the sync client.

    :param loop: The loop that they run in.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._made: list[Any] = []

    def close(self) -> None:
        """Close the clients, which tests of the sync client may leave open."""
        for client in self._made:
            client.close()

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self._make(aio.RoomsClient, arguments, options)

    def from_connection_string(self, *arguments: Any, **options: Any) -> Any:
        """Make a client from a connection string."""
        return self._make(aio.RoomsClient.from_connection_string, arguments, options)

    def _make(self, make: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        transport = options.get("transport")
        if isinstance(transport, HttpTransport):
            options["transport"] = AsyncOverSync(transport)
        client = Blocking(make(*arguments, **options), self._loop)
        self._made.append(client)
        return client


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Run a test with both clients."""
    metafunc.parametrize("client_kind", ["sync", "async"], indirect=True)


@pytest.fixture(autouse=True)
def client_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The kind of client that ``RoomsClient`` makes in a test."""
    if getattr(request, "param", "sync") == "sync":
        yield "sync"
        return
    with async_client(monkeypatch, request.module):
        yield "async"


@contextmanager
def async_client(monkeypatch: pytest.MonkeyPatch, module: Any, *places: Any) -> Iterator[None]:
    """Have a module and the services of tests make async clients."""
    with event_loop() as loop, closing(AsyncClients(loop)) as clients:
        values = {
            "RoomsClient": clients,
            "NonSleepingTransport": AsyncNonSleepingTransport,
            "RoomsRetryPolicy": AsyncRoomsRetryPolicy,
        }
        for place in (module, fake_services, *places):
            for name, value in values.items():
                if hasattr(place, name):
                    monkeypatch.setattr(place, name, value)
        yield
