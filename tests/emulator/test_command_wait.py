"""``rooms-emulator wait``: for scripts and health checks."""

import signal
import threading

import pytest
from loopback import free_port
from raw_server import RawServer

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.cli import health
from azure.communication.rooms.emulator.cli import run as command


@pytest.mark.parametrize("tls", [False, True])
def test_it_ends_when_an_emulator_responds(tls: bool) -> None:
    with RoomsEmulator(tls=tls) as emulator:
        assert command.main(["wait", emulator.endpoint, "--timeout", "60"]) == 0


def test_it_goes_past_proxies(emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert command.main(["wait", f"{emulator.endpoint}/", "--timeout", "60"]) == 0


def test_it_waits_for_an_emulator_that_starts_later() -> None:
    port = free_port()
    emulator = RoomsEmulator(port=port)
    timer = threading.Timer(0.3, emulator.start)
    timer.start()
    try:
        assert command.main(["wait", f"http://127.0.0.1:{port}", "--timeout", "60"]) == 0
    finally:
        timer.join()
        emulator.stop()


def test_it_states_why_there_is_none_when_the_time_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["wait", "http://127.0.0.1:1", "--timeout", "0.3"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("rooms-emulator wait: no emulator at http://127.0.0.1:1 after 0.3 s: ")
    assert "Connection refused" in line


def test_a_signal_ends_it() -> None:
    stop = threading.Event()
    stop.set()
    assert command.main(["wait", "http://127.0.0.1:1"], stop) == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n" + b'{"status":"ok"}', "another service responded"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "it responded 404"),
        (b"SSH-2.0-x\r\n\r\n", "SSH-2.0-x"),
    ],
)
def test_another_service_is_no_emulator(server: RawServer, response: bytes, words: str) -> None:
    server.send_bytes(response)
    assert words in health.check(server.endpoint, 60)


@pytest.mark.parametrize("arguments", [["wait", "localhost"], ["wait", "--timeout", "-1"], ["wait", "--timeout", "x"]])
def test_wrong_arguments_are_one_line_and_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)
    assert caught.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
