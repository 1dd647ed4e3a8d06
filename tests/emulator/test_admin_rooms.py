"""The admin commands for rooms: pages of them, one of them, and who is in it."""

from collections.abc import Iterator
from typing import Any, Optional
from urllib.parse import urlencode

import pytest
from admin_api import Admin
from raw_ids import ALICE, BOB, CAROL, INVALID_RAW_ID
from signed_http import SignedHttp

from azure.communication.rooms.emulator import ACCESS_KEY, RoomsEmulator
from azure.communication.rooms.emulator.config import Config

OTHER_KEY = "b3RoZXIta2V5LW9mLWEtdGVzdA=="


@pytest.fixture
def orders(emulator: RoomsEmulator) -> Admin:
    return Admin(emulator)


@pytest.fixture
def two_accounts() -> Iterator[RoomsEmulator]:
    with RoomsEmulator(accounts={"blue": ACCESS_KEY, "red": OTHER_KEY}) as emulator:
        yield emulator


def pages(orders: Admin, **query: Any) -> Iterator[list[dict[str, Any]]]:
    """Every page of the list."""
    cursor: Optional[str] = None
    while True:
        given = query if cursor is None else {**query, "cursor": cursor}
        status, page = orders.send("GET", f"rooms?{urlencode(given)}")
        assert status == 200
        yield page["rooms"]
        cursor = page["next"]
        if cursor is None:
            return


def test_rooms_are_listed_by_pages_the_newest_first(emulator: RoomsEmulator, orders: Admin) -> None:
    ids = emulator.seed(7)
    emulator.seed(1, {"validUntil": "2020-01-01T00:00:00Z"})  # gone since long
    listed = list(pages(orders, limit=3))
    assert [len(page) for page in listed] == [3, 3, 1]
    assert [room["id"] for page in listed for room in page] == ids[::-1]


def test_a_room_is_looked_for_by_its_id(two_accounts: RoomsEmulator) -> None:
    orders = Admin(two_accounts)
    room = orders.send("POST", "rooms", {"account": "red", "room": {"participants": {ALICE: {}}}})[1]
    orders.send("POST", "rooms")
    assert list(pages(orders, id=room["id"])) == [[room]]
    assert list(pages(orders, id=room["id"], account="blue")) == [[]]
    orders.send("DELETE", f"rooms/{room['id']}")
    assert list(pages(orders, id=room["id"])) == [[]]


def test_a_page_that_is_exactly_full_is_the_last(emulator: RoomsEmulator, orders: Admin) -> None:
    emulator.seed(4)
    assert [len(page) for page in pages(orders, limit=2)] == [2, 2]


def test_a_room_that_was_deleted_is_on_no_page(emulator: RoomsEmulator, orders: Admin) -> None:
    ids = emulator.seed(3)
    assert orders.send("DELETE", f"rooms/{ids[1]}") == (204, None)
    assert [[room["id"] for room in page] for page in pages(orders, limit=2)] == [[ids[2], ids[0]]]


def test_a_listed_room_has_its_account_times_and_count_of_participants(orders: Admin) -> None:
    room = {
        "validFrom": "2998-12-01T00:00:00Z",
        "validUntil": "2999-01-01T00:00:00Z",
        "pstnDialOutEnabled": True,
        "participants": {ALICE: {"role": "Presenter"}, BOB: {}},
    }
    status, created = orders.send("POST", "rooms", {"room": room})
    assert status == 201
    listed = orders.send("GET", "rooms")[1]["rooms"][0]
    assert listed == {
        "account": "rooms",
        "participantCount": 2,
        "id": created["id"],
        "createdAt": created["createdAt"],
        "validFrom": "2998-12-01T00:00:00+00:00",
        "validUntil": "2999-01-01T00:00:00+00:00",
        "pstnDialOutEnabled": True,
        "roomJoinPolicy": "InviteOnly",
    }
    assert created == {**listed, "participants": {ALICE: {"role": "Presenter"}, BOB: {"role": "Attendee"}}}
    assert orders.send("GET", f"rooms/{created['id']}") == (200, created)


def test_rooms_of_all_accounts_are_merged_and_those_of_one_can_be_listed(two_accounts: RoomsEmulator) -> None:
    orders = Admin(two_accounts)
    made = []
    for hour in range(1, 10):
        account = "red" if hour in (2, 3, 4, 9) else "blue"
        room = {"createdAt": f"2025-03-18T{hour:02d}:00:00Z", "validUntil": "2999-01-01T00:00:00Z"}
        made.append((account, two_accounts.seed(1, room, account=account)[0]))
    for limit in (1, 2, 4, 100):
        listed = [(room["account"], room["id"]) for page in pages(orders, limit=limit) for room in page]
        assert listed == made[::-1]
    red = [room["id"] for page in pages(orders, limit=3, account="red") for room in page]
    assert red == [room_id for account, room_id in made[::-1] if account == "red"]


def test_a_room_is_created_in_the_account_that_is_named(two_accounts: RoomsEmulator) -> None:
    orders = Admin(two_accounts)
    assert orders.send("POST", "rooms")[1]["account"] == "blue"
    room = orders.send("POST", "rooms", {"account": "red"})[1]
    assert room["account"] == "red"
    assert orders.send("GET", f"rooms/{room['id']}?account=red") == (200, room)
    assert orders.send("GET", f"rooms/{room['id']}") == (200, room)
    assert orders.send("GET", f"rooms/{room['id']}?account=blue")[0] == 404


