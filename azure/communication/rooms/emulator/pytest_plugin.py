"""Fixtures for tests of applications, in pytest.

They are ``rooms_emulator``, ``rooms_connection_string``, ``rooms_client_options``, ``rooms_client`` and
``rooms_client_async``.

Each test begins with an emulator as new, in which are the rooms that fixtures of a wider scope have made. It is reset
before the first fixture of the test is set up, so any fixture may create rooms, add faults or move the clock. When a
test fails, its report has a section with the emulator's latest requests.

pytest loads this file wherever the package is installed. So it imports nothing until a fixture is used, and a missing
extra is named then. Each worker of pytest-xdist has an emulator of its own, on a port of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from azure.communication.rooms import RoomsClient
    from azure.communication.rooms.aio import RoomsClient as AsyncRoomsClient
    from azure.communication.rooms.emulator import RoomsEmulator

#: Requests that the report of a failed test shows.
REPORTED_REQUESTS = 20


@pytest.fixture(scope="session")
def rooms_emulator(request: pytest.FixtureRequest) -> Iterator[RoomsEmulator]:
    """The Rooms service on this machine, for the whole session. It takes requests wherever its clock is moved to."""
    from azure.communication.rooms.emulator import RoomsEmulator

    with RoomsEmulator(lenient_dates=True) as emulator:
        request.config.stash[_RUNNING] = _SharedEmulator(emulator)
        yield emulator
        del request.config.stash[_RUNNING]


@pytest.fixture(scope="session")
def rooms_connection_string(rooms_emulator: RoomsEmulator) -> str:
    """The connection string of the emulator."""
    return rooms_emulator.connection_string


@pytest.fixture(scope="session")
def rooms_client_options() -> dict[str, Any]:
    """Options of the clients, none by default: override this fixture, for example with quick retries."""
    return {}


@pytest.fixture
def rooms_client(rooms_connection_string: str, rooms_client_options: dict[str, Any]) -> Iterator[RoomsClient]:
    """A client for the emulator."""
    from azure.communication.rooms import RoomsClient

    with RoomsClient.from_connection_string(rooms_connection_string, **rooms_client_options) as client:
        yield client


@pytest.fixture
def rooms_client_async(
    rooms_connection_string: str, rooms_client_options: dict[str, Any]
) -> Iterator[AsyncRoomsClient]:
    """An asynchronous client for the emulator. It needs the extra ``aio``.

    It works in any event loop of the test: that of ``asyncio.run``, of pytest-asyncio, of anyio.
    """
    import asyncio

    from azure.communication.rooms.aio import RoomsClient

    client = RoomsClient.from_connection_string(rooms_connection_string, **rooms_client_options)
    yield client
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(client.close())
    finally:
        loop.close()


#: Rooms as they are exported, by account and id.
_Rooms = dict[tuple[str, str], Any]


class _SharedEmulator:
    """The session's emulator, with the rooms that fixtures of a wider scope than a test have made in it.

    :param emulator: The emulator.
    """

    def __init__(self, emulator: RoomsEmulator) -> None:
        self.emulator = emulator
        self._made: dict[Any, _Rooms] = {}

    def reset(self) -> None:
        """Reset it to the rooms of the fixtures that are set up."""
        self.emulator.reset()
        if self._made:
            self._restore({place: room for rooms in self._made.values() for place, room in rooms.items()})

    def rooms(self) -> _Rooms:
        """Return the rooms that are there."""
        accounts = self.emulator.export_rooms()["accounts"]
        return {(name, room["id"]): room for name, rooms in accounts.items() for room in rooms}

    def keep(self, fixture: Any, before: _Rooms) -> None:
        """Keep what a fixture has made or changed since the rooms were these."""
        made = {place: room for place, room in self.rooms().items() if before.get(place) != room}
        if made:
            self._made[fixture] = made

    def drop(self, fixture: Any) -> None:
        """Delete what a fixture has made."""
        made = self._made.pop(fixture, None)
        if made is not None:
            self._restore({place: room for place, room in self.rooms().items() if place not in made})

    def _restore(self, rooms: _Rooms) -> None:
        exported = self.emulator.export_rooms()
        for name in exported["accounts"]:
            exported["accounts"][name] = [room for (account, _), room in rooms.items() if account == name]
        self.emulator.import_rooms(exported)


_RUNNING = pytest.StashKey[_SharedEmulator]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Reset the emulator, before any fixture of the test is set up."""
    shared = item.config.stash.get(_RUNNING, None)
    if shared is not None:
        shared.reset()


@pytest.hookimpl(hookwrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the rooms that a fixture of a wider scope than a test makes."""
    shared = None if request.scope == "function" else request.config.stash.get(_RUNNING, None)
    before = {} if shared is None else shared.rooms()
    yield
    if shared is not None:
        shared.keep(fixturedef, before)


def pytest_fixture_post_finalizer(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Keep them no longer than the fixture."""
    shared = request.config.stash.get(_RUNNING, None)
    if shared is not None:
        shared.drop(fixturedef)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add the emulator's latest requests to the report of a test that failed."""
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    shared = item.config.stash.get(_RUNNING, None)
    if shared is None or not report.failed:
        return
    requests = shared.emulator.requests
    if requests:
        lines = [str(entry) for entry in requests[-REPORTED_REQUESTS:]]
        report.sections.append((f"Rooms emulator: the latest of {len(requests)} requests", "\n".join(lines)))
