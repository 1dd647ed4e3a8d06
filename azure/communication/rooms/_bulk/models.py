"""What users of ``bulk`` hold: requests, results, progress and errors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple, Optional, Union

from .._models import CommunicationRoom, RoomJoinPolicy


@dataclass(frozen=True)
class RoomRequest:
    """One room to create, with the keywords of :meth:`RoomsClient.create_room`. What is None is left to the service.

    :keyword valid_from: From when the room can be joined. Default: now, by the service's clock.
    :paramtype valid_from: ~datetime.datetime or str or None
    :keyword valid_until: Until when the room can be joined. Default: 180 days from now.
    :paramtype valid_until: ~datetime.datetime or str or None
    :keyword pstn_dial_out_enabled: Whether calls in the room may dial out to phone numbers. Default: False, by the
        service.
    :paramtype pstn_dial_out_enabled: bool or None
    :keyword room_join_policy: Who may join. Exists in api-version 2022-02-01 alone.
    :paramtype room_join_policy: ~azure.communication.rooms.RoomJoinPolicy or str or None
    :keyword participants: Participants; identifiers or raw ids; or a mapping of raw ids to roles.
    :paramtype participants: Iterable[~azure.communication.rooms.RoomParticipant] or Mapping[str, str] or None
    """

    valid_from: Union[datetime, str, None] = None
    valid_until: Union[datetime, str, None] = None
    pstn_dial_out_enabled: Optional[bool] = None
    room_join_policy: Union[RoomJoinPolicy, str, None] = None
    participants: Union[Mapping[Any, Any], Iterable[Any], None] = None

    def keywords(self) -> dict[str, Any]:
        """The keywords of ``create_room`` that are not None.

        :rtype: dict[str, Any]
        """
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


#: What ``create_rooms`` takes as one row.
RoomRow = Union[RoomRequest, Mapping[str, Any]]


@dataclass(frozen=True)
class BulkResult:
    """The outcome of one row."""

    index: int
    """Position of the row in the iterable, counted from 0."""
    request: Any
    """The row as it was given."""
    room: Optional[CommunicationRoom]
    """The room that was created. None after a delete, and where there is an error."""
    error: Optional[Exception]
    """Why the row failed; None where it succeeded."""


class BulkProgress(NamedTuple):
    """How far a job has come. ``on_progress`` gets one after each row."""

    completed: int
    """Rows that have a result."""
    succeeded: int
    """Rows that have one without an error."""
    failed: int
    """Rows that have one with an error."""
    from_journal: int
    """Rows of which nothing was sent, because the journal has their outcome."""


class JournalError(ValueError):
    """The journal cannot be used: it is damaged, in use, of another job, or of other input. Nothing is sent."""


class OutcomeUnknownError(Exception):
    """A create was sent, its response is not known, and the service no longer recognizes it if it is sent again.

    The room may exist. :meth:`RoomsClient.list_rooms` shows whether a room was created about ``first_sent``.

    :ivar int index: Position of the row.
    :ivar first_sent: When the create was sent first, aware and in UTC.
    :vartype first_sent: ~datetime.datetime
    """

    def __init__(self, index: int, first_sent: datetime) -> None:
        super().__init__(index, first_sent)
        self.index = index
        self.first_sent = first_sent

    def __str__(self) -> str:
        return (
            f"row {self.index}: a create was sent at {self.first_sent.isoformat()} and its outcome is not known. The "
            "service recognizes a repeated create for five minutes only, so it is not sent again. Look whether a room "
            "was created at that time; to create the room anyway, remove the row's lines from the journal."
        )
