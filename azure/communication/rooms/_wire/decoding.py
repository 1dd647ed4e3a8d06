"""Decode rooms, participants and pages of api-versions 2023-03-31-preview and later. One decoder for each.

Decoders raise TypeError, ValueError or KeyError for a value that the service never sends; :meth:`.call.Call.read` turns
these into DecodeError. A value that only a later service sends is kept: a role that is not known here stays a ``str``.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from .._datetimes import parse_datetime
from .._models import CommunicationRoom, RoomParticipant, get_raw_id, parse_role
from .call import Page

if TYPE_CHECKING:
    from .._generated.v2025_03_13._schema import RoomModel
    from .._generated.v2025_03_13._schema import RoomParticipant as ParticipantModel

T = TypeVar("T")

_OPTIONAL_BOOL = (bool, type(None))


def decode_room(wire: RoomModel) -> CommunicationRoom:
    """Decode a room. Api-versions before 2023-10-30-preview do not send pstnDialOutEnabled."""
    room = CommunicationRoom.__new__(CommunicationRoom)  # the constructor would validate each value again
    members = room.__dict__
    members["id"] = _validate("id", wire.get("id"), str)
    members["created_at"] = _decode_datetime(wire.get("createdAt"))
    members["valid_from"] = _decode_datetime(wire.get("validFrom"))
    members["valid_until"] = _decode_datetime(wire.get("validUntil"))
    members["pstn_dial_out_enabled"] = _validate("pstnDialOutEnabled", wire.get("pstnDialOutEnabled"), _OPTIONAL_BOOL)
    return room


def decode_participant(wire: ParticipantModel) -> RoomParticipant:
    """Decode a participant."""
    participant = RoomParticipant.__new__(RoomParticipant)  # as above
    # An object whose __dict__ was never asked for takes half the memory, and lists of participants are long.
    object.__setattr__(participant, "raw_id", get_raw_id(wire["rawId"]))
    object.__setattr__(participant, "role", parse_role(wire.get("role")))
    return participant


def decode_nothing(_: Any) -> None:
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


def _validate(name: str, value: Any, kinds: Any) -> Any:
    if not isinstance(value, kinds):
        raise TypeError(f"{name} cannot be {type(value).__name__}")
    return value


def _decode_datetime(value: Any) -> datetime | None:
    return None if value is None else parse_datetime(value)
