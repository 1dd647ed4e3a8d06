"""The emulator's own paths: what they do, and who may use them."""

import json
import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from admin_api import Admin
from raw_ids import ALICE
from signed_http import SignedHttp

from azure.communication.rooms.emulator import ACCESS_KEY, RoomsEmulator
from azure.communication.rooms.emulator.access import AccessRules, Caller
from azure.communication.rooms.emulator.admin import commands
from azure.communication.rooms.emulator.config import Config
from azure.communication.rooms.emulator.service import errors
from azure.communication.rooms.emulator.state import log_text

PATHS = [("POST", "/_emulator/import")] + [
    (method, f"/_emulator{path}") for path, methods in commands.COMMANDS.items() for method in methods
]


@pytest.fixture
def orders(emulator: RoomsEmulator) -> Admin:
    return Admin(emulator)


def test_the_state_is_reported(emulator: RoomsEmulator, orders: Admin) -> None:
    emulator.seed(2)
    emulator.faults.add("POST /rooms status=503")
    emulator.clock.freeze()
    status, state = orders.send("GET", "state")
    assert status == 200
    assert state["accounts"] == {"rooms": {"rooms": 2}}
    assert state["clock"]["frozen"] is True
    assert state["clock"]["now"].startswith(emulator.clock.now().isoformat()[:19])
    assert state["faults"] == [{"number": 1, "method": "POST", "route": "/rooms", "status": 503, "calls": 0, "hits": 0}]


def test_reset_forgets_everything(emulator: RoomsEmulator, orders: Admin, http: SignedHttp) -> None:
    emulator.seed(2)
    emulator.faults.add(status=503)
    emulator.clock.advance(days=3)
    http.send("GET", "/rooms")
    assert orders.send("POST", "reset") == (204, None)
    assert emulator.requests == []
    assert http.send("GET", "/rooms").body == {"value": []}


def test_rooms_are_made_past_the_rules(orders: Admin, http: SignedHttp) -> None:
    room = {"validUntil": "2020-01-01T00:00:00Z", "participants": {ALICE: {"role": "Presenter"}}}
    status, response = orders.send("POST", "seed", {"count": 2, "room": room, "account": "rooms"})
    assert (status, len(response["ids"])) == (201, 2)
    status, one = orders.send("POST", "seed")
    assert (status, len(one["ids"])) == (201, 1)
    listed = [room["id"] for room in http.send("GET", "/rooms").body["value"]]
    assert listed == one["ids"]  # the others ended too long ago


def test_what_is_exported_can_be_imported(emulator: RoomsEmulator, orders: Admin, http: SignedHttp) -> None:
    (kept,) = emulator.seed(room={"participants": {ALICE: {}}})
    exported = orders.send("GET", "export")[1]
    assert ACCESS_KEY not in json.dumps(exported)
    emulator.reset()
    emulator.seed(3)
    assert orders.send("POST", "import", exported) == (200, {"rooms": 1})
    assert [room["id"] for room in http.send("GET", "/rooms").body["value"]] == [kept]
    assert http.send("GET", f"/rooms/{kept}/participants").body["value"] == [{"rawId": ALICE, "role": "Attendee"}]


def test_the_clock_is_read_and_moved(emulator: RoomsEmulator, orders: Admin) -> None:
    order = {"reset": True, "set": "2030-01-01T12:00:00Z", "advance": {"days": 1, "hours": 1}, "freeze": True}
    status, clock = orders.send("POST", "clock", order)
    emulator.clock.freeze()
    assert (status, clock["frozen"]) == (200, True)
    assert clock["now"].startswith("2030-01-02T13:00:0")
    assert orders.send("GET", "clock") == (200, clock)
    emulator.clock.advance(timedelta(days=1))
    assert orders.send("GET", "clock")[1]["now"] != clock["now"]
    assert orders.send("POST", "clock", {"reset": True})[1]["frozen"] is False
    assert orders.send("POST", "clock", {"reset": False})[1]["now"].startswith(emulator.clock.now().isoformat()[:10])


