"""Rooms as the service sends them."""

import json
from datetime import datetime, timezone
from typing import Any

from azure.communication.rooms import CommunicationRoom

#: The members with times, which every room has.
TIMES = {
    "createdAt": "2025-03-27T06:42:08+00:00",
    "validFrom": "2025-03-27T06:42:08+00:00",
    "validUntil": "2025-09-23T06:42:08+00:00",
}


#: The same as a room has them.
ROOM_TIMES: dict[str, Any] = {
    "created_at": datetime(2025, 3, 27, 6, 42, 8, tzinfo=timezone.utc),
    "valid_from": datetime(2025, 3, 27, 6, 42, 8, tzinfo=timezone.utc),
    "valid_until": datetime(2025, 9, 23, 6, 42, 8, tzinfo=timezone.utc),
}


def make_room(room_id: str, **members: Any) -> CommunicationRoom:
    """The room of :func:`room_body`."""
    return CommunicationRoom(**{"id": room_id, **ROOM_TIMES, **members})


def room_body(room_id: str, **members: Any) -> dict[str, Any]:
    """The members of a room."""
    return {"id": room_id, **TIMES, **members}


def room_text(room_id: str, **members: Any) -> str:
    """The body of a response with a room."""
    return json.dumps(room_body(room_id, **members))
