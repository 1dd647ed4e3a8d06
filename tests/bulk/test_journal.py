"""The journal: what it is after a crash, and which files it rejects."""

import os
from datetime import datetime, timezone
from pathlib import Path

import pytest
from room_bodies import make_room

from azure.communication.rooms import RoomParticipant
from azure.communication.rooms._bulk.journal import Journal
from azure.communication.rooms._bulk.records import Attempt, Done, NothingDone
from azure.communication.rooms.bulk import JournalError

TIME = datetime(2030, 1, 1, 12, tzinfo=timezone.utc)
ATTEMPT = Attempt("11111111-2222-4333-8444-555555555555", TIME)
HEADER = b'{"format":"azure-communication-rooms journal 1","operation":"create_rooms","service":"a"}\n'


def opened(path: Path, operation: str = "create_rooms", service: str = "a") -> Journal:
    return Journal(path, operation, service)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rooms.journal"


def written(path: Path, rows: int = 3) -> bytes:
    journal = opened(path)
    for row in range(rows):
        journal.append(row, "d", ATTEMPT)
    journal.close()
    return path.read_bytes()


def test_a_room_comes_back_as_it_was(path: Path) -> None:
    room = make_room("1", room_join_policy="InviteOnly", participants=[RoomParticipant("x")])
    journal = opened(path)
    journal.append(5, "d", ATTEMPT)
    journal.append(5, "d", Done(room))
    journal.append(6, "d", NothingDone())
    journal.close()
    journal = opened(path)
    assert journal.state_of(5, "d") == Done(room)
    assert journal.state_of(6, "d") == NothingDone()
    assert journal.state_of(4, "d") is None
    assert journal.state_of(7, "d") is None
    journal.close()


@pytest.mark.parametrize("cut", [1, 5, 60, "all", "NUL"])
def test_a_torn_last_line_is_no_error_and_is_gone_when_the_next_is_written(path: Path, cut: object) -> None:
    whole = written(path)
    torn = (
        whole + b"\0" * 50
        if cut == "NUL"
        else whole[: -len(whole.splitlines()[-1]) - 1 if cut == "all" else -int(str(cut))]
    )
    path.write_bytes(torn)
    journal = opened(path)
    assert journal.state_of(1, "d") == ATTEMPT
    assert (journal.state_of(2, "d") is None) is (cut not in (1, "NUL"))  # 1: nothing but the end of the line is gone
    journal.append(9, "d", ATTEMPT)
    journal.close()
    assert all(line.startswith(b"{") and line.endswith(b"}") for line in path.read_bytes().splitlines())


def test_a_last_line_without_its_end_counts(path: Path) -> None:
    """Editors may leave it so. Without its attempt, a create would be sent again with another pair."""
    path.write_bytes(written(path, 1)[:-1])
    journal = opened(path)
    assert journal.state_of(0, "d") == ATTEMPT
    journal.append(0, "d", NothingDone())
    journal.close()
    journal = opened(path)
    assert journal.state_of(0, "d") == NothingDone()
    journal.close()


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_what_is_no_file_is_rejected(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path = Path(os.devnull)
    with pytest.raises(JournalError, match=f"{path} is no file"):
        opened(path)


@pytest.mark.parametrize("length", [0, 1, 20, len(HEADER) - 1])
def test_a_torn_first_line_is_written_anew(path: Path, length: int) -> None:
    path.write_bytes(HEADER[:length])
    opened(path).close()
    assert path.read_bytes() == HEADER


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"valid_from,valid_until\n", "is no journal"),
        (b"valid_from", "is no journal"),
        (b'{"a":1}\n', "is no journal of this release"),
        (b'{"a":1}', "is no journal of this release"),
        (HEADER.replace(b"journal 1", b"journal 2"), "is no journal of this release"),
        (HEADER + b'{"row":0\n{"row":1}\n', "line 2 is damaged"),
        (HEADER + b'{"row":0}\n', "line 2 is not a line of a journal"),
        (HEADER + b'{"row":0,"nothing_done":true}\n', "line 2 is not a line"),
        (HEADER + b'{"row":0,"request":"d","nothing_done":false}\n', "line 2 is not a line"),
        (HEADER + b'{"row":-1,"request":"d","nothing_done":true}\n', "line 2 is not a line"),
        (HEADER + b'{"row":999999999,"request":"d","nothing_done":true}\n', "line 2 is not a line"),
        (HEADER + b'{"row":0,"request":"d","attempt":{"id":"x","first_sent":"now"}}\n', "line 2 is not a line"),
        (HEADER.replace(b"create", b"delete"), "journal of another job: its operation is delete_rooms, this is create"),
        (HEADER.replace(b'"a"', b'"b"'), "journal of another job: its service is b, this is a"),
        (HEADER + b"[]\n" + HEADER, "line 2 is damaged"),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_the_journal_is_rejected_and_left_as_it_is(
    path: Path, content: bytes, message: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(JournalError, match=message):
        opened(path)
    assert path.read_bytes() == content


def test_a_journal_that_is_in_use_is_rejected(path: Path) -> None:
    journal = opened(path)
    with pytest.raises(JournalError, match="is in use by another job"):
        opened(path)
    journal.close()
    opened(path).close()


def test_lines_that_wait_together_share_one_fsync(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(path)
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    numbers = [journal.append(row, "d", ATTEMPT) for row in range(5)]
    for number in reversed(numbers):
        journal.sync(number)
    assert len(synced) == 1
    journal.close()


def test_what_was_appended_is_in_the_file_before_the_journal_is_closed(path: Path) -> None:
    journal = opened(path)
    journal.append(0, "d", ATTEMPT)
    assert path.read_bytes().count(b"\n") == 2
    journal.close()