def test_faults_are_switched_on_and_off(
    emulator: RoomsEmulator, orders: Admin, http: SignedHttp, caplog: pytest.LogCaptureFixture
) -> None:
    status, first = orders.send("POST", "faults", {"method": "GET", "status": 503, "body": {"a": 1}})
    assert (status, first["number"]) == (201, 1)
    assert "fault 1 is on: GET '**' status=503 'body={\"a\": 1}'" in caplog.text
    assert http.send("GET", "/rooms").body == {"a": 1}
    assert orders.send("POST", "faults", {"spec": "DELETE throttle=3"})[1]["throttle"] == 3
    faults = orders.send("GET", "faults")[1]["faults"]
    assert [(fault["number"], fault["calls"], fault["hits"]) for fault in faults] == [(1, 1, 1), (2, 0, 0)]
    assert orders.send("DELETE", "faults?number=1") == (204, None)
    assert http.send("GET", "/rooms").status == 200
    assert orders.send("DELETE", "faults") == (204, None)
    assert emulator.faults.active() == []


def test_requests_are_listed_by_what_they_were(emulator: RoomsEmulator, orders: Admin, http: SignedHttp) -> None:
    http.send("GET", "/rooms", headers={"x-ms-client-request-id": "mine"})
    http.send("POST", "/rooms", {})
    http.send_as_is("GET", "/rooms", b"", {})

    def numbers(query: str) -> list[int]:
        return [entry["number"] for entry in orders.send("GET", f"requests{query}")[1]["requests"]]

    assert numbers("") == [1, 2, 3]
    assert numbers("?method=POST") == [2]
    assert numbers("?path=/rooms&status=401") == [3]
    assert numbers("?account=rooms") == [1, 2]
    assert numbers("?client_request_id=mine") == [1]
    assert numbers("?status=reset") == []
    assert orders.send("DELETE", "requests") == (204, None)
    assert emulator.requests == []


def test_a_reset_connection_is_found_by_its_status(emulator: RoomsEmulator, orders: Admin, http: SignedHttp) -> None:
    emulator.faults.add(reset="before")
    with pytest.raises(ConnectionResetError):
        http.send("GET", "/rooms")
    (entry,) = orders.send("GET", "requests?status=reset")[1]["requests"]
    assert (entry["status"], entry["faults"]) == (None, [1])


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "clock", None, "nothing but set, advance, freeze, reset"),
        ("POST", "clock", {"forward": 1}, "nothing but set, advance, freeze, reset"),
        ("POST", "clock", {"set": "soon"}, "set must be a date-time such as 2030-01-01T12:00:00Z, not 'soon'"),
        ("POST", "clock", {"set": 5}, "set must be a date-time"),
        ("POST", "clock", {"advance": {"moons": 1}}, "advance must be a span"),
        ("POST", "clock", {"advance": 5}, "advance must be a span"),
        ("POST", "clock", {"advance": {"days": 1e300}}, "advance must be a span"),
        ("POST", "clock", {"advance": {"days": 99999999}}, "years 1 to 9998"),
        ("POST", "seed", {"account": "blue"}, "there is no account 'blue' here; there is rooms"),
        ("POST", "seed", {"account": ["rooms"]}, "there is no account"),
        ("POST", "seed", {"count": -1}, "count must be a number from 0"),
        ("POST", "seed", {"count": "1"}, "count must be a number from 0"),
        ("POST", "seed", {"rooms": 3}, "nothing but account, count, room"),
        ("POST", "seed", [], "nothing but account, count, room"),
        ("POST", "seed", {"room": {"id": "99400000000000000"}}, "its id is the emulator's to choose"),
        ("POST", "seed", {"room": []}, "Path: $."),
        ("POST", "import", None, "no export of rooms"),
        ("POST", "faults", None, "an object of names and values"),
        ("POST", "faults", {"spec": 5}, "'spec' is no part of a fault"),
        ("POST", "faults", {"spec": "POST"}, "there is no action"),
        ("POST", "faults", b'{"status": 500, "body": "\\ud800"}', "body must be text or JSON, in UTF-8"),
        ("POST", "faults", b'{"status": 500, "body": NaN}', "body must be text or JSON, in UTF-8"),
        ("POST", "clock", {"freeze": "no"}, "freeze must be true or false, not 'no'"),
        ("POST", "clock", {"reset": 1}, "reset must be true or false, not 1"),
        ("DELETE", "faults?number=9", None, "there is no fault 9"),
        ("DELETE", "faults?number=all", None, "there is no fault all"),
        ("GET", "requests?colour=red", None, "nothing but method, path, status"),
        ("POST", "clock", b"{", "The body is not JSON."),
        ("POST", "clock", b"[" * 100_000, "The body is not JSON."),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_rejected(
    orders: Admin, method: str, path: str, body: Any, words: str
) -> None:
    status, response = orders.send(method, path, body)
    assert (status, response["error"]["code"]) == (400, "BadRequest")
    assert words in response["error"]["message"]


