"""Validate and convert arguments. Every error names the argument, and is raised before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Callable, Union, cast
from uuid import UUID

from .._datetimes import format_datetime, parse_http_date, to_utc
from .._models import RoomParticipant, get_raw_id, parse_role
from .._time_arguments import convert_time
from .call import MaybeUnset, Repeatability, is_unset
from .versions import Version

_CONTROL_CHARACTER = r"[\x00-\x1f\x7f]"

#: What a call that sets roles accepts for its participants.
Participants = Union[str, Iterable[Any], Mapping[Any, Any]]


def validate_room_id(room_id: str) -> str:
    """Check a room id, which becomes one segment of a path.

    :param str room_id: Any text that can be percent-encoded into one segment.
    :returns: The same text.
    :rtype: str
    :raises TypeError: If it is not a string.
    :raises ValueError: If it would change the path (empty, blank, dots) or cannot be sent.
    """
    if not isinstance(room_id, str):
        raise TypeError(f"room_id must be a str, not {type(room_id).__name__}")
    if not room_id.strip():
        raise ValueError("room_id is empty")
    if room_id in (".", ".."):
        raise ValueError(f"room_id {room_id!r} is a step in a path, not an id")
    if not room_id.isprintable() and re.search(_CONTROL_CHARACTER, room_id):
        raise ValueError("room_id contains a control character")
    try:
        room_id.encode()
    except UnicodeEncodeError as error:
        raise ValueError("room_id contains a character that has no UTF-8 form") from error
    return room_id


def encode_datetime(name: str, value: datetime | str) -> str:
    """Check a time and convert it to RFC 3339 text in UTC. Arguments and errors: :func:`.convert_time`."""
    return format_datetime(convert_time(name, value))


def validate_bool(name: str, value: bool) -> bool:
    """Check a bool.

    :raises TypeError: If it is not one.
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
    return value


#: Argument -> its name in the body of a create or an update, and its conversion. 2023-03-31-preview and later.
_ROOM_MEMBERS: dict[str, tuple[str, Callable[[str, Any], Any]]] = {
    "valid_from": ("validFrom", encode_datetime),
    "valid_until": ("validUntil", encode_datetime),
    "pstn_dial_out_enabled": ("pstnDialOutEnabled", validate_bool),
}


def encode_room_members(version: Version, members: Mapping[str, MaybeUnset[Any]]) -> dict[str, Any]:
    """Convert the arguments of a create or an update to the members of its body.

    An argument that is unset is left out. None becomes null, which the service ignores, and is left out where the
    api-version does not have the member.

    :param version: The api-version.
    :type version: ~azure.communication.rooms._wire.versions.Version
    :param members: The arguments by name.
    :type members: Mapping[str, Any]
    :rtype: dict[str, Any]
    :raises TypeError: If an argument is of another type.
    :raises ValueError: If an argument is invalid, or does not exist in this api-version.
    """
    body: dict[str, Any] = {}
    for name, value in members.items():
        if is_unset(value) or (value is None and not version.has(name)):
            continue
        version.require(name)
        wire_name, encode = _ROOM_MEMBERS[name]
        body[wire_name] = None if value is None else encode(name, value)
    return body


def participants_to_roles(participants: Participants) -> dict[str, str]:
    """Convert participants to their raw ids and roles.

    :param participants: RoomParticipants; or identifiers or raw ids, whose role is Attendee; or a mapping of those to
        roles; or one raw id. Iterated once.
    :returns: Raw id -> role, in the order given.
    :rtype: dict[str, str]
    :raises TypeError: If the argument or one of its items is of another type; the message has the item's index.
    :raises ValueError: If an id or a role is empty, or one id has two roles.
    """
    return cast("dict[str, str]", participants_to_given_roles(participants, "Attendee"))  # none is None


def participants_to_given_roles(participants: Participants, default: str | None = None) -> dict[str, str | None]:
    """Convert participants to their raw ids and the roles that the caller gave.

    :param participants: See :func:`participants_to_roles`.
    :param default: The role of an item without one: an identifier, a raw id, or None in a mapping.
    :type default: str or None
    :returns: Raw id -> role, in the order given.
    :rtype: dict[str, str or None]
    :raises TypeError: If the argument or one of its items is of another type; the message has the item's index.
    :raises ValueError: If an id or a role is empty, or one id has two roles.
    """
    items = [*_convert_items(participants)]
    roles = {raw_id: given or default for raw_id, given in items}
    if len(roles) < len(items):
        first: dict[str, str | None] = {}
        for index, (raw_id, given) in enumerate(items):
            role = given or default
            if first.setdefault(raw_id, role) != role:
                raise ValueError(
                    f"participants[{index}]: {raw_id} has two roles, {first[raw_id] or 'none'} and {role or 'none'}"
                )
    return roles


