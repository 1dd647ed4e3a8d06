"""A call: the request to send and how to decode its response. No I/O."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Callable, Generic, TypeVar, Union

from azure.core.rest import HttpRequest, HttpResponse

from .._annotations import InstanceOf

T = TypeVar("T")


class Unset:
    """The type of UNSET: an argument that the caller did not give. None is something else."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSET"

    # Here, and not in an Annotated, which help() would show in each signature.
    __get_pydantic_core_schema__ = InstanceOf().__get_pydantic_core_schema__


UNSET = Unset()

#: The type of an argument that may be unset, or None.
MaybeUnset = Union[T, None, Unset]


def is_unset(value: object) -> bool:
    """Return whether a caller did not give an argument.

    :param value: The argument.
    :rtype: bool
    """
    return value is UNSET


#: What decoders raise for a JSON value of another shape than expected.
_DECODING_ERRORS = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)

#: How long the service deduplicates a create, counted from its Repeatability-First-Sent.
REPEATABLE_FOR = timedelta(minutes=5)


class Repeatability:
    """The repeatability headers of a create. The service deduplicates requests with equal headers for five minutes.

    See https://learn.microsoft.com/rest/api/communication/repeatable-requests.

    :param str request_id: A GUID.
    :param ~datetime.datetime first_sent: When the first request was sent, aware.
    """

    __slots__ = ("first_sent", "request_id")

    def __init__(self, request_id: str, first_sent: datetime) -> None:
        self.request_id = request_id
        self.first_sent = first_sent

    @property
    def expires(self) -> datetime:
        """Until when the service deduplicates the request."""
        return self.first_sent + REPEATABLE_FOR


class Page(Generic[T]):
    """One page of a list: its items, and the link to the next page, None on the last one."""

    __slots__ = ("items", "next_link")

    def __init__(self, items: list[T], next_link: str | None) -> None:
        self.items = items
        self.next_link = next_link


class Call(Generic[T]):
    """One call of the service.

    :ivar request: The request to send.
    :vartype request: ~azure.core.rest.HttpRequest
    :ivar statuses: The statuses of success.
    :vartype statuses: tuple[int, ...]
    :ivar decode: Converts the JSON value of the body to the result.
    :vartype decode: Callable[[Any], Any]
    :ivar bool retryable: Whether the request may be sent again after the service may have received it.
    :ivar expires: Until when it may be sent again, by the service's clock; None for no limit.
    :vartype expires: ~datetime.datetime or None
    :ivar bool absent_is_success: Whether a 404 is a success after an attempt whose response was lost.
    :ivar bool follows_link: Whether the URL is a link of the service, to which nothing is added.
    """

    __slots__ = (
        "_next_call",
        "absent_is_success",
        "decode",
        "expires",
        "follows_link",
        "request",
        "retryable",
        "statuses",
    )

    def __init__(
        self,
        request: HttpRequest,
        statuses: tuple[int, ...],
        decode: Callable[[Any], T],
        next_call: Callable[[T], Call[T] | None] | None = None,
        *,
        retryable: bool = True,
        expires: datetime | None = None,
        absent_is_success: bool = False,
        follows_link: bool = False,
    ) -> None:
        self.request = request
        self.statuses = statuses
        self.decode = decode
        self._next_call = next_call
        self.retryable = retryable
        self.expires = expires
        self.absent_is_success = absent_is_success
        self.follows_link = follows_link

    def read(self, response: HttpResponse, error_map: Mapping[int, Any] | None = None) -> T:
        """Decode the response.

        :param ~azure.core.rest.HttpResponse response: The response, its body loaded.
        :param error_map: The caller's exceptions by status, as azure-core's ``map_error`` takes them.
        :type error_map: Mapping[int, Any] or None
        :returns: The result, in public models.
        :raises ~azure.core.exceptions.HttpResponseError: If the status is not one of success.
        :raises ~azure.core.exceptions.DecodeError: If the body cannot be decoded.
        """
        if response.status_code not in self.statuses:
            from .errors import response_error  # imported lazily, here and below: a start without an error is faster

            raise response_error(response, error_map)
        content = response.content
        try:
            return self.decode(json.loads(content) if content else None)
        except _DECODING_ERRORS as error:
            failure = error
        from .errors import decode_error

        # Raised outside of the except block: azure-core's error would keep the traceback and could not be pickled.
        raise decode_error(response, failure) from failure

    def next_call(self, value: T) -> Call[T] | None:
        """Get the call that follows, where one operation takes several.

        :param value: The result of this call.
        :returns: None after the last call.
        """
        return None if self._next_call is None else self._next_call(value)
