"""The journal of a job: a file that records, for use after a crash, which rows are finished and which were being sent.

A line is written before the request it is about is sent, and is on the disk by then; many workers share one fsync. In
memory is one number a row that the file had when it was opened, and nothing of the rows that follow.
"""

from __future__ import annotations

import os
import sys
import threading
from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from . import records
from .models import JournalError

if sys.platform == "win32":  # pragma: no cover  # the suite runs on POSIX
    import msvcrt
else:
    import fcntl

#: Bytes of the longest line that can be a line of a journal; what has longer ones is another file.
_LONGEST_LINE = 64 * 1024 * 1024
#: How far the line of a row can stand before those of earlier rows. A number beyond that is a damaged one.
_MOST_SKIPPED = 1_000_000
_NOT_THERE = -1


class Journal:
    """The file. Safe to use from several threads, and by one process at a time.

    :param path: Where it is; it is made where there is none.
    :type path: str or ~os.PathLike
    :param str operation: The job: ``create_rooms`` or ``delete_rooms``.
    :param service: The host of the resource.
    :type service: str or None
    :raises JournalError: If the file is in use, no journal, damaged, or one of another job.
    :raises OSError: If it cannot be read and written.
    """

    def __init__(self, path: str | os.PathLike[str], operation: str, service: str | None) -> None:
        self.path = Path(path)
        self._write_lock, self._sync_lock = threading.Lock(), threading.Lock()
        self._written = self._synced = 0
        self._offsets = array("q")
        is_new = not self.path.exists()
        if not is_new and not self.path.is_file():
            raise JournalError(f"{path} is no file, which a journal must be. Use another file name")
        self._file: IO[bytes] = self.path.open("a+b")
        try:
            _lock(self._file, self.path)
            self._open(records.header(operation, service))
            if is_new:
                _sync_folder(self.path.parent)
        except BaseException:
            self._file.close()
            raise

    def _open(self, header: Mapping[str, Any]) -> None:
        end = self._read(header)
        self._file.truncate(end)  # a torn last line ends here, so that the next line does not join it
        if end == 0:
            self.sync(self._append(records.encode(header)))
            return
        self._file.seek(end - 1)
        if self._file.read() != b"\n":
            self._file.write(b"\n")

    def _read(self, header: Mapping[str, Any]) -> int:
        """Note where the last line of each row stands.

        :returns: Where the last complete line ends.
        """
        end, number, torn = 0, 0, 0
        for number, (offset, text) in enumerate(self._lines(), 1):
            record = records.decode(text)  # nothing but the end of the line can be torn from an object
            if torn:
                raise JournalError(f"{self.path}: line {torn} is damaged; restore the file, or use another journal")
            if record is None:
                torn = number
                self._check_torn(number, text)
                continue
            if number == 1:
                self._check_header(record, header)
            else:
                self._note(number, record, offset)
            end = offset + len(text)
        return end

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        self._file.seek(0)
        offset = 0
        while text := self._file.readline(_LONGEST_LINE):
            yield offset, text
            offset += len(text)

    def _check_torn(self, number: int, text: bytes) -> None:
        """Take a first line that is not complete for one only where it begins as one: it could be another file's."""
        begin = records.encode(records.header("", None))[: len(text)].partition(b'"operation"')[0]
        if number == 1 and text[: len(begin)] != begin:
            raise JournalError(f"{self.path} is no journal; it is left as it is. Use another file name")

    def _check_header(self, found: Mapping[str, Any], header: Mapping[str, Any]) -> None:
        if found.get("format") != records.FORMAT:
            raise JournalError(f"{self.path} is no journal of this release; it is left as it is. Use another file name")
        for name in ("operation", "service"):
            if header[name] is not None and found.get(name) not in (None, header[name]):
                raise JournalError(
                    f"{self.path} is the journal of another job: its {name} is {found.get(name)}, this is "
                    f"{header[name]}. Use another journal"
                )

    def _note(self, number: int, record: Mapping[str, Any], offset: int) -> None:
        row = record.get("row")
        try:
            records.state_of(record)
            is_right = isinstance(record["request"], str)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            is_right = False
        if not is_right or not isinstance(row, int) or not 0 <= row <= len(self._offsets) + _MOST_SKIPPED:
            raise JournalError(
                f"{self.path}: line {number} is not a line of a journal; restore the file, or use another journal"
            )
        if row >= len(self._offsets):
            self._offsets.extend([_NOT_THERE] * (row + 1 - len(self._offsets)))
        self._offsets[row] = offset

    def state_of(self, row: int, digest: str) -> records.State | None:
        """The state of a row when the journal was opened; None without one that still matters.

        :param int row: Position of the row.
        :param str digest: Digest of the row.
        :raises JournalError: If the row differs from the one in the journal, which was sent.
        """
        if row >= len(self._offsets) or self._offsets[row] == _NOT_THERE:
            return None
        with self._write_lock:
            self._file.seek(self._offsets[row])  # appending goes to the end, wherever this leaves the position
            record = records.decode(self._file.readline()) or {}
        state = records.state_of(record)
        if record["request"] == digest:
            return state
        if isinstance(state, (records.Rejected, records.NothingDone)):
            return None  # nothing was done, so the row may have been corrected
        raise JournalError(
            f"row {row} of the input differs from row {row} in {self.path}, which was sent. Give the "
            "input as it was (a time that is computed anew in each run differs), or use another journal. This row "
            "and all that follow were not sent"
        )

    def append(self, row: int, digest: str, state: records.State) -> int:
        """Add a line, and hand it to the operating system: it survives the end of this process.

        :returns: Its number, for :meth:`sync`.
        """
        return self._append(records.encode(records.line(row, digest, state)))

    def _append(self, text: bytes) -> int:
        with self._write_lock:
            self._file.write(text)
            self._file.flush()
            self._written += 1
            return self._written

    def is_synced(self, number: int) -> bool:
        """Whether a line is on the disk.

        :param int number: What :meth:`append` gave.
        """
        return self._synced >= number

    def sync(self, number: int) -> None:
        """Return once a line is on the disk: it survives the end of this machine. One fsync serves all that wait.

        :param int number: What :meth:`append` gave.
        """
        with self._sync_lock:
            if self.is_synced(number):
                return
            written = self._written
            os.fsync(self._file.fileno())
            self._synced = written

    def close(self) -> None:
        """Bring everything to the disk and let go of the file."""
        try:
            self.sync(self._written)
        finally:
            self._file.close()


def _lock(file: IO[bytes], path: Path) -> None:
    """Keep other processes, and other jobs of this one, from using the file. The system ends it with the process."""
    try:
        if sys.platform == "win32":  # pragma: no cover  # likewise
            file.seek(2**40)  # a byte that is never written: on Windows a lock keeps others from reading, too
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise JournalError(f"{path} is in use by another job. Wait until it ends, or use another journal") from None


def _sync_folder(folder: Path) -> None:
    """Bring the name of a new file to the disk, too."""
    if sys.platform == "win32":  # pragma: no cover  # Windows does this itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
