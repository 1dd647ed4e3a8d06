"""Rooms, participants and repeatable requests of one account, in SQLite. No HTTP, and no rule but that ids are unique.

What writes stands within ``transaction()``; what reads may stand anywhere. Expiry is a condition of reads: a room that
ended before ``expired_before`` is as one that was deleted. Only :meth:`Store.purge`, which is housekeeping, deletes it.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from typing import Any, NamedTuple

from .database import Database
from .schema import CREATED_SECOND, DEFAULT_JOIN_POLICY

#: Positions and timestamps lie below this, both ways; it is the end of SQLite's integers.
INTEGER_LIMIT = 2**63
#: Digits of that end.
_INTEGER_DIGITS = 19
#: Adding a room under an id that is taken raises this.
IdTakenError = sqlite3.IntegrityError
#: No room ended before this.
NEVER = -INTEGER_LIMIT

_ROOM = "id, created_at, valid_from, valid_until, pstn_dial_out_enabled, room_join_policy"
_PARTICIPANTS = "SELECT raw_id, role FROM participants WHERE room = ? ORDER BY place"


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


class Store(Database):
    """Everything that is stored of one account.

    :param file: The database file, whose folder is made when missing; None keeps everything in memory.
    :type file: ~pathlib.Path or None
    :raises OSError: If the folder cannot be made.
    :raises sqlite3.Error: If the file is no database, is damaged, cannot be written, or is in use by another emulator.
    """

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
        self._database.execute(f"INSERT INTO rooms ({_ROOM}) VALUES ({marks})", (_id_key(room.id), *room[1:]))

    def room(self, room_id: str, expired_before: int = NEVER) -> Room | None:
        """Return the room of an id, or None if it was deleted, has expired or never was."""
        where = "id = ? AND NOT deleted AND valid_until >= ?"
        rows = self._rows(f"SELECT {_ROOM} FROM rooms WHERE {where}", _id_key(room_id), expired_before)
        return _room(rows[0]) if rows else None

    def change_room(self, room: Room) -> None:
        """Store a room's new times, flag and join policy."""
        self._database.execute(
            "UPDATE rooms SET valid_from = ?, valid_until = ?, pstn_dial_out_enabled = ?, room_join_policy = ? "
            "WHERE id = ?",
            (room.valid_from, room.valid_until, room.pstn_dial_out_enabled, room.room_join_policy, _id_key(room.id)),
        )

    def delete_room(self, room_id: str) -> bool:
        """Mark a room as deleted; return whether it ever was. The mark stays: deleting it again succeeds again."""
        deleted = self._database.execute("UPDATE rooms SET deleted = 1 WHERE id = ?", (_id_key(room_id),)).rowcount > 0
        self.replace_participants(room_id, {})
        return deleted

    def rooms(
        self, before: Position | None, count: int, expired_before: int = NEVER
    ) -> tuple[list[Room], Position | None]:
        """Return a page of rooms: newest first by the second of their creation, as the live service orders them.

        Within a second the one that was added last comes first, which the service does not promise. Pages are made of
        rooms that are there; the live service makes them of records, deleted ones too, and sends empty pages.

        :param before: Where the page before ended; None for the first page.
        :returns: The rooms, and where this page ended when there are rooms behind it.
        """
        rows = self._newest(f"{_ROOM}, {CREATED_SECOND}, sequence", before, count + 1, expired_before)
        more, rows = len(rows) > count, rows[:count]
        return [_room(row[:6]) for row in rows], Position(*rows[-1][6:]) if more else None

    def newest_rooms(self, before: Position | None, count: int, expired_before: int = NEVER) -> list[ListedRoom]:
        """Return up to ``count`` rooms that are neither deleted nor expired, in the order of :meth:`rooms`.

        :param before: Where the page before ended; None for the first page.
        """
        participants = "(SELECT count(*) FROM participants WHERE room = rooms.id)"
        columns = f"{_ROOM}, {participants}, {CREATED_SECOND}, sequence"
        rows = self._newest(columns, before, count, expired_before)
        return [ListedRoom(_room(row[:6]), row[6], Position(*row[7:])) for row in rows]

    def _newest(self, columns: str, before: Position | None, count: int, expired_before: int) -> list[Any]:
        """Return columns of up to ``count`` rooms, the newest first.

        What is left of the second of ``before`` is one search of the index, and what is older is another. A single
        condition for both would read every room of that second, and all rooms of a seed have one.
        """
        listed = f"SELECT {columns} FROM rooms WHERE NOT deleted AND valid_until >= ?"
        newest_second = f"ORDER BY {CREATED_SECOND} DESC, sequence DESC LIMIT ?"
        if before is None:
            return self._rows(f"{listed} {newest_second}", expired_before, count)
        second, sequence = before
        same_second = f"{listed} AND {CREATED_SECOND} = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?"
        older = f"{listed} AND {CREATED_SECOND} < ? {newest_second}"
        with self._lock:
            rows = self._rows(same_second, expired_before, second, sequence, count)
            return rows + self._rows(older, expired_before, second, count - len(rows))

    def count_rooms(self, expired_before: int = NEVER) -> int:
        """Return how many rooms there are that are neither deleted nor expired."""
        return int(
            self._rows("SELECT COUNT(*) FROM rooms WHERE NOT deleted AND valid_until >= ?", expired_before)[0][0]
        )

    def all_rooms(self, expired_before: int = NEVER) -> Iterator[tuple[Room, dict[str, str]]]:
        """Yield every room that is neither deleted nor expired at one point in time, with its participants' roles.

        The rooms come in the order in which they were added, from a copy: the store can be used meanwhile.

        :raises sqlite3.Error: If the store is replaced while it is copied, or there is no room for the copy.
        """
        with self.copied() as copy:
            rooms = copy.execute(
                f"SELECT {_ROOM} FROM rooms WHERE NOT deleted AND valid_until >= ? ORDER BY sequence", (expired_before,)
            )
            for row in rooms:
                yield _room(row), dict(copy.execute(_PARTICIPANTS, (row[0],)))

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
            [(_id_key(room_id), raw_id, role) for raw_id, role in roles.items()],
        )

    def replace_participants(self, room_id: str, roles: dict[str, str]) -> None:
        """Remove all participants and add these."""
        self._database.execute("DELETE FROM participants WHERE room = ?", (_id_key(room_id),))
        self.put_participants(room_id, roles)

    def remove_participants(self, room_id: str, raw_ids: list[str]) -> None:
        """Remove participants; those who are not there are ignored."""
        self._database.executemany(
            "DELETE FROM participants WHERE room = ? AND raw_id = ?",
            [(_id_key(room_id), raw_id) for raw_id in raw_ids],
        )

    def participants(self, room_id: str) -> dict[str, str]:
        """Return the roles of a room's participants by raw id, in the order in which they were added."""
        return dict(self._rows(_PARTICIPANTS, _id_key(room_id)))

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


def _id_key(room_id: str) -> int | str:
    """Return a room id as it is stored: an integer, which takes half the bytes of a text.

    An imported id that begins with a zero is stored as text.
    """
    is_number = room_id.isascii() and room_id.isdigit() and room_id[0] != "0" and len(room_id) < _INTEGER_DIGITS
    return int(room_id) if is_number else room_id


def _room(row: tuple[int | str, int, int, int, int, str]) -> Room:
    return Room(str(row[0]), *row[1:4], pstn_dial_out_enabled=bool(row[4]), room_join_policy=row[5])
