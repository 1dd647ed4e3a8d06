"""The argument parsers of the commands, from which their pages are generated."""

from __future__ import annotations

import argparse
from importlib.metadata import entry_points
from unittest import mock

from azure.communication.rooms.cli.arguments import build_parser


class _Found(Exception):
    """The parser that is about to print its help."""


def _parser_of(command: str) -> argparse.ArgumentParser:
    """Start a command with ``--help``, and take the parser in place of the help."""

    def print_help(parser: argparse.ArgumentParser, _: object = None) -> None:
        raise _Found(parser)

    (point,) = entry_points(group="console_scripts", name=command)
    with mock.patch.object(argparse.ArgumentParser, "print_help", print_help):
        try:
            point.load()(["--help"])
        except _Found as found:
            parser: argparse.ArgumentParser = found.args[0]
            return parser
    raise LookupError(f"{command} --help prints no help of argparse")


def rooms_emulator() -> argparse.ArgumentParser:
    """Return the parser of ``rooms-emulator``."""
    return _parser_of("rooms-emulator")


def rooms() -> argparse.ArgumentParser:
    """Return the parser of ``rooms``."""
    return build_parser()
