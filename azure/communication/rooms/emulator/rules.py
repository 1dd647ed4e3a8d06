"""What the service allows: ids, times, roles, identifiers. No HTTP and no storage; refusals are raised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from . import errors, ticks

ROLES = ("Presenter", "Attendee", "Consumer", "Collaborator")
DEFAULT_ROLE = "Attendee"
DEFAULT_JOIN_POLICY = "InviteOnly"
MAXIMUM_VALIDITY = 180 * ticks.PER_DAY
#: Minutes that a user's token can be good for.
TOKEN_LIFETIMES = range(60, 24 * 60 + 1)

#: Lengths of room ids that got beyond the length check of the live service; 3, 10, 12 and 13 did not.
_ROOM_ID_LENGTHS = range(16, 19)
_DIGITS = re.compile("[0-9]+")
_GUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
#: Communication Services users: resource and user, in the public cloud and the sovereign ones.
_USER = re.compile(f"8:(acs|dod-acs|gcch-acs|spool):{_GUID}_{_GUID}")


class Validity(NamedTuple):
    """From when until when a room can be joined, in ticks."""

    start: int
    end: int


class RoomChanges(NamedTuple):
    """What a body says about a room; None where it says nothing. The last two exist on 2022-02-01 alone."""

    valid_from: int | None
    valid_until: int | None
    pstn_dial_out_enabled: bool | None = None
    room_join_policy: str | None = None
    roster: dict[str, str] | None = None


class TokenRequest(NamedTuple):
    """What a token for a user shall be good for, and how many minutes."""

    scopes: list[str]
    minutes: int


def check_room_id(room_id: str) -> None:
    """Refuse what cannot be the id of a room."""
    if len(room_id) not in _ROOM_ID_LENGTHS:
        raise errors.room_id_length()
    if not _DIGITS.fullmatch(room_id):
        raise errors.room_id_form()


def is_user(raw_id: str) -> bool:
    """Whether a raw id is that of a Communication Services user, the only kind that rooms were seen to take."""
    return bool(_USER.fullmatch(raw_id))


def check_users(raw_ids: Iterable[str]) -> None:
    """Refuse raw ids that are none of users."""
    if not all(is_user(raw_id) for raw_id in raw_ids):
        raise errors.identifier_form()


def validity_of_new_room(changes: RoomChanges, now: int) -> Validity:
    """The times of a room to create. Either may be missing; a missing end is 180 days from now, not from the start."""
    start = now if changes.valid_from is None else changes.valid_from
    if changes.valid_until is None:
        if _is_too_late(start, now):
            raise errors.invalid(errors.START_TOO_LATE)
        return Validity(start, now + MAXIMUM_VALIDITY)
    return _checked(Validity(start, changes.valid_until), now)


def validity_after_update(changes: RoomChanges, now: int) -> Validity | None:
    """The times of a room after an update, None when they stay. Both are given or neither."""
    if changes.valid_from is None and changes.valid_until is None:
        return None
    if changes.valid_until is None and _is_too_late(changes.valid_from, now):
        raise errors.invalid(errors.START_TOO_LATE)
    if changes.valid_from is None or changes.valid_until is None:
        raise errors.invalid(errors.ONE_TIME_ONLY)
    return _checked(Validity(changes.valid_from, changes.valid_until), now)


def _is_too_late(start: int | None, now: int) -> bool:
    return start is not None and start > now + MAXIMUM_VALIDITY


def _checked(validity: Validity, now: int) -> Validity:
    faults: list[errors.Detail] = []
    if _is_too_late(validity.start, now):
        faults.append(errors.START_TOO_LATE)
    if validity.end < now:
        faults.append(errors.END_IN_PAST)
    elif not 0 < validity.end - validity.start <= MAXIMUM_VALIDITY:
        faults.append(errors.RANGE_TOO_LARGE)
    if faults:
        raise errors.invalid(*faults)
    return validity


def read_object(value: Any, path: str) -> Mapping[str, Any]:
    """The members of what must be an object."""
    if not isinstance(value, dict):
        raise errors.unreadable(path, "an object")
    return value


def read_moment(members: Mapping[str, Any], name: str) -> int | None:
    """A member that is a date-time, in ticks; None for null or nothing."""
    value: str | None = members.get(name)
    if value is None:
        return None
    try:
        return ticks.parse(value)
    except (TypeError, ValueError, OverflowError):
        raise errors.unreadable(f"$.{name}", "a date-time") from None


def read_room(body: Any) -> RoomChanges:
    """The members of a room in a body. Members that nobody knows are passed over, null is as absent."""
    members = read_object(body, "$")
    return RoomChanges(
        read_moment(members, "validFrom"), read_moment(members, "validUntil"), _flag(members, "pstnDialOutEnabled")
    )


def read_participants(body: Any) -> dict[str, str | None]:
    """Raw id -> role of the participants in a body, None for null."""
    members = read_object(body, "$").get("participants")
    if members is None:
        return {}
    return {raw_id: _role(raw_id, value) for raw_id, value in read_object(members, "$.participants").items()}


def read_token_request(body: Any, scopes_member: str) -> TokenRequest:
    """The scopes and the lifetime that a body asks a user's token for."""
    members = read_object(body, "$")
    scopes, minutes = members.get(scopes_member) or [], members.get("expiresInMinutes")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise errors.unreadable(f"$.{scopes_member}", "a list of strings")
    if minutes is None:
        return TokenRequest(scopes, TOKEN_LIFETIMES[-1])
    if not isinstance(minutes, int) or minutes not in TOKEN_LIFETIMES:
        raise errors.token_lifetime()
    return TokenRequest(scopes, minutes)


def _role(raw_id: str, value: Any) -> str | None:
    if value is None:
        return None
    role = read_object(value, f"$.participants.{raw_id}").get("role")
    if role is None:
        return DEFAULT_ROLE  # not observed: every client sends a role; the document names this default
    if role not in ROLES:
        raise errors.unknown_role(raw_id)
    return str(role)


def _flag(members: Mapping[str, Any], name: str) -> bool | None:
    value = members.get(name)
    if value is not None and not isinstance(value, bool):
        raise errors.unreadable(f"$.{name}", "a boolean")
    return value
