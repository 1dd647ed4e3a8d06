"""The client: one method for each operation. What it does when it is called lies in :mod:`~._client_base`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload
from uuid import UUID

from azure.core.credentials import AzureKeyCredential, TokenCredential
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.tracing.decorator import distributed_trace

from ._client_base import one_of
from ._legacy_names import LegacyNames
from ._models import CommunicationRoom, ParticipantChanges, RoomParticipant
from ._pipeline import build_pipeline_client
from ._pipeline.endpoint import parse_connection_string
from ._pipeline.steps import take
from ._wire.call import UNSET
from ._wire.versions import DEFAULT_VERSION, ApiVersion

if TYPE_CHECKING:
    from azure.core.paging import ItemPaged
    from typing_extensions import Self, Unpack

    from ._client_base import ParticipantLike, ParticipantsWithRoles
    from ._models import RoomJoinPolicy
    from ._pipeline.options import CallOptions, ClientOptions, ConstructionOptions
    from ._wire.call import Given


class RoomsClient(LegacyNames):
    """Keeps the rooms of an Azure Communication Services resource.

    Every method takes, beside its own keywords, azure-core's for one call: ``headers``, ``timeout``, ``retry_total``,
    ``raw_response_hook``, ``cls`` and so on. A misspelt keyword is a TypeError. Times are aware ``datetime`` in UTC
    when they come back; a naive ``datetime`` that goes in is local time.

    :param str endpoint: Endpoint of the resource, such as ``https://contoso.communication.azure.com``.
    :param credential: An access key of the resource, or a credential of ``azure-identity`` or any other that gives
        Microsoft Entra ID tokens.
    :type credential: str or ~azure.core.credentials.AzureKeyCredential or
        ~azure.core.credentials.TokenCredential
    :keyword api_version: Version of the service's interface to speak. Default ``2025-03-13``. One that is later than
        those known here is sent as it is.
    :paramtype api_version: ~azure.communication.rooms.ApiVersion or str
    :keyword bool allow_insecure_connection: Take an ``http://`` endpoint that is not this machine. Default False.
    :keyword bool correct_clock_skew: Sign by the service's clock once it is seen that this machine's is wrong. Default
        True.
    :keyword int max_response_size: Bytes of an answer, decompressed, beyond which it is refused. Default 64 MiB.
    :raises TypeError: If an argument is of another type, or a keyword is misspelt; the message has the nearest name.
    :raises ValueError: If the endpoint, the key or the version cannot be right; the message says which part.
    """

    def __init__(
        self,
        endpoint: str,
        credential: AzureKeyCredential | TokenCredential | str,
        *,
        api_version: ApiVersion | str = DEFAULT_VERSION,
        allow_insecure_connection: bool = False,
        **kwargs: Unpack[ClientOptions],
    ) -> None:
        super().__init__(
            build_pipeline_client, endpoint, credential, api_version, allow_insecure_connection, options=kwargs
        )

    @classmethod
    def from_connection_string(cls, conn_str: str, **kwargs: Unpack[ConstructionOptions]) -> Self:
        """Make a client from a connection string.

        :param str conn_str: ``endpoint=https://...;accesskey=...``, as the Azure portal shows it.
        :keyword api_version: Version of the service's interface to speak. Default ``2025-03-13``.
        :paramtype api_version: ~azure.communication.rooms.ApiVersion or str
        :keyword bool allow_insecure_connection: Take an ``http://`` endpoint that is not this machine. Default False.
        :rtype: ~azure.communication.rooms.RoomsClient
        :raises TypeError: If it is not a string, or a keyword is misspelt; the message has the nearest name.
        :raises ValueError: If a part is missing or cannot be right; the message says which and never shows the key.
        """
        endpoint, key = parse_connection_string(conn_str)
        return cls(endpoint, AzureKeyCredential(key), **kwargs)

    @distributed_trace
    def create_room(
        self,
        *,
        valid_from: Given[datetime] = UNSET,
        valid_until: Given[datetime] = UNSET,
        pstn_dial_out_enabled: Given[bool] = UNSET,
        room_join_policy: Given[RoomJoinPolicy | str] = UNSET,
        participants: ParticipantsWithRoles | None = None,
        repeatability_request_id: str | UUID | None = None,
        repeatability_first_sent: str | datetime | None = None,
        **kwargs: Unpack[CallOptions],
    ) -> CommunicationRoom:
        """Create a room.

        A create that is retried, by this client or with the same repeatability headers, makes one room: the service
        tracks them for five minutes (https://learn.microsoft.com/rest/api/communication/repeatable-requests). To take a
        create up again after a crash, keep both of its values before it is sent first, and give them and the same
        arguments again within those five minutes.

        :keyword valid_from: From when the room can be joined. Default: now, by the service's clock.
        :paramtype valid_from: ~datetime.datetime or None
        :keyword valid_until: Until when the room can be joined: in the future, and at most 180 days after valid_from.
            Default: 180 days from now.
        :paramtype valid_until: ~datetime.datetime or None
        :keyword pstn_dial_out_enabled: Whether calls in the room may dial out to phone numbers. Default: False, by the
            service. Exists from api-version 2023-10-30-preview on.
        :paramtype pstn_dial_out_enabled: bool or None
        :keyword room_join_policy: Who may join. Default: InviteOnly, by the service. Exists in api-version 2022-02-01
            alone; in later ones every room is by invitation.
        :paramtype room_join_policy: ~azure.communication.rooms.RoomJoinPolicy or str or None
        :keyword participants: Who may join: participants; identifiers or raw ids, who become Attendees; or a mapping
            of raw ids to roles.
        :paramtype participants: Iterable[~azure.communication.rooms.RoomParticipant] or None
        :keyword repeatability_request_id: A GUID, the same for every repetition of this create. Default: a new one.
        :paramtype repeatability_request_id: str or ~uuid.UUID or None
        :keyword repeatability_first_sent: When it was sent first, to the second: an aware datetime or an HTTP date.
            Default: now. Belongs to repeatability_request_id: both or neither.
        :paramtype repeatability_first_sent: ~datetime.datetime or str or None
        :returns: The created room.
        :rtype: ~azure.communication.rooms.CommunicationRoom
        :raises TypeError: If an argument is of another type, before any request.
        :raises ValueError: If an argument cannot be right, or does not exist in this api-version, before any request.
        :raises ~azure.core.exceptions.HttpResponseError: If the service refuses; 400 with ``error.details`` for times,
            412 when repeatability_first_sent lies more than five minutes back.
        """
        from ._repeatability import repeatability_of  # here, and not above: only programs that create pay for it

        call = self._wire.create_room(
            valid_from=valid_from,
            valid_until=valid_until,
            pstn_dial_out_enabled=pstn_dial_out_enabled,
            room_join_policy=room_join_policy,
            participants=participants,
            repeatability=repeatability_of(repeatability_request_id, repeatability_first_sent, self._clock.now()),
        )
        return take(self._steps(call, self.create_room, kwargs))

    @distributed_trace
    def get_room(self, room_id: str, **kwargs: Unpack[CallOptions]) -> CommunicationRoom:
        """Get a room.

        :param str room_id: Id of the room.
        :rtype: ~azure.communication.rooms.CommunicationRoom
        :raises TypeError: If the id is not a string, before any request.
        :raises ValueError: If the id is empty or could change the path of the request, before any request.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If there is no such room.
        :raises ~azure.core.exceptions.HttpResponseError: If the service refuses; 400 for what cannot be an id.
        """
        return take(self._steps(self._wire.get_room(room_id), self.get_room, kwargs))

    @distributed_trace
    def update_room(
        self,
        room_id: str,
        *,
        valid_from: Given[datetime] = UNSET,
        valid_until: Given[datetime] = UNSET,
        pstn_dial_out_enabled: Given[bool] = UNSET,
        room_join_policy: Given[RoomJoinPolicy | str] = UNSET,
        participants: Given[ParticipantsWithRoles] = UNSET,
        **kwargs: Unpack[CallOptions],
    ) -> CommunicationRoom:
        """Change when a room can be joined, or what calls in it may do. What is not given stays as it is.

        The service wants both times or neither, and takes None as "leave as it is".

        :param str room_id: Id of the room.
        :keyword valid_from: From when the room can be joined: at most 180 days ahead.
        :paramtype valid_from: ~datetime.datetime or None
        :keyword valid_until: Until when the room can be joined: in the future, and at most 180 days after valid_from.
        :paramtype valid_until: ~datetime.datetime or None
        :keyword pstn_dial_out_enabled: Whether calls in the room may dial out to phone numbers. Exists from
            api-version 2023-10-30-preview on.
        :paramtype pstn_dial_out_enabled: bool or None
        :keyword room_join_policy: Who may join. Exists in api-version 2022-02-01 alone, and cannot be changed once the
            room has started.
        :paramtype room_join_policy: ~azure.communication.rooms.RoomJoinPolicy or str or None
        :keyword participants: Who may join, in place of all who may now. Exists in api-version 2022-02-01 alone; in
            later ones see :meth:`add_or_update_participants` and :meth:`remove_participants`.
        :paramtype participants: Iterable[~azure.communication.rooms.RoomParticipant] or None
        :returns: The room after the change.
        :rtype: ~azure.communication.rooms.CommunicationRoom
        :raises TypeError: If an argument is of another type, before any request.
        :raises ValueError: If an argument cannot be right, or does not exist in this api-version, before any request.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If there is no such room.
        :raises ~azure.core.exceptions.HttpResponseError: If the service refuses; 400 with ``error.details`` for times.
        """
        call = self._wire.update_room(
            room_id,
            valid_from=valid_from,
            valid_until=valid_until,
            pstn_dial_out_enabled=pstn_dial_out_enabled,
            room_join_policy=room_join_policy,
            participants=participants,
        )
        return take(self._steps(call, self.update_room, kwargs))

    @distributed_trace
    def delete_room(self, room_id: str, **kwargs: Unpack[CallOptions]) -> None:
        """Delete a room. Deleting one that was deleted before succeeds again, but on api-version 2022-02-01.

        So does a delete whose answer was lost and that is told 404 when it is sent again.

        :param str room_id: Id of the room.
        :raises TypeError: If the id is not a string, before any request.
        :raises ValueError: If the id is empty or could change the path of the request, before any request.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If there never was such a room.
        :raises ~azure.core.exceptions.HttpResponseError: If the service refuses; 400 for what cannot be an id.
        """
        return take(self._steps(self._wire.delete_room(room_id), self.delete_room, kwargs))

    @distributed_trace
    def list_rooms(self, **kwargs: Unpack[CallOptions]) -> ItemPaged[CommunicationRoom]:
        """List the rooms of the resource, newest first, expired ones too.

        Lazy: the first page is asked for when the first room is, and each further page when the one before is used up.
        ``by_page()`` gives the pages; its ``continuation_token`` resumes at one. After an error the next
        ``next()`` asks for the same page again, and the error's ``continuation_token`` resumes there, in another
        process too.

        :rtype: ~azure.core.paging.ItemPaged[~azure.communication.rooms.CommunicationRoom]
        :raises ValueError: On api-version 2022-02-01, which has no list of rooms.
        :raises ~azure.core.exceptions.HttpResponseError: While iterating, if the service refuses.
        """
        return self._list(self._items_by_page, take, self._wire.list_rooms, self.list_rooms, kwargs)

    @distributed_trace
    def add_or_update_participants(
        self,
        room_id: str,
        participants: ParticipantsWithRoles,
        *,
        keep_roles: bool = False,
        **kwargs: Unpack[CallOptions],
    ) -> None:
        """Add participants to a room, or change the roles of those who are in it. The others stay as they are.

        Who is named without a role, by an identifier or a raw id, becomes an Attendee: a Presenter who is named so
        does, too, unless ``keep_roles`` is True.

        Api-version 2022-02-01 takes this in steps: the roster is read, then who is new is added, and then who is known
        is updated. A failure between them leaves what was done before it, and somebody who is added or removed by
        others meanwhile may be missed; calling again mends both. ``cls`` gets the answer of the last step.

        :param str room_id: Id of the room.
        :param participants: Participants; identifiers or raw ids, who become Attendees; or a mapping of raw ids to
            roles.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :keyword bool keep_roles: Whether those who are named without a role (an identifier, a raw id, or None in a
            mapping) and are in the room keep the role they have. The list is read first, unless everybody is named
            with a role; a role that others change in between is not seen. Default False.
        :raises TypeError: If an argument is of another type, before any request; the message says where in the list.
        :raises ValueError: If an id is empty, or given two roles, before any request; the message says where.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If there is no such room.
        :raises ~azure.core.exceptions.HttpResponseError: If the service refuses; 400 for an identifier it does not
            support or a role it does not know.
        """
        call = self._wire.add_or_update_participants(room_id, participants, keep_roles)
        return take(self._change_steps(call, self.add_or_update_participants, kwargs))

    @distributed_trace
    def set_participants(
        self,
        room_id: str,
        participants: ParticipantsWithRoles,
        **kwargs: Unpack[CallOptions],
    ) -> ParticipantChanges:
        """Make the list of participants exactly this: add who is missing, change roles, remove everybody else.

        The list is read, and one request changes what differs; none is sent where nothing does. The service has no
        way to tie the two together: somebody whom others add in between stays, and what others change in between is
        overwritten only for those who are named here; on api-version 2022-02-01 the request replaces the whole list.
        Calling again mends both.

        :param str room_id: Id of the room.
        :param participants: As :meth:`add_or_update_participants` takes them; who is named without a role becomes an
            Attendee. Empty removes everybody.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :returns: Who was added, changed and removed.
        :rtype: ~azure.communication.rooms.ParticipantChanges
        :raises TypeError: If an argument is of another type, before any request; the message says where in the list.
        :raises ValueError: If an id is empty, or given two roles, before any request; the message says where.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If there is no such room.
        :raises ~azure.core.exceptions.HttpResponseError: If the service refuses; 400 for an identifier it does not
            support or a role it does not know.
        """
        call = self._wire.set_participants(room_id, participants)
        return take(self._steps(call, self.set_participants, kwargs))

    @overload
    def remove_participants(
        self, room_id: str, participants: Iterable[ParticipantLike], **kwargs: Unpack[CallOptions]
    ) -> None: ...

    @overload
    def remove_participants(
        self, room_id: str, *, communication_identifiers: Iterable[ParticipantLike], **kwargs: Unpack[CallOptions]
    ) -> None: ...

    @distributed_trace
    def remove_participants(
        self,
        room_id: str,
        participants: Given[Iterable[ParticipantLike]] = UNSET,
        *,
        communication_identifiers: Given[Iterable[ParticipantLike]] = UNSET,
        **kwargs: Unpack[CallOptions],
    ) -> None:
        """Remove participants from a room. Removing somebody who is not in it succeeds.

        :param str room_id: Id of the room.
        :param participants: Identifiers, participants or raw ids.
        :type participants: Iterable[~azure.communication.rooms.CommunicationIdentifier]
        :keyword communication_identifiers: The earlier name of ``participants``.
        :paramtype communication_identifiers: Iterable[~azure.communication.rooms.CommunicationIdentifier]
        :raises TypeError: If an argument is of another type, before any request; the message says where in the list.
        :raises ValueError: If an id is empty, before any request; the message says where.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If there is no such room.
        :raises ~azure.core.exceptions.HttpResponseError: If the service refuses; 400 for an identifier it does not
            support.
        """
        removed = one_of(participants=participants, communication_identifiers=communication_identifiers)
        call = self._wire.remove_participants(room_id, removed)
        return take(self._change_steps(call, self.remove_participants, kwargs))

    @distributed_trace
    def list_participants(self, room_id: str, **kwargs: Unpack[CallOptions]) -> ItemPaged[RoomParticipant]:
        """List the participants of a room, in the order in which they were added. Lazy, as :meth:`list_rooms` is.

        :param str room_id: Id of the room.
        :rtype: ~azure.core.paging.ItemPaged[~azure.communication.rooms.RoomParticipant]
        :raises TypeError: If the id is not a string, before any request.
        :raises ValueError: If the id is empty or could change the path of the request, before any request.
        :raises ~azure.core.exceptions.ResourceNotFoundError: While iterating, if there is no such room.
        :raises ~azure.core.exceptions.HttpResponseError: While iterating, if the service refuses.
        """
        return self._list(
            self._items_by_page,
            take,
            lambda next_link: self._wire.list_participants(room_id, next_link),
            self.list_participants,
            kwargs,
        )

    def send_request(
        self,
        request: HttpRequest,
        *,
        stream: bool = False,
        **kwargs: Any,
    ) -> HttpResponse:
        """Send a request of one's own through the client's pipeline: signed, retried, logged as any other.

        :param request: The request. A URL that is a path goes to the client's endpoint; ``api-version`` is the
            caller's to give.
        :type request: ~azure.core.rest.HttpRequest
        :keyword bool stream: Whether to leave the body to be read later. Default False.
        :returns: The answer, whatever its status.
        :rtype: ~azure.core.rest.HttpResponse
        :raises ~azure.core.exceptions.ClientAuthenticationError: If it goes to another host than the endpoint's;
            nothing is sent there.
        """
        request, options = self._prepare(request, kwargs)
        response: HttpResponse = self._client.send_request(request, stream=stream, **options)
        return response

    def close(self) -> None:
        """Close the connections. A call after this raises ValueError."""
        self._client.close()

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(self, *details: object) -> None:
        self._client.__exit__(*details)

    def _items_by_page(self, *functions: Any) -> ItemPaged[Any]:
        from ._paging import ItemsByPage  # here: only programs that list pay for it

        return ItemsByPage(*functions)
