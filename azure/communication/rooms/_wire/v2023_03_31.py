"""What is said on the current wire: api-versions 2023-03-31-preview and later.

Rooms and participants are two resources; participants are changed by one merge-patch whose members are raw ids; lists
come in pages. Facts about the service's answers: see the descriptions in ``swagger/rooms-2025-03-13.json``.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Callable, TypeVar, cast

from azure.core.exceptions import ServiceRequestError
from azure.core.rest import HttpRequest

from .._generated import v2025_03_13 as builders
from .._models import CommunicationRoom, ParticipantChanges, RoomParticipant, participants_of, rooms_of
from .._urls import get_origin
from .arguments import bool_to_wire, datetime_to_wire, given_roles, raw_ids_to_wire, room_id_to_wire, roster_to_wire
from .call import NOTHING_SAID, Call, Page, Repeatability, Unset, nothing
from .participant_lists import Present, after_listing, changes_between, keeping_roles
from .versions import Version

if TYPE_CHECKING:
    from .._generated.v2025_03_13._schema import CreateRoomRequest, ParticipantProperties, UpdateRoomRequest
    from .._models import RoomJoinPolicy
    from .arguments import Participants
    from .call import Given

T = TypeVar("T")


class Operations2023:
    """The calls of the current wire.

    :param str endpoint: Scheme, host and port of the resource, without a slash at the end.
    :param version: The api-version to speak.
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
        self._refuse("room_join_policy", room_join_policy)
        body = cast("CreateRoomRequest", self._changes(valid_from, valid_until, pstn_dial_out_enabled))
        if participants is not None:
            body["participants"] = properties_of(participants)
        request = builders.build_rooms_create_request(
            self._endpoint,
            api_version=self._version.text,
            body=body,
            repeatability_request_id=repeatability.request_id,
            repeatability_first_sent=format_datetime(repeatability.first_sent, usegmt=True),
        )
        return Call(request, builders.STATUSES["rooms_create"], CommunicationRoom, expires=repeatability.expires)

    def get_room(self, room_id: str) -> Call[CommunicationRoom]:
        """``GET /rooms/{roomId}``."""
        request = builders.build_rooms_get_request(
            self._endpoint, room_id_to_wire(room_id), api_version=self._version.text
        )
        return Call(request, builders.STATUSES["rooms_get"], CommunicationRoom)

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
        self._refuse("room_join_policy", room_join_policy)
        self._refuse("participants of update_room", participants)
        request = builders.build_rooms_update_request(
            self._endpoint,
            room_id_to_wire(room_id),
            api_version=self._version.text,
            body=self._changes(valid_from, valid_until, pstn_dial_out_enabled),
        )
        return Call(request, builders.STATUSES["rooms_update"], CommunicationRoom)

    def delete_room(self, room_id: str) -> Call[None]:
        """``DELETE /rooms/{roomId}``."""
        request = builders.build_rooms_delete_request(
            self._endpoint, room_id_to_wire(room_id), api_version=self._version.text
        )
        return Call(request, builders.STATUSES["rooms_delete"], nothing, absent_is_success=True)

    def list_rooms(self, next_link: str | None) -> Call[Page[CommunicationRoom]]:
        """``GET /rooms``, or the page behind a link."""
        request = (
            builders.build_rooms_list_request(self._endpoint, api_version=self._version.text)
            if next_link is None
            else self._follow(next_link)
        )
        return Call(request, builders.STATUSES["rooms_list"], page_of(rooms_of))

    def add_or_update_participants(
        self, room_id: str, participants: Participants, keep_roles: bool = False
    ) -> Call[None]:
        """``PATCH /rooms/{roomId}/participants`` with a role for each, after a look at the list to keep roles."""
        if not bool_to_wire("keep_roles", keep_roles):
            return self._patch_participants(room_id, {**properties_of(participants)})
        given = given_roles(participants)
        if all(given.values()):
            return self._patch_participants(room_id, {**properties_of(given)})

        def conclude(present: Present) -> tuple[None, Call[None] | None]:
            roles = keeping_roles(present, given)
            return None, self._patch_participants(room_id, {**properties_of(roles)}) if roles else None

        return after_listing(lambda link: self.list_participants(room_id, link), conclude)

    def set_participants(self, room_id: str, participants: Participants) -> Call[ParticipantChanges]:
        """The list, then ``PATCH /rooms/{roomId}/participants`` with a role or null for each who differs."""
        wanted = roster_to_wire(participants)

        def conclude(present: Present) -> tuple[ParticipantChanges, Call[None] | None]:
            changes = changes_between(present, wanted)
            body: dict[str, ParticipantProperties | None] = {
                **properties_of([*changes.added, *changes.changed]),
                **dict.fromkeys(each.raw_id for each in changes.removed),
            }
            return changes, self._patch_participants(room_id, body) if body else None

        return after_listing(lambda link: self.list_participants(room_id, link), conclude)

    # This wire knows no other way to add than to add or update, nor to update.
    add_participants = add_or_update_participants
    update_participants = add_or_update_participants

    def remove_participants(self, room_id: str, participants: Participants) -> Call[None]:
        """``PATCH /rooms/{roomId}/participants`` with null for each."""
        return self._patch_participants(room_id, dict.fromkeys(raw_ids_to_wire(participants)))

    def list_participants(self, room_id: str, next_link: str | None) -> Call[Page[RoomParticipant]]:
        """``GET /rooms/{roomId}/participants``, or the page behind a link."""
        room_id = room_id_to_wire(room_id)
        request = (
            builders.build_participants_list_request(self._endpoint, room_id, api_version=self._version.text)
            if next_link is None
            else self._follow(next_link)
        )
        return Call(request, builders.STATUSES["participants_list"], page_of(participants_of))

    def _refuse(self, name: str, value: object) -> None:
        """Refuse what 2022-02-01 alone has. None asks for nothing."""
        if not isinstance(value, NOTHING_SAID):
            raise self._version.lacks(name)

    def _changes(
        self, valid_from: Given[datetime], valid_until: Given[datetime], pstn_dial_out_enabled: Given[bool]
    ) -> UpdateRoomRequest:
        """The members of a room that the caller gave. None goes out as null, by which the service changes nothing."""
        body: UpdateRoomRequest = {}
        if not isinstance(valid_from, Unset):
            body["validFrom"] = None if valid_from is None else datetime_to_wire("valid_from", valid_from)
        if not isinstance(valid_until, Unset):
            body["validUntil"] = None if valid_until is None else datetime_to_wire("valid_until", valid_until)
        if pstn_dial_out_enabled is None:
            if self._version.has_pstn_dial_out:
                body["pstnDialOutEnabled"] = None
        elif not isinstance(pstn_dial_out_enabled, Unset):
            self._version.require_pstn_dial_out()
            body["pstnDialOutEnabled"] = bool_to_wire("pstn_dial_out_enabled", pstn_dial_out_enabled)
        return body

    def _patch_participants(self, room_id: str, participants: dict[str, ParticipantProperties | None]) -> Call[None]:
        request = builders.build_participants_update_request(
            self._endpoint,
            room_id_to_wire(room_id),
            api_version=self._version.text,
            body={"participants": participants},
        )
        return Call(request, builders.STATUSES["participants_update"], nothing)

    def _follow(self, next_link: str) -> HttpRequest:
        """The request for a link of the service's: as it stands, with its own query, and nowhere but to the endpoint.

        :raises ~azure.core.exceptions.ServiceRequestError: If the link leads to another scheme, host or port; the
            request would be signed for whoever is there.
        """
        if get_origin(next_link) != self._endpoint:
            raise ServiceRequestError(
                f"The link to the next page leads to {get_origin(next_link)!r}, but this client is for "
                f"{self._endpoint!r}. Nothing was sent."
            )
        return HttpRequest("GET", next_link, headers={"Accept": "application/json"})


def properties_of(participants: Participants) -> dict[str, ParticipantProperties]:
    """Write participants with their roles."""
    return {raw_id: {"role": role} for raw_id, role in roster_to_wire(participants).items()}


def page_of(read_items: Callable[[list[Any]], list[T]]) -> Callable[[Any], Page[T]]:
    """A reader of one page of a list."""

    def read_page(wire: dict[str, Any]) -> Page[T]:
        items, next_link = wire["value"], wire.get("nextLink")
        if not isinstance(items, list) or not isinstance(next_link, (str, type(None))):
            raise TypeError("value must be a list and nextLink a string")
        return Page(read_items(items), next_link or None)

    return read_page
