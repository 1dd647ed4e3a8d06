"""The services that the rows of the table are held to, and the clients."""

import pytest
from client_kinds import client_kind, parametrize
from fake_services import InMemoryService, Service, SocketService
from raw_server import RawServer

__all__ = ["client_kind"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that makes a client with both clients."""
    if hasattr(metafunc.module, "RoomsClient") or "service" in metafunc.fixturenames:
        parametrize(metafunc)


@pytest.fixture(params=["in memory", "on a socket"])
def service(request: pytest.FixtureRequest, client_kind: str, server: RawServer) -> Service:
    """A service with a script of responses and failures."""
    return InMemoryService() if request.param == "in memory" else SocketService(server)
