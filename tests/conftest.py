"""Fixtures that many tests share."""

import asyncio
import os
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from raw_server import RawServer, raw_server
from signed_http import SignedHttp

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

pytest_plugins = ["azure.communication.rooms.emulator.pytest_plugin"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what the tests in ``playback`` and ``facts`` share."""
    parser.addoption(
        "--live",
        action="store_true",
        help="speak to the resource that AZURE_COMMUNICATION_CONNECTION_STRING names (tests/playback, tests/facts)",
    )
    parser.addoption("--uvloop", action="store_true", help="run event loops of uvloop in place of asyncio's")


#: An access key that opens nothing: 32 bytes, in base64.
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


#: Variables that change what programs print, or where clients send.
COLORS = ("CLICOLOR_FORCE", "FORCE_COLOR", "NO_COLOR", "PY_COLORS")
PROXIES = ("all_proxy", "http_proxy", "https_proxy", "no_proxy")
#: Folders whose tests fetch packages, for which a machine may need its proxy.
FETCHING = {"docs", "installation", "parity", "tools"}


def forget_the_machine(config: pytest.Config) -> None:
    """Run in UTC, without colors and without proxies, whatever the machine has; programs that tests start, too."""
    os.environ["TZ"] = "UTC"
    if hasattr(time, "tzset"):
        time.tzset()
    for name in COLORS:
        os.environ.pop(name, None)
    if FETCHING.isdisjoint(part for argument in config.args for part in Path(argument).parts):
        for name in PROXIES:
            os.environ.pop(name, None)
            os.environ.pop(name.upper(), None)


def pytest_configure(config: pytest.Config) -> None:
    forget_the_machine(config)
    if config.getoption("--uvloop"):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    config.addinivalue_line(
        "markers",
        "one_python: the rule is the same on every Python, and slow to check; .ci/run checks it on the first alone",
    )


@pytest.fixture(scope="session")
def _running_emulator() -> Iterator[RoomsEmulator]:
    with RoomsEmulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(_running_emulator: RoomsEmulator) -> RoomsEmulator:
    """An emulator with no rooms, its clock running as the machine's does."""
    _running_emulator.reset()
    return _running_emulator


@pytest.fixture
def http(emulator: RoomsEmulator) -> SignedHttp:
    """Signed requests to the emulator, made without our client."""
    return SignedHttp(emulator.connection_string)


@pytest.fixture
def client(emulator: RoomsEmulator) -> Iterator[RoomsClient]:
    """Our client for the emulator."""
    with RoomsClient.from_connection_string(emulator.connection_string) as rooms:
        yield rooms


@pytest.fixture
def server() -> Iterator[RawServer]:
    """A raw server that keeps what it gets and sends the responses of a script."""
    with raw_server() as raw:
        yield raw


@pytest.fixture
def raw_client(server: RawServer) -> Iterator[RoomsClient]:
    """Our client for the raw server."""
    with RoomsClient.from_connection_string(f"endpoint={server.endpoint};accesskey={KEY}") as rooms:
        yield rooms


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Makes certificates."""
    return trustme.CA()


@pytest.fixture(scope="session")
def trusted(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file with the one certificate that makes the TLS server's good."""
    path = tmp_path_factory.mktemp("certificates") / "trusted.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture(scope="session")
def _tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def tls_server(_tls: ssl.SSLContext) -> Iterator[RawServer]:
    """A raw server that speaks TLS."""
    with raw_server(_tls) as raw:
        yield raw
