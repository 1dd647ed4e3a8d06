"""Export and import over HTTP: as parts, beside other requests, and rejected at the first room that is none."""

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from import_messages import CONVERSION, NO_EXPORT, NO_FORMAT, ROLE, WRONG_MRI
from raw_ids import ALICE, BOB, INVALID_RAW_ID
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.service import room_import
from azure.communication.rooms.emulator.service.room_import import ImportStream

ROOM = {
    "id": "99400000000000000",
    "createdAt": "2025-03-18T21:57:53.1625797+00:00",
    "validFrom": "2025-03-18T21:57:53+00:00",
    "validUntil": "2099-03-18T21:57:53.1+00:00",
    "pstnDialOutEnabled": True,
    "roomJoinPolicy": "CommunicationServiceUsers",
    "participants": {BOB: {"role": "Presenter"}, ALICE: {"role": "Attendee"}},
}
JSON = {"Content-Type": "application/json"}
BEGIN = b'{"format": "rooms-emulator-1", "accounts": {"rooms": ['
END = b"]}}"


def export(http: SignedHttp) -> bytes:
    reply = http.send_as_is("GET", "/_emulator/export", b"", {})
    assert reply.status == 200
    return json.dumps(reply.body).encode()


def send_import(http: SignedHttp, text: bytes) -> tuple[int, Any]:
    reply = http.send_as_is("POST", "/_emulator/import", text, JSON)
    return reply.status, reply.body


@pytest.fixture(params=["memory", "location"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RoomsEmulator]:
    """An emulator in memory, and one with a location."""
    with RoomsEmulator(location=None if request.param == "memory" else tmp_path) as emulator:
        yield emulator


def test_what_is_exported_in_parts_goes_in_again(kept: RoomsEmulator) -> None:
    http = SignedHttp(kept.connection_string)
    kept.seed(1201, {"participants": {ALICE: {"role": "Presenter"}, BOB: {}}})  # more than two parts
    text, before = export(http), kept.export_rooms()
    assert json.loads(text) == before
    kept.reset()
    kept.seed(2)
    assert send_import(http, text) == (200, {"rooms": 1201})
    assert kept.export_rooms() == before
    assert http.send("POST", "/rooms", {}).status == 201


def test_a_location_keeps_what_was_imported(tmp_path: Path) -> None:
    with RoomsEmulator(location=tmp_path) as emulator:
        emulator.seed(3)
        emulator.import_rooms({"format": "rooms-emulator-1", "accounts": {"rooms": [ROOM]}})
        (after,) = emulator.seed()
    with RoomsEmulator(location=tmp_path) as emulator:
        assert [room["id"] for room in emulator.export_rooms()["accounts"]["rooms"]] == [ROOM["id"], after]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rooms.sqlite3"]


def test_a_file_that_a_killed_import_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "rooms.sqlite3.new").write_bytes(b"half of it")
    with RoomsEmulator(location=tmp_path) as emulator:
        assert emulator.import_rooms({"format": "rooms-emulator-1", "accounts": {"rooms": [ROOM]}}) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rooms.sqlite3"]


@pytest.mark.parametrize("size", [1, 7, 64 * 1024])
def test_text_in_parts_of_any_size_is_imported(emulator: RoomsEmulator, size: int) -> None:
    text = json.dumps({"other": [{"a": [1]}], "format": "rooms-emulator-1", "accounts": {"rooms": [ROOM]}}).encode()
    state = emulator._running().state
    with ImportStream(state.accounts) as stream:
        for start in range(0, len(text), size):
            stream.feed(text[start : start + size])
        assert stream.commit() == 1
    assert emulator.export_rooms()["accounts"]["rooms"] == [ROOM]


