"""Public models: rooms, participants, roles and join policies.

Models are ordinary objects: they compare by value and can be hashed, copied, pickled and given further attributes. The
id of a room and the raw id of a participant are read-only, so that a hash stays true.

Annotations here are objects, not strings, so that ``typing.get_type_hints`` works on every supported Python. Names of
``azure.communication.identity``, which takes time to import, are resolved through the package when they are first used.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Optional, Protocol, Union, runtime_checkable

from azure.core import CaseInsensitiveEnumMeta

import azure.communication.rooms as rooms

from ._annotations import Unchanged
from ._datetimes import parse_datetime, to_utc


@runtime_checkable
class HasRawId(Protocol):
    """An object that identifies a user: the identifier classes of this package, a :class:`RoomParticipant`, or any
    other object with ``raw_id``.
    """

    @property
    def raw_id(self) -> str:
        """The raw id.

        :rtype: str
        """


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


class RoomJoinPolicy(str, Enum, metaclass=CaseInsensitiveEnumMeta):
    """Who may join a room. Exists only in api-version 2022-02-01; in later ones every room is invite-only."""

    INVITE_ONLY = "InviteOnly"
    """Only the participants of the room. The service's default."""
    COMMUNICATION_SERVICE_USERS = "CommunicationServiceUsers"
    """Every Communication Services user of the resource."""

    def __str__(self) -> str:
        return str(self.value)  # as for roles


#: What identifies a user: an identifier, a participant, or a raw id.
ParticipantLike = Union[HasRawId, str]
#: Participants of a call that ignores roles.
Participants = Annotated[Iterable[ParticipantLike], Unchanged()]
#: Participants of a call that sets roles: a mapping to roles, or a list, where the default role is Attendee.
ParticipantsWithRoles = Annotated[
    Union[Mapping[Any, Union[ParticipantRole, str, None]], Iterable[ParticipantLike]], Unchanged()
]

#: Value -> member. A value that a later service adds is not in here and stays a ``str``.
_ROLES: dict[str, ParticipantRole] = {role.value: role for role in ParticipantRole}
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
    if isinstance(value, str) and value in _ROLES:
        return _ROLES[value]
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


def get_raw_id(identifier: Any) -> str:
    """Get the raw id of a communication identifier.

    :param identifier: An object with ``raw_id``, such as those of ``azure.communication.identity`` or a
        :class:`RoomParticipant`, or the raw id itself.
    :type identifier: ~azure.communication.rooms.CommunicationIdentifier or str
    :rtype: str
    :raises TypeError: If it is neither.
    :raises ValueError: If the raw id is empty.
    """
    raw_id = identifier if isinstance(identifier, str) else getattr(identifier, "raw_id", None)
    if not isinstance(raw_id, str):
        raise TypeError(
            "a communication identifier must be an object with raw_id, such as CommunicationUserIdentifier, "
            f"or the raw id as str, not {type(identifier).__name__}"
        )
    if not raw_id.strip():
        raise ValueError("the raw id of a communication identifier is empty")
    return raw_id


