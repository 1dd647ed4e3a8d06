"""A call: the request to send, and how to read what comes back. Made and read without any I/O."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar, Union

from azure.core.rest import HttpRequest, HttpResponse

from .errors import decode_error, response_error

T = TypeVar("T")


class Unset:
    """The type of UNSET: an argument that the caller did not give, which None is not."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset()

#: The types of what says nothing: what was left out, and None.
NOTHING_SAID = (Unset, type(None))

if TYPE_CHECKING:
    #: An argument that may be left out, and that None is given for to say nothing explicitly.
    Given = Union[T, None, Unset]

#: What a JSON value of another shape than expected makes the readers raise.
_UNREADABLE = (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError)


#: How long the service deduplicates a create, counted from its Repeatability-First-Sent.
REPEATABLE_FOR = timedelta(minutes=5)


class Repeatability:
    """What makes a create safe to repeat: the service answers a repetition within five minutes as the first request.

    See https://learn.microsoft.com/rest/api/communication/repeatable-requests.

    :param str request_id: A GUID, the same on every repetition.
    :param ~datetime.datetime first_sent: When the request was sent first, aware.
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
    """One page of a list: its items, and the link to the next page when there is one."""

    __slots__ = ("items", "next_link")

    def __init__(self, items: list[T], next_link: str | None) -> None:
        self.items = items
        self.next_link = next_link


class Call(Generic[T]):
    """One call of the service.

    :ivar request: What to send.
    :vartype request: ~azure.core.rest.HttpRequest
    :ivar bool retryable: Whether the request may be sent again after the service may have received it.
    :ivar expires: Until when it may, by the service's clock; None for no limit.
    :vartype expires: ~datetime.datetime or None
    :ivar decode: Makes the value of a body.
    :vartype decode: Callable[[Any], Any]
    :ivar bool absent_is_success: Whether a 404 is a success after an attempt whose response was lost.
    """

    __slots__ = ("_statuses", "_then", "absent_is_success", "decode", "expires", "request", "retryable")

    def __init__(
        self,
        request: HttpRequest,
        statuses: tuple[int, ...],
        decode: Callable[[Any], T],
        then: Callable[[T], Call[T] | None] | None = None,
        *,
        retryable: bool = True,
        expires: datetime | None = None,
        absent_is_success: bool = False,
    ) -> None:
        self.request = request
        self._statuses = statuses
        self.decode = decode
        self._then = then
        self.retryable = retryable
        self.expires = expires
        self.absent_is_success = absent_is_success

    @property
    def statuses(self) -> tuple[int, ...]:
        """The statuses of success."""
        return self._statuses

    def read(self, response: HttpResponse) -> T:
        """Read the answer.

        :param ~azure.core.rest.HttpResponse response: The answer, its body loaded.
        :returns: What the service said, in public models.
        :raises ~azure.core.exceptions.HttpResponseError: If the status is none of success.
        :raises ~azure.core.exceptions.DecodeError: If the body is not what this call answers with.
        """
        if response.status_code not in self._statuses:
            raise response_error(response)
        content = response.content
        try:
            return self.decode(json.loads(content) if content else None)
        except _UNREADABLE as error:
            failure = error
        # Raised out here, where azure-core's error finds no traceback to keep, with which it could not be pickled.
        raise decode_error(response, failure) from failure

    def following(self, value: T) -> Call[T] | None:
        """The call that comes after this one, where one operation takes several.

        :param value: What was read.
        :returns: None when this was the last.
        """
        return None if self._then is None else self._then(value)


def nothing(_: Any) -> None:
    """Read an answer that says nothing beyond its status."""
