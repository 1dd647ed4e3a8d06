"""Requests that are wrong as a whole: versions, media types, bodies, methods, paths. Never a crash."""

import asyncio
import json
import logging
import logging.handlers
import queue
import socket
import tracemalloc
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from raw_ids import ALICE
from signed_http import Reply, SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.http import messages
from azure.communication.rooms.emulator.pipeline import api_versions
from azure.communication.rooms.emulator.service import errors, handlers
from azure.communication.rooms.emulator.state import log_text

ROOM = "/rooms/99400000000000000"


def error_of(reply: Reply) -> tuple[int, str]:
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.body["error"]["message"]
    return reply.status, reply.body["error"]["code"]


def test_health_is_open_to_every_caller(http: SignedHttp) -> None:
    reply = http.send_as_is("GET", "/health", b"", {})
    assert (reply.status, reply.body) == (200, {"status": "ok"})


@pytest.mark.parametrize("version", [*api_versions.KNOWN[1:], "2026-01-01", "2027-12-31-preview"])
def test_every_known_and_every_later_version_is_served(http: SignedHttp, version: str) -> None:
    assert http.send("GET", "/rooms", version=version).status == 200


def test_a_later_version_is_logged_once(http: SignedHttp, caplog: pytest.LogCaptureFixture) -> None:
    with RoomsEmulator() as emulator:
        http = SignedHttp(emulator.connection_string)
        for version in ("2031-01-01", api_versions.NEWEST, "2031-01-01", "2032-01-01-preview", "2031-01-01"):
            assert http.send("GET", "/rooms", version=version).status == 200
        assert http.send("POST", "/identities", {}, version="2033-01-01").status == 201
        for number in range(200):
            http.send("GET", "/rooms", version=f"2034-01-01-v{number}")
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings[:2] == [
        f"api-version {version} is not known; it is served as 2025-03-13"
        for version in ("2031-01-01", "2032-01-01-preview")
    ]
    assert len(warnings) == 100  # and whoever continues inventing versions does not fill log and memory


@pytest.mark.parametrize(
    "version", ["2021-04-07", "2022-02-02", "2025-02-28", "2025-03-13-v2", "latest", "2026", "2026-01-01 or 1=1"]
)
def test_any_other_version_is_rejected_by_name(http: SignedHttp, version: str) -> None:
    escaped = version.replace(" ", "%20")
    reply = http.send("GET", "/rooms", version=escaped)
    assert error_of(reply) == (400, "UnsupportedApiVersion")
    assert f"'{version}'" in reply.body["error"]["message"]
    assert f"http://{http.host}/rooms?api-version={escaped}" in reply.body["error"]["message"]
    assert reply.headers["api-supported-versions"] == api_versions.SUPPORTED


@pytest.mark.parametrize(
    ("version", "method", "path"),
    [
        ("2022-02-01", "GET", "/rooms"),
        ("2022-02-01", "PATCH", f"{ROOM}/participants"),
        *(
            (version, "POST", f"{ROOM}/participants:{verb}")
            for version in ("2023-03-31-preview", "2025-03-13")
            for verb in ("add", "update", "remove")
        ),
    ],
)
def test_a_method_of_other_versions_is_rejected(http: SignedHttp, version: str, method: str, path: str) -> None:
    reply = http.send(method, path, version=version)
    assert error_of(reply) == (400, "UnsupportedApiVersion")
    assert reply.body["error"]["message"] == (
        f"The HTTP resource that matches the request URI 'http://{http.host}{path}?api-version={version}' "
        f"does not support the API version '{version}'."
    )
    assert ("x-ms-error-code" in reply.headers) is (version != "2022-02-01")
    only_2022, spoken = ":" in path, reply.headers["api-supported-versions"]
    assert spoken == ("2022-02-01" if only_2022 else f"2022-02-01, {api_versions.SUPPORTED}")


@pytest.mark.parametrize("path", ["/rooms", "/rooms?api-version=", "/rooms?other=1"])
def test_a_missing_version_is_rejected(http: SignedHttp, path: str) -> None:
    assert error_of(http.send("GET", path, version=None)) == (400, "ApiVersionUnspecified")


