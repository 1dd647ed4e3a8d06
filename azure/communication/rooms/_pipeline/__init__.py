"""How requests are sent: azure-core's pipeline. Its policies stand in one list, in their order, for both clients."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Callable

from azure.core import AsyncPipelineClient, PipelineClient
from azure.core.pipeline.policies import (
    AsyncRedirectPolicy,
    CustomHookPolicy,
    HeadersPolicy,
    HttpLoggingPolicy,
    NetworkTraceLoggingPolicy,
    ProxyPolicy,
    RedirectPolicy,
    UserAgentPolicy,
)
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

from .._urls import split_url
from .._version import __version__
from .authentication import async_authentication_policy, authentication_policy
from .clock import ServiceClock
from .deadline import DeadlinePolicy
from .endpoint import is_loopback
from .request_id import RandomRequestIdPolicy
from .retry import AsyncRoomsRetryPolicy, RoomsRetryPolicy
from .sans_io import AsyncSansIOPolicies, SansIOPolicies, group_sans_io
from .scopes import token_scopes
from .tracing import TracingPolicy

if TYPE_CHECKING:
    from .authentication import AsyncCredential, Credential

#: How native OpenTelemetry tracing names this library (its instrumentation scope), and the attributes of its spans.
INSTRUMENTATION = {
    "library_name": "azure-communication-rooms",
    "library_version": __version__,
    "attributes": {"az.namespace": "Microsoft.Communication"},
}

#: Redirects that one call follows. azure-core's 30 only delay the error.
_REDIRECTS = 10


class _Kinds:
    """The policies that send or wait: those of the synchronous or of the asynchronous client."""

    def __init__(
        self,
        redirect: Callable[..., Any],
        retry: Callable[..., Any],
        authentication: Callable[..., Any],
        group: Callable[..., Any],
    ) -> None:
        self.redirect = redirect
        self.retry = retry
        self.authentication = authentication
        self.group = group


_SYNC = _Kinds(RedirectPolicy, RoomsRetryPolicy, authentication_policy, SansIOPolicies)
_ASYNC = _Kinds(AsyncRedirectPolicy, AsyncRoomsRetryPolicy, async_authentication_policy, AsyncSansIOPolicies)


def build_pipeline_client(
    endpoint: str, credential: Credential, clock: ServiceClock, **kwargs: Any
) -> PipelineClient[HttpRequest, HttpResponse]:
    """Build the pipeline of a synchronous client. Its own transport is :class:`~.transports.Urllib3Transport`.

    :param str endpoint: Scheme, host and port of the resource, as ``normalize_endpoint`` returns it.
    :param credential: The credential of the client.
    :type credential: ~azure.core.credentials.AzureKeyCredential or ~azure.core.credentials.TokenCredential
    :param clock: The clock of the service.
    :type clock: ~azure.communication.rooms._pipeline.clock.ServiceClock
    :returns: The client. Keywords: :func:`pipeline_options`.
    :rtype: ~azure.core.PipelineClient
    """
    from .transports.urllib3_transport import Urllib3Transport  # here: the asynchronous client does without urllib3

    options = pipeline_options(endpoint, credential, clock, _SYNC, Urllib3Transport, **kwargs)
    return PipelineClient(endpoint, **options)


def build_async_pipeline_client(
    endpoint: str, credential: AsyncCredential, clock: ServiceClock, **kwargs: Any
) -> AsyncPipelineClient[HttpRequest, AsyncHttpResponse]:
    """Build the pipeline of an asynchronous client. Its own transport is :class:`~.transports.AiohttpTransport`.

    :param str endpoint: Scheme, host and port of the resource, as ``normalize_endpoint`` returns it.
    :param credential: The credential of the client.
    :type credential: ~azure.core.credentials.AzureKeyCredential or
        ~azure.core.credentials_async.AsyncTokenCredential or ~azure.core.credentials.TokenCredential
    :param clock: The clock of the service.
    :type clock: ~azure.communication.rooms._pipeline.clock.ServiceClock
    :returns: The client. Keywords: :func:`pipeline_options`.
    :rtype: ~azure.core.AsyncPipelineClient
    :raises ImportError: If aiohttp is not installed, or too old, and the caller gives no ``transport``.
    """
    options = pipeline_options(endpoint, credential, clock, _ASYNC, _make_aiohttp_transport, **kwargs)
    return AsyncPipelineClient(endpoint, **options)


def _make_aiohttp_transport(**kwargs: Any) -> Any:
    try:
        from .transports.aiohttp_transport import AiohttpTransport
    except ImportError as error:
        raise ImportError(
            "the asynchronous client needs aiohttp 3.12 or later: "
            f"run `python -m pip install '{INSTRUMENTATION['library_name']}[aio]'`, or pass transport= ({error})"
        ) from error
    return AiohttpTransport(**kwargs)


def pipeline_options(
    endpoint: str,
    credential: Any,
    clock: ServiceClock,
    kinds: _Kinds,
    make_transport: Callable[..., Any],
    *,
    logged_headers: Iterable[str] = (),
    timestamp_headers: Iterable[str] = (),
    correct_clock_skew: bool = True,
    audience: str | None = None,
    credential_scopes: str | Sequence[str] | None = None,
    **kwargs: Any,
) -> dict[str, Any]:
    """The keywords for a pipeline client of azure-core, ``policies`` and ``transport`` among them.

    :keyword logged_headers: Names of headers that the log may show, beside those that azure-core shows.
    :paramtype logged_headers: Iterable[str]
    :keyword timestamp_headers: Names of request headers that hold a time of the client's clock. They are corrected
        together with the signature when that clock is found to be wrong.
    :paramtype timestamp_headers: Iterable[str]
    :keyword bool correct_clock_skew: Whether to learn the service's time from a 401, if this machine's clock is wrong.
        Default True.
    :keyword audience: The audience of tokens: see :func:`~.scopes.token_scopes`.
    :paramtype audience: str or None
    :keyword credential_scopes: The scopes of tokens, in its place.
    :paramtype credential_scopes: str or Sequence[str] or None
    :keyword transport: Sends requests, in place of the client's own.
    :keyword session: A session of requests or aiohttp, for azure-core's own transport.
    :keyword per_call_policies: Policies to put first.
    :keyword per_retry_policies: Policies to put behind the retry policy.
    :keyword bool use_env_settings: Whether proxies and certificates come from the environment. Default True, and
        False for http to this machine.
    :returns: Every other keyword goes to azure-core's policies and transports. A policy of the caller's takes the place
        of one here by ``retry_policy=``, ``redirect_policy=``, ``headers_policy=``, ``user_agent_policy=``,
        ``request_id_policy=``, ``proxy_policy=``, ``custom_hook_policy=``, ``logging_policy=``,
        ``http_logging_policy=`` or ``authentication_policy=``; ``policies=`` takes the place of all of them.
    :rtype: dict[str, Any]
    """
    parts = split_url(endpoint)
    scopes = token_scopes(audience, credential_scopes)
    if parts.scheme == "http" and is_loopback(str(parts.hostname)):
        # A proxy of the environment could not reach this machine's loopback, and http needs no certificates.
        kwargs.setdefault("use_env_settings", False)
    headers = {"x-ms-return-client-request-id": "true", **kwargs.pop("base_headers", {})}
    policies = [
        kwargs.pop("request_id_policy", None) or RandomRequestIdPolicy(**kwargs),
        kwargs.pop("headers_policy", None) or HeadersPolicy(headers, **kwargs),
        kwargs.pop("user_agent_policy", None)
        or UserAgentPolicy(**{"base_user_agent": _user_agent(**kwargs), **kwargs}),
        kwargs.pop("proxy_policy", None) or ProxyPolicy(**kwargs),
        kwargs.pop("redirect_policy", None) or kinds.redirect(**{"redirect_max": _REDIRECTS, **kwargs}),
        kwargs.pop("retry_policy", None) or kinds.retry(clock=clock, **kwargs),
        kwargs.pop("custom_hook_policy", None) or CustomHookPolicy(**kwargs),
        kwargs.pop("logging_policy", None) or NetworkTraceLoggingPolicy(**kwargs),
        TracingPolicy(instrumentation_config=INSTRUMENTATION, **kwargs),
        kwargs.pop("http_logging_policy", None) or _http_logging_policy(logged_headers, **kwargs),
        # Behind Retry, so that every attempt is signed anew, and behind all others, so that what hooks change is
        # signed as it is sent and no log sees the signature.
        kwargs.pop("authentication_policy", None)
        or kinds.authentication(endpoint, credential, clock, correct_clock_skew, timestamp_headers, scopes),
    ]
    if kwargs.get("transport") is None and kwargs.get("session") is None:  # azure-core makes a transport for a session
        kwargs["transport"] = make_transport(**kwargs)
    else:  # transports of others know nothing of deadlines, and not all of them leave out headers that are None
        from .headers import OmitHeadersPolicy  # imported lazily: few clients have another transport

        policies = [*policies[:-1], OmitHeadersPolicy(), policies[-1], DeadlinePolicy()]
    return {"policies": group_sans_io(policies, kinds.group), **kwargs}


def _user_agent(sdk_moniker: str = f"communication-rooms/{__version__}", **_: Any) -> str:
    """The same as azure-core, without the release of the C library: finding that starts another process."""
    system = "-".join((platform.system(), platform.release(), platform.machine()))
    return f"azsdk-python-{sdk_moniker} Python/{platform.python_version()} ({system})"


def _http_logging_policy(logged_headers: Iterable[str], **kwargs: Any) -> HttpLoggingPolicy:
    policy = HttpLoggingPolicy(**kwargs)
    policy.allowed_header_names.update(logged_headers)
    policy.allowed_query_params.add("api-version")
    return policy
