"""Earlier names: each is the operation it stands for, on the wire of its api-version."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from raw_ids import ALICE, BOB
from raw_server import RawServer
from room_bodies import TIMES, make_room, room_text

from azure.communication import rooms
from azure.communication.rooms import (
    CommunicationUserIdentifier,
    ParticipantRole,
    RoleType,
    RoomJoinPolicy,
    RoomParticipant,
    RoomsClient,
)

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ID = "99412345678901234"
PARTICIPANTS = json.dumps(
    {
        "participants": [
            {"communicationIdentifier": {"rawId": BOB, "communicationUser": {"id": BOB}}, "role": "Consumer"}
        ]
    }
)
PEOPLE = [RoomParticipant(CommunicationUserIdentifier(ALICE), RoleType.PRESENTER)]
MERGE_PATCH = {"participants": {ALICE: {"role": "Presenter"}}}


@pytest.fixture
def preview_client(server: RawServer) -> Iterator[RoomsClient]:
    """Our client on api-version 2022-02-01, for the raw server."""
    with RoomsClient(server.endpoint, KEY, api_version="2022-02-01") as client:
        yield client


def sent(server: RawServer) -> list[tuple[str, str]]:
    """Method and path of every request."""
    return [(received.method, received.target.partition("?")[0]) for received in server.received]


def test_role_type_is_participant_role() -> None:
    assert RoleType is ParticipantRole


@pytest.mark.parametrize("name", ["add_participants", "update_participants", "upsert_participants"])
def test_on_the_current_wire_every_way_to_add_is_to_add_or_update(
    raw_client: RoomsClient, server: RawServer, name: str
) -> None:
    server.respond(200, "{}").respond(200, "{}")
    assert getattr(raw_client, name)(ID, PEOPLE) is None
    assert getattr(raw_client, name)(room_id=ID, participants=PEOPLE) is None
    for received in server.received:
        assert (received.method, received.target) == ("PATCH", f"/rooms/{ID}/participants?api-version=2025-03-13")
        assert json.loads(received.body) == MERGE_PATCH


def test_get_participants_lists_them(raw_client: RoomsClient, server: RawServer) -> None:
    participants = raw_client.get_participants(ID)
    assert server.received == []
    server.respond(200, json.dumps({"value": [{"rawId": ALICE, "role": "Presenter"}]}))
    assert list(participants) == [RoomParticipant(ALICE, "Presenter")]
    assert sent(server) == [("GET", f"/rooms/{ID}/participants")]


def test_participants_to_remove_go_by_either_name(raw_client: RoomsClient, server: RawServer) -> None:
    who = [CommunicationUserIdentifier(ALICE)]
    server.respond(200, "{}").respond(200, "{}").respond(200, "{}")
    raw_client.remove_participants(ID, who)
    raw_client.remove_participants(room_id=ID, participants=who)
    raw_client.remove_participants(room_id=ID, communication_identifiers=who)
    assert {received.body for received in server.received} == {
        json.dumps({"participants": {ALICE: None}}).replace(" ", "").encode()
    }


def test_participants_to_remove_are_given_once(raw_client: RoomsClient, server: RawServer) -> None:
    remove: Any = raw_client.remove_participants
    with pytest.raises(TypeError, match=r"give either participants or communication_identifiers, its earlier name$"):
        remove(ID)
    with pytest.raises(TypeError, match="its earlier name, not both"):
        remove(ID, [ALICE], communication_identifiers=[ALICE])
    with pytest.raises(TypeError, match="participants must be a list"):
        remove(ID, communication_identifiers=None)
    assert server.received == []


def test_a_misspelt_keyword_is_rejected_under_earlier_names_too(raw_client: RoomsClient, server: RawServer) -> None:
    client: Any = raw_client
    for call in (client.add_participants, client.update_participants, client.upsert_participants):
        with pytest.raises(TypeError, match="unexpected keyword argument 'header'; did you mean 'headers'"):
            call(ID, PEOPLE, header={})
    with pytest.raises(TypeError, match="did you mean 'headers'"):
        client.get_participants(ID, header={})
    assert server.received == []


# -- api-version 2022-02-01 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("add_participants", "participants:add"),
        ("update_participants", "participants:update"),
        ("remove_participants", "participants:remove"),
    ],
)
def test_on_2022_02_01_each_has_its_own_operation_and_returns_through_cls(
    preview_client: RoomsClient, server: RawServer, name: str, path: str
) -> None:
    server.respond(200, PARTICIPANTS).respond(200, PARTICIPANTS)
    call = getattr(preview_client, name)
    assert call(ID, PEOPLE) is None
    seen = call(
        ID,
        PEOPLE,
        cls=lambda response, participants, headers: (response.http_response.status_code, participants, headers),
    )
    assert seen[:2] == (200, [RoomParticipant(BOB, "Consumer")])
    assert seen[2]["Content-Type"] == "application/json"
    assert sent(server) == [("POST", f"/rooms/{ID}/{path}")] * 2


def test_on_2022_02_01_to_add_or_update_reads_the_participants_first(
    preview_client: RoomsClient, server: RawServer
) -> None:
    last = PARTICIPANTS.replace("Consumer", "Presenter")
    server.respond(200, PARTICIPANTS).respond(200, PARTICIPANTS).respond(200, last)
    client: Any = preview_client
    seen = client.upsert_participants(
        ID, {ALICE: "Presenter", BOB: "Presenter"}, cls=lambda _response, participants, _headers: participants
    )
    assert seen == [RoomParticipant(BOB, "Presenter")]
    path = f"/rooms/{ID}/participants"
    assert sent(server) == [("GET", path), ("POST", f"{path}:add"), ("POST", f"{path}:update")]


def test_on_2022_02_01_a_failed_step_is_the_last(preview_client: RoomsClient, server: RawServer) -> None:
    error = json.dumps({"error": {"code": "BadRequest", "message": "Identifier format is invalid."}})
    server.respond(200, PARTICIPANTS).respond(400, error)
    with pytest.raises(Exception, match="Identifier format is invalid"):
        preview_client.add_or_update_participants(ID, [ALICE, BOB])
    assert len(server.received) == 2


def test_on_2022_02_01_participants_are_one_page(preview_client: RoomsClient, server: RawServer) -> None:
    server.respond(200, PARTICIPANTS)
    assert [list(page) for page in preview_client.get_participants(ID).by_page()] == [
        [RoomParticipant(BOB, "Consumer")]
    ]


def test_on_2022_02_01_there_is_no_list_of_rooms(preview_client: RoomsClient, server: RawServer) -> None:
    with pytest.raises(ValueError, match="list_rooms does not exist in api-version 2022-02-01"):
        preview_client.list_rooms()
    assert server.received == []


def test_on_2022_02_01_a_create_carries_its_policy_and_an_iso_time(
    preview_client: RoomsClient, server: RawServer
) -> None:
    server.respond(201, room_text(ID, createdDateTime=TIMES["createdAt"], roomJoinPolicy="InviteOnly", participants=[]))
    room = preview_client.create_room(room_join_policy=RoomJoinPolicy.INVITE_ONLY)
    assert room == make_room(ID, room_join_policy="InviteOnly", participants=[])
    (received,) = server.received
    assert json.loads(received.body) == {"roomJoinPolicy": "InviteOnly"}
    assert received.headers["repeatability-first-sent"].endswith("Z")


PROGRAM = """
import sys
from azure.communication.rooms import RoomsClient
RoomsClient("http://127.0.0.1:1", "c2VjcmV0", api_version={version!r})
print(sorted(name for name in ("msrest", "requests_oauthlib") if name in sys.modules))
"""


@pytest.mark.parametrize(
    ("version", "imported"), [("2025-03-13", "[]"), ("2022-02-01", "['msrest', 'requests_oauthlib']")]
)
def test_msrest_and_what_it_pulls_is_imported_for_2022_02_01_alone(version: str, imported: str) -> None:
    program = PROGRAM.format(version=version)
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == imported


@pytest.mark.parametrize(
    ("name", "renamed"),
    [
        ("MicrosoftBotIdentifier", "MicrosoftTeamsAppIdentifier"),
        ("MicrosoftBotProperties", "MicrosoftTeamsAppProperties"),
    ],
)
def test_a_name_that_release_1_2_0_had_deprecated_stands_for_its_successor(name: str, renamed: str) -> None:
    with pytest.warns(DeprecationWarning, match=f"{name} is deprecated; use {renamed}"):
        found = getattr(rooms, name)
    assert found is getattr(rooms, renamed)


def test_the_version_has_the_name_of_release_1_2_0_too() -> None:
    assert rooms.__version__ == rooms.__VERSION__
