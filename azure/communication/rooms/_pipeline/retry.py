"""Retries that know Rooms, on azure-core's: its keywords, its counts, its history.

What is theirs and what is not:

- Which requests: azure-core retries what HTTP calls idempotent, and any POST or PATCH after a 500, 503 or 504. Here a
  call says whether it may be sent again (``retryable``) and until when (``expires``). Of a request that says nothing,
  the method decides: a PATCH is as idempotent as a PUT, and a POST is sent once.
- How long: one deadline for the whole call, waits and redirects included. A wait that the service asks for beyond it,
  or beyond the longest wait, is not waited: the answer that asks for it is the call's.
- A call with ``absent_is_success`` whose response was lost has succeeded if the next attempt gets a 404.
"""

from __future__ import annotations

import math
import random
import time
from datetime import datetime, timedelta
from typing import Any, Callable

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
)
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import RequestHistory, RetryMode, RetryPolicy
from azure.core.rest import HttpRequest, HttpResponse

from .clock import EXPIRES, ServiceClock
from .deadline import Deadline

Request = PipelineRequest[HttpRequest]
Response = PipelineResponse[HttpRequest, HttpResponse]

#: In the context of a response: it is a 404 because an earlier attempt of the call, whose response was lost, succeeded.
SUCCEEDED_BEFORE = "rooms_succeeded_before"

#: Retries stop this long before a call expires: an attempt takes time to arrive.
_EXPIRY_MARGIN = timedelta(seconds=10)
#: Statuses behind which the request may have been carried out all the same.
_MAYBE_DONE = frozenset([408, 500, 502, 504])
_SETTINGS = "rooms_retry_settings"


