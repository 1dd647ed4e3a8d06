"""Operations of api-versions 2023-03-31-preview and later.

Rooms and participants are two resources. One merge-patch adds, changes and removes participants; its members are raw
ids. Lists have pages. For the service's responses see the descriptions in ``swagger/rooms-2025-03-13.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Callable, cast

from azure.core.exceptions import ServiceRequestError
from azure.core.rest import HttpRequest

from .._datetimes import format_http_date
from .._generated import v2025_03_13 as builders
from .._models import CommunicationRoom, ParticipantChanges, RoomParticipant
from .._urls import get_origin, has_user_information, resolve_link
from .arguments import (
    Participants,
    encode_room_members,
    participants_to_given_roles,
    participants_to_optional_roles,
    participants_to_roles,
    validate_bool,
    validate_room_id,
)
from .call import Call, MaybeUnset, Page, Repeatability, is_unset
from .decoding import decode_participant, decode_room, ignore_body, page_decoder
from .versions import Version

if TYPE_CHECKING:
    from .._generated.v2025_03_13._schema import CreateRoomRequest, ParticipantProperties, UpdateRoomRequest
    from .participant_lists import Present


class Operations2023:
    """The calls of these api-versions.

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
        room_join_policy: MaybeUnset[str],
        participants: Participants | None,
        repeatability: Repeatability,
        **members: MaybeUnset[Any],
    ) -> Call[CommunicationRoom]:
        """``POST /rooms``. ``members`` are those of :func:`.arguments.encode_room_members`."""
        self._require("room_join_policy", room_join_policy)
        body = cast("CreateRoomRequest", encode_room_members(self._version, members))
        if participants is not None:
            body["participants"] = encode_roles(participants)
        request = builders.build_rooms_create_request(
            self._endpoint,
            api_version=self._version.text,
            body=body,
            repeatability_request_id=repeatability.request_id,
            repeatability_first_sent=format_http_date(repeatability.first_sent),
        )
        return Call(request, builders.STATUSES["rooms_create"], decode_room, expires=repeatability.expires)

    def get_room(self, room_id: str) -> Call[CommunicationRoom]:
        """``GET /rooms/{roomId}``."""
        request = self._build(builders.build_rooms_get_request, room_id)
        return Call(request, builders.STATUSES["rooms_get"], decode_room)

    def update_room(
        self,
        room_id: str,
        *,
        room_join_policy: MaybeUnset[str],
        participants: MaybeUnset[Participants],
        **members: MaybeUnset[Any],
    ) -> Call[CommunicationRoom]:
        """``PATCH /rooms/{roomId}``. ``members`` are those of :func:`.arguments.encode_room_members`."""
        self._require("room_join_policy", room_join_policy)
        self._require("participants of update_room", participants)
        body = cast("UpdateRoomRequest", encode_room_members(self._version, members))
        request = self._build(builders.build_rooms_update_request, room_id, body=body)
        return Call(request, builders.STATUSES["rooms_update"], decode_room)

    def delete_room(self, room_id: str) -> Call[None]:
        """``DELETE /rooms/{roomId}``."""
        request = self._build(builders.build_rooms_delete_request, room_id)
        return Call(request, builders.STATUSES["rooms_delete"], ignore_body, absent_is_success=True)

    def list_rooms(self, next_link: str | None) -> Call[Page[CommunicationRoom]]:
        """``GET /rooms``, or the page behind a link."""
        request = builders.build_rooms_list_request(self._endpoint, api_version=self._version.text)
        if next_link is not None:
            request = self._follow(next_link, request.url)
        decode = page_decoder(decode_room)
        return Call(request, builders.STATUSES["rooms_list"], decode, follows_link=next_link is not None)

    def add_or_update_participants(
        self, room_id: str, participants: Participants, keep_roles: bool = False
    ) -> Call[None]:
        """``PATCH /rooms/{roomId}/participants`` with a role for each. ``keep_roles`` may need the list first."""
        if not validate_bool("keep_roles", keep_roles):
            return self._patch_participants(room_id, encode_roles(participants))
        given = participants_to_given_roles(participants)
        if all(given.values()):
            return self._patch_participants(room_id, encode_roles(given))

        from .participant_lists import after_listing, keep_present_roles  # imported lazily: few calls list first

        def conclude(present: Present) -> tuple[None, Call[None] | None]:
            roles = keep_present_roles(present, given)
            return None, self._patch_participants(room_id, encode_roles(roles)) if roles else None

        return after_listing(lambda link: self.list_participants(room_id, link), conclude)

    def set_participants(self, room_id: str, participants: Participants) -> Call[ParticipantChanges]:
        """List the participants, then ``PATCH /rooms/{roomId}/participants`` with what differs."""
        from .participant_lists import after_listing, changes_between  # imported lazily: few calls list first

        wanted = participants_to_roles(participants)

        def conclude(present: Present) -> tuple[ParticipantChanges, Call[None] | None]:
            changes = changes_between(present, wanted)
            body: dict[str, ParticipantProperties | None] = {
                **encode_roles([*changes.added, *changes.changed]),
                **dict.fromkeys(each.raw_id for each in changes.removed),
            }
            return changes, self._patch_participants(room_id, body) if body else None

        return after_listing(lambda link: self.list_participants(room_id, link), conclude)

    # These api-versions have one operation for both.
    add_participants = add_or_update_participants
    update_participants = add_or_update_participants

    def remove_participants(self, room_id: str, participants: Participants) -> Call[None]:
        """``PATCH /rooms/{roomId}/participants`` with null for each."""
        return self._patch_participants(room_id, dict.fromkeys(participants_to_optional_roles(participants)))

    def list_participants(self, room_id: str, next_link: str | None) -> Call[Page[RoomParticipant]]:
        """``GET /rooms/{roomId}/participants``, or the page behind a link."""
        request = self._build(builders.build_participants_list_request, room_id)
        if next_link is not None:
            request = self._follow(next_link, request.url)
        decode = page_decoder(decode_participant)
        return Call(request, builders.STATUSES["participants_list"], decode, follows_link=next_link is not None)

    def _build(self, build: Callable[..., HttpRequest], room_id: str, **body: Any) -> HttpRequest:
        """Build the request of an operation on one room."""
        return build(self._endpoint, validate_room_id(room_id), api_version=self._version.text, **body)

    def _require(self, name: str, value: object) -> None:
        """Check that this api-version has an argument, if the caller gave it. None is the same as unset."""
        if value is not None and not is_unset(value):
            self._version.require(name)

    def _patch_participants(self, room_id: str, participants: Mapping[str, ParticipantProperties | None]) -> Call[None]:
        body = {"participants": participants}
        request = self._build(builders.build_participants_update_request, room_id, body=body)
        return Call(request, builders.STATUSES["participants_update"], ignore_body)

    def _follow(self, next_link: str, first_page: str) -> HttpRequest:
        """Build the request for a link of the service. An absolute link is sent unchanged.

        :param str next_link: The link.
        :param str first_page: The URL that a relative link is resolved against.
        :raises ~azure.core.exceptions.ServiceRequestError: If the link leads to another scheme, host or port: the
            request would carry credentials to that host. Or if it has a user name, which no link of the service has.
        """
        url = resolve_link(first_page, next_link)
        origin = get_origin(url)
        if origin != self._endpoint:
            target = f"leads to {origin!r}" if origin else f"is not a URL of the service ({next_link[:100]!r})"
            raise ServiceRequestError(
                f"The link to the next page {target}, but this client is for {self._endpoint!r}. Nothing was sent."
            )
        if has_user_information(url):
            raise ServiceRequestError("The link to the next page has a user name before its host. Nothing was sent.")
        return HttpRequest("GET", url, headers={"Accept": "application/json"})


def encode_roles(participants: Participants) -> dict[str, ParticipantProperties]:
    """Convert participants to the members of a body: raw id -> properties."""
    return {raw_id: {"role": role} for raw_id, role in participants_to_roles(participants).items()}
