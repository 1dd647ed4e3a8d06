"""Decode rooms, participants and pages of api-versions 2023-03-31-preview and later. One decoder for each.

Decoders raise TypeError, ValueError or KeyError for a value that the service never sends; :meth:`.call.Call.read` turns
these into DecodeError. A value that only a later service sends is kept: a role that is not known here stays a ``str``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, TypeVar

from .._datetimes import parse_datetime
from .._models import ROLES, CommunicationRoom, RoomParticipant, parse_role
from .call import Page

if TYPE_CHECKING:
    from .._generated.v2025_03_13._schema import RoomModel
    from .._generated.v2025_03_13._schema import RoomParticipant as ParticipantModel

T = TypeVar("T")

#: Without the checks of constructors, which would make those of the decoders again.
_new, _set_member = object.__new__, object.__setattr__


def decode_room(wire: RoomModel) -> CommunicationRoom:
    """Decode a room. Api-versions before 2023-10-30-preview do not send pstnDialOutEnabled."""
    room_id, dials_out = wire.get("id"), wire.get("pstnDialOutEnabled")
    if not isinstance(room_id, str):
        raise TypeError(f"id cannot be {type(room_id).__name__}")
    if dials_out is not None and not isinstance(dials_out, bool):
        raise TypeError(f"pstnDialOutEnabled cannot be {type(dials_out).__name__}")
    created, start, end = wire["createdAt"], wire["validFrom"], wire["validUntil"]
    room = _new(CommunicationRoom)
    members = room.__dict__
    members["id"] = room_id
    members["created_at"] = parse_datetime(created)
    members["valid_from"] = parse_datetime(start)
    members["valid_until"] = parse_datetime(end)
    members["pstn_dial_out_enabled"] = dials_out
    return room


def decode_participant(wire: ParticipantModel) -> RoomParticipant:
    """Decode a participant."""
    raw_id, role = wire["rawId"], wire.get("role")
    if not isinstance(raw_id, str) or not raw_id.strip():
        raise ValueError("the raw id of a participant must be text, and not empty")
    participant = _new(RoomParticipant)
    # An object takes half the memory until its __dict__ is accessed, and lists of participants are long.
    _set_member(participant, "raw_id", raw_id)
    _set_member(participant, "role", ROLES.get(role) or parse_role(role))
    return participant


def ignore_body(_: Any) -> None:
    """Ignore the body of a response, where the status is all that matters."""


def page_decoder(decode_item: Callable[[Any], T]) -> Callable[[Any], Page[T]]:
    """Make the decoder of one page of a list.

    :param decode_item: The decoder of an item.
    :type decode_item: Callable[[Any], T]
    """

    def decode_page(wire: dict[str, Any]) -> Page[T]:
        items, next_link = wire["value"], wire.get("nextLink")
        if not isinstance(items, list) or not isinstance(next_link, (str, type(None))):
            raise TypeError("value must be a list and nextLink a string")
        return Page([decode_item(item) for item in items], next_link or None)

    return decode_page
