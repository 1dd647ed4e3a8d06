"""Rows as users give them, checked and copied, and the digest by which the journal knows them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime, timezone
from difflib import get_close_matches
from typing import Any

from .._models import CommunicationRoom, RoomParticipant
from .models import RoomRequest

_ENCODER = json.JSONEncoder(sort_keys=True)  # made once: json.dumps makes one for each row
_NAMES = [each.name for each in fields(RoomRequest)]


def create_keywords(row: object) -> dict[str, Any]:
    """The keywords of ``create_room`` for one row. Participants are copied: some iterables can be read once only, and a
    set has another order in each process.

    :param row: A :class:`RoomRequest`, or a mapping with its names.
    :raises TypeError: If it is neither, or has a name that ``create_room`` does not have.
    """
    if isinstance(row, Mapping):
        for name in row:
            if name not in _NAMES:
                near = get_close_matches(str(name), _NAMES, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(_NAMES)}"
                raise TypeError(f"a row has no {name!r}; {hint}")
        row = RoomRequest(**row)
    if not isinstance(row, RoomRequest):
        raise TypeError(f"a row must be a mapping or a RoomRequest, not {type(row).__name__}")
    keywords = row.keywords()
    participants = keywords.get("participants")
    if isinstance(participants, Mapping):
        keywords["participants"] = dict(participants)
    elif isinstance(participants, (set, frozenset)):
        keywords["participants"] = sorted(participants, key=lambda each: _ENCODER.encode(_plain(each)))
    elif isinstance(participants, Iterable) and not isinstance(participants, str):
        keywords["participants"] = list(participants)
    return keywords


def delete_keywords(row: object) -> dict[str, Any]:
    """The keywords of ``delete_room`` for one row.

    :param row: The id of a room, or a room.
    """
    return {"room_id": row.id if isinstance(row, CommunicationRoom) else row}


def digest(keywords: Mapping[str, Any]) -> str:
    """Compute a short digest of a row's request: equal for equal requests, in every process.

    :param keywords: What one of the functions above gave.
    """
    text = _ENCODER.encode(_plain(keywords))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """A value as JSON, in one form for equal values."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, RoomParticipant):
        return [value.raw_id, str.__str__(value.role)]
    return _plain_object(value)


def _plain_object(value: Any) -> str | list[Any]:
    if isinstance(value, datetime):
        try:
            return value.astimezone(timezone.utc).isoformat()
        except (OverflowError, OSError, ValueError):
            return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raw_id = getattr(value, "raw_id", None)
    # The client rejects values of other types. Their text could hold an address, which differs in every process.
    return [raw_id] if isinstance(raw_id, str) else type(value).__name__
