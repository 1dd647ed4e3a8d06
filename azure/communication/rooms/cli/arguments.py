"""The command line. Connection options and ``--json`` stand before or after the command; no error repeats a value."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any, NoReturn

import shtab

from .. import __version__
from .errors import UsageError
from .times import parse_time

_EPILOG = """\
The connection string is that of --connection-string, or of the environment variable
COMMUNICATION_SAMPLES_CONNECTION_STRING or AZURE_COMMUNICATION_CONNECTION_STRING.

exit status: 0 done, 1 an error of the service or no connection, 2 wrong usage, 3 not found

example:
  rooms --emulator create --valid-until 2030-01-31T10:00:00Z
"""
#: The part of argparse's message that repeats a value.
_CHOICE = re.compile(r"invalid choice: .*?(?= \(choose from|$)", re.DOTALL)
#: What an argument looks like that can be repeated in an error: the name of an option or of a command, never a value.
_NAME = re.compile(r"--?[a-z][a-z-]{0,30}")


class _Parser(argparse.ArgumentParser):
    """Raises what argparse would print, without the values in it: one of them may be a key."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_abbrev": False, "formatter_class": argparse.RawDescriptionHelpFormatter, **kwargs})

    def error(self, message: str) -> NoReturn:
        """Raise a usage error."""
        message = _CHOICE.sub("it is not one of the choices", message)
        message = re.sub(r"ignored explicit argument .*", "it takes no value", message, flags=re.DOTALL)
        raise UsageError(f"{message}\nSee: {self.prog} --help")


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line.

    :param arguments: Without the program's name.
    :type arguments: Sequence[str]
    :raises UsageError: If it is wrong. No value is repeated.
    """
    parser = build_parser()
    _check_option_names(parser, arguments)  # first: argparse would take the value of such an option for a command
    options, surplus = parser.parse_known_args(arguments)
    if surplus:
        names = [match.group() for match in map(_NAME.match, surplus) if match]
        problem = f"there is no option {names[0]} here" if names else f"{len(surplus)} arguments are too many"
        raise UsageError(f"{problem}\nSee: rooms {options.command} --help")
    return options


def _check_option_names(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """Check that some command has each option.

    :raises UsageError: If there is one; the message has the nearest name, and no value.
    """
    known = set(re.findall(r"--[a-z][a-z-]+", shtab.complete(parser, "bash")))
    for match in filter(None, map(_NAME.match, arguments)):
        name = match.group()
        if name.startswith("--") and name not in known:
            near = get_close_matches(name, known, n=1)
            raise UsageError(
                f"there is no option {name}{f'; did you mean {near[0]}?' if near else ''}\nSee: rooms --help"
            )


def build_parser() -> argparse.ArgumentParser:
    """Build the parser, from which completion and the documents are made, too."""
    common = _common()
    parser = _Parser(
        prog="rooms",
        description="Work with the rooms of an Azure Communication Services resource.",
        epilog=_EPILOG,
        parents=[common],
    )
    parser.add_argument("--version", action="version", version=__version__)
    shtab.add_argument_to(parser, ["--print-completion"], help="print the completion script for a shell")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)

    def add(where: Any, name: str, text: str, example: str, **defaults: Any) -> argparse.ArgumentParser:
        epilog = f"example:\n  {example}"
        command: argparse.ArgumentParser = where.add_parser(
            name, help=text, description=f"{text[0].upper()}{text[1:]}.", epilog=epilog, parents=[common]
        )
        command.set_defaults(**{"action": name, **defaults})
        return command

    _add_room_commands(add, commands)
    _add_participants(add, commands)
    _add_job_commands(add, commands)
    add(commands, "doctor", "check the connection, the credentials and the service", "rooms doctor")
    return parser


def _common() -> argparse.ArgumentParser:
    """Options that stand before or after the command. What is not given leaves no trace, so that neither wins."""
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--json", action="store_true", help="print JSON lines, on a terminal too")
    connection = common.add_argument_group("connection")
    connection.add_argument(
        "--connection-string",
        metavar="TEXT",
        help="of the resource; it shows in the process list, so an environment variable is better",
    )
    connection.add_argument("--endpoint", metavar="URL", help="sign in with Microsoft Entra ID (needs azure-identity)")
    connection.add_argument("--emulator", action="store_true", help="the emulator of this machine, on its usual port")
    connection.add_argument(
        "--api-version", metavar="VERSION", type=_version, help="version of the service's interface"
    )
    return common


def _add_room_commands(add: Any, commands: Any) -> None:
    create = add(commands, "create", "create a room", "rooms create --valid-until 2030-01-31T10:00:00Z")
    _add_room_options(create)
    create.add_argument("--participant", action="append", metavar="ID=ROLE", help="a user who may join; repeatable")
    _add_room(add(commands, "show", "show a room", "rooms show 99412345678901234"))
    add(commands, "list", "list all rooms, newest first", "rooms list --json")
    update = add(
        commands, "update", "change a room", "rooms update 99412345678901234 --valid-until 2030-01-31T10:00:00Z"
    )
    _add_room(update)
    _add_room_options(update)
    delete = add(commands, "delete", "delete rooms", "rooms delete 99412345678901234 --yes")
    delete.add_argument("rooms", metavar="ROOM", nargs="+", help="id of a room")
    _add_yes(delete)


def _add_participants(add: Any, commands: Any) -> None:
    participants = commands.add_parser(
        "participants",
        help="list, add, set or remove the participants of a room",
        description="List, add, set or remove the participants of a room.",
        epilog="example:\n  rooms participants list 99412345678901234",
        parents=[_common()],
    )
    actions = participants.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    room = "99412345678901234"
    _add_room(add(actions, "list", "list the participants of a room", f"rooms participants list {room}"))
    adding = add(
        actions,
        "add",
        "add participants or change their roles; who is in the room and named without a role keeps the role",
        f"rooms participants add {room} 8:acs:alice=Presenter 8:acs:bob",
    )
    setting = add(
        actions,
        "set",
        "make the list of participants exactly this; who is named without a role becomes an Attendee",
        f"rooms participants set {room} 8:acs:alice=Presenter 8:acs:bob=Attendee",
    )
    for command in (adding, setting):
        _add_room(command)
        command.add_argument("participants", metavar="ID=ROLE", nargs="+", help="raw id, and role")
    removing = add(actions, "remove", "remove participants", f"rooms participants remove {room} 8:acs:bob")
    _add_room(removing)
    removing.add_argument("participants", metavar="ID", nargs="+", help="raw id")


def _add_job_commands(add: Any, commands: Any) -> None:
    importing = add(
        commands,
        "import",
        "create a room for each row of a CSV file; a second run continues where the first ended",
        "rooms import rooms.csv",
    )
    importing.add_argument(
        "file",
        metavar="FILE.csv",
        type=_path,
        help="UTF-8, with the columns valid_from, valid_until, pstn_dial_out_enabled and participants "
        "(ID=Role;ID=Role), each optional",
    )
    importing.add_argument("--dry-run", action="store_true", help="check the file and send nothing")
    importing.add_argument(
        "--journal", metavar="PATH", type=_path, help="what is done so far; FILE.csv.journal by default"
    )
    _add_concurrency(importing)
    export = add(commands, "export", "write all rooms to a CSV file that import reads", "rooms export rooms.csv")
    export.add_argument("file", metavar="FILE.csv", type=_path, help="the file to write")
    export.add_argument("--include-ended", action="store_true", help="rooms that have ended, too")
    clean = add(
        commands, "clean", "delete rooms that ended before a time", "rooms clean --ended-before 2030-01-31 --yes"
    )
    clean.add_argument("--ended-before", metavar="TIME", type=_time, required=True, help="ISO 8601; UTC without a zone")
    clean.add_argument("--dry-run", action="store_true", help="print the rooms and delete nothing")
    _add_concurrency(clean)
    _add_yes(clean)


def _add_room(command: argparse.ArgumentParser) -> None:
    command.add_argument("room", metavar="ROOM", help="id of the room")


def _add_room_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--valid-from", metavar="TIME", type=_time, help="ISO 8601; UTC without a zone")
    command.add_argument("--valid-until", metavar="TIME", type=_time, help="ISO 8601; UTC without a zone")
    command.add_argument(
        "--pstn-dial-out", action=argparse.BooleanOptionalAction, help="whether calls may dial out to phone numbers"
    )


def _add_yes(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--yes", action="store_true", help="do not prompt for confirmation (prompts appear on a terminal only)"
    )


def _add_concurrency(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--max-concurrency", metavar="N", type=_count, default=8, help="requests at a time; 8 by default"
    )


def _time(text: str) -> Any:
    try:
        return parse_time(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _version(text: str) -> str:
    if not re.fullmatch(r"[\w.-]{1,24}", text):  # what is longer may be a misplaced key
        raise argparse.ArgumentTypeError("it must be a version, such as 2025-03-13")
    return text


def _path(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("the name of the file is empty")
    return text


def _count(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,2}", text):
        raise argparse.ArgumentTypeError("it must be a number from 1 to 999")
    return int(text)
