"""Operations of api-versions 2023-03-31-preview and later."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from ..state import timestamps
from ..state.emulator_state import Account
from ..state.store import INTEGER_LIMIT, Position, Room
from . import errors, validation
from .messages import ApiVersion, Operation, Operations, Request, Response

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


def create_room(request: Request, account: Account) -> Response:
    """``POST /rooms``."""
    body = request.json(JSON)
    changes = validation.parse_room(body)
    participants = validation.parse_participants(body)
    validity = validation.validity_of_new_room(changes, account.clock.timestamp())
    if not all(map(validation.is_user, participants)):
        raise errors.identifier_form()
    dial_out = bool(changes.pstn_dial_out_enabled) and request.version.has_pstn_dial_out
    with account.store.transaction():
        room = account.store.add_room(account.clock.timestamp(), validity, dial_out)
        account.store.put_participants(room.id, _without_null(participants))
    return Response(201, _room_to_json(room, request.version), {"Location": room.id})


def list_rooms(request: Request, account: Account) -> Response:
    """``GET /rooms``: a page, and the link to the next when there is one."""
    before = _decode_position(request.query.get("nextLink"))
    rooms, end = account.store.rooms(before, account.page_size, account.expired_before)
    page: dict[str, Any] = {"value": [_room_to_json(room, request.version) for room in rooms]}
    if end is not None:
        query = f"nextLink={_encode_position(end)}&api-version={request.version.text}"
        page["nextLink"] = f"{request.origin}/rooms?{query}"
    return Response(200, page)


def get_room(request: Request, account: Account) -> Response:
    """``GET /rooms/{roomId}``."""
    return Response(200, _room_to_json(find_room(request, account), request.version))


def update_room(request: Request, account: Account) -> Response:
    """``PATCH /rooms/{roomId}``."""
    changes = validation.parse_room(request.json(MERGE_PATCH))
    validity = validation.validity_after_update(changes, account.clock.timestamp())
    with account.store.transaction():
        room = find_room(request, account)
        if validity is not None:
            room = room._replace(valid_from=validity.start, valid_until=validity.end)
        if changes.pstn_dial_out_enabled is not None and request.version.has_pstn_dial_out:
            room = room._replace(pstn_dial_out_enabled=changes.pstn_dial_out_enabled)
        account.store.change_room(room)
    return Response(200, _room_to_json(room, request.version))


def delete_room(request: Request, account: Account) -> Response:
    """``DELETE /rooms/{roomId}``."""
    room_id = room_id_of(request)
    with account.store.transaction():
        if not account.store.delete_room(room_id):
            raise errors.room_not_found()
    return Response(204)


def list_participants(request: Request, account: Account) -> Response:
    """``GET /rooms/{roomId}/participants``: all of them, on one page, which is all that was ever seen."""
    roles = account.store.participants(find_room(request, account).id)
    return Response(200, {"value": [{"rawId": raw_id, "role": role} for raw_id, role in roles.items()]})


def update_participants(request: Request, account: Account) -> Response:
    """``PATCH /rooms/{roomId}/participants``: a role adds or changes, null removes."""
    participants = validation.parse_participants(request.json(MERGE_PATCH))
    room_id_of(request)
    for raw_id in participants:
        if not validation.is_user(raw_id):
            raise errors.identifier_unsupported(raw_id)
    with account.store.transaction():
        room = find_room(request, account)
        account.store.put_participants(room.id, _without_null(participants))
        account.store.remove_participants(room.id, [raw_id for raw_id, role in participants.items() if role is None])
    return Response(200, {})


def room_id_of(request: Request) -> str:
    """Return the room id in the path."""
    room_id = request.path_parameters["room_id"]
    if len(room_id) not in validation.ROOM_ID_LENGTHS:
        raise errors.room_id_length()
    if not validation.is_room_id(room_id):
        raise errors.room_id_form()
    return room_id


def find_room(request: Request, account: Account) -> Room:
    """Return the room in the path; an error when it never was, was deleted or has expired."""
    room = account.store.room(room_id_of(request), account.expired_before)
    if room is None:
        raise errors.room_not_found()
    return room


def _without_null(participants: dict[str, str | None]) -> dict[str, str]:
    return {raw_id: role for raw_id, role in participants.items() if role is not None}


def _room_to_json(room: Room, version: ApiVersion) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": room.id,
        "createdAt": timestamps.format_timestamp(room.created_at),
        "validFrom": timestamps.format_timestamp(room.valid_from),
        "validUntil": timestamps.format_timestamp(room.valid_until),
    }
    if version.has_pstn_dial_out:
        body["pstnDialOutEnabled"] = room.pstn_dial_out_enabled
    return body


def _encode_position(end: Position) -> str:
    """Encode where a page ended in the opaque form of the service's links: base64 of JSON, letters and digits alone."""
    token = f"RID:{end.second}:{end.sequence}"
    return base64.b64encode(json.dumps([{"token": token, "range": {}}]).encode()).decode().rstrip("=")


def _decode_position(token: str | None) -> Position | None:
    if token is None:
        return None
    try:
        (entry,) = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), validate=True))
        _, second, sequence = entry["token"].split(":")
        position = Position(int(second), int(sequence))
    except (binascii.Error, AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise errors.next_link_form() from None
    if not all(-INTEGER_LIMIT < number < INTEGER_LIMIT for number in position):
        raise errors.next_link_form()
    return position


OPERATIONS: Operations = {
    "/rooms": {"GET": Operation(list_rooms), "POST": Operation(create_room, repeatable=True)},
    "/rooms/{room_id}": {
        "GET": Operation(get_room),
        "PATCH": Operation(update_room),
        "DELETE": Operation(delete_room),
    },
    "/rooms/{room_id}/participants": {"GET": Operation(list_participants), "PATCH": Operation(update_participants)},
}
