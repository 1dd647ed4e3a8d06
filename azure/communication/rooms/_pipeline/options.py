"""The keywords of a client and of a call that are not in a signature: this library's and azure-core's, with types.

Annotations here are objects, not strings, so that ``typing.get_type_hints`` works on every Python, and the TypedDicts
are those of ``typing_extensions``, which pydantic requires before Python 3.12.
"""

import logging
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Annotated, Any, Callable, Optional, Union, get_args

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import RetryMode
from typing_extensions import TypedDict

from .._annotations import InstanceOf


class SharedOptions(TypedDict, total=False):
    """Keywords of a client, for all its calls, and of one call, where they take the place of the client's."""

    headers: Mapping[str, Optional[str]]
    """Headers to add, in place of this library's own where the names are the same. None leaves a header out."""
    request_id: Optional[str]
    """Value of ``x-ms-client-request-id``; None sends none. Default: a random one for each call."""
    timeout: Optional[float]
    """Seconds for the whole call, all attempts and waits included. Default: no end but that of the retries."""
    connection_timeout: Optional[float]
    """Seconds for an attempt to connect to the service; None for no limit. Default 10."""
    read_timeout: Optional[float]
    """Seconds to wait for the next part of the response; None for no limit. Default 60."""
    connection_verify: Union[bool, str]
    """Whether to check the service's certificate, or the file or folder of certificates to trust. Default True."""
    connection_cert: Union[str, tuple[str, str], None]
    """A file with a client certificate and its key, or one file for each. Default None."""
    proxies: Optional[MutableMapping[str, str]]
    """Scheme, or scheme and host, to the URL of the proxy for it. Default: those of the environment."""
    retry_total: int
    """Retries of every kind together; 0 for none. Default 10."""
    retry_connect: int
    """Retries after the service could not be reached. Default 3."""
    retry_read: int
    """Retries after an incomplete response. Default 3."""
    retry_status: int
    """Retries after a response with a status that can pass. Default 3."""
    retry_backoff_factor: float
    """Seconds before the first retry, at most; doubled for each further one. Default 0.8."""
    retry_backoff_max: float
    """Seconds that a wait lasts at most. Default 120."""
    retry_on_methods: Iterable[str]
    """The only methods to retry. Default: all, where it is safe."""
    permit_redirects: bool
    """Whether to follow redirects, which lead to the endpoint's own host alone. Default True."""
    redirect_max: int
    """Redirects to follow at most. Default 10."""
    user_agent: str
    """Text to put before the User-Agent."""
    user_agent_overwrite: bool
    """Whether that text is the whole header. Default False."""
    raw_request_hook: Callable[[PipelineRequest[Any]], None]
    """Called with each request before it is sent."""
    raw_response_hook: Callable[[PipelineResponse[Any, Any]], None]
    """Called with each response."""
    logging_enable: bool
    """Whether to log whole exchanges, bodies included, at DEBUG. Default False."""
    logger: Annotated[logging.Logger, InstanceOf()]
    """Where to log the outline of exchanges, at INFO."""
    http_logging_level: int
    """The level to log it at, in place of INFO; azure-core 1.40 and later."""
    tracing_attributes: Mapping[str, Any]
    """Attributes of the spans."""
    network_span_namer: Callable[[Any], str]
    """Returns the name of the span of one exchange, given its request."""


class CallOptions(SharedOptions, total=False):
    """Keywords of one call. What is not given is as the client was made, and else azure-core's default."""

    api_version: str
    """Version of the service's interface for this call alone. Default: that of the client."""
    params: Optional[Mapping[str, Any]]
    """Parameters to add to the query: text, numbers, bools, or lists of them. They are percent-encoded and signed."""
    error_map: Optional[Mapping[int, Any]]
    """Status to the exception to raise for it, as azure-core's ``map_error`` takes it: a class, or anything that is
    called with ``response=`` and returns an exception. None in place of one stands for HttpResponseError."""
    cls: Optional[Callable[..., Any]]
    """Called with ``(pipeline_response, value, response_headers)``; the call returns what it returns. For a list:
    called for each page with its items."""
    tracing_options: Mapping[str, Any]
    """Whether to trace, and attributes of the spans."""
    merge_span: bool
    """Whether to make no span for the call itself. Default False."""
    parent_span: Any
    """The span under which that of the call stands."""


