"""The log on stderr, which never makes a request wait: if it is not read, lines are dropped and counted."""

from __future__ import annotations

import logging
import threading
from collections import deque
from contextlib import suppress
from typing import TextIO

from ..state.log_text import escape
from .log_format import JsonFormatter
from .output import Output

#: Lines that wait to be written.
WAITING_LINES = 1000
#: Seconds for which lines are gathered that are written at once. A thread that is woken for each of them would take as
#: much processor time as the rest of a request.
GATHERING_TIME = 0.02
#: Seconds that closing waits for the lines that are left.
CLOSE_TIMEOUT = 1.0


class DroppingHandler(logging.Handler):
    """Writes log lines in a thread of its own.

    A program that starts the emulator with ``stderr=PIPE`` and does not read it fills the pipe, and the next write
    blocks for ever. So the thread may block, and nothing waits for it: neither a request, nor the end of the process.

    :param stream: Where to write; None, as in a process that was started without the stream, writes nowhere.
    :type stream: ~typing.TextIO or None
    :ivar int dropped: How many lines were dropped.
    """

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self.dropped: int = 0
        self._reported = 0
        self._lines: deque[str] = deque()
        self._lines_lock = threading.Lock()
        self._has_lines, self._is_closing = threading.Event(), threading.Event()
        self._output = Output(stream)
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
        with self._lines_lock:
            if len(self._lines) >= WAITING_LINES:
                self.dropped += 1
                return
            self._report_dropped()
            self._lines.append(line)
        if not self._has_lines.is_set():
            self._has_lines.set()

    def _report_dropped(self) -> None:
        """Let a line be written, in the place of those that were dropped since the last report."""
        if self.dropped > self._reported:
            missing, self._reported = self.dropped - self._reported, self.dropped
            self._lines.append(self._line(f"{missing} log lines were dropped: stderr was not read"))

    def close(self) -> None:
        """Write the lines that are left, for a second at most."""
        self._is_closing.set()
        self._has_lines.set()
        self._thread.join(CLOSE_TIMEOUT)
        if not self._thread.is_alive():
            self._output.close()
        super().close()

    def _write_lines(self) -> None:
        with suppress(OSError):  # whoever read it is gone
            while not self._is_closing.is_set():
                self._has_lines.wait()
                self._is_closing.wait(GATHERING_TIME)
                self._has_lines.clear()
                self._write_waiting()
            with self._lines_lock:
                self._report_dropped()
            self._write_waiting()

    def _write_waiting(self) -> None:
        """Write the lines that wait. They make room for others when they are written, and not before."""
        with self._lines_lock:
            lines = list(self._lines)
        if lines:
            self._output.write("\n".join(lines) + "\n")
        with self._lines_lock:
            for _ in lines:
                self._lines.popleft()
