"""Public models: rooms, participants, roles and join policies.

Models are ordinary objects: they compare by value and can be hashed, copied, pickled and given further attributes, and
``vars`` shows their members by name. The id of a room and the raw id of a participant are read-only, so that a hash
stays true. The members lie in ``__dict__`` under their public names, also those that are properties; what api-version
2022-02-01 alone has is there only where it is given.

Annotations here are objects, not strings, so that ``typing.get_type_hints`` works on every supported Python. Names of
``azure.communication.identity``, which takes time to import, are resolved through the package when they are first used.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    NoReturn,
    Optional,
    Protocol,
    Union,
    overload,
    runtime_checkable,
)

from azure.core import CaseInsensitiveEnumMeta

import azure.communication.rooms as rooms

from ._annotations import Unchanged
from ._time_arguments import convert_time, utc_now


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

    else:
        role = ParticipantRole.ATTENDEE  # of a participant that a release without roles pickled

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

    def as_dict(self) -> dict[str, Any]:
        """Convert to values that ``json`` takes, by the names of this class.

        :returns: ``communication_identifier``, with ``kind``, ``properties`` and ``raw_id``; ``role``; ``raw_id``.
        :rtype: dict[str, Any]
        """
        identifier = self.communication_identifier
        members = {name: getattr(identifier, name, None) for name in ("kind", "properties", "raw_id")}
        return {
            "communication_identifier": {name: _to_json(value) for name, value in members.items() if value is not None},
            "role": str(self.role),
            "raw_id": self.raw_id,
        }

    def _asdict(self) -> dict[str, Any]:
        """The members by the names that azure-cli prints, those of release 1.2.0.

        Its ``todict`` calls this method if there is one, and else reads ``__dict__``, where the identifier may not be
        yet.
        """
        identifier = self.communication_identifier
        own = {name: value for name, value in vars(self).items() if name not in (*_PARTICIPANT_MEMBERS, "raw_id")}
        return {"communicationIdentifier": identifier, "role": self.role, **own}


_PARTICIPANT_MEMBERS = ("communication_identifier", "role")


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

    def as_dict(self) -> dict[str, Any]:
        """Convert to values that ``json`` takes: ``added``, ``changed`` and ``removed``.

        :rtype: dict[str, Any]
        """
        return {name: _to_json(getattr(self, name)) for name in ("added", "changed", "removed")}

    def __repr__(self) -> str:
        return f"ParticipantChanges(added={self.added!r}, changed={self.changed!r}, removed={self.removed!r})"


class CommunicationRoom:
    """A room, as the service describes it.

    :param room: A mapping with the members that the service sends, in place of the keywords.
    :type room: Mapping[str, Any]
    :keyword str id: Unique id of the room. Required, and read-only afterwards.
    :keyword created_at: When the room was created. Required. A naive datetime is local time; text is ISO 8601, UTC
        where it names no zone.
    :paramtype created_at: ~datetime.datetime or str
    :keyword valid_from: When the room opens. Required.
    :paramtype valid_from: ~datetime.datetime or str
    :keyword valid_until: When the room closes. Required.
    :paramtype valid_until: ~datetime.datetime or str
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
    :raises TypeError: If the id or a time is missing or of another type, pstn_dial_out_enabled is not a bool, the
        policy is not a string, or an item of participants is not one.
    :raises ValueError: If the text of a time is not ISO 8601.
    """

    created_at: datetime
    """When the room was created; aware, in UTC."""
    valid_from: datetime
    """When the room opens; aware, in UTC."""
    valid_until: datetime
    """When the room closes; aware, in UTC."""
    pstn_dial_out_enabled: Optional[bool] = None
    """Whether calls in the room may dial out to phone numbers."""
    room_join_policy: Union[RoomJoinPolicy, str, None] = None
    """Who may join. A policy that this release does not know is kept as ``str``."""
    participants: Optional[list[RoomParticipant]] = None
    """The participants, in the order in which they were added."""

    @overload
    def __init__(self, room: Mapping[str, Any]) -> None: ...

    @overload
    def __init__(
        self,
        *,
        id: str,
        created_at: Union[datetime, str],
        valid_from: Union[datetime, str],
        valid_until: Union[datetime, str],
        pstn_dial_out_enabled: Optional[bool] = None,
        room_join_policy: Union[RoomJoinPolicy, str, None] = None,
        participants: Optional[Iterable[RoomParticipant]] = None,
    ) -> None: ...

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
        times = {"created_at": created_at, "valid_from": valid_from, "valid_until": valid_until}
        missing = [name for name, value in {"id": id, **times}.items() if value is None]
        if missing:
            raise TypeError(
                f"CommunicationRoom() needs {', '.join(missing)}. To make a room in the service, call "
                "RoomsClient.create_room()."
            )
        if not isinstance(id, str):
            raise TypeError(f"id must be a str, not {type(id).__name__}")
        self.id: Final[str] = id
        for name, value in times.items():
            setattr(self, name, convert_time(name, value))  # type: ignore[arg-type]  # None was refused above
        self.pstn_dial_out_enabled = _to_bool("pstn_dial_out_enabled", pstn_dial_out_enabled)
        if room_join_policy is not None:
            self.room_join_policy = parse_join_policy(room_join_policy)
        if participants is not None:
            self.participants = _to_participants(participants)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "id" and hasattr(self, "id"):
            raise AttributeError("the id of a CommunicationRoom is read-only: its hash depends on it")
        super().__setattr__(name, value)

    def is_open(self, at: Union[datetime, str, None] = None) -> bool:
        """Tell whether participants can join the room: from ``valid_from`` on, until just before ``valid_until``.

        :param at: When. A naive datetime is local time. Default: now, by this machine's clock.
        :type at: ~datetime.datetime or str or None
        :rtype: bool
        :raises TypeError: If it is neither a datetime nor text.
        :raises ValueError: If text is not ISO 8601.
        """
        return self.valid_from <= _to_moment(at) < self.valid_until

    def has_ended(self, at: Union[datetime, str, None] = None) -> bool:
        """Tell whether the room has closed: at ``valid_until`` and later.

        :param at: See :meth:`is_open`.
        :type at: ~datetime.datetime or str or None
        :rtype: bool
        :raises TypeError: If it is neither a datetime nor text.
        :raises ValueError: If text is not ISO 8601.
        """
        return self.valid_until <= _to_moment(at)

    def as_dict(self) -> dict[str, Any]:
        """Convert to values that ``json`` takes, by the names of this class.

        :returns: Times are ISO 8601 text in UTC. ``room_join_policy`` and ``participants`` are there only where they
            are not None.
        :rtype: dict[str, Any]
        """
        values = {name: getattr(self, name, None) for name in _ROOM_MEMBERS}
        return {name: _to_json(value) for name, value in values.items() if value is not None or name in _ALWAYS_THERE}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CommunicationRoom):
            return NotImplemented
        return all(getattr(self, name, None) == getattr(other, name, None) for name in _ROOM_MEMBERS)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        values = ((name, getattr(self, name, None)) for name in _ROOM_MEMBERS)
        texts = (f"{name}={_plain(value)!r}" for name, value in values if value is not None)
        return f"CommunicationRoom({', '.join(texts)})"


_ROOM_MEMBERS = ("id", *CommunicationRoom.__annotations__)
#: The members that every room has in every api-version of today.
_ALWAYS_THERE = _ROOM_MEMBERS[:5]

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


def _to_moment(at: Union[datetime, str, None]) -> datetime:
    return utc_now() if at is None else convert_time("at", at)


def _to_json(value: Any) -> Any:
    """Convert a member to values that ``json`` takes."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _to_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_to_json(each) for each in value]
    return value.as_dict() if isinstance(value, RoomParticipant) else value


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Enum) else value
