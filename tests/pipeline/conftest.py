"""Both transports, so that each test of one is a test of the other."""

from collections.abc import Iterator
from typing import Any, Callable

import pytest
from blocking import Blocking, event_loop

from azure.communication.rooms._pipeline.transports.aiohttp_transport import AiohttpTransport
from azure.communication.rooms._pipeline.transports.urllib3_transport import Urllib3Transport


@pytest.fixture(params=["urllib3", "aiohttp"])
def new_transport(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Makes transports. Each test runs with that of the sync client and with that of the async one."""
    if request.param == "urllib3":
        yield Urllib3Transport
        return
    with event_loop() as loop:
        yield lambda **options: Blocking(AiohttpTransport(**options), loop)


@pytest.fixture
def transport(new_transport: Callable[..., Any]) -> Iterator[Any]:
    """A transport that leaves the environment alone."""
    with new_transport(use_env_settings=False) as sending:
        yield sending


@pytest.fixture
def loop_of_asyncio(pytestconfig: pytest.Config) -> None:
    """Leave a test out with ``--uvloop``."""
    if pytestconfig.getoption("--uvloop"):
        pytest.skip("it is about asyncio's own event loop")
