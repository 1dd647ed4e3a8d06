"""Rooms."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final, Optional, Union, overload

from .._time_arguments import convert_time, utc_now
from .members import to_json, to_python_names
from .participants import RoomParticipant
from .roles import RoomJoinPolicy, parse_join_policy


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
            if not isinstance(room, Mapping):
                raise TypeError(
                    "a CommunicationRoom is made of keywords, or of a mapping with the members that the service sends, "
                    f"not of {type(room).__name__}"
                )
            members = to_python_names(room)
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
            setattr(self, name, convert_time(name, value))  # type: ignore[arg-type]  # None is rejected above
        self.pstn_dial_out_enabled = _to_bool("pstn_dial_out_enabled", pstn_dial_out_enabled)
        if room_join_policy is not None:
            self.room_join_policy = parse_join_policy(room_join_policy)
        if participants is not None:
            self.participants = _to_participants(participants)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "id" and hasattr(self, "id"):
            raise AttributeError("the id of a CommunicationRoom is read-only: its hash depends on it")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        if name == "id":
            raise AttributeError("the id of a CommunicationRoom is read-only: its hash depends on it")
        super().__delattr__(name)

    def is_open(self, at: Union[datetime, str, None] = None) -> bool:
        """Return whether participants can join the room: from ``valid_from`` on, until just before ``valid_until``.

        :param at: When. A naive datetime is local time. Default: now, by this machine's clock.
        :type at: ~datetime.datetime or str or None
        :rtype: bool
        :raises TypeError: If it is neither a datetime nor text.
        :raises ValueError: If text is not ISO 8601.
        """
        return self.valid_from <= _to_time(at) < self.valid_until

    def has_ended(self, at: Union[datetime, str, None] = None) -> bool:
        """Return whether the room has closed: at ``valid_until`` and later.

        :param at: See :meth:`is_open`.
        :type at: ~datetime.datetime or str or None
        :rtype: bool
        :raises TypeError: If it is neither a datetime nor text.
        :raises ValueError: If text is not ISO 8601.
        """
        return self.valid_until <= _to_time(at)

    def as_dict(self) -> dict[str, Any]:
        """Convert to values that ``json`` takes, by the names of this class.

        :returns: Times are ISO 8601 text in UTC. ``room_join_policy`` and ``participants`` are there only where they
            are not None.
        :rtype: dict[str, Any]
        """
        values = {name: getattr(self, name, None) for name in _ROOM_MEMBERS}
        return {name: to_json(value) for name, value in values.items() if value is not None or name in _ALWAYS_THERE}

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


def _to_participants(participants: Iterable[Any]) -> list[RoomParticipant]:
    return [each if isinstance(each, RoomParticipant) else RoomParticipant(each) for each in participants]


def _to_bool(name: str, value: Optional[bool]) -> Optional[bool]:
    if value is not None and not isinstance(value, bool):
        raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
    return value


def _to_time(at: Union[datetime, str, None]) -> datetime:
    return utc_now() if at is None else convert_time("at", at)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Enum) else value