def participants_to_optional_roles(participants: Participants) -> dict[str, str | None]:
    """Convert participants of a call that ignores roles.

    :param participants: Identifiers, raw ids or RoomParticipants, or one raw id. Iterated once.
    :returns: Raw id -> role, in the order given; None for an item without a role.
    :rtype: dict[str, str or None]
    :raises TypeError: If the argument or one of its items is of another type; the message has the item's index.
    :raises ValueError: If an id is empty.
    """
    return dict(_convert_items(participants))


def _convert_items(participants: Participants) -> Iterator[tuple[str, str | None]]:
    """Yield the raw id of each item and its role, None if it has none."""
    if isinstance(participants, str):
        participants = [participants]  # one raw id, not its characters
    if not isinstance(participants, Iterable):
        raise TypeError(f"participants must be a list of RoomParticipant, not {type(participants).__name__}")
    is_mapping = isinstance(participants, Mapping)
    for index, item in enumerate(participants.items() if isinstance(participants, Mapping) else participants):
        try:
            if is_mapping:
                yield _convert_pair(*item)
            elif isinstance(item, RoomParticipant):
                yield item.raw_id, item.role
            else:
                yield _convert_other(item)
        except TypeError as error:
            raise TypeError(f"participants[{index}]: {error}") from None
        except ValueError as error:
            raise ValueError(f"participants[{index}]: {error}") from None


def _convert_other(item: Any) -> tuple[str, str | None]:
    """Convert an item that is no participant."""
    try:
        return get_raw_id(item), None
    except TypeError:
        if not isinstance(item, Mapping):
            raise
    participant = RoomParticipant(item)
    return participant.raw_id, None if item.get("role") is None else participant.role


def _convert_pair(item: Any, role: Any) -> tuple[str, str | None]:
    """Convert one pair of a mapping, whose role takes precedence over that of its key."""
    if role is not None:
        return get_raw_id(item), parse_role(role)
    return (item.raw_id, item.role) if isinstance(item, RoomParticipant) else _convert_other(item)


def validate_repeatability(
    request_id: str | UUID | None, first_sent: str | datetime | None, default: Repeatability
) -> Repeatability:
    """Check the repeatability arguments of a create.

    :param request_id: A GUID.
    :type request_id: str or ~uuid.UUID or None
    :param first_sent: When the first request was sent: an aware datetime, or an HTTP date.
    :type first_sent: ~datetime.datetime or str or None
    :param default: What to return if both are None.
    :type default: ~azure.communication.rooms._wire.call.Repeatability
    :rtype: ~azure.communication.rooms._wire.call.Repeatability
    :raises TypeError: If one is of another type.
    :raises ValueError: If one is given without the other, or is invalid.
    """
    if request_id is None and first_sent is None:
        return default
    if request_id is None or first_sent is None:
        raise ValueError("repeatability_request_id and repeatability_first_sent belong together: give both or neither")
    return Repeatability(_validate_guid(request_id, default.request_id), _validate_first_sent(first_sent))


def _validate_guid(request_id: str | UUID, example: str) -> str:
    if isinstance(request_id, UUID):
        return str(request_id)
    if not isinstance(request_id, str):
        raise TypeError(f"repeatability_request_id must be a str or UUID, not {type(request_id).__name__}")
    try:
        return str(UUID(request_id))
    except ValueError:
        raise ValueError(f"repeatability_request_id must be a GUID, such as {example}") from None


def _validate_first_sent(first_sent: str | datetime) -> datetime:
    if isinstance(first_sent, str):
        parsed = parse_http_date(first_sent)
        if parsed is None:
            raise ValueError("repeatability_first_sent must be an HTTP date, such as Tue, 01 Apr 2025 08:00:00 GMT")
        return parsed
    if not isinstance(first_sent, datetime):
        raise TypeError(f"repeatability_first_sent must be a datetime or an HTTP date, not {type(first_sent).__name__}")
    if first_sent.utcoffset() is None:
        raise ValueError("repeatability_first_sent must be aware: give it a time zone, such as timezone.utc")
    return to_utc(first_sent)