def test_a_room_that_is_created_past_its_end_is_reported_all_the_same(orders: Admin) -> None:
    status, room = orders.send("POST", "rooms", {"room": {"validUntil": "2020-01-01T00:00:00Z"}})
    assert (status, room["validUntil"]) == (201, "2020-01-01T00:00:00+00:00")
    assert orders.send("GET", f"rooms/{room['id']}")[0] == 404


def test_participants_are_added_changed_and_removed(orders: Admin, http: SignedHttp) -> None:
    room = orders.send("POST", "rooms", {"room": {"participants": {ALICE: {}, BOB: {}}}})[1]
    changes = {ALICE: None, BOB: {"role": "Presenter"}, CAROL: {"role": "Consumer"}}
    status, changed = orders.send("PATCH", f"rooms/{room['id']}/participants", {"participants": changes})
    assert (status, changed["participantCount"]) == (200, 2)
    assert changed["participants"] == {BOB: {"role": "Presenter"}, CAROL: {"role": "Consumer"}}
    assert http.send("GET", f"/rooms/{room['id']}/participants").body["value"] == [
        {"rawId": BOB, "role": "Presenter"},
        {"rawId": CAROL, "role": "Consumer"},
    ]


@pytest.mark.parametrize("method_and_path", ["GET rooms/{}", "DELETE rooms/{}", "PATCH rooms/{}/participants"])
@pytest.mark.parametrize("room_id", ["99400000000000000", "x", "%2e%2e", "<img>", "9" * 5000])
def test_a_room_that_never_was_is_not_found(orders: Admin, method_and_path: str, room_id: str) -> None:
    method, path = method_and_path.split()
    body: Any = {"participants": {}} if method == "PATCH" else None
    assert orders.send(method, path.format(room_id), body)[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("GET", "rooms?limit=0", None, "limit must be a number from 1 to 1000, not '0'"),
        ("GET", "rooms?limit=1001", None, "limit must be"),
        ("GET", "rooms?limit=many", None, "limit must be"),
        ("GET", "rooms?limit=%D9%A3", None, "limit must be"),
        ("GET", f"rooms?limit={'9' * 5000}", None, "limit must be"),
        ("GET", "rooms?cursor=x", None, "cursor must be what `next` of a page was"),
        ("GET", "rooms?cursor=rooms:1:x", None, "cursor must be"),
        ("GET", f"rooms?cursor=rooms:1:{2**63}", None, "cursor must be"),
        ("GET", "rooms?account=green", None, "there is no account 'green' here"),
        ("GET", "rooms?page=1", None, "nothing but account, limit, cursor"),
        ("GET", "rooms/99400000000000000?page=1", None, "nothing but account"),
        ("POST", "rooms", {"count": 2}, "nothing but account, room"),
        ("POST", "rooms", {"room": {"id": "99400000000000000"}}, "its id is the emulator's to choose"),
        ("POST", "rooms", {"account": "green"}, "there is no account 'green' here"),
        ("PATCH", "rooms/1/participants", None, "nothing but participants"),
        ("PATCH", "rooms/1/participants", {"participants": {ALICE: {"role": "King"}}}, "Invalid participant role"),
        ("PATCH", "rooms/1/participants", {"participants": {INVALID_RAW_ID: {}}}, "is not the raw id"),
    ],
)
def test_a_wrong_argument_is_explained(orders: Admin, method: str, path: str, body: Any, words: str) -> None:
    status, response = orders.send(method, path, body)
    assert (status, response["error"]["code"]) == (400, "BadRequest")
    assert words in response["error"]["message"]


def test_the_configuration_has_the_documented_key_and_no_other(two_accounts: RoomsEmulator) -> None:
    status, config = Admin(two_accounts).send("GET", "config")
    assert status == 200
    assert config["accounts"] == [{"name": "blue", "access_key": ACCESS_KEY}, {"name": "red", "access_key": None}]
    assert (config["grace"], config["page_size"], config["log_bodies"]) == (604800, 30, False)
    with RoomsEmulator(grace=None, page_size=5, log_bodies=True) as emulator:
        other = Admin(emulator).send("GET", "config")[1]
    assert (other["grace"], other["page_size"], other["log_bodies"]) == (None, 5, True)


def test_the_configuration_states_where_programs_reach_the_service() -> None:
    with RoomsEmulator() as emulator:
        assert Admin(emulator).send("GET", "config")[1]["endpoint"] is None
    with RoomsEmulator.from_config(Config.of(advertise="http://rooms.example.com:8420")) as emulator:
        assert Admin(emulator).send("GET", "config")[1]["endpoint"] == "http://rooms.example.com:8420"
    with RoomsEmulator(admin_port=0) as emulator:
        admin = Admin(emulator)
        admin.host = emulator.admin_endpoint.partition("://")[2]
        assert admin.send("GET", "config")[1]["endpoint"] == emulator.endpoint


def test_a_frozen_clock_is_resumed(emulator: RoomsEmulator, orders: Admin) -> None:
    orders.send("POST", "clock", {"set": "2030-01-01T12:00:00Z", "freeze": True})
    status, clock = orders.send("POST", "clock", {"resume": True})
    assert (status, clock["frozen"], clock["now"][:16]) == (200, False, "2030-01-01T12:00")
    assert emulator.clock.frozen is False
