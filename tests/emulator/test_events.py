"""The live events: what changed since the last look, sent in order, and what was missed."""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from admin_api import Admin
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.admin import events
from azure.communication.rooms.emulator.state.emulator_state import EmulatorState


@pytest.fixture
def state(emulator: RoomsEmulator) -> EmulatorState:
    return emulator._running().state


def names(changes: events.Changes) -> list[str]:
    return [name for name, _ in changes.look()]


def test_nothing_is_reported_while_nothing_changes(state: EmulatorState, http: SignedHttp) -> None:
    http.send("POST", "/rooms", {})
    changes = events.Changes(state)
    assert names(changes) == []
    assert names(changes) == []


def test_a_request_is_reported_once_and_with_its_room(state: EmulatorState, http: SignedHttp) -> None:
    changes = events.Changes(state)
    http.send("POST", "/rooms", {})
    (first, entry), (second, rooms) = changes.look()
    assert (first, entry["method"], entry["status"], entry["number"]) == ("request", "POST", 201, 1)
    assert (second, rooms) == ("rooms", {"accounts": ["rooms"]})
    http.send("GET", "/rooms")
    ((name, entry),) = changes.look()
    assert (name, entry["method"], entry["number"]) == ("request", "GET", 2)


def test_only_the_account_that_changed_is_named() -> None:
    with RoomsEmulator(accounts={"blue": "Ymx1ZQ==", "red": "cmVk"}) as emulator:
        changes = events.Changes(emulator._running().state)
        emulator.seed(account="red")
        assert list(changes.look()) == [("rooms", {"accounts": ["red"]})]


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ({"freeze": True}, {"frozen": True}),
        ({"set": "2030-01-01T12:00:00Z"}, {"now": "2030-01-01T12:0"}),
        ({"advance": {"days": 1}}, {"frozen": False}),
    ],
    ids=str,
)
def test_a_moved_clock_is_reported(
    emulator: RoomsEmulator, state: EmulatorState, moves: dict[str, Any], expected: dict[str, Any]
) -> None:
    changes = events.Changes(state)
    Admin(emulator).send("POST", "clock", moves)
    ((name, clock),) = changes.look()
    assert name == "clock"
    assert {key: clock[key][:15] if key == "now" else clock[key] for key in expected} == expected
    assert names(changes) == []


def test_faults_are_reported_when_they_come_are_met_and_go(
    emulator: RoomsEmulator, state: EmulatorState, http: SignedHttp
) -> None:
    changes = events.Changes(state)
    emulator.faults.add("GET /rooms status=503 times=1")
    assert list(changes.look()) == [("faults", {"numbers": [1]})]
    http.send("GET", "/rooms")
    assert names(changes) == ["request", "faults"]
    emulator.faults.clear()
    assert list(changes.look()) == [("faults", {"numbers": []})]


def test_whoever_is_slow_gets_the_newest_and_how_many_were_missed(state: EmulatorState, http: SignedHttp) -> None:
    http.send("GET", "/rooms")
    (entry,) = state.request_log.entries()
    changes = events.Changes(state)
    for _ in range(events.LIMIT + 1500):
        state.request_log.add(entry)
    (first, missed), *requests = changes.look()
    assert (first, missed) == ("missed", {"requests": 1500})
    assert [data["number"] for _, data in requests] == list(range(1502, 1502 + events.LIMIT))
    assert names(changes) == []


def test_a_cleared_log_is_reported_before_what_came_after(
    emulator: RoomsEmulator, state: EmulatorState, http: SignedHttp
) -> None:
    for _ in range(3):
        http.send("GET", "/rooms")
    changes = events.Changes(state)
    Admin(emulator).send("DELETE", "requests")
    http.send("GET", "/rooms")
    assert [(name, data.get("number")) for name, data in changes.look()] == [("cleared", None), ("request", 1)]


def test_the_stream_states_that_it_is_alive_when_nothing_changes(
    state: EmulatorState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "INTERVAL", 0)
    monkeypatch.setattr(events, "HEARTBEAT", 0)

    async def two() -> list[bytes]:
        stream = events.stream(state)
        return [await stream.__anext__() for _ in range(2)]

    assert asyncio.run(two()) == [b"retry: 1000\n\n", b": alive\n\n"]


def test_the_stream_sends_nothing_between_changes(state: EmulatorState, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: Iterator[list[Any]] = iter([[], [], [("cleared", {})]])
    monkeypatch.setattr(events, "INTERVAL", 0)
    monkeypatch.setattr(events.Changes, "look", lambda _: next(looks))

    async def two() -> list[bytes]:
        stream = events.stream(state)
        return [await stream.__anext__() for _ in range(2)]

    assert asyncio.run(two())[1].startswith(b"event: cleared\n")
    assert list(looks) == []


@contextmanager
def open_stream(emulator: RoomsEmulator, query: str = "") -> Iterator[http.client.HTTPResponse]:
    """An open stream of events."""
    connection = http.client.HTTPConnection(emulator.endpoint.partition("://")[2], timeout=10)
    connection.request("GET", f"/_emulator/events{query}")
    response = connection.getresponse()
    assert response.readline() == b"retry: 1000\n"
    yield response
    response.close()
    connection.close()


def read_event(stream: http.client.HTTPResponse) -> tuple[str, Any]:
    lines: dict[str, str] = {}
    while True:
        line = stream.readline().decode().rstrip("\n")
        if not line and "data" in lines:
            return lines["event"], json.loads(lines["data"])
        name, _, value = line.partition(": ")
        lines[name] = value


def test_events_come_over_http_while_the_connection_is_open(emulator: RoomsEmulator, http: SignedHttp) -> None:
    with open_stream(emulator) as stream:
        http.send("GET", "/rooms/1%0A%0Aevent:%20forged")
        name, entry = read_event(stream)
        emulator.clock.freeze()
        second = read_event(stream)[0]
    assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert (name, entry["status"], entry["method"], second) == ("request", 400, "GET", "clock")


def test_a_viewer_may_limit_the_requests_of_an_event(emulator: RoomsEmulator, http: SignedHttp) -> None:
    with open_stream(emulator, "?limit=0") as stream:
        http.send("GET", "/rooms")
        assert read_event(stream) == ("missed", {"requests": 1})


@pytest.mark.parametrize("query", ["limit=101", "limit=-1", "since=1"])
def test_a_stream_that_cannot_be_had_is_rejected(emulator: RoomsEmulator, query: str) -> None:
    status, response = Admin(emulator).send("GET", f"events?{query}")
    assert (status, "limit" in response["error"]["message"]) == (400, True)


def test_a_stream_ends_with_the_emulator() -> None:
    with RoomsEmulator() as emulator, open_stream(emulator) as stream:
        emulator.stop()
        assert [line for line in stream if line.strip()] == []


def test_a_viewer_that_never_reads_slows_no_request(
    emulator: RoomsEmulator, state: EmulatorState, http: SignedHttp
) -> None:
    host, _, port = emulator.endpoint.partition("://")[2].rpartition(":")
    with socket.socket() as viewer:
        viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        viewer.connect((host, int(port)))
        viewer.sendall(f"GET /_emulator/events HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        http.send("GET", "/rooms")
        (entry,) = state.request_log.entries()
        for _ in range(20_000):
            state.request_log.add(entry)
        assert http.send("GET", "/rooms").status == 200
