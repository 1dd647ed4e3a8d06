"""Time: rooms end and are deleted by the emulator's clock, and what is dated is judged by it."""

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Optional

import pytest
from raw_ids import ALICE
from signed_http import SignedHttp

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import DEFAULT_GRACE, Clock, RoomsEmulator

NOON = datetime(2030, 1, 1, 12, 0, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def _noon(emulator: RoomsEmulator) -> None:
    emulator.clock.freeze()
    emulator.clock.set(NOON)


def send(emulator: RoomsEmulator, method: str, path: str, body: Optional[dict[str, Any]] = None) -> tuple[int, Any]:
    http = SignedHttp(emulator.connection_string)
    reply = http.send(method, path, body, date=emulator.clock.now())
    return reply.status, reply.body


def make(emulator: RoomsEmulator) -> str:
    room = {"validUntil": "2030-01-02T12:00:00Z", "participants": {ALICE: {}}}
    return str(send(emulator, "POST", "/rooms", room)[1]["id"])


def listed(emulator: RoomsEmulator) -> list[str]:
    return [room["id"] for room in send(emulator, "GET", "/rooms")[1]["value"]]


def test_a_room_that_has_ended_is_still_shown_and_listed(emulator: RoomsEmulator) -> None:
    room = make(emulator)
    emulator.clock.advance(days=2)
    assert send(emulator, "GET", f"/rooms/{room}")[1]["validUntil"] == "2030-01-02T12:00:00+00:00"
    assert listed(emulator) == [room]
    assert len(send(emulator, "GET", f"/rooms/{room}/participants")[1]["value"]) == 1


def test_a_room_is_deleted_when_the_grace_period_after_its_end_is_over(emulator: RoomsEmulator) -> None:
    room, later = make(emulator), send(emulator, "POST", "/rooms", {})[1]["id"]
    emulator.clock.advance(timedelta(days=1) + DEFAULT_GRACE)
    assert listed(emulator) == [later, room]
    emulator.clock.advance(microseconds=1)
    assert listed(emulator) == [later]
    for path in (f"/rooms/{room}", f"/rooms/{room}/participants"):
        assert send(emulator, "GET", path)[0] == 404
    assert send(emulator, "DELETE", f"/rooms/{room}")[0] == 204  # as any deleted room


def test_a_room_that_was_prolonged_lives_on(emulator: RoomsEmulator) -> None:
    room = make(emulator)
    emulator.clock.advance(days=3)
    times = {"validFrom": "2030-01-01T12:00:00Z", "validUntil": "2030-02-01T12:00:00Z"}
    assert send(emulator, "PATCH", f"/rooms/{room}", times)[0] == 200
    emulator.clock.advance(days=30)
    assert listed(emulator) == [room]


@pytest.mark.parametrize(("grace", "there"), [(timedelta(0), False), (timedelta(days=2), True), (None, True)])
def test_the_grace_period_can_be_chosen(grace: Optional[timedelta], there: bool) -> None:
    with RoomsEmulator(grace=grace) as emulator:
        emulator.seed(room={"validUntil": (emulator.clock.now() - timedelta(days=1)).isoformat()})
        assert len(listed(emulator)) == int(there)


def test_the_time_of_responses_is_the_emulators(emulator: RoomsEmulator) -> None:
    http = SignedHttp(emulator.connection_string)
    assert http.send("GET", "/rooms", date=NOON).headers["date"] == "Tue, 01 Jan 2030 12:00:00 GMT"
    assert send(emulator, "POST", "/rooms", {})[1]["validFrom"] == "2030-01-01T12:00:00+00:00"


def test_a_clock_can_be_wrong_from_the_start() -> None:
    with RoomsEmulator(clock_skew=timedelta(hours=-1)) as emulator:
        http = SignedHttp(emulator.connection_string)
        for _ in range(2):
            assert http.send("GET", "/rooms").status == 401
            assert send(emulator, "GET", "/rooms")[0] == 200
            emulator.clock.advance(days=5)
            emulator.reset()


REPEATABLE = "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize(("lenient", "statuses"), [(False, [401, 401, 401]), (True, [200, 201, 200])])
def test_clients_whose_clock_was_not_moved_are_taken_where_dates_are_lenient(
    lenient: bool, statuses: list[int]
) -> None:
    with RoomsEmulator(lenient_dates=lenient) as emulator:
        credential = emulator.token_credential()
        token = credential.get_token("https://communication.azure.com//.default").token
        emulator.clock.advance(days=181)
        http = SignedHttp(emulator.connection_string)
        first_sent = http.headers("GET", "/", b"")["x-ms-date"]
        repeatable = {"Repeatability-Request-ID": REPEATABLE, "Repeatability-First-Sent": first_sent}
        bearer = {"Authorization": f"Bearer {token}"}
        assert [
            http.send("GET", "/rooms").status,
            http.send("POST", "/rooms", {}, headers={**repeatable}).status,
            http.send_as_is("GET", "/rooms?api-version=2025-03-13", b"", bearer).status,
        ] == statuses
        assert send(emulator, "GET", "/rooms")[0] == 200


def test_where_dates_are_lenient_others_are_still_rejected() -> None:
    with RoomsEmulator(lenient_dates=True) as emulator:
        emulator.clock.advance(days=181)
        http = SignedHttp(emulator.connection_string)
        between = emulator.clock.now() - timedelta(days=90)
        assert http.send("GET", "/rooms", date=between).status == 401


def test_a_repeated_create_is_another_when_the_window_has_passed(emulator: RoomsEmulator) -> None:
    def create() -> str:
        with RoomsClient(emulator.endpoint, emulator.token_credential()) as client:
            first_sent = emulator.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
            headers = {"Repeatability-Request-ID": REPEATABLE, "Repeatability-First-Sent": first_sent}
            return client.create_room(headers=headers).id

    first = create()
    emulator.clock.advance(minutes=5)
    assert create() == first
    emulator.clock.advance(microseconds=1)
    assert create() != first


@pytest.mark.parametrize("days", [-4_000_000, 4_000_000])
def test_a_time_that_no_response_could_hold_is_rejected_and_the_clock_stays(days: int) -> None:
    clock = Clock()
    clock.freeze()
    before = clock.now()
    with pytest.raises(ValueError, match="years 1 to 9998"):
        clock.advance(days=days)
    with pytest.raises(ValueError, match="years 1 to 9998"):
        Clock(skew=timedelta(days=days))
    with pytest.raises(ValueError, match="years 1 to 9998"):
        clock.set(datetime(9999, 1, 1, tzinfo=timezone.utc))
    assert (clock.now(), clock.frozen) == (before, True)


def test_a_skewed_clock_stands_still_beside_the_other() -> None:
    clock = Clock()
    clock.freeze()
    assert clock.skewed(timedelta(hours=-1)).now() == clock.now() - timedelta(hours=1)


def test_a_fault_that_skews_the_clock_deletes_no_rooms(emulator: RoomsEmulator) -> None:
    room = make(emulator)
    fault = emulator.faults.add(route="/rooms", method="GET", clock_skew=86_400 * 200)
    far = NOON + timedelta(days=200)
    http = SignedHttp(emulator.connection_string)
    assert http.send("GET", "/rooms", date=far).body == {"value": []}
    emulator.faults.remove(fault.number)
    assert listed(emulator) == [room]
    assert len(send(emulator, "GET", f"/rooms/{room}/participants")[1]["value"]) == 1


def create_once(emulator: RoomsEmulator, guid: str, first_sent: datetime, now: datetime) -> Any:
    """The id of the room of a repeatable request."""
    headers: dict[str, Optional[str]] = {
        "Repeatability-Request-ID": guid,
        "Repeatability-First-Sent": first_sent.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }
    reply = SignedHttp(emulator.connection_string).send("POST", "/rooms", {}, headers=headers, date=now)
    assert reply.status == 201
    return reply.body["id"]


GUID = "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"


@pytest.mark.parametrize("days", [-200, 200])
def test_a_fault_that_skews_the_clock_forgets_no_repeatable_request(emulator: RoomsEmulator, days: int) -> None:
    first = create_once(emulator, GUID, NOON, NOON)
    emulator.faults.add(clock_skew=86_400 * days, times=1)
    far = NOON + timedelta(days=days)
    create_once(emulator, "00000000-0000-4000-8000-000000000000", far, far)
    assert create_once(emulator, GUID, NOON, NOON) == first


def test_a_repeatable_request_is_known_for_as_long_when_a_fault_skews_its_time(emulator: RoomsEmulator) -> None:
    emulator.faults.add(clock_skew=-240, times=1)
    first = create_once(emulator, GUID, NOON, NOON)
    emulator.clock.advance(seconds=250)
    assert create_once(emulator, GUID, NOON, NOON) == first


def test_expiry_is_a_condition_that_follows_the_clock(emulator: RoomsEmulator) -> None:
    room = make(emulator)
    emulator.clock.set(NOON + timedelta(days=100))
    assert listed(emulator) == []
    assert emulator.export_rooms()["accounts"]["rooms"] == []
    emulator.clock.set(NOON)
    assert listed(emulator) == [room]


def test_reads_continue_when_nothing_can_be_written_and_a_room_has_expired() -> None:
    with RoomsEmulator() as emulator:
        emulator.clock.freeze()
        emulator.clock.set(NOON)
        make(emulator)
        emulator._running().state.accounts["rooms"].store._database.execute("PRAGMA query_only = ON")
        emulator.clock.set(NOON + timedelta(days=100))
        assert listed(emulator) == []


def test_housekeeping_deletes_what_has_expired_by_the_clocks_of_emulator_and_system(emulator: RoomsEmulator) -> None:
    (old,) = emulator.seed(room={"validUntil": "2020-01-01T00:00:00Z", "participants": {ALICE: {}}})
    room = make(emulator)
    store = emulator._running().state.accounts["rooms"].store
    emulator.clock.set(datetime(2019, 1, 1, tzinfo=timezone.utc))
    emulator._running().state.purge()
    assert [each.id for each, _ in store.all_rooms()] == [old, room]
    emulator.clock.set(NOON + timedelta(days=100))
    emulator.faults.add(clock_skew=86_400 * 400)
    emulator._running().state.purge()
    assert [each.id for each, _ in store.all_rooms()] == [room]
    assert store.participants(old) == {}
    emulator.faults.clear()
    emulator.clock.set(NOON)
    assert listed(emulator) == [room]  # moved back, the clock shows what it hid


def test_a_grace_period_of_none_keeps_rooms_for_ever() -> None:
    with RoomsEmulator(grace=None) as emulator:
        emulator.clock.freeze()
        emulator.clock.set(NOON)
        room = make(emulator)
        emulator.clock.set(NOON + timedelta(days=365_000))
        assert listed(emulator) == [room]


@pytest.mark.parametrize("grace", [timedelta(0), timedelta(days=36_525)], ids=["none", "a hundred years"])
def test_the_shortest_and_the_longest_grace_period_are_taken(grace: timedelta) -> None:
    with RoomsEmulator(grace=grace) as emulator:
        emulator.clock.freeze()
        emulator.clock.set(NOON)
        room = make(emulator)
        assert listed(emulator) == [room]
        emulator.clock.set(datetime(1000, 1, 1, tzinfo=timezone.utc))
        assert listed(emulator) == [room]


@pytest.mark.parametrize("grace", [timedelta(microseconds=-1), timedelta(days=36_525, microseconds=1), timedelta.max])
def test_another_grace_period_is_rejected(grace: timedelta) -> None:
    with pytest.raises(ValueError, match="the grace period must be from 0 to 36525 days"):
        RoomsEmulator(grace=grace)


@pytest.mark.parametrize("year", [1, 2030, 9998])
@pytest.mark.parametrize("skew", [-(10**10), 10**10])
def test_a_fault_skews_the_clock_no_farther_than_responses_can_be_dated(
    emulator: RoomsEmulator, year: int, skew: int
) -> None:
    emulator.clock.set(datetime(year, 6, 1, tzinfo=timezone.utc))
    emulator.faults.add(clock_skew=skew)
    reply = SignedHttp(emulator.connection_string).send("GET", "/rooms", date=emulator.clock.now())
    assert (reply.status, reply.body["error"]["details"][0]["target"]) == (401, "x-ms-date")
    assert parsedate_to_datetime(reply.headers["date"]).year in range(1, 9999)
