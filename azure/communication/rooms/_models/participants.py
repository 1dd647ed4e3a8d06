"""Participants of a room, and what identifies them."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol, Union, runtime_checkable

import azure.communication.rooms as rooms

from .._annotations import Unchanged
from .members import to_json, to_python_names
from .roles import ParticipantRole, parse_role


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


#: What identifies a user: an identifier, a participant, or a raw id.
ParticipantLike = Union[HasRawId, str]
#: Participants of a call that ignores roles.
Participants = Annotated[Iterable[ParticipantLike], Unchanged()]
#: Participants of a call that sets roles: a mapping to roles, or a list, where the default role is Attendee.
ParticipantsWithRoles = Annotated[
    Union[Mapping[Any, Union[ParticipantRole, str, None]], Iterable[ParticipantLike]], Unchanged()
]


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
            members = to_python_names(identifier)
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
        if name == "communication_identifier" and get_raw_id(value) != self.raw_id:
            raise AttributeError("this is the identifier of another user: make another RoomParticipant")
        super().__setattr__(name, parse_role(value) if name == "role" else value)

    def __delattr__(self, name: str) -> None:
        if name == "raw_id":
            raise AttributeError("the raw_id of a RoomParticipant is read-only: its hash depends on it")
        super().__delattr__(name)

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
            "communication_identifier": {name: to_json(value) for name, value in members.items() if value is not None},
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

    def as_dict(self) -> dict[str, Any]:
        """Convert to values that ``json`` takes: ``added``, ``changed`` and ``removed``.

        :rtype: dict[str, Any]
        """
        return {name: to_json(getattr(self, name)) for name in ("added", "changed", "removed")}

    def __repr__(self) -> str:
        return f"ParticipantChanges(added={self.added!r}, changed={self.changed!r}, removed={self.removed!r})"


def _find_identifier(members: Mapping[str, Any]) -> Any:
    """Find the raw id of a participant, which stands in one of three places; None if it is in none of them."""
    identifier = members.get("communication_identifier", members)
    if not isinstance(identifier, Mapping):
        return identifier
    names = to_python_names(identifier)
    user = names.get("communication_user")
    return names.get("raw_id") or (user.get("id") if isinstance(user, Mapping) else None)
