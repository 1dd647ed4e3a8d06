"""An environment with tools that change a whole process, and servers for their programs."""

import json
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
import trustme
from environments import Environment, export, run
from raw_server import serve
from socks_server import SocksServer
from tool_servers import RoomServer

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The project and the tools, in an environment of their own."""
    home = tmp_path_factory.mktemp("tools")
    made = Environment.create(home / "environment", sys.executable)
    made.install(export(home / "project"), "-r", HERE / "requirements.txt")
    return made


@pytest.fixture(params=["http", "https"])
def rooms(request: pytest.FixtureRequest) -> Iterator[RoomServer]:
    """A server, with TLS and without."""
    scheme = str(request.param)
    context = None
    if scheme == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        request.getfixturevalue("authority").issue_cert("127.0.0.1").configure_cert(context)
    with serve(lambda port: RoomServer(port, scheme), context) as server:
        try:
            yield server
        finally:
            server.stopped.set()


@pytest.fixture
def socks_server() -> Iterator[SocksServer]:
    """A SOCKS proxy."""
    with serve(SocksServer) as server:
        yield server


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """The certificate that signs the server's."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


@pytest.fixture
def run_program(environment: Environment, tmp_path: Path) -> Callable[..., Any]:
    """Runs a program of this folder and gives the JSON that it prints last."""

    def run_it(name: str, *arguments: object) -> Any:
        printed = run(environment.python, PROGRAMS / name, *arguments, cwd=tmp_path)
        return json.loads(printed.splitlines()[-1])

    return run_it