ROOM_TEXT = json.dumps(ROOM).encode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", NO_EXPORT),
        (b"[]", NO_EXPORT),
        (b"5", NO_EXPORT),
        (b"{}", NO_FORMAT),
        (b'{"format": "rooms-emulator-1"}', NO_EXPORT),
        (b'{"format": {"a": 1}, "accounts": {}}', NO_FORMAT),
        (b'{"format": "rooms-emulator-1", "accounts": []}', NO_EXPORT),
        (
            b'{"format": "rooms-emulator-1", "accounts": {"blue": []}}',
            "there is no account 'blue' here; there is rooms",
        ),
        (b'{"format": "rooms-emulator-1", "accounts": {"rooms": {}}}', "the rooms of account 'rooms' must be a list"),
        (b'{"format": "rooms-emulator-1", "accounts": {"rooms": [], "rooms": []}}', "account 'rooms' is there twice"),
        (b'{"accounts": {"rooms": []}}', NO_FORMAT),
        (BEGIN + ROOM_TEXT, "the export of rooms is not JSON: parse error: premature EOF"),
        (
            BEGIN + ROOM_TEXT + b"," + ROOM_TEXT + END,
            "room 2 of account 'rooms' has the id of another room, 99400000000000000",
        ),
        (BEGIN + b"{}" + END, "room 1 of account 'rooms' has no id"),
        (BEGIN + b"5" + END, CONVERSION.format("an object", "$")),
        (BEGIN + b"[[1]]" + END, CONVERSION.format("an object", "$")),
        (BEGIN + b'{"id": [{}]}' + END, "room 1 of account 'rooms': [] is no room id; that is 16 to 18 digits"),
        (BEGIN + b'{"participants": []}' + END, CONVERSION.format("an object", "$.participants")),
        (BEGIN + f'{{"participants": {{"{INVALID_RAW_ID}": {{}}}}}}'.encode() + END, WRONG_MRI),
        (
            BEGIN + f'{{"participants": {{"{ALICE}": 5}}}}'.encode() + END,
            CONVERSION.format("an object", f"$.participants.{ALICE}"),
        ),
        (BEGIN + f'{{"participants": {{"{ALICE}": {{"role": "X"}}}}}}'.encode() + END, ROLE),
        (BEGIN + ROOM_TEXT + END + b"{}", "the export of rooms is not JSON: parse error: trailing garbage"),
        (BEGIN + b"\xff", "the export of rooms is not JSON: lexical error: invalid char in json text."),
        (BEGIN + b"[" * 1000, "the export of rooms has more than 50 levels"),
        (b'{"x": ' + b"[" * 1000, "the export of rooms has more than 50 levels"),
    ],
)
def test_what_is_no_export_is_rejected_and_changes_nothing(
    emulator: RoomsEmulator, http: SignedHttp, text: bytes, message: str
) -> None:
    emulator.seed(2)
    before = emulator.export_rooms()
    status, body = send_import(http, text)
    assert (status, body["error"]["code"], body["error"]["message"]) == (400, "BadRequest", message)
    assert emulator.export_rooms() == before


def test_null_and_unknown_members_are_as_absent(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.clock.freeze()
    room = {"id": ROOM["id"], "participants": None, "validFrom": None, "other": {"a": [1, {"b": 2}]}}
    other = {"id": "99400000000000001", "participants": {ALICE: None, BOB: {"role": "Consumer", "x": [1]}}}
    text = BEGIN + json.dumps(room).encode() + b"," + json.dumps(other).encode() + END
    assert send_import(http, text) == (200, {"rooms": 2})
    first, second = emulator.export_rooms()["accounts"]["rooms"]
    assert (first["participants"], first["validFrom"]) == ({}, first["createdAt"])
    assert second["participants"] == {BOB: {"role": "Consumer"}}


def test_a_bad_room_is_rejected_while_the_client_is_still_sending(emulator: RoomsEmulator, http: SignedHttp) -> None:
    """The response is there before the body has ended."""
    (kept,) = emulator.seed()
    host, _, port = http.host.partition(":")
    head = f"POST /_emulator/import HTTP/1.1\r\nHost: {http.host}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 60000000\r\n\r\n".encode() + BEGIN + b"{},{},{}")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert [room["id"] for room in emulator.export_rooms()["accounts"]["rooms"]] == [kept]


