"""What 2022-02-01 accepts in a body where it differs: participants in lists, roles, join policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..state.schema import DEFAULT_JOIN_POLICY
from . import errors, validation
from .errors import ValidationError
from .validation import RoomChanges, parse_object, parse_timestamp

ROLES = ("Presenter", "Attendee", "Consumer")
JOIN_POLICIES = (DEFAULT_JOIN_POLICY, "CommunicationServiceUsers")

#: The raw id of a participant without one; the check of raw ids rejects it.
_NO_RAW_ID = ""


def parse_room(body: Any) -> RoomChanges:
    """Parse the members of a room. Unknown members are ignored, null is as absent."""
    members = parse_object(body, "$")
    participants = members.get("participants")
    return RoomChanges(
        parse_timestamp(members, "validFrom"),
        parse_timestamp(members, "validUntil"),
        room_join_policy=_one_of(JOIN_POLICIES, members, "$.roomJoinPolicy", errors.JOIN_POLICY_2022),
        roles=None if participants is None else _parse_list(participants),
    )


def parse_participants(body: Any) -> dict[str, str]:
    """Return the roles of the participants to add or remove by raw id."""
    return _parse_list(_participants(body))


def parse_updated_participants(body: Any) -> dict[str, str]:
    """Return the roles of the participants to update by raw id. Naming one twice is rejected for all roles."""
    participants = _participants(body)
    roles = _parse_list(participants)
    if len(roles) < len(participants):
        raise ValidationError(errors.DUPLICATE_PARTICIPANT)
    return roles


def _participants(body: Any) -> Any:
    participants = parse_object(body, "$").get("participants")
    if participants is None:
        raise ValidationError(errors.PARTICIPANTS_MISSING)
    return participants


def _parse_list(value: Any) -> dict[str, str]:
    """Return roles by raw id; Attendee for a participant without a role.

    A participant named twice is one if the role is the same. The error for two roles was observed for creates alone.
    """
    if not isinstance(value, list):
        raise ValidationError(errors.conversion("$.participants", "a list"))
    participants = [_parse_participant(entry, f"$.participants[{index}]") for index, entry in enumerate(value)]
    roles: dict[str, str] = {}
    for raw_id, role in participants:
        if roles.setdefault(raw_id, role) != role:
            raise ValidationError(errors.DUPLICATE_PARTICIPANT)
    return roles


def _parse_participant(entry: Any, path: str) -> tuple[str, str]:
    members = parse_object(entry, path)
    role = _one_of(ROLES, members, f"{path}.role", errors.ROLE_2022)
    return _parse_identifier(members, f"{path}.communicationIdentifier"), role or validation.DEFAULT_ROLE


def _parse_identifier(members: Mapping[str, Any], path: str) -> str:
    """Return the raw id of an identifier, which has it in two places; both must agree (not observed)."""
    identifier = parse_object(members.get("communicationIdentifier"), path)
    raw_id = _parse_text(identifier, f"{path}.rawId")
    user = identifier.get("communicationUser")
    if user is None:
        return raw_id or _NO_RAW_ID
    user_path = f"{path}.communicationUser"
    user_id = _parse_text(parse_object(user, user_path), f"{user_path}.id") or _NO_RAW_ID
    return user_id if raw_id in (None, user_id) else _NO_RAW_ID


def _parse_text(members: Mapping[str, Any], path: str) -> str | None:
    """Return the member that a path ends with."""
    value = members.get(path.rpartition(".")[2])
    if value is not None and not isinstance(value, str):
        raise ValidationError(errors.conversion(path, "a string"))
    return value


def _one_of(choices: tuple[str, ...], members: Mapping[str, Any], path: str, expected: str) -> str | None:
    """Return the member that a path ends with, which is one of the choices."""
    value = members.get(path.rpartition(".")[2])
    if value is not None and value not in choices:
        raise ValidationError(errors.conversion(path, expected))
    return None if value is None else str(value)
