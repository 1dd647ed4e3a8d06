"""``rooms import``, ``export`` and ``clean``: what becomes of each row, of a run that was killed, and of odd files."""

import csv
import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Rooms, day
from raw_ids import ALICE, BOB, INVALID_RAW_ID
from rich.console import Console
from rich.progress import Progress

from azure.communication.rooms import RoomsClient, cli
from azure.communication.rooms.cli import jobs, output
from azure.communication.rooms.cli.csv_files import COLUMNS
from azure.communication.rooms.cli.times import local
from azure.communication.rooms.emulator import RoomsEmulator

HEADER = ",".join(COLUMNS)
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "rooms.csv"


def by_row(lines: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {line["row"]: line for line in lines}


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["without-BOM", "with-BOM"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_each_row_becomes_a_room(connected: Rooms, client: RoomsClient, file: Path, mark: str, end: str) -> None:
    begin, end_of_room = day(5), day(36)
    first = f"{begin},{end_of_room}T10:00Z,TRUE,{ALICE}=Presenter;{BOB}"
    rows = [HEADER, first, ",,,", "", f",{end_of_room} 12:00+02:00,no,"]
    file.write_bytes((mark + end.join(rows)).encode())
    ran = connected("import", str(file))
    assert ran.status == 0, ran.err
    rooms = by_row(ran.lines)
    assert {number: rooms[number]["line"] for number in rooms} == {1: 2, 2: 3, 3: 5}
    assert rooms[1]["valid_from"] == f"{begin}T00:00:00Z"
    assert rooms[1]["pstn_dial_out_enabled"] is True
    assert rooms[3]["valid_until"] == f"{end_of_room}T10:00:00Z"
    participants = {each.raw_id: str(each.role) for each in client.list_participants(rooms[1]["id"])}
    assert participants == {ALICE: "Presenter", BOB: "Attendee"}
    assert (file.parent / "rooms.csv.journal").exists()
    assert f"3 of 3 rooms are there (journal: {file}.journal)" in ran.err


def test_a_row_that_fails_is_named_and_the_rest_continues(connected: Rooms, client: RoomsClient, file: Path) -> None:
    rows = ["nonsense,,,", ",,maybe,", ",2020-01-01,,", f",,,{INVALID_RAW_ID}", f",,,{ALICE}=", ",,,,", ",,,"]
    file.write_text("\n".join([HEADER, *rows]))
    ran = connected("import", str(file))
    assert ran.status == 1
    assert {number: "error" in line for number, line in by_row(ran.lines).items()} == {
        **dict.fromkeys(range(1, 7), True),
        7: False,
    }
    for text in (
        "row 1 (line 2): valid_from: 'nonsense' is no time",
        "row 2 (line 3): pstn_dial_out_enabled: 'maybe' is neither true nor false",
        (
            "row 3 (line 4): "
            "the service rejected the request (400 BadRequest): The time range end is in the past. (ValidUntil)"
        ),
        (
            "row 4 (line 5): "
            "the service rejected the request (400 BadRequest): Invalid format for communication identifier."
        ),
        "row 5 (line 6): participants: write each as ID=Role",
        "row 6 (line 7): it has 5 cells, and the first line names 4 columns",
        "1 of 7 rooms are there, 6 rows failed",
    ):
        assert text in ran.err
    assert len(list(client.list_rooms())) == 1


def test_started_again_it_sends_what_was_corrected_and_nothing_else(
    connected: Rooms, client: RoomsClient, emulator: RoomsEmulator, file: Path
) -> None:
    file.write_text(f"{HEADER}\n,,,\n,2020-01-01,,\n,,maybe,\n")
    assert connected("import", str(file)).status == 1
    again = connected("import", str(file))
    assert "1 of 3 rooms are there, 2 rows were finished by an earlier run, 2 rows failed" in again.err
    assert (
        "row 2 (line 3): the service rejected the request (400 BadRequest): The time range end is in the past."
        in again.err
    )
    file.write_text(f"{HEADER}\n,,,\n,{day(36)},,\n,,yes,\n")
    ran = connected("import", str(file), "--max-concurrency", "2")
    assert ran.status == 0
    assert len(list(client.list_rooms())) == 3
    assert sum(1 for each in emulator.requests if each.method == "POST") == 4


def test_another_file_is_rejected_by_the_journal(connected: Rooms, file: Path) -> None:
    file.write_text(f"{HEADER}\n,,true,\n")
    connected("import", str(file))
    file.write_text(f"{HEADER}\n,,false,\n")
    ran = connected("import", str(file))
    assert ran.status == 2
    assert "row 0 of the input differs from row 0" in ran.err


def test_a_journal_of_its_own_can_be_named(connected: Rooms, file: Path, tmp_path: Path) -> None:
    file.write_text(f"{HEADER}\n,,,\n")
    assert connected("import", str(file), "--journal", str(tmp_path / "j")).status == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["j", "rooms.csv"]


def test_a_dry_run_sends_nothing(rooms: Rooms, file: Path) -> None:
    file.write_text(f"{HEADER}\n,,,\n")
    ran = rooms("import", str(file), "--dry-run")
    assert (ran.status, ran.out) == (0, "")
    assert "1 of 1 rows can be imported; nothing was sent" in ran.err
    file.write_text(f"{HEADER}\n,x,,\n")
    assert rooms("import", str(file), "--dry-run").status == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the first line must name the columns"),
        (b"\n\n", "the first line must name the columns"),
        (b"valid_form\n", "there is no column 'valid_form'; did you mean valid_from"),
        (b"valid_from;valid_until\n", "participants. Cells are separated by commas."),
        (b"valid_from\tvalid_until\n", "participants. Cells are separated by commas."),
        (b"name\n", "there are valid_from,valid_until,pstn_dial_out_enabled,participants"),
        (b"valid_from,valid_from\n", "the column valid_from is there twice"),
        (b"valid_from\n\xff\xfe\n", "rooms.csv: it is not UTF-8; save it as CSV UTF-8"),
        ("valid_from\n".encode("utf-16"), "rooms.csv: it is not UTF-8"),
        (b'valid_from\n"2027', "line 2"),
    ],
    ids=["empty", "blank", "misspelt", "semicolons", "tabs", "unknown", "twice", "latin-1", "utf-16", "open-quote"],
)
def test_a_file_that_is_no_such_csv_is_wrong_usage(connected: Rooms, file: Path, content: bytes, message: str) -> None:
    file.write_bytes(content)
    for options in ((), ("--dry-run",)):
        ran = connected("import", str(file), *options)
        assert ran.status == 2
        assert message in ran.err


