"""Run the emulator as a command: start, wait for a signal or a child process, export, stop."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..._version import __version__
from ..config import ACCESS_KEY, Config, host_and_port, host_key, is_loopback
from ..state.log_text import LOGGER
from . import child
from .accounts import VARIABLE
from .arguments import config_of, parse_arguments
from .log_format import formatter
from .log_handler import DroppingHandler
from .output import Output
from .stop_request import StopRequest, stop_on_signals

if TYPE_CHECKING:
    from ..emulator import RoomsEmulator

#: The variables in which a program finds the connection string: the samples of Communication Services, the Azure CLI.
_VARIABLES = ("COMMUNICATION_SAMPLES_CONNECTION_STRING", "AZURE_COMMUNICATION_CONNECTION_STRING")

#: Seconds that the start waits until the connection strings are read.
_PRINT_TIMEOUT = 1.0


def main(arguments: list[str] | None = None, stop: threading.Event | None = None) -> int:
    """Run the emulator until it is interrupted, or the command that it runs has ended.

    :param arguments: The command line, without the program's name; None takes the process's own.
    :param stop: Set to stop it, in place of a signal.
    :returns: The exit status: 0, that of the command that ran, 1 when rooms could not be exported, or 2 when the
        emulator could not start.
    """
    if stop is not None:
        return _main(arguments, StopRequest(stop))
    with stop_on_signals() as request:  # first of all: a signal in the middle of the start is heeded after it
        return _main(arguments, request)


def _main(arguments: list[str] | None, stop: StopRequest) -> int:
    options = parse_arguments(arguments)
    if options.subcommand == "wait":
        from .wait import wait  # it imports a client of HTTP, which a start does not need

        return wait(options.url, options.timeout, stop)
    with _log_to_stderr(options) as log:
        return _start_and_run(options, log, stop)


def _start_and_run(options: argparse.Namespace, log: DroppingHandler, stop: StopRequest) -> int:
    try:
        config = config_of(options)
        if options.export_file is not None:
            _check_export(Path(options.export_file))
        emulator = _start(config, options.import_file)
    except (ImportError, OSError, ValueError, sqlite3.Error) as error:
        log.write(f"rooms-emulator: cannot start on {options.host}:{options.port}: {error}{_taken_by(error, options)}")
        return 2
    try:
        _warn_of_hosts(config)
        status = _run(options, config, emulator, stop)
        exported = 0 if options.export_file is None else _export(emulator, Path(options.export_file), log)
        return status or exported
    finally:
        emulator.stop()


def _taken_by(error: Exception, options: argparse.Namespace) -> str:
    """Return who has the port that is taken; empty for another error."""
    if not isinstance(error, OSError) or error.errno != errno.EADDRINUSE:
        return ""
    from . import health  # it imports a client of HTTP, which a start does not need

    address = host_and_port(options.host, options.port)
    if any(not health.check(f"{scheme}://{address}", 1) for scheme in ("http", "https")):
        return "; an emulator listens there already: use that, stop it, or take another --port (0 is a free one)"
    return "; another program has it: take another --port (0 is a free one)"


def _warn_of_hosts(config: Config) -> None:
    """Log which callers will be rejected that the options seem to be for."""
    if not is_loopback(config.host) and not config.allowed_hosts:
        LOGGER.warning("callers on other machines are rejected until --allow-host names the host that they call")
    advertised = config.advertise and host_key(urlsplit(config.advertise).hostname or "")
    if advertised and not is_loopback(advertised) and advertised not in config.allowed_hosts:
        LOGGER.warning("--advertise names %s; give --allow-host %s too, or it is rejected", advertised, advertised)


def _start(config: Config, import_file: str | None) -> RoomsEmulator:
    from .. import RoomsEmulator  # here, so that a missing extra is reported like any other failure to start

    emulator = RoomsEmulator.from_config(config).start()
    try:
        if import_file is not None:
            _import(emulator, Path(import_file))
    except BaseException:
        emulator.stop()
        raise
    return emulator


def _import(emulator: RoomsEmulator, file: Path) -> None:
    try:
        emulator.import_file(file)
    except ValueError as error:
        raise ValueError(f"{file} cannot be imported: {error}") from None


def _check_export(file: Path) -> None:
    """Check that rooms can be written to a file, before there are any to lose.

    :raises OSError: If they cannot.
    """
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        probe = file.with_name(f"{file.name}.unfinished")
        probe.open("wb").close()
        probe.unlink()
    except (OSError, ValueError) as error:  # a name may hold what no name may
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OSError(f"rooms cannot be exported to {file}: {reason}") from None


def _export(emulator: RoomsEmulator, file: Path, log: DroppingHandler) -> int:
    try:
        emulator.export_file(file)
    except (OSError, sqlite3.Error) as error:
        log.write(f"rooms-emulator: cannot export: {error}")
        return 1
    return 0


def _run(options: argparse.Namespace, config: Config, emulator: RoomsEmulator, stop: StopRequest) -> int:
    """Wait until the command has ended, or for a signal."""
    if options.command is None:
        _print_connection_strings(emulator, config)
        stop.event.wait()
        return 0
    environment = {**os.environ, **dict.fromkeys(_VARIABLES, emulator.connection_string)}
    environment.pop(VARIABLE, None)  # keys of other accounts are none of its business
    if emulator.ca_file is not None:
        environment["ROOMS_EMULATOR_CA_FILE"] = str(emulator.ca_file)
    return child.run(options.command, environment, stop)


def _print_connection_strings(emulator: RoomsEmulator, config: Config) -> None:
    """Print the connection string; of named accounts without the keys, which the caller has."""
    endpoint = emulator.endpoint if config.advertise is None else config.advertise.rstrip("/")
    lines = [f"Rooms emulator {__version__} is listening on {endpoint}. Connection string:"]
    for name, key in config.accounts.items():
        lines.append(f"endpoint={endpoint}/;accesskey={key if key == ACCESS_KEY else f'<the key of account {name}>'}")
    if config.admin_port is not None:
        lines.append(f"The admin API is on {emulator.admin_endpoint}.")
    if emulator.ca_file is not None:
        lines.append(f"Clients must trust the authority in {emulator.ca_file}.")
    _print("".join(f"{line}\n" for line in lines))


def _print(text: str) -> None:
    """Write text to stdout, in a thread: while it is not read, many accounts fill a pipe, and the write blocks."""
    output = Output(sys.stdout)

    def write() -> None:
        try:
            output.write(text)
        except OSError as error:  # the emulator is of use all the same
            LOGGER.warning("stdout cannot be written: %s", error.strerror)
        output.close()

    thread = threading.Thread(target=write, name="rooms-emulator-stdout", daemon=True)
    thread.start()
    thread.join(_PRINT_TIMEOUT)


@contextmanager
def _log_to_stderr(options: argparse.Namespace) -> Iterator[DroppingHandler]:
    """Log one line a request while the block runs; uvicorn's own lines stay out."""
    handler = DroppingHandler(sys.stderr)
    handler.setFormatter(formatter(options.log_format))
    before = LOGGER.handlers, LOGGER.level, LOGGER.propagate
    LOGGER.handlers, LOGGER.propagate = [handler], False
    LOGGER.setLevel(logging.WARNING if options.quiet else logging.DEBUG if options.verbose else logging.INFO)
    try:
        yield handler
    finally:
        handler.close()
        LOGGER.handlers, LOGGER.level, LOGGER.propagate = before
