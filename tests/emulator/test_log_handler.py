"""The log of the command: no request waits for it, and lines that are not read are dropped and counted."""

import io
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from typing import TextIO

import pytest
from child_processes import child_process

from azure.communication.rooms.emulator.cli import log_handler
from azure.communication.rooms.emulator.cli.log_handler import DroppingHandler

COMMAND = [sys.executable, "-m", "azure.communication.rooms.emulator", "--port", "0"]


@pytest.fixture
def pipe() -> Iterator[tuple[int, TextIO]]:
    """The two ends of a pipe."""
    reader, writer = os.pipe()
    with open(writer, "w", buffering=1) as stream:  # noqa: PTH123  it is a descriptor
        yield reader, stream
    os.close(reader)


def read_all(reader: int) -> list[str]:
    with open(reader, "rb", closefd=False) as file:
        return file.read().decode().splitlines()


@pytest.mark.skipif(os.name != "posix", reason="a signal ends a process in order on POSIX alone")
def test_requests_and_the_end_do_not_wait_for_a_pipe_that_is_not_read() -> None:
    with child_process(COMMAND, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        (host,) = re.findall(r"http://(\S+)\.", process.stdout.readline())
        connection = HTTPConnection(host, timeout=60)
        for _ in range(400):  # a line has more than 900 characters, and a pipe 65,536 bytes
            connection.request("GET", f"/{'x' * 900}")
            response = connection.getresponse()
            response.read()
            assert response.status == 401
        connection.close()
        process.terminate()
        assert process.wait(60) == 0


def test_lines_that_do_not_fit_are_dropped_and_counted(
    pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_handler, "WAITING_LINES", 5)
    reader, stream = pipe
    os.set_blocking(stream.fileno(), False)
    filling = stream.write("\n" * 65_536)  # all that a pipe takes
    os.set_blocking(stream.fileno(), True)
    handler = DroppingHandler(stream)
    handler.write("first")
    record = logging.makeLogRecord({"msg": "x" * 1000})
    for _ in range(1000):
        handler.emit(record)
    assert handler.dropped == 996  # the first line and four more wait
    monkeypatch.setattr(log_handler, "CLOSE_TIMEOUT", 0.1)
    handler.close()  # while it is not read
    stream.close()
    text = ""
    thread_ended = False
    os.set_blocking(reader, False)
    while not thread_ended:  # reads what is there; closing then writes the rest
        with suppress(BlockingIOError):
            text += os.read(reader, 100_000).decode()
        handler.close()
        thread_ended = not handler._thread.is_alive()
    os.set_blocking(reader, True)
    lines = [*text[filling:].splitlines(), *read_all(reader)]
    assert (lines[0], lines.count("x" * 1000)) == ("first", 1000 - handler.dropped)
    counted = [int(line.split()[0]) for line in lines if line.endswith("log lines were dropped: stderr was not read")]
    assert sum(counted) == handler.dropped


def test_every_line_is_written_before_the_handler_is_closed(pipe: tuple[int, TextIO]) -> None:
    reader, stream = pipe
    handler = DroppingHandler(stream)
    for number in range(100):
        handler.write(f"line {number} \N{SNOWMAN}")
    handler.close()
    handler.close()
    stream.close()
    assert read_all(reader) == [f"line {number} \N{SNOWMAN}" for number in range(100)]


def test_lines_that_come_close_together_are_written_together(
    pipe: tuple[int, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_handler, "GATHERING_TIME", 60)
    _, stream = pipe
    handler = DroppingHandler(stream)
    outputs: list[str] = []
    written = threading.Event()

    def record(text: str) -> None:
        outputs.append(text)
        written.set()

    monkeypatch.setattr(handler._output, "write", record)
    handler.write("line 0")
    assert not written.wait(0.2)
    handler.write("line 1")
    handler.close()  # gathering ends with the log
    assert outputs == ["line 0\nline 1\n"]


def test_a_process_without_the_stream_logs_nowhere() -> None:
    handler = DroppingHandler(None)
    handler.write("line")
    handler.close()
    assert handler.dropped == 0


def test_a_stream_without_a_file_is_written_to_as_it_is() -> None:
    stream = io.StringIO()
    handler = DroppingHandler(stream)
    handler.write("line")
    handler.close()
    assert stream.getvalue() == "line\n"


def test_a_pipe_whose_reader_is_gone_ends_the_log_and_nothing_else() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as stream:  # noqa: PTH123  it is a descriptor
        handler = DroppingHandler(stream)
        handler.write("line")
        handler._thread.join()
        handler.write("line")
        handler.close()
    assert handler.dropped == 0
