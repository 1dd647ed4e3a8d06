"""The client over real HTTP against a server that keeps every byte: one create once, lists page by page, cls, with."""

import json
import re
from datetime import datetime, timezone
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError
from raw_ids import ALICE, BOB
from raw_server import RawServer
from room_bodies import make_room, room_body, room_text

from azure.communication.rooms import ApiVersion, RoomParticipant, RoomsClient
from azure.communication.rooms._pipeline.clock import ServiceClock

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ID = "99412345678901234"
ROOM = room_text(ID)
UUID4 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def pairs(server: RawServer) -> list[tuple[str, str]]:
    """The repeatability headers of every request."""
    return [(r.headers["repeatability-request-id"], r.headers["repeatability-first-sent"]) for r in server.received]


def test_a_create_carries_a_fresh_pair_of_repeatability_headers(
    raw_client: RoomsClient, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2025, 4, 1, 8, 0, 0, 999999, timezone.utc)
    monkeypatch.setattr(raw_client, "_clock", ServiceClock(lambda: now))
    server.respond(201, ROOM).respond(201, ROOM)
    raw_client.create_room()
    raw_client.create_room()
    (first, sent), (second, sent_again) = pairs(server)
    assert UUID4.fullmatch(first)
    assert UUID4.fullmatch(second)
    assert first != second
    assert sent == sent_again == "Tue, 01 Apr 2025 08:00:00 GMT"


def test_every_attempt_of_a_create_carries_the_same_pair(server: RawServer) -> None:
    server.respond(503).respond(500).respond(201, ROOM)
    with RoomsClient(server.endpoint, KEY, retry_backoff_factor=0) as client:
        client.create_room(participants=[ALICE])
    assert len(server.received) == 3
    assert len(set(pairs(server))) == 1
    assert len({received.body for received in server.received}) == 1


def test_a_callers_own_repeatability_headers_are_sent(raw_client: RoomsClient, server: RawServer) -> None:
    given = {
        "repeatability-request-id": "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e",
        "Repeatability-First-Sent": "Tue, 01 Apr 2025 08:00:00 GMT",
    }
    server.respond(201, ROOM)
    raw_client.create_room(headers=given)
    assert pairs(server) == [("b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e", "Tue, 01 Apr 2025 08:00:00 GMT")]


@pytest.mark.parametrize("version", [*list(ApiVersion)[1:], "2026-01-01"])  # the first has no list of rooms
def test_every_page_is_requested_as_its_link_has_it(server: RawServer, version: str) -> None:
    text = str(version)
    second = f"/rooms?nextLink=a%2Bb%2Fc%3D&api-version={text}"
    third = "/rooms?nextLink=other&api-version=2099-01-01&more=1"
    server.respond(200, json.dumps({"value": [room_body("1")], "nextLink": server.endpoint + second}))
    server.respond(200, json.dumps({"value": [], "nextLink": server.endpoint + third}))
    server.respond(200, json.dumps({"value": [room_body("2"), room_body("3")]}))
    with RoomsClient(server.endpoint, KEY, api_version=version) as client:
        assert [room.id for room in client.list_rooms()] == ["1", "2", "3"]
    assert [received.target for received in server.received] == [f"/rooms?api-version={text}", second, third]


def test_participants_come_in_pages_too(raw_client: RoomsClient, server: RawServer) -> None:
    second = f"/rooms/{ID}/participants?nextLink=x&api-version=2025-03-13"
    server.respond(200, json.dumps({"value": [{"rawId": ALICE}], "nextLink": server.endpoint + second}))
    server.respond(200, json.dumps({"value": [{"rawId": BOB, "role": "Consumer"}]}))
    assert list(raw_client.list_participants(ID)) == [RoomParticipant(ALICE), RoomParticipant(BOB, "Consumer")]
    assert server.received[1].target == second


def test_a_list_requests_nothing_until_it_is_read(raw_client: RoomsClient, server: RawServer) -> None:
    rooms, people = raw_client.list_rooms(), raw_client.list_participants(ID)
    assert server.received == []
    server.respond(200, '{"value":[]}').respond(200, '{"value":[]}')
    assert [*rooms, *people] == []
    assert len(server.received) == 2


