"""The client: one method an operation, and one line that sends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable, NoReturn, TypeVar, cast, overload
from uuid import UUID

from azure.core.credentials import AzureKeyCredential, TokenCredential
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.tracing.decorator import distributed_trace
from azure.core.utils import case_insensitive_dict

from ._legacy_names import LegacyNames, one_of
from ._models import CommunicationRoom, ParticipantChanges, RoomParticipant
from ._pipeline import INSTRUMENTATION, build_pipeline_client
from ._pipeline.clock import ServiceClock
from ._pipeline.deadline import Deadline
from ._pipeline.endpoint import normalize_endpoint, parse_connection_string
from ._pipeline.retry import SUCCEEDED_BEFORE, takes_call_options
from ._wire import operations_for
from ._wire.call import UNSET, Call, Page
from ._wire.raw_requests import LOGGED_HEADERS, TIMESTAMP_HEADERS, expires_of, retry_options
from ._wire.versions import DEFAULT_VERSION, ApiVersion

if TYPE_CHECKING:
    from azure.core.paging import ItemPaged
    from typing_extensions import Self, Unpack

    from ._legacy_names import ParticipantLike, ParticipantsWithRoles
    from ._models import RoomJoinPolicy
    from ._pipeline.options import CallOptions, ClientOptions, ConstructionOptions
    from ._wire.call import Given

T = TypeVar("T")

_ABSOLUTE = "[A-Za-z][A-Za-z0-9+.-]*://"


class RoomsClient(LegacyNames):
    """Keeps the rooms of an Azure Communication Services resource.

    Every method takes, beside its own keywords, azure-core's for one call: ``headers``, ``timeout``, ``retry_total``,
    ``raw_response_hook``, ``cls`` and so on. A misspelt keyword is a TypeError. Times are aware ``datetime`` in UTC
    when they come back; a naive ``datetime`` that goes in is local time.

    :param str endpoint: Endpoint of the resource, such as ``https://contoso.communication.azure.com``.
    :param credential: An access key of the resource, or a credential of ``azure-identity`` or any other that gives
        Microsoft Entra ID tokens.
    :type credential: ~azure.core.credentials.AzureKeyCredential or ~azure.core.credentials.TokenCredential or str
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

    #: Where azure-core's decorator looks for the name of this library's tracer.
    _instrumentation_config = INSTRUMENTATION

    def __init__(
        self,
        endpoint: str,
        credential: AzureKeyCredential | TokenCredential | str,
        *,
        api_version: ApiVersion | str = DEFAULT_VERSION,
        allow_insecure_connection: bool = False,
        **kwargs: Unpack[ClientOptions],
    ) -> None:
        self._takes_any_option = self._check_client_options(kwargs)
        endpoint = normalize_endpoint(endpoint, allow_insecure_connection=allow_insecure_connection)
        if isinstance(credential, str):  # release 1.2.0 took the key itself, too
            credential = AzureKeyCredential(credential)
        self._wire = operations_for(endpoint, api_version)
        self._endpoint = endpoint
        self._timeout: float | None = kwargs.get("timeout")
        self._clock = ServiceClock()
        self._client = build_pipeline_client(
            endpoint,
            credential,
            self._clock,
            logged_headers=LOGGED_HEADERS,
            timestamp_headers=TIMESTAMP_HEADERS,
            **kwargs,
        )
        self._passes_call_options = takes_call_options(**kwargs)

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
        return self._send(call, self.create_room, kwargs)

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
        return self._send(self._wire.get_room(room_id), self.get_room, kwargs)

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
        return self._send(call, self.update_room, kwargs)

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
        return self._send(self._wire.delete_room(room_id), self.delete_room, kwargs)

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
        return self._list(self._wire.list_rooms, self.list_rooms, kwargs)

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
        return self._send_change(call, self.add_or_update_participants, kwargs)

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
        return self._send(self._wire.set_participants(room_id, participants), self.set_participants, kwargs)

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
        whom = one_of(participants=participants, communication_identifiers=communication_identifiers)
        return self._send_change(self._wire.remove_participants(room_id, whom), self.remove_participants, kwargs)

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
            lambda next_link: self._wire.list_participants(room_id, next_link), self.list_participants, kwargs
        )

    def send_request(self, request: HttpRequest, *, stream: bool = False, **kwargs: Any) -> HttpResponse:
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
        request = copy(request)  # the pipeline writes headers and URL, and these are the caller's
        request.headers = case_insensitive_dict(request.headers)
        if not re.match(_ABSOLUTE, request.url):
            request.url = f"{self._endpoint}/{request.url.lstrip('/')}"
        if self._passes_call_options:
            kwargs = {**retry_options(request), **kwargs}
        return self._client.send_request(request, stream=stream, **kwargs)

    def close(self) -> None:
        """Close the connections. A call after this raises ValueError."""
        self._client.close()

    def __enter__(self) -> Self:
        self._client.__enter__()
        return self

    def __exit__(self, *details: object) -> None:
        self._client.__exit__(*details)

    def __repr__(self) -> str:
        return f"<RoomsClient {self._endpoint}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a RoomsClient cannot be pickled or copied: it holds connections and a key; make one where needed"
        )

    def _send(self, call: Call[T], method: Callable[..., Any], options: Any, cls: Callable[..., T] | None = None) -> T:
        """Send a call and read its answer: the one place here that does I/O.

        :param cls: Makes what is returned, where the caller's options have none.
        """
        self._check(method, options)
        cls = options.pop("cls", None) or cls
        step: Call[T] | None = call
        with Deadline(options.get("timeout", self._timeout)):
            while step is not None:
                if self._passes_call_options:
                    expires = step.expires and expires_of(options.get("headers") or {}, step.expires)
                    options.update(retryable=step.retryable, expires=expires, absent_is_success=step.absent_is_success)
                answer = self._client._pipeline.run(step.request, **options)  # noqa: SLF001  as azure-core's clients do
                # A delete that an earlier attempt did has nothing to say, as any delete.
                value = cast(T, None) if SUCCEEDED_BEFORE in answer.context else step.read(answer.http_response)
                step = step.following(value)
        return value if cls is None else cls(answer, value, dict(answer.http_response.headers))

    def _send_change(self, call: Call[Any], method: Callable[..., Any], options: Any) -> None:
        """Send a call that changes participants. What api-version 2022-02-01 answers is for the caller's ``cls``."""
        made_by_cls: None = self._send(call, method, options, _nothing)
        return made_by_cls

    def _list(
        self, call_for: Callable[[str | None], Call[Page[T]]], method: Callable[..., Any], options: Any
    ) -> ItemPaged[T]:
        """A lazy list over the pages of a call."""
        from ._paging import ItemsByPage  # likewise, only programs that list

        self._check(method, options)
        call_for(None)  # what is wrong with the arguments is said here, not when the list is first read
        cls: Callable[[list[T]], Iterable[T]] = options.pop("cls", iter)

        def get_next(next_link: str | None) -> Page[T]:
            return self._send(call_for(next_link), method, dict(options))

        def extract_data(page: Page[T]) -> tuple[str | None, Iterable[T]]:
            return page.next_link, cls(page.items)

        return ItemsByPage(get_next, extract_data)

    def _check_client_options(self, options: Mapping[str, Any]) -> bool:
        """Refuse a misspelt keyword of the client.

        :returns: Whether its calls take any keyword, because code of the caller's is in the pipeline.
        """
        if not options:
            return False
        from ._pipeline.options import brings_own_code, check_client_options  # only clients with keywords

        check_client_options(self, options)
        return brings_own_code(options)

    def _check(self, method: Callable[..., Any], options: Mapping[str, Any]) -> None:
        if options and not self._takes_any_option:
            from ._pipeline.options import check_options  # likewise, only programs that give any

            check_options(method, options)


def _nothing(*_: Any) -> None:
    """Make nothing of an answer."""