class RoomParticipant:
    """A user who may join a room, and their role.

    :param communication_identifier: The user: any object with ``raw_id``, such as the identifier classes of this
        package, or the raw id itself. A mapping with the members that the service sends is accepted, too; its role
        takes precedence over the argument.
    :type communication_identifier: ~azure.communication.rooms.CommunicationIdentifier or str or Mapping[str, Any]
    :param role: What the participant may do. None means Attendee, as in the service. A role that this release does not
        know is kept as ``str``.
    :type role: ~azure.communication.rooms.ParticipantRole or str or None
    :ivar raw_id: The raw id of the identifier. Read-only.
    :vartype raw_id: str
    :ivar role: What the participant may do. Can be assigned; None means Attendee.
    :vartype role: ~azure.communication.rooms.ParticipantRole or str
    :raises TypeError: If the identifier or the role is of another type.
    :raises ValueError: If the raw id or the role is empty.
    """

    if TYPE_CHECKING:

        @property
        def role(self) -> Union[ParticipantRole, str]: ...

        @role.setter
        def role(self, value: Union[ParticipantRole, str, None]) -> None: ...

    def __init__(
        self,
        communication_identifier: Union[HasRawId, str, Mapping[str, Any]],
        role: Union[ParticipantRole, str, None] = ParticipantRole.ATTENDEE,
    ) -> None:
        identifier: Any = communication_identifier
        if isinstance(identifier, Mapping):
            members = _to_python_names(identifier)
            identifier, role = _find_identifier(members) or identifier, members.get("role", role)
        self.raw_id: Final[str] = get_raw_id(identifier)
        self.role = role
        if not isinstance(identifier, str):
            self.communication_identifier = identifier

    @cached_property
    def communication_identifier(self) -> "rooms.CommunicationIdentifier":
        """The identifier: the object given to the constructor, else one created from the raw id on first access.

        :rtype: ~azure.communication.rooms.CommunicationIdentifier
        """
        return rooms.identifier_from_raw_id(self.raw_id)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "raw_id" and hasattr(self, "raw_id"):
            raise AttributeError("the raw_id of a RoomParticipant is read-only: its hash depends on it")
        super().__setattr__(name, parse_role(value) if name == "role" else value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RoomParticipant):
            return NotImplemented
        return self.raw_id == other.raw_id and self.role == other.role

    def __hash__(self) -> int:
        return hash(self.raw_id)

    def __repr__(self) -> str:
        return f"RoomParticipant({self.raw_id!r}, role={str(self.role)!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "communication_identifier"}


class ParticipantChanges:
    """What :meth:`RoomsClient.set_participants` changed. Its truth value is False if nothing changed.

    :ivar added: Participants that were added, with their roles.
    :vartype added: list[~azure.communication.rooms.RoomParticipant]
    :ivar changed: Participants whose role changed, with the new role.
    :vartype changed: list[~azure.communication.rooms.RoomParticipant]
    :ivar removed: Participants that were removed, with the role that they had.
    :vartype removed: list[~azure.communication.rooms.RoomParticipant]
    """

    def __init__(
        self, added: list[RoomParticipant], changed: list[RoomParticipant], removed: list[RoomParticipant]
    ) -> None:
        self.added = added
        self.changed = changed
        self.removed = removed

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ParticipantChanges):
            return NotImplemented
        return (self.added, self.changed, self.removed) == (other.added, other.changed, other.removed)

    __hash__ = None  # type: ignore[assignment]  # its lists can change

    def __repr__(self) -> str:
        return f"ParticipantChanges(added={self.added!r}, changed={self.changed!r}, removed={self.removed!r})"


