"""The services that the rows of the table are held to, and the clients."""

from collections.abc import Iterator

import pytest
from client_kinds import async_client
from fake_services import InMemoryService, Service, SocketService
from raw_server import RawServer


@pytest.fixture(params=["sync", "async"], autouse=True)
def client_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The kind of client that ``RoomsClient`` makes in a test. Each test runs with both."""
    if request.param == "sync":
        yield "sync"
        return
    only = request.node.get_closest_marker("sync_only")
    if only is not None:
        pytest.skip(only.kwargs["reason"])
    with async_client(monkeypatch, request.module):
        yield "async"


@pytest.fixture(params=["in memory", "on a socket"])
def service(request: pytest.FixtureRequest, client_kind: str, server: RawServer) -> Service:
    """A service with a script of responses and failures."""
    return InMemoryService() if request.param == "in memory" else SocketService(server)
