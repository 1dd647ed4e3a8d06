"""The emulator as a command: its connection string, its end, and one clear line when it cannot start."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from signed_http import SignedHttp

from azure.communication.rooms import __version__
from azure.communication.rooms.emulator import ACCESS_KEY, DEFAULT_PORT, RoomsEmulator, app
from azure.communication.rooms.emulator import __main__ as command

COMMAND = [sys.executable, "-m", "azure.communication.rooms.emulator"]
ANNOUNCED = re.compile(
    rf"Rooms emulator {re.escape(__version__)} is listening on (http://127\.0\.0\.1:\d+)\. Connection string:\n"
    rf"(endpoint=\1/;accesskey={re.escape(ACCESS_KEY)})\n"
)


@pytest.fixture(autouse=True)
def _logger() -> Iterator[None]:
    """The command sets up the emulator's logger for its process; here that is the tests'."""
    logger = app.LOGGER
    before = (logger.handlers, logger.level, logger.propagate)
    yield
    logger.handlers, logger.level, logger.propagate = before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_runs_until_it_is_asked_to_end(number: signal.Signals, tmp_path: Path) -> None:
    arguments = ["--port", "0", "--location", str(tmp_path)]
    with subprocess.Popen(COMMAND + arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        match = ANNOUNCED.fullmatch(process.stdout.readline() + process.stdout.readline())
        assert match
        assert SignedHttp(match[2]).send("POST", "/rooms", {}).status == 201
        process.send_signal(number)
        output, log = process.communicate(timeout=10)
    assert (process.returncode, output) == (0, "")
    assert re.fullmatch(r"\d\d:\d\d:\d\d POST /rooms\?api-version=2025-03-13 201 \d+\.\d ms\n", log)
    with RoomsEmulator(location=tmp_path) as emulator:
        assert len(SignedHttp(emulator.connection_string).send("GET", "/rooms").body["value"]) == 1


def test_the_command_in_this_process(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()
    assert command.main(["--port", "0"], stop) == 0
    assert ANNOUNCED.fullmatch(capsys.readouterr().out)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_end_is_heeded(number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: dict[int, Callable[[int, object], None]] = {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    stop = command._until_signal()
    assert not stop.is_set()
    handlers[number](number, None)
    assert stop.is_set()


def test_the_default_port_and_place() -> None:
    options = command.parse_arguments([])
    assert (options.host, options.port, options.location) == ("127.0.0.1", DEFAULT_PORT, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "http"], "invalid int value: 'http'"),
        (["--colour", "red"], "unrecognized arguments: --colour red"),
    ],
)
def test_a_wrong_flag_is_one_line_and_status_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err.splitlines()[-1]


def test_what_keeps_it_from_starting_is_one_line_and_status_2(
    emulator: RoomsEmulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = emulator.endpoint.rpartition(":")[2]
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "rooms.sqlite3").write_text("not a database, and long enough to be told from an empty one")
    for arguments, words in (
        (["--port", taken], "in use"),
        (["--port", "99999"], "port"),
        (["--host", "0.0.0.0"], "listens on loopback alone"),
        (["--port", "0", "--location", str(tmp_path / "file")], "file"),
        (["--port", "0", "--location", str(tmp_path / "broken")], "not a database"),
    ):
        assert command.main(arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("rooms emulator: cannot start on ")
        assert words in line


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(["--version"])
    assert (caught.value.code, capsys.readouterr().out.strip()) == (0, __version__)
