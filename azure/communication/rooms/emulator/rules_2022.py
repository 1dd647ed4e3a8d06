"""What 2022-02-01 rules in its own way: participants in lists, roles, join policies. The rest is in ``rules``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import errors, rules

ROLES = ("Presenter", "Attendee", "Consumer")
JOIN_POLICIES = (rules.DEFAULT_JOIN_POLICY, "CommunicationServiceUsers")

#: The raw id of who has none; the check of raw ids refuses it.
_NOBODY = ""


def read_room(body: Any) -> rules.RoomChanges:
    """The members of a room in a body. Members that nobody knows are passed over, null is as absent."""
    members = rules.read_object(body, "$")
    participants = members.get("participants")
    return rules.RoomChanges(
        rules.read_moment(members, "validFrom"),
        rules.read_moment(members, "validUntil"),
        room_join_policy=_one_of(JOIN_POLICIES, members, "$.roomJoinPolicy", errors.JOIN_POLICY_2022),
        roster=None if participants is None else _read_list(participants),
    )


def read_participants(body: Any) -> dict[str, str]:
    """Raw id -> role of the participants to add or remove."""
    return _read_list(_participants(body))


def read_updated_participants(body: Any) -> dict[str, str]:
    """Raw id -> role of the participants to update. Naming somebody twice is refused, whatever the roles."""
    participants = _participants(body)
    roster = _read_list(participants)
    if len(roster) < len(participants):
        raise errors.invalid(errors.DUPLICATE_PARTICIPANT)
    return roster


def _participants(body: Any) -> Any:
    participants = rules.read_object(body, "$").get("participants")
    if participants is None:
        raise errors.invalid(errors.PARTICIPANTS_MISSING)
    return participants


def check_join_policy(before: str, changes: rules.RoomChanges, start: int, now: int) -> None:
    """Refuse another join policy for a room that has begun. To name the one it has is no change (not observed).

    :param str before: The room's join policy.
    :param changes: What the body says.
    :param int start: The room's start after the update, in ticks: a body that moves it into the future may change the
        policy as well.
    :param int now: The time, in ticks.
    """
    if changes.room_join_policy not in (None, before) and start <= now:
        raise errors.join_policy_after_start()


def _read_list(value: Any) -> dict[str, str]:
    """Raw id -> role, Attendee for who has none.

    Somebody named twice is one if the role is the same. That two roles are refused was observed for creates alone.
    """
    if not isinstance(value, list):
        raise errors.unreadable("$.participants", "a list")
    participants = [_read_participant(entry, f"$.participants[{index}]") for index, entry in enumerate(value)]
    roster: dict[str, str] = {}
    for raw_id, role in participants:
        if roster.setdefault(raw_id, role) != role:
            raise errors.invalid(errors.DUPLICATE_PARTICIPANT)
    return roster


def _read_participant(entry: Any, path: str) -> tuple[str, str]:
    members = rules.read_object(entry, path)
    role = _one_of(ROLES, members, f"{path}.role", errors.ROLE_2022)
    return _read_identifier(members, f"{path}.communicationIdentifier"), role or rules.DEFAULT_ROLE


def _read_identifier(members: Mapping[str, Any], path: str) -> str:
    """The raw id of an identifier, which stands in either of two places; in both it must be the same (not observed)."""
    identifier = rules.read_object(members.get("communicationIdentifier"), path)
    raw_id = _text(identifier, f"{path}.rawId")
    user = identifier.get("communicationUser")
    if user is None:
        return raw_id or _NOBODY
    user_id = _text(rules.read_object(user, f"{path}.communicationUser"), f"{path}.communicationUser.id") or _NOBODY
    return user_id if raw_id in (None, user_id) else _NOBODY


def _text(members: Mapping[str, Any], path: str) -> str | None:
    """The member that a path ends with."""
    value = members.get(path.rpartition(".")[2])
    if value is not None and not isinstance(value, str):
        raise errors.unreadable(path, "a string")
    return value


def _one_of(choices: tuple[str, ...], members: Mapping[str, Any], path: str, expected: str) -> str | None:
    """The member that a path ends with, one of these."""
    value = members.get(path.rpartition(".")[2])
    if value is not None and value not in choices:
        raise errors.unreadable(path, expected)
    return None if value is None else str(value)
