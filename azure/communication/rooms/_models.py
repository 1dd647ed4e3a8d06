"""What users hold: rooms and participants.

Both models are read from the service and made by hand, compare by value, and can be hashed, copied and pickled. What
identifies one (a room's id, a participant's raw id) cannot be reassigned, so a hash stays true.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from azure.core import CaseInsensitiveEnumMeta

from ._datetimes import parse_datetime, to_utc

if TYPE_CHECKING:
    from azure.communication.identity import CommunicationIdentifier


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


def raw_id_of(identifier: Any) -> str:
    """The raw id of a communication identifier.

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
    """Somebody who may join a room, and in which role.

    :param communication_identifier: Who: any object with ``raw_id``, such as the identifier classes of this package,
        or the raw id itself. A mapping of the service's own members is taken too: ``rawId``, or
        ``communicationIdentifier`` as api-version 2022-02-01 has it, and ``role``, which then goes before the argument
        of that name.
    :type communication_identifier: ~azure.communication.rooms.CommunicationIdentifier or str or Mapping[str, Any]
    :param role: What the participant may do. None means Attendee, as in the service. A role that is not known here is
        kept as ``str``.
    :type role: ~azure.communication.rooms.ParticipantRole or str or None
    :ivar raw_id: The raw id of the identifier. Cannot be reassigned.
    :vartype raw_id: str
    :ivar role: The role; may be reassigned.
    :vartype role: ~azure.communication.rooms.ParticipantRole or str
    :raises TypeError: If the identifier or the role is of another type.
    :raises ValueError: If the raw id or the role is empty.
    """

    __slots__ = ("_identifier", "_raw_id", "_role")

    def __init__(
        self,
        communication_identifier: CommunicationIdentifier | str | Mapping[str, Any],
        role: ParticipantRole | str | None = ParticipantRole.ATTENDEE,
    ) -> None:
        if isinstance(communication_identifier, Mapping):
            communication_identifier, role = _members(communication_identifier, role)
        self._raw_id = raw_id_of(communication_identifier)
        self._role = known_role(role)
        self._identifier = None if isinstance(communication_identifier, str) else communication_identifier

    @property
    def raw_id(self) -> str:
        """The raw id of the participant's identifier.

        :rtype: str
        """
        return self._raw_id

    @property
    def role(self) -> ParticipantRole | str:
        """What the participant may do.

        :rtype: ~azure.communication.rooms.ParticipantRole or str
        """
        return self._role

    @role.setter
    def role(self, value: ParticipantRole | str | None) -> None:
        self._role = known_role(value)

    @property
    def communication_identifier(self) -> CommunicationIdentifier:
        """The identifier: the object this was made with, else one made from the raw id when first asked for.

        :rtype: ~azure.communication.rooms.CommunicationIdentifier
        """
        if self._identifier is None:
            from azure.communication.identity import identifier_from_raw_id  # nobody who lists raw ids pays for it

            self._identifier = identifier_from_raw_id(self._raw_id)
        return self._identifier  # type: ignore[return-value]  # any object with raw_id is taken, as documented

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RoomParticipant):
            return NotImplemented
        return self._raw_id == other._raw_id and self._role == other._role

    def __hash__(self) -> int:
        return hash(self._raw_id)

    def __repr__(self) -> str:
        return f"RoomParticipant({self._raw_id!r}, role={str(self._role)!r})"

    def __reduce__(self) -> Any:
        return RoomParticipant, (self._raw_id, self._role)  # the identifier can be made again


class ParticipantChanges:
    """What :meth:`RoomsClient.set_participants` changed. It is false where nothing was.

    :ivar added: Who was added, with their roles.
    :vartype added: list[~azure.communication.rooms.RoomParticipant]
    :ivar changed: Whose role was changed, with their new roles.
    :vartype changed: list[~azure.communication.rooms.RoomParticipant]
    :ivar removed: Who was removed, with the roles that they had.
    :vartype removed: list[~azure.communication.rooms.RoomParticipant]
    """

    __slots__ = ("added", "changed", "removed")

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


