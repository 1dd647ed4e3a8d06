"""Rooms as JSON: created for a test past the service's rules of time, exported, imported. Keys are never among them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

from ..state import timestamps
from ..state.emulator_state import Account
from ..state.schema import DEFAULT_JOIN_POLICY
from ..state.store import Room, Validity
from . import validation
from .validation_2022 import JOIN_POLICIES

#: The format that an export names.
FORMAT = "rooms-emulator-1"

#: The most rooms that are created at once.
MAXIMUM_COUNT = 100_000


class _Record(NamedTuple):
    """A room with the roles of its participants by raw id."""

    room: Room
    roles: Mapping[str, str]


def export_rooms(accounts: Mapping[str, Account]) -> dict[str, Any]:
    """Return all rooms of all accounts as JSON: the oldest first, times in ISO 8601 and UTC.

    Deleted and expired rooms and the responses to repeatable requests are not among them.
    """
    return {"format": FORMAT, "accounts": {name: _export_account(account) for name, account in accounts.items()}}


def _export_account(account: Account) -> list[dict[str, Any]]:
    store = account.store
    with store.transaction():
        return [room_to_json(room, store.participants(room.id)) for room in store.all_rooms(account.expired_before)]


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


def import_rooms(exported: Any, accounts: Mapping[str, Account]) -> int:
    """Replace the rooms of accounts. Accounts that are not named keep theirs.

    :param exported: What :func:`export_rooms` returned.
    :returns: How many rooms there were.
    :raises ValueError: If it is something else, or names an account that is not here; nothing was changed then.
    """
    if (
        not isinstance(exported, dict)
        or exported.get("format") != FORMAT
        or not isinstance(exported.get("accounts"), dict)
    ):
        raise ValueError(f"this is no export of rooms: its format is not {FORMAT!r}")
    records = {name: _parse_account(name, rooms, accounts) for name, rooms in exported["accounts"].items()}
    with ExitStack() as transactions:
        for name, rooms in records.items():
            store = accounts[name].store
            transactions.enter_context(store.transaction())
            store.clear()
            for room, roles in rooms:
                store.put_room(room)
                store.put_participants(room.id, dict(roles))
    return sum(map(len, records.values()))


def _parse_account(name: str, rooms: Any, accounts: Mapping[str, Account]) -> list[_Record]:
    if name not in accounts:
        raise ValueError(f"there is no account {name!r} here; there is {', '.join(accounts)}")
    if not isinstance(rooms, list):
        raise ValueError(f"the rooms of account {name!r} must be a list")  # noqa: TRY004  it comes from a file
    records = [_parse_record(room, f"room {n} of account {name!r}", accounts[name]) for n, room in enumerate(rooms, 1)]
    if not all(room.id for room, _ in records):
        raise ValueError(f"a room of account {name!r} has no id")
    if len({room.id for room, _ in records}) < len(records):
        raise ValueError(f"two rooms of account {name!r} have the same id")
    return records


def _parse_record(value: Any, place: str, account: Account) -> _Record:
    """Parse a room, whose times may be any; what is missing is as in a room created now.

    :param place: Where it stands, for the error's text.
    """
    now = account.clock.timestamp()
    try:
        changes, participants = validation.parse_room(value), validation.parse_participants(value)
        created = validation.parse_timestamp(value, "createdAt")
        policy = value.get("roomJoinPolicy", DEFAULT_JOIN_POLICY)
        _check_record(value, policy, participants)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    room = Room(
        str(value.get("id", "")),
        _default(created, now),
        _default(changes.valid_from, now),
        _default(changes.valid_until, now + validation.MAXIMUM_VALIDITY),
        bool(changes.pstn_dial_out_enabled),
        policy,
    )
    return _Record(room, {raw_id: role for raw_id, role in participants.items() if role is not None})


def _check_record(value: Mapping[str, Any], policy: Any, participants: Mapping[str, str | None]) -> None:
    if "id" in value and not validation.is_room_id(str(value["id"])):
        raise ValueError(f"{value['id']!r} is no room id; that is 16 to 18 digits")
    if policy not in JOIN_POLICIES:
        raise ValueError(f"roomJoinPolicy must be {' or '.join(JOIN_POLICIES)}")
    for raw_id in participants:
        if not validation.is_user(raw_id):
            raise ValueError(f"{raw_id!r} is not the raw id of a Communication Services user")


def _default(value: int | None, default: int) -> int:
    return default if value is None else value


def seed_rooms(account: Account, count: int = 1, room: Any = None) -> list[str]:
    """Create rooms, whose times may be any.

    :param count: How many.
    :param room: What each is like, with the names of :func:`export_rooms`; what is missing is as in a room created now.
    :returns: Their ids, the oldest first.
    :raises ValueError: If the count or the room is invalid.
    """
    if not isinstance(count, int) or count not in range(MAXIMUM_COUNT + 1):
        raise ValueError(f"count must be a number from 0 to {MAXIMUM_COUNT}, not {count!r}")
    record = _parse_record({} if room is None else room, "the room to create", account)
    if record.room.id:
        raise ValueError("the room to create: its id is the emulator's to choose")
    like, store = record.room, account.store
    validity = Validity(like.valid_from, like.valid_until)
    ids: list[str] = []
    with store.transaction():
        for _ in range(count):
            added = store.add_room(like.created_at, validity, like.pstn_dial_out_enabled, like.room_join_policy)
            store.put_participants(added.id, dict(record.roles))
            ids.append(added.id)
    return ids
