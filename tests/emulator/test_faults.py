"""Faults on demand: which requests meet one, what it does to them as a client sees it, and that none comes unasked."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, IncompleteRead, RemoteDisconnected
from types import MappingProxyType
from typing import Any, Optional, cast

import pytest
from azure.core.exceptions import HttpResponseError
from signed_http import VERSION, SignedHttp

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import Fault, Faults, RoomsEmulator
from azure.communication.rooms.emulator.faults import injection
from azure.communication.rooms.emulator.faults.fault import from_json, parse
from azure.communication.rooms.emulator.faults.registry import combine
from azure.communication.rooms.emulator.http import server
from azure.communication.rooms.emulator.state import log_text

ROOMS = f"/rooms?api-version={VERSION}"


def count(http: SignedHttp) -> int:
    return len(http.send("GET", "/rooms").body["value"])


def raw(http: SignedHttp, method: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Status, headers and bytes of a response that need not be JSON."""
    connection = HTTPConnection(http.host, timeout=10)
    try:
        headers = {**http.headers(method, ROOMS, body), "Content-Type": "application/json"}
        connection.request(method, ROOMS, body or None, headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


# -- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "POST /rooms nth=2 status=503 header.Retry-After=1",
            Fault("POST", "/rooms", nth=2, status=503, headers={"Retry-After": "1"}),
        ),
        ("* ** throttle=5 times=3", Fault(throttle=5, times=3)),
        ("get /rooms/{room_id} reset=after", Fault("GET", "/rooms/{room_id}", reset="after")),
        ("/rooms delay=0.5 probability=0.25 seed=7", Fault(route="/rooms", delay=0.5, probability=0.25, seed=7)),
        (
            "garbage=true truncate=3 clock-skew=-900 page-size=2",
            Fault(garbage=True, truncate=3, clock_skew=-900.0, page_size=2),
        ),
        ("""GET status=500 body='{"a": 1}'""", Fault("GET", status=500, body='{"a": 1}')),
    ],
)
def test_a_fault_is_read_from_one_line_and_written_as_one(text: str, fault: Fault) -> None:
    assert parse(text) == fault
    assert parse(str(fault)) == fault
    assert from_json(json.loads(json.dumps(fault.to_json()))) == fault


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "there is no action"),
        ({"method": "GET", "nth": 1}, "there is no action"),
        ({"method": "BREW", "status": 503}, "method must be one of GET"),
        ({"route": "rooms", "status": 503}, "route must begin with a slash"),
        ({"status": 199}, "status must lie from 200 to 599"),
        ({"status": "503"}, "status must be a number, not '503'"),
        ({"status": True}, "status must be a number"),
        ({"status": 503.0}, "status must be a number"),
        ({"delay": -1}, "delay must lie from 0"),
        ({"nth": 0, "status": 503}, "nth must lie from 1"),
        ({"probability": 1.5, "status": 503}, "probability must lie from 0 to 1"),
        ({"reset": "during"}, "reset must be before or after"),
        ({"garbage": "yes"}, "garbage must be true or false"),
        ({"status": 503, "headers": {"Retry-After": 1}}, "headers must be text"),
        ({"status": 503, "headers": {"Retry After": "1"}}, "headers must be text"),
        ({"status": 503, "headers": {"X": "1\r\nY: 2"}}, "headers must be text"),
        ({"status": 503, "headers": {"Content-Length": "7"}}, "not frame the body"),
        ({"status": 503, "headers": ["X"]}, "headers must be text"),
        ({"headers": {"X": "1"}, "delay": 1}, "headers and body go with a status"),
        ({"body": "text", "delay": 1}, "headers and body go with a status"),
        ({"status": 503, "throttle": 1}, "two responses"),
        ({"colour": "red"}, "'colour' is no part of a fault; there are method, route"),
        ("status=503", "an object of names and values"),
    ],
)
def test_what_cannot_be_a_fault_is_rejected_with_what_is_wrong(values: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_json(values)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("POST /rooms", "there is no action"),
        ("status=many", "status must be a number, not 'many'"),
        ("delay=long", "delay must be a number, not 'long'"),
        ("garbage=perhaps", "garbage must be true or false"),
        ("BREW status=418", "method must be one of"),
        ("body='", "No closing quotation"),
    ],
)
def test_a_line_that_is_no_fault_is_rejected(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(text)


def test_a_fault_stays_what_it_was_when_its_headers_are_changed() -> None:
    headers = {"Retry-After": "1"}
    fault = Fault(status=503, headers=MappingProxyType(headers))
    headers["Retry-After"] = "2"
    assert fault.to_json() == {"status": 503, "headers": {"Retry-After": "1"}}


def test_a_fault_and_keywords_do_not_go_together() -> None:
    with pytest.raises(ValueError, match="a fault or keywords"):
        Faults().add("status=503", method="GET")


# -- matching ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "met"),
    [
        (None, ["/", "/rooms", "/rooms/1", "/rooms/1/participants"]),
        ("/rooms", ["/rooms"]),
        ("/rooms/{room_id}", ["/rooms/1"]),
        ("/rooms/*/participants", ["/rooms/1/participants"]),
        ("/rooms/**", ["/rooms/1", "/rooms/1/participants"]),
        ("/room.", []),
    ],
)
def test_a_route_names_paths(route: Optional[str], met: list[str]) -> None:
    faults = Faults()
    faults.add(route=route, status=503)
    paths = ["/", "/rooms", "/rooms/1", "/rooms/1/participants"]
    assert [path for path in paths if faults.matching("GET", path)] == met


