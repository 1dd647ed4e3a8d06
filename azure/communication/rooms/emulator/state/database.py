"""The SQLite database of one account: its connection and transactions; how it is copied, and replaced by another."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .schema import TABLES, create_tables

if TYPE_CHECKING:
    from typing_extensions import Self

#: Pages of 4 KiB that are copied before other threads may use the database again: about a millisecond.
_COPY_STEP = 500
#: Seconds for which long work lets other threads use the database. A lock that is released and acquired again at once
#: goes to the thread that is running.
_PAUSE = 0.0005


class Database:
    """A SQLite database that is this process's alone while it is open. Safe to use from several threads.

    :param file: The file, whose folder is made when missing; None keeps everything in memory.
    :type file: ~pathlib.Path or None
    :raises OSError: If the folder cannot be made.
    :raises sqlite3.Error: If the file is no database, is damaged, cannot be written, or is in use by another emulator.
    :ivar int changes: How many times something was written. Whoever shows rooms compares it, and reads again.
    """

    def __init__(self, file: Path | None = None) -> None:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._lock = threading.RLock()
        self._has_successor = threading.Lock()
        self.changes: int = 0
        self._database = self._connect()

    def _connect(self) -> sqlite3.Connection:
        """Open the database and make the tables that are missing."""
        name = ":memory:" if self._file is None else str(self._file)
        try:
            database = _open(name)
        except sqlite3.Error as error:
            raise _explained(error, name) from None
        try:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")  # until it is closed, or its process has died
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")  # what got a response is there after a crash
            database.execute("BEGIN IMMEDIATE")  # takes the lock, and makes all tables or none
            (damage,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if damage != "ok":
                raise sqlite3.DatabaseError(damage.replace("\n", " "))
            create_tables(database)
            database.execute("COMMIT")
        except sqlite3.Error as error:
            database.close()
            raise _explained(error, name) from None
        return database

    def set_synchronous(self, mode: str) -> None:
        """Set whether a commit waits for the disk: ``FULL`` or ``OFF``."""
        self._database.execute(f"PRAGMA synchronous = {mode}")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all that is done within, or nothing. One may stand in another."""
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

    def _rows(self, statement: str, *values: object) -> list[Any]:
        """Return all rows of a query."""
        with self._lock:
            return self._database.execute(statement, values).fetchall()

    def clear(self) -> None:
        """Delete everything."""
        if self._file is None:
            self.replace()  # in no time, and the memory of many rooms is free again
            return
        with self.transaction():
            for table in TABLES:
                self._database.execute(f"DELETE FROM {table}")  # noqa: S608  names of the schema

    def replace(self) -> None:
        """Delete everything with the database itself, and begin a new one: a full disk has no room for less.

        :raises OSError: If the file cannot be deleted.
        :raises sqlite3.Error: If there is no room for an empty database either.
        """
        with self._lock:
            self.delete()
            self._database = self._connect()
            self.changes += 1

    def delete(self) -> None:
        """Close the database and delete its files.

        :raises OSError: If a file cannot be deleted.
        """
        with self._lock:
            self._database.close()
            if self._file is not None:
                delete_files(self._file)

    @contextmanager
    def copied(self) -> Iterator[sqlite3.Connection]:
        """Provide a copy of the database at one point in time, in a temporary database that SQLite deletes.

        Other threads use the database meanwhile: it is copied in steps, and what changes between two of them is changed
        in the copy as well.

        :raises sqlite3.Error: If the database is replaced meanwhile, or there is no room for the copy.
        """
        copy = _open("")
        try:
            with self._lock:
                database = self._database

                def let_others_in(*_: object) -> None:
                    self._lock.release()
                    time.sleep(_PAUSE)
                    self._lock.acquire()
                    if self._database is not database:
                        raise sqlite3.OperationalError("the rooms were replaced while they were copied; try again")

                database.backup(copy, pages=_COPY_STEP, progress=let_others_in)
            yield copy
        finally:
            copy.close()

    @contextmanager
    def successor(self) -> Iterator[Self]:
        """Provide an empty database that :meth:`adopt` puts in place of this one. It is deleted if that is not done.

        :raises ValueError: If there is one already.
        """
        if not self._has_successor.acquire(blocking=False):
            raise ValueError("rooms are imported into this account already; wait until that has ended")
        try:
            file = None if self._file is None else self._file.with_name(f"{self._file.name}.new")
            if file is not None:
                delete_files(file)  # of an emulator that was killed
            successor = type(self)(file)
            try:
                successor.set_synchronous("OFF")  # until it is adopted
                yield successor
            finally:
                successor.delete()
        finally:
            self._has_successor.release()

    def adopt(self, successor: Self) -> None:
        """Put a successor in place of this database.

        A file is replaced in one step: whenever the process dies, it has the content of either.

        :param successor: What :meth:`successor` provides.
        :raises OSError: If the file cannot be replaced; this database stays as it was.
        :raises sqlite3.Error: If one of the two cannot be written in full; this database stays as it was.
        """
        if self._file is None or successor._file is None:
            with self._lock:
                self._database, successor._database = successor._database, self._database
                self.changes += 1
            return
        successor.set_synchronous("FULL")
        successor.close()
        with self._lock:
            self._database.close()
            try:
                for file in (self._file, successor._file):
                    if _log_of(file).exists():  # closing has failed to write it into the file
                        raise sqlite3.OperationalError(f"{file} could not be written in full; the disk may be full")
                successor._file.replace(self._file)
                self.changes += 1
            finally:
                self._database = self._connect()


def pause() -> None:
    """Let other threads use the database, between two steps of long work."""
    time.sleep(_PAUSE)


def delete_files(file: Path) -> None:
    """Delete a database that is closed.

    :raises OSError: If a file cannot be deleted.
    """
    # The database first: SQLite deletes the log of a file that is missing or empty.
    for name in (file, _log_of(file), file.with_name(f"{file.name}-shm")):
        name.unlink(missing_ok=True)


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _open(name: str) -> sqlite3.Connection:
    return sqlite3.connect(
        name,
        timeout=0,
        isolation_level=None,
        check_same_thread=False,  # every statement is executed and fetched under the lock
    )


def _explained(error: sqlite3.Error, file: str) -> sqlite3.Error:
    """Return the same error with the file and, where SQLite is terse, what to do."""
    if "database is locked" in str(error):
        return sqlite3.OperationalError(
            f"another emulator keeps its rooms in {file}; stop it or choose another location"
        )
    if type(error) is sqlite3.DatabaseError:
        return sqlite3.DatabaseError(
            f"{file} is damaged or no database of rooms ({error}); delete it or choose another location"
        )
    return type(error)(f"{file}: {error}")