def test_a_body_that_is_not_declared_as_json_is_rejected(orders: Admin) -> None:
    status, _ = orders.send("POST", "clock", {"freeze": True}, {"Content-Type": "text/plain"})
    assert status == 415


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "nothing", 404), ("GET", "page/", 404), ("GET", "state/x", 404), ("PUT", "reset", 405)],
)
def test_other_paths_and_methods_are_rejected(orders: Admin, method: str, path: str, status: int) -> None:
    assert orders.send(method, path)[0] == status


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example.com"},
        {"Host": "rebound.example.com:{port}"},
        {"Host": "127.0.0.1.example.com:{port}"},
        {"Host": "localhost.example.com"},
        {"Host": ""},
        {"Host": "["},
        {"Origin": "https://example.com"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_web_page_of_another_origin_orders_nothing(
    emulator: RoomsEmulator, orders: Admin, method: str, path: str, headers: dict[str, str]
) -> None:
    emulator.seed()
    port = orders.host.partition(":")[2]
    sent = {name: value.format(port=port) for name, value in headers.items()}
    status, response = orders.send(method, path.rpartition("/")[2], headers=sent)
    assert (status, response["error"]["code"]) == (403, "Forbidden")
    assert len(emulator.export_rooms()["accounts"]["rooms"]) == 1


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "localhost", "LOCALHOST"])
def test_every_name_of_loopback_will_do(orders: Admin, host: str) -> None:
    host = host.format(port=orders.host.partition(":")[2])
    headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
    assert orders.send("GET", "state", headers=headers)[0] == 200


@pytest.mark.parametrize("client", ["10.0.0.1", "::ffff:10.0.0.1", "", "testclient"])
def test_who_is_not_on_this_machine_orders_nothing(client: str) -> None:
    caller = Caller(client, "http", {"host": "localhost"})
    with pytest.raises(errors.ServiceError, match="on the emulator's own machine"):
        AccessRules(Config()).check_admin(caller)


def test_an_order_is_no_request_to_the_service(
    emulator: RoomsEmulator, orders: Admin, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger=log_text.LOGGER.name):
        orders.send("GET", "state")
    assert emulator.requests == []
    assert [
        (record.levelname, re.sub(r"\d+\.\d", "*", record.getMessage()))
        for record in caplog.records
        if record.name == log_text.LOGGER.name
    ] == [("INFO", "GET /_emulator/state 200 * ms")]


def test_the_services_own_paths_are_no_orders(http: SignedHttp) -> None:
    assert http.send_as_is("GET", "/_emulator", b"", {}).status == 401
    assert http.send_as_is("GET", "/rooms/_emulator/state", b"", {}).status == 401


def test_a_clock_is_frozen_and_let_run_on_from_where_it_is(emulator: RoomsEmulator, orders: Admin) -> None:
    orders.send("POST", "clock", {"set": "2030-01-01T12:00:00Z", "freeze": True})
    for order in ({"freeze": False}, {"resume": True}):
        emulator.clock.freeze()
        status, clock = orders.send("POST", "clock", order)
        assert (status, clock["frozen"]) == (200, False)
        assert clock["now"].startswith("2030-01-01T12:0")


@pytest.mark.parametrize(
    "wrong",
    [
        {"set": "9999-06-01T00:00:00Z"},
        {"set": "2030-01-01T00:00:00Z", "advance": {"days": 10_000_000}},
        {"advance": {"moons": 1}},
        {"freeze": 5},
        {"set": "soon"},
    ],
)
def test_moves_of_which_one_is_invalid_are_none(emulator: RoomsEmulator, orders: Admin, wrong: dict[str, Any]) -> None:
    emulator.clock.set(datetime(2031, 5, 6, 7, 8, 9, tzinfo=timezone.utc))
    emulator.clock.freeze()
    before = orders.send("GET", "clock")
    assert orders.send("POST", "clock", {"reset": True, **wrong})[0] == 400
    assert orders.send("GET", "clock") == before
