"""The command line of ``rooms-emulator``."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import NoReturn

from ..._version import __version__
from ..config import DEFAULT_GRACE, DEFAULT_PORT, PAGE_SIZE, Config
from ..faults.fault import Fault, parse
from .accounts import find_accounts, parse_account

#: The variable of the admin token.
ADMIN_TOKEN = "ROOMS_EMULATOR_ADMIN_TOKEN"  # noqa: S105  the name of the variable


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Parse the command line; an invalid one ends the process with one line and status 2."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["wait"]:
        return _parse_wait(arguments[1:])
    parser = _Parser(
        prog="rooms-emulator",
        description="The Rooms service of Azure Communication Services, emulated on this machine.",
        epilog="One line a request goes to stderr; the connection string goes to stdout. "
        "rooms-emulator wait [URL] --timeout SECONDS waits until one responds.",
        allow_abbrev=False,
    )
    _add_address(parser)
    _add_access(parser)
    _add_behaviour(parser)
    _add_run_options(parser)
    parser.set_defaults(subcommand=None)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:  # by their names alone: a value may be a key
        names = [text.partition("=")[0] if text.startswith("-") else "..." for text in unknown]
        parser.error(f"unrecognized arguments: {' '.join(names)}")
    return options


def _parse_wait(arguments: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="rooms-emulator wait",
        description="Wait until an emulator responds. The status is 0 when it does, 1 when the time is over.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        default=f"http://127.0.0.1:{DEFAULT_PORT}",
        type=_parse_url,
        help="scheme, host and port (default: %(default)s)",
    )
    parser.add_argument(
        "--timeout", type=_parse_timeout, default=30.0, metavar="SECONDS", help="how long (default: 30)"
    )
    options = parser.parse_args(arguments)
    options.subcommand = "wait"
    return options


def _add_access(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group(
        "access",
        "Callers on other machines reach the Rooms and Identity API alone. With ROOMS_EMULATOR_ADMIN_TOKEN in the "
        "environment, those who send its value as bearer token reach the admin API and the page too.",
    ).add_argument
    add(
        "--allow-host",
        metavar="HOST",
        action="append",
        default=[],
        help="a host, without port, that requests may name beside loopback's; certificates of --tls are for it too; "
        "several",
    )
    add(
        "--admin-port", metavar="PORT", type=int, help="a port for the admin API and the page alone; 0 takes a free one"
    )
    add("--advertise", metavar="URL", help="print this in place of the address, such as http://rooms:8420")
    add(
        "--unsigned-tokens", action="store_true", help="let any token for Communication Services open the first account"
    )


def _add_address(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("address").add_argument
    add("--host", default="127.0.0.1", help="the address to listen on; 0.0.0.0 is every one (default: %(default)s)")
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
        help="an account with rooms of its own; several. ROOMS_EMULATOR_ACCOUNTS=NAME=KEY;NAME=KEY in "
        "the environment keeps keys out of the list of processes",
    )
    add("--account-file", metavar="FILE", help="a file of such accounts, one a line")
    add(
        "--clock-skew",
        metavar="SECONDS",
        type=_parse_span,
        default=timedelta(),
        help="offset of its clock; negative for a slow clock",
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
    add("--strict-hmac", action="store_true", help="reject signatures over the percent-decoded path and query")
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
    add(
        "--log-format",
        choices=("text", "json"),
        default="text",
        help="lines for people, or one JSON object a line (default: %(default)s)",
    )
    add("--version", action="version", version=__version__)


def _parse_account(text: str) -> tuple[str, str]:
    try:
        return parse_account(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parse_url(text: str) -> str:
    if not re.fullmatch(r"https?://[^/?#\s]+/?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no URL such as http://127.0.0.1:8420")
    return text


def _parse_timeout(text: str) -> float:
    seconds = _parse_span(text).total_seconds()
    if seconds < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from now")
    return seconds


def _parse_span(text: str) -> timedelta:
    try:
        return timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds") from None


def _parse_grace(text: str) -> timedelta | None:
    return None if text == "never" else _parse_span(text)


def _parse_fault(text: str) -> Fault:
    try:
        return parse(text)
    except ValueError as error:
        raise ValueError(f"--fault {text!r}: {error}") from None


def config_of(options: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Config:
    """Return the configuration of the emulator of a command line.

    :param environment: Where accounts and the admin token may be too.
    :raises OSError: If the file of accounts cannot be read.
    :raises ValueError: If an option is invalid.
    """
    accounts = find_accounts(options.account, options.account_file, environment)
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
        faults=[_parse_fault(text) for text in options.fault],
        tls=options.tls,
        certificate=options.cert,
        key=options.key,
        allowed_hosts=options.allow_host,
        unsigned_tokens=options.unsigned_tokens,
        admin_token=environment.get(ADMIN_TOKEN) or None,
        admin_port=options.admin_port,
        advertise=options.advertise,
        log_bodies=options.log_bodies,
    )
