"""The asynchronous tests of release 1.2.0's own suite, fetched with its source, pass on this client."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from azure.communication import rooms
from azure.communication.rooms.emulator import RoomsEmulator

PROGRAMS = Path(__file__).resolve().parent / "programs"
TESTS = 27


@pytest.fixture(scope="module")
def upstream_tests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tests of release 1.2.0."""
    folder = tmp_path_factory.mktemp("upstream")
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    subprocess.run(
        [*fetch, "--dest", str(folder), "azure-communication-rooms==1.2.0"], check=True, timeout=300, cwd=folder
    )
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        source.extractall(folder)
    (tests,) = folder.glob("*/tests")
    return tests


def test_upstreams_asynchronous_tests_pass(upstream_tests: Path) -> None:
    home = Path(str(rooms.__file__)).parents[3]
    with RoomsEmulator() as emulator:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(home), str(PROGRAMS)]),
            "COMMUNICATION_CONNECTION_STRING_ROOMS": emulator.connection_string,
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "upstream_shims"]
        ran = subprocess.run(
            [*command, "--rootdir", str(upstream_tests), str(upstream_tests / "test_rooms_client_async.py")],
            cwd=upstream_tests,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert f"{TESTS} passed" in ran.stdout, ran.stdout + ran.stderr
    assert ran.returncode == 0