def test_what_cannot_be_read_again_is_wrong_usage(connected: Rooms, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "rows")
    for path in (tmp_path, tmp_path / "rows"):
        ran = connected("import", str(path))
        assert ran.status == 2
        assert "is no file; save the rows in one" in ran.err


def test_a_missing_role_stops_the_import(connected: Rooms, emulator: RoomsEmulator, file: Path) -> None:
    file.write_text(HEADER + "\n,,," * 500)
    emulator.faults.add("POST /rooms status=403")
    ran = connected("import", str(file))
    assert ran.status == 1
    assert "it stopped there, since every other row would fail likewise" in ran.err
    assert len(emulator.requests) < 100


def test_credentials_that_are_not_taken_stop_the_import(rooms: Rooms, emulator: RoomsEmulator, file: Path) -> None:
    file.write_text(HEADER + "\n,,," * 500)
    ran = rooms("import", str(file), "--connection-string", f"endpoint={emulator.endpoint};accesskey={KEY}")
    assert ran.status == 1
    assert ran.err.count("does not accept the credentials") == 1
    assert "it stopped there, since every other row would fail likewise" in ran.err
    assert len(emulator.requests) < 50


def test_a_row_whose_outcome_is_unknown_is_named(
    connected: Rooms, client: RoomsClient, emulator: RoomsEmulator, file: Path
) -> None:
    file.write_text(f"{HEADER}\n,,,\n")
    connected("import", str(file))
    journal = Path(f"{file}.journal")
    header, attempt, _ = journal.read_text().splitlines()
    earlier = attempt.partition('"first_sent":"')[0] + '"first_sent":"2020-01-01T00:00:00+00:00"}}'
    journal.write_text(f"{header}\n{earlier}\n")
    ran = connected("import", str(file))
    assert ran.status == 1
    assert "row 1 (line 2): sent at 2020-01-01 00:00:00 UTC, and whether it created a room is unknown" in ran.err
    assert len(list(client.list_rooms())) == 1


def test_an_import_that_is_killed_and_started_again_makes_each_room_once(emulator: RoomsEmulator, file: Path) -> None:
    file.write_text(HEADER + "".join(f"\n,,{number % 2 == 0},{ALICE}" for number in range(60)))
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(str(cli.__file__)).parents[4]),
        "AZURE_COMMUNICATION_CONNECTION_STRING": emulator.connection_string,
    }
    command = [sys.executable, "-m", "azure.communication.rooms.cli", "import", str(file)]
    emulator.faults.add("POST /rooms delay=0.01")
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(20):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert len(ran.stdout.splitlines()) == 60
    assert "60 of 60 rooms are there" in ran.stderr
    with RoomsClient.from_connection_string(emulator.connection_string) as client:
        assert len(list(client.list_rooms())) == 60


def test_export_writes_what_import_reads(connected: Rooms, client: RoomsClient, file: Path) -> None:
    now = datetime.now(timezone.utc)
    for days in range(1, 36):
        client.create_room(
            valid_from=now, valid_until=now + timedelta(days=days), participants={ALICE: "Presenter", BOB: "Consumer"}
        )
    before = [(room.valid_from, room.valid_until) for room in client.list_rooms()]
    ran = connected("export", str(file))
    assert ran.lines == [{"file": str(file), "rooms": 35, "ended": 0}]
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert rows[0]["participants"] == f"{ALICE}=Presenter;{BOB}=Consumer"
    connected("clean", "--ended-before", "2100-01-01")
    assert connected("import", str(file)).status == 0
    assert sorted((room.valid_from, room.valid_until) for room in client.list_rooms()) == sorted(before)


