"""Run the emulator as a command: start, wait for a signal or a child process, export, stop."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..._version import __version__
from .arguments import config_of, parse_arguments
from .log_handler import DroppingHandler

if TYPE_CHECKING:
    from ..emulator import RoomsEmulator

_LOGGER = logging.getLogger("azure.communication.rooms.emulator")
#: The variables in which a program finds the connection string: the samples of Communication Services, the Azure CLI.
_VARIABLES = ("COMMUNICATION_SAMPLES_CONNECTION_STRING", "AZURE_COMMUNICATION_CONNECTION_STRING")


def main(arguments: list[str] | None = None, stop: threading.Event | None = None) -> int:
    """Run the emulator until it is interrupted, or the command that it runs has ended.

    :param arguments: The command line, without the program's name; None takes the process's own.
    :param stop: Set to stop it, in place of a signal.
    :returns: The exit status: 0, that of the command that ran, 1 when rooms could not be exported, or 2 when the
        emulator could not start.
    """
    options = parse_arguments(arguments)
    log = _log_to_stderr(logging.WARNING if options.quiet else logging.DEBUG if options.verbose else logging.INFO)
    try:
        return _start_and_run(options, log, stop)
    finally:
        log.close()


def _start_and_run(options: argparse.Namespace, log: DroppingHandler, stop: threading.Event | None) -> int:
    try:
        emulator = _start(options)
    except (ImportError, OSError, ValueError, sqlite3.Error) as error:
        log.write(f"rooms-emulator: cannot start on {options.host}:{options.port}: {error}")
        return 2
    try:
        status = _run(options, emulator, _stop_on_signal() if stop is None else stop)
        exported = 0 if options.export_file is None else _export(emulator, Path(options.export_file), log)
        return status or exported
    finally:
        emulator.stop()


def _start(options: argparse.Namespace) -> RoomsEmulator:
    from .. import RoomsEmulator  # here, so that a missing extra is reported like any other failure to start

    emulator = RoomsEmulator.from_config(config_of(options)).start()
    try:
        if options.import_file is not None:
            _import(emulator, Path(options.import_file))
    except BaseException:
        emulator.stop()
        raise
    return emulator


def _import(emulator: RoomsEmulator, file: Path) -> None:
    try:
        emulator.import_file(file)
    except ValueError as error:
        raise ValueError(f"{file} cannot be imported: {error}") from None


def _export(emulator: RoomsEmulator, file: Path, log: DroppingHandler) -> int:
    try:
        emulator.export_file(file)
    except OSError as error:
        log.write(f"rooms-emulator: cannot export: {error}")
        return 1
    return 0


def _run(options: argparse.Namespace, emulator: RoomsEmulator, stop: threading.Event) -> int:
    """Wait until the command has ended, or for a signal."""
    if options.command is None:
        _print_connection_strings(emulator, options.account)
        stop.wait()
        return 0
    environment = {**os.environ, **dict.fromkeys(_VARIABLES, emulator.connection_string)}
    if emulator.ca_file is not None:
        environment["ROOMS_EMULATOR_CA_FILE"] = str(emulator.ca_file)
    with subprocess.Popen(options.command, shell=True, env=environment) as process:  # noqa: S602  a shell is what is promised

        def end_early() -> None:
            stop.wait()
            process.terminate()

        threading.Thread(target=end_early, daemon=True).start()
        status = process.wait()
    stop.set()
    return status if status >= 0 else 128 - status


def _print_connection_strings(emulator: RoomsEmulator, accounts: list[tuple[str, str]]) -> None:
    """Print the connection string; of named accounts without the keys, which the caller has."""
    print(f"Rooms emulator {__version__} is listening on {emulator.endpoint}. Connection string:")
    for name, _ in accounts:
        print(f"endpoint={emulator.endpoint}/;accesskey=<the key of account {name}>")
    if not accounts:
        print(emulator.connection_string)
    if emulator.ca_file is not None:
        print(f"Clients must trust the authority in {emulator.ca_file}.")
    sys.stdout.flush()


def _log_to_stderr(level: int) -> DroppingHandler:
    """Log one line a request; uvicorn's own lines stay out."""
    handler = DroppingHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    _LOGGER.handlers = [handler]
    _LOGGER.setLevel(level)
    _LOGGER.propagate = False
    return handler


def _stop_on_signal() -> threading.Event:
    """Return an event that is set when the process is told to end."""
    stop = threading.Event()

    def on_signal(*_: Any) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    return stop
