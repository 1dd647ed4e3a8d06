"""The tables of an account's database, and how a file of an earlier release gets what it lacks."""

from __future__ import annotations

import sqlite3

from . import timestamps

DEFAULT_JOIN_POLICY = "InviteOnly"

#: The second in which a room was created, rounded down. SQLite's division rounds towards zero.
CREATED_SECOND = f"(created_at / {timestamps.PER_SECOND} - (created_at % {timestamps.PER_SECOND} < 0))"

#: Added after the first files were written.
_JOIN_POLICY = f"room_join_policy TEXT NOT NULL DEFAULT '{DEFAULT_JOIN_POLICY}'"

# Ids have no type here, since they are stored as integers. In files of an earlier release they are TEXT, and SQLite
# converts. There is an index for what requests look for, and none for what runs once a minute.
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS rooms (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    pstn_dial_out_enabled INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    {_JOIN_POLICY}
);
CREATE TABLE IF NOT EXISTS participants (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    room NOT NULL,
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
DROP INDEX IF EXISTS rooms_by_end;
DROP INDEX IF EXISTS rooms_by_second;
DROP INDEX IF EXISTS rooms_by_age;
CREATE INDEX IF NOT EXISTS rooms_by_created_second ON rooms ({CREATED_SECOND}) WHERE NOT deleted;
"""

TABLES = ("rooms", "participants", "repeatable_requests")


def create_tables(database: sqlite3.Connection) -> None:
    """Create the tables that are missing, within the caller's transaction."""
    for statement in filter(str.strip, _SCHEMA.split(";")):
        database.execute(statement)
    columns = [column[1] for column in database.execute("PRAGMA table_info(rooms)").fetchall()]
    if "room_join_policy" not in columns:
        database.execute(f"ALTER TABLE rooms ADD COLUMN {_JOIN_POLICY}")
