"""The room that a path names."""

from __future__ import annotations

from .. import errors, rules
from ..exchange import Request, Service
from ..store import Room


def read_room_id(request: Request) -> str:
    """The id in the path."""
    room_id = request.path_parameters["room_id"]
    rules.check_room_id(room_id)
    return room_id


def find_room(request: Request, service: Service) -> Room:
    """The room in the path; refused when it never was, or was deleted."""
    room = service.store.room(read_room_id(request))
    if room is None:
        raise errors.room_not_found()
    return room
