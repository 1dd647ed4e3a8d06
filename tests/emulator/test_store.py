"""The store: what is kept stays, what failed was never there."""

import itertools
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Callable

import pytest

from azure.communication.rooms.emulator.state import database, timestamps
from azure.communication.rooms.emulator.state.store import NEVER, Position, Room, Store, StoredResponse, Validity

VALIDITY = Validity(10, 20)


@pytest.fixture
def store() -> Iterator[Store]:
    in_memory = Store()
    yield in_memory
    in_memory.close()


def all_rooms(store: Store, expired_before: int = NEVER) -> list[Room]:
    return [room for room, _ in store.all_rooms(expired_before)]


def test_a_room_is_kept_under_an_id_of_the_services_form(store: Store) -> None:
    room = store.add_room(5, VALIDITY, True)
    assert store.room(room.id) == room == (room.id, 5, 10, 20, True, "InviteOnly")
    ids = {store.add_room(5, VALIDITY, False).id for _ in range(200)}
    assert len(ids) == 200
    assert all(re.fullmatch(r"994\d{13,14}", id_) for id_ in ids)


def test_an_id_that_is_taken_is_not_given_twice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([7, 7, 8])
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(numbers))
    assert [store.add_room(5, VALIDITY, False).id for _ in range(2)] == ["9941000000000007", "9941000000000008"]


def test_a_change_is_kept(store: Store) -> None:
    room = store.add_room(5, VALIDITY, False)
    room = room._replace(valid_from=1, valid_until=2, pstn_dial_out_enabled=True, room_join_policy="open")
    store.change_room(room)
    assert store.room(room.id) == room


def test_a_deleted_room_is_gone_and_known_to_have_been(store: Store) -> None:
    room = store.add_room(5, VALIDITY, False)
    store.put_participants(room.id, {"a": "Attendee"})
    assert store.delete_room(room.id) is True
    assert store.room(room.id) is None
    assert store.participants(room.id) == {}
    assert store.delete_room(room.id) is True
    assert store.delete_room("9941000000000000") is False


def test_pages_run_from_the_newest_to_the_oldest(store: Store) -> None:
    rooms = [store.add_room(n, VALIDITY, False) for n in range(5)][::-1]
    first, position = store.rooms(None, 2)
    second, position_2 = store.rooms(position, 2)
    third, end = store.rooms(position_2, 2)
    assert [*first, *second, *third] == rooms
    assert end is None


def test_rooms_are_ordered_by_the_second_of_their_creation_then_by_when_they_were_added(store: Store) -> None:
    seconds = [5, 7.9, -0.5, 7.1, -1.5, 5.2, 0]
    rooms = [store.add_room(int(second * timestamps.PER_SECOND), VALIDITY, False) for second in seconds]
    wanted = [rooms[n] for n in (3, 1, 5, 0, 6, 2, 4)]
    assert store.rooms(None, 7) == (wanted, None)
    found, position = store.rooms(None, 1)
    while position is not None:
        page, position = store.rooms(position, 1)
        found += page
    assert found == wanted


def test_a_page_that_ends_with_the_last_record_has_none_behind_it(store: Store) -> None:
    rooms = [store.add_room(n, VALIDITY, False) for n in range(2)][::-1]
    assert store.rooms(None, 2) == (rooms, None)


def test_pages_are_made_of_rooms_that_are_there(store: Store) -> None:
    rooms = [store.add_room(n, Validity(1, 20 if n == 2 else 30), False) for n in range(7)][::-1]
    for room in rooms[:3]:
        store.delete_room(room.id)
    first, position = store.rooms(None, 2, 25)
    second, end = store.rooms(position, 2, 25)
    assert (first, second, end) == ([rooms[3], rooms[5]], [rooms[6]], None)


def test_rooms_are_counted_but_those_that_were_deleted_or_have_expired(store: Store) -> None:
    rooms = [store.add_room(n, Validity(1, end), False) for n, end in enumerate((19, 20, 21))]
    assert [store.count_rooms(), store.count_rooms(20)] == [3, 2]
    store.delete_room(rooms[2].id)
    assert [store.count_rooms(), store.count_rooms(20)] == [2, 1]


