"""Rooms, participants and repeatable requests of one account, in SQLite. No HTTP, and no rule but that ids are unique.

What writes stands within ``transaction()``; what reads may stand anywhere. Expiry is a condition of reads: a room that
ended before ``expired_before`` is as one that was deleted. Only :meth:`Store.purge`, which is housekeeping, deletes it.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from .schema import CREATED_SECOND, DEFAULT_JOIN_POLICY, TABLES, create_tables

#: Positions and timestamps lie below this, both ways; it is the end of SQLite's integers.
INTEGER_LIMIT = 2**63
#: No room ended before this.
NEVER = -INTEGER_LIMIT

_ROOM = "id, created_at, valid_from, valid_until, pstn_dial_out_enabled, room_join_policy"


class Validity(NamedTuple):
    """From when until when a room can be joined, as timestamps."""

    start: int
    end: int


class Room(NamedTuple):
    """A room; its times are timestamps."""

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


class ListedRoom(NamedTuple):
    """A room of a list, with its place in it.

    :ivar participants: How many there are.
    """

    room: Room
    participants: int
    position: Position


class StoredResponse(NamedTuple):
    """The response to a repeatable request."""

    fingerprint: str
    status: int
    content: str


class Store:
    """Everything that is stored of one account.

    :param file: The database file, whose folder is made when missing; None keeps everything in memory.
    :type file: ~pathlib.Path or None
    :raises OSError: If the folder cannot be made.
    :raises sqlite3.Error: If the file is no database, cannot be written, or is in use by another emulator.
    :ivar int changes: How many times something was written. Whoever shows rooms compares it, and reads again.
    """

    def __init__(self, file: Path | None = None) -> None:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._lock = threading.RLock()
        self.changes = 0
        self._database = self._connect()

    def _connect(self) -> sqlite3.Connection:
        """Open the database, which is this process's alone until it is closed; make the tables that are missing."""
        name = ":memory:" if self._file is None else str(self._file)
        try:
            database = sqlite3.connect(
                name,
                timeout=0,
                isolation_level=None,
                check_same_thread=False,  # every statement is executed and fetched under the lock
            )
        except sqlite3.Error as error:
            raise _explained(error, name) from None
        try:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")  # until it is closed, or its process has died
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")  # what was answered is there after a crash
            database.execute("BEGIN IMMEDIATE")  # takes the lock, and makes all tables or none
            create_tables(database)
            database.execute("COMMIT")
        except sqlite3.Error as error:
            database.close()
            raise _explained(error, name) from None
        return database

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all that is done within, or nothing of it. One may stand in another."""
        with self._lock:
            inner = self._database.in_transaction
            self._database.execute("SAVEPOINT inner" if inner else "BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("RELEASE inner" if inner else "COMMIT")
                self.changes += not inner
            except BaseException:
                if self._database.in_transaction:  # a full disk ends some by itself
                    self._database.execute("ROLLBACK TO inner" if inner else "ROLLBACK")
                raise

    def clear(self) -> None:
        """Delete everything."""
        with self.transaction():
            for table in TABLES:
                self._database.execute(f"DELETE FROM {table}")

    def replace(self) -> None:
        """Delete everything with the database itself, and begin a new one: a full disk has no room for less.

        :raises OSError: If the file cannot be deleted.
        :raises sqlite3.Error: If there is no room for an empty database either.
        """
        with self._lock:
            self._database.close()
            if self._file is not None:
                # The database first: SQLite deletes the log of a file that is missing or empty.
                for name in (self._file, *(self._file.with_name(self._file.name + end) for end in ("-wal", "-shm"))):
                    name.unlink(missing_ok=True)
            self._database = self._connect()
            self.changes += 1

    def _rows(self, statement: str, *values: object) -> list[Any]:
        """Return all rows of a query."""
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
        """Add a new room, under an id of the form that the live service makes: 994 and 13 or 14 digits."""
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

    def put_room(self, room: Room) -> None:
        """Add a room under the id that it has.

        :raises sqlite3.IntegrityError: If the id is taken.
        """
        marks = ", ".join("?" * len(room))
        self._database.execute(f"INSERT INTO rooms ({_ROOM}) VALUES ({marks})", room)

    def room(self, room_id: str, expired_before: int = NEVER) -> Room | None:
        """Return the room of an id, or None if it was deleted, has expired or never was."""
        where = "id = ? AND NOT deleted AND valid_until >= ?"
        rows = self._rows(f"SELECT {_ROOM} FROM rooms WHERE {where}", room_id, expired_before)
        return _room(rows[0]) if rows else None

    def change_room(self, room: Room) -> None:
        """Store a room's new times, flag and join policy."""
        self._database.execute(
            "UPDATE rooms SET valid_from = ?, valid_until = ?, pstn_dial_out_enabled = ?, room_join_policy = ? "
            "WHERE id = ?",
            (room.valid_from, room.valid_until, room.pstn_dial_out_enabled, room.room_join_policy, room.id),
        )

    def delete_room(self, room_id: str) -> bool:
        """Mark a room as deleted; return whether it ever was. The mark stays: deleting it again succeeds again."""
        deleted = self._database.execute("UPDATE rooms SET deleted = 1 WHERE id = ?", (room_id,)).rowcount > 0
        self.replace_participants(room_id, {})
        return deleted

    def rooms(
        self, before: Position | None, count: int, expired_before: int = NEVER
    ) -> tuple[list[Room], Position | None]:
        """Return a page of rooms: newest first by the second of their creation, as the live service orders them.

        Within a second the one that was added last comes first, which the service does not promise. ``count`` records
        are looked at and deleted ones dropped from them afterwards, as the live service does: a page may be short, or
        empty, with more behind it.

        :param before: Where the page before ended; None for the first page.
        :returns: The rooms, and where this page ended when there are records behind it.
        """
        second, sequence = before or (INTEGER_LIMIT - 1, 0)
        rows = self._rows(
            f"SELECT {_ROOM}, deleted OR valid_until < ?, {CREATED_SECOND}, sequence FROM rooms "
            f"WHERE {CREATED_SECOND} <= ? AND ({CREATED_SECOND} < ? OR sequence < ?) "
            f"ORDER BY {CREATED_SECOND} DESC, sequence DESC LIMIT ?",
            expired_before,
            second,
            second,
            sequence,
            count + 1,
        )
        more, rows = len(rows) > count, rows[:count]
        return [_room(row[:6]) for row in rows if not row[6]], Position(*rows[-1][7:]) if more else None

    def newest_rooms(self, before: Position | None, count: int, expired_before: int = NEVER) -> list[ListedRoom]:
        """Return up to ``count`` rooms that are neither deleted nor expired, in the order of :meth:`rooms`.

        :param before: Where the page before ended; None for the first page.
        """
        second, sequence = before or (INTEGER_LIMIT - 1, 0)
        rows = self._rows(
            f"SELECT {_ROOM}, (SELECT count(*) FROM participants WHERE room = rooms.id), {CREATED_SECOND}, sequence "
            f"FROM rooms WHERE NOT deleted AND valid_until >= ? "
            f"AND {CREATED_SECOND} <= ? AND ({CREATED_SECOND} < ? OR sequence < ?) "
            f"ORDER BY {CREATED_SECOND} DESC, sequence DESC LIMIT ?",
            expired_before,
            second,
            second,
            sequence,
            count,
        )
        return [ListedRoom(_room(row[:6]), row[6], Position(*row[7:])) for row in rows]

    def all_rooms(self, expired_before: int = NEVER) -> list[Room]:
        """Return every room that is neither deleted nor expired, in the order in which they were added."""
        where = "NOT deleted AND valid_until >= ?"
        return [
            _room(row)
            for row in self._rows(f"SELECT {_ROOM} FROM rooms WHERE {where} ORDER BY sequence", expired_before)
        ]

    def purge(self, expired_before: int, requests_before: int) -> None:
        """Delete what no read returns any more.

        :param expired_before: Rooms that ended before this timestamp.
        :param requests_before: Repeatable requests that were seen before this timestamp.
        """
        expired = "FROM rooms WHERE NOT deleted AND valid_until < ?"
        if self._rows(f"SELECT 1 {expired} LIMIT 1", expired_before):
            with self.transaction():
                self._database.execute(
                    f"DELETE FROM participants WHERE room IN (SELECT id {expired})", (expired_before,)
                )
                self._database.execute(
                    "UPDATE rooms SET deleted = 1 WHERE NOT deleted AND valid_until < ?", (expired_before,)
                )
        if self._rows("SELECT 1 FROM repeatable_requests WHERE seen_at < ? LIMIT 1", requests_before):
            with self.transaction():
                self._database.execute("DELETE FROM repeatable_requests WHERE seen_at < ?", (requests_before,))

    # -- participants -------------------------------------------------------------------------------------------------

    def put_participants(self, room_id: str, roles: dict[str, str]) -> None:
        """Add participants at the end, or change the roles of those who are there, who keep their place."""
        self._database.executemany(
            "INSERT INTO participants (room, raw_id, role) VALUES (?, ?, ?) "
            "ON CONFLICT (room, raw_id) DO UPDATE SET role = excluded.role",
            [(room_id, raw_id, role) for raw_id, role in roles.items()],
        )

    def replace_participants(self, room_id: str, roles: dict[str, str]) -> None:
        """Remove all participants and add these."""
        self._database.execute("DELETE FROM participants WHERE room = ?", (room_id,))
        self.put_participants(room_id, roles)

    def remove_participants(self, room_id: str, raw_ids: list[str]) -> None:
        """Remove participants; those who are not there are ignored."""
        self._database.executemany(
            "DELETE FROM participants WHERE room = ? AND raw_id = ?", [(room_id, raw_id) for raw_id in raw_ids]
        )

    def participants(self, room_id: str) -> dict[str, str]:
        """Return the roles of a room's participants by raw id, in the order in which they were added."""
        return dict(self._rows("SELECT raw_id, role FROM participants WHERE room = ? ORDER BY place", room_id))

    # -- repeatable requests ------------------------------------------------------------------------------------------

    def put_response(self, request_id: str, seen_at: int, response: StoredResponse) -> None:
        """Store the response to a repeatable request."""
        self._database.execute(
            "INSERT OR REPLACE INTO repeatable_requests (id, seen_at, fingerprint, status, content) "
            "VALUES (?, ?, ?, ?, ?)",
            (request_id, seen_at, *response),
        )

    def response(self, request_id: str, since: int) -> StoredResponse | None:
        """Return the response to a repeatable request, unless it was seen before a timestamp or never."""
        where = "id = ? AND seen_at >= ?"
        rows = self._rows(
            f"SELECT fingerprint, status, content FROM repeatable_requests WHERE {where}", request_id, since
        )
        return StoredResponse(*rows[0]) if rows else None


def _room(row: tuple[str, int, int, int, int, str]) -> Room:
    return Room(*row[:4], pstn_dial_out_enabled=bool(row[4]), room_join_policy=row[5])


def _explained(error: sqlite3.Error, file: str) -> sqlite3.Error:
    """Return the same error with the file and, where SQLite is terse, what to do."""
    if "database is locked" in str(error):
        return sqlite3.OperationalError(
            f"another emulator keeps its rooms in {file}; stop it or choose another location"
        )
    return type(error)(f"{file}: {error}")