@pytest.mark.parametrize(
    ("method", "path", "content_type"),
    [
        ("POST", "/rooms", "application/merge-patch+json"),
        ("POST", "/rooms", "text/plain"),
        ("POST", "/rooms", None),
        ("PATCH", ROOM, "application/json"),
        ("PATCH", f"{ROOM}/participants", "application/json"),
    ],
)
def test_another_content_type_is_rejected(http: SignedHttp, method: str, path: str, content_type: Any) -> None:
    reply = http.send(method, path, {}, headers={"Content-Type": content_type})
    assert error_of(reply) == (415, "UnsupportedMediaType")


def test_a_content_type_may_name_its_charset(http: SignedHttp) -> None:
    reply = http.send("POST", "/rooms", {}, headers={"Content-Type": "Application/JSON; charset=utf-8"})
    assert reply.status == 201


@pytest.mark.parametrize(
    "content", [b"", b"{", b"rooms", b"\xff", b"[" * 100_000, b'{"validFrom": 1}', b"[]", b"null", b'"text"']
)
def test_a_body_that_cannot_be_read_is_rejected(http: SignedHttp, content: bytes) -> None:
    reply = http.send("POST", "/rooms", content=content, headers={"Content-Type": "application/json"})
    assert error_of(reply) == (400, "BadRequest")
    assert reply.body["error"]["details"][0]["target"].startswith("$")


def test_a_body_that_is_too_large_is_not_read_to_its_end(http: SignedHttp) -> None:
    content = b'{"x":"' + b"x" * messages.BODY_LIMIT + b'"}'
    assert error_of(http.send("POST", "/rooms", content=content)) == (413, "PayloadTooLarge")
    assert http.send("GET", "/rooms").status == 200


def test_a_body_of_100_mb_is_rejected_without_being_kept(http: SignedHttp) -> None:
    reply = http.send("POST", "/rooms", content=bytes(100_000_000))
    assert error_of(reply) == (413, "PayloadTooLarge")


