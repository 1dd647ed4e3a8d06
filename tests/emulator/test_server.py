"""The emulator in a process: starts, stops, keeps what it was told to keep, listens on loopback alone."""

import base64
import importlib.util
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

import pytest
import uvicorn
from signed_http import SignedHttp

from azure.communication.rooms import emulator as package
from azure.communication.rooms.emulator import ACCESS_KEY, Clock, RoomsEmulator
from azure.communication.rooms.emulator.http import server


def test_it_listens_on_a_free_port_while_the_block_runs() -> None:
    with RoomsEmulator() as first, RoomsEmulator() as second:
        assert first.endpoint != second.endpoint
        assert first.connection_string == f"endpoint={first.endpoint}/;accesskey={ACCESS_KEY}"
        http = SignedHttp(first.connection_string)
        assert http.send("GET", "/rooms").status == 200
    with pytest.raises(ConnectionRefusedError):
        http.send("GET", "/rooms")


def test_the_well_known_key_is_base64() -> None:
    assert len(base64.b64decode(ACCESS_KEY, validate=True)) == 64


def test_it_has_no_address_and_nothing_to_forget_unless_it_runs() -> None:
    emulator = RoomsEmulator()
    for use in (lambda: emulator.endpoint, lambda: emulator.connection_string, emulator.reset):
        with pytest.raises(RuntimeError, match="the emulator is not running"):
            use()
    emulator.stop()


def test_it_starts_once_and_again_when_it_was_stopped() -> None:
    emulator = RoomsEmulator().start()
    with pytest.raises(RuntimeError, match="running already"):
        emulator.start()
    endpoint = emulator.endpoint
    emulator.stop()
    with emulator:
        assert emulator.endpoint == endpoint
        assert SignedHttp(emulator.connection_string).send("GET", "/rooms").status == 200


def test_memory_forgets_and_a_location_keeps(tmp_path: Path) -> None:
    for location, kept in ((None, 0), (tmp_path / "rooms", 1), (str(tmp_path / "rooms"), 2)):
        emulator = RoomsEmulator(location=location)
        for _ in range(2):
            with emulator:
                http = SignedHttp(emulator.connection_string)
                found = len(http.send("GET", "/rooms").body["value"])
                if not found:
                    http.send("POST", "/rooms", {})
        assert found == (kept > 0)


def test_reset_forgets_rooms_and_moves_the_clock_back(emulator: RoomsEmulator, http: SignedHttp) -> None:
    http.send("POST", "/rooms", {})
    emulator.clock.advance(days=1)
    emulator.reset()
    assert http.send("GET", "/rooms").body == {"value": []}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "::1"])
def test_every_loopback_address_will_do(host: str) -> None:
    with RoomsEmulator(host=host) as emulator:
        shown = "[::1]" if host == "::1" else host
        assert emulator.endpoint.startswith(f"http://{shown}:")
        assert SignedHttp(emulator.connection_string).send("GET", "/rooms").status == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com", ""])
def test_no_other_address_will(host: str) -> None:
    with pytest.raises(ValueError, match="listens on loopback alone"):
        RoomsEmulator(host=host)


def test_a_port_that_is_taken_is_an_os_error() -> None:
    with RoomsEmulator() as emulator:
        port = int(emulator.endpoint.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            RoomsEmulator(port=port).start()


def test_a_location_that_cannot_be_used_frees_the_port(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(OSError, match="file"):
        RoomsEmulator(port=port, location=file).start()
    with RoomsEmulator(port=port) as emulator:
        assert emulator.endpoint.endswith(f":{port}")


def test_a_server_that_cannot_start_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: Any, sockets: Any) -> None:
        for each in sockets:
            each.close()

    monkeypatch.setattr(uvicorn.Server, "serve", broken)
    with pytest.raises(RuntimeError, match="could not be started"):
        RoomsEmulator().start()


def test_threads_create_without_losing_a_room(emulator: RoomsEmulator) -> None:
    def create() -> None:
        http = SignedHttp(emulator.connection_string)
        made.extend(http.send("POST", "/rooms", {}).body["id"] for _ in range(10))

    made: list[str] = []
    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 80


def test_names_are_found_when_they_are_used() -> None:
    assert Clock is type(RoomsEmulator().clock)
    assert dir(package) == sorted(package.__all__)
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # noqa: B018


@pytest.mark.parametrize("missing", [["starlette"], ["uvicorn"], ["starlette", "uvicorn"]])
def test_without_the_extra_it_says_which_command_installs_it(
    missing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else find(name))
    monkeypatch.delitem(vars(package), "RoomsEmulator", raising=False)
    importlib.reload(package)  # pytest imports the plugin in it wherever it is installed
    with pytest.raises(ImportError) as caught:
        package.RoomsEmulator  # noqa: B018
    assert str(caught.value) == (
        f"the emulator needs {' and '.join(missing)}; install it with: "
        'python -m pip install "azure-communication-rooms[emulator]"'
    )


def test_it_imports_nothing_of_the_client_and_of_azure_core() -> None:
    program = """
import sys
from azure.communication.rooms.emulator import RoomsEmulator
with RoomsEmulator() as emulator:
    print(sorted(n for n in sys.modules if n.startswith("azure.") and "emulator" not in n))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (
        ran.stdout.strip()
        == "['azure.communication', 'azure.communication.rooms', 'azure.communication.rooms._version']"
    )


def test_answers_are_sent_without_waiting_for_acknowledgements() -> None:
    with server.listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP  # what asyncio looks at before it sets TCP_NODELAY


@contextmanager
def housekeeping(run: Callable[[], None]) -> Iterator[None]:
    """A server that does nothing but keep house."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("nobody calls")

    with server.listen("127.0.0.1", 0) as listener:
        running = server.Server(app, listener, None, run)
        assert running.start()
        try:
            yield
        finally:
            running.stop()


def test_the_server_keeps_house_once_it_has_started() -> None:
    ran = threading.Event()
    with housekeeping(ran.set):
        assert ran.wait(10)


def test_housekeeping_that_fails_is_logged_and_the_server_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    ran = threading.Event()

    def fail() -> None:
        ran.set()
        raise sqlite3.OperationalError("database or disk is full")

    with caplog.at_level("WARNING", logger="azure.communication.rooms.emulator"), housekeeping(fail):
        assert ran.wait(10)
    assert [record.getMessage() for record in caplog.records] == ["housekeeping failed: database or disk is full"]
