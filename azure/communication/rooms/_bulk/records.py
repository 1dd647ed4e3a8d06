"""The lines of a journal: what is known of a row. JSON objects, one a line, appended and never changed.

The first line names the job. Then, for each row: a line before its request is sent, and one with the outcome. The last
line of a row holds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple, Union

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from .._models import CommunicationRoom

FORMAT = "azure-communication-rooms journal 1"

_ENCODER = json.JSONEncoder(separators=(",", ":"))  # made once: json.dumps makes one for each line
_TIMES = ("created_at", "valid_from", "valid_until")


class Attempt(NamedTuple):
    """A request that is or was about to be sent: its repeatability pair."""

    request_id: str
    first_sent: datetime


class Done(NamedTuple):
    """A row that succeeded; the room where one was created."""

    room: CommunicationRoom | None


class Rejected(NamedTuple):
    """A row that the service rejected as invalid, so that nothing was done."""

    error: HttpResponseError


class NothingDone(NamedTuple):
    """A row that failed before the service did anything, for a reason that can pass."""


State = Union[Attempt, Done, Rejected, NothingDone]


def header(operation: str, service: str | None) -> dict[str, Any]:
    """The first line.

    :param str operation: ``create_rooms`` or ``delete_rooms``.
    :param service: The host of the resource.
    :type service: str or None
    """
    return {"format": FORMAT, "operation": operation, "service": service}


def line(row: int, digest: str, state: State) -> dict[str, Any]:
    """The line for what became of a row."""
    return {"row": row, "request": digest, **_members(state)}


def _members(state: State) -> dict[str, Any]:
    if isinstance(state, Attempt):
        return {"attempt": {"id": state.request_id, "first_sent": state.first_sent.isoformat()}}
    if isinstance(state, Done):
        return {"done": None if state.room is None else _room_to_json(state.room)}
    if isinstance(state, Rejected):
        error = state.error
        code = getattr(error, "error_code", None)
        return {"rejected": {"status": error.status_code, "code": code, "message": str(error.message)}}
    return {"nothing_done": True}


def state_of(record: Mapping[str, Any]) -> State:
    """Parse the state of a row from a line.

    :raises KeyError: If it is no such line; so are TypeError and ValueError.
    """
    if "attempt" in record:
        first_sent = datetime.fromisoformat(record["attempt"]["first_sent"])
        return Attempt(str(record["attempt"]["id"]), first_sent.astimezone(timezone.utc))
    if "done" in record:
        return Done(None if record["done"] is None else _room_from_json(record["done"]))
    if "rejected" in record:
        return Rejected(_error_from_json(record["rejected"]))
    if record["nothing_done"] is not True:
        raise ValueError("nothing_done must be true")
    return NothingDone()


def _room_to_json(room: CommunicationRoom) -> dict[str, Any]:
    values: dict[str, Any] = {"id": room.id, "pstn_dial_out_enabled": room.pstn_dial_out_enabled}
    values.update((name, getattr(room, name).isoformat()) for name in _TIMES)
    if room.room_join_policy is not None:
        values["room_join_policy"] = str(room.room_join_policy)
    if room.participants is not None:
        values["participants"] = [{"rawId": each.raw_id, "role": str(each.role)} for each in room.participants]
    return values


def _room_from_json(values: Mapping[str, Any]) -> CommunicationRoom:
    return CommunicationRoom(**values)


def _error_from_json(values: Mapping[str, Any]) -> HttpResponseError:
    kind = ResourceNotFoundError if values["status"] == 404 else HttpResponseError
    error = kind(message=values["message"])
    error.status_code = values["status"]
    vars(error).update(error_code=values["code"], request_id=None, client_request_id=None)
    return error


def encode(record: Mapping[str, Any]) -> bytes:
    """A line as it stands in the file."""
    return _ENCODER.encode(record).encode() + b"\n"


def decode(text: bytes) -> dict[str, Any] | None:
    """The object that a line holds; None where it holds none, or not all of one."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
