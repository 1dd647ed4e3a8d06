"""Rooms and participants on api-version 2022-02-01: participants in lists, and a verb for each thing done to them."""

from __future__ import annotations

from typing import Any, Callable, TypeVar

from .. import errors, repeatability, rules, rules_2022, ticks
from ..exchange import Answer, Request, Routes, Service
from ..store import Room
from .lookup import find_room, read_room_id

_JSON = "application/json"
_MERGE_PATCH = "application/merge-patch+json"

_Read = TypeVar("_Read")


def create_room(request: Request, service: Service) -> Answer:
    """``POST /rooms``."""
    return repeatability.once(request, service, _create_room)


def _create_room(request: Request, service: Service) -> Answer:
    changes = _read(request, rules_2022.read_room, "createRoomRequest", _JSON)
    validity = rules.validity_of_new_room(changes, service.clock.ticks())
    roster = changes.roster or {}
    rules.check_users(roster)
    policy = changes.room_join_policy or rules.DEFAULT_JOIN_POLICY
    with service.store.transaction():
        room = service.store.add_room(service.clock.ticks(), validity, False, policy)
        service.store.put_participants(room.id, roster)
    return Answer(201, _room_to_json(room, roster), {"Location": room.id})


def get_room(request: Request, service: Service) -> Answer:
    """``GET /rooms/{roomId}``."""
    room = find_room(request, service)
    return Answer(200, _room_to_json(room, service.store.participants(room.id)))


def update_room(request: Request, service: Service) -> Answer:
    """``PATCH /rooms/{roomId}``; participants take the place of those there."""
    changes = _read(request, rules_2022.read_room, "patchRoomRequest", _JSON, _MERGE_PATCH)
    now = service.clock.ticks()
    validity = rules.validity_after_update(changes, now)
    read_room_id(request)
    rules.check_users(changes.roster or {})
    with service.store.transaction():
        room = find_room(request, service)
        if validity is not None:
            room = room._replace(valid_from=validity.start, valid_until=validity.end)
        rules_2022.check_join_policy(room.room_join_policy, changes, room.valid_from, now)
        if changes.room_join_policy is not None:
            room = room._replace(room_join_policy=changes.room_join_policy)
        service.store.change_room(room)
        if changes.roster is not None:
            service.store.replace_participants(room.id, changes.roster)
        roster = service.store.participants(room.id)
    return Answer(200, _room_to_json(room, roster))


def delete_room(request: Request, service: Service) -> Answer:
    """``DELETE /rooms/{roomId}``.

    A room that was deleted is as one that never was: 404. Observed for the latter alone; it was on later versions that
    deleting a room a second time was seen to succeed.
    """
    with service.store.transaction():
        service.store.delete_room(find_room(request, service).id)
    return Answer(204)


def list_participants(request: Request, service: Service) -> Answer:
    """``GET /rooms/{roomId}/participants``."""
    return _collection(service.store.participants(find_room(request, service).id))


def add_participants(request: Request, service: Service) -> Answer:
    """``POST /rooms/{roomId}/participants:add``; who is there stays as they are."""

    def add(room_id: str, there: dict[str, str], roster: dict[str, str]) -> None:
        new = {raw_id: role for raw_id, role in roster.items() if raw_id not in there}
        service.store.put_participants(room_id, new)

    return _change_roster(request, service, "addParticipantsRequestDto", add, rules_2022.read_participants)


def update_participants(request: Request, service: Service) -> Answer:
    """``POST /rooms/{roomId}/participants:update``; who is not there is passed over (not observed), as by remove."""

    def update(room_id: str, there: dict[str, str], roster: dict[str, str]) -> None:
        changed = {raw_id: role for raw_id, role in roster.items() if raw_id in there}
        service.store.put_participants(room_id, changed)

    read = rules_2022.read_updated_participants
    return _change_roster(request, service, "updateParticipantsRequestDto", update, read)


def remove_participants(request: Request, service: Service) -> Answer:
    """``POST /rooms/{roomId}/participants:remove``; who is not there is passed over, and roles mean nothing."""

    def remove(room_id: str, _: dict[str, str], roster: dict[str, str]) -> None:
        service.store.drop_participants(room_id, list(roster))

    return _change_roster(request, service, "removeParticipantsRequestDto", remove, rules_2022.read_participants)


def _change_roster(
    request: Request,
    service: Service,
    parameter: str,
    change: Callable[[str, dict[str, str], dict[str, str]], None],
    read: Callable[[Any], dict[str, str]],
) -> Answer:
    """Change who is in a room, and answer who is then.

    :param parameter: What the service calls the body.
    :param change: Takes the room's id, its participants, and those in the body.
    :param read: Takes the body.
    """
    roster = _read(request, read, parameter, _JSON)
    read_room_id(request)
    rules.check_users(roster)
    with service.store.transaction():
        room = find_room(request, service)
        change(room.id, service.store.participants(room.id), roster)
        return _collection(service.store.participants(room.id))


def _read(request: Request, read: Callable[[Any], _Read], parameter: str, *content_types: str) -> _Read:
    """What the body says. When it says nothing, the refusal names it as the service does.

    The names for adding participants and creating a room were observed, those for the rest are made after them.
    """
    try:
        return read(request.json(*content_types))
    except errors.Refusal as refusal:
        refusal.parameter = parameter
        raise


def _room_to_json(room: Room, roster: dict[str, str]) -> dict[str, Any]:
    return {
        "id": room.id,
        "createdDateTime": ticks.write(room.created_at),
        "validFrom": ticks.write(room.valid_from),
        "validUntil": ticks.write(room.valid_until),
        "roomJoinPolicy": room.room_join_policy,
        "participants": _roster_to_json(roster),
    }


def _roster_to_json(roster: dict[str, str]) -> list[dict[str, Any]]:
    """Participants, with the roles they have; on a later version that can be one that this version does not take."""
    return [
        {"communicationIdentifier": {"rawId": raw_id, "communicationUser": {"id": raw_id}}, "role": role}
        for raw_id, role in roster.items()
    ]


def _collection(roster: dict[str, str]) -> Answer:
    return Answer(200, {"participants": _roster_to_json(roster)})


ROUTES: Routes = {
    "/rooms": {"POST": create_room},
    "/rooms/{room_id}": {"GET": get_room, "PATCH": update_room, "DELETE": delete_room},
    "/rooms/{room_id}/participants": {"GET": list_participants},
    "/rooms/{room_id}/participants:add": {"POST": add_participants},
    "/rooms/{room_id}/participants:update": {"POST": update_participants},
    "/rooms/{room_id}/participants:remove": {"POST": remove_participants},
}
