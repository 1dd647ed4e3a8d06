"""The store against a dictionary: whatever is done to both, they hold the same, also after the database is reopened."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from raw_ids import ALICE, BOB, CAROL, DAVE

from azure.communication.rooms.emulator.service.validation import ROLES
from azure.communication.rooms.emulator.state import timestamps
from azure.communication.rooms.emulator.state.store import Position, Room, Store, StoredResponse, Validity

TIMESTAMPS = st.integers(min_value=-(2**62), max_value=2**62)
VALIDITIES = st.builds(Validity, TIMESTAMPS, TIMESTAMPS)
PEOPLE = st.sampled_from([ALICE, BOB, CAROL, DAVE])
PARTICIPANTS = st.dictionaries(PEOPLE, st.sampled_from(ROLES))
NAMES = st.sampled_from(["a", "b", "c"])


class UndoneError(Exception):
    """What ends a transaction that is not to be kept."""


@contextmanager
def undone(store: Store) -> Iterator[None]:
    """A transaction of which nothing is kept."""
    with suppress(UndoneError):
        with store.transaction():
            yield
            raise UndoneError


@dataclass
class Kept:
    """What the model holds of a room; a deleted one keeps its place in the list and nothing else."""

    room: Room
    participants: dict[str, str] = field(default_factory=dict)
    deleted: bool = False


class StoreAndDictionary(RuleBasedStateMachine):
    """Does the same to a store and to a dictionary, and holds one against the other after each step."""

    rooms = Bundle("rooms")

    def __init__(self) -> None:
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.home.name) / "rooms.sqlite3")
        self.model: dict[str, Kept] = {}
        self.responses: dict[str, tuple[int, StoredResponse]] = {}

    def teardown(self) -> None:
        self.store.close()
        self.home.cleanup()

    @rule(target=rooms, created_at=TIMESTAMPS, validity=VALIDITIES, dial_out=st.booleans(), participants=PARTICIPANTS)
    def create(self, created_at: int, validity: Validity, dial_out: bool, participants: dict[str, str]) -> str:
        with self.store.transaction():
            room = self.store.add_room(created_at, validity, dial_out)
            self.store.put_participants(room.id, participants)
        assert room.id not in self.model
        assert (room.created_at, room.valid_from, room.valid_until) == (created_at, *validity)
        assert room.pstn_dial_out_enabled is dial_out
        self.model[room.id] = Kept(room, dict(participants))
        return room.id

    @rule(room_id=rooms, validity=VALIDITIES, dial_out=st.booleans())
    def change(self, room_id: str, validity: Validity, dial_out: bool) -> None:
        room = self.store.room(room_id)
        if room is None:
            assert self.model[room_id].deleted
            return
        room = room._replace(valid_from=validity.start, valid_until=validity.end, pstn_dial_out_enabled=dial_out)
        with self.store.transaction():
            self.store.change_room(room)
        self.model[room_id].room = room

    @rule(room_id=rooms)
    def delete(self, room_id: str) -> None:
        with self.store.transaction():
            assert self.store.delete_room(room_id)
        self.model[room_id].deleted = True
        self.model[room_id].participants = {}

    @rule(room_id=st.sampled_from(["99400000000000000", ""]))
    def delete_what_never_was(self, room_id: str) -> None:
        with self.store.transaction():
            assert not self.store.delete_room(room_id)

    @rule(room_id=rooms, participants=PARTICIPANTS)
    def put(self, room_id: str, participants: dict[str, str]) -> None:
        if self.model[room_id].deleted:
            return  # no test puts participants into a room that is not there
        with self.store.transaction():
            self.store.put_participants(room_id, participants)
        self.model[room_id].participants.update(participants)

    @rule(room_id=rooms, people=st.lists(PEOPLE))
    def drop(self, room_id: str, people: list[str]) -> None:
        with self.store.transaction():
            self.store.remove_participants(room_id, people)
        for raw_id in people:
            self.model[room_id].participants.pop(raw_id, None)

    @rule(name=NAMES, seen_at=st.integers(0, 9), status=st.sampled_from([201, 400]), content=st.text())
    def keep_response(self, name: str, seen_at: int, status: int, content: str) -> None:
        response = StoredResponse("fingerprint", status, content)
        with self.store.transaction():
            self.store.put_response(name, seen_at, response)
        self.responses[name] = (seen_at, response)

    @rule(name=NAMES, since=st.integers(0, 9))
    def look_for_a_response(self, name: str, since: int) -> None:
        seen_at, response = self.responses.get(name, (-1, None))
        assert self.store.response(name, since) == (response if seen_at >= since else None)

    @rule(requests_before=st.integers(0, 9))
    def purge(self, requests_before: int) -> None:
        self.store.purge(-(2**63), requests_before)
        self.responses = {each: kept for each, kept in self.responses.items() if kept[0] >= requests_before}

    @rule(room_id=rooms, participants=PARTICIPANTS, validity=VALIDITIES)
    def change_much_and_undo_it(self, room_id: str, participants: dict[str, str], validity: Validity) -> None:
        with undone(self.store):
            self.store.put_participants(room_id, participants)
            self.store.remove_participants(room_id, [ALICE])
            self.store.delete_room(room_id)
            self.store.add_room(0, validity, True)

    @rule(target=rooms, validity=VALIDITIES)
    def create_and_undo_another(self, validity: Validity) -> str:
        with self.store.transaction():
            room = self.store.add_room(0, validity, False)
            with undone(self.store):
                self.store.add_room(0, validity, True)
        self.model[room.id] = Kept(room)
        return room.id

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = Store(Path(self.home.name) / "rooms.sqlite3")

    @rule(count=st.integers(1, 5))
    def list_pages(self, count: int) -> None:
        there = [kept for kept in self.model.values() if not kept.deleted]
        newest_last = sorted(there, key=lambda kept: kept.room.created_at // timestamps.PER_SECOND)
        records = newest_last[::-1]
        before: Optional[Position] = None
        for start in range(0, max(len(records), 1), count):
            page, before = self.store.rooms(before, count)
            assert page == [each.room for each in records[start : start + count]]
            assert (before is None) is (start + count >= len(records))

    @invariant()
    def both_hold_the_same(self) -> None:
        for room_id, kept in self.model.items():
            assert self.store.room(room_id) == (None if kept.deleted else kept.room)
            # As lists: the order is part of it.
            assert list(self.store.participants(room_id).items()) == list(kept.participants.items())


TestStoreAndDictionary = StoreAndDictionary.TestCase
TestStoreAndDictionary.settings = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
