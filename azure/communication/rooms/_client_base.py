"""What both clients share: how they are made, and the steps of a call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, NoReturn, TypeVar, Union, cast

from azure.core.credentials import AzureKeyCredential
from azure.core.rest import HttpRequest
from azure.core.utils import case_insensitive_dict

from ._models import ParticipantRole
from ._pipeline import INSTRUMENTATION
from ._pipeline.clock import ServiceClock
from ._pipeline.deadline import Deadline
from ._pipeline.endpoint import normalize_endpoint
from ._pipeline.retry import SUCCEEDED_BEFORE, takes_call_options
from ._wire import operations_for
from ._wire.call import Unset
from ._wire.raw_requests import LOGGED_HEADERS, TIMESTAMP_HEADERS, expires_of, retry_options

if TYPE_CHECKING:
    from azure.communication.identity import CommunicationIdentifier

    from ._models import RoomParticipant
    from ._pipeline.steps import Steps
    from ._wire.call import Call, Given, Page
    from ._wire.versions import ApiVersion

    ParticipantLike = Union[RoomParticipant, CommunicationIdentifier, str]
    ParticipantsWithRoles = Union[Iterable[ParticipantLike], Mapping[str, Union[ParticipantRole, str]]]

T = TypeVar("T")
Items = TypeVar("Items")

#: The name of :class:`ParticipantRole` in release 1.0.0b1.
RoleType = ParticipantRole

_ABSOLUTE = "[A-Za-z][A-Za-z0-9+.-]*://"


class RoomsClientBase:
    """A client, but for the methods that send. Arguments: :class:`~azure.communication.rooms.RoomsClient`.

    :param build: Builds the pipeline client of azure-core.
    :param options: The keywords of the client, the two before it left out.
    """

    #: Where azure-core's decorator looks for the name of this library's tracer.
    _instrumentation_config = INSTRUMENTATION

    def __init__(
        self,
        build: Callable[..., Any],
        endpoint: str,
        credential: Any,
        api_version: ApiVersion | str,
        allow_insecure_connection: bool,
        options: Mapping[str, Any],
    ) -> None:
        self._takes_any_option = self._check_client_options(options)
        endpoint = normalize_endpoint(endpoint, allow_insecure_connection=allow_insecure_connection)
        if isinstance(credential, str):  # release 1.2.0 took the key itself, too
            credential = AzureKeyCredential(credential)
        self._wire = operations_for(endpoint, api_version)
        self._endpoint = endpoint
        self._timeout: float | None = options.get("timeout")
        self._clock = ServiceClock()
        self._client = build(
            endpoint,
            credential,
            self._clock,
            owner="RoomsClient",
            logged_headers=LOGGED_HEADERS,
            timestamp_headers=TIMESTAMP_HEADERS,
            **options,
        )
        self._passes_call_options = takes_call_options(**options)

    def __repr__(self) -> str:
        return f"<RoomsClient {self._endpoint}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a RoomsClient cannot be pickled or copied: it holds connections and a key; make one where needed"
        )

    def _steps(
        self, call: Call[T], method: Callable[..., Any], options: Any, cls: Callable[..., T] | None = None
    ) -> Steps[T]:
        """Steps that send a call and read its response. Nothing else here runs the pipeline.

        :param call: The call.
        :param method: The bound method that the caller called.
        :param options: The keywords of the caller beyond those in the signature of the method.
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
                run = partial(self._client._pipeline.run, step.request, **options)  # noqa: SLF001  as azure-core's clients do
                response = yield (run,)
                # A delete that an earlier attempt carried out has no more to say than any delete.
                value = cast(T, None) if SUCCEEDED_BEFORE in response.context else step.read(response.http_response)
                step = step.following(value)
        return value if cls is None else cls(response, value, dict(response.http_response.headers))

    def _change_steps(self, call: Call[Any], method: Callable[..., Any], options: Any) -> Steps[None]:
        """Steps of a call that changes participants. What version 2022-02-01 responds is for the caller's ``cls``."""
        return self._steps(call, method, options, _nothing)

    def _list(
        self,
        items_by_page: Callable[..., Items],
        take: Callable[[Steps[Any]], Any],
        call_for: Callable[[str | None], Call[Page[T]]],
        method: Callable[..., Any],
        options: Any,
    ) -> Items:
        """A lazy list over the pages of a call.

        :param items_by_page: Makes the list.
        :param take: Drives the steps of a page.
        :param call_for: Makes the call for the page at a link.
        :param method: The bound method that the caller called.
        :param options: The keywords of the caller.
        """
        self._check(method, options)
        call_for(None)  # what is wrong with the arguments is said here, not when the list is first read
        cls: Callable[[list[T]], Iterable[T]] = options.pop("cls", None) or iter

        def get_next(next_link: str | None) -> Any:
            return take(self._steps(call_for(next_link), method, dict(options)))

        return items_by_page(get_next, cls)

    def _prepare(self, request: HttpRequest, options: Mapping[str, Any]) -> tuple[HttpRequest, dict[str, Any]]:
        """Request and keywords for azure-core's ``send_request``, of a request of the caller's."""
        request = copy(request)  # the pipeline writes headers and URL, and these are the caller's
        request.headers = case_insensitive_dict(request.headers)
        if not re.match(_ABSOLUTE, request.url):
            request.url = f"{self._endpoint}/{request.url.lstrip('/')}"
        return request, {**(retry_options(request) if self._passes_call_options else {}), **options}

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
    """Make nothing of a response."""


def one_of(**values: Given[T]) -> T:
    """The value of that of two names which was given.

    :raises TypeError: If both were given, or neither.
    """
    given = [value for value in values.values() if not isinstance(value, Unset)]
    if len(given) != 1:
        now, earlier = values
        raise TypeError(f"give either {now} or {earlier}, its earlier name" + (", not both" if given else ""))
    return given[0]  # type: ignore[return-value]  # None is refused where it is read
