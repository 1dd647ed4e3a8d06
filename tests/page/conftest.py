"""One browser and one emulator for all tests of the page; each test has an emulator as new."""

from collections.abc import Iterator

import pytest
from admin_api import Admin
from browser import Page, browser
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator


@pytest.fixture(scope="session")
def _browser() -> Iterator[Page]:
    with browser() as page:
        yield page


@pytest.fixture(scope="session")
def _emulator() -> Iterator[RoomsEmulator]:
    with RoomsEmulator(lenient_dates=True, log_bodies=True) as emulator:
        yield emulator


@pytest.fixture
def emulator(_emulator: RoomsEmulator) -> RoomsEmulator:
    """An emulator with no rooms, no faults, and a clock that was not moved."""
    _emulator.reset()
    return _emulator


@pytest.fixture
def http(emulator: RoomsEmulator) -> SignedHttp:
    """Sends signed requests to it, as a program does."""
    return SignedHttp(emulator.connection_string)


@pytest.fixture
def admin(emulator: RoomsEmulator) -> Admin:
    """Sends admin requests to it."""
    return Admin(emulator)


@pytest.fixture
def page(_browser: Page) -> Iterator[Page]:
    """The browser; at the end its console must hold no error, and it must have asked the emulator alone."""
    _browser.driver.get("about:blank")
    _browser.show_as(1280, 900, "light")
    _browser.errors()
    _browser.requested()
    yield _browser
    own = (_browser.endpoint, "about:", "chrome:", "data:")  # the browser draws its own controls with the last two
    elsewhere = [url for url in _browser.requested() if not url.startswith(own)]
    assert (_browser.errors(), elsewhere) == ([], [])
    _browser.driver.get("about:blank")