def test_a_body_that_is_too_large_is_received_to_its_end_and_not_kept() -> None:
    left = 500

    async def receive() -> dict[str, Any]:
        nonlocal left
        left -= 1
        return {"type": "http.request", "body": bytes(100_000), "more_body": left > 0}

    tracemalloc.start()
    try:
        with pytest.raises(errors.ServiceError, match="larger than 1000000 bytes"):
            asyncio.run(messages.read_body(receive, limit=1_000_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert left == 0
    assert peak < 3_000_000


@pytest.mark.parametrize(
    "content",
    [
        b'{"validFrom":' * 50_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"participants":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"participants":{"8:acs:x":' + b'{"role":' * 50_000,
    ],
)
def test_deep_json_is_rejected(http: SignedHttp, content: bytes) -> None:
    assert error_of(http.send("POST", "/rooms", content=content)) == (400, "BadRequest")
    assert http.send("GET", "/rooms").body == {"value": []}


def test_members_that_are_not_known_are_passed_over(http: SignedHttp) -> None:
    unknown = {"colour": "red", "nested": {"validUntil": "never"}, "": None}
    room = http.send("POST", "/rooms", {**unknown, "pstnDialOutEnabled": True})
    assert (room.status, room.body["pstnDialOutEnabled"]) == (201, True)
    path = f"/rooms/{room.body['id']}"
    assert http.send("PATCH", path, unknown).body == room.body
    assert http.send("PATCH", f"{path}/participants", {**unknown, "participants": {ALICE: unknown}}).status == 200
    assert http.send("GET", f"{path}/participants").body["value"] == [{"rawId": ALICE, "role": "Attendee"}]


@pytest.mark.parametrize("path", ["/rooms", ROOM, f"{ROOM}/participants"])
def test_head_and_options_are_rejected_and_the_connection_serves_on(http: SignedHttp, path: str) -> None:
    connection = HTTPConnection(http.host, timeout=10)
    target = f"{path}?api-version=2025-03-13"
    for method, has_body in (("HEAD", False), ("OPTIONS", True), ("HEAD", False)):
        connection.request(method, target, headers=http.headers(method, target, b""))
        response = connection.getresponse()
        body = response.read()
        assert (response.status, bool(body)) == (405, has_body)
    connection.close()


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND"])
def test_a_method_that_no_path_has_is_rejected(http: SignedHttp, method: str) -> None:
    assert error_of(http.send(method, "/rooms")) == (405, "MethodNotAllowed")


@pytest.mark.parametrize("method", ["BREW", "get"])
def test_a_method_that_is_none_of_http_is_no_request(http: SignedHttp, method: str) -> None:
    assert error_of(http.send(method, "/rooms")) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/rooms"),
        ("DELETE", "/rooms"),
        ("POST", ROOM),
        ("GET", "/identities"),
        ("OPTIONS", ROOM),
        ("GET", f"{ROOM}/participants:add"),
    ],
)
def test_a_method_that_a_path_does_not_have_is_rejected(http: SignedHttp, method: str, path: str) -> None:
    assert error_of(http.send(method, path)) == (405, "MethodNotAllowed")


@pytest.mark.parametrize(
    "path", ["/", "/room", "/rooms/", "/rooms/1/2/3", "/rooms/1/participants/", "/rooms%0a", "/rooms%2F", "//rooms"]
)
def test_a_path_that_does_not_exist_is_rejected(http: SignedHttp, path: str) -> None:
    reply = http.send("GET", path)
    assert error_of(reply) == (404, "NotFound")
    assert "api-supported-versions" not in reply.headers


def test_an_escaped_slash_is_part_of_an_id(http: SignedHttp) -> None:
    room_id = http.send("POST", "/rooms", {}).body["id"]
    for path in (f"/rooms/{room_id}%2Fparticipants", f"/rooms/{room_id}%2fparticipants"):
        assert http.send("GET", path).body["error"]["message"] == "Invalid room ID length."


def test_an_escape_that_needs_not_be_one_is_what_it_stands_for(http: SignedHttp) -> None:
    room = http.send("POST", "/rooms", {}).body
    escaped = f"/r%6Foms/%39{room['id'][1:]}"
    assert http.send("GET", escaped).body == room
    assert http.send("GET", f"{escaped}/participants").body == {"value": []}


def test_a_caller_without_credentials_learns_nothing_of_paths(http: SignedHttp) -> None:
    for path in ("/rooms", "/nothing"):
        assert http.send_as_is("GET", path, b"", {}).status == 401


def test_a_fault_of_the_emulator_is_reported_and_survived(
    emulator: RoomsEmulator, http: SignedHttp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr(handlers, "find_room", broken)
    assert error_of(http.send("GET", ROOM)) == (500, "InternalServerError")
    assert "of all things" in caplog.text
    assert emulator.requests[-1].reason == "a bug in the emulator"
    monkeypatch.undo()
    assert http.send("GET", ROOM).status == 404


def test_every_request_is_one_line_in_the_log_without_its_credentials(
    emulator: RoomsEmulator, http: SignedHttp, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger=log_text.LOGGER.name):
        http.send("POST", "/rooms", {"validUntil": "2020-01-01"})
        http.send_as_is("GET", "/rooms", b"", {"Authorization": "HMAC-SHA256 SignedHeaders=x&Signature=secret"})
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0].startswith("POST /rooms?api-version=2025-03-13 400 ")
    assert lines[0].endswith(" ms The time range end is in the past.")
    assert lines[1].startswith("GET /rooms 401 ")
    assert lines[1].endswith(" ms denied: SignedHeaders")
    assert "secret" not in json.dumps(lines)


@pytest.fixture
def log() -> Iterator["queue.Queue[logging.LogRecord]"]:
    """The emulator's log, to be waited for."""
    records: queue.Queue[logging.LogRecord] = queue.Queue()
    handler = logging.handlers.QueueHandler(records)
    level = log_text.LOGGER.level
    log_text.LOGGER.addHandler(handler)
    log_text.LOGGER.setLevel("INFO")
    yield records
    log_text.LOGGER.removeHandler(handler)
    log_text.LOGGER.setLevel(level)


def test_who_goes_away_in_the_middle_of_a_body_leaves_nothing_behind(
    http: SignedHttp, log: "queue.Queue[logging.LogRecord]"
) -> None:
    host, port = http.host.split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"POST /rooms HTTP/1.1\r\nHost: {http.host}\r\nContent-Length: 9\r\n\r\n{{".encode())
    record = log.get(timeout=10)
    assert record.levelname == "INFO"
    assert record.getMessage().endswith(" ms The request body is incomplete.")
    assert http.send("GET", "/rooms").body == {"value": []}


def test_health_is_read_alone(http: SignedHttp) -> None:
    assert http.send("GET", "/health").body == {"status": "ok"}
    assert http.send_as_is("POST", "/health", b"", {}).status == 401
    assert error_of(http.send("POST", "/health")) == (404, "NotFound")