def test_the_nth_call_that_matches_is_met_and_no_other() -> None:
    faults = Faults()
    fault = faults.add(method="POST", nth=2, status=503)
    calls = ["GET", "POST", "GET", "POST", "POST"]
    assert [bool(faults.matching(method, "/rooms")) for method in calls] == [False, False, False, True, False]
    assert (fault.calls, fault.hits) == (3, 1)


def test_a_fault_comes_no_more_often_than_it_was_requested_to() -> None:
    faults = Faults()
    faults.add(times=2, status=503)
    assert [bool(faults.matching("GET", "/")) for _ in range(4)] == [True, True, False, False]


def test_chance_is_drawn_from_the_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        faults = Faults()
        faults.add(probability=0.25, seed=seed, status=503)
        return [bool(faults.matching("GET", "/")) for _ in range(400)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 60 < sum(drawn(1)) < 140
    assert not any(Faults([Fault(probability=0.0, status=503)]).matching("GET", "/") for _ in range(100))


def test_where_two_faults_contradict_each_other_the_first_applies() -> None:
    faults = Faults()
    faults.add(delay=1, status=503, headers={"X-First": "1"})
    faults.add(delay=2, throttle=9, page_size=5)
    assert combine(faults.matching("GET", "/")) == Fault(delay=1, status=503, headers={"X-First": "1"}, page_size=5)
    assert combine([]) is None


def test_faults_are_switched_off_one_by_one_or_all() -> None:
    faults = Faults([Fault(status=500)])
    second, third = faults.add("status=501"), faults.add(Fault(status=502))
    assert [active.number for active in faults.active()] == [1, 2, 3]
    assert faults.remove(second.number) is True
    assert faults.remove(second.number) is False
    assert faults.active()[1:] == [third]
    faults.clear()
    assert faults.active() == []
    faults.reset()
    assert [(active.number, active.fault) for active in faults.active()] == [(1, Fault(status=500))]


def test_threads_count_every_call_once() -> None:
    faults = Faults()
    fault = faults.add(status=503, times=500)
    met: list[bool] = []
    threads = [
        threading.Thread(target=lambda: met.extend([bool(faults.matching("GET", "/")) for _ in range(200)]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (fault.calls, fault.hits, sum(met)) == (1600, 500, 500)


# -- over HTTP --------------------------------------------------------------------------------------------------------


def test_nothing_goes_wrong_unless_it_is_requested(emulator: RoomsEmulator) -> None:
    assert emulator.faults.active() == []


def test_a_response_that_replaces_the_services_does_nothing_else(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add(method="POST", route="/rooms", nth=1, status=503, headers={"Retry-After": "7", "date": "never"})
    reply = http.send("POST", "/rooms", {})
    assert (reply.status, reply.body["error"]["code"]) == (503, "ServiceUnavailable")
    assert (reply.headers["retry-after"], reply.headers["x-ms-error-code"]) == ("7", "ServiceUnavailable")
    assert reply.headers["date"] == "never"
    assert count(http) == 0
    assert http.send("POST", "/rooms", {}).status == 201


@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        (Fault(status=502, body="<html>Bad gateway</html>"), 502, b"<html>Bad gateway</html>"),
        (Fault(status=200, body={"value": []}), 200, b'{"value":[]}'),
        (Fault(status=200, body=""), 200, b""),
        (Fault(status=204), 204, b""),
        (Fault(status=599), 599, b'{"error":{"code":"Status599","message":"A fault that was asked for."}}'),
    ],
)
def test_the_body_of_a_response_is_as_requested(
    emulator: RoomsEmulator, http: SignedHttp, fault: Fault, status: int, body: bytes
) -> None:
    emulator.faults.add(fault)
    assert raw(http, "GET")[::2] == (status, body)


def test_a_throttled_client_gets_the_seconds_to_wait(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add(throttle=17)
    reply = http.send("GET", "/rooms")
    assert (reply.status, reply.headers["retry-after"], reply.body["error"]["code"]) == (429, "17", "TooManyRequests")


def test_a_reset_before_the_commit_leaves_nothing(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add("POST /rooms reset=before")
    with pytest.raises(ConnectionResetError):
        http.send("POST", "/rooms", {})
    assert count(http) == 0


def test_a_reset_after_the_commit_loses_the_response_alone(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add("POST /rooms reset=after")
    with pytest.raises(ConnectionResetError):
        http.send("POST", "/rooms", {})
    assert count(http) == 1


def test_a_reset_is_one_for_tcp(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add(reset="before")
    host, port = http.host.split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"GET {ROOMS} HTTP/1.1\r\nHost: {http.host}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


@pytest.mark.parametrize("kept", [0, 5, 10_000])
def test_a_truncated_body_is_shorter_than_announced(emulator: RoomsEmulator, http: SignedHttp, kept: int) -> None:
    whole = raw(http, "GET")[2]
    emulator.faults.add(truncate=kept)
    with pytest.raises(IncompleteRead) as caught:
        raw(http, "GET")
    assert caught.value.partial == whole[: min(kept, len(whole) - 1)]
    assert caught.value.expected == len(whole) - len(caught.value.partial)


def test_what_has_no_body_cannot_be_truncated(emulator: RoomsEmulator, http: SignedHttp) -> None:
    room = http.send("POST", "/rooms", {}).body["id"]
    emulator.faults.add(truncate=0, garbage=True)
    assert http.send("DELETE", f"/rooms/{room}").status == 204


def test_garbage_is_no_json(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add("POST garbage=true")
    status, headers, body = raw(http, "POST", b"{}")
    assert (status, headers["content-type"]) == (201, "application/json; charset=utf-8")
    assert body == injection.GARBAGE
    with pytest.raises(UnicodeDecodeError):
        json.loads(body)


def test_a_wrong_clock_is_reported_and_judges_dates(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add(clock_skew=-3600)
    reply = http.send("GET", "/rooms")
    assert (reply.status, reply.body["error"]["details"][0]["target"]) == (401, "x-ms-date")
    wrong = parsedate_to_datetime(reply.headers["date"])
    assert timedelta(minutes=59) < emulator.clock.now() - wrong < timedelta(minutes=61)
    assert http.send("GET", "/rooms", date=wrong).status == 200


def test_pages_are_of_the_size_that_is_requested(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.seed(5)
    emulator.faults.add("GET /rooms page-size=2")
    page = http.send("GET", "/rooms")
    assert len(page.body["value"]) == 2
    assert len(http.send("GET", page.body["nextLink"].partition(http.host)[2], version=None).body["value"]) == 2


def test_a_delay_is_over_when_the_client_has_gone(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add("POST delay=3600 times=1")
    body = b"{}"
    connection = HTTPConnection(http.host, timeout=0.05)
    connection.request("POST", ROOMS, body, {**http.headers("POST", ROOMS, body), "Content-Type": "application/json"})
    with pytest.raises(OSError, match="timed out"):
        connection.getresponse()
    connection.close()
    returned = (emulator.requests for _ in range(1000) if http.send_as_is("GET", "/health", b"", {}))
    assert next(entries for entries in returned if entries)[0].status == 201  # though the client is gone
    assert count(http) == 1
    assert http.send("POST", "/rooms", {}).status == 201


def test_a_delay_is_over_when_the_other_side_states_so_and_not_before() -> None:
    async def receive() -> dict[str, str]:
        return {"type": messages.pop(0)}

    messages = ["http.request", "http.request", "http.disconnect"]
    asyncio.run(server._Connection(cast(Any, None)).wait_closed(receive, 3600))
    assert messages == []


def test_a_short_delay_only_delays(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add(delay=0.01)
    assert http.send("POST", "/rooms", {}).status == 201
    assert emulator.requests[0].milliseconds >= 10


def test_a_stopped_emulator_waits_for_no_long_delay() -> None:
    with RoomsEmulator(faults=["delay=3600"]) as emulator:
        http = SignedHttp(emulator.connection_string)
        connection = HTTPConnection(http.host, timeout=60)
        connection.request("GET", ROOMS, headers=http.headers("GET", ROOMS, b""))
        fault = emulator.faults.active()[0]
        assert any(fault.hits for _ in range(1000) if http.send_as_is("GET", "/health", b"", {}))
    assert connection.getresponse().status == 500
    connection.close()


def test_a_bad_signature_can_meet_a_fault_too(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add(status=503)
    assert http.send_as_is("GET", ROOMS, b"", {}).status == 503


@pytest.mark.parametrize("path", ["/health", "/_emulator/state"])
def test_the_emulators_own_paths_meet_no_faults(emulator: RoomsEmulator, http: SignedHttp, path: str) -> None:
    emulator.faults.add(status=503)
    assert http.send_as_is("GET", path, b"", {}).status == 200


def test_the_log_tells_which_faults_are_on_and_which_were_met(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger=log_text.LOGGER.name):
        with RoomsEmulator(faults=[Fault(method="POST", reset="after")]) as emulator:
            emulator.faults.add("GET status=503")
            http = SignedHttp(emulator.connection_string)
            with pytest.raises((ConnectionResetError, RemoteDisconnected)):
                http.send("POST", "/rooms", {})
            http.send("GET", "/rooms")
    lines = [record.getMessage() for record in caplog.records]
    assert lines[:2] == ["fault 1 is on: POST '**' reset=after", "fault 2 is on: GET '**' status=503"]
    assert lines[2].startswith("POST /rooms?api-version=2025-03-13 reset ")
    assert lines[2].endswith(" ms fault 1")
    assert lines[3].endswith(" ms fault 2")


@pytest.fixture
def client(emulator: RoomsEmulator) -> Iterator[RoomsClient]:
    with RoomsClient.from_connection_string(emulator.connection_string, retry_total=0) as rooms:
        yield rooms


def test_a_client_sees_the_response_as_the_services(emulator: RoomsEmulator, client: RoomsClient) -> None:
    emulator.faults.add(status=503)
    with pytest.raises(HttpResponseError, match="ServiceUnavailable") as caught:
        client.create_room()
    assert caught.value.status_code == 503