class CommunicationRoom:
    """A room, as the service describes it.

    :param room: A mapping with the members that the service sends, in place of the keywords.
    :type room: Mapping[str, Any] or None
    :keyword str id: Unique id of the room. Required, and read-only afterwards.
    :keyword created_at: When the room was created. A naive datetime is local time; text is RFC 3339.
    :paramtype created_at: ~datetime.datetime or str or None
    :keyword valid_from: When the room opens.
    :paramtype valid_from: ~datetime.datetime or str or None
    :keyword valid_until: When the room closes.
    :paramtype valid_until: ~datetime.datetime or str or None
    :keyword pstn_dial_out_enabled: Whether calls in the room may dial out to phone numbers. None in api-versions
        before 2023-10-30-preview.
    :paramtype pstn_dial_out_enabled: bool or None
    :keyword room_join_policy: Who may join. None in every api-version but 2022-02-01.
    :paramtype room_join_policy: ~azure.communication.rooms.RoomJoinPolicy or str or None
    :keyword participants: The participants. None in every api-version but 2022-02-01, see
        :meth:`RoomsClient.list_participants`.
    :paramtype participants: Iterable[~azure.communication.rooms.RoomParticipant] or None
    :ivar id: Unique id of the room. Read-only.
    :vartype id: str
    :raises TypeError: If the id is missing or not a string, a time is neither datetime, RFC 3339 text nor None,
        pstn_dial_out_enabled is not a bool, the policy is not a string, or an item of participants is not one.
    :raises ValueError: If the text of a time is not a date-time.
    """

    created_at: Optional[datetime] = None
    """When the room was created; aware, in UTC."""
    valid_from: Optional[datetime] = None
    """When the room opens; aware, in UTC."""
    valid_until: Optional[datetime] = None
    """When the room closes; aware, in UTC."""
    pstn_dial_out_enabled: Optional[bool] = None
    """Whether calls in the room may dial out to phone numbers."""
    room_join_policy: Union[RoomJoinPolicy, str, None] = None
    """Who may join. A policy that this release does not know is kept as ``str``."""
    participants: Optional[list[RoomParticipant]] = None
    """The participants, in the order in which they were added."""

    def __init__(
        self,
        room: Optional[Mapping[str, Any]] = None,
        *,
        id: Optional[str] = None,  # noqa: A002  the published name
        created_at: Union[datetime, str, None] = None,
        valid_from: Union[datetime, str, None] = None,
        valid_until: Union[datetime, str, None] = None,
        pstn_dial_out_enabled: Optional[bool] = None,
        room_join_policy: Union[RoomJoinPolicy, str, None] = None,
        participants: Optional[Iterable[RoomParticipant]] = None,
    ) -> None:
        if room is not None:
            members = _to_python_names(room)
            CommunicationRoom.__init__(self, **{name: members[name] for name in _ROOM_MEMBERS if name in members})
            return
        if not isinstance(id, str):
            raise TypeError(f"id must be a str, not {type(id).__name__}")
        self.id: Final[str] = id
        self.created_at = _to_datetime("created_at", created_at)
        self.valid_from = _to_datetime("valid_from", valid_from)
        self.valid_until = _to_datetime("valid_until", valid_until)
        self.pstn_dial_out_enabled = _to_bool("pstn_dial_out_enabled", pstn_dial_out_enabled)
        self.room_join_policy = None if room_join_policy is None else parse_join_policy(room_join_policy)
        self.participants = None if participants is None else _to_participants(participants)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "id" and hasattr(self, "id"):
            raise AttributeError("the id of a CommunicationRoom is read-only: its hash depends on it")
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CommunicationRoom):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _ROOM_MEMBERS)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        values = ((name, getattr(self, name)) for name in _ROOM_MEMBERS)
        texts = (f"{name}={_plain(value)!r}" for name, value in values if value is not None)
        return f"CommunicationRoom({', '.join(texts)})"


_ROOM_MEMBERS = ("id", *CommunicationRoom.__annotations__)

#: Members that the service calls by another name than this library.
_RENAMED = {"created_date_time": "created_at"}


def _to_python_names(members: Mapping[str, Any]) -> dict[str, Any]:
    """Convert the names of a mapping from the service's camel case."""
    names = {name: re.sub("([A-Z])", r"_\1", name).lower() for name in members if isinstance(name, str)}
    return {_RENAMED.get(names[name], names[name]): members[name] for name in names}


def _find_identifier(members: Mapping[str, Any]) -> Any:
    """Find the raw id of a participant, which stands in one of three places; None if it is in none of them."""
    identifier = members.get("communication_identifier", members)
    if not isinstance(identifier, Mapping):
        return identifier
    names = _to_python_names(identifier)
    user = names.get("communication_user")
    return names.get("raw_id") or (user.get("id") if isinstance(user, Mapping) else None)


def _to_participants(participants: Iterable[Any]) -> list[RoomParticipant]:
    return [each if isinstance(each, RoomParticipant) else RoomParticipant(each) for each in participants]


def _to_bool(name: str, value: Optional[bool]) -> Optional[bool]:
    if value is not None and not isinstance(value, bool):
        raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
    return value


def _to_datetime(name: str, value: Union[datetime, str, None]) -> Optional[datetime]:
    if value is None:
        return None
    if isinstance(value, datetime):
        return to_utc(value)
    if isinstance(value, str):
        return parse_datetime(value)
    raise TypeError(f"{name} must be a datetime or RFC 3339 text, not {type(value).__name__}")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Enum) else value
