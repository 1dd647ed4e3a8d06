"""Rooms as JSON: made from nothing for a test, written to a file, read back. Keys are never among them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

from . import errors, rules, rules_2022, ticks
from .exchange import Service
from .store import Room

#: What a file of rooms says it is.
FORMAT = "rooms-emulator-1"

#: The most rooms that are made at once.
MAXIMUM_COUNT = 100_000


class _Kept(NamedTuple):
    """A room with who is invited."""

    room: Room
    roster: Mapping[str, str]


def export(services: Mapping[str, Service]) -> dict[str, Any]:
    """All rooms of all accounts, as JSON: the oldest first, times in ISO 8601 and UTC.

    Deleted rooms and the answers to repeatable requests are not among them.
    """
    return {"format": FORMAT, "accounts": {name: _rooms(service) for name, service in services.items()}}


def _rooms(service: Service) -> list[dict[str, Any]]:
    with service.store.transaction():
        return [_to_json(room, service.store.participants(room.id)) for room in service.store.all_rooms()]


def _to_json(room: Room, roster: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": room.id,
        "createdAt": ticks.write(room.created_at),
        "validFrom": ticks.write(room.valid_from),
        "validUntil": ticks.write(room.valid_until),
        "pstnDialOutEnabled": room.pstn_dial_out_enabled,
        "roomJoinPolicy": room.room_join_policy,
        "participants": {raw_id: {"role": role} for raw_id, role in roster.items()},
    }


def restore(state: Any, services: Mapping[str, Service]) -> int:
    """Put the rooms of accounts in the place of those that they have. Accounts that are not named keep theirs.

    :param state: What :func:`export` gave.
    :returns: How many rooms there were.
    :raises ValueError: If it is something else, or names an account that is not here; nothing was changed then.
    """
    if not isinstance(state, dict) or state.get("format") != FORMAT or not isinstance(state.get("accounts"), dict):
        raise ValueError(f"this is no export of rooms: its format is not {FORMAT!r}")
    kept = {name: _read_account(name, rooms, services) for name, rooms in state["accounts"].items()}
    with ExitStack() as transactions:
        for name, rooms in kept.items():
            store = services[name].store
            transactions.enter_context(store.transaction())
            store.clear()
            for room, roster in rooms:
                store.put_room(room)
                store.put_participants(room.id, dict(roster))
    return sum(map(len, kept.values()))


def _read_account(name: str, rooms: Any, services: Mapping[str, Service]) -> list[_Kept]:
    if name not in services:
        raise ValueError(f"there is no account {name!r} here; there is {', '.join(services)}")
    if not isinstance(rooms, list):
        raise ValueError(f"the rooms of account {name!r} must be a list")  # noqa: TRY004  it comes from a file
    kept = [_read(room, f"room {n} of account {name!r}", services[name]) for n, room in enumerate(rooms, 1)]
    if not all(room.id for room, _ in kept):
        raise ValueError(f"a room of account {name!r} has no id")
    if len({room.id for room, _ in kept}) < len(kept):
        raise ValueError(f"two rooms of account {name!r} have the same id")
    return kept


def _read(value: Any, place: str, service: Service) -> _Kept:
    """A room, whose times may be any; what is missing is as in a room created now."""
    now = service.clock.ticks()
    try:
        changes, participants = rules.read_room(value), rules.read_participants(value)
        created = rules.read_moment(value, "createdAt")
        if "id" in value:
            rules.check_room_id(str(value["id"]))
        policy = value.get("roomJoinPolicy", rules.DEFAULT_JOIN_POLICY)
        if policy not in rules_2022.JOIN_POLICIES:
            raise errors.unreadable("$.roomJoinPolicy", " or ".join(rules_2022.JOIN_POLICIES))
        for raw_id in participants:
            if not rules.is_user(raw_id):
                raise errors.identifier_unsupported(raw_id)
    except errors.Refusal as refusal:
        raise ValueError(f"{place}: {refusal.reason()}") from None
    room = Room(
        str(value.get("id", "")),
        _default(created, now),
        _default(changes.valid_from, now),
        _default(changes.valid_until, now + rules.MAXIMUM_VALIDITY),
        bool(changes.pstn_dial_out_enabled),
        policy,
    )
    return _Kept(room, {raw_id: role for raw_id, role in participants.items() if role is not None})


def _default(value: int | None, default: int) -> int:
    return default if value is None else value


def seed(service: Service, count: int = 1, room: Any = None) -> list[str]:
    """Make rooms, past the rules of the service: their times may be any.

    :param count: How many.
    :param room: What each is like, with the names of :func:`export`; what is missing is as in a room created now.
    :returns: Their ids, the oldest first.
    :raises ValueError: If there cannot be such rooms.
    """
    if not isinstance(count, int) or count not in range(MAXIMUM_COUNT + 1):
        raise ValueError(f"count must be a number from 0 to {MAXIMUM_COUNT}, not {count!r}")
    wanted = _read({} if room is None else room, "the room to make", service)
    if wanted.room.id:
        raise ValueError("the room to make: its id is the emulator's to choose")
    like = wanted.room
    validity = rules.Validity(like.valid_from, like.valid_until)
    ids: list[str] = []
    with service.store.transaction():
        for _ in range(count):
            made = service.store.add_room(like.created_at, validity, like.pstn_dial_out_enabled, like.room_join_policy)
            service.store.put_participants(made.id, dict(wanted.roster))
            ids.append(made.id)
    return ids