def test_participants_keep_their_place_when_their_role_changes(store: Store) -> None:
    store.put_participants("1", {"a": "Attendee", "b": "Attendee", "c": "Presenter"})
    store.put_participants("2", {"a": "Consumer"})
    store.put_participants("1", {"a": "Presenter", "d": "Attendee"})
    store.remove_participants("1", ["b", "unknown"])
    store.put_participants("1", {"b": "Consumer"})
    wanted = [("a", "Presenter"), ("c", "Presenter"), ("d", "Attendee"), ("b", "Consumer")]
    assert list(store.participants("1").items()) == wanted
    assert store.participants("2") == {"a": "Consumer"}


def test_participants_can_be_replaced_by_others(store: Store) -> None:
    store.put_participants("1", {"a": "Attendee", "b": "Attendee"})
    store.put_participants("2", {"a": "Consumer"})
    store.replace_participants("1", {"c": "Presenter", "a": "Consumer"})
    assert list(store.participants("1").items()) == [("c", "Presenter"), ("a", "Consumer")]
    store.replace_participants("1", {})
    assert store.participants("1") == {}
    assert store.participants("2") == {"a": "Consumer"}


def test_a_response_is_remembered_until_it_is_too_old(store: Store) -> None:
    response = StoredResponse("fingerprint", 201, "{}")
    store.put_response("id", 100, response)
    assert store.response("id", since=100) == response
    assert store.response("other", since=100) is None
    assert store.response("id", since=101) is None
    assert store.response("id", since=0) == response


def test_looking_for_a_response_deletes_none(store: Store) -> None:
    store.put_response("id", 100, StoredResponse("fingerprint", 201, "{}"))
    changes = store._database.total_changes
    assert store.response("id", since=200) is None
    assert store._database.total_changes == changes


def test_a_room_that_has_expired_is_not_read_and_stays_until_it_is_purged(store: Store) -> None:
    rooms = [store.add_room(n, Validity(1, end), False) for n, end in enumerate((19, 20, 21))]
    changes = store._database.total_changes
    assert [store.room(room.id, 20) for room in rooms] == [None, *rooms[1:]]
    assert all_rooms(store, 20) == rooms[1:]
    assert store.rooms(None, 3, 20) == ([rooms[2], rooms[1]], None)
    assert store._database.total_changes == changes
    assert all_rooms(store) == rooms


def test_old_responses_are_purged(store: Store) -> None:
    for seen_at in (19, 20):
        store.put_response(str(seen_at), seen_at, StoredResponse("fingerprint", 201, "{}"))
    store.purge(expired_before=0, requests_before=20)
    assert [store.response(name, since=0) is None for name in ("19", "20")] == [True, False]


class BrokenError(Exception):
    """Something went wrong in between."""


def test_what_failed_half_way_was_never_there(store: Store) -> None:
    def fail_half_way() -> None:
        with store.transaction():
            room = store.add_room(5, VALIDITY, False)
            store.put_participants(room.id, {"a": "Attendee"})
            raise BrokenError

    with pytest.raises(BrokenError):
        fail_half_way()
    assert store.rooms(None, 10) == ([], None)


def test_a_transaction_within_another_fails_alone(store: Store) -> None:
    def fail() -> None:
        with store.transaction():
            store.add_room(6, VALIDITY, False)
            raise BrokenError

    with store.transaction():
        kept = store.add_room(5, VALIDITY, False)
        with pytest.raises(BrokenError):
            fail()
        with store.transaction():
            second = store.add_room(7, VALIDITY, False)
    assert store.rooms(None, 10) == ([second, kept], None)


def test_old_responses_are_found_without_looking_at_all_of_them(store: Store) -> None:
    plan = store._database.execute("EXPLAIN QUERY PLAN DELETE FROM repeatable_requests WHERE seen_at < 5").fetchall()
    assert "SEARCH" in plan[0][3]


def steps_of(store: Store, read: Callable[[], object]) -> int:
    """Return how many instructions SQLite executes for something."""
    steps = itertools.count()
    store._database.set_progress_handler(lambda: next(steps) * 0, 1)
    read()
    store._database.set_progress_handler(None, 1)
    return next(steps)


