"""Arguments to wire values. Every function says which argument is wrong, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Union

from .._datetimes import format_datetime, to_utc
from .._models import RoomParticipant, raw_id_of, roles_of
from .call import UNSET, Unset

_RAW_ID = attrgetter("raw_id")

if TYPE_CHECKING:
    #: What stands for participants in a call that gives them roles.
    Participants = Union[str, Iterable[Any], Mapping[Any, Any]]


def room_id_to_wire(room_id: str) -> str:
    """Check a room id, which will be one segment of a path.

    :param str room_id: Any text that can be percent-encoded into one segment.
    :returns: The same text.
    :raises TypeError: If it is not a string.
    :raises ValueError: If it would change the path (empty, blank, dots) or cannot be sent.
    """
    if not isinstance(room_id, str):
        raise TypeError(f"room_id must be a str, not {type(room_id).__name__}")
    if not room_id.strip():
        raise ValueError("room_id is empty")
    if room_id in (".", ".."):
        raise ValueError(f"room_id {room_id!r} is a step in a path, not an id")
    if any(character < " " or character == "\x7f" for character in room_id):
        raise ValueError("room_id holds a control character")
    try:
        room_id.encode()
    except UnicodeEncodeError as error:
        raise ValueError("room_id holds a character that has no UTF-8 form") from error
    return room_id


def moment_to_utc(name: str, value: datetime) -> datetime:
    """Check a moment and express it in UTC.

    :param str name: The argument's name.
    :param datetime value: Aware, or naive in local time.
    :raises TypeError: If it is not a datetime.
    :raises ValueError: If it cannot be expressed in UTC.
    """
    if not isinstance(value, datetime):
        raise TypeError(f"{name} must be a datetime.datetime, not {type(value).__name__}")
    try:
        return to_utc(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def datetime_to_wire(name: str, value: datetime) -> str:
    """Write a moment.

    :param str name: The argument's name.
    :param datetime value: Aware, or naive in local time.
    :raises TypeError: If it is not a datetime.
    :raises ValueError: If it cannot be expressed in UTC.
    """
    return format_datetime(moment_to_utc(name, value))


def bool_to_wire(name: str, value: bool) -> bool:
    """Check a flag.

    :raises TypeError: If it is not a bool.
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
    return value


def roster_to_wire(participants: Participants) -> dict[str, str]:
    """Read participants with roles.

    :param participants: RoomParticipants; or identifiers or raw ids, who become Attendees; or a mapping of those to
        roles; or one raw id. Iterated once.
    :returns: Raw id -> role, in the order given.
    :raises TypeError: If the argument or one of its items is of another type; the message names the item's place.
    :raises ValueError: If an id or a role is empty, or one id is given two roles.
    """
    if isinstance(participants, (list, tuple)):
        # What nearly all lists are, at once: participants, each once. Any other is read item by item.
        at_once = roles_of(participants)
        if len(at_once) == len(participants):
            return at_once
    return {raw_id: role or "Attendee" for raw_id, role in given_roles(participants, without_role="Attendee").items()}


def given_roles(participants: Participants, without_role: str | None = None) -> dict[str, str | None]:
    """Read participants with the roles that are named.

    :param participants: As :func:`roster_to_wire`.
    :param without_role: What stands for no role: an identifier, a raw id, or None in a mapping.
    :type without_role: str or None
    :returns: Raw id -> role, in the order given.
    :raises TypeError: If the argument or one of its items is of another type; the message names the item's place.
    :raises ValueError: If an id or a role is empty, or one id is given two roles.
    """
    roles: dict[str, str | None] = {}
    for place, (raw_id, given) in enumerate(_read(participants)):
        role = given or without_role
        if roles.setdefault(raw_id, role) != role:
            raise ValueError(
                f"participants[{place}]: {raw_id} is given two roles, {roles[raw_id] or 'none'} and {role or 'none'}"
            )
    return roles


def raw_ids_to_wire(participants: Participants) -> list[str]:
    """Read participants without roles.

    :param participants: Identifiers, raw ids or RoomParticipants, or one raw id. Iterated once.
    :returns: Raw ids in the order given, each once.
    :raises TypeError: If the argument or one of its items is of another type; the message names the item's place.
    :raises ValueError: If an id is empty.
    """
    if isinstance(participants, (list, tuple)):
        # What nearly all lists are, at once: objects with raw ids. Any other is read item by item.
        with suppress(AttributeError, TypeError):
            at_once = list(dict.fromkeys(map(_RAW_ID, participants)))
            if all(map(str.strip, at_once)):
                return at_once
    return list(raw_ids_and_roles(participants))


def raw_ids_and_roles(participants: Participants) -> dict[str, str | None]:
    """Read participants whose roles do not matter.

    :param participants: Identifiers, raw ids or RoomParticipants, or one raw id. Iterated once.
    :returns: Raw id -> role in the order given, None where no RoomParticipant told one.
    :raises TypeError: If the argument or one of its items is of another type; the message names the item's place.
    :raises ValueError: If an id is empty.
    """
    return dict(_read(participants))


def _read(participants: Participants) -> Iterator[tuple[str, str | None]]:
    """The raw id of each item, its role where it told one, and where the first wrong one stands."""
    if isinstance(participants, str):
        participants = [participants]  # one raw id: nobody means its letters
    if not isinstance(participants, Iterable):
        raise TypeError(f"participants must be a list of RoomParticipant, not {type(participants).__name__}")
    pairs = isinstance(participants, Mapping)
    for place, item in enumerate(participants.items() if isinstance(participants, Mapping) else participants):
        try:
            yield _raw_id_and_role(*item) if pairs else _raw_id_and_role(item)
        except (TypeError, ValueError) as error:
            raise type(error)(f"participants[{place}]: {error}") from None


def _raw_id_and_role(who: Any, role: Any = UNSET) -> tuple[str, str | None]:
    """One item of a list, or one pair of a mapping."""
    if isinstance(who, RoomParticipant):
        return who.raw_id, str.__str__(who.role)
    if (role is None or isinstance(role, Unset)) and not isinstance(who, Mapping):
        return raw_id_of(who), None
    participant = RoomParticipant(who) if isinstance(role, Unset) else RoomParticipant(who, role)
    return participant.raw_id, str.__str__(participant.role)
