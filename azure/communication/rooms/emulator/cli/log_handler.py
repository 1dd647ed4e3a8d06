"""The log on stderr, which never makes a request wait: if it is not read, lines are dropped and counted."""

from __future__ import annotations

import logging
import os
import queue
import threading
from contextlib import suppress
from typing import TextIO

from ..state.log_text import escape
from .log_format import JsonFormatter

#: Lines that wait to be written.
WAITING_LINES = 1000
#: Seconds that closing waits for the lines that are left.
CLOSE_TIMEOUT = 1.0


class DroppingHandler(logging.Handler):
    """Writes log lines in a thread of its own.

    A program that starts the emulator with ``stderr=PIPE`` and does not read it fills the pipe, and the next write
    blocks for ever. So the thread may block, and nothing waits for it: neither a request, nor the end of the process.

    :param stream: Where to write. A stream with a file descriptor is written to by a copy of that, past the stream's
        own lock, which the interpreter takes when it ends.
    :type stream: ~typing.TextIO
    :ivar int dropped: How many lines were dropped.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.dropped: int = 0
        self._reported = 0
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        self._stream = stream
        self._descriptor: int | None = None
        with suppress(OSError, ValueError):  # a stream without a file, such as a test's
            self._descriptor = os.dup(stream.fileno())
        self._thread = threading.Thread(target=self._write_lines, name="rooms-emulator-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Let a record be written, or drop it when too many wait."""
        self._put(self.format(record))

    def write(self, text: str) -> None:
        """Let a line be written that is no record, or drop it when too many wait; JSON has it as a message."""
        self._put(self._line(text))

    def _line(self, text: str) -> str:
        if not isinstance(self.formatter, JsonFormatter):
            return escape(text)
        return self.format(logging.LogRecord("", logging.ERROR, "", 0, text, None, None))

    def _put(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write the lines that are left, for a second at most."""
        while self._thread.is_alive():
            try:
                self._lines.put_nowait(None)
                break
            except queue.Full:  # the end is worth more than a line
                with suppress(queue.Empty):
                    self._lines.get_nowait()
                self.dropped += 1
        self._thread.join(CLOSE_TIMEOUT)
        if self._descriptor is not None and not self._thread.is_alive():
            os.close(self._descriptor)
            self._descriptor = None
        super().close()

    def _write_lines(self) -> None:
        with suppress(OSError):  # whoever read it is gone
            while True:
                line = self._lines.get()
                if self.dropped > self._reported:
                    missing, self._reported = self.dropped - self._reported, self.dropped
                    self._output(self._line(f"{missing} log lines were dropped: stderr was not read"))
                if line is None:
                    return
                self._output(line)

    def _output(self, line: str) -> None:
        if self._descriptor is None:
            self._stream.write(f"{line}\n")
            return
        content = f"{line}\n".encode("utf-8", "backslashreplace")
        while content:
            content = content[os.write(self._descriptor, content) :]
