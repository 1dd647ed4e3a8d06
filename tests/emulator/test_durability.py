"""What was returned is kept: through kill -9, a full disk, and a second emulator on the same location."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import datetime, timedelta, timezone
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from child_processes import child_process
from raw_ids import ALICE, BOB
from signed_http import Reply, SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.cli import run as command
from azure.communication.rooms.emulator.state.store import Store, Validity

COMMAND = [sys.executable, "-m", "azure.communication.rooms.emulator", "--quiet", "--port", "0"]
ROOM = {"participants": {ALICE: {"role": "Presenter"}, BOB: {}}}
CREATES = 200
MANY: dict[str, Any] = {f"{ALICE[:-12]}{number:012d}": {} for number in range(100)}
posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


def connection_string(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    process.stdout.readline()
    return process.stdout.readline().strip()


@posix
@pytest.mark.parametrize("after", [1, CREATES // 4, CREATES // 2])
def test_kill_9_in_the_middle_of_creates_loses_nothing_that_was_returned(tmp_path: Path, after: int) -> None:
    def create(http: SignedHttp) -> None:
        try:
            for _ in range(CREATES // 4):
                made.append(http.send("POST", "/rooms", ROOM).body["id"])
                if len(made) >= after:
                    enough.set()
        except (OSError, HTTPException):
            pass  # the emulator is gone, in the middle of a response even

    made: list[str] = []
    enough = threading.Event()
    with child_process([*COMMAND, "--location", str(tmp_path)]) as process:
        http = SignedHttp(connection_string(process))
        threads = [threading.Thread(target=create, args=(http,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        enough.wait(30)
        process.kill()
        for thread in threads:
            thread.join()
    assert process.returncode == -signal.SIGKILL
    assert len(made) >= after
    with RoomsEmulator(location=tmp_path) as emulator:
        kept = {room["id"]: room for room in emulator.export_rooms()["accounts"]["rooms"]}
    assert set(made) <= set(kept)
    assert len(kept) <= len(made) + 4  # one a thread may have been kept and not yet returned
    assert all(list(room["participants"]) == [ALICE, BOB] for room in kept.values())


def test_a_second_emulator_on_a_location_is_rejected_and_harms_nothing(tmp_path: Path) -> None:
    with RoomsEmulator(location=tmp_path) as emulator:
        (room,) = emulator.seed()
        with pytest.raises(
            sqlite3.OperationalError, match=r"another emulator keeps its rooms in .*rooms\.sqlite3; stop"
        ):
            RoomsEmulator(location=tmp_path).start()
        ran = subprocess.run([*COMMAND, "--location", str(tmp_path)], capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout) == (2, "")
        (line,) = ran.stderr.splitlines()
        assert "another emulator keeps its rooms in" in line
        http = SignedHttp(emulator.connection_string)
        assert http.send("GET", f"/rooms/{room}").status == 200
        assert http.send("POST", "/rooms", {}).status == 201
    with RoomsEmulator(location=tmp_path) as emulator:
        assert len(emulator.export_rooms()["accounts"]["rooms"]) == 2


def unwritable(tmp_path: Path) -> Path:
    """A folder that no user can write to: root can write to all others, but not among the processes of Linux."""
    if os.getuid() == 0:
        return Path("/proc/self")
    folder = tmp_path / "unwritable"
    folder.mkdir(mode=0o555)
    return folder


@posix
@pytest.mark.skipif(sys.platform != "linux", reason="a folder that even root cannot write to is known on Linux")
def test_a_folder_that_cannot_be_written_to_is_one_clear_line(tmp_path: Path) -> None:
    folder = unwritable(tmp_path)
    with pytest.raises(sqlite3.OperationalError, match=rf"{folder}/rooms\.sqlite3: unable to open database file"):
        RoomsEmulator(location=folder).start()
    ran = subprocess.run([*COMMAND, "--location", str(folder)], capture_output=True, text=True, check=False)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)
    with pytest.raises(OSError, match="not-there"):
        RoomsEmulator(location=folder / "not-there").start()


LIMITED = """
import resource, signal, sys
from azure.communication.rooms.emulator.cli.run import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))  # of each file: a write beyond it fails
sys.exit(main(sys.argv[1:]))
"""


@posix
def test_a_full_disk_is_reported_and_what_was_kept_stays(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, "--quiet", "--port", "0", "--location", str(tmp_path)]
    made: list[str] = []
    with child_process(command) as process:
        http = SignedHttp(connection_string(process))
        reply = http.send("POST", "/rooms", ROOM)
        while reply.status == 201 and len(made) < 2000:
            made.append(reply.body["id"])
            reply = http.send("POST", "/rooms", ROOM)
        assert (reply.status, reply.body["error"]["code"]) == (507, "InsufficientStorage")
        assert reply.body["error"]["message"].startswith("The emulator could not store this: d")
        assert http.send("GET", f"/rooms/{made[0]}").status == 200
        process.terminate()
    with RoomsEmulator(location=tmp_path) as emulator:
        rooms = emulator.export_rooms()["accounts"]["rooms"]
        assert SignedHttp(emulator.connection_string).send("POST", "/rooms", ROOM).status == 201
    assert [room["id"] for room in rooms] == made
    assert all(list(room["participants"]) == [ALICE, BOB] for room in rooms)


@posix
def test_on_a_full_disk_with_expired_rooms_reads_continue_and_a_reset_makes_room(tmp_path: Path) -> None:
    def command(path: str, body: str) -> int:
        headers = {"Content-Type": "application/json"} if body else {}
        return http.send_as_is("POST", f"/_emulator/{path}", body.encode(), headers).status

    def send(method: str, path: str) -> Reply:
        return http.send(method, path, ROOM if method == "POST" else None, date=later)

    arguments = [sys.executable, "-c", LIMITED, "--quiet", "--port", "0", "--location", str(tmp_path)]
    later = datetime.now(timezone.utc) + timedelta(days=200)
    with child_process(arguments) as process:
        http = SignedHttp(connection_string(process))
        room = http.send("POST", "/rooms", ROOM).body["id"]
        statuses = [http.send("POST", "/rooms", {"participants": MANY}).status for _ in range(40)]
        assert (statuses[0], statuses[-1]) == (201, 507)
        assert command("clock", '{"advance": {"days": 200}}') == 200
        assert [send("GET", path).status for path in ("/rooms", f"/rooms/{room}")] == [200, 404]
        assert send("DELETE", f"/rooms/{room}").status in (204, 507)
        assert command("reset", "") == 204
        assert command("clock", '{"advance": {"days": 200}}') == 200
        reply = send("POST", "/rooms")
        assert reply.status == 201
        assert [each["id"] for each in send("GET", "/rooms").body["value"]] == [reply.body["id"]]
        process.terminate()
    with RoomsEmulator(location=tmp_path, clock_skew=timedelta(days=200)) as emulator:
        assert [each["id"] for each in emulator.export_rooms()["accounts"]["rooms"]] == [reply.body["id"]]


def test_a_reset_replaces_a_database_in_which_nothing_can_be_deleted(tmp_path: Path) -> None:
    for location in (None, tmp_path):
        with RoomsEmulator(location=location) as emulator:
            emulator.seed(2)
            emulator._running().state.account().store._database.execute("PRAGMA query_only = ON")
            emulator.reset()
            assert emulator.export_rooms()["accounts"]["rooms"] == []
            assert len(emulator.seed(3)) == 3
    with RoomsEmulator(location=tmp_path) as emulator:
        assert len(emulator.export_rooms()["accounts"]["rooms"]) == 3


def fill(store: Store) -> None:
    with store.transaction():
        for _ in range(1000):
            store.add_room(5, Validity(10, 20), False)


def test_a_transaction_that_the_disk_has_no_room_for_is_undone_as_a_whole() -> None:
    store = Store()
    (pages,) = store._database.execute("PRAGMA page_count").fetchone()
    store._database.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        fill(store)
    assert [room for room, _ in store.all_rooms()] == []
    with store.transaction():
        kept = store.add_room(5, Validity(10, 20), False)
    assert [room for room, _ in store.all_rooms()] == [kept]
    store.close()


def test_a_change_that_cannot_be_kept_is_rejected_and_reading_continues() -> None:
    with RoomsEmulator() as emulator:
        (room,) = emulator.seed()
        database = emulator._running().state.accounts["rooms"].store._database
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        database.execute(f"PRAGMA max_page_count = {pages}")
        http = SignedHttp(emulator.connection_string)
        many: dict[str, Any] = {"participants": {f"{ALICE[:-12]}{number:012d}": {} for number in range(1000)}}
        reply = http.send("POST", "/rooms", many)
        assert (reply.status, reply.body["error"]["code"]) == (507, "InsufficientStorage")
        assert reply.body["error"]["message"] == "The emulator could not store this: database or disk is full."
        assert [each["id"] for each in http.send("GET", "/rooms").body["value"]] == [room]
        assert emulator.requests[0].reason == "not stored: database or disk is full"
        order = {"Content-Type": "application/json"}
        reply = http.send_as_is("POST", "/_emulator/seed", b'{"count": 10000}', order)
        assert (reply.status, reply.body["error"]["code"]) == (507, "InsufficientStorage")
        assert len(emulator.export_rooms()["accounts"]["rooms"]) == 1


class Unwilling:
    """A database that fails a number of commits."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.failures = 1

    def execute(self, statement: str, *values: Any) -> object:
        if statement == "COMMIT" and self.failures:
            self.failures -= 1
            raise sqlite3.OperationalError("disk I/O error")
        return self._database.execute(statement, *values)

    @property
    def in_transaction(self) -> bool:
        return self._database.in_transaction


