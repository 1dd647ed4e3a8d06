"""What the command prints: tables on a terminal, JSON lines in a pipe or with ``--json``; messages on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from .. import CommunicationRoom, RoomParticipant
from .errors import redact
from .times import local, local_zone, utc

_ROOM = {
    "id": "id",
    "valid_from": "valid from",
    "valid_until": "valid until",
    "created_at": "created",
    "pstn_dial_out_enabled": "dial-out",
}

#: Columns with ids of rooms; columns of a terminal from which on these fit in one line.
_IDS, _USUAL_WIDTH = ("id", "room"), 80


class Output:
    """Prints results.

    :param bool as_json: JSON lines, on a terminal too.
    """

    def __init__(self, as_json: bool) -> None:
        self.is_table: bool = not as_json and sys.stdout.isatty()

    def rooms(self, rooms: Iterable[CommunicationRoom]) -> None:
        """Print rooms: JSON lines as they come, or one table."""
        if not self.is_table:
            for room in rooms:
                self.line(room_to_json(room))
            return
        self.table(list(_ROOM.values()), ([_cell(getattr(room, name)) for name in _ROOM] for room in rooms), times=True)

    def participants(self, participants: Iterable[RoomParticipant]) -> None:
        """Print participants."""
        if not self.is_table:
            for each in participants:
                self.line({"raw_id": each.raw_id, "role": str(each.role)})
            return
        self.table(["raw id", "role"], ([each.raw_id, str(each.role)] for each in participants))

    def table(self, columns: Iterable[str], rows: Iterable[Iterable[str]], times: bool = False) -> None:
        """Print a table on the terminal."""
        table = Table(*columns, caption=f"Times are local ({local_zone()})." if times else None, caption_justify="left")
        console = Console()
        for column in table.columns:
            column.overflow = "fold"  # a narrow terminal must not cut an id
            column.no_wrap = column.header in _IDS and console.width >= _USUAL_WIDTH  # an id is copied in one piece
        for row in rows:
            table.add_row(*(Text(redact(cell)) for cell in row))
        console.print(table)

    def line(self, values: Mapping[str, Any]) -> None:
        """Print one JSON object on a line of its own."""
        sys.stdout.write(json.dumps(values) + "\n")
        sys.stdout.flush()

    def done(self, values: Mapping[str, Any], text: str) -> None:
        """Print what was done: an object, or a sentence on a terminal."""
        if self.is_table:
            sys.stdout.write(redact(text) + "\n")
        else:
            self.line(values)


def room_to_json(room: CommunicationRoom) -> dict[str, Any]:
    """A room as JSON: times in UTC; what only api-version 2022-02-01 has where it is there."""
    values: dict[str, Any] = {
        "id": room.id,
        "created_at": utc(room.created_at),
        "valid_from": utc(room.valid_from),
        "valid_until": utc(room.valid_until),
        "pstn_dial_out_enabled": room.pstn_dial_out_enabled,
    }
    if room.room_join_policy is not None:
        values["room_join_policy"] = str(room.room_join_policy)
    if room.participants is not None:
        values["participants"] = [{"raw_id": each.raw_id, "role": str(each.role)} for each in room.participants]
    return values


def message(text: str) -> None:
    """Print a message of one or two lines on stderr."""
    print("\n".join(redact(line) for line in f"rooms: {text}".split("\n")), file=sys.stderr, flush=True)


def progress_bar(output: Output) -> Progress:
    """A progress bar on stderr, disabled where that is no terminal, or where JSON lines appear on the same terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    is_shown = console.is_terminal and (output.is_table or not sys.stdout.isatty())
    # By default rich takes over sys.stdout and prints on the terminal what belongs in a pipe or a file.
    return Progress(*columns, console=console, disable=not is_shown, transient=True, redirect_stdout=False)


def confirmed(question: str, yes: bool) -> bool:
    """Prompt for confirmation, on a terminal only.

    :param str question: What is going to be done.
    :param bool yes: Whether the command line confirms already.
    """
    if yes or not sys.stdin.isatty():
        return True
    print(f"{redact(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return local(value)
