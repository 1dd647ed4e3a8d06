"""The retry policies. They keep azure-core's keywords, counts and history, and differ from it in these rules:

- Which requests: the options of a call define whether it may be sent again after the service may have received it
  (``retryable``) and until when (``expires``). Without that, the method decides: all but POST are sent again, and PATCH
  counts as idempotent. A request that was not sent at all is always sent again.
- How long: one deadline for the whole call, waits and redirects included. If ``Retry-After`` ends after the deadline,
  or is longer than the longest wait, the client does not wait and returns that response.
- A call with ``absent_is_success`` whose response was lost has succeeded if the next attempt gets a 404.
"""

from __future__ import annotations

import math
import random
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Callable

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncRetryPolicy, RequestHistory, RetryMode, RetryPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

from .._datetimes import parse_http_date
from .clock import EXPIRES, ServiceClock
from .deadline import Deadline
from .steps import Steps, take, take_async

Request = PipelineRequest[HttpRequest]
Response = PipelineResponse[HttpRequest, Any]

#: In the context of a response: it is a 404 because an earlier attempt of the call, whose response was lost, succeeded.
SUCCEEDED_BEFORE = "rooms_succeeded_before"

#: Retries stop this long before a call expires: an attempt takes time to arrive.
_EXPIRY_MARGIN = timedelta(seconds=10)
#: Statuses that can pass, unless the caller names more.
_RETRIED_STATUSES = frozenset([408, 429, 500, 502, 503, 504, *range(506, 600)])
#: Statuses after which the service may have carried out the request all the same.
_MAYBE_DONE_STATUSES = frozenset([408, 500, 502, 504])
#: Seconds that must be left for another attempt. On uvloop timers end an attempt up to a millisecond early, and the
#: error must be that of the attempt, not of one that had no time.
_SHORTEST_ATTEMPT = 0.005
_SETTINGS = "rooms_retry_settings"

if TYPE_CHECKING:
    _RetryPolicy = RetryPolicy[HttpRequest, HttpResponse]
else:
    _RetryPolicy = object  # of the two classes below, each brings azure-core's of its kind


