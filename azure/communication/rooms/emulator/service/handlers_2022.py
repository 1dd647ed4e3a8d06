"""Operations of api-version 2022-02-01: participants in lists, and a verb for each thing done to them."""

from __future__ import annotations

from typing import Any, Callable, TypeVar

from ..state import timestamps
from ..state.emulator_state import Account
from ..state.schema import DEFAULT_JOIN_POLICY
from ..state.store import Room
from . import errors, validation, validation_2022
from .handlers import JSON, MERGE_PATCH, find_room, room_id_of
from .messages import Operation, Operations, Request, Response

_Parsed = TypeVar("_Parsed")


def create_room(request: Request, account: Account) -> Response:
    """``POST /rooms``."""
    changes = _parse(request, validation_2022.parse_room, "createRoomRequest", JSON)
    validity = validation.validity_of_new_room(changes, account.clock.timestamp())
    roles = changes.roles or {}
    _check_users(roles)
    policy = changes.room_join_policy or DEFAULT_JOIN_POLICY
    with account.store.transaction():
        room = account.store.add_room(account.clock.timestamp(), validity, False, policy)
        account.store.put_participants(room.id, roles)
    return Response(201, _room_to_json(room, roles), {"Location": room.id})


def get_room(request: Request, account: Account) -> Response:
    """``GET /rooms/{roomId}``."""
    room = find_room(request, account)
    return Response(200, _room_to_json(room, account.store.participants(room.id)))


def update_room(request: Request, account: Account) -> Response:
    """``PATCH /rooms/{roomId}``; participants take the place of those there.

    The join policy of a room that has begun cannot change. The start after the update decides: a body that moves it
    into the future may change the policy as well. To name the policy that the room has is no change (not observed).
    """
    changes = _parse(request, validation_2022.parse_room, "patchRoomRequest", JSON, MERGE_PATCH)
    now = account.clock.timestamp()
    validity = validation.validity_after_update(changes, now)
    room_id_of(request)
    _check_users(changes.roles or {})
    with account.store.transaction():
        room = find_room(request, account)
        if validity is not None:
            room = room._replace(valid_from=validity.start, valid_until=validity.end)
        if changes.room_join_policy not in (None, room.room_join_policy) and room.valid_from <= now:
            raise errors.join_policy_after_start()
        room = room._replace(room_join_policy=changes.room_join_policy or room.room_join_policy)
        account.store.change_room(room)
        if changes.roles is not None:
            account.store.replace_participants(room.id, changes.roles)
        roles = account.store.participants(room.id)
    return Response(200, _room_to_json(room, roles))


def delete_room(request: Request, account: Account) -> Response:
    """``DELETE /rooms/{roomId}``.

    A room that was deleted is as one that never was: 404. Observed for the latter alone; it was on later versions that
    deleting a room a second time was seen to succeed.
    """
    with account.store.transaction():
        account.store.delete_room(find_room(request, account).id)
    return Response(204)


def list_participants(request: Request, account: Account) -> Response:
    """``GET /rooms/{roomId}/participants``."""
    return _collection(account.store.participants(find_room(request, account).id))


def add_participants(request: Request, account: Account) -> Response:
    """``POST /rooms/{roomId}/participants:add``; those who are there stay as they are."""
    roles = _parse_roles(request, validation_2022.parse_participants, "addParticipantsRequestDto")
    with account.store.transaction():
        room_id = find_room(request, account).id
        present = account.store.participants(room_id)
        account.store.put_participants(room_id, {k: role for k, role in roles.items() if k not in present})
        return _collection(account.store.participants(room_id))


def update_participants(request: Request, account: Account) -> Response:
    """``POST /rooms/{roomId}/participants:update``; those who are not there are ignored (not observed)."""
    roles = _parse_roles(request, validation_2022.parse_updated_participants, "updateParticipantsRequestDto")
    with account.store.transaction():
        room_id = find_room(request, account).id
        present = account.store.participants(room_id)
        account.store.put_participants(room_id, {k: role for k, role in roles.items() if k in present})
        return _collection(account.store.participants(room_id))


def remove_participants(request: Request, account: Account) -> Response:
    """``POST /rooms/{roomId}/participants:remove``; those who are not there, and all roles, are ignored."""
    roles = _parse_roles(request, validation_2022.parse_participants, "removeParticipantsRequestDto")
    with account.store.transaction():
        room_id = find_room(request, account).id
        account.store.remove_participants(room_id, list(roles))
        return _collection(account.store.participants(room_id))


def _parse_roles(request: Request, parse: Callable[[Any], dict[str, str]], parameter: str) -> dict[str, str]:
    """Parse the participants in a body, and check the path and who they are."""
    roles = _parse(request, parse, parameter, JSON)
    room_id_of(request)
    _check_users(roles)
    return roles


def _parse(request: Request, parse: Callable[[Any], _Parsed], parameter: str, *content_types: str) -> _Parsed:
    """Parse the body. When it cannot be decoded, the error names it as the service does.

    The names for adding participants and creating a room were observed, those for the rest are made after them.
    """
    try:
        return parse(request.json(*content_types))
    except errors.ValidationError as error:
        error.parameter = parameter
        raise


def _check_users(roles: dict[str, str]) -> None:
    if not all(map(validation.is_user, roles)):
        raise errors.identifier_form()


def _room_to_json(room: Room, roles: dict[str, str]) -> dict[str, Any]:
    return {
        "id": room.id,
        "createdDateTime": timestamps.format_timestamp(room.created_at),
        "validFrom": timestamps.format_timestamp(room.valid_from),
        "validUntil": timestamps.format_timestamp(room.valid_until),
        "roomJoinPolicy": room.room_join_policy,
        "participants": _participants_to_json(roles),
    }


def _participants_to_json(roles: dict[str, str]) -> list[dict[str, Any]]:
    """Convert participants with the roles they have; a later version can give one that this version does not take."""
    return [
        {"communicationIdentifier": {"rawId": raw_id, "communicationUser": {"id": raw_id}}, "role": role}
        for raw_id, role in roles.items()
    ]


def _collection(roles: dict[str, str]) -> Response:
    return Response(200, {"participants": _participants_to_json(roles)})


OPERATIONS: Operations = {
    "/rooms": {"POST": Operation(create_room, repeatable=True)},
    "/rooms/{room_id}": {
        "GET": Operation(get_room),
        "PATCH": Operation(update_room),
        "DELETE": Operation(delete_room),
    },
    "/rooms/{room_id}/participants": {"GET": Operation(list_participants)},
    "/rooms/{room_id}/participants:add": {"POST": Operation(add_participants)},
    "/rooms/{room_id}/participants:update": {"POST": Operation(update_participants)},
    "/rooms/{room_id}/participants:remove": {"POST": Operation(remove_participants)},
}
