"""The command line of ``rooms-emulator``."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import NoReturn

from ..._version import __version__
from ..config import DEFAULT_GRACE, DEFAULT_PORT, PAGE_SIZE, Config


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Parse the command line; an invalid one ends the process with one line and status 2."""
    parser = _Parser(
        prog="rooms-emulator",
        description="The Rooms service of Azure Communication Services, emulated on this machine.",
        epilog="One line a request goes to stderr; the connection string goes to stdout.",
        allow_abbrev=False,
    )
    _add_address(parser)
    _add_behaviour(parser)
    _add_run_options(parser)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:  # by their names alone: a value may be a key
        names = [text.partition("=")[0] if text.startswith("-") else "..." for text in unknown]
        parser.error(f"unrecognized arguments: {' '.join(names)}")
    return options


def _add_address(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("address").add_argument
    add("--host", default="127.0.0.1", help="a loopback address (default: %(default)s)")
    add("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one (default: %(default)s)")
    add("--location", metavar="DIR", help="keep rooms in this folder (default: in memory)")
    add("--tls", action="store_true", help="use HTTPS with a certificate made on the spot; its CA's file is printed")
    add("--cert", metavar="FILE", help="use HTTPS with this certificate, PEM")
    add("--key", metavar="FILE", help="the private key of --cert, PEM, when it is not in there")


def _add_behaviour(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("behaviour").add_argument
    add(
        "--account",
        metavar="NAME=KEY",
        action="append",
        type=_parse_account,
        default=[],
        help="an account with rooms of its own; several",
    )
    add(
        "--clock-skew",
        metavar="SECONDS",
        type=_parse_span,
        default=timedelta(),
        help="how far its clock is ahead, or -behind",
    )
    add(
        "--grace",
        metavar="SECONDS",
        type=_parse_grace,
        default=DEFAULT_GRACE,
        help="how long a room stays that has ended, or never to keep it for ever (default: 604800, 7 days)",
    )
    add(
        "--lenient-dates",
        action="store_true",
        help="accept requests dated by this machine, wherever the clock is",
    )
    add("--strict-hmac", action="store_true", help="refuse signatures over the percent-decoded path and query")
    add(
        "--page-size", metavar="N", type=int, default=PAGE_SIZE, help="rooms on a page of a list (default: %(default)s)"
    )
    add("--fault", metavar="SPEC", action="append", default=[], help="such as 'POST /rooms nth=2 status=503'; several")


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("running").add_argument
    add("--import", metavar="FILE", dest="import_file", help="start with the rooms of this file")
    add("--export", metavar="FILE", dest="export_file", help="write the rooms to this file at the end")
    add(
        "--exec", metavar="COMMAND", dest="command", help="run this in a shell, then stop; its status is the emulator's"
    )
    add("--log-bodies", action="store_true", help="keep bodies for the page and the admin API, cut and without tokens")
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("--quiet", action="store_true", help="log no requests")
    loudness.add_argument("--verbose", action="store_true", help="log more of each request")
    add("--version", action="version", version=__version__)


def _parse_account(text: str) -> tuple[str, str]:
    name, equals, key = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("an account is NAME=KEY")  # the text may be a key
    return name, key


def _parse_span(text: str) -> timedelta:
    try:
        return timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None


def _parse_grace(text: str) -> timedelta | None:
    return None if text == "never" else _parse_span(text)


def config_of(options: argparse.Namespace) -> Config:
    """Return the configuration of the emulator that a command line asks for.

    :raises ValueError: If an option is invalid.
    """
    accounts = dict(options.account)
    if len(accounts) < len(options.account):
        raise ValueError("two accounts have the same name")
    return Config.of(
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
        log_bodies=options.log_bodies,
    )
