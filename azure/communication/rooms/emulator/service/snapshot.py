"""Rooms as JSON: created for a test past the service's rules of time, and exported. Keys are never among them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from ..state import timestamps
from ..state.database import pause
from ..state.emulator_state import Account
from ..state.schema import DEFAULT_JOIN_POLICY
from ..state.store import Room, Store, Validity
from . import validation
from .validation_2022 import JOIN_POLICIES

#: The format that an export names.
FORMAT = "rooms-emulator-1"

#: The most rooms that are created at once.
MAXIMUM_COUNT = 100_000
#: Rooms that are created before other requests are handled again.
SEED_BATCH = 200
#: Rooms that are exported before what they are is sent.
EXPORT_BATCH = 500


class Record(NamedTuple):
    """A room with the roles of its participants by raw id."""

    room: Room
    roles: Mapping[str, str]


def export_rooms(accounts: Mapping[str, Account]) -> dict[str, Any]:
    """Return all rooms of all accounts as JSON: the oldest first, times in ISO 8601 and UTC.

    Deleted and expired rooms and the responses to repeatable requests are not among them. The rooms of an account are
    those of one point in time; requests are handled meanwhile.
    """
    return {"format": FORMAT, "accounts": {name: list(_rooms_of(account)) for name, account in accounts.items()}}


def export_text(accounts: Mapping[str, Account]) -> Iterator[bytes]:
    """Yield what :func:`export_rooms` returns as text in parts: UTF-8, a room a line."""
    text = f'{{"format": {json.dumps(FORMAT)}, "accounts": {{'
    for number, (name, account) in enumerate(accounts.items()):
        text += f"{', ' if number else ''}{json.dumps(name)}: ["
        separator, rooms = "\n", _rooms_of(account)
        while batch := list(islice(rooms, EXPORT_BATCH)):
            yield (text + separator + ",\n".join(map(json.dumps, batch))).encode()
            text, separator = "", ",\n"
        text += "\n]"
    yield f"{text}}}}}\n".encode()


def _rooms_of(account: Account) -> Iterator[dict[str, Any]]:
    return (room_to_json(room, roles) for room, roles in account.store.all_rooms(account.expired_before))


def room_to_json(room: Room, roles: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a room as JSON, without participants where None are given."""
    body = {
        "id": room.id,
        "createdAt": timestamps.format_timestamp(room.created_at),
        "validFrom": timestamps.format_timestamp(room.valid_from),
        "validUntil": timestamps.format_timestamp(room.valid_until),
        "pstnDialOutEnabled": room.pstn_dial_out_enabled,
        "roomJoinPolicy": room.room_join_policy,
    }
    if roles is not None:
        body["participants"] = {raw_id: {"role": role} for raw_id, role in roles.items()}
    return body


def parse_record(value: Any, place: str, account: Account) -> Record:
    """Parse a room, whose times may be any; what is missing is as in a room created now.

    :param place: Where it stands, for the error's text.
    """
    now = account.clock.timestamp()
    try:
        changes, participants = validation.parse_room(value), validation.parse_participants(value)
        created = validation.parse_timestamp(value, "createdAt")
        policy = value.get("roomJoinPolicy", DEFAULT_JOIN_POLICY)
        _check_record(value, policy)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    for raw_id in participants:
        check_raw_id(raw_id, place)
    room = Room(
        str(value.get("id", "")),
        _default(created, now),
        _default(changes.valid_from, now),
        _default(changes.valid_until, now + validation.MAXIMUM_VALIDITY),
        bool(changes.pstn_dial_out_enabled),
        policy,
    )
    return Record(room, {raw_id: role for raw_id, role in participants.items() if role is not None})


def _check_record(value: Mapping[str, Any], policy: Any) -> None:
    if "id" in value and not validation.is_room_id(str(value["id"])):
        raise ValueError(f"{value['id']!r} is no room id; that is 16 to 18 digits")
    if policy not in JOIN_POLICIES:
        raise ValueError(f"roomJoinPolicy must be {' or '.join(JOIN_POLICIES)}")


def check_raw_id(raw_id: str, place: str) -> None:
    """Check that a participant is a user.

    :param place: Where its room stands, for the error's text.
    :raises ValueError: If it is none.
    """
    if not validation.is_user(raw_id):
        raise ValueError(f"{place}: {raw_id[:100]!r} is not the raw id of a Communication Services user")


def _default(value: int | None, default: int) -> int:
    return default if value is None else value


def seed_rooms(account: Account, count: int = 1, room: Any = None) -> list[str]:
    """Create rooms, whose times may be any.

    :param count: How many.
    :param room: What each is like, with the names of :func:`export_rooms`; what is missing is as in a room created now.
    :returns: Their ids, the oldest first.
    :raises ValueError: If the count or the room is invalid.
    """
    return [room_id for batch in seed_batches(account, count, room) for room_id in batch]


def seed_batches(account: Account, count: int = 1, room: Any = None) -> Iterator[list[str]]:
    """Create rooms like :func:`seed_rooms`, and yield the ids of each batch of them once it is stored."""
    if not isinstance(count, int) or count not in range(MAXIMUM_COUNT + 1):
        raise ValueError(f"count must be a number from 0 to {MAXIMUM_COUNT}, not {count!r}")
    record = parse_record({} if room is None else room, "the room to create", account)
    if record.room.id:
        raise ValueError("the room to create: its id is the emulator's to choose")
    for start in range(0, count, SEED_BATCH):
        yield _seed_batch(account.store, record, min(SEED_BATCH, count - start))
        pause()


def _seed_batch(store: Store, record: Record, count: int) -> list[str]:
    like, ids = record.room, []
    with store.transaction():
        for _ in range(count):
            validity = Validity(like.valid_from, like.valid_until)
            added = store.add_room(like.created_at, validity, like.pstn_dial_out_enabled, like.room_join_policy)
            store.put_participants(added.id, dict(record.roles))
            ids.append(added.id)
    return ids
