"""The published packages, installed where nothing of this project is, and what their programs saw of the emulator."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

import pytest

from azure.communication.rooms.emulator import ACCESS_KEY, RoomsEmulator

PROGRAMS = Path(__file__).resolve().parent / "programs"
#: The folder that holds the package.
PROJECT = PROGRAMS.parents[2]
#: The variable that names the authority which each of the clients trusts, as ``docs/do/containers.md`` has it.
TRUST = {"python sync": "REQUESTS_CA_BUNDLE", "python aio": "SSL_CERT_FILE", "javascript": "NODE_EXTRA_CA_CERTS"}

Step = dict[str, Any]


class Seen(NamedTuple):
    """What a program saw, by step, and where."""

    program: str
    endpoint: str
    steps: dict[str, Step]

    def value(self, step: str) -> Any:
        """What a step that succeeded gave."""
        assert "value" in self.steps[step], self.steps[step]
        return self.steps[step]["value"]


def run(*command: object, cwd: Path, trust: Optional[dict[str, str]] = None, path: Optional[Path] = None) -> str:
    """What a program prints; what this project puts into the environment stays outside.

    :param trust: Variables that name the authority to trust.
    :param path: A folder that stands before the packages of the interpreter.
    """
    environment = {name: value for name, value in os.environ.items() if name not in (*TRUST.values(), "PYTHONPATH")}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    environment.update(trust or {})
    words = [str(word) for word in command]
    ran = subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, f"{' '.join(words[:3])} failed:\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"
    return ran.stdout


@pytest.fixture(scope="session")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a virtual environment that holds the published packages."""
    home = tmp_path_factory.mktemp("python")
    run(sys.executable, "-m", "venv", home / "venv", cwd=home)
    python = home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    run(python, "-m", "pip", "install", "--quiet", "-r", PROGRAMS / "requirements.txt", cwd=home)
    return python


@pytest.fixture(scope="session")
def published_python(interpreter: Path) -> list[object]:
    """The command that runs the Python program."""
    return [interpreter, PROGRAMS / "published_python.py"]


@pytest.fixture(scope="session")
def run_both(interpreter: Path) -> Callable[..., tuple[Any, Any]]:
    """Runs a program with release 1.2.0, then with this package in its place; what each prints as JSON."""

    def run_it(name: str, *arguments: object) -> tuple[Any, Any]:
        printed = []
        for path in (None, PROJECT):
            with RoomsEmulator() as emulator:
                given = [{"ENDPOINT": emulator.endpoint, "KEY": ACCESS_KEY}.get(str(each), each) for each in arguments]
                printed.append(run(interpreter, PROGRAMS / name, *given, cwd=PROGRAMS, path=path))
        before, here = (json.loads(text.splitlines()[-1]) for text in printed)
        return before, here

    return run_it


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


@pytest.fixture(scope="session", params=["http", "https"])
def scheme(request: pytest.FixtureRequest) -> str:
    """How the emulator is reached."""
    return str(request.param)


@pytest.fixture(scope="session", params=["python sync", "python aio", "javascript"])
def seen(request: pytest.FixtureRequest, scheme: str) -> Seen:
    """What a program saw of an emulator of its own."""
    program = str(request.param)
    command = list(request.getfixturevalue(f"published_{program.split()[0]}")) + program.split()[1:]
    with RoomsEmulator(tls=scheme == "https") as emulator:
        endpoint = emulator.endpoint
        trust = {} if emulator.ca_file is None else {TRUST[program]: str(emulator.ca_file)}
        output = run(*command, endpoint, ACCESS_KEY, cwd=PROGRAMS, trust=trust)
    steps = [json.loads(line) for line in output.splitlines()]
    assert len({step["step"] for step in steps}) == len(steps), "two steps have one name"
    return Seen(program, endpoint, {step.pop("step"): step for step in steps})
