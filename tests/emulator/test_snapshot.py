"""Rooms as JSON: what is exported and imported is the same, and what cannot be rooms changes nothing."""

import base64
import json
import re
from typing import Any

import pytest
from import_messages import CONVERSION, NO_EXPORT, NO_FORMAT, ROLE, WRONG_MRI
from raw_ids import ALICE, BOB, INVALID_RAW_ID
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.service import snapshot

ROOM = {
    "id": "99400000000000000",
    "createdAt": "2025-03-18T21:57:53.1625797+00:00",
    "validFrom": "2025-03-18T21:57:53+00:00",
    "validUntil": "2099-03-18T21:57:53.1+00:00",
    "pstnDialOutEnabled": True,
    "roomJoinPolicy": "CommunicationServiceUsers",
    "participants": {BOB: {"role": "Presenter"}, ALICE: {"role": "Attendee"}},
}


def state(*rooms: Any, account: str = "rooms") -> dict[str, Any]:
    return {"format": "rooms-emulator-1", "accounts": {account: list(rooms)}}


def test_what_is_imported_is_what_is_exported(emulator: RoomsEmulator, http: SignedHttp) -> None:
    second = {**ROOM, "id": "99400000000000001", "participants": {}, "pstnDialOutEnabled": False}
    assert emulator.import_rooms(state(ROOM, second)) == 2
    assert json.loads(json.dumps(emulator.export_rooms())) == state(ROOM, second)
    assert list(emulator.export_rooms()["accounts"]["rooms"][0]["participants"]) == [BOB, ALICE]
    shown = http.send("GET", "/rooms").body["value"]
    assert shown[1] == {name: value for name, value in ROOM.items() if name not in ("participants", "roomJoinPolicy")}
    assert shown[0]["id"] == second["id"]


def test_what_is_missing_is_as_in_a_room_created_now(emulator: RoomsEmulator) -> None:
    emulator.clock.freeze()
    emulator.import_rooms(state({"id": ROOM["id"]}))
    (room,) = emulator.export_rooms()["accounts"]["rooms"]
    assert room["createdAt"] == room["validFrom"]
    assert room["validFrom"].startswith(emulator.clock.now().isoformat()[:19])
    assert (room["pstnDialOutEnabled"], room["participants"]) == (False, {})


def test_deleted_rooms_are_not_exported(emulator: RoomsEmulator, http: SignedHttp) -> None:
    (room,) = emulator.seed()
    http.send("DELETE", f"/rooms/{room}")
    assert emulator.export_rooms() == state()


def test_an_import_leaves_accounts_alone_that_it_does_not_name() -> None:
    accounts = {name: base64.b64encode(name.encode()).decode() for name in ("red", "blue")}
    with RoomsEmulator(accounts=accounts) as emulator:
        emulator.seed(2, account="blue")
        emulator.import_rooms(state(ROOM, account="red"))
        assert {name: len(rooms) for name, rooms in emulator.export_rooms()["accounts"].items()} == {
            "red": 1,
            "blue": 2,
        }


@pytest.mark.parametrize(
    ("exported", "message"),
    [
        (None, NO_EXPORT),
        ([], NO_EXPORT),
        ({"format": "rooms-emulator-2", "accounts": {}}, NO_FORMAT),
        ({"format": "rooms-emulator-1", "accounts": []}, NO_EXPORT),
        ({"accounts": {}}, NO_FORMAT),
        ({"format": "rooms-emulator-1"}, NO_EXPORT),
        (state(ROOM, account="blue"), "there is no account 'blue' here; there is rooms"),
        ({"format": "rooms-emulator-1", "accounts": {"rooms": {}}}, "the rooms of account 'rooms' must be a list"),
        (state(ROOM, ROOM), "room 2 of account 'rooms' has the id of another room, 99400000000000000"),
        (state(ROOM, {}), "room 2 of account 'rooms' has no id"),
        (state({**ROOM, "id": 7}), "room 1 of account 'rooms': 7 is no room id; that is 16 to 18 digits"),
        (
            state({**ROOM, "id": "x" * 17}),
            "room 1 of account 'rooms': 'xxxxxxxxxxxxxxxxx' is no room id; that is 16 to 18 digits",
        ),
        (state("room"), CONVERSION.format("an object", "$")),
        (
            state({**ROOM, "roomJoinPolicy": "AllUsers"}),
            "room 1 of account 'rooms': roomJoinPolicy must be InviteOnly or CommunicationServiceUsers",
        ),
        (state({**ROOM, "createdAt": "soon"}), CONVERSION.format("a date-time", "$.createdAt")),
        (state({**ROOM, "validUntil": 5}), CONVERSION.format("a date-time", "$.validUntil")),
        (
            state({**ROOM, "participants": {INVALID_RAW_ID: {}}}),
            WRONG_MRI,
        ),
        (state({**ROOM, "participants": {BOB: {"role": "Kafka"}}}), ROLE),
    ],
)
def test_what_is_no_export_changes_nothing(emulator: RoomsEmulator, exported: Any, message: str) -> None:
    emulator.seed(2)
    before = emulator.export_rooms()
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        emulator.import_rooms(exported)
    assert emulator.export_rooms() == before


def test_seeded_rooms_are_counted_and_alike(emulator: RoomsEmulator, http: SignedHttp) -> None:
    ids = emulator.seed(31, {"pstnDialOutEnabled": True, "participants": {ALICE: {"role": "Consumer"}, BOB: None}})
    assert len(set(ids)) == 31
    first = http.send("GET", "/rooms").body
    assert [room["id"] for room in first["value"]] == ids[:0:-1]
    assert all(room["pstnDialOutEnabled"] for room in first["value"])
    participants = http.send("GET", f"/rooms/{ids[0]}/participants").body["value"]
    assert participants == [{"rawId": ALICE, "role": "Consumer"}]


def test_the_text_of_an_export_is_the_export_of_all_accounts() -> None:
    with RoomsEmulator(accounts={"red": "cmVk", "blue": "Ymx1ZQ==", "none": "bm9uZQ=="}) as emulator:
        emulator.seed(501, account="red")
        emulator.seed(2, account="blue")
        parts = list(snapshot.export_text(emulator._running().state.accounts))
        assert json.loads(b"".join(parts)) == emulator.export_rooms()
        assert [part.count(b'"id"') for part in parts] == [500, 1, 2, 0]


def test_one_room_is_seeded_unless_more_are_requested(emulator: RoomsEmulator) -> None:
    (account,) = emulator._running().state.accounts.values()
    assert [len(each) for each in snapshot.seed_batches(account)] == [1]
    assert len(snapshot.seed_rooms(account)) == 1
    assert [len(each) for each in snapshot.seed_batches(account, 401)] == [200, 200, 1]
    assert len(next(snapshot.seed_batches(account, 100_000))) == 200


def test_seed_names_what_cannot_be(emulator: RoomsEmulator) -> None:
    with pytest.raises(ValueError, match="the room to create: 'wrong_mri' is not the raw id"):
        emulator.seed(room={"participants": {INVALID_RAW_ID: {}}})
    with pytest.raises(ValueError, match="count must be a number from 0 to 100000, not 100001"):
        emulator.seed(100_001)
    with pytest.raises(KeyError, match="blue"):
        emulator.seed(account="blue")
    assert emulator.seed(0) == []
