"""Operations of api-version 2022-02-01, the first preview.

A room contains its participants and a join policy. Three operations change participants, and return all of them. Lists
have no pages. msrest encodes and decodes bodies; only this module imports it. For the service's responses see the
descriptions in ``swagger/rooms-2022-02-01.json``.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Callable, TypeVar, cast

from azure.core.rest import HttpRequest
from msrest import Deserializer, Serializer
from msrest.serialization import Model

from .._generated import v2022_02_01 as builders
from .._generated.v2022_02_01 import _models as models
from .._models import CommunicationRoom, ParticipantChanges, RoomParticipant, parse_join_policy
from .._time_arguments import convert_time
from .arguments import (
    Participants,
    participants_to_given_roles,
    participants_to_optional_roles,
    participants_to_roles,
    validate_bool,
    validate_room_id,
)
from .call import Call, MaybeUnset, Page, Repeatability, is_unset
from .decoding import ignore_body
from .participant_lists import Present, after_listing, changes_between, keep_present_roles
from .versions import Version

M = TypeVar("M", bound=Model)
ParticipantList = list[RoomParticipant]

_SERIALIZER = Serializer(models.MODELS)
_DESERIALIZER = Deserializer(models.MODELS)

#: Prefixes of the raw ids of Communication Services users, in the public cloud and the sovereign ones. See
#: https://learn.microsoft.com/azure/communication-services/concepts/identifiers.
_USER_PREFIXES = ("8:acs:", "8:dod-acs:", "8:gcch-acs:", "8:spool:")


class Operations2022:
    """The calls of api-version 2022-02-01, with the names and arguments of :class:`.v2023_03_31.Operations2023`.

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
        participants: Participants | None,
        repeatability: Repeatability,
        **members: MaybeUnset[Any],
    ) -> Call[CommunicationRoom]:
        """``POST /rooms``. ``members`` are those of :meth:`_convert_members`."""
        body = models.CreateRoomRequest(**self._convert_members(participants=participants, **members))
        request = builders.build_rooms_create_room_request(
            self._endpoint,
            api_version=self._version.text,
            body=_encode(body),
            repeatability_request_id=repeatability.request_id,
            repeatability_first_sent=_SERIALIZER.serialize_iso(repeatability.first_sent),
        )
        return Call(request, builders.STATUSES["rooms_create_room"], decode_room, expires=repeatability.expires)

    def get_room(self, room_id: str) -> Call[CommunicationRoom]:
        """``GET /rooms/{roomId}``."""
        request = self._build(builders.build_rooms_get_room_request, room_id)
        return Call(request, builders.STATUSES["rooms_get_room"], decode_room)

    def update_room(self, room_id: str, **members: MaybeUnset[Any]) -> Call[CommunicationRoom]:
        """``PATCH /rooms/{roomId}``. ``members`` are those of :meth:`_convert_members`."""
        body = models.UpdateRoomRequest(**self._convert_members(**members))
        request = self._build(builders.build_rooms_update_room_request, room_id, body)
        return Call(request, builders.STATUSES["rooms_update_room"], decode_room)

    def delete_room(self, room_id: str) -> Call[None]:
        """``DELETE /rooms/{roomId}``."""
        request = self._build(builders.build_rooms_delete_room_request, room_id)
        return Call(request, builders.STATUSES["rooms_delete_room"], ignore_body, absent_is_success=True)

    def list_rooms(self, next_link: str | None) -> Call[Page[CommunicationRoom]]:
        """Reject the call: this version has no list of rooms.

        :raises ValueError: Always.
        """
        raise self._version.lacks("list_rooms")

    def list_participants(self, room_id: str, next_link: str | None) -> Call[Page[RoomParticipant]]:
        """``GET /rooms/{roomId}/participants``: all of them, as one page.

        :raises ValueError: If there is a link: this version has no pages to resume at.
        """
        if next_link is not None:
            raise ValueError(f"api-version {self._version.text} lists participants without pages; leave the token out")
        request = self._build(builders.build_rooms_get_participants_request, room_id)
        statuses = builders.STATUSES["rooms_get_participants"]
        return Call(request, statuses, lambda wire: Page(decode_participants(wire), None))

    def add_participants(self, room_id: str, participants: Participants) -> Call[ParticipantList]:
        """``POST /rooms/{roomId}/participants:add``."""
        return self._add(room_id, participants_to_roles(participants))

    def update_participants(self, room_id: str, participants: Participants) -> Call[ParticipantList]:
        """``POST /rooms/{roomId}/participants:update``."""
        return self._update(room_id, participants_to_roles(participants))

    def add_or_update_participants(
        self, room_id: str, participants: Participants, keep_roles: bool = False
    ) -> Call[ParticipantList]:
        """List the participants, then add those that are new, then update those that were in the list."""
        keep_roles = validate_bool("keep_roles", keep_roles)
        given = participants_to_given_roles(participants, None if keep_roles else "Attendee")

        def add_or_update(listed: ParticipantList) -> Call[ParticipantList] | None:
            present = {participant.raw_id: str.__str__(participant.role) for participant in listed}
            roles = keep_present_roles(present, given)
            known = {raw_id: role for raw_id, role in roles.items() if raw_id in present}
            new = {raw_id: role for raw_id, role in roles.items() if raw_id not in present}
            update = self._update(room_id, known) if known else None
            return self._add(room_id, new, next_call=lambda _: update) if new else update

        request = self._build(builders.build_rooms_get_participants_request, room_id)
        return Call(request, builders.STATUSES["rooms_get_participants"], decode_participants, add_or_update)

    def set_participants(self, room_id: str, participants: Participants) -> Call[ParticipantChanges]:
        """List the participants, then ``PATCH /rooms/{roomId}`` with all of them if any differs."""
        wanted = participants_to_roles(participants)

        def conclude(present: Present) -> tuple[ParticipantChanges, Call[CommunicationRoom] | None]:
            changes = changes_between(present, wanted)
            return changes, self.update_room(room_id, participants=wanted) if changes else None

        return after_listing(lambda link: self.list_participants(room_id, link), conclude)

    def remove_participants(self, room_id: str, participants: Participants) -> Call[ParticipantList]:
        """``POST /rooms/{roomId}/participants:remove``. Sends the role of each participant that has one."""
        roles = participants_to_optional_roles(participants)
        body = models.RemoveParticipantsRequest(participants=_to_models(roles))
        request = self._build(builders.build_rooms_remove_participants_request, room_id, body)
        return Call(request, builders.STATUSES["rooms_remove_participants"], decode_participants)

    def _add(
        self,
        room_id: str,
        roles: dict[str, str],
        next_call: Callable[[ParticipantList], Call[ParticipantList] | None] | None = None,
    ) -> Call[ParticipantList]:
        body = models.AddParticipantsRequest(participants=_to_models({**roles}))
        request = self._build(builders.build_rooms_add_participants_request, room_id, body)
        return Call(request, builders.STATUSES["rooms_add_participants"], decode_participants, next_call)

    def _update(self, room_id: str, roles: dict[str, str]) -> Call[ParticipantList]:
        body = models.UpdateParticipantsRequest(participants=_to_models({**roles}))
        request = self._build(builders.build_rooms_update_participants_request, room_id, body)
        return Call(request, builders.STATUSES["rooms_update_participants"], decode_participants)

    def _build(self, build: Callable[..., HttpRequest], room_id: str, body: Model | None = None) -> HttpRequest:
        """Build the request of an operation on one room."""
        bodies = {} if body is None else {"body": _encode(body)}
        return build(self._endpoint, validate_room_id(room_id), api_version=self._version.text, **bodies)

    def _convert_members(self, **members: MaybeUnset[Any]) -> dict[str, Any]:
        """Convert the arguments of a create or an update to the members of its model. None is the same as unset.

        :raises TypeError: If an argument is of another type.
        :raises ValueError: If an argument is invalid, or does not exist in this api-version.
        """
        given = {name: value for name, value in members.items() if value is not None and not is_unset(value)}
        for name in given:
            self._version.require(name)
        return {name: _ROOM_MEMBERS[name](name, value) for name, value in given.items()}


