"""The services that the rows of the table are held against."""

import pytest
from fake_services import InMemoryService, Service, SocketService
from raw_server import RawServer


@pytest.fixture(params=["in memory", "on a socket"])
def service(request: pytest.FixtureRequest, server: RawServer) -> Service:
    """A service that fails as it is told."""
    return InMemoryService() if request.param == "in memory" else SocketService(server)
