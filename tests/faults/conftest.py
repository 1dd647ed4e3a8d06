"""The services that the rows of the table are held against."""

import pytest
from raw_server import RawServer
from services import InMemory, OnSocket, Service


@pytest.fixture(params=["in memory", "on a socket"])
def service(request: pytest.FixtureRequest, server: RawServer) -> Service:
    """A service that fails as it is told."""
    return InMemory() if request.param == "in memory" else OnSocket(server)
