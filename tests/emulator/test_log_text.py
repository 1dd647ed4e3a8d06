"""What callers send reaches no log as it is: control characters are escaped, secrets and raw ids left out."""

import json
import logging
import socket
from typing import Any

import pytest
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.state.log_text import LOGGER, TEXT_LIMIT, escape, shorten
from azure.communication.rooms.emulator.state.request_log import Entry

CONTROLS = "\r\n\x1b[31m\x00\x7f\x85\x9b\u2028\u202e"
PHONE = "4:+15551234567"
GUID = "5f0c2c7e-3c38-4c6b-9a53-0a1c4c7b9d5e"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """The lines that the emulator has logged so far."""
    caplog.set_level("DEBUG", logger=LOGGER.name)
    return lambda: [record.getMessage() for record in caplog.records if record.name == LOGGER.name]


def send_raw(http: SignedHttp, content: bytes) -> None:
    host, _, port = http.host.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(content)
        connection.recv(4096)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("plain ä 你好", "plain ä 你好"),
        ("a\r\nb", "a\\r\\nb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b1m", "\\x9b1m"),
        ("\u2028\u202e", "\\u2028\\u202e"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_does_not_print_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_text_is_cut_to_what_logs_keep() -> None:
    assert [len(shorten("\n" * TEXT_LIMIT)), len(shorten("x" * 5000)), shorten("x" * TEXT_LIMIT)] == [
        TEXT_LIMIT,
        TEXT_LIMIT,
        "x" * TEXT_LIMIT,
    ]


def test_no_line_has_control_characters_of_a_caller(emulator: RoomsEmulator, http: SignedHttp, lines: Any) -> None:
    escapes = "%0d%0a%1b%5b31m%9b%00"
    http.send("GET", f"/rooms/{escapes}", headers={"x-ms-client-request-id": "a\x1b[31m\x9bb"})
    http.send("GET", f"/rooms?nextLink={escapes}")
    http.send("GET", "/rooms", version=escapes)
    http.send("GET", "/rooms", version=f"2099-01-01-{escapes}")
    http.send("POST", "/rooms", {"participants": {CONTROLS: {"role": CONTROLS}}})
    http.send("PATCH", "/rooms/99400000000000000/participants", {"participants": {CONTROLS: {}}})
    send_raw(http, f"GET /_emulator/{escapes}?{escapes} HTTP/1.1\r\nHost: {http.host}\r\n\r\n".encode())
    send_raw(http, b"GET /\x9b\xff HTTP/1.1\r\nHost: \x1b\x9b\r\n\r\n")
    emulator.faults.add(route=f"/{CONTROLS}", status=503)
    assert len(lines()) >= 8
    assert [line for line in lines() if not line.isprintable()] == []
    texts = [value for entry in emulator.requests for value in entry if isinstance(value, str)]
    assert [text for text in texts if not text.isprintable()] == []


@pytest.mark.parametrize("version", ["bad", "2020-01-01", "", "2099-01-01"])
def test_no_value_of_an_unknown_parameter_is_shown(
    emulator: RoomsEmulator, http: SignedHttp, lines: Any, version: str
) -> None:
    http.send_as_is("GET", f"/rooms?api-version={version}&code=SECRET", b"", {})
    target = f"/rooms?api-version={version}&code=SECRET"
    http.send_as_is("GET", target, b"", http.headers("GET", target, b""))
    http.send_as_is("GET", "/_emulator/requests?code=SECRET", b"", {})
    assert "SECRET" not in json.dumps([lines(), emulator.requests])


@pytest.mark.parametrize("version", ["2025-03-13", "2022-02-01"])
def test_no_raw_id_of_a_body_is_shown(emulator: RoomsEmulator, http: SignedHttp, lines: Any, version: str) -> None:
    room = http.send("POST", "/rooms", {}).body["id"]
    values: list[Any] = [
        {PHONE: {"role": "Unknown"}},
        {PHONE: "Attendee"},
        {PHONE: {}},
        {f"x{PHONE}": {}},
        PHONE,
        [PHONE],
    ]
    for value in values:
        http.send("POST", "/rooms", {"participants": value}, version=version)
        http.send("PATCH", f"/rooms/{room}/participants", {"participants": value}, version=version)
        listed = [{"communicationIdentifier": {"rawId": f"x{PHONE}"}, "role": PHONE}]
        http.send("POST", f"/rooms/{room}/participants:add", {"participants": listed}, version=version)
    assert PHONE not in json.dumps([lines(), emulator.requests])


def test_a_rejected_create_leaves_its_reason(emulator: RoomsEmulator, http: SignedHttp, lines: Any) -> None:
    sent = {"Repeatability-Request-ID": GUID, "Repeatability-First-Sent": http.headers("GET", "/", b"")["x-ms-date"]}
    for _ in range(2):  # the second response is the stored one
        http.send("POST", "/rooms", {"validUntil": "2020-01-01"}, headers={**sent})
    reasons = [entry.reason for entry in emulator.requests]
    assert reasons == ["The time range end is in the past."] * 2
    assert all(line.endswith(reasons[0]) for line in lines() if line.startswith("POST"))


def test_admin_commands_are_logged_with_their_reasons(emulator: RoomsEmulator, http: SignedHttp, lines: Any) -> None:
    sent = {"Content-Type": "application/json"}
    http.send_as_is("POST", "/_emulator/clock", b'{"freeze": true}', sent)
    http.send_as_is("POST", "/_emulator/clock", b'{"melt": true}', sent)
    http.send_as_is("POST", "/_emulator/reset", b"", {"Origin": "http://evil.example"})
    logged = [line.split(" ms")[0].rpartition(" ")[0] + line.partition(" ms")[2] for line in lines()]
    assert logged[0] == "POST /_emulator/clock 200"
    assert logged[1].startswith("POST /_emulator/clock 400 there must be an object")
    assert logged[2] == "POST /_emulator/reset 403 This is not for web pages of another origin."


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain"])
def test_a_body_of_another_media_type_gets_the_media_type_to_send(
    emulator: RoomsEmulator, http: SignedHttp, content_type: str
) -> None:
    reply = http.send_as_is("POST", "/_emulator/seed", b'{"count":1}', {"Content-Type": content_type})
    assert reply.status == 415
    assert "Send the header Content-Type: application/json." in reply.body["error"]["message"]
    assert emulator.export_rooms()["accounts"]["rooms"] == []


def test_a_record_carries_what_a_log_of_json_has(caplog: pytest.LogCaptureFixture, http: SignedHttp) -> None:
    with caplog.at_level(logging.INFO, logger=LOGGER.name):
        http.send("GET", "/rooms")
    (record,) = caplog.records
    sent = vars(record)["request"]
    assert {**sent, "ms": 0} == {
        "method": "GET",
        "target": "/rooms?api-version=2025-03-13",
        "status": 200,
        "ms": 0,
        "reason": "",
        "account": "rooms",
    }
    assert isinstance(Entry(1, "", "GET", "/", 200, 1.5).to_log()["ms"], float)
