"""How the command is stopped: by signals, or by an event in their place."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether the command was stopped, by which signal, and whether a second one came.

    :param event: Set when it is stopped; None makes one.
    :ivar number: The signal; SIGTERM where the event was set by something else.
    :ivar again: Set by the second signal.
    """

    def __init__(self, event: threading.Event | None = None) -> None:
        self.event: threading.Event = event or threading.Event()
        self.again: threading.Event = threading.Event()
        self.number: int = signal.SIGTERM

    def on_signal(self, number: int, _: FrameType | None = None) -> None:
        """Take a signal. Nothing is raised: what runs is never left half done."""
        if self.event.is_set():
            self.again.set()
        else:
            self.number = number
            self.event.set()


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Take the signals that end a process, while the block runs.

    SIGHUP stays ignored where it is, as ``nohup`` has it.
    """
    request = StopRequest()
    numbers = [signal.SIGINT, signal.SIGTERM]
    numbers += [signal.SIGQUIT] if hasattr(signal, "SIGQUIT") else []  # Ctrl-\ of a terminal
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = [(number, signal.signal(number, request.on_signal)) for number in numbers]
    try:
        yield request
    finally:
        for number, handler in before:
            signal.signal(number, handler)