def test_export_leaves_out_rooms_that_have_ended(connected: Rooms, emulator: RoomsEmulator, file: Path) -> None:
    yesterday = datetime.now(timezone.utc) - timedelta(days=1)
    emulator.seed(2, {"validUntil": yesterday.strftime("%Y-%m-%dT%H:%M:%SZ")})
    ran = connected("export", str(file))
    assert ran.lines == [{"file": str(file), "rooms": 0, "ended": 2}]
    assert "2 that have ended are left out" in ran.err
    assert connected("export", str(file), "--include-ended").lines[0]["rooms"] == 2


def test_export_leaves_out_a_room_that_is_deleted_meanwhile(
    connected: Rooms, client: RoomsClient, emulator: RoomsEmulator, file: Path
) -> None:
    client.create_room()
    emulator.faults.add("GET /rooms/{room_id}/participants status=404")
    assert connected("export", str(file)).lines[0]["rooms"] == 0


def test_an_export_that_fails_leaves_the_file_as_it_was(
    connected: Rooms, client: RoomsClient, emulator: RoomsEmulator, file: Path
) -> None:
    file.write_text("before")
    client.create_room()
    emulator.faults.add("GET /rooms/{room_id}/participants status=400")
    assert connected("export", str(file)).status == 1
    assert file.read_text() == "before"
    assert list(file.parent.iterdir()) == [file]


def test_an_export_writes_through_a_link(connected: Rooms, client: RoomsClient, file: Path, tmp_path: Path) -> None:
    client.create_room()
    target = tmp_path / "target.csv"
    target.write_text("before")
    file.symlink_to(target.name)
    assert connected("export", str(file)).status == 0
    assert file.is_symlink()
    assert target.read_text().startswith(HEADER)


def test_an_export_into_a_pipe_leaves_the_pipe(connected: Rooms, client: RoomsClient, tmp_path: Path) -> None:
    client.create_room()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert connected("export", str(pipe)).lines == [{"file": str(pipe), "rooms": 1, "ended": 0}]
        assert os.read(reader, 65536).decode().splitlines()[0] == HEADER
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_an_export_into_a_stream_of_the_shell(connected: Rooms, client: RoomsClient) -> None:
    """As ``/dev/stdout`` in a pipe: its target has no path."""
    client.create_room()
    reader, writer = os.pipe()
    try:
        assert connected("export", f"/dev/fd/{writer}").status == 0
        assert os.read(reader, 65536).decode().splitlines()[0] == HEADER
    finally:
        os.close(reader)
        os.close(writer)


def test_clean_deletes_what_ended_before(connected: Rooms, client: RoomsClient) -> None:
    now = datetime.now(timezone.utc)
    early, late = (client.create_room(valid_from=now, valid_until=now + timedelta(days=days)).id for days in (1, 9))
    date_time = (now + timedelta(days=5)).isoformat()
    dry = connected("clean", "--ended-before", date_time, "--dry-run")
    assert [line["id"] for line in dry.lines] == [early]
    ran = connected("clean", "--ended-before", date_time)
    assert ran.lines == [{"id": early, "deleted": True}]
    assert [room.id for room in client.list_rooms()] == [late]
    assert "no room ended before" in connected("clean", "--ended-before", date_time).err


@pytest.mark.parametrize(("status", "calls"), [(400, 3), (401, 1)])
def test_clean_states_what_cannot_be_deleted(
    connected: Rooms, client: RoomsClient, emulator: RoomsEmulator, status: int, calls: int
) -> None:
    for _ in range(3):
        client.create_room()
    fault = emulator.faults.add(f"DELETE /rooms/{{room_id}} status={status}")
    ran = connected("clean", "--ended-before", "2100-01-01", "--max-concurrency", "1")
    assert ran.status == 1
    assert "0 rooms were deleted, " in ran.err
    assert fault.hits >= calls


def test_a_table_and_sentences_are_for_a_terminal(
    connected: Rooms, client: RoomsClient, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(f"{HEADER}\n,,,{ALICE}\n,x,,\n")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(output.Output, "__init__", lambda self, as_json: setattr(self, "is_table", True))
    live = Progress(console=Console(stderr=True, force_terminal=True))
    monkeypatch.setattr(jobs, "progress_bar", lambda _: live)
    shown = connected("import", str(file)).out
    (room,) = client.list_rooms()
    assert room.id in shown
    assert "Times are local" in shown
    assert room.id in connected("list").out
    assert ALICE in connected("participants", "list", room.id).out
    assert connected("export", str(file)).out == ""
    assert connected("delete", room.id, "--yes").out == f"deleted {room.id}\n"


def test_times_beyond_the_years_of_the_zone_are_shown_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    earliest = datetime.min.replace(tzinfo=timezone.utc)
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert local(earliest) == "0001-01-01 00:00:00+00:00"
    finally:
        monkeypatch.undo()
        time.tzset()
    assert local(None) == ""
