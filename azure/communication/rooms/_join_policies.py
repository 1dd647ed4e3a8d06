"""Join policies of api-version 2022-02-01, loaded with it alone. One that is not known here is kept as ``str``."""

from __future__ import annotations

from enum import Enum

from azure.core import CaseInsensitiveEnumMeta


class RoomJoinPolicy(str, Enum, metaclass=CaseInsensitiveEnumMeta):
    """Who may join a room. Exists in api-version 2022-02-01 alone; in later ones every room is by invitation."""

    INVITE_ONLY = "InviteOnly"
    """The participants of the room. What the service takes where no policy is given."""
    COMMUNICATION_SERVICE_USERS = "CommunicationServiceUsers"
    """Every Communication Services user of the resource."""

    def __str__(self) -> str:
        return str(self.value)  # as for roles


#: Wire value -> member.
_JOIN_POLICIES = {policy.value: policy for policy in RoomJoinPolicy}


def known_join_policy(value: str) -> RoomJoinPolicy | str:
    """The member of :class:`RoomJoinPolicy` for a wire value, the value itself when it is not known here.

    :param value: A join policy.
    :type value: ~azure.communication.rooms.RoomJoinPolicy or str
    :rtype: ~azure.communication.rooms.RoomJoinPolicy or str
    :raises TypeError: If the value is no string.
    :raises ValueError: If the value is empty.
    """
    if not isinstance(value, str):
        raise TypeError(f"room_join_policy must be a RoomJoinPolicy or a str, not {type(value).__name__}")
    if not value:
        raise ValueError("room_join_policy is empty; leave it out for InviteOnly")
    return _JOIN_POLICIES.get(value) or str.__str__(value)
