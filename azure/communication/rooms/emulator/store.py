"""Rooms, participants and the repeatability log, in SQLite. No HTTP, and no rule but that ids are unique.

What writes stands within ``transaction()``; what reads may stand anywhere.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from . import ticks
from .defaults import DEFAULT_ACCOUNT
from .rules import DEFAULT_JOIN_POLICY, Validity

#: Came after the first files were written: a file without it gets it when it is opened.
_JOIN_POLICY = f"room_join_policy TEXT NOT NULL DEFAULT '{DEFAULT_JOIN_POLICY}'"

#: The second in which a room was created, rounded down. SQLite's division rounds towards zero.
_SECOND = f"(created_at / {ticks.PER_SECOND} - (created_at % {ticks.PER_SECOND} < 0))"

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS rooms (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    pstn_dial_out_enabled INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    {_JOIN_POLICY}
);
CREATE TABLE IF NOT EXISTS participants (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    room TEXT NOT NULL,
    raw_id TEXT NOT NULL,
    role TEXT NOT NULL,
    UNIQUE (room, raw_id)
);
CREATE TABLE IF NOT EXISTS repeatable_requests (
    id TEXT PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS repeatable_requests_by_age ON repeatable_requests (seen_at);
CREATE INDEX IF NOT EXISTS rooms_by_end ON rooms (valid_until) WHERE NOT deleted;
CREATE INDEX IF NOT EXISTS rooms_by_second ON rooms ({_SECOND} DESC, sequence DESC);
"""

#: Positions lie below this, both ways; it is the end of SQLite's integers.
POSITION_LIMIT = 2**63

_ROOM = "id, created_at, valid_from, valid_until, pstn_dial_out_enabled, room_join_policy"


class Room(NamedTuple):
    """A room, its times in ticks."""

    id: str
    created_at: int
    valid_from: int
    valid_until: int
    pstn_dial_out_enabled: bool
    room_join_policy: str = DEFAULT_JOIN_POLICY


class Position(NamedTuple):
    """Where a page of rooms ended: the second in which its last room was created, and that room's number."""

    second: int
    sequence: int


class StoredAnswer(NamedTuple):
    """What a repeatable request was answered with."""

    fingerprint: str
    status: int
    content: str


