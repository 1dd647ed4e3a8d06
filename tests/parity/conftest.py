"""The published packages, installed where nothing of this project is, and what their programs saw of the emulator."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest
import trustme
import uvicorn

from azure.communication.rooms.emulator import ACCESS_KEY, Clock, RoomsEmulator
from azure.communication.rooms.emulator.app import make_app
from azure.communication.rooms.emulator.auth import Authenticator
from azure.communication.rooms.emulator.exchange import Service
from azure.communication.rooms.emulator.store import Store

PROGRAMS = Path(__file__).resolve().parent / "programs"
#: Where each of the clients reads whose certificates to trust.
TRUST = ("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")

Step = dict[str, Any]


class Authority(NamedTuple):
    """Who vouches for the emulator's certificate."""

    own: trustme.CA
    path: Path


class Seen(NamedTuple):
    """What a program saw, by step, and where."""

    program: str
    endpoint: str
    steps: dict[str, Step]

    def value(self, step: str) -> Any:
        """What a step that succeeded gave."""
        assert "value" in self.steps[step], self.steps[step]
        return self.steps[step]["value"]


def run(*command: object, cwd: Path, trust: Optional[Path] = None) -> str:
    """What a program prints; what this project puts into the environment stays outside."""
    environment = {name: value for name, value in os.environ.items() if name not in (*TRUST, "PYTHONPATH")}
    if trust is not None:
        environment.update(dict.fromkeys(TRUST, str(trust)))
    words = [str(word) for word in command]
    ran = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, f"{' '.join(words[:3])} failed:\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"
    return ran.stdout


@pytest.fixture(scope="session")
def published_python(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """The command that runs the Python program, in a virtual environment of its own."""
    home = tmp_path_factory.mktemp("python")
    run(sys.executable, "-m", "venv", home / "venv", cwd=home)
    python = home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", "-r", PROGRAMS / "requirements.txt", cwd=home)
    return [python, PROGRAMS / "published_python.py"]


@pytest.fixture(scope="session")
def published_javascript(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """The command that runs the JavaScript program, in a folder of its own."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("the published JavaScript package runs under Node, and node and npm are not installed here")
    home = tmp_path_factory.mktemp("javascript")
    for name in ("package.json", "published_javascript.mjs"):
        shutil.copy(PROGRAMS / name, home)
    run(npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", cwd=home)
    return [node, home / "published_javascript.mjs"]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that exists for these tests alone."""
    own, path = trustme.CA(), tmp_path_factory.mktemp("authority") / "ca.pem"
    own.cert_pem.write_to_path(str(path))
    return Authority(own, path)


@pytest.fixture(scope="session", params=["http", "https"])
def scheme(request: pytest.FixtureRequest) -> str:
    """How the emulator is reached."""
    return str(request.param)


@pytest.fixture(scope="session", params=["python sync", "python aio", "javascript"])
def seen(request: pytest.FixtureRequest, scheme: str, authority: Authority) -> Seen:
    """What a program saw of an emulator of its own."""
    program = str(request.param)
    command = list(request.getfixturevalue(f"published_{program.split()[0]}")) + program.split()[1:]
    with emulator(scheme, authority) as endpoint:
        output = run(*command, endpoint, ACCESS_KEY, cwd=PROGRAMS, trust=authority.path if scheme == "https" else None)
    steps = [json.loads(line) for line in output.splitlines()]
    assert len({step["step"] for step in steps}) == len(steps), "two steps have one name"
    return Seen(program, endpoint, {step.pop("step"): step for step in steps})


@contextmanager
def emulator(scheme: str, authority: Authority) -> Iterator[str]:
    """The endpoint of an emulator with no rooms."""
    if scheme == "http":
        with RoomsEmulator() as running:
            yield running.endpoint
        return
    service = Service(Store(), Clock())
    application = make_app(service, Authenticator(base64.b64decode(ACCESS_KEY)))
    with authority.own.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.tempfile() as certificate:
        config = uvicorn.Config(application, port=0, ssl_certfile=certificate, lifespan="off", log_config=None)
        config.load()
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        service.store.close()
