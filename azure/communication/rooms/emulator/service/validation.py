"""What the service accepts in a body: times, roles, flags. Pure: no HTTP, no storage; what breaks a rule raises
:class:`~.errors.ValidationError`, which is a ValueError with a text for people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..state import timestamps
from ..state.store import Validity
from . import errors
from .errors import ValidationError

ROLES = ("Presenter", "Attendee", "Consumer", "Collaborator")
DEFAULT_ROLE = "Attendee"
MAXIMUM_VALIDITY = 180 * timestamps.PER_DAY

#: Lengths of room ids that got beyond the length check of the live service; 3, 10, 12 and 13 did not.
ROOM_ID_LENGTHS = range(16, 19)
_DIGITS = re.compile("[0-9]+")
_GUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
#: Communication Services users: resource and user, in the public cloud and the sovereign ones.
_USER = re.compile(f"8:(acs|dod-acs|gcch-acs|spool):{_GUID}_{_GUID}")


class RoomChanges(NamedTuple):
    """What a body has of a room; None for what is absent or null. The last two exist on 2022-02-01 alone."""

    valid_from: int | None
    valid_until: int | None
    pstn_dial_out_enabled: bool | None = None
    room_join_policy: str | None = None
    roles: dict[str, str] | None = None


def is_room_id(text: str) -> bool:
    """Return whether a text has the form of a room id."""
    return len(text) in ROOM_ID_LENGTHS and bool(_DIGITS.fullmatch(text))


def is_user(raw_id: str) -> bool:
    """Return whether a raw id is that of a Communication Services user, the only kind that rooms were seen to take."""
    return bool(_USER.fullmatch(raw_id))


def validity_of_new_room(changes: RoomChanges, now: int) -> Validity:
    """Return the times of a room to create.

    Either may be missing; a missing end is 180 days from now, not from the start.
    """
    start = now if changes.valid_from is None else changes.valid_from
    if changes.valid_until is None:
        if _is_too_late(start, now):
            raise ValidationError(errors.START_TOO_LATE)
        return Validity(start, now + MAXIMUM_VALIDITY)
    return _validated(Validity(start, changes.valid_until), now)


def validity_after_update(changes: RoomChanges, now: int) -> Validity | None:
    """Return the times of a room after an update, None when they stay. Both are given or neither."""
    if changes.valid_from is None and changes.valid_until is None:
        return None
    if changes.valid_until is None and _is_too_late(changes.valid_from, now):
        raise ValidationError(errors.START_TOO_LATE)
    if changes.valid_from is None or changes.valid_until is None:
        raise ValidationError(errors.ONE_TIME_ONLY)
    return _validated(Validity(changes.valid_from, changes.valid_until), now)


def _is_too_late(start: int | None, now: int) -> bool:
    return start is not None and start > now + MAXIMUM_VALIDITY


def _validated(validity: Validity, now: int) -> Validity:
    details: list[errors.Detail] = []
    if _is_too_late(validity.start, now):
        details.append(errors.START_TOO_LATE)
    if validity.end < now:
        details.append(errors.END_IN_PAST)
    elif not 0 < validity.end - validity.start <= MAXIMUM_VALIDITY:
        details.append(errors.RANGE_TOO_LARGE)
    if details:
        raise ValidationError(*details)
    return validity


def parse_object(value: Any, path: str) -> Mapping[str, Any]:
    """Return the members of what must be an object."""
    if not isinstance(value, dict):
        raise ValidationError(errors.conversion(path, "an object"))
    return value


def parse_timestamp(members: Mapping[str, Any], name: str) -> int | None:
    """Return a member that is a date-time; None for null or absent."""
    value: str | None = members.get(name)
    if value is None:
        return None
    try:
        return timestamps.parse(value)
    except (TypeError, ValueError):
        raise ValidationError(errors.conversion(f"$.{name}", "a date-time")) from None


def parse_room(body: Any) -> RoomChanges:
    """Parse the members of a room. Unknown members are ignored, null is as absent."""
    members = parse_object(body, "$")
    dial_out = members.get("pstnDialOutEnabled")
    if dial_out is not None and not isinstance(dial_out, bool):
        raise ValidationError(errors.conversion("$.pstnDialOutEnabled", "a boolean"))
    return RoomChanges(parse_timestamp(members, "validFrom"), parse_timestamp(members, "validUntil"), dial_out)


def parse_participants(body: Any) -> dict[str, str | None]:
    """Return the roles of the participants in a body by raw id, None for null."""
    members = parse_object(body, "$").get("participants")
    if members is None:
        return {}
    return {raw_id: _parse_role(raw_id, value) for raw_id, value in parse_object(members, "$.participants").items()}


def _parse_role(raw_id: str, value: Any) -> str | None:
    if value is None:
        return None
    role = parse_object(value, f"$.participants.{raw_id}").get("role")
    if role is None:
        return DEFAULT_ROLE  # not observed: every client sends a role; the document names this default
    if role not in ROLES:
        raise ValidationError(errors.unknown_role(raw_id))
    return str(role)
