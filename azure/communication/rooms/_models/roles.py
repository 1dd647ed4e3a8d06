"""Roles of participants, and join policies of rooms."""

from enum import Enum
from typing import NoReturn, Optional, Union

from azure.core import CaseInsensitiveEnumMeta


class ParticipantRole(str, Enum, metaclass=CaseInsensitiveEnumMeta):
    """What a participant may do in a call of the room.

    The service defines the roles and their rights, see
    https://learn.microsoft.com/azure/communication-services/concepts/rooms/room-concept.
    """

    PRESENTER = "Presenter"
    """May share the screen, invite, mute and remove others, and dial out where the room allows it."""
    ATTENDEE = "Attendee"
    """May send audio and video. The service's default."""
    CONSUMER = "Consumer"
    """May only watch and listen."""
    COLLABORATOR = "Collaborator"
    """An attendee who may share the screen. From api-version 2025-03-13 on."""

    def __str__(self) -> str:
        return str(self.value)  # the text of an Enum, and of f-strings with it, differs between Python versions

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise ValueError(_not_a_member(cls, value))


class RoomJoinPolicy(str, Enum, metaclass=CaseInsensitiveEnumMeta):
    """Who may join a room. Exists only in api-version 2022-02-01; in later ones every room is invite-only."""

    INVITE_ONLY = "InviteOnly"
    """Only the participants of the room. The service's default."""
    COMMUNICATION_SERVICE_USERS = "CommunicationServiceUsers"
    """Every Communication Services user of the resource."""

    def __str__(self) -> str:
        return str(self.value)  # as for roles

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise ValueError(_not_a_member(cls, value))


def _not_a_member(kind: type[Enum], value: object) -> str:
    """The message for what is no value of an enumeration."""
    values = [str(member.value) for member in kind]
    near = next((each for each in values if isinstance(value, str) and each.lower() == value.strip().lower()), None)
    hint = f" Did you mean {near!r}?" if near else ""
    return f"{value!r} is not a {kind.__name__}; the values are {', '.join(values)}.{hint}"


#: Value -> member. A value that a later service adds is not in here and stays a ``str``.
ROLES: dict[str, ParticipantRole] = {role.value: role for role in ParticipantRole}
_JOIN_POLICIES: dict[str, RoomJoinPolicy] = {policy.value: policy for policy in RoomJoinPolicy}


def parse_role(value: Optional[str]) -> Union[ParticipantRole, str]:
    """Convert the value of a role to :class:`ParticipantRole`.

    :param value: A role, or None for the service's default, Attendee.
    :type value: ~azure.communication.rooms.ParticipantRole or str or None
    :returns: The member, or the value itself if this release does not know it.
    :rtype: ~azure.communication.rooms.ParticipantRole or str
    :raises TypeError: If the value is neither a string nor None.
    :raises ValueError: If the value is empty.
    """
    if isinstance(value, str) and value in ROLES:
        return ROLES[value]
    if value is None:
        return ParticipantRole.ATTENDEE
    if not isinstance(value, str):
        raise TypeError(f"role must be a ParticipantRole or a str, not {type(value).__name__}")
    if not value:
        raise ValueError("role is empty; leave it out for Attendee")
    return str.__str__(value)  # the value of another enum, not its name


def parse_join_policy(value: str) -> Union[RoomJoinPolicy, str]:
    """Convert the value of a join policy to :class:`RoomJoinPolicy`.

    :param value: A join policy.
    :type value: ~azure.communication.rooms.RoomJoinPolicy or str
    :returns: The member, or the value itself if this release does not know it.
    :rtype: ~azure.communication.rooms.RoomJoinPolicy or str
    :raises TypeError: If the value is not a string.
    :raises ValueError: If the value is empty.
    """
    if not isinstance(value, str):
        raise TypeError(f"room_join_policy must be a RoomJoinPolicy or a str, not {type(value).__name__}")
    if not value:
        raise ValueError("room_join_policy is empty; leave it out for InviteOnly")
    return _JOIN_POLICIES.get(value) or str.__str__(value)
