"""The keywords that every call takes beside its own: azure-core's, by name and type."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Callable, TypedDict

from azure.core.pipeline import PipelineRequest, PipelineResponse

if TYPE_CHECKING:
    from azure.core.tracing import TracingOptions


class CallOptions(TypedDict, total=False):
    """Keywords of one call. What is not given is as the client was made, and else azure-core's default."""

    headers: Mapping[str, str]
    """Headers to add, in place of this library's own where the names are the same."""
    cls: Callable[..., Any]
    """Called with ``(pipeline_response, value, response_headers)``; the call returns what it returns. For a list:
    called for each page with its items."""
    request_id: str | None
    """Value of ``x-ms-client-request-id``; None sends none."""
    timeout: float
    """Seconds for the whole call, all attempts and waits together, whatever the service does meanwhile. Default:
    no end but that of the retries."""
    connection_timeout: float
    """Seconds to reach the service, an attempt. Default 10."""
    read_timeout: float
    """Seconds to wait for the next part of its answer. Default 60."""
    connection_verify: bool | str
    """Whether to check the service's certificate, or the file of certificates to check it with."""
    connection_cert: str | tuple[str, str]
    """A client certificate, alone or with its key."""
    proxies: MutableMapping[str, str]
    """Scheme, or scheme and host, to the URL of the proxy for it."""
    retry_total: int
    """Retries of every kind together; 0 for none. Default 10."""
    retry_connect: int
    """Retries when the service could not be reached. Default 3."""
    retry_read: int
    """Retries when its answer broke off. Default 3."""
    retry_status: int
    """Retries when its answer was a status worth another try. Default 3."""
    retry_backoff_factor: float
    """Seconds before the first retry, at most; doubled each time. Default 0.8."""
    retry_backoff_max: float
    """Seconds that a wait lasts at most. Default 120."""
    retry_on_methods: Iterable[str]
    """The only methods to retry. Default: all but POST, and POST where it is safe."""
    permit_redirects: bool
    """Whether to follow redirects, which go to the endpoint's own host alone."""
    redirect_max: int
    """Redirects to follow at most. Default 10."""
    user_agent: str
    """Text to put before the User-Agent."""
    user_agent_overwrite: bool
    """Whether that text is all of it."""
    raw_request_hook: Callable[[PipelineRequest[Any]], None]
    """Called with each request before it is sent."""
    raw_response_hook: Callable[[PipelineResponse[Any, Any]], None]
    """Called with each answer."""
    logging_enable: bool
    """Whether to log whole exchanges, bodies included, at DEBUG."""
    logger: logging.Logger
    """Where to log the outline of exchanges, at INFO."""
    http_logging_level: int
    """The level to log it at, in place of INFO; azure-core 1.40 and later."""
    tracing_options: TracingOptions
    """Whether to trace, and attributes of the spans."""
    tracing_attributes: Mapping[str, Any]
    """Attributes of the spans."""
    network_span_namer: Callable[[Any], str]
    """Makes the name of the span of one exchange from its request."""
    merge_span: bool
    """Whether to make no span for the call itself."""
    parent_span: Any
    """The span under which that of the call stands."""


def check_options(method: Callable[..., Any], options: Mapping[str, Any]) -> None:
    """Refuse a keyword that nothing would heed.

    :param method: The bound method it was given to.
    :param options: The keywords beyond the method's own.
    :raises TypeError: If there is one that is not of :class:`CallOptions`; the message has the nearest name.
    """
    for name in options:
        if name not in CallOptions.__annotations__:
            import inspect  # only whoever misspells a keyword pays for these two
            from difflib import get_close_matches

            own = [p.name for p in inspect.signature(method).parameters.values() if p.kind is not p.VAR_KEYWORD]
            near = get_close_matches(name, [*own, *CallOptions.__annotations__], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{method.__name__}() got an unexpected keyword argument {name!r}{hint}")