@pytest.mark.parametrize("seconds", [1, 3000], ids=["of one second", "of many seconds"])
def test_a_page_at_the_end_of_a_long_list_costs_as_much_as_the_first(store: Store, seconds: int) -> None:
    with store.transaction():
        rooms = [store.add_room(n * seconds * 10_000_000 // 3000, VALIDITY, False) for n in range(3000)]
    position = Position(rooms[40].created_at // 10_000_000, 41)
    assert store.rooms(position, 30)[0] == rooms[39:9:-1]
    assert [listed.room for listed in store.newest_rooms(position, 30)] == rooms[39:9:-1]
    first, last = steps_of(store, lambda: store.rooms(None, 30)), steps_of(store, lambda: store.rooms(position, 30))
    assert last < 1.5 * first


def test_a_page_begins_within_a_second_and_ends_in_another(store: Store) -> None:
    rooms = [store.add_room(second * 10_000_000, VALIDITY, False) for second in (-1, 0, 0, 1, 1, 1)]
    page, end = store.rooms(Position(1, 6), 3)
    assert (page, end) == (rooms[4:1:-1], Position(0, 3))
    assert store.rooms(end, 3) == (rooms[1::-1], None)


@pytest.mark.parametrize(
    "room_id", ["9941234567890123", "0941234567890123", "99412345678901234567", "994123456789012\u0663"]
)
def test_an_id_comes_back_as_it_was(store: Store, room_id: str) -> None:
    room = Room(room_id, 5, 10, 20, True)
    store.put_room(room)
    store.put_participants(room_id, {"a": "Attendee"})
    assert store.room(room_id) == room
    assert list(store.all_rooms()) == [(room, {"a": "Attendee"})]
    assert store.newest_rooms(None, 1)[0].participants == 1
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        store.put_room(room)
    assert store.delete_room(room_id)


def test_ids_that_differ_in_a_zero_are_two(store: Store) -> None:
    rooms = [Room(room_id, 5, 10, 20, True) for room_id in ("09941234567890123", "9941234567890123")]
    for room in rooms:
        store.put_room(room)
    assert [store.room(room.id) for room in rooms] == rooms


def test_a_room_takes_little_memory(store: Store) -> None:
    with store.transaction():
        for _ in range(5000):
            store.add_room(17_000_000_000_000_000, Validity(17_000_000_000_000_000, 17_200_000_000_000_000), False)
    (pages,) = store._database.execute("PRAGMA page_count").fetchone()
    assert pages * 4096 / 5000 < 110  # with ids as texts, and indexes by both ends: 147


def test_rooms_that_ended_before_a_time_are_deleted_with_who_was_invited(store: Store) -> None:
    rooms = [store.add_room(1, Validity(1, end), False) for end in (19, 20, 21)]
    for room in rooms:
        store.put_participants(room.id, {"a": "Attendee"})
    store.purge(expired_before=20, requests_before=0)
    assert all_rooms(store) == rooms[1:]
    assert [store.participants(room.id) for room in rooms] == [{}, {"a": "Attendee"}, {"a": "Attendee"}]
    assert store.delete_room(rooms[0].id) is True


def test_all_rooms_are_reported_oldest_first_but_those_that_were_deleted(store: Store) -> None:
    first, second, third = (store.add_room(n, VALIDITY, False) for n in (3, 1, 2))
    store.delete_room(second.id)
    assert all_rooms(store) == [first, third]


def test_a_room_is_put_back_under_its_id_once(store: Store) -> None:
    room = Room("99400000000000000", 1, 2, 3, True)
    store.put_room(room)
    assert store.room(room.id) == room
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        store.put_room(room)


def test_clear_forgets_everything(store: Store) -> None:
    room = store.add_room(5, VALIDITY, False)
    store.put_participants(room.id, {"a": "Attendee"})
    store.put_response("id", 100, StoredResponse("f", 201, "{}"))
    store.clear()
    assert store.rooms(None, 10) == ([], None)
    assert store.participants(room.id) == {}
    assert store.response("id", since=0) is None
    assert store.delete_room(room.id) is False


def test_what_was_committed_is_on_the_disk_before_it_is_returned(tmp_path: Path) -> None:
    store = Store(
        tmp_path / "rooms.sqlite3"
    )  # a crash of the whole machine, which only this would survive, cannot be had in a test
    settings = {
        name: store._database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
    }
    store.close()
    assert settings == {"journal_mode": "wal", "synchronous": 2}


def test_a_location_keeps_everything_for_the_next_store(tmp_path: Path) -> None:
    location = tmp_path / "not" / "yet"
    first = Store(location / "rooms.sqlite3")
    room = first.add_room(5, VALIDITY, True, "open")
    first.put_participants(room.id, {"a": "Attendee"})
    first.close()
    second = Store(location / "rooms.sqlite3")
    assert second.room(room.id) == room
    assert second.participants(room.id) == {"a": "Attendee"}
    second.close()


def test_a_file_of_before_join_policies_is_opened_and_its_rooms_are_invite_only(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "rooms.sqlite3")) as old:
        old.executescript("""
            CREATE TABLE rooms (
                sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
                valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL, pstn_dial_out_enabled INTEGER NOT NULL,
                deleted INTEGER NOT NULL DEFAULT 0
            );
            INSERT INTO rooms VALUES (1, '9941000000000000', 5, 10, 20, 1, 0);
            INSERT INTO rooms VALUES (2, '9941000000000001', 6, 10, 20, 0, 1);
        """)
    for _ in range(2):  # the second time it is a file of today
        with closing(Store(tmp_path / "rooms.sqlite3")) as store:
            (room,) = store.rooms(None, 10)[0]
            assert room == ("9941000000000000", 5, 10, 20, True, "InviteOnly")
    with closing(Store(tmp_path / "rooms.sqlite3")) as store:
        store.change_room(room._replace(room_join_policy="open"))
        new = store.add_room(7, VALIDITY, False, "open")
        assert store.rooms(None, 10)[0] == [new, room._replace(room_join_policy="open")]


def test_a_file_whose_ids_are_texts_is_used_as_one_whose_ids_are_integers(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "rooms.sqlite3")) as old:
        old.executescript("""
            CREATE TABLE rooms (
                sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
                valid_from INTEGER NOT NULL, valid_until INTEGER NOT NULL, pstn_dial_out_enabled INTEGER NOT NULL,
                deleted INTEGER NOT NULL DEFAULT 0, room_join_policy TEXT NOT NULL DEFAULT 'InviteOnly'
            );
            CREATE TABLE participants (
                place INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT NOT NULL, raw_id TEXT NOT NULL, role TEXT NOT NULL,
                UNIQUE (room, raw_id)
            );
            CREATE INDEX rooms_by_end ON rooms (valid_until) WHERE NOT deleted;
            INSERT INTO rooms VALUES (1, '9941000000000000', 5, 10, 20, 1, 0, 'InviteOnly');
            INSERT INTO participants VALUES (1, '9941000000000000', 'a', 'Attendee');
        """)
    with closing(Store(tmp_path / "rooms.sqlite3")) as store:
        store.put_participants("9941000000000000", {"a": "Presenter", "b": "Attendee"})
        assert store.participants("9941000000000000") == {"a": "Presenter", "b": "Attendee"}
        (listed,) = store.newest_rooms(None, 10)
        assert (listed.room.id, listed.participants) == ("9941000000000000", 2)
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            store.put_room(listed.room)
        store.remove_participants("9941000000000000", ["a"])
        assert [roles for _, roles in store.all_rooms()] == [{"b": "Attendee"}]
        store.purge(expired_before=21, requests_before=0)
        assert (store.room("9941000000000000"), store.participants("9941000000000000")) == (None, {})
        assert store.delete_room("9941000000000000")
        indexes = store._database.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql != ''")
        assert [name for (name,) in indexes] == ["repeatable_requests_by_age", "rooms_by_created_second"]


def test_a_copy_of_a_store_that_is_replaced_meanwhile_is_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(200):
        store.add_room(number, VALIDITY, False)
    monkeypatch.setattr(database, "_COPY_STEP", 1)
    monkeypatch.setattr("time.sleep", lambda _: store.replace())
    with pytest.raises(sqlite3.OperationalError, match="the rooms were replaced while they were copied"):
        all_rooms(store)
    assert all_rooms_are_gone(store)


def all_rooms_are_gone(store: Store) -> bool:
    return store.count_rooms() == 0


def test_a_database_that_could_not_be_written_in_full_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = database.Database(tmp_path / "rooms.sqlite3")
    monkeypatch.setattr(database, "_log_of", lambda file: file)  # there is a log after closing, as on a full disk
    with rooms.successor() as successor:
        with pytest.raises(sqlite3.OperationalError, match=r"rooms\.sqlite3 could not be written in full"):
            rooms.adopt(successor)
    assert rooms.changes == 0
    rooms.close()