def test_a_client_that_disconnects_changes_nothing(emulator: RoomsEmulator, http: SignedHttp) -> None:
    (kept,) = emulator.seed()
    host, _, port = http.host.partition(":")
    head = f"POST /_emulator/import HTTP/1.1\r\nHost: {http.host}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"{head}Content-Length: 60000000\r\n\r\n".encode() + BEGIN + ROOM_TEXT)
    assert send_import(http, BEGIN + END)[0] in (200, 400)  # 400 as long as the other is not noticed to be gone
    while send_import(http, BEGIN + END)[0] != 200:
        pass
    assert emulator.export_rooms()["accounts"]["rooms"] == []
    emulator.seed()
    assert kept


def test_two_imports_at_once_are_rejected(emulator: RoomsEmulator, http: SignedHttp) -> None:
    with ImportStream(emulator._running().state.accounts) as stream:
        stream.feed(BEGIN)
        status, body = send_import(http, BEGIN + END)
        assert (status, body["error"]["message"]) == (
            400,
            "rooms are imported into this account already; wait until that has ended",
        )
    assert send_import(http, BEGIN + END) == (200, {"rooms": 0})


@pytest.mark.parametrize("begin", [b'{"x": "', BEGIN + b'{"x": "', BEGIN + b'{"id": "'])
def test_one_room_is_no_larger_than_the_limit(
    emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch, begin: bytes
) -> None:
    monkeypatch.setattr(room_import, "RECORD_LIMIT", 200_000)
    with (
        ImportStream(emulator._running().state.accounts) as stream,
        pytest.raises(ValueError, match="than 200000 bytes"),
    ):
        stream.feed(begin + b"a" * 300_000)


@pytest.mark.parametrize("begin", [b"", BEGIN, b'{"x": ['], ids=["alone", "as rooms", "elsewhere"])
def test_megabytes_of_empty_objects_are_not_held(emulator: RoomsEmulator, http: SignedHttp, begin: bytes) -> None:
    memory = psutil.Process().memory_info
    before = memory().rss
    most = [before]
    with ImportStream(emulator._running().state.accounts) as stream:
        part = b"{}," * 20_000
        stream_feed(stream, begin, part, lambda: most.append(memory().rss))
    assert max(most) - before < 50 * 2**20


def stream_feed(stream: ImportStream, begin: bytes, part: bytes, after: Any) -> None:
    """Feed 20 MB, or until they are rejected."""
    try:
        stream.feed(begin)
        for _ in range(330):
            stream.feed(part)
            after()
    except ValueError:
        after()
    else:
        pytest.fail("it was not rejected")


def test_the_body_of_another_command_is_no_larger_than_4_mib(http: SignedHttp) -> None:
    reply = http.send_as_is("POST", "/_emulator/seed", b'{"room": ["' + b"a" * (4 * 2**20) + b'"]}', JSON)
    assert (reply.status, reply.body["error"]["code"]) == (413, "PayloadTooLarge")


@pytest.fixture
def _quick_threads() -> Iterator[None]:
    """Let threads take turns so often that on any machine many requests fit in during a command."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.0001)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_quick_threads")
def test_requests_are_handled_while_rooms_are_seeded_exported_and_imported(emulator: RoomsEmulator) -> None:
    """No command holds the event loop: a request that begins after it has ended before it."""
    http = SignedHttp(emulator.connection_string)
    commands: list[tuple[str, str, bytes]] = [
        ("POST", "seed", b'{"count": 20000}'),
        ("GET", "export", b""),
    ]
    texts = []
    for method, path, body in commands:
        texts.append(handled_beside(http, method, path, body))
    handled_beside(http, "POST", "import", texts[1])


def handled_beside(http: SignedHttp, method: str, path: str, body: bytes) -> bytes:
    """Run a command, and fail unless other requests had their responses meanwhile."""
    content: list[bytes] = []

    def run() -> None:
        reply = http.send_as_is(method, f"/_emulator/{path}", body, JSON if body else {})
        assert reply.status in (200, 201)
        content.append(json.dumps(reply.body).encode())

    thread = threading.Thread(target=run)
    started = time.perf_counter()
    thread.start()
    handled = 0
    while thread.is_alive():
        assert http.send_as_is("GET", "/health", b"", {}).status == 200
        assert http.send("GET", "/rooms").status == 200
        handled += 1
    thread.join()
    assert handled > 3, f"{handled} in {time.perf_counter() - started} s"
    return content[0]