class ClientOptions(SharedOptions, total=False):
    """Keywords of a client beside those of its signature."""

    audience: Optional[str]
    """The audience of Microsoft Entra ID tokens, such as ``https://communication.azure.us`` of a sovereign cloud; their
    scope is ``<audience>/.default``. Default ``https://communication.azure.com/``."""
    credential_scopes: Union[str, Sequence[str], None]
    """One or more scopes to get tokens for, in place of ``audience``."""
    correct_clock_skew: bool
    """Whether to sign by the service's clock once this machine's is found to be wrong. Default True."""
    max_response_size: int
    """Bytes of a response, decompressed, beyond which it is rejected. Default 64 MiB."""
    use_env_settings: bool
    """Whether proxies and certificates come from the environment. Default True, and False for http to this machine."""
    connection_data_block_size: int
    """Bytes of a part of a response that is streamed. Default 4096."""
    retry_mode: RetryMode
    """Whether waits between retries double (the default) or stay the same."""
    retry_on_status_codes: Iterable[int]
    """Statuses to retry, beside 408, 429, 500, 502, 503, 504 and those over 505."""
    redirect_remove_headers: Iterable[str]
    """Headers to take off a request that is redirected with another method."""
    redirect_on_status_codes: Iterable[int]
    """Statuses to take for redirects, beside HTTP's own."""
    base_headers: Mapping[str, str]
    """Headers of every request. Those of a call take their place."""
    base_user_agent: str
    """The User-Agent, in place of this library's own."""
    user_agent_use_env: bool
    """Whether to add the environment variable ``AZURE_HTTP_USER_AGENT`` to the User-Agent. Default True."""
    sdk_moniker: str
    """Name and version of the library in the User-Agent."""
    auto_request_id: bool
    """Whether to send a random request id with each call. Default True."""
    request_id_header_name: str
    """The header for it. Default ``x-ms-client-request-id``."""
    additional_allowed_query_params: Iterable[str]
    """Query parameters whose values logs and spans may show; azure-core 1.40 and later."""
    polling_interval: float
    """A keyword of all clients of azure-core; this service has nothing to poll."""
    session: Any
    """A session of requests (aiohttp in the asynchronous client); azure-core's own transport sends over it."""
    session_owner: bool
    """Whether that transport closes the session. Default True."""
    transport: Any
    """Sends requests, in place of this library's own transport."""
    pipeline: Any
    """A whole pipeline in place of this library's."""
    policies: Iterable[Any]
    """All policies of the pipeline."""
    per_call_policies: Any
    """A policy or several to put first."""
    per_retry_policies: Any
    """A policy or several to put behind the retry policy."""
    request_id_policy: Any
    """In place of the policy that sets request ids."""
    headers_policy: Any
    """In place of the policy that sets headers."""
    user_agent_policy: Any
    """In place of the policy that sets the User-Agent."""
    proxy_policy: Any
    """In place of the policy that sets proxies."""
    redirect_policy: Any
    """In place of the policy that follows redirects."""
    retry_policy: Any
    """In place of the policy that retries."""
    custom_hook_policy: Any
    """In place of the policy that calls hooks."""
    logging_policy: Any
    """In place of the policy that logs whole exchanges."""
    http_logging_policy: Any
    """In place of the policy that logs the outline of exchanges."""
    authentication_policy: Any
    """In place of the policy that authenticates."""


class ConstructionOptions(ClientOptions, total=False):
    """All keywords by which a client is made, those in the signature of its class included."""

    api_version: str
    """Version of the service's interface to speak."""
    allow_insecure_connection: bool
    """Whether to accept an ``http://`` endpoint that is not this machine. Default False."""


#: Keywords that do not take None. Those of any type are objects of the caller's, where azure-core takes it.
_NEVER_NONE = frozenset(
    name
    for options in (CallOptions, ClientOptions)
    for name, kind in options.__annotations__.items()
    if kind is not Any and type(None) not in get_args(kind)
)


def leave_out_none(options: MutableMapping[str, Any]) -> None:
    """Leave out each keyword that is None and does not take it: its default holds, as for one that is not given.

    :param options: The keywords of a client or of a call.
    :type options: MutableMapping[str, Any]
    """
    for name in [name for name, value in options.items() if value is None and name in _NEVER_NONE]:
        del options[name]


