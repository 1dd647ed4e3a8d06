"""The admin commands for rooms: list, create, show and delete them, and change their participants."""

from __future__ import annotations

from typing import Any

from ..service import errors, snapshot, validation
from ..state.emulator_state import Account, EmulatorState
from ..state.store import INTEGER_LIMIT, ListedRoom, Position, Room
from .arguments import Arguments, Result, find_account, limit_of, members

#: Rooms on a page, and the most that can be requested.
PAGE_SIZE = 50
MAXIMUM_PAGE_SIZE = 1000


def list_rooms(arguments: Arguments, state: EmulatorState) -> Result:
    """``GET /_emulator/rooms``: a page of the rooms of all accounts or one, the newest first."""
    query = members(dict(arguments.query), "account", "limit", "cursor", "id")
    limit = limit_of(query, PAGE_SIZE, MAXIMUM_PAGE_SIZE)
    accounts = list(state.accounts.values()) if "account" not in query else [find_account(state, query["account"])]
    if "id" in query:  # whoever looks whether a room is there still, such as the page, gets no error
        found_rooms = [(account, account.store.room(query["id"], account.expired_before)) for account in accounts]
        return 200, {
            "rooms": [_room_to_json(account, room) for account, room in found_rooms if room is not None],
            "next": None,
        }
    positions = _decode_cursor(query.get("cursor", ""))
    found = [
        (account, listed)
        for account in accounts
        for listed in account.store.newest_rooms(positions.get(account.name), limit + 1, account.expired_before)
    ]
    found.sort(key=lambda each: each[1].position.second, reverse=True)  # within an account they are in order
    for account, listed in found[:limit]:
        positions[account.name] = listed.position
    return 200, {
        "rooms": [_listed_to_json(account, listed) for account, listed in found[:limit]],
        "next": _encode_cursor(positions) if len(found) > limit else None,
    }


def create_room(arguments: Arguments, state: EmulatorState) -> Result:
    """``POST /_emulator/rooms``: create one like ``room``, past the rules of time, for ``account``."""
    wanted = members({} if arguments.body is None else arguments.body, "account", "room")
    account = find_account(state, wanted.get("account"))
    (room_id,) = snapshot.seed_rooms(account, 1, wanted.get("room"))
    return 201, _room_to_json(account, _room_of(account, room_id))


def show_room(arguments: Arguments, state: EmulatorState) -> Result:
    """``GET /_emulator/rooms/{id}``: one with its participants."""
    return 200, _room_to_json(*_find_room(arguments, state))


def delete_room(arguments: Arguments, state: EmulatorState) -> Result:
    """``DELETE /_emulator/rooms/{id}``."""
    account, room = _find_room(arguments, state)
    with account.store.transaction():
        account.store.delete_room(room.id)
    return 204, None


def change_participants(arguments: Arguments, state: EmulatorState) -> Result:
    """``PATCH /_emulator/rooms/{id}/participants``: as the service has it, a role adds or changes, null removes."""
    roles = validation.parse_participants(members(arguments.body, "participants"))
    for raw_id in roles:
        if not validation.is_user(raw_id):
            raise ValueError(f"{raw_id[:100]!r} is not the raw id of a Communication Services user")
    account, room = _find_room(arguments, state)
    with account.store.transaction():
        account.store.put_participants(room.id, {raw_id: role for raw_id, role in roles.items() if role is not None})
        account.store.remove_participants(room.id, [raw_id for raw_id, role in roles.items() if role is None])
    return 200, _room_to_json(account, room)


def _find_room(arguments: Arguments, state: EmulatorState) -> tuple[Account, Room]:
    """Return the room of an id and its account, which need not be named."""
    query = members(dict(arguments.query), "account")
    accounts = list(state.accounts.values()) if "account" not in query else [find_account(state, query["account"])]
    for account in accounts:
        room = account.store.room(arguments.item, account.expired_before)
        if room is not None:
            return account, room
    raise errors.room_not_found()


def _room_of(account: Account, room_id: str) -> Room:
    """Return a room, whether it has expired or not."""
    room = account.store.room(room_id)
    assert room is not None  # noqa: S101  it was created above
    return room


def _room_to_json(account: Account, room: Room) -> dict[str, Any]:
    roles = account.store.participants(room.id)
    return {"account": account.name, "participantCount": len(roles), **snapshot.room_to_json(room, roles)}


def _listed_to_json(account: Account, listed: ListedRoom) -> dict[str, Any]:
    return {
        "account": account.name,
        "participantCount": listed.participants,
        **snapshot.room_to_json(listed.room),
    }


def _encode_cursor(positions: dict[str, Position]) -> str:
    """Encode where a page ended in each account: ``rooms:1764115200:42,other:1764115100:7``."""
    return ",".join(f"{name}:{second}:{sequence}" for name, (second, sequence) in positions.items())


def _decode_cursor(cursor: str) -> dict[str, Position]:
    positions: dict[str, Position] = {}
    try:
        for part in filter(None, cursor.split(",")):
            name, second, sequence = part.split(":")
            positions[name] = Position(int(second), int(sequence))
    except ValueError:
        raise ValueError(f"cursor must be what `next` of a page was, not {cursor[:100]!r}") from None
    if not all(-INTEGER_LIMIT < number < INTEGER_LIMIT for position in positions.values() for number in position):
        raise ValueError(f"cursor must be what `next` of a page was, not {cursor[:100]!r}")
    return positions
