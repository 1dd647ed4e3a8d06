"""The roles of participants. One that is not known here is kept as ``str``."""

from __future__ import annotations

from enum import Enum

from azure.core import CaseInsensitiveEnumMeta


class ParticipantRole(str, Enum, metaclass=CaseInsensitiveEnumMeta):
    """What a participant may do in a call of the room.

    The roles and their rights are those of the service, see
    https://learn.microsoft.com/azure/communication-services/concepts/rooms/room-concept.
    """

    PRESENTER = "Presenter"
    """May share the screen, invite, mute and remove others, and dial out where the room allows it."""
    ATTENDEE = "Attendee"
    """May send audio and video. What the service takes where no role is given."""
    CONSUMER = "Consumer"
    """May only watch and listen."""
    COLLABORATOR = "Collaborator"
    """An attendee who may share the screen. From api-version 2025-03-13 on."""

    def __str__(self) -> str:
        return str(self.value)  # Enum's own text, and with it that of f-strings, differs from Python to Python


#: Wire value -> member. What a later service adds is not in here and stays a ``str``.
ROLES = {role.value: role for role in ParticipantRole}


def known_role(value: str | None) -> ParticipantRole | str:
    """The member of :class:`ParticipantRole` for a wire value, the value itself when it is not known here.

    :param value: A role, or None for the service's default, Attendee.
    :type value: ~azure.communication.rooms.ParticipantRole or str or None
    :rtype: ~azure.communication.rooms.ParticipantRole or str
    :raises TypeError: If the value is neither a string nor None.
    :raises ValueError: If the value is empty.
    """
    if value is None:
        return ParticipantRole.ATTENDEE
    if not isinstance(value, str):
        raise TypeError(f"role must be a ParticipantRole or a str, not {type(value).__name__}")
    if not value:
        raise ValueError("role is empty; leave it out for Attendee")
    return ROLES.get(value) or str.__str__(value)  # the value of an enum of the caller's, not its name
