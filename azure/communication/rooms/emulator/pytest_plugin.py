"""Fixtures for tests of applications, in pytest.

They are ``rooms_emulator``, ``rooms_connection_string``, ``rooms_client`` and ``rooms_client_async``.

pytest loads this file wherever the package is installed. So it imports nothing until a fixture is used, and a missing
extra is told then. Each worker of pytest-xdist has an emulator of its own, on a port of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from azure.communication.rooms import RoomsClient
    from azure.communication.rooms.aio import RoomsClient as AsyncRoomsClient
    from azure.communication.rooms.emulator import RoomsEmulator


@pytest.fixture(scope="session")
def rooms_emulator() -> Iterator[RoomsEmulator]:
    """The Rooms service on this machine, for the whole session. It takes requests wherever its clock is moved to."""
    from azure.communication.rooms.emulator import RoomsEmulator

    with RoomsEmulator(lenient_dates=True) as emulator:
        yield emulator


@pytest.fixture
def rooms_connection_string(rooms_emulator: RoomsEmulator) -> str:
    """The connection string of an emulator that knows no rooms and no faults, and whose clock was not moved."""
    rooms_emulator.reset()
    return rooms_emulator.connection_string


@pytest.fixture
def rooms_client(rooms_connection_string: str) -> Iterator[RoomsClient]:
    """A client for an emulator that knows no rooms and no faults, and whose clock was not moved."""
    from azure.communication.rooms import RoomsClient

    with RoomsClient.from_connection_string(rooms_connection_string) as client:
        yield client


@pytest.fixture
def rooms_client_async(rooms_connection_string: str) -> Iterator[AsyncRoomsClient]:
    """An asynchronous client for an emulator as new. It needs the extra ``aio``.

    It works in whatever event loop the test runs: that of ``asyncio.run``, of pytest-asyncio, of anyio.
    """
    import asyncio

    from azure.communication.rooms.aio import RoomsClient

    client = RoomsClient.from_connection_string(rooms_connection_string)
    yield client
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(client.close())
    finally:
        loop.close()