class RetrySteps(_RetryPolicy):
    """What both retry policies do: send a request until there is a response, as often and as long as that is allowed.

    Keywords beyond these are azure-core's, for the client or for one call: ``retry_total``, ``retry_connect``,
    ``retry_read``, ``retry_status``, ``retry_backoff_factor``, ``retry_backoff_max``, ``retry_mode``,
    ``retry_on_status_codes``, ``retry_on_methods`` and ``timeout``.

    :keyword clock: The clock of the service.
    :paramtype clock: ~azure.communication.rooms._pipeline.clock.ServiceClock
    :keyword monotonic: A monotonic clock, in seconds.
    :paramtype monotonic: Callable[[], float]
    :keyword jitter: A source of random numbers from 0 to 1.
    :paramtype jitter: Callable[[], float]
    """

    next: Any  # the next policy; the pipeline sets it

    def __init__(
        self,
        *,
        clock: ServiceClock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._call_timeout: float | None = kwargs.get("timeout")  # azure-core's own default is a week
        self._only_methods = _upper(kwargs.get("retry_on_methods"))
        self._statuses = _RETRIED_STATUSES.union(kwargs.get("retry_on_status_codes", ()))
        self._clock = clock or ServiceClock()
        self._monotonic = monotonic
        self._jitter = jitter

    def steps(self, request: Request) -> Steps[Response]:
        """Send a request, and again where that helps.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        :returns: Steps to the response.
        :rtype: Generator
        :raises ~azure.core.exceptions.AzureError: What the last attempt raised.
        """
        settings = self._settings(request)
        with settings["deadline"]:
            response = yield from self._attempts(request, settings)
        self.update_context(response.context, settings)
        is_absent = response.http_response.status_code == 404 and settings["absent_is_success"]
        if is_absent and any(_maybe_done(attempt) for attempt in settings["history"]):
            response.context[SUCCEEDED_BEFORE] = True
        return response

    def _settings(self, request: Request) -> dict[str, Any]:
        """The settings of a call, the same after a redirect: it is one call with one deadline."""
        settings: dict[str, Any] | None = request.context.get(_SETTINGS)
        if settings is None:
            options = request.context.options
            timeout = options.pop("timeout", self._call_timeout)
            only_methods = _upper(options.pop("retry_on_methods", None))
            settings = self.configure_retries(options)
            settings["only_methods"] = self._only_methods if only_methods is None else only_methods
            settings["retryable"] = options.pop("retryable", None)
            settings["absent_is_success"] = options.pop("absent_is_success", False)
            settings["deadline"] = Deadline(timeout, self._monotonic)
            if not isinstance(request.http_request.content, (bytes, str, type(None))):
                self._configure_positions(request, settings)  # of bodies that are files; increment() goes back to them
            request.context[EXPIRES] = options.pop("expires", None)
            request.context[_SETTINGS] = settings
        return settings

    def _attempts(self, request: Request, settings: dict[str, Any]) -> Steps[Response]:
        while True:
            request.context["retry_count"] = len(settings["history"])
            try:
                response: Response = yield self.next.send, request
            except AzureError as error:
                if not (_is_transient(error) and self._may_send_again(settings, request.http_request, error)):
                    raise
                wait = self._wait(settings, request, error)
                if wait is None:
                    raise
            else:
                if not self.is_retry(settings, response):
                    return response
                wait = self._wait(settings, response)
                if wait is None:
                    return response
                yield (response.http_response.close,)  # one that is streamed would keep its connection
            if wait > 0:
                yield request.context.transport.sleep, wait  # type: ignore[union-attr]  # there is one

    def _wait(
        self, settings: dict[str, Any], last: Request | Response, error: AzureError | None = None
    ) -> float | None:
        """Count an attempt that failed.

        :param settings: The settings of the call.
        :param last: The response of the attempt, or its request when it got none.
        :param error: What it raised in place of a response.
        :returns: Seconds to wait until the next attempt; None if there is none.
        """
        attempts = len(settings["history"])
        may_go_on = self.increment(settings, response=last, error=error)
        if len(settings["history"]) == attempts:  # azure-core leaves out errors of other kinds
            settings["history"].append(RequestHistory(last.http_request, error=error))
        if not may_go_on:
            return None
        requested = self.get_retry_after(last) if isinstance(last, PipelineResponse) else None
        wait = requested or self.get_backoff_time(settings)
        longest = min(settings["deadline"].remaining(), self._until_expiry(last.context.get(EXPIRES)))
        ends_too_late = wait + _SHORTEST_ATTEMPT >= longest
        return None if ends_too_late or (requested and requested > settings["max_backoff"]) else wait

    def is_retry(self, settings: dict[str, Any], response: Response) -> bool:  # type: ignore[override]  # rest's alone
        """Whether a response is worth another attempt.

        :param dict settings: The settings of the call.
        :param response: The response.
        :type response: ~azure.core.pipeline.PipelineResponse
        """
        status = response.http_response.status_code
        return status >= 400 and status in self._statuses and self._may_send_again(settings, response.http_request)

    def _may_send_again(self, settings: dict[str, Any], request: HttpRequest, error: AzureError | None = None) -> bool:
        method = request.method.upper()
        if settings["only_methods"] is not None:
            return method in settings["only_methods"]
        if isinstance(error, ServiceRequestError):  # nothing was sent
            return True
        if _is_consumed_once(request.content):
            return False
        retryable: bool | None = settings["retryable"]
        return method == "PATCH" or method in settings["methods"] if retryable is None else retryable

    def _until_expiry(self, expires: datetime | None) -> float:
        """Seconds in which the request may still be sent again."""
        return math.inf if expires is None else (expires - _EXPIRY_MARGIN - self._clock.now()).total_seconds()

    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        """Seconds before the next attempt: exponential backoff with up to 50 % jitter.

        :param dict settings: The settings of the call.
        :rtype: float
        """
        history = settings["history"]
        # A connection that failed can have been a kept one that the service closed meanwhile: try at once.
        if len(history) == 1 and history[0].error is not None:
            return 0
        doublings = 0 if self.retry_mode == RetryMode.Fixed else min(len(history) - 1, 64)
        backoff: float = min(settings["max_backoff"], settings["backoff"] * 2**doublings)
        return backoff * (0.5 + self._jitter() / 2)

    def get_retry_after(self, response: Any) -> float | None:
        """Parse ``Retry-After``. A date is compared with the ``Date`` of the same response.

        :param response: The response.
        :type response: ~azure.core.pipeline.PipelineResponse
        :returns: Seconds to wait. None without the header, or if it is invalid or not in the future.
        :rtype: float or None
        """
        headers = response.http_response.headers
        until = parse_http_date(headers.get("Retry-After"))
        if until is not None:
            now = parse_http_date(headers.get("Date")) or self._clock.now()
            return max(0.0, (until - now).total_seconds())
        try:
            requested = super().get_retry_after(response)
        except (ValueError, TypeError, OverflowError):
            return None
        return requested if requested and math.isfinite(requested) else None


class RoomsRetryPolicy(RetrySteps, RetryPolicy[HttpRequest, HttpResponse]):
    """Send requests again where that helps. Keywords and rules: :class:`RetrySteps`."""

    def send(self, request: Request) -> PipelineResponse[HttpRequest, HttpResponse]:
        """Send a request, and again where that helps.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        :raises ~azure.core.exceptions.AzureError: What the last attempt raised.
        """
        return take(self.steps(request))


class AsyncRoomsRetryPolicy(RetrySteps, AsyncRetryPolicy[HttpRequest, AsyncHttpResponse]):  # type: ignore[misc]
    """Send requests again where that helps. Keywords and rules: :class:`RetrySteps`."""

    async def send(  # type: ignore[override]  # RetrySteps is no RetryPolicy but for type checkers
        self, request: Request
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Send a request, and again where that helps.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        :raises ~azure.core.exceptions.AzureError: What the last attempt raised.
        """
        return await take_async(self.steps(request))


def _upper(methods: Any) -> frozenset[str] | None:
    if isinstance(methods, str):
        methods = [methods]  # one method, not its letters
    return None if methods is None else frozenset(method.upper() for method in methods)


def _is_transient(error: AzureError) -> bool:
    """Whether an error comes from the connection, and not from a response of the service."""
    # azure-core's own transport raises a bare HttpResponseError for a chunk that is incomplete.
    return isinstance(error, (ServiceRequestError, ServiceResponseError, IncompleteReadError)) or (
        type(error) is HttpResponseError and error.response is None
    )


def _maybe_done(attempt: RequestHistory[HttpRequest, Any]) -> bool:
    """Whether the service may have carried out an attempt that failed."""
    if attempt.http_response is not None:
        return attempt.http_response.status_code in _MAYBE_DONE_STATUSES
    return not isinstance(attempt.error, ServiceRequestError)


def _is_consumed_once(content: Any) -> bool:
    """Whether nothing of a body is left for another attempt: an iterator, or a file that cannot go back."""
    if hasattr(content, "read"):
        return not (hasattr(content, "seekable") and content.seekable())
    return hasattr(content, "__next__") or hasattr(content, "__anext__")


def takes_call_options(
    *, retry_policy: object = None, policies: object = None, pipeline: object = None, **_: object
) -> bool:
    """Whether a pipeline of these options has the policy that takes ``retryable``, ``expires`` and
    ``absent_is_success`` off a request. Without it, they would reach the transport, which does not know them.

    :rtype: bool
    """
    ours = retry_policy is None or isinstance(retry_policy, RetrySteps)
    return ours and policies is None and pipeline is None
