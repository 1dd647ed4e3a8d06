"""The emulator as a command: ``rooms-emulator``, or ``python -m azure.communication.rooms.emulator``."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from .._version import __version__
from .defaults import DEFAULT_GRACE, DEFAULT_PORT, PAGE_SIZE

if TYPE_CHECKING:
    from . import RoomsEmulator

_LOGGER = logging.getLogger("azure.communication.rooms.emulator")
#: What a program finds the connection string in: the samples of Communication Services, and the Azure CLI.
_VARIABLES = ("COMMUNICATION_SAMPLES_CONNECTION_STRING", "AZURE_COMMUNICATION_CONNECTION_STRING")


class _Parser(argparse.ArgumentParser):
    """An argument parser that says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line; a wrong one ends the process with one line and status 2."""
    parser = _Parser(
        prog="rooms-emulator",
        description="The Rooms service of Azure Communication Services, emulated on this machine.",
        epilog="One line a request goes to stderr; the connection string goes to stdout.",
        allow_abbrev=False,
    )
    _add_place(parser)
    _add_behaviour(parser)
    _add_way_of_running(parser)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:  # by their names alone: a value may be a key
        names = [text.partition("=")[0] if text.startswith("-") else "..." for text in unknown]
        parser.error(f"unrecognized arguments: {' '.join(names)}")
    return options


def _add_place(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("where").add_argument
    add("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    add("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (default: %(default)s)")
    add("--location", metavar="DIR", help="keep rooms in this folder (default: in memory)")
    add("--tls", action="store_true", help="speak HTTPS with a certificate made on the spot; its CA's file is printed")
    add("--cert", metavar="FILE", help="speak HTTPS with this certificate, PEM")
    add("--key", metavar="FILE", help="the private key of --cert, PEM, when it is not in there")


def _add_behaviour(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what it is like").add_argument
    add(
        "--account",
        metavar="NAME=KEY",
        action="append",
        type=_account,
        default=[],
        help="an account with rooms of its own; several",
    )
    add(
        "--clock-skew",
        metavar="SECONDS",
        type=_span,
        default=timedelta(),
        help="how far its clock is ahead, or -behind",
    )
    add(
        "--grace",
        metavar="SECONDS",
        type=_grace,
        default=DEFAULT_GRACE,
        help="how long a room stays that has ended, or never to keep it for ever (default: 604800, 7 days)",
    )
    add("--lenient-dates", action="store_true", help="take requests dated by this machine, wherever its clock is moved")
    add("--strict-hmac", action="store_true", help="refuse signatures over the percent-decoded path and query")
    add(
        "--page-size", metavar="N", type=int, default=PAGE_SIZE, help="rooms on a page of a list (default: %(default)s)"
    )
    add("--fault", metavar="SPEC", action="append", default=[], help="such as 'POST /rooms nth=2 status=503'; several")


def _add_way_of_running(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how it runs").add_argument
    add("--import", metavar="FILE", dest="import_file", help="start with the rooms of this file")
    add("--export", metavar="FILE", dest="export_file", help="write the rooms to this file at the end")
    add(
        "--exec", metavar="COMMAND", dest="command", help="run this in a shell, then stop; its status is the emulator's"
    )
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("--quiet", action="store_true", help="log no requests")
    loudness.add_argument("--verbose", action="store_true", help="log more of each request")
    add("--version", action="version", version=__version__)


def _account(text: str) -> tuple[str, str]:
    name, equals, key = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("an account is NAME=KEY")  # the text may be a key
    return name, key


def _span(text: str) -> timedelta:
    try:
        return timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None


def _grace(text: str) -> timedelta | None:
    return None if text == "never" else _span(text)


def main(arguments: list[str] | None = None, stop: threading.Event | None = None) -> int:
    """Run the emulator until it is interrupted, or the command that it runs has ended.

    :param arguments: The command line, without the program's name; None takes the process's own.
    :param stop: Set to stop it, in place of a signal.
    :returns: The exit status: 0, that of the command that ran, 1 when rooms could not be exported, or 2 when the
        emulator could not start.
    """
    options = parse_arguments(arguments)
    _log_to_stderr(logging.WARNING if options.quiet else logging.DEBUG if options.verbose else logging.INFO)
    try:
        emulator = _start(options)
    except (ImportError, OSError, ValueError, sqlite3.Error) as error:
        print(f"rooms-emulator: cannot start on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 2
    try:
        status = _run(options, emulator, _until_signal() if stop is None else stop)
        exported = 0 if options.export_file is None else _export(emulator, Path(options.export_file))
        return status or exported
    finally:
        emulator.stop()


def _start(options: argparse.Namespace) -> RoomsEmulator:
    from . import RoomsEmulator  # so that a missing extra is told like everything else that keeps it from starting

    accounts = dict(options.account)
    if len(accounts) < len(options.account):
        raise ValueError("two accounts have the same name")
    emulator = RoomsEmulator(
        host=options.host,
        port=options.port,
        location=options.location,
        accounts=accounts or None,
        strict_hmac=options.strict_hmac,
        lenient_dates=options.lenient_dates,
        clock_skew=options.clock_skew,
        grace=options.grace,
        page_size=options.page_size,
        faults=options.fault,
        tls=options.tls,
        certificate=options.cert,
        key=options.key,
    ).start()
    try:
        if options.import_file is not None:
            _import(emulator, Path(options.import_file))
    except BaseException:
        emulator.stop()
        raise
    return emulator


def _import(emulator: RoomsEmulator, file: Path) -> None:
    try:
        emulator.import_rooms(json.loads(file.read_text("utf-8")))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file} cannot be imported: {error}") from None


def _export(emulator: RoomsEmulator, file: Path) -> int:
    """Write the whole file or nothing of it."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        unfinished.write_text(json.dumps(emulator.export_rooms(), indent=2), "utf-8")
        unfinished.replace(file)
    except OSError as error:
        print(f"rooms-emulator: cannot export: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace, emulator: RoomsEmulator, stop: threading.Event) -> int:
    """Wait for the end: that of the command, or the signal."""
    if options.command is None:
        _print_way_in(emulator, options.account)
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


def _print_way_in(emulator: RoomsEmulator, accounts: list[tuple[str, str]]) -> None:
    """The connection string; where accounts were named, without their keys, which the caller has."""
    print(f"Rooms emulator {__version__} is listening on {emulator.endpoint}. Connection string:")
    for name, _ in accounts:
        print(f"endpoint={emulator.endpoint}/;accesskey=<the key of account {name}>")
    if not accounts:
        print(emulator.connection_string)
    if emulator.ca_file is not None:
        print(f"Clients must trust the authority in {emulator.ca_file}.")
    sys.stdout.flush()


def _log_to_stderr(level: int) -> None:
    """One line a request; uvicorn's own lines stay out."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    _LOGGER.handlers = [handler]
    _LOGGER.setLevel(level)
    _LOGGER.propagate = False


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
