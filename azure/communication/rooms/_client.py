"""The synchronous client: signature, docstring and one call for each operation.

Everything with a branch lies in :mod:`._client_base`, which the asynchronous client shares. Annotations here are
objects, not strings, so that ``typing.get_type_hints`` works on every supported Python.
"""

from datetime import datetime
from functools import partial
from typing import Optional, Union, overload
from uuid import UUID

from azure.core.credentials import AzureKeyCredential, TokenCredential
from azure.core.paging import ItemPaged
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.tracing.decorator import distributed_trace
from typing_extensions import Self, Unpack

from ._client_base import one_of
from ._legacy_names import LegacyNames
from ._models import (
    CommunicationRoom,
    ParticipantChanges,
    Participants,
    ParticipantsWithRoles,
    RoomJoinPolicy,
    RoomParticipant,
)
from ._paging import ItemsByPage
from ._pipeline import build_pipeline_client
from ._pipeline.options import CallOptions, ClientOptions, ConstructionOptions, SharedOptions
from ._pipeline.steps import take
from ._wire.call import UNSET, MaybeUnset
from ._wire.versions import DEFAULT_VERSION, ApiVersion


class RoomsClient(LegacyNames):
    """Client for the Rooms service of one Azure Communication Services resource.

    Every method also accepts these keywords. Those before the last sentence may be given to the client for all calls:
    ``headers``, ``request_id``, ``user_agent``, ``user_agent_overwrite``; ``timeout``, ``connection_timeout``,
    ``read_timeout``, in seconds; ``retry_total``, ``retry_connect``, ``retry_read``, ``retry_status``,
    ``retry_backoff_factor``, ``retry_backoff_max``, ``retry_on_methods``; ``permit_redirects``, ``redirect_max``;
    ``proxies``, ``connection_verify``, ``connection_cert``; ``logging_enable``, ``logger``, ``http_logging_level``,
    ``tracing_attributes``, ``network_span_namer``, ``raw_request_hook``, ``raw_response_hook``.
    For one call alone: ``api_version``, ``params``, ``error_map``, ``cls``, ``tracing_options``, ``merge_span``,
    ``parent_span``. A misspelt keyword is a TypeError.

    Times are returned as aware ``datetime`` in UTC. As arguments they are ``datetime``, where a naive one is local time
    (with a :class:`NaiveDatetimeWarning` where the machine's time zone is not UTC), or ISO 8601 text, which is UTC
    where it names no zone; a date alone is its midnight.

    :param str endpoint: Endpoint of the resource, such as ``https://contoso.communication.azure.com``.
    :param credential: An access key of the resource, or a credential for Microsoft Entra ID tokens, such as those of
        ``azure-identity``.
    :type credential: str or ~azure.core.credentials.AzureKeyCredential or
        ~azure.core.credentials.TokenCredential
    :keyword api_version: Version of the service's interface. Default ``2025-03-13``. One that is later than those
        known here is sent unchanged.
    :paramtype api_version: ~azure.communication.rooms.ApiVersion or str
    :keyword bool allow_insecure_connection: Accept an ``http://`` endpoint that is not this machine. Default False.
    :keyword audience: The audience of Microsoft Entra ID tokens, in a sovereign cloud: their scope is
        ``<audience>/.default``. Default ``https://communication.azure.com/``. An access key has no use for it.
    :paramtype audience: str or None
    :keyword credential_scopes: One or more scopes to get tokens for, in place of ``audience``.
    :paramtype credential_scopes: str or Sequence[str] or None
    :keyword bool correct_clock_skew: Sign with the service's time if this machine's clock is wrong. Default True.
    :keyword int max_response_size: Maximum size of a response in bytes, decompressed. Default 64 MiB.
    :raises TypeError: If an argument is of another type, or a keyword is misspelt; the message has the nearest name.
    :raises ValueError: If the endpoint, the key or the version is invalid; the message names the part.
    """

    def __init__(
        self,
        endpoint: str,
        credential: Union[AzureKeyCredential, TokenCredential, str],
        *,
        api_version: Union[ApiVersion, str] = DEFAULT_VERSION,
        allow_insecure_connection: bool = False,
        **kwargs: Unpack[ClientOptions],
    ) -> None:
        super().__init__(
            build_pipeline_client, endpoint, credential, api_version, allow_insecure_connection, options=kwargs
        )

    @classmethod
    def from_connection_string(cls, conn_str: str, **kwargs: Unpack[ConstructionOptions]) -> Self:
        """Create a client from a connection string.

        :param str conn_str: ``endpoint=https://...;accesskey=...``, as the Azure portal shows it.
        :keyword api_version: Version of the service's interface. Default ``2025-03-13``.
        :paramtype api_version: ~azure.communication.rooms.ApiVersion or str
        :keyword bool allow_insecure_connection: Accept an ``http://`` endpoint that is not this machine. Default False.
        :rtype: ~azure.communication.rooms.RoomsClient
        :raises TypeError: If it is not a string, or a keyword is misspelt; the message has the nearest name.
        :raises ValueError: If a part is missing or invalid; the message names it and never shows the key.
        """
        return cls(*cls._parse_connection_string(conn_str), **kwargs)

    @distributed_trace
    def create_room(
        self,
        *,
        valid_from: MaybeUnset[Union[datetime, str]] = UNSET,
        valid_until: MaybeUnset[Union[datetime, str]] = UNSET,
        pstn_dial_out_enabled: MaybeUnset[bool] = UNSET,
        room_join_policy: MaybeUnset[Union[RoomJoinPolicy, str]] = UNSET,
        participants: Optional[ParticipantsWithRoles] = None,
        repeatability_request_id: Union[str, UUID, None] = None,
        repeatability_first_sent: Union[str, datetime, None] = None,
        **kwargs: Unpack[CallOptions],
    ) -> CommunicationRoom:
        """Create a room.

        A create that is retried, by this client or by a caller with the same repeatability arguments, makes one room:
        the service deduplicates creates for five minutes
        (https://learn.microsoft.com/rest/api/communication/repeatable-requests). To resume a create after a crash, save
        both arguments before the first call, and pass them and the same other arguments again within those five
        minutes.

        :keyword valid_from: When the room opens. Default: now, by the service's clock.
        :paramtype valid_from: ~datetime.datetime or str or None
        :keyword valid_until: When the room closes: in the future, and at most 180 days after valid_from. Default: 180
            days from now.
        :paramtype valid_until: ~datetime.datetime or str or None
        :keyword pstn_dial_out_enabled: Whether calls in the room may dial out to phone numbers. Default: False, set by
            the service. Exists from api-version 2023-10-30-preview on.
        :paramtype pstn_dial_out_enabled: bool or None
        :keyword room_join_policy: Who may join. Default: InviteOnly, set by the service. Exists only in api-version
            2022-02-01; in later ones every room is invite-only.
        :paramtype room_join_policy: ~azure.communication.rooms.RoomJoinPolicy or str or None
        :keyword participants: Participants; identifiers or raw ids, whose role is Attendee; or a mapping of raw ids to
            roles.
        :paramtype participants: Iterable[~azure.communication.rooms.RoomParticipant] or None
        :keyword repeatability_request_id: A GUID, the same for every repetition of this create. Default: a new one.
        :paramtype repeatability_request_id: str or ~uuid.UUID or None
        :keyword repeatability_first_sent: When the create was sent first, in whole seconds: an aware datetime or an
            HTTP date. Default: now. Requires repeatability_request_id, and the reverse.
        :paramtype repeatability_first_sent: ~datetime.datetime or str or None
        :keyword kwargs: ``timeout``, ``headers``, ``retry_total`` and the others that :class:`RoomsClient` lists.
        :returns: The created room.
        :rtype: ~azure.communication.rooms.CommunicationRoom
        :raises TypeError: If an argument is of another type, before any request.
        :raises ValueError: If an argument is invalid, or does not exist in this api-version, before any request.
        :raises ~azure.core.exceptions.HttpResponseError: If the service returns an error: 400 with ``error.details``
            for times, 412 if repeatability_first_sent is more than five minutes ago.
        """
        call = self._operations(kwargs).create_room(
            valid_from=valid_from,
            valid_until=valid_until,
            pstn_dial_out_enabled=pstn_dial_out_enabled,
            room_join_policy=room_join_policy,
            participants=participants,
            repeatability=self._repeatability(repeatability_request_id, repeatability_first_sent),
        )
        return take(self._steps(call, self.create_room, kwargs))

    @distributed_trace
    def get_room(self, room_id: str, **kwargs: Unpack[CallOptions]) -> CommunicationRoom:
        """Get a room.

        :param str room_id: Id of the room.
        :keyword kwargs: ``timeout``, ``headers``, ``retry_total`` and the others that :class:`RoomsClient` lists.
        :rtype: ~azure.communication.rooms.CommunicationRoom
        :raises TypeError: If the id is not a string, before any request.
        :raises ValueError: If the id is empty or would change the path of the request, before any request.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If the room does not exist.
        :raises ~azure.core.exceptions.HttpResponseError: If the service returns another error: 400 for an invalid id.
        """
        return take(self._steps(self._operations(kwargs).get_room(room_id), self.get_room, kwargs))

    @distributed_trace
    def update_room(
        self,
        room_id: str,
        *,
        valid_from: MaybeUnset[Union[datetime, str]] = UNSET,
        valid_until: MaybeUnset[Union[datetime, str]] = UNSET,
        pstn_dial_out_enabled: MaybeUnset[bool] = UNSET,
        room_join_policy: MaybeUnset[Union[RoomJoinPolicy, str]] = UNSET,
        participants: MaybeUnset[ParticipantsWithRoles] = UNSET,
        **kwargs: Unpack[CallOptions],
    ) -> CommunicationRoom:
        """Change a room. Arguments that are not given leave the room as it is.

        The service requires both times or neither, and ignores None.

        :param str room_id: Id of the room.
        :keyword valid_from: When the room opens: at most 180 days from now.
        :paramtype valid_from: ~datetime.datetime or str or None
        :keyword valid_until: When the room closes: in the future, and at most 180 days after valid_from.
        :paramtype valid_until: ~datetime.datetime or str or None
        :keyword pstn_dial_out_enabled: Whether calls in the room may dial out to phone numbers. Exists from
            api-version 2023-10-30-preview on.
        :paramtype pstn_dial_out_enabled: bool or None
        :keyword room_join_policy: Who may join. Exists only in api-version 2022-02-01, and cannot be changed once the
            room is open.
        :paramtype room_join_policy: ~azure.communication.rooms.RoomJoinPolicy or str or None
        :keyword participants: All participants; they replace those of the room. Exists only in api-version 2022-02-01;
            in later ones see :meth:`add_or_update_participants` and :meth:`remove_participants`.
        :paramtype participants: Iterable[~azure.communication.rooms.RoomParticipant] or None
        :keyword kwargs: ``timeout``, ``headers``, ``retry_total`` and the others that :class:`RoomsClient` lists.
        :returns: The room after the change.
        :rtype: ~azure.communication.rooms.CommunicationRoom
        :raises TypeError: If an argument is of another type, before any request.
        :raises ValueError: If an argument is invalid, or does not exist in this api-version, before any request.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If the room does not exist.
        :raises ~azure.core.exceptions.HttpResponseError: If the service returns another error: 400 with
            ``error.details`` for times.
        """
        call = self._operations(kwargs).update_room(
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
        """Delete a room. Deleting a deleted room succeeds, except in api-version 2022-02-01.

        A delete whose response was lost succeeds, too: the 404 for its retry is not raised.

        :param str room_id: Id of the room.
        :keyword kwargs: ``timeout``, ``headers``, ``retry_total`` and the others that :class:`RoomsClient` lists.
        :raises TypeError: If the id is not a string, before any request.
        :raises ValueError: If the id is empty or would change the path of the request, before any request.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If the room never existed.
        :raises ~azure.core.exceptions.HttpResponseError: If the service returns another error: 400 for an invalid id.
        """
        return take(self._steps(self._operations(kwargs).delete_room(room_id), self.delete_room, kwargs))

    @distributed_trace
    def list_rooms(self, **kwargs: Unpack[CallOptions]) -> ItemPaged[CommunicationRoom]:
        """List the rooms of the resource, newest first, expired ones included.

        The list is lazy: it fetches the first page with the first room, and each further page when the one before is
        used up. ``by_page()`` iterates over the pages; its ``continuation_token`` resumes at one. If fetching a page
        fails, calling ``next()`` again retries the same page, and the error's ``continuation_token`` resumes there, in
        another process too.

        :keyword kwargs: ``timeout``, ``headers``, ``retry_total`` and the others that :class:`RoomsClient` lists.
        :rtype: ~azure.core.paging.ItemPaged[~azure.communication.rooms.CommunicationRoom]
        :raises ValueError: In api-version 2022-02-01, which has no list of rooms.
        :raises ~azure.core.exceptions.HttpResponseError: While iterating, if the service returns an error.
        """
        return self._list(ItemsByPage, take, self._operations(kwargs).list_rooms, self.list_rooms, kwargs)

    @distributed_trace
    def add_or_update_participants(
        self,
        room_id: str,
        participants: ParticipantsWithRoles,
        *,
        keep_roles: bool = False,
        **kwargs: Unpack[CallOptions],
    ) -> None:
        """Add participants to a room, or change their roles if they are in it. Other participants stay as they are.

        An identifier or a raw id has no role. The participant becomes an Attendee, even if their role in the room is
        another, unless ``keep_roles`` is True.

        In api-version 2022-02-01 this takes up to three requests: list the participants, add new ones, update the rest.
        A failure between them leaves the change half done, and a participant that another client adds or removes
        meanwhile may be missed; calling again completes the change. ``cls`` gets the response of the last request.

        :param str room_id: Id of the room.
        :param participants: Participants; identifiers or raw ids, whose role is Attendee; or a mapping of raw ids to
            roles.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :keyword bool keep_roles: Whether participants given without a role (an identifier, a raw id, or None in a
            mapping) keep the role that they have in the room. The client lists the participants first, unless all are
            given with a role, and misses roles that another client changes meanwhile. Default False.
        :keyword kwargs: ``timeout``, ``headers``, ``retry_total`` and the others that :class:`RoomsClient` lists.
        :raises TypeError: If an argument is of another type, before any request; the message has the item's index.
        :raises ValueError: If an id is empty or has two roles, before any request; the message has the item's index.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If the room does not exist.
        :raises ~azure.core.exceptions.HttpResponseError: If the service returns another error: 400 for an identifier
            that it does not support or a role that it does not know.
        """
        call = self._operations(kwargs).add_or_update_participants(room_id, participants, keep_roles)
        return take(self._change_steps(call, self.add_or_update_participants, kwargs))

    @distributed_trace
    def set_participants(
        self, room_id: str, participants: ParticipantsWithRoles, **kwargs: Unpack[CallOptions]
    ) -> ParticipantChanges:
        """Replace the participants of a room: add those that are missing, change roles, remove all others.

        The client lists the participants, then changes what differs in one request; it sends none if nothing differs.
        The service cannot make the two atomic: a participant that another client adds meanwhile stays, and other
        changes made meanwhile are overwritten only for the participants given here. In api-version 2022-02-01 the
        request replaces the whole list. Calling again completes the change.

        :param str room_id: Id of the room.
        :param participants: See :meth:`add_or_update_participants`; the role of an item without one is Attendee. Empty
            removes all participants.
        :type participants: Iterable[~azure.communication.rooms.RoomParticipant]
        :keyword kwargs: ``timeout``, ``headers``, ``retry_total`` and the others that :class:`RoomsClient` lists.
        :returns: The participants that were added, changed and removed.
        :rtype: ~azure.communication.rooms.ParticipantChanges
        :raises TypeError: If an argument is of another type, before any request; the message has the item's index.
        :raises ValueError: If an id is empty or has two roles, before any request; the message has the item's index.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If the room does not exist.
        :raises ~azure.core.exceptions.HttpResponseError: If the service returns another error: 400 for an identifier
            that it does not support or a role that it does not know.
        """
        call = self._operations(kwargs).set_participants(room_id, participants)
        return take(self._steps(call, self.set_participants, kwargs))

    @overload
    def remove_participants(
        self,
        room_id: str,
        participants: Participants,
        **kwargs: Unpack[CallOptions],
    ) -> None: ...

    @overload
    def remove_participants(
        self, room_id: str, *, communication_identifiers: Participants, **kwargs: Unpack[CallOptions]
    ) -> None: ...

    @distributed_trace
    def remove_participants(
        self,
        room_id: str,
        participants: MaybeUnset[Participants] = UNSET,
        *,
        communication_identifiers: MaybeUnset[Participants] = UNSET,
        **kwargs: Unpack[CallOptions],
    ) -> None:
        """Remove participants from a room. Removing a participant that is not in it succeeds.

        :param str room_id: Id of the room.
        :param participants: Identifiers, participants or raw ids.
        :type participants: Iterable[~azure.communication.rooms.CommunicationIdentifier]
        :keyword communication_identifiers: The earlier name of ``participants``.
        :paramtype communication_identifiers: Iterable[~azure.communication.rooms.CommunicationIdentifier]
        :keyword kwargs: ``timeout``, ``headers``, ``retry_total`` and the others that :class:`RoomsClient` lists.
        :raises TypeError: If an argument is of another type, before any request; the message has the item's index.
        :raises ValueError: If an id is empty, before any request; the message has the item's index.
        :raises ~azure.core.exceptions.ResourceNotFoundError: If the room does not exist.
        :raises ~azure.core.exceptions.HttpResponseError: If the service returns another error: 400 for an identifier
            that it does not support.
        """
        given = one_of(participants=participants, communication_identifiers=communication_identifiers)
        call = self._operations(kwargs).remove_participants(room_id, given)
        return take(self._change_steps(call, self.remove_participants, kwargs))

    @distributed_trace
    def list_participants(self, room_id: str, **kwargs: Unpack[CallOptions]) -> ItemPaged[RoomParticipant]:
        """List the participants of a room, in the order in which they were added. Lazy, see :meth:`list_rooms`.

        :param str room_id: Id of the room.
        :keyword kwargs: ``timeout``, ``headers``, ``retry_total`` and the others that :class:`RoomsClient` lists.
        :rtype: ~azure.core.paging.ItemPaged[~azure.communication.rooms.RoomParticipant]
        :raises TypeError: If the id is not a string, before any request.
        :raises ValueError: If the id is empty or would change the path of the request, before any request.
        :raises ~azure.core.exceptions.ResourceNotFoundError: While iterating, if the room does not exist.
        :raises ~azure.core.exceptions.HttpResponseError: While iterating, if the service returns another error.
        """
        get_call = partial(self._operations(kwargs).list_participants, room_id)
        return self._list(ItemsByPage, take, get_call, self.list_participants, kwargs)

    def send_request(
        self,
        request: HttpRequest,
        *,
        stream: bool = False,
        **kwargs: Unpack[SharedOptions],
    ) -> HttpResponse:
        """Send a request that the caller built through the client's pipeline, which signs, retries and logs it.

        :param request: The request. If its URL is a path, it is sent to the client's endpoint; the caller adds
            ``api-version``.
        :type request: ~azure.core.rest.HttpRequest
        :keyword bool stream: Whether to leave the body to be read later. Default False.
        :returns: The response, of any status.
        :rtype: ~azure.core.rest.HttpResponse
        :raises ~azure.core.exceptions.ClientAuthenticationError: If the URL has another host than the endpoint;
            nothing is sent there.
        :raises TypeError: If a keyword is misspelt; the message has the nearest name.
        """
        request, options = self._prepare(request, self.send_request, kwargs)
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
