"""What is said on api-version 2022-02-01, the first preview.

A room holds its participants and a join policy; participants are changed by three operations that answer with all of
them; nothing comes in pages. Bodies are written and read by msrest, which only this module brings. Facts about the
service's answers: see the descriptions in ``swagger/rooms-2022-02-01.json``.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Callable, TypeVar, cast

from azure.core.rest import HttpRequest
from msrest import Deserializer, Serializer
from msrest.serialization import Model

from .._generated import v2022_02_01 as builders
from .._generated.v2022_02_01 import _models as models
from .._models import CommunicationRoom, ParticipantChanges, RoomJoinPolicy, RoomParticipant, known_join_policy
from .arguments import bool_to_wire, given_roles, moment_to_utc, raw_ids_and_roles, room_id_to_wire, roster_to_wire
from .call import NOTHING_SAID, Call, Page, Repeatability, nothing
from .participant_lists import Present, after_listing, changes_between, keeping_roles
from .versions import Version

if TYPE_CHECKING:
    from .arguments import Participants
    from .call import Given

M = TypeVar("M", bound=Model)
Roster = list[RoomParticipant]

_SERIALIZER = Serializer(models.MODELS)
_DESERIALIZER = Deserializer(models.MODELS)

#: How the raw ids of Communication Services users begin, in the public cloud and the sovereign ones. See
#: https://learn.microsoft.com/azure/communication-services/concepts/identifiers.
_USER_PREFIXES = ("8:acs:", "8:dod-acs:", "8:gcch-acs:", "8:spool:")


class Operations2022:
    """The calls of api-version 2022-02-01, by the names that the current wire has for them.

    :param str endpoint: Scheme, host and port of the resource, without a slash at the end.
    :param version: The api-version.
    :type version: ~azure.communication.rooms._wire.versions.Version
    """

    def __init__(self, endpoint: str, version: Version) -> None:
        self._endpoint = endpoint
        self._version = version

    def create_room(
        self,
        *,
        valid_from: Given[datetime],
        valid_until: Given[datetime],
        pstn_dial_out_enabled: Given[bool],
        room_join_policy: Given[RoomJoinPolicy | str],
        participants: Participants | None,
        repeatability: Repeatability,
    ) -> Call[CommunicationRoom]:
        """``POST /rooms``."""
        self._refuse_pstn_dial_out(pstn_dial_out_enabled)
        request = builders.build_rooms_create_room_request(
            self._endpoint,
            api_version=self._version.text,
            body=_body(
                models.CreateRoomRequest(
                    valid_from=_moment("valid_from", valid_from),
                    valid_until=_moment("valid_until", valid_until),
                    room_join_policy=_join_policy(room_join_policy),
                    participants=_with_roles(participants),
                )
            ),
            repeatability_request_id=repeatability.request_id,
            repeatability_first_sent=_SERIALIZER.serialize_iso(repeatability.first_sent),
        )
        statuses = builders.STATUSES["rooms_create_room"]
        return Call(request, statuses, room_from_wire, expires=repeatability.expires)

    def get_room(self, room_id: str) -> Call[CommunicationRoom]:
        """``GET /rooms/{roomId}``."""
        request = self._request(builders.build_rooms_get_room_request, room_id)
        return Call(request, builders.STATUSES["rooms_get_room"], room_from_wire)

    def update_room(
        self,
        room_id: str,
        *,
        valid_from: Given[datetime],
        valid_until: Given[datetime],
        pstn_dial_out_enabled: Given[bool],
        room_join_policy: Given[RoomJoinPolicy | str],
        participants: Given[Participants],
    ) -> Call[CommunicationRoom]:
        """``PATCH /rooms/{roomId}``."""
        self._refuse_pstn_dial_out(pstn_dial_out_enabled)
        request = self._request(
            builders.build_rooms_update_room_request,
            room_id,
            models.UpdateRoomRequest(
                valid_from=_moment("valid_from", valid_from),
                valid_until=_moment("valid_until", valid_until),
                room_join_policy=_join_policy(room_join_policy),
                participants=_with_roles(participants),
            ),
        )
        return Call(request, builders.STATUSES["rooms_update_room"], room_from_wire)

    def delete_room(self, room_id: str) -> Call[None]:
        """``DELETE /rooms/{roomId}``."""
        request = self._request(builders.build_rooms_delete_room_request, room_id)
        return Call(request, builders.STATUSES["rooms_delete_room"], nothing, absent_is_success=True)

    def list_rooms(self, next_link: str | None) -> Call[Page[CommunicationRoom]]:
        """This version has no list of rooms.

        :raises ValueError: Always.
        """
        raise self._version.lacks("list_rooms", since="2023-03-31-preview")

    def list_participants(self, room_id: str, next_link: str | None) -> Call[Page[RoomParticipant]]:
        """``GET /rooms/{roomId}/participants``: all of them, as one page.

        :raises ValueError: If a page is asked for by a link: this version has no pages to resume at.
        """
        if next_link is not None:
            raise ValueError(f"api-version {self._version.text} lists participants without pages; leave the token out")
        request = self._request(builders.build_rooms_get_participants_request, room_id)
        statuses = builders.STATUSES["rooms_get_participants"]
        return Call(request, statuses, lambda wire: Page(roster_from_wire(wire), None))

    def add_participants(self, room_id: str, participants: Participants) -> Call[Roster]:
        """``POST /rooms/{roomId}/participants:add``."""
        return self._add(room_id, roster_to_wire(participants))

    def update_participants(self, room_id: str, participants: Participants) -> Call[Roster]:
        """``POST /rooms/{roomId}/participants:update``."""
        return self._update(room_id, roster_to_wire(participants))

    def add_or_update_participants(
        self, room_id: str, participants: Participants, keep_roles: bool = False
    ) -> Call[Roster]:
        """The roster is read; then who is new is added and who is known is updated, as far as there are such."""
        given = given_roles(participants) if bool_to_wire("keep_roles", keep_roles) else roster_to_wire(participants)

        def after_reading(present: Roster) -> Call[Roster] | None:
            there = {participant.raw_id: str.__str__(participant.role) for participant in present}
            roster = keeping_roles(there, given)
            known = {raw_id: role for raw_id, role in roster.items() if raw_id in there}
            new = {raw_id: role for raw_id, role in roster.items() if raw_id not in there}
            update = self._update(room_id, known) if known else None
            return self._add(room_id, new, then=lambda _: update) if new else update

        request = self._request(builders.build_rooms_get_participants_request, room_id)
        return Call(request, builders.STATUSES["rooms_get_participants"], roster_from_wire, after_reading)

    def set_participants(self, room_id: str, participants: Participants) -> Call[ParticipantChanges]:
        """The list, then ``PATCH /rooms/{roomId}`` with all participants where somebody differs."""
        wanted = roster_to_wire(participants)

        def conclude(present: Present) -> tuple[ParticipantChanges, Call[CommunicationRoom] | None]:
            changes = changes_between(present, wanted)
            body = models.UpdateRoomRequest(participants=_participants({**wanted}))
            request = self._request(builders.build_rooms_update_room_request, room_id, body)
            return changes, Call(request, builders.STATUSES["rooms_update_room"], room_from_wire) if changes else None

        return after_listing(lambda link: self.list_participants(room_id, link), conclude)

    def remove_participants(self, room_id: str, participants: Participants) -> Call[Roster]:
        """``POST /rooms/{roomId}/participants:remove``. A role goes out with a participant who was given with one."""
        body = models.RemoveParticipantsRequest(participants=_participants(raw_ids_and_roles(participants)))
        request = self._request(builders.build_rooms_remove_participants_request, room_id, body)
        return Call(request, builders.STATUSES["rooms_remove_participants"], roster_from_wire)

    def _add(
        self, room_id: str, roster: dict[str, str], then: Callable[[Roster], Call[Roster] | None] | None = None
    ) -> Call[Roster]:
        body = models.AddParticipantsRequest(participants=_participants({**roster}))
        request = self._request(builders.build_rooms_add_participants_request, room_id, body)
        return Call(request, builders.STATUSES["rooms_add_participants"], roster_from_wire, then)

    def _update(self, room_id: str, roster: dict[str, str]) -> Call[Roster]:
        body = models.UpdateParticipantsRequest(participants=_participants({**roster}))
        request = self._request(builders.build_rooms_update_participants_request, room_id, body)
        return Call(request, builders.STATUSES["rooms_update_participants"], roster_from_wire)

    def _request(self, build: Callable[..., HttpRequest], room_id: str, body: Model | None = None) -> HttpRequest:
        """The request for a room, with a body where the operation has one."""
        bodies = {} if body is None else {"body": _body(body)}
        return build(self._endpoint, room_id_to_wire(room_id), api_version=self._version.text, **bodies)

    def _refuse_pstn_dial_out(self, pstn_dial_out_enabled: Given[bool]) -> None:
        """Refuse what this version lacks. None asks for nothing."""
        if not isinstance(pstn_dial_out_enabled, NOTHING_SAID):
            self._version.require_pstn_dial_out()


def _body(model: Model) -> dict[str, Any]:
    """A model as JSON has it. What is None is left out, by which the service changes nothing."""
    return cast("dict[str, Any]", _SERIALIZER.body(model, type(model).__name__))


def _moment(name: str, value: Given[datetime]) -> datetime | None:
    return None if isinstance(value, NOTHING_SAID) else moment_to_utc(name, value)


def _join_policy(value: Given[RoomJoinPolicy | str]) -> str | None:
    return None if isinstance(value, NOTHING_SAID) else str(known_join_policy(value))


def _with_roles(participants: Given[Participants]) -> list[models.RoomParticipant] | None:
    return None if isinstance(participants, NOTHING_SAID) else _participants({**roster_to_wire(participants)})


def _participants(roles: dict[str, str | None]) -> list[models.RoomParticipant]:
    """Participants by raw id and role. Beside the raw id stands what it is the id of, where this version knows it."""
    return [
        models.RoomParticipant(
            communication_identifier=models.CommunicationIdentifierModel(
                raw_id=raw_id,
                communication_user=(
                    models.CommunicationUserIdentifierModel(id=raw_id) if raw_id.startswith(_USER_PREFIXES) else None
                ),
            ),
            role=role,
        )
        for raw_id, role in roles.items()
    ]


def room_from_wire(wire: Any) -> CommunicationRoom:
    """Read a room."""
    room = _read(models.RoomModel, wire)
    participants = None if room.participants is None else [participant_from_wire(each) for each in room.participants]
    return CommunicationRoom(
        id=room.id,
        created_at=_utc(room.created_date_time),
        valid_from=_utc(room.valid_from),
        valid_until=_utc(room.valid_until),
        room_join_policy=room.room_join_policy,
        participants=participants,
    )


def roster_from_wire(wire: Any) -> Roster:
    """Read all participants of a room."""
    participants = _read(models.ParticipantsCollection, wire).participants
    if participants is None:
        raise TypeError("participants must be a list")
    return [participant_from_wire(each) for each in participants]


def participant_from_wire(wire: models.RoomParticipant | None) -> RoomParticipant:
    """Read one participant, whose raw id may stand in either of two places."""
    if wire is None or wire.communication_identifier is None:
        raise TypeError("a participant must have a communicationIdentifier")
    identifier = wire.communication_identifier
    user = identifier.communication_user
    return RoomParticipant(identifier.raw_id or (user and user.id) or "", wire.role)


def _utc(value: datetime | None) -> datetime | None:
    """A moment that the service wrote: UTC where it named no zone."""
    return value.replace(tzinfo=timezone.utc) if value is not None and value.tzinfo is None else value


def _read(model: type[M], wire: Any) -> M:
    """What msrest reads as a model.

    :raises TypeError: If the value is no object.
    :raises ~azure.core.exceptions.DeserializationError: If a member of it cannot be read; a ValueError, too.
    """
    if not isinstance(wire, dict):
        raise TypeError(f"{model.__name__} must be an object")
    return cast("M", _DESERIALIZER(model.__name__, wire))