def test_a_list_resumes_at_a_page(raw_client: RoomsClient, server: RawServer) -> None:
    link = f"{server.endpoint}/rooms?nextLink=x&api-version=2025-03-13"
    server.respond(200, json.dumps({"value": [room_body("1")], "nextLink": link})).respond(
        200, json.dumps({"value": [room_body("2")]})
    )
    pages = raw_client.list_rooms().by_page()
    assert [room.id for room in next(pages)] == ["1"]
    token = pages.continuation_token  # type: ignore[attr-defined]  # ItemPaged's type does not declare it
    (again,) = raw_client.list_rooms().by_page(continuation_token=token)
    assert [room.id for room in again] == ["2"]
    assert server.received[1].target == "/rooms?nextLink=x&api-version=2025-03-13"


def test_a_link_to_another_host_is_not_followed(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(
        200, json.dumps({"value": [room_body("1")], "nextLink": "https://evil.example.com/rooms?nextLink=x"})
    )
    rooms = iter(raw_client.list_rooms())
    assert next(rooms).id == "1"
    with pytest.raises(ServiceRequestError, match=r"https://evil\.example\.com"):
        next(rooms)
    assert len(server.received) == 1


def test_the_keywords_of_a_list_go_with_every_page(raw_client: RoomsClient, server: RawServer) -> None:
    link = f"{server.endpoint}/rooms?nextLink=x"
    server.respond(200, json.dumps({"value": [], "nextLink": link})).respond(200, '{"value":[]}')
    assert list(raw_client.list_rooms(headers={"x-mine": "1"})) == []
    assert [received.headers["x-mine"] for received in server.received] == ["1", "1"]


def test_cls_makes_of_a_response_what_the_caller_wants(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(200, ROOM, MS_CV="abc.0").respond(204).respond(
        200, json.dumps({"value": [room_body("1"), room_body("2")]})
    )

    def keep(response: Any, value: Any, headers: dict[str, str]) -> tuple[int, Any, str]:
        return response.http_response.status_code, value, headers.get("MS-CV", "")

    assert raw_client.get_room(ID, cls=keep) == (200, make_room(ID), "abc.0")
    assert raw_client.delete_room(ID, cls=keep) == (204, None, "")
    assert list(raw_client.list_rooms(cls=lambda rooms: [room.id for room in rooms])) == ["1", "2"]


def test_a_wrong_room_id_is_reported_when_the_list_is_made(raw_client: RoomsClient, server: RawServer) -> None:
    with pytest.raises(ValueError, match="room_id is empty"):
        raw_client.list_participants("")
    assert server.received == []


def test_room_ids_and_participants_go_by_place_or_by_name(raw_client: RoomsClient, server: RawServer) -> None:
    for _ in range(3):
        server.respond(200, ROOM).respond(200, ROOM)
    raw_client.update_room(ID, pstn_dial_out_enabled=True)
    raw_client.update_room(room_id=ID, pstn_dial_out_enabled=True)
    raw_client.add_or_update_participants(ID, [ALICE])
    raw_client.add_or_update_participants(room_id=ID, participants=[ALICE])
    raw_client.remove_participants(ID, [ALICE])
    raw_client.remove_participants(room_id=ID, participants=[ALICE])
    outlines = [(received.method, received.target, received.body) for received in server.received]
    assert outlines[0::2] == outlines[1::2]


def test_a_client_is_a_context_manager_and_states_where_it_goes(server: RawServer) -> None:
    server.respond(200, ROOM)
    with RoomsClient(f"{server.endpoint}/", KEY) as client:
        assert repr(client) == f"<RoomsClient {server.endpoint}>"
        assert client.get_room(ID).id == ID


def test_a_subclass_is_made_from_a_connection_string_as_itself() -> None:
    class Mine(RoomsClient):
        pass

    with Mine.from_connection_string(
        conn_str=f"endpoint=https://h;accesskey={KEY}", api_version="2024-04-15"
    ) as client:
        assert type(client) is Mine