def _convert_join_policy(_: str, value: str) -> str:
    return str(parse_join_policy(value))


def _convert_participants(_: str, value: Participants) -> list[models.RoomParticipant]:
    return _to_models({**participants_to_roles(value)})


#: Argument of a create or an update -> its conversion.
_ROOM_MEMBERS: dict[str, Callable[[str, Any], Any]] = {
    "valid_from": convert_time,
    "valid_until": convert_time,
    "room_join_policy": _convert_join_policy,
    "participants": _convert_participants,
}


def _to_models(roles: dict[str, str | None]) -> list[models.RoomParticipant]:
    """Convert raw ids and roles to models. The raw id of a Communication Services user stands in both of its places."""
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


def _encode(model: Model) -> dict[str, Any]:
    """Convert a model to JSON values. Members that are None are left out."""
    return cast("dict[str, Any]", _SERIALIZER.body(model, type(model).__name__))


def decode_room(wire: Any) -> CommunicationRoom:
    """Decode a room."""
    room = _decode(models.RoomModel, wire)
    members: dict[str, Any] = {
        "id": room.id,
        "created_at": _to_aware(room.created_date_time),
        "valid_from": _to_aware(room.valid_from),
        "valid_until": _to_aware(room.valid_until),
        "room_join_policy": room.room_join_policy,
        "participants": room.participants and [decode_participant(each) for each in room.participants],
    }
    return CommunicationRoom(**members)


def decode_participants(wire: Any) -> ParticipantList:
    """Decode all participants of a room."""
    participants = _decode(models.ParticipantsCollection, wire).participants
    if participants is None:
        raise TypeError("participants must be a list")
    return [decode_participant(each) for each in participants]


def decode_participant(wire: models.RoomParticipant | None) -> RoomParticipant:
    """Decode one participant, whose raw id stands in one of two places."""
    if wire is None or wire.communication_identifier is None:
        raise TypeError("a participant must have a communicationIdentifier")
    identifier = wire.communication_identifier
    user = identifier.communication_user
    return RoomParticipant(identifier.raw_id or (user and user.id) or "", wire.role)


def _to_aware(value: datetime | None) -> datetime | None:
    """Make a datetime of the service aware. One without a zone is UTC."""
    return value.replace(tzinfo=timezone.utc) if value is not None and value.tzinfo is None else value


def _decode(model: type[M], wire: Any) -> M:
    """Let msrest decode a model.

    :raises TypeError: If the value is not an object.
    :raises ~azure.core.exceptions.DeserializationError: If a member cannot be decoded; a ValueError, too.
    """
    if not isinstance(wire, dict):
        raise TypeError(f"{model.__name__} must be an object")
    return cast("M", _DESERIALIZER(model.__name__, wire))
