"""Rooms in CSV files: what ``import`` reads and ``export`` writes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any

from .. import CommunicationRoom, ParticipantRole, RoomParticipant
from .errors import UsageError
from .times import parse_time, utc

COLUMNS = ("valid_from", "valid_until", "pstn_dial_out_enabled", "participants")
#: Characters of the longest cell. csv's own limit, 131,072, is about 1,300 participants.
_LONGEST_CELL = 16 * 1024 * 1024
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class CsvRow(dict[str, Any]):
    """The keywords of one room, and the line of the file on which its row ends."""

    line = 0


class BadRow:
    """A row that is invalid.

    :param int line: The line of the file on which it ends.
    :param error: What is wrong with it.
    :type error: UsageError
    """

    def __init__(self, line: int, error: UsageError) -> None:
        self.line = line
        self.error = error


def read_rows(path: str) -> Iterator[CsvRow | BadRow]:
    """Read the rows of a file, one after the other.

    :param str path: The file.
    :raises UsageError: If the file is no such CSV file; a row that is wrong is a :class:`BadRow`.
    :raises OSError: If it cannot be read.
    """
    if Path(path).exists() and not Path(path).is_file():
        raise UsageError(f"{path} is no file; save the rows in one, which can be read again when the import continues")
    csv.field_size_limit(_LONGEST_CELL)
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            columns = _columns(path, next(reader, []))
            for cells in reader:
                if cells:
                    yield _row(reader.line_num, columns, cells)
        except UnicodeDecodeError:
            where = f"after line {reader.line_num} " if reader.line_num else ""
            raise UsageError(f"{path}: {where}it is not UTF-8; save it as CSV UTF-8") from None
        except csv.Error as error:
            raise UsageError(f"{path}: line {reader.line_num}: {error}") from None


def _columns(path: str, header: list[str]) -> list[str]:
    columns = [name.strip().lower() for name in header]
    if not any(columns):
        raise UsageError(f"{path}: the first line must name the columns: {','.join(COLUMNS)}")
    for name in columns:
        if name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, n=1)
            hint = f"did you mean {near[0]}?" if near and name.isidentifier() else f"there are {','.join(COLUMNS)}."
            raise UsageError(f"{path}: there is no column {name[:40]!r}; {hint} Cells are separated by commas.")
        if columns.count(name) > 1:
            raise UsageError(f"{path}: the column {name} is there twice")
    return columns


def _row(line: int, columns: list[str], cells: list[str]) -> CsvRow | BadRow:
    if len(cells) > len(columns):
        problem = f"it has {len(cells)} cells, and the first line names {len(columns)} columns"
        return BadRow(line, UsageError(problem))
    row = CsvRow()
    try:
        for name, cell in zip(columns, cells):
            if cell.strip():
                row[name] = _value(name, cell.strip())
    except UsageError as error:
        return BadRow(line, error)
    row.line = line
    return row


def _value(name: str, cell: str) -> Any:
    if name == "participants":
        return participants_to_roles(each for each in cell.split(";") if each.strip())
    if name == "pstn_dial_out_enabled":
        if cell.lower() not in _FLAGS:
            raise UsageError(f"pstn_dial_out_enabled: {cell[:40]!r} is neither true nor false")
        return _FLAGS[cell.lower()]
    try:
        return parse_time(cell)
    except UsageError as error:
        raise UsageError(f"{name}: {error}") from None


def parse_participants(texts: Iterable[str]) -> list[tuple[str, str | None]]:
    """Read participants, each ``ID=Role`` or ``ID``.

    :param texts: One text for each.
    :type texts: Iterable[str]
    :returns: Raw ids, each with the role, or None where none is named. The case of a known role does not matter.
    :raises UsageError: If a raw id or a role is empty, or a participant is there twice.
    """
    found: dict[str, str | None] = {}
    for text in texts:
        raw_id, equals, role = text.strip().rpartition("=") if "=" in text else (text.strip(), "", "")
        raw_id, role = raw_id.strip(), role.strip()
        if not raw_id or (equals and not role):
            raise UsageError("participants: write each as ID=Role, such as 8:acs:...=Presenter")
        if raw_id in found:
            raise UsageError(f"participants: {raw_id} is there twice")
        found[raw_id] = (
            next((each.value for each in ParticipantRole if each.value.lower() == role.lower()), role) or None
        )
    return list(found.items())


def participants_to_roles(texts: Iterable[str]) -> dict[str, str]:
    """Read participants, who become Attendees where no role is named."""
    return {raw_id: role or ParticipantRole.ATTENDEE.value for raw_id, role in parse_participants(texts)}


@contextmanager
def writing_rows(path: str) -> Iterator[Any]:
    """Write a file whole or not at all. The block gets a function that takes a room and its participants.

    What is there and no file, such as a pipe or a device, is written to and stays what it is.
    """
    if Path(path).exists() and not Path(path).is_file():
        with Path(path).open("w", encoding="utf-8", newline="") as stream:
            yield _writer(stream)
        return
    target = Path(path).resolve()  # a link stays a link
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield _writer(file)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _writer(file: IO[str]) -> Any:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)

    def write(room: CommunicationRoom, participants: Iterable[RoomParticipant]) -> None:
        flag = {None: "", True: "true", False: "false"}[room.pstn_dial_out_enabled]
        cell = ";".join(f"{each.raw_id}={each.role}" for each in participants)
        writer.writerow([utc(room.valid_from), utc(room.valid_until), flag, cell])

    return write