class Store:
    """Everything that an emulator remembers of one account.

    :param location: The folder of the database file, made when missing; None keeps everything in memory.
    :type location: ~pathlib.Path or None
    :param str account: The account's name.
    :raises OSError: If the folder cannot be made.
    :raises sqlite3.Error: If the file is no database, cannot be written, or is in use by another emulator.
    """

    def __init__(self, location: Path | None = None, account: str = DEFAULT_ACCOUNT) -> None:
        if location is not None:
            location.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        file = ":memory:" if location is None else str(location / _file_name(account))
        try:
            self._database = sqlite3.connect(
                file,
                timeout=0,
                isolation_level=None,
                check_same_thread=False,  # every statement is executed and fetched under the lock
            )
        except sqlite3.Error as error:
            raise _explained(error, file) from None
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._database.close()
            raise _explained(error, file) from None

    def _prepare(self) -> None:
        self._database.execute("PRAGMA locking_mode = EXCLUSIVE")  # until it is closed, or its process has died
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")  # what was answered is there after a crash
        with self.transaction():  # takes the lock, and makes all tables or none
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._database.execute(statement)
            if "room_join_policy" not in [column[1] for column in self._rows("PRAGMA table_info(rooms)")]:
                self._database.execute(f"ALTER TABLE rooms ADD COLUMN {_JOIN_POLICY}")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is done within, or nothing of it. One may stand in another."""
        with self._lock:
            inner = self._database.in_transaction
            self._database.execute("SAVEPOINT inner" if inner else "BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("RELEASE inner" if inner else "COMMIT")
            except BaseException:
                if self._database.in_transaction:  # a full disk ends some by itself
                    self._database.execute("ROLLBACK TO inner" if inner else "ROLLBACK")
                raise

    def clear(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in ("rooms", "participants", "repeatable_requests"):
                self._database.execute(f"DELETE FROM {table}")

    def _rows(self, statement: str, *values: object) -> list[Any]:
        """All rows of a query."""
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    # -- rooms --------------------------------------------------------------------------------------------------------

    def add_room(
        self,
        created_at: int,
        validity: Validity,
        pstn_dial_out_enabled: bool,
        room_join_policy: str = DEFAULT_JOIN_POLICY,
    ) -> Room:
        """Keep a new room, under an id of the form that the live service makes: 994 and 13 or 14 digits."""
        room = Room(
            f"994{10**12 + secrets.randbelow(10**14 - 10**12)}",
            created_at,
            validity.start,
            validity.end,
            pstn_dial_out_enabled,
            room_join_policy,
        )
        try:
            self.put_room(room)
        except sqlite3.IntegrityError:  # the id is taken
            return self.add_room(created_at, validity, pstn_dial_out_enabled, room_join_policy)
        return room

    def room(self, room_id: str) -> Room | None:
        """The room of an id, unless it was deleted or never was."""
        rows = self._rows(f"SELECT {_ROOM} FROM rooms WHERE id = ? AND NOT deleted", room_id)
        return _room(rows[0]) if rows else None

    def change_room(self, room: Room) -> None:
        """Keep a room's new times, flag and join policy."""
        self._database.execute(
            "UPDATE rooms SET valid_from = ?, valid_until = ?, pstn_dial_out_enabled = ?, room_join_policy = ? "
            "WHERE id = ?",
            (room.valid_from, room.valid_until, room.pstn_dial_out_enabled, room.room_join_policy, room.id),
        )

    def delete_room(self, room_id: str) -> bool:
        """Mark a room as deleted; whether it ever was. The mark stays, so that deleting it again succeeds again."""
        deleted = self._database.execute("UPDATE rooms SET deleted = 1 WHERE id = ?", (room_id,)).rowcount > 0
        self.replace_participants(room_id, {})
        return deleted

    def rooms(self, before: Position | None, count: int) -> tuple[list[Room], Position | None]:
        """A page of rooms: newest first by the second of their creation, as the live service orders them.

        Within a second the one that was added last comes first, which the service does not promise.

        ``count`` records are looked at and deleted ones dropped from them afterwards, as the live service does: a page
        may be short, or empty, with more behind it.

        :param before: Where the page before ended; None for the first page.
        :returns: The rooms, and where this page ended when there are records behind it.
        """
        second, sequence = before or (POSITION_LIMIT - 1, 0)
        rows = self._rows(
            f"SELECT {_ROOM}, deleted, {_SECOND}, sequence FROM rooms "
            f"WHERE {_SECOND} <= ? AND ({_SECOND} < ? OR sequence < ?) ORDER BY {_SECOND} DESC, sequence DESC LIMIT ?",
            second,
            second,
            sequence,
            count + 1,
        )
        more, rows = len(rows) > count, rows[:count]
        return [_room(row[:6]) for row in rows if not row[6]], Position(*rows[-1][7:]) if more else None

    def purge(self, before: int) -> None:
        """Delete the rooms whose validity ended before a moment."""
        ended = "FROM rooms WHERE NOT deleted AND valid_until < ?"
        if self._rows(f"SELECT 1 {ended} LIMIT 1", before):
            with self.transaction():
                self._database.execute(f"DELETE FROM participants WHERE room IN (SELECT id {ended})", (before,))
                self._database.execute("UPDATE rooms SET deleted = 1 WHERE NOT deleted AND valid_until < ?", (before,))

    def all_rooms(self) -> list[Room]:
        """Every room that is not deleted, the oldest first."""
        return [_room(row) for row in self._rows(f"SELECT {_ROOM} FROM rooms WHERE NOT deleted ORDER BY sequence")]

    def put_room(self, room: Room) -> None:
        """Keep a room under the id that it has.

        :raises sqlite3.IntegrityError: If the id is taken.
        """
        marks = ", ".join("?" * len(room))
        self._database.execute(f"INSERT INTO rooms ({_ROOM}) VALUES ({marks})", room)

    # -- participants -------------------------------------------------------------------------------------------------

    def put_participants(self, room_id: str, roster: dict[str, str]) -> None:
        """Add participants at the end, or give those who are there a new role where they stand."""
        self._database.executemany(
            "INSERT INTO participants (room, raw_id, role) VALUES (?, ?, ?) "
            "ON CONFLICT (room, raw_id) DO UPDATE SET role = excluded.role",
            [(room_id, raw_id, role) for raw_id, role in roster.items()],
        )

    def replace_participants(self, room_id: str, roster: dict[str, str]) -> None:
        """Remove all participants and add these."""
        self._database.execute("DELETE FROM participants WHERE room = ?", (room_id,))
        self.put_participants(room_id, roster)

    def drop_participants(self, room_id: str, raw_ids: list[str]) -> None:
        """Remove participants; who is not there is passed over."""
        self._database.executemany(
            "DELETE FROM participants WHERE room = ? AND raw_id = ?", [(room_id, raw_id) for raw_id in raw_ids]
        )

    def participants(self, room_id: str) -> dict[str, str]:
        """Raw id -> role, in the order in which they were added."""
        return dict(self._rows("SELECT raw_id, role FROM participants WHERE room = ? ORDER BY place", room_id))

    # -- repeatable requests ------------------------------------------------------------------------------------------

    def keep_answer(self, request_id: str, seen_at: int, answer: StoredAnswer) -> None:
        """Remember how a repeatable request was answered."""
        self._database.execute(
            "INSERT OR REPLACE INTO repeatable_requests (id, seen_at, fingerprint, status, content) "
            "VALUES (?, ?, ?, ?, ?)",
            (request_id, seen_at, *answer),
        )

    def answer(self, request_id: str, since: int) -> StoredAnswer | None:
        """How a repeatable request was answered, unless that is too long ago."""
        self._database.execute("DELETE FROM repeatable_requests WHERE seen_at < ?", (since,))
        rows = self._rows("SELECT fingerprint, status, content FROM repeatable_requests WHERE id = ?", request_id)
        return StoredAnswer(*rows[0]) if rows else None


def _room(row: tuple[str, int, int, int, int, str]) -> Room:
    return Room(*row[:4], pstn_dial_out_enabled=bool(row[4]), room_join_policy=row[5])


def _file_name(account: str) -> str:
    """The file of an account; that of the first kind of emulator, which had one alone, has no name in it."""
    return "rooms.sqlite3" if account == DEFAULT_ACCOUNT else f"rooms-{account}.sqlite3"


def _explained(error: sqlite3.Error, file: str) -> sqlite3.Error:
    """The same error, with the file and, where SQLite is terse, what to do."""
    if "database is locked" in str(error):
        return sqlite3.OperationalError(
            f"another emulator keeps its rooms in {file}; stop it or choose another location"
        )
    return type(error)(f"{file}: {error}")
