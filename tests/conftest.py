"""Fixtures that many tests share."""

from collections.abc import Iterator

import pytest
from azure.communication.rooms import RoomsClient
from raw_server import RawServer, raw_server

#: An access key that opens nothing: 32 bytes, in base64.
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A raw server that keeps what it gets and sends what it is told to."""
    with raw_server() as raw:
        yield raw


@pytest.fixture
def raw_client(server: RawServer) -> Iterator[RoomsClient]:
    """Our client for the raw server."""
    with RoomsClient.from_connection_string(f"endpoint={server.endpoint};accesskey={KEY}") as rooms:
        yield rooms
