"""What release 1.2.0 of the published package does wrong, one test a defect: none of it happens here."""

import ast
import json
import logging
import re
import subprocess
import sys
import time
import uuid
from datetime import datetime, timezone
from pathlib import Path

import pytest
from azure.core.rest import HttpRequest
from raw_ids import ALICE
from raw_server import RawServer

from azure.communication.rooms import NaiveDatetimeWarning, RoomParticipant, RoomsClient
from azure.communication.rooms._wire.versions import DEFAULT_VERSION

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ID = "99412345678901234"
TIME = "2025-03-27T06:42:08.1207436+00:00"
ROOM = json.dumps({"id": ID, "createdAt": TIME, "validFrom": TIME, "validUntil": TIME})
PROJECT = Path(__file__).resolve().parent.parent


def test_the_times_of_a_room_are_not_text(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(200, ROOM)
    room = raw_client.get_room(ID)
    date_time = datetime(2025, 3, 27, 6, 42, 8, 120743, timezone.utc)
    assert [room.created_at, room.valid_from, room.valid_until] == [date_time] * 3


def test_page_2_is_requested_with_the_version_as_plain_text(raw_client: RoomsClient, server: RawServer) -> None:
    link = f"{server.endpoint}/rooms?nextLink=x&api-version=2025-03-13"
    server.respond(200, json.dumps({"value": [], "nextLink": link})).respond(200, '{"value":[]}')
    assert list(raw_client.list_rooms()) == []
    assert server.received[1].target == "/rooms?nextLink=x&api-version=2025-03-13"


def test_a_response_of_2023_06_14_can_be_read(server: RawServer) -> None:
    server.respond(200, ROOM)
    with RoomsClient(server.endpoint, KEY, api_version="2023-06-14") as client:
        assert client.get_room(ID).pstn_dial_out_enabled is None


def test_an_update_sends_no_null_for_what_was_not_given(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(200, ROOM)
    raw_client.update_room(room_id=ID, pstn_dial_out_enabled=False)
    assert json.loads(server.received[0].body) == {"pstnDialOutEnabled": False}


def test_a_create_leaves_the_callers_headers_alone(raw_client: RoomsClient, server: RawServer) -> None:
    headers = {"x-mine": "1"}
    server.respond(201, ROOM)
    raw_client.create_room(headers=headers)
    assert headers == {"x-mine": "1"}


def test_a_create_does_not_tell_where_and_when_it_was_made(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(201, ROOM)
    raw_client.create_room()
    assert uuid.UUID(server.received[0].headers["repeatability-request-id"]).version == 4


def test_a_create_keeps_the_callers_repeatability_request_id(raw_client: RoomsClient, server: RawServer) -> None:
    mine = str(uuid.uuid4())
    server.respond(201, ROOM)
    raw_client.create_room(headers={"Repeatability-Request-Id": mine})
    assert server.received[0].headers["repeatability-request-id"] == mine


def test_a_create_logs_no_warning(raw_client: RoomsClient, server: RawServer, caplog: pytest.LogCaptureFixture) -> None:
    server.respond(201, ROOM)
    with caplog.at_level(logging.WARNING):
        raw_client.create_room(pstn_dial_out_enabled=True, participants=[RoomParticipant(ALICE)])
    assert caplog.records == []


def test_an_empty_room_id_does_not_list_rooms(raw_client: RoomsClient, server: RawServer) -> None:
    with pytest.raises(ValueError, match="room_id is empty"):
        raw_client.get_room("")
    assert server.received == []


def test_a_participant_takes_its_identifier_by_place() -> None:
    assert RoomParticipant(ALICE, "Presenter").raw_id == ALICE


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this platform cannot change its zone for a test")
def test_a_naive_datetime_is_not_shifted_by_the_local_offset(
    raw_client: RoomsClient, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.respond(201, ROOM)
    with monkeypatch.context() as zone:
        zone.setenv("TZ", "Asia/Kolkata")
        time.tzset()
        with pytest.warns(NaiveDatetimeWarning):
            raw_client.create_room(valid_from=datetime(2025, 4, 1, 13, 30), valid_until=datetime(2025, 5, 1, 13, 30))
    time.tzset()
    assert json.loads(server.received[0].body) == {
        "validFrom": "2025-04-01T08:00:00Z",
        "validUntil": "2025-05-01T08:00:00Z",
    }


def test_http_in_a_connection_string_stays_http(server: RawServer) -> None:
    server.respond(200, ROOM)
    with RoomsClient.from_connection_string(f"endpoint={server.endpoint}/;accesskey={KEY}") as client:
        assert client.get_room(ID).id == ID


@pytest.mark.parametrize(
    ("endpoint", "goes_to"),
    [
        ("HTTPS://contoso.example.com", "https://contoso.example.com"),
        ("httpbin.example.com", "https://httpbin.example.com"),
    ],
)
def test_no_form_of_an_endpoint_loses_its_host(endpoint: str, goes_to: str) -> None:
    with RoomsClient(endpoint, KEY) as client:
        assert repr(client) == f"<RoomsClient {goes_to}>"


def test_a_body_of_bytes_can_be_signed(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(200, "{}")
    raw_client.send_request(HttpRequest("POST", "/rooms", content=b"{}"))
    assert server.received[0].headers["x-ms-content-sha256"] == "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="


def test_no_call_tries_to_import_what_it_does_not_need(server: RawServer) -> None:
    program = f"""
import sys
tried = []
class Watch:
    def find_spec(self, name, path=None, target=None):
        tried.append(name)
sys.meta_path.insert(0, Watch())
from azure.communication.rooms import RoomsClient
client = RoomsClient({server.endpoint!r}, {KEY!r})
client.get_room({ID!r})
after_first = list(tried)
client.get_room({ID!r})
print([name for name in after_first if name.split(".")[0] in ("yarl", "aiohttp")], tried[len(after_first):])
"""
    server.respond(200, ROOM).respond(200, ROOM)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[] []"


def test_cls_is_taken(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(200, ROOM)
    assert raw_client.get_room(ID, cls=lambda _response, room, _headers: room.id) == ID


def test_no_assert_of_these_tests_stands_behind_a_line_that_raises() -> None:
    found = []
    for path in (PROJECT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.With) and any("raises" in ast.unparse(item.context_expr) for item in node.items):
                found += [f"{path.name}:{inner.lineno}" for inner in ast.walk(node) if isinstance(inner, ast.Assert)]
    assert found == []


def test_every_document_names_the_same_default_version() -> None:
    texts = [(PROJECT / "docs" / "know" / "api_versions.md").read_text("utf-8"), str(RoomsClient.__doc__)]
    texts.append(str(RoomsClient.from_connection_string.__doc__))
    named = [version for text in texts for version in re.findall(r"[Dd]efault[:\s]+`+(\d{4}-\d\d-\d\d[\w-]*)`+", text)]
    assert len(named) >= 3
    assert set(named) == {DEFAULT_VERSION.value}
