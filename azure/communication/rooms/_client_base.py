"""What the synchronous and the asynchronous client share: construction, options, and the steps of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable, NoReturn, TypeVar, cast
from uuid import UUID, uuid4

from azure.core.credentials import AzureKeyCredential
from azure.core.rest import HttpRequest
from azure.core.utils import case_insensitive_dict

from ._pipeline import INSTRUMENTATION
from ._pipeline.clock import ServiceClock
from ._pipeline.deadline import Deadline
from ._pipeline.endpoint import normalize_endpoint, parse_connection_string
from ._pipeline.options import (
    CallOptions,
    SharedOptions,
    brings_own_code,
    check_client_options,
    check_mappings,
    check_options,
    leave_out_none,
)
from ._pipeline.retry import SUCCEEDED_BEFORE, takes_call_options
from ._pipeline.steps import Steps
from ._urls import is_absolute
from ._wire import operations_for
from ._wire.arguments import validate_repeatability
from ._wire.call import Call, MaybeUnset, Repeatability, is_unset
from ._wire.call_options import add_query, take_api_version, take_error_map, take_query
from ._wire.raw_requests import LOGGED_HEADERS, TIMESTAMP_HEADERS, expires_of, retry_options
from ._wire.versions import ApiVersion

if TYPE_CHECKING:
    from ._wire import Operations

T = TypeVar("T")
P = TypeVar("P")


class RoomsClientBase:
    """Base of both clients. It sends nothing itself: it makes the steps that a client takes.

    :param build: Builds the pipeline client of azure-core.
    :type build: Callable[..., Any]
    :param str endpoint: Endpoint of the resource.
    :param credential: The credential of the client.
    :param api_version: The api-version.
    :type api_version: ~azure.communication.rooms.ApiVersion or str
    :param bool allow_insecure_connection: Whether to accept http to another host than this machine.
    :param options: The other keywords of the client.
    :type options: MutableMapping[str, Any]
    :raises TypeError: If an argument is of another type, or a keyword is unknown.
    :raises ValueError: If the endpoint, the key or the version is invalid.
    """

    #: azure-core's decorator looks here for the name of this library's tracer.
    _instrumentation_config = INSTRUMENTATION
    _client: Any

    def __init__(
        self,
        build: Callable[..., Any],
        endpoint: str,
        credential: Any,
        api_version: ApiVersion | str,
        allow_insecure_connection: bool,
        options: Any,
    ) -> None:
        leave_out_none(options)
        check_client_options(self, options)
        endpoint = normalize_endpoint(endpoint, allow_insecure_connection=allow_insecure_connection)
        if isinstance(credential, str):  # the key itself, as in release 1.2.0
            credential = AzureKeyCredential(credential)
        self._wire = operations_for(endpoint, api_version)
        self._takes_any_option = brings_own_code(options)
        self._passes_call_options = takes_call_options(**options)
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

    def __repr__(self) -> str:
        return f"<RoomsClient {self._endpoint}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a RoomsClient cannot be pickled or copied: it holds connections and a key; create one where it is needed"
        )

    @staticmethod
    def _parse_connection_string(conn_str: str) -> tuple[str, AzureKeyCredential]:
        """Split a connection string into the first two arguments of a client."""
        endpoint, key = parse_connection_string(conn_str)
        return endpoint, AzureKeyCredential(key)

    def _operations(self, options: Any) -> Operations:
        """Get the operations of the api-version of one call: the caller's, or else the client's.

        :param options: The keywords of the caller. ``api_version`` is taken out.
        """
        version = take_api_version(options) if options else None
        return self._wire if version is None else operations_for(self._endpoint, version)

    def _repeatability(self, request_id: str | UUID | None, first_sent: str | datetime | None) -> Repeatability:
        """Get the repeatability headers of a create: the caller's, or new ones."""
        return validate_repeatability(request_id, first_sent, Repeatability(str(uuid4()), self._clock.now()))

    def _check_call_options(self, method: Callable[..., Any], options: Any, known: Any = CallOptions) -> None:
        """Check the keywords of a call. Code of the caller's in the pipeline may have keywords of its own."""
        if options:
            leave_out_none(options)
            if "user_agent" not in options:  # azure-core's policy leaves the other one where it is
                options.pop("user_agent_overwrite", None)
            check_mappings(options)
            if not self._takes_any_option:
                check_options(method, options, known)

    def _steps(
        self, call: Call[T], method: Callable[..., Any], options: Any, cls: Callable[..., Any] | None = None
    ) -> Steps[T]:
        """The steps of an operation: send each of its calls and decode the response.

        :param call: The first call.
        :param method: The public method, for messages.
        :param options: The keywords of the caller.
        :param cls: Makes the result, where the caller gives no ``cls``.
        """
        self._check_call_options(method, options)
        cls = options.pop("cls", None) or cls
        query, error_map = take_query(options), take_error_map(options)
        current: Call[T] | None = call
        with Deadline(options.get("timeout", self._timeout)):
            while current is not None:
                if query and not current.follows_link:
                    add_query(current.request, query)
                response = yield self._run, current, options
                # A DELETE that an earlier attempt carried out returns nothing, as any DELETE.
                succeeded_before = SUCCEEDED_BEFORE in response.context
                value = cast(T, None) if succeeded_before else current.read(response.http_response, error_map)
                current = current.next_call(value)
        return value if cls is None else cast(T, cls(response, value, dict(response.http_response.headers)))

    def _run(self, call: Call[Any], options: Mapping[str, Any]) -> Any:
        """Send a call through the pipeline; return the response, or an awaitable that returns it."""
        if self._passes_call_options:
            expires = call.expires and expires_of(options.get("headers") or {}, call.expires)
            options = {
                **options,
                "retryable": call.retryable,
                "expires": expires,
                "absent_is_success": call.absent_is_success,
            }
        return self._client._pipeline.run(call.request, **options)  # noqa: SLF001  as azure-core's clients do

    def _change_steps(self, call: Call[Any], method: Callable[..., Any], options: Any) -> Steps[None]:
        """The steps of an operation that returns None, unless the caller gives ``cls``."""
        return self._steps(call, method, options, _ignore_result)

    def _list(
        self,
        paged: Callable[..., P],
        take: Callable[[Steps[Any]], Any],
        get_call: Callable[[str | None], Call[Any]],
        method: Callable[..., Any],
        options: Any,
    ) -> P:
        """Make a lazy list.

        :param paged: The class of the list.
        :param take: Takes the steps of a page.
        :param get_call: Makes the call for a page, given its link.
        :param method: The public method, for messages.
        :param options: The keywords of the caller.
        """
        self._check_call_options(method, options)
        get_call(None)  # raises for invalid arguments now, not when the list is iterated
        take_query(dict(options)), take_error_map(dict(options))  # likewise
        cls = options.pop("cls", None) or iter
        return paged(lambda next_link: take(self._steps(get_call(next_link), method, dict(options))), cls)

    def _prepare(
        self, request: HttpRequest, method: Callable[..., Any], options: Any
    ) -> tuple[HttpRequest, Mapping[str, Any]]:
        """Copy a request that the caller built, with an absolute URL; add its options for the pipeline."""
        self._check_call_options(method, options, SharedOptions)
        request = copy(request)  # the pipeline writes headers and URL
        request.headers = case_insensitive_dict(request.headers)
        if not is_absolute(request.url):
            request.url = f"{self._endpoint}/{request.url.lstrip('/')}"
        if self._passes_call_options:
            options = {**retry_options(request), **options}
        return request, options


def _ignore_result(*_: Any) -> None:
    """Return None for every result."""


def one_of(**values: MaybeUnset[T]) -> T:
    """Get the value of an argument that has two names.

    :param values: The argument by its current name and by its earlier name.
    :raises TypeError: If both are given, or neither.
    """
    given = [value for value in values.values() if not is_unset(value)]
    if len(given) != 1:
        current, earlier = values
        raise TypeError(f"give either {current} or {earlier}, its earlier name" + (", not both" if given else ""))
    return cast(T, given[0])