def test_a_commit_that_fails_is_undone_and_the_next_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "rooms.sqlite3")
    database = store._database
    store._database = Unwilling(database)  # type: ignore[assignment]
    with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
        fill(store)
    with store.transaction():
        kept = store.add_room(5, Validity(10, 20), False)
    store._database = database
    store.close()
    second = Store(tmp_path / "rooms.sqlite3")
    assert [room for room, _ in second.all_rooms()] == [kept]
    second.close()


def damage(location: Path) -> None:
    """Overwrite the middle of the database."""
    file = location / "rooms.sqlite3"
    content = bytearray(file.read_bytes())
    content[4096 : len(content) - 4096] = b"\xff" * (len(content) - 8192)
    file.write_bytes(content)


@pytest.mark.parametrize("content", ["damaged", "no database"])
def test_a_damaged_database_is_one_clear_line(tmp_path: Path, content: str) -> None:
    with RoomsEmulator(location=tmp_path) as emulator:
        emulator.seed(200)
    if content == "damaged":
        damage(tmp_path)
    else:
        (tmp_path / "rooms.sqlite3").write_bytes(b"hello" * 1000)
    before = (tmp_path / "rooms.sqlite3").read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match=r"rooms\.sqlite3 is damaged or no database of rooms .*; delete it"):
        RoomsEmulator(location=tmp_path).start()
    ran = subprocess.run([*COMMAND, "--location", str(tmp_path)], capture_output=True, text=True, check=False)
    assert (ran.returncode, len(ran.stderr.splitlines())) == (2, 1)
    assert (tmp_path / "rooms.sqlite3").read_bytes() == before


def test_a_database_that_is_damaged_meanwhile_is_reported_and_a_reset_makes_it_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RoomsEmulator(location=tmp_path) as emulator:
        http = SignedHttp(emulator.connection_string)
        store = emulator._running().state.account().store

        def malformed(*_: Any) -> None:
            raise sqlite3.DatabaseError("database disk image is malformed")

        with monkeypatch.context() as patch:
            patch.setattr(store, "_rows", malformed)
            reply = http.send("GET", "/rooms")
        assert (reply.status, reply.body["error"]["code"]) == (507, "InsufficientStorage")
        assert "malformed" in reply.body["error"]["message"]
        assert http.send("POST", "/rooms", {}).status == 201
        emulator.reset()
        assert http.send("GET", "/rooms").body == {"value": []}


@pytest.mark.parametrize("path", ["not/there.json", ".", "\0"])
def test_an_export_that_cannot_be_written_is_reported_at_the_start(tmp_path: Path, path: str) -> None:
    status = command.main(["--quiet", "--port", "0", "--export", f"{tmp_path}/{path}", "--exec", "touch done"])
    assert status == 2
    assert not Path("done").exists()
    assert list(tmp_path.iterdir()) == []
