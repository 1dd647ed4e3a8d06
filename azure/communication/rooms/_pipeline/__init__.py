"""How it is sent: azure-core's pipeline, its policies in the one order that this list shows."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from azure.core import PipelineClient
from azure.core.pipeline.policies import (
    CustomHookPolicy,
    DistributedTracingPolicy,
    HeadersPolicy,
    HttpLoggingPolicy,
    NetworkTraceLoggingPolicy,
    ProxyPolicy,
    RedirectPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse

from .._urls import split_url
from .._version import __version__
from .authentication import authentication_policy
from .clock import ServiceClock
from .endpoint import is_loopback
from .request_id import RandomRequestIdPolicy
from .retry import RoomsRetryPolicy
from .transports.urllib3_transport import Urllib3Transport

if TYPE_CHECKING:
    from .authentication import Credential

#: Redirects that one call follows; azure-core's 30 are no use to anybody.
_REDIRECTS = 10


def build_pipeline_client(
    endpoint: str,
    credential: Credential,
    clock: ServiceClock,
    *,
    logged_headers: Iterable[str] = (),
    timestamp_headers: Iterable[str] = (),
    **kwargs: Any,
) -> PipelineClient[HttpRequest, HttpResponse]:
    """Build the pipeline that every request of a client goes through.

    :param str endpoint: Scheme, host and port of the resource, as ``normalize_endpoint`` gives it.
    :param credential: What proves who asks.
    :type credential: ~azure.core.credentials.AzureKeyCredential or ~azure.core.credentials.TokenCredential
    :param clock: The service's time.
    :type clock: ~azure.communication.rooms._pipeline.clock.ServiceClock
    :keyword logged_headers: Names of headers that the log may show, beside those that azure-core shows.
    :paramtype logged_headers: Iterable[str]
    :keyword timestamp_headers: Names of request headers that hold a time of the client's clock. They are corrected
        together with the signature when the clock is found to be wrong.
    :paramtype timestamp_headers: Iterable[str]
    :keyword transport: Sends requests, in place of :class:`~.transport.Urllib3Transport`.
    :paramtype transport: ~azure.core.pipeline.transport.HttpTransport
    :keyword session: A session of requests; azure-core's own transport sends over it.
    :keyword bool correct_clock_skew: Whether to learn the service's time from a 401, once this machine's clock is found
        to be wrong. Default True.
    :keyword per_call_policies: Policies to put first.
    :keyword per_retry_policies: Policies to put behind the retry policy.
    :keyword bool use_env_settings: Whether proxies and certificates come from the environment. Default True, and
        False for http to this machine.
    :returns: The client; every other keyword is of azure-core's policies and transports and goes to them. A policy
        of one's own takes the place of one here by ``retry_policy=``, ``redirect_policy=``, ``headers_policy=``,
        ``user_agent_policy=``, ``request_id_policy=``, ``proxy_policy=``, ``custom_hook_policy=``, ``logging_policy=``
        or ``http_logging_policy=``; ``policies=`` takes the place of all of them.
    """
    parts = split_url(endpoint)
    if parts.scheme == "http" and is_loopback(str(parts.hostname)):
        # A proxy of the environment's could not reach this machine's loopback, and http needs no certificates of it.
        kwargs.setdefault("use_env_settings", False)
    correct_clock_skew = kwargs.pop("correct_clock_skew", True)
    headers = {"x-ms-return-client-request-id": "true", **kwargs.pop("base_headers", {})}
    policies = [
        kwargs.pop("request_id_policy", None) or RandomRequestIdPolicy(**kwargs),
        kwargs.pop("headers_policy", None) or HeadersPolicy(headers, **kwargs),
        kwargs.pop("user_agent_policy", None)
        or UserAgentPolicy(**{"base_user_agent": _user_agent(**kwargs), **kwargs}),
        kwargs.pop("proxy_policy", None) or ProxyPolicy(**kwargs),
        kwargs.pop("redirect_policy", None) or RedirectPolicy(**{"redirect_max": _REDIRECTS, **kwargs}),
        kwargs.pop("retry_policy", None) or RoomsRetryPolicy(clock=clock, **kwargs),
        kwargs.pop("custom_hook_policy", None) or CustomHookPolicy(**kwargs),
        kwargs.pop("logging_policy", None) or NetworkTraceLoggingPolicy(**kwargs),
        DistributedTracingPolicy(**kwargs),
        kwargs.pop("http_logging_policy", None) or _http_logging_policy(logged_headers, **kwargs),
        # Behind Retry, so that every attempt is signed anew, and behind all others, so that what hooks change is
        # signed as it is sent and no log sees the signature.
        kwargs.pop("authentication_policy", None)
        or authentication_policy(endpoint, credential, clock, correct_clock_skew, timestamp_headers),
    ]
    if kwargs.get("session") is None:  # a session is one of requests, and for azure-core's own transport
        kwargs["transport"] = kwargs.get("transport") or Urllib3Transport(**kwargs)
    return PipelineClient(endpoint, **{"policies": policies, **kwargs})


def _user_agent(sdk_moniker: str = f"communication-rooms/{__version__}", **_: Any) -> str:
    """What azure-core says, too, but for the release of the C library: to find that, it starts another process."""
    system = "-".join((platform.system(), platform.release(), platform.machine()))
    return f"azsdk-python-{sdk_moniker} Python/{platform.python_version()} ({system})"


def _http_logging_policy(logged_headers: Iterable[str], **kwargs: Any) -> HttpLoggingPolicy:
    policy = HttpLoggingPolicy(**kwargs)
    policy.allowed_header_names.update(logged_headers)
    policy.allowed_query_params.add("api-version")
    return policy
