"""From the command line to the exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Callable

from azure.core.exceptions import AzureError

from .. import RoomsClient
from . import commands, jobs
from .arguments import parse_arguments
from .connection import ON_COMMAND_LINE, find_connection, make_client
from .errors import DONE, INTERRUPTED, UsageError, explain
from .output import Output, message

_COMMANDS: dict[tuple[str, str], Callable[[argparse.Namespace, RoomsClient, Output], int]] = {
    ("create", "create"): commands.create,
    ("show", "show"): commands.show,
    ("list", "list"): commands.list_,
    ("update", "update"): commands.update,
    ("delete", "delete"): commands.delete,
    ("participants", "list"): commands.list_participants,
    ("participants", "add"): commands.add_participants,
    ("participants", "set"): commands.set_participants,
    ("participants", "remove"): commands.remove_participants,
    ("import", "import"): jobs.import_,
    ("export", "export"): jobs.export,
    ("clean", "clean"): jobs.clean,
}


def run(arguments: Sequence[str]) -> int:
    """Run a command.

    :param arguments: The command line, without the program's name.
    :type arguments: Sequence[str]
    :returns: The exit status.
    """
    with _usable_streams():
        return _status_of(arguments)


def _status_of(arguments: Sequence[str]) -> int:
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
        return DONE  # the reader closed the pipe, such as head
    except KeyboardInterrupt:
        message("interrupted; run an import again to continue where it ended")
        return INTERRUPTED
    except (UsageError, AzureError, OSError, TypeError, ValueError) as error:
        explanation = explain(error)
        message(explanation.text())
        return explanation.status
    return status


def _run(arguments: Sequence[str]) -> int:
    options = parse_arguments(arguments)
    if "connection_string" in options:
        message(f"warning: {ON_COMMAND_LINE}")
    output = Output(as_json="json" in options)
    if options.command == "doctor":
        from .doctor import doctor  # only this command pays for sockets and certificates

        return doctor(options)
    if options.command == "import" and options.dry_run:
        return jobs.check_csv(options, output)
    with make_client(options, find_connection(options)) as client:
        return _COMMANDS[options.command, options.action](options, client, output)


@contextmanager
def _usable_streams() -> Iterator[None]:
    """Replace streams that the shell closed (``>&-``), which are None; escape what a stream's encoding lacks."""
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    with ExitStack() as stack:
        for name in closed:
            setattr(sys, name, stack.enter_context(Path(os.devnull).open("r+", encoding="utf-8")))
            stack.callback(setattr, sys, name, None)
        if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
            sys.stdout.reconfigure(errors="backslashreplace")
        yield


def _forget_stdout() -> None:
    """Discard what Python still has to write, which would fail at exit."""
    with suppress(OSError, ValueError), Path(os.devnull).open("w") as null:
        os.dup2(null.fileno(), sys.stdout.fileno())
