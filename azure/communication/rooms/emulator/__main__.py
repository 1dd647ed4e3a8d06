"""The emulator as a command: ``python -m azure.communication.rooms.emulator``."""

import argparse
import logging
import signal
import sqlite3
import sys
import threading
from typing import Any, Optional

from .._version import __version__
from .app import LOGGER
from .server import DEFAULT_PORT, RoomsEmulator


def parse_arguments(arguments: Optional[list[str]]) -> argparse.Namespace:
    """Read the command line; argparse answers a wrong one with one line and status 2."""
    parser = argparse.ArgumentParser(
        prog="python -m azure.communication.rooms.emulator",
        description="The Rooms service of Azure Communication Services, emulated on this machine.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--location", metavar="DIR", help="keep rooms in this folder (default: in memory)")
    parser.add_argument("--version", action="version", version=__version__)
    return parser.parse_args(arguments)


def main(arguments: Optional[list[str]] = None, stop: Optional[threading.Event] = None) -> int:
    """Run the emulator until it is interrupted.

    :param arguments: The command line, without the program's name; None takes the process's own.
    :param stop: Set to stop it, in place of a signal.
    :returns: The exit status: 0, or 2 when it could not start.
    """
    options = parse_arguments(arguments)
    _log_to_stderr()
    try:
        emulator = RoomsEmulator(host=options.host, port=options.port, location=options.location).start()
    except (OSError, ValueError, sqlite3.Error) as error:
        print(f"rooms emulator: cannot start on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 2
    stop = _until_signal() if stop is None else stop
    print(f"Rooms emulator {__version__} is listening on {emulator.endpoint}. Connection string:", flush=True)
    print(emulator.connection_string, flush=True)
    stop.wait()
    emulator.stop()
    return 0


def _log_to_stderr() -> None:
    """One line a request; uvicorn's own lines stay out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    LOGGER.handlers = [handler]
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def _until_signal() -> threading.Event:
    """Set when the process is asked to end."""
    stop = threading.Event()

    def on_signal(*_: Any) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    return stop


if __name__ == "__main__":
    sys.exit(main())
