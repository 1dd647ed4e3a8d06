"""The command in this process, as a user's shell runs it."""

import pytest
from cli_runs import Ran, Rooms

from azure.communication.rooms.cli import main
from azure.communication.rooms.emulator import RoomsEmulator


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names no resource and no proxy."""
    for name in ("COMMUNICATION_SAMPLES", "AZURE_COMMUNICATION"):
        monkeypatch.delenv(f"{name}_CONNECTION_STRING", raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def rooms(capsys: pytest.CaptureFixture[str]) -> Rooms:
    """Run ``rooms`` with these arguments."""

    def run(*arguments: str) -> Ran:
        capsys.readouterr()
        try:
            status = main(list(arguments))
        except SystemExit as exit_:
            status = int(str(exit_.code or 0))
        return Ran(status, *capsys.readouterr())

    return run


@pytest.fixture
def connected(rooms: Rooms, emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch) -> Rooms:
    """Run ``rooms`` against the emulator."""
    monkeypatch.setenv("AZURE_COMMUNICATION_CONNECTION_STRING", emulator.connection_string)
    return rooms
