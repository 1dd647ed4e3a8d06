"""The process that ``--exec`` runs, with all that it starts."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress

from .stop_request import StopRequest

#: Seconds from the signal to end until the processes that are left are killed.
KILL_AFTER = 5.0
_POLL_INTERVAL = 0.02


def run(command: str, environment: Mapping[str, str], stop: StopRequest) -> int:
    """Run a command in a shell until it ends; forward the signal that ends the emulator to all of its processes.

    They are a process group of their own: a shell that runs ``a && b`` does not forward signals. What is left of it
    five seconds after the signal, or at the second signal, is killed. When the shell has ended by itself, what it left
    in the background is ended in the same way: the emulator that it was started for stops.

    :param command: For the shell.
    :param environment: Its variables.
    :param stop: When to end it early.
    :returns: Its exit status, or 128 and the number of the signal that ended it, as shells have it.
    """
    if stop.event.is_set():
        return 128 + stop.number
    process = subprocess.Popen(command, shell=True, env=environment, start_new_session=True)  # noqa: S602  promised

    def end() -> None:
        stop.event.wait()
        _end_group(process, stop)

    ending = threading.Thread(target=end, name="rooms-emulator-exec", daemon=True)
    ending.start()
    status = process.wait()
    stop.event.set()
    ending.join()
    return status if status >= 0 else 128 - status


def _end_group(process: subprocess.Popen[bytes], stop: StopRequest) -> None:
    if not _signal_group(process, stop.number):  # as nearly always when the shell has ended by itself
        return
    for _ in range(round(KILL_AFTER / _POLL_INTERVAL)):
        if stop.again.wait(_POLL_INTERVAL) or not _signal_group(process, 0):
            break
    _signal_group(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def _signal_group(process: subprocess.Popen[bytes], number: int) -> bool:
    """Send a signal to the process group, 0 to check alone; return whether anything of it is left."""
    if os.name != "posix":  # pragma: no cover  no process groups of this kind there
        with suppress(OSError):
            if number:
                process.kill()
        return process.poll() is None
    try:
        os.killpg(process.pid, number)
    except OSError:
        return False
    return True