def participants_of(wire: list[Mapping[str, Any]]) -> list[RoomParticipant]:
    """Participants from members that the service sent (``rawId``, ``role``).

    Lists are long, so this says in one loop what :class:`RoomParticipant` says for one; that is asked for whatever is
    not as the service always sends it.

    :raises TypeError: If an item is none of a participant.
    :raises ValueError: If a raw id or a role is empty.
    """
    participants: list[RoomParticipant] = []
    add, new, roles = participants.append, RoomParticipant.__new__, ROLES
    for item in wire:
        try:
            raw_id, role = item["rawId"], roles[item["role"]]
        except KeyError:
            add(RoomParticipant(item["rawId"], item.get("role")))
            continue
        if raw_id.__class__ is not str or not raw_id:
            raw_id = raw_id_of(raw_id)  # which says what is wrong with it
        participant = new(RoomParticipant)
        participant._raw_id, participant._role, participant._identifier = raw_id, role, None  # noqa: SLF001  its module
        add(participant)
    return participants


def roles_of(participants: Iterable[Any]) -> dict[str, str]:
    """Raw id -> role, as plain text, of those in a list who are participants and nothing else; in one loop, too."""
    plain = str.__str__
    return {
        each._raw_id: plain(each._role)  # noqa: SLF001  its module
        for each in participants
        if each.__class__ is RoomParticipant
    }


def _members(wire: Mapping[str, Any], role: Any) -> tuple[Any, Any]:
    """The identifier and the role in a mapping of the service's own members, as either wire has them."""
    identifier = wire.get("communicationIdentifier", wire)
    if isinstance(identifier, Mapping):
        user = identifier.get("communicationUser")
        identifier = identifier.get("rawId") or (user.get("id") if isinstance(user, Mapping) else None) or wire
    return identifier, wire.get("role", role)


class CommunicationRoom:
    """A room, as the service described it.

    :param room: A mapping of the service's own members (``id``, ``createdAt``, ...), in place of the keywords.
    :type room: Mapping[str, Any] or None
    :keyword str id: Unique id of the room. Cannot be reassigned.
    :keyword created_at: When the room was created. Here as below: a naive datetime is local time, text is RFC 3339.
    :paramtype created_at: ~datetime.datetime or str or None
    :keyword valid_from: From when the room can be joined.
    :paramtype valid_from: ~datetime.datetime or str or None
    :keyword valid_until: Until when the room can be joined.
    :paramtype valid_until: ~datetime.datetime or str or None
    :keyword pstn_dial_out_enabled: Whether calls in the room may dial out to phone numbers. None where the service
        did not say: api-versions before 2023-10-30-preview.
    :paramtype pstn_dial_out_enabled: bool or None
    :keyword room_join_policy: Who may join. None where the service did not say: every api-version but 2022-02-01.
    :paramtype room_join_policy: ~azure.communication.rooms.RoomJoinPolicy or str or None
    :keyword participants: Who is invited. None where the service did not say: every api-version but 2022-02-01, see
        :meth:`RoomsClient.list_participants`.
    :paramtype participants: Iterable[~azure.communication.rooms.RoomParticipant] or None
    :ivar created_at: When the room was created, aware and in UTC.
    :vartype created_at: ~datetime.datetime or None
    :ivar valid_from: From when the room can be joined, aware and in UTC.
    :vartype valid_from: ~datetime.datetime or None
    :ivar valid_until: Until when the room can be joined, aware and in UTC.
    :vartype valid_until: ~datetime.datetime or None
    :ivar pstn_dial_out_enabled: Whether calls in the room may dial out to phone numbers.
    :vartype pstn_dial_out_enabled: bool or None
    :ivar room_join_policy: Who may join. One that is not known here is kept as ``str``.
    :vartype room_join_policy: ~azure.communication.rooms.RoomJoinPolicy or str or None
    :ivar participants: Who is invited, in the order in which they were added.
    :vartype participants: list[~azure.communication.rooms.RoomParticipant] or None
    :raises TypeError: If the id is missing or not a string, a time is neither datetime, RFC 3339 text nor None, the
        flag is no bool, the policy no string, or an item of participants no participant.
    :raises ValueError: If text that should be a date-time is none.
    """

    __slots__ = (
        "_id",
        "created_at",
        "participants",
        "pstn_dial_out_enabled",
        "room_join_policy",
        "valid_from",
        "valid_until",
    )

    def __init__(
        self,
        room: Mapping[str, Any] | None = None,
        *,
        id: str | None = None,  # noqa: A002  the published name
        created_at: datetime | str | None = None,
        valid_from: datetime | str | None = None,
        valid_until: datetime | str | None = None,
        pstn_dial_out_enabled: bool | None = None,
        room_join_policy: RoomJoinPolicy | str | None = None,
        participants: Iterable[RoomParticipant] | None = None,
    ) -> None:
        if room is not None:
            id = room.get("id")  # noqa: A001  likewise
            pstn_dial_out_enabled = room.get("pstnDialOutEnabled")
            created_at, valid_from = room.get("createdAt", room.get("createdDateTime")), room.get("validFrom")
            valid_until = room.get("validUntil")
            room_join_policy, participants = room.get("roomJoinPolicy"), room.get("participants")
        if not isinstance(id, str):
            raise TypeError(f"id must be a str, not {type(id).__name__}")
        self._id = id
        self.created_at: datetime | None = _moment("created_at", created_at)
        self.valid_from: datetime | None = _moment("valid_from", valid_from)
        self.valid_until: datetime | None = _moment("valid_until", valid_until)
        if pstn_dial_out_enabled is not None and not isinstance(pstn_dial_out_enabled, bool):
            raise TypeError(f"pstn_dial_out_enabled must be a bool, not {type(pstn_dial_out_enabled).__name__}")
        self.pstn_dial_out_enabled: bool | None = pstn_dial_out_enabled
        self.room_join_policy: RoomJoinPolicy | str | None = _join_policy(room_join_policy)
        self.participants: list[RoomParticipant] | None = None if participants is None else _roster(participants)

    @property
    def id(self) -> str:
        """Unique id of the room.

        :rtype: str
        """
        return self._id

    def _values(self) -> dict[str, Any]:
        """Every value by its name; those that 2022-02-01 alone has only where there are any."""
        names = ("id", "created_at", "valid_from", "valid_until", "pstn_dial_out_enabled")
        values = {name: getattr(self, name) for name in names}
        if self.room_join_policy is not None:
            values["room_join_policy"] = str(self.room_join_policy)
        if self.participants is not None:
            values["participants"] = self.participants
        return values

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CommunicationRoom):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._id)

    def __repr__(self) -> str:
        return f"CommunicationRoom({', '.join(f'{name}={value!r}' for name, value in self._values().items())})"


