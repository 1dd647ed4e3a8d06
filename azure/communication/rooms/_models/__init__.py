"""Public models: rooms, participants, roles and join policies.

Models are ordinary objects: they compare by value and can be hashed, copied, pickled and given further attributes, and
``vars`` shows their members by name. The id of a room and the raw id of a participant are read-only, so that a hash
stays true. The members lie in ``__dict__`` under their public names, also those that are properties; what api-version
2022-02-01 alone has is there only where it is given.

Annotations here are objects, not strings, so that ``typing.get_type_hints`` works on every supported Python. Names of
``azure.communication.identity``, which takes time to import, are resolved through the package when they are first used.
"""

from .participants import (
    HasRawId,
    ParticipantChanges,
    ParticipantLike,
    Participants,
    ParticipantsWithRoles,
    RoomParticipant,
    get_raw_id,
)
from .roles import ROLES, ParticipantRole, RoomJoinPolicy, parse_join_policy, parse_role
from .rooms import CommunicationRoom

__all__ = [
    "ROLES",
    "CommunicationRoom",
    "HasRawId",
    "ParticipantChanges",
    "ParticipantLike",
    "ParticipantRole",
    "Participants",
    "ParticipantsWithRoles",
    "RoomJoinPolicy",
    "RoomParticipant",
    "get_raw_id",
    "parse_join_policy",
    "parse_role",
]
