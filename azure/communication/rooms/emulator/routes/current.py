"""Rooms and participants on the current wire: api-versions 2023-03-31-preview and later."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from .. import errors, repeatability, rules, ticks
from ..exchange import Answer, Request, Routes, Service
from ..store import POSITION_LIMIT, Position, Room
from ..versions import Version
from .lookup import find_room, read_room_id

_JSON = "application/json"
_MERGE_PATCH = "application/merge-patch+json"


def create_room(request: Request, service: Service) -> Answer:
    """``POST /rooms``."""
    return repeatability.once(request, service, _create_room)


def _create_room(request: Request, service: Service) -> Answer:
    body = request.json(_JSON)
    changes = rules.read_room(body)
    participants = rules.read_participants(body)
    validity = rules.validity_of_new_room(changes, service.clock.ticks())
    roster = {raw_id: role for raw_id, role in participants.items() if role is not None}
    rules.check_users(participants)
    dial_out = bool(changes.pstn_dial_out_enabled) and request.version.has_pstn_dial_out
    with service.store.transaction():
        room = service.store.add_room(service.clock.ticks(), validity, dial_out)
        service.store.put_participants(room.id, roster)
    return Answer(201, room_to_json(room, request.version), {"Location": room.id})


def list_rooms(request: Request, service: Service) -> Answer:
    """``GET /rooms``: a page, and the link to the next when there is one."""
    rooms, end = service.store.rooms(_position(request.query.get("nextLink")), service.page_size)
    page: dict[str, Any] = {"value": [room_to_json(room, request.version) for room in rooms]}
    if end is not None:
        query = f"nextLink={_token(end)}&api-version={request.version.text}"
        page["nextLink"] = f"{request.origin}/rooms?{query}"
    return Answer(200, page)


def get_room(request: Request, service: Service) -> Answer:
    """``GET /rooms/{roomId}``."""
    return Answer(200, room_to_json(find_room(request, service), request.version))


def update_room(request: Request, service: Service) -> Answer:
    """``PATCH /rooms/{roomId}``."""
    changes = rules.read_room(request.json(_MERGE_PATCH))
    validity = rules.validity_after_update(changes, service.clock.ticks())
    with service.store.transaction():
        room = find_room(request, service)
        if validity is not None:
            room = room._replace(valid_from=validity.start, valid_until=validity.end)
        if changes.pstn_dial_out_enabled is not None and request.version.has_pstn_dial_out:
            room = room._replace(pstn_dial_out_enabled=changes.pstn_dial_out_enabled)
        service.store.change_room(room)
    return Answer(200, room_to_json(room, request.version))


def delete_room(request: Request, service: Service) -> Answer:
    """``DELETE /rooms/{roomId}``."""
    room_id = read_room_id(request)
    with service.store.transaction():
        if not service.store.delete_room(room_id):
            raise errors.room_not_found()
    return Answer(204)


def list_participants(request: Request, service: Service) -> Answer:
    """``GET /rooms/{roomId}/participants``: all of them, on one page, which is all that was ever seen."""
    roster = service.store.participants(find_room(request, service).id)
    return Answer(200, {"value": [{"rawId": raw_id, "role": role} for raw_id, role in roster.items()]})


def update_participants(request: Request, service: Service) -> Answer:
    """``PATCH /rooms/{roomId}/participants``: a role adds or changes, null removes."""
    participants = rules.read_participants(request.json(_MERGE_PATCH))
    read_room_id(request)
    for raw_id in participants:
        if not rules.is_user(raw_id):
            raise errors.identifier_unsupported(raw_id)
    with service.store.transaction():
        room = find_room(request, service)
        service.store.put_participants(room.id, {k: role for k, role in participants.items() if role is not None})
        service.store.drop_participants(room.id, [k for k, role in participants.items() if role is None])
    return Answer(200, {})


def room_to_json(room: Room, version: Version) -> dict[str, Any]:
    """A room as an api-version has it."""
    body: dict[str, Any] = {
        "id": room.id,
        "createdAt": ticks.write(room.created_at),
        "validFrom": ticks.write(room.valid_from),
        "validUntil": ticks.write(room.valid_until),
    }
    if version.has_pstn_dial_out:
        body["pstnDialOutEnabled"] = room.pstn_dial_out_enabled
    return body


def _token(end: Position) -> str:
    """Where a page ended, in the opaque form of the service's links: base64 of JSON, letters and digits alone."""
    return (
        base64.b64encode(json.dumps([{"token": f"RID:{end.second}:{end.sequence}", "range": {}}]).encode())
        .decode()
        .rstrip("=")
    )


def _position(token: str | None) -> Position | None:
    if token is None:
        return None
    try:
        (entry,) = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), validate=True))
        _, second, sequence = entry["token"].split(":")
        position = Position(int(second), int(sequence))
    except (binascii.Error, AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise errors.next_link_form() from None
    if not all(-POSITION_LIMIT < number < POSITION_LIMIT for number in position):
        raise errors.next_link_form()
    return position


ROUTES: Routes = {
    "/rooms": {"GET": list_rooms, "POST": create_room},
    "/rooms/{room_id}": {"GET": get_room, "PATCH": update_room, "DELETE": delete_room},
    "/rooms/{room_id}/participants": {"GET": list_participants, "PATCH": update_participants},
}