class RoomsRetryPolicy(RetryPolicy[HttpRequest, HttpResponse]):
    """Sends requests until they are answered, as often and as long as they may be sent.

    Keywords beyond these are azure-core's, for the client or for one call: ``retry_total``, ``retry_connect``,
    ``retry_read``, ``retry_status``, ``retry_backoff_factor``, ``retry_backoff_max``, ``retry_mode``,
    ``retry_on_status_codes``, ``retry_on_methods`` and ``timeout``.

    :keyword clock: Tells the service's time.
    :paramtype clock: ~azure.communication.rooms._pipeline.clock.ServiceClock
    :keyword monotonic: Tells seconds that only grow.
    :paramtype monotonic: Callable[[], float]
    :keyword jitter: Gives numbers from 0 to 1.
    :paramtype jitter: Callable[[], float]
    """

    def __init__(
        self,
        *,
        clock: ServiceClock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._timeout: float | None = kwargs.get("timeout")  # azure-core has a week for what is not given
        self._clock = clock or ServiceClock()
        self._monotonic = monotonic
        self._jitter = jitter

    def send(self, request: Request) -> Response:
        """Send a request, again where it helps.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        :raises ~azure.core.exceptions.AzureError: What the last attempt raised.
        """
        settings = self._settings(request)
        with settings["deadline"]:
            response = self._attempts(request, settings)
        self.update_context(response.context, settings)
        is_absent = response.http_response.status_code == 404 and settings["absent_is_success"]
        if is_absent and any(_maybe_done(attempt) for attempt in settings["history"]):
            response.context[SUCCEEDED_BEFORE] = True
        return response

    def _settings(self, request: Request) -> dict[str, Any]:
        """The settings of a call, the same behind a redirect: it is one call with one deadline."""
        settings: dict[str, Any] | None = request.context.get(_SETTINGS)
        if settings is None:
            options = request.context.options
            only_methods = options.get("retry_on_methods")
            if only_methods is not None:
                only_methods = options["retry_on_methods"] = frozenset(only_methods)
            timeout = options.pop("timeout", self._timeout)
            settings = self.configure_retries(options)
            settings["only_methods"] = only_methods
            settings["retryable"] = options.pop("retryable", None)
            settings["absent_is_success"] = options.pop("absent_is_success", False)
            request.context[EXPIRES] = options.pop("expires", None)
            settings["deadline"] = Deadline(timeout, self._monotonic)
            self._configure_positions(request, settings)
            request.context[_SETTINGS] = settings
        return settings

    def _attempts(self, request: Request, settings: dict[str, Any]) -> Response:
        while True:
            self._limit_attempt(request, settings["deadline"])
            request.context["retry_count"] = len(settings["history"])
            try:
                response = self.next.send(request)
            except AzureError as error:
                if not (_is_transient(error) and self._is_method_retryable(settings, request.http_request)):
                    raise
                if not self._waits_for_next(settings, request, error):
                    raise
            else:
                if not self.is_retry(settings, response) or not self._waits_for_next(settings, response):
                    return response

    @staticmethod
    def _limit_attempt(request: Request, deadline: Deadline) -> None:
        """Keep an attempt within the deadline on transports that know nothing of it.

        :raises ~azure.core.exceptions.ServiceRequestTimeoutError: If no time is left.
        """
        if deadline.seconds is None:
            return
        left = deadline.remaining()
        if left <= 0:
            raise ServiceRequestTimeoutError("no time is left for the request within the timeout of the call")
        options, config = request.context.options, getattr(request.context.transport, "connection_config", None)
        for option, attribute in (("connection_timeout", "timeout"), ("read_timeout", "read_timeout")):
            usual = options.get(option, getattr(config, attribute, None))
            if isinstance(usual, (int, float)) and usual > left:
                options[option] = left

    def _waits_for_next(
        self, settings: dict[str, Any], last: Request | Response, error: AzureError | None = None
    ) -> bool:
        """Wait until the next attempt; False at once when there is to be none.

        :param settings: The settings of the call.
        :param last: The answer of the last attempt, or its request when it got none.
        :param error: What it raised in place of an answer.
        """
        if not self.increment(settings, response=last, error=error):
            return False
        asked = self.get_retry_after(last) if isinstance(last, PipelineResponse) else None
        wait = asked or self.get_backoff_time(settings)
        longest = min(settings["deadline"].remaining(), self._until_expiry(last.context.get(EXPIRES)))
        if wait >= longest or (asked and asked > settings["max_backoff"]):
            return False
        if isinstance(last, PipelineResponse):
            last.http_response.close()  # one that is streamed would keep its connection
        if wait > 0:
            last.context.transport.sleep(wait)  # type: ignore[union-attr]  # there is one, and it does not await
        return True

    def is_retry(self, settings: dict[str, Any], response: Response) -> bool:  # type: ignore[override]  # of these types alone
        """Whether an answer is worth another attempt.

        :param dict settings: The settings of the call.
        :param response: The answer.
        :type response: ~azure.core.pipeline.PipelineResponse
        """
        status = response.http_response.status_code
        if status < 400 or status not in self._retry_on_status_codes:
            return False
        return self._is_method_retryable(settings, response.http_request)

    def _is_method_retryable(self, settings: dict[str, Any], request: Any, response: Any | None = None) -> bool:
        method = request.method.upper()
        if settings["only_methods"] is not None:
            return method in settings["only_methods"]
        retryable: bool | None = settings["retryable"]
        return (method == "PATCH" or method in settings["methods"]) if retryable is None else retryable

    def _until_expiry(self, expires: datetime | None) -> float:
        """Seconds in which the request may still be sent again."""
        return math.inf if expires is None else (expires - _EXPIRY_MARGIN - self._clock.now()).total_seconds()

    def get_backoff_time(self, settings: dict[str, Any]) -> float:
        """Seconds before the next attempt: twice as long each time, and between half and all of that by chance.

        None after the first attempt that got no answer: most often a kept connection had just ended.

        :param dict settings: The settings of the call.
        """
        history = settings["history"]
        if len(history) == 1 and history[0].error is not None:
            return 0
        doublings = 0 if self.retry_mode == RetryMode.Fixed else min(len(history) - 1, 64)
        backoff: float = min(settings["max_backoff"], settings["backoff"] * 2**doublings)
        return backoff * (0.5 + self._jitter() / 2)

    def get_retry_after(self, response: Any) -> float | None:
        """Seconds that the service asks to wait; None when it asks for none, or for what is no time to come.

        :param response: The answer.
        :type response: ~azure.core.pipeline.PipelineResponse
        """
        try:
            asked = super().get_retry_after(response)
        except (ValueError, TypeError, OverflowError):
            return None
        return asked if asked and math.isfinite(asked) else None


def _is_transient(error: AzureError) -> bool:
    """Whether an error is one of the way, and not one of the answer."""
    # azure-core's own transport has a bare HttpResponseError for a chunk that broke off.
    return isinstance(error, (ServiceRequestError, ServiceResponseError, IncompleteReadError)) or (
        type(error) is HttpResponseError and error.response is None
    )


def _maybe_done(attempt: RequestHistory[HttpRequest, HttpResponse]) -> bool:
    """Whether the service may have carried out an attempt that failed."""
    if attempt.http_response is not None:
        return attempt.http_response.status_code in _MAYBE_DONE
    return not isinstance(attempt.error, ServiceRequestError)


def takes_call_options(
    *, retry_policy: object = None, policies: object = None, pipeline: object = None, **_: object
) -> bool:
    """Whether a pipeline of these options has the policy that takes ``retryable``, ``expires`` and
    ``absent_is_success`` off a request. Without it, they would reach the transport, which does not know them.

    :rtype: bool
    """
    ours = retry_policy is None or isinstance(retry_policy, RoomsRetryPolicy)
    return ours and policies is None and pipeline is None
