"""The services that the rows of the table are held to."""

import pytest
from fake_services import InMemoryService, Service, SocketService
from raw_server import RawServer


@pytest.fixture(params=["in memory", "on a socket"])
def service(request: pytest.FixtureRequest, server: RawServer) -> Service:
    """A service with a script of responses and failures."""
    return InMemoryService() if request.param == "in memory" else SocketService(server)