#: Keywords by which a caller's own code comes into the pipeline. Such code may have keywords of its own.
_OWN_CODE = frozenset(
    name
    for name in ClientOptions.__annotations__
    if name.endswith(("_policy", "policies")) or name in ("transport", "pipeline")
)


def brings_own_code(options: Mapping[str, Any]) -> bool:
    """Whether code of the caller's is in the pipeline, which may have keywords of its own.

    :param options: The keywords of a client.
    :type options: Mapping[str, Any]
    :rtype: bool
    """
    return any(options.get(name) is not None for name in _OWN_CODE)


#: Keywords that release 1.2.0 took, or that requests took from it, and what to write in their place.
REPLACED = {
    "allow_redirects": "use permit_redirects",
    "auth": "pass the credential to the client",
    "blocked_redirect_headers": "leave it out: redirects lead to the endpoint's own host alone",
    "cert": "use connection_cert",
    "content_type": "use headers={'Content-Type': ...}",
    "cookies": "use headers={'Cookie': ...}",
    "disable_redirect_cleanup": "leave it out: redirects lead to the endpoint's own host alone",
    "enforce_https": "make the client with allow_insecure_connection=True",
    "hooks": "use raw_response_hook",
    "insecure_domain_change": "leave it out: redirects lead to the endpoint's own host alone",
    "response_encoding": "leave it out: responses of the service are UTF-8",
    "stream": "use send_request(request, stream=True)",
    "verify": "use connection_verify",
}


def check_options(
    method: Callable[..., Any], options: Iterable[str], known: Any = CallOptions, name: Optional[str] = None
) -> None:
    """Reject an unknown keyword.

    :param method: The bound method that it was given to.
    :param options: The keywords beyond those in the signature of the method.
    :type options: Iterable[str]
    :param known: The TypedDict of the keywords that it takes beyond its signature.
    :param name: What the message calls the method. Default: its name.
    :type name: str or None
    :raises TypeError: If there is one that is not known; the message has its replacement, or the nearest name.
    """
    for option in options:
        if option not in known.__annotations__:
            if option in REPLACED:
                raise TypeError(f"{name or method.__name__}() takes no {option!r} any more: {REPLACED[option]}")
            import inspect  # only whoever misspells a keyword pays for these two
            from difflib import get_close_matches

            own = [p.name for p in inspect.signature(method).parameters.values() if p.kind is not p.VAR_KEYWORD]
            near = get_close_matches(option, [*own, *known.__annotations__], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{name or method.__name__}() got an unexpected keyword argument {option!r}{hint}")


def check_client_options(client: Any, options: Mapping[str, Any]) -> None:
    """Reject an unknown keyword of a client.

    :param client: The client that is being made.
    :param options: The keywords beyond those in the signature of its class.
    :type options: Mapping[str, Any]
    :raises TypeError: If there is one that is not known, unless the caller brings code of their own; the message has
        the nearest name. Or if headers or proxies are no mapping, or a size is no number.
    :raises ValueError: If a size is not more than 0.
    """
    check_mappings(options)
    if not brings_own_code(options):
        check_options(client.__init__, options, ClientOptions, type(client).__name__)
    size = options.get("max_response_size", 1)
    if not isinstance(size, int):
        raise TypeError(f"max_response_size must be a number of bytes, not {type(size).__name__}")
    if size <= 0:
        raise ValueError("max_response_size must be more than 0 bytes")


def check_mappings(options: Mapping[str, Any]) -> None:
    """Check headers and proxies of a client or of a call, as far as azure-core would fail without a clear error.

    :param options: The keywords.
    :type options: Mapping[str, Any]
    :raises TypeError: If one is neither None nor a mapping, or has a name that is no text.
    """
    # azure-core takes headers as pairs, too.
    for option, kinds, values in (("headers", (Mapping, list, tuple), "values"), ("proxies", Mapping, "URLs")):
        given = options.get(option)
        if given is None:
            continue
        if not isinstance(given, kinds):
            raise TypeError(f"{option} must be a mapping of names to {values}, not {type(given).__name__}")
        try:
            names = list(dict(given))
        except (TypeError, ValueError):
            raise TypeError(f"{option} must be a mapping of names to {values}, or a list of such pairs") from None
        for name in names:
            if not isinstance(name, str):
                raise TypeError(f"{option} has a name that is not a str but {type(name).__name__}")
