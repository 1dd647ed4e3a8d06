"""A create that is taken up again after a crash: its id and time are the caller's, and make one room."""

import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from azure.core.exceptions import HttpResponseError
from raw_ids import ALICE
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

GUID = "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"
SENT = datetime(2025, 4, 1, 8, tzinfo=timezone.utc)
DATE = "Tue, 01 Apr 2025 08:00:00 GMT"
PROJECT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("request_id", [GUID, UUID(GUID), GUID.upper(), f"{{{GUID}}}"])
@pytest.mark.parametrize(
    "first_sent",
    [
        SENT,
        SENT.astimezone(timezone(timedelta(hours=-7))),
        SENT.replace(microsecond=999999),
        DATE,
        "Tue, 01 Apr 2025 10:00:00 +0200",
    ],
    ids=str,
)
def test_a_callers_id_and_time_are_sent(
    raw_client: RoomsClient, server: RawServer, request_id: Any, first_sent: Any
) -> None:
    server.respond(201, room_text("1"))
    raw_client.create_room(repeatability_request_id=request_id, repeatability_first_sent=first_sent)
    headers = server.received[0].headers
    assert (headers["repeatability-request-id"], headers["repeatability-first-sent"]) == (GUID, DATE)


@pytest.mark.parametrize(
    ("given", "error", "states"),
    [
        ({"repeatability_request_id": GUID}, ValueError, "give both or neither"),
        ({"repeatability_first_sent": SENT}, ValueError, "give both or neither"),
        ({"repeatability_request_id": "1", "repeatability_first_sent": SENT}, ValueError, "must be a GUID, such as "),
        ({"repeatability_request_id": "", "repeatability_first_sent": SENT}, ValueError, "must be a GUID"),
        ({"repeatability_request_id": 1, "repeatability_first_sent": SENT}, TypeError, "a str or UUID, not int"),
        ({"repeatability_request_id": GUID, "repeatability_first_sent": "now"}, ValueError, "must be an HTTP date"),
        ({"repeatability_request_id": GUID, "repeatability_first_sent": 1.5}, TypeError, "a datetime or an HTTP date"),
        (
            {"repeatability_request_id": GUID, "repeatability_first_sent": SENT.replace(tzinfo=None)},
            ValueError,
            "must be aware",
        ),
        (
            {
                "repeatability_request_id": GUID,
                "repeatability_first_sent": datetime.max.replace(tzinfo=timezone(timedelta(hours=-5))),
            },
            ValueError,
            "cannot be expressed in UTC",
        ),
    ],
)
def test_an_id_or_time_that_cannot_be_right_is_rejected_before_any_request(
    raw_client: RoomsClient, server: RawServer, given: dict[str, Any], error: type[Exception], states: str
) -> None:
    with pytest.raises(error, match=states):
        raw_client.create_room(**given)
    assert server.received == []


CREATE = """
import sys
from azure.communication.rooms import RoomsClient
connection_string, guid, sent, who = sys.argv[1:]
with RoomsClient.from_connection_string(connection_string) as client:
    print(client.create_room(
        participants=[who], repeatability_request_id=guid, repeatability_first_sent=sent
    ).id)
"""


def test_a_create_that_another_process_repeats_makes_one_room(emulator: RoomsEmulator, client: RoomsClient) -> None:
    sent = format(emulator.clock.now(), "%a, %d %b %Y %H:%M:%S GMT")
    command = [sys.executable, "-c", CREATE, emulator.connection_string, GUID, sent, ALICE]
    ids = {
        subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT, timeout=60).stdout.strip()
        for _ in range(2)
    }
    room = client.create_room(participants=[ALICE], repeatability_request_id=UUID(GUID), repeatability_first_sent=sent)
    assert ids == {room.id}
    assert [each.id for each in client.list_rooms()] == [room.id]


def test_a_create_that_comes_too_late_names_what_to_look_for(emulator: RoomsEmulator, client: RoomsClient) -> None:
    sent = emulator.clock.now() - timedelta(minutes=6)
    with pytest.raises(HttpResponseError, match="look whether the room exists before creating it") as caught:
        client.create_room(repeatability_request_id=GUID, repeatability_first_sent=sent)
    assert caught.value.status_code == 412
    assert list(client.list_rooms()) == []
