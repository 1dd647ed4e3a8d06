"""The services that the rows of the table are held to, and the clients."""

from collections.abc import Iterator

import pytest
from client_kinds import async_client
from fake_services import InMemoryService, Service, SocketService
from raw_server import RawServer


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sync_only(reason): the test is about what only the sync client has")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that makes a client with both clients."""
    if hasattr(metafunc.module, "RoomsClient") or "service" in metafunc.fixturenames:
        only_sync = next(metafunc.definition.iter_markers("sync_only"), None) is not None
        metafunc.parametrize("client_kind", ["sync"] if only_sync else ["sync", "async"], indirect=True)


@pytest.fixture(autouse=True)
def client_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The kind of client that ``RoomsClient`` makes in a test."""
    if getattr(request, "param", "sync") == "sync":
        yield "sync"
        return
    with async_client(monkeypatch, request.module):
        yield "async"


@pytest.fixture(params=["in memory", "on a socket"])
def service(request: pytest.FixtureRequest, client_kind: str, server: RawServer) -> Service:
    """A service with a script of responses and failures."""
    return InMemoryService() if request.param == "in memory" else SocketService(server)