def _roster(participants: Iterable[Any]) -> list[RoomParticipant]:
    """The participants of a room from what a user or the service gave."""
    return [each if isinstance(each, RoomParticipant) else RoomParticipant(each) for each in participants]


def rooms_of(wire: list[Mapping[str, Any]]) -> list[CommunicationRoom]:
    """Rooms from members that the service sent, in one loop as :func:`participants_of`.

    :raises TypeError: If an item is none of a room.
    :raises ValueError: If a time in it is none.
    """
    rooms: list[CommunicationRoom] = []
    add, new, parse = rooms.append, CommunicationRoom.__new__, parse_datetime
    for item in wire:
        try:
            id_, flag = item["id"], item["pstnDialOutEnabled"]
            created_at, valid_from, valid_until = item["createdAt"], item["validFrom"], item["validUntil"]
        except KeyError:
            add(CommunicationRoom(item))
            continue
        if not (id_.__class__ is created_at.__class__ is valid_from.__class__ is valid_until.__class__ is str) or (
            flag.__class__ is not bool
        ):
            add(CommunicationRoom(item))
            continue
        room = new(CommunicationRoom)
        room._id = id_  # noqa: SLF001  its module
        room.created_at, room.valid_from, room.valid_until = parse(created_at), parse(valid_from), parse(valid_until)
        room.pstn_dial_out_enabled, room.room_join_policy, room.participants = flag, None, None
        add(room)
    return rooms


def _join_policy(value: RoomJoinPolicy | str | None) -> RoomJoinPolicy | str | None:
    """A join policy of a room from what a user or the service gave."""
    if value is None:
        return None
    return known_join_policy(value)


def _moment(name: str, value: datetime | str | None) -> datetime | None:
    """A time member of a room from what a user or the service gave."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return to_utc(value)
    if isinstance(value, str):
        return parse_datetime(value)
    raise TypeError(f"{name} must be a datetime or RFC 3339 text, not {type(value).__name__}")
