"""The policies that authenticate requests: with an access key, or with a token of Microsoft Entra ID.

They stand last in the pipeline, so that they sign the request as it is sent, with all changes of other policies. They
authenticate at the endpoint alone, and take the credentials off the request when the exchange is over, so that no
exception, log or span that holds the request holds them, too.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Callable, Union
from weakref import WeakKeyDictionary

from azure.core.credentials import AzureKeyCredential, TokenCredential
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    AsyncBearerTokenCredentialPolicy,
    AsyncHTTPPolicy,
    BearerTokenCredentialPolicy,
    HTTPPolicy,
)
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

from .clock import ServiceClock
from .credentials import require_endpoint, send_with_credentials
from .scopes import DEFAULT_SCOPES
from .signing import HMACSteps
from .steps import Steps, take, take_async

if TYPE_CHECKING:
    import asyncio

    from azure.core.credentials_async import AsyncTokenCredential

    Credential = Union[AzureKeyCredential, TokenCredential]
    AsyncCredential = Union[AzureKeyCredential, TokenCredential, AsyncTokenCredential]


class HMACCredentialsPolicy(HMACSteps, HTTPPolicy[HttpRequest, HttpResponse]):
    """Sign requests with an access key. Arguments and rules: :class:`~.signing.HMACSteps`."""

    def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, HttpResponse]:
        """Sign a request and send it.

        :param request: The request, otherwise complete.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        return take(self.steps(request))


class AsyncHMACCredentialsPolicy(HMACSteps, AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Sign requests with an access key. Arguments and rules: :class:`~.signing.HMACSteps`."""

    async def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Sign a request and send it.

        :param request: The request, otherwise complete.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        return await take_async(self.steps(request))


class _TokenSteps:
    """Send a token with every attempt of a request. azure-core's policy gets, keeps and renews it.

    :param str endpoint: The only scheme, host and port to send the token to.
    """

    next: Any  # the next policy; the pipeline sets it

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint

    def _tokens(self) -> Any:
        """azure-core's policy for the credential. Each subclass has its own."""

    def steps(self, request: PipelineRequest[HttpRequest]) -> Steps[Any]:
        """Put a token on a request and send it.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        :returns: Steps to the response.
        :rtype: Generator
        :raises ~azure.core.exceptions.ClientAuthenticationError: If it does not go to the endpoint, or if the
            credential gives no token.
        """

        def authenticate() -> None:
            require_endpoint(self._endpoint, request.http_request)
            # Whether http is allowed was decided when the endpoint was checked.
            request.context.options.setdefault("enforce_https", self._endpoint.startswith("https:"))

        tokens = self._tokens()
        tokens.next = self.next
        return send_with_credentials(request, authenticate, tokens.send)


class TokenCredentialsPolicy(_TokenSteps, HTTPPolicy[HttpRequest, HttpResponse]):
    """Send a token with requests, over http too where the endpoint was allowed to be http.

    :param str endpoint: The only scheme, host and port to send the token to.
    :param credential: The source of tokens.
    :type credential: ~azure.core.credentials.TokenCredential
    :param scopes: What tokens are for.
    :type scopes: Sequence[str]
    """

    def __init__(self, endpoint: str, credential: TokenCredential, scopes: Sequence[str] = DEFAULT_SCOPES) -> None:
        super().__init__(endpoint)
        checked: Any = SimpleNamespace(**{name: _synchronous(credential, name) for name in _token_methods(credential)})
        self._policy = BearerTokenCredentialPolicy[HttpRequest, HttpResponse](checked, *scopes)

    def _tokens(self) -> Any:
        return self._policy

    def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, HttpResponse]:
        """Put a token on a request and send it.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        return take(self.steps(request))


class AsyncTokenCredentialsPolicy(_TokenSteps, AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Send a token with requests, over http too where the endpoint was allowed to be http.

    Each event loop has its own policy of azure-core, because that keeps a lock, which belongs to a loop.

    :param str endpoint: The only scheme, host and port to send the token to.
    :param credential: The source of tokens.
    :type credential: ~azure.core.credentials_async.AsyncTokenCredential or ~azure.core.credentials.TokenCredential
    :param scopes: What tokens are for.
    :type scopes: Sequence[str]
    """

    def __init__(
        self, endpoint: str, credential: AsyncTokenCredential | TokenCredential, scopes: Sequence[str] = DEFAULT_SCOPES
    ) -> None:
        super().__init__(endpoint)
        self._scopes = scopes
        self._checked: Any = SimpleNamespace(
            **{name: _awaited(credential, name) for name in _token_methods(credential)}
        )
        self._policies: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def _tokens(self) -> Any:
        loop = _running_loop() or self
        policy = self._policies.get(loop)
        if policy is None:
            made: Any = AsyncBearerTokenCredentialPolicy[HttpRequest, AsyncHttpResponse](self._checked, *self._scopes)
            policy = self._policies.setdefault(loop, made)
        return policy

    async def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Put a token on a request and send it.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        return await take_async(self.steps(request))


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """The running loop of asyncio; None on others, such as trio's."""
    import asyncio  # here: it is a tenth of the start of a synchronous client, which has no use for it

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def authentication_policy(
    endpoint: str,
    credential: Credential,
    clock: ServiceClock,
    correct_clock_skew: bool,
    timestamp_headers: Iterable[str] = (),
    scopes: Sequence[str] = DEFAULT_SCOPES,
) -> HMACCredentialsPolicy | TokenCredentialsPolicy:
    """The policy for a credential of a synchronous client.

    :param str endpoint: Scheme, host and port of the resource.
    :param credential: An access key, or anything with ``get_token`` or ``get_token_info``.
    :type credential: ~azure.core.credentials.AzureKeyCredential or ~azure.core.credentials.TokenCredential
    :param clock: The clock to sign by.
    :type clock: ~azure.communication.rooms._pipeline.clock.ServiceClock
    :param bool correct_clock_skew: Whether to learn the service's time from a 401.
    :param timestamp_headers: Names of request headers that hold a time of the client's clock, to be corrected with it.
    :type timestamp_headers: Iterable[str]
    :param scopes: What tokens are for.
    :type scopes: Sequence[str]
    :raises TypeError: If it is neither, or a credential for asynchronous clients.
    :raises ValueError: If an access key is not base64.
    """
    if isinstance(credential, AzureKeyCredential):
        return HMACCredentialsPolicy(endpoint, credential, clock, correct_clock_skew, timestamp_headers)
    if any(inspect.iscoroutinefunction(getattr(credential, name)) for name in _token_methods(credential)):
        raise _asynchronous(credential)
    return TokenCredentialsPolicy(endpoint, credential, scopes)


def async_authentication_policy(
    endpoint: str,
    credential: AsyncCredential,
    clock: ServiceClock,
    correct_clock_skew: bool,
    timestamp_headers: Iterable[str] = (),
    scopes: Sequence[str] = DEFAULT_SCOPES,
) -> AsyncHMACCredentialsPolicy | AsyncTokenCredentialsPolicy:
    """The policy for a credential of an asynchronous client.

    :param str endpoint: Scheme, host and port of the resource.
    :param credential: An access key, or anything with ``get_token`` or ``get_token_info``, asynchronous or not.
    :type credential: ~azure.core.credentials.AzureKeyCredential or
        ~azure.core.credentials_async.AsyncTokenCredential or ~azure.core.credentials.TokenCredential
    :param clock: The clock to sign by.
    :type clock: ~azure.communication.rooms._pipeline.clock.ServiceClock
    :param bool correct_clock_skew: Whether to learn the service's time from a 401.
    :param timestamp_headers: Names of request headers that hold a time of the client's clock, to be corrected with it.
    :type timestamp_headers: Iterable[str]
    :param scopes: What tokens are for.
    :type scopes: Sequence[str]
    :raises TypeError: If it is neither.
    :raises ValueError: If an access key is not base64.
    """
    if isinstance(credential, AzureKeyCredential):
        return AsyncHMACCredentialsPolicy(endpoint, credential, clock, correct_clock_skew, timestamp_headers)
    _token_methods(credential)
    return AsyncTokenCredentialsPolicy(endpoint, credential, scopes)


def _token_methods(credential: Any) -> list[str]:
    """The names of the methods of a credential that return tokens.

    :raises TypeError: If it has none.
    """
    names = [name for name in ("get_token", "get_token_info") if callable(getattr(credential, name, None))]
    if isinstance(credential, type):
        raise TypeError(f"credential is the class {credential.__name__}; pass an instance of it")
    if not names:
        raise TypeError(
            "credential must be an AzureKeyCredential or a token credential (an object with get_token), not "
            f"{type(credential).__name__}; for a connection string use RoomsClient.from_connection_string"
        )
    return names


def _synchronous(credential: Any, name: str) -> Callable[..., Any]:
    """A method of a credential, which must not return an awaitable."""

    def get(*scopes: str, **options: Any) -> Any:
        token = getattr(credential, name)(*scopes, **options)
        if not hasattr(token, "__await__"):
            return _validate_token(credential, name, token)
        if inspect.iscoroutine(token):
            token.close()  # prevents the warning about a coroutine that is not awaited
        raise _asynchronous(credential)

    return get


def _awaited(credential: Any, name: str) -> Callable[..., Any]:
    """A method of a credential as a coroutine function, whether it returns an awaitable or not."""

    async def get(*scopes: str, **options: Any) -> Any:
        token = getattr(credential, name)(*scopes, **options)
        return _validate_token(credential, name, await token if hasattr(token, "__await__") else token)

    return get


def _validate_token(credential: object, name: str, token: Any) -> Any:
    """Check what a credential returned. Its text is not shown.

    :raises TypeError: If it is no token with its expiry.
    """
    if not hasattr(token, "token") or not hasattr(token, "expires_on"):
        raise TypeError(
            f"{name}() of the credential {type(credential).__name__} must return an AccessToken, not "
            f"{type(token).__name__}"
        )
    return token


def _asynchronous(credential: object) -> TypeError:
    return TypeError(
        f"credential is an asynchronous {type(credential).__name__}, which this client cannot await; pass the "
        "synchronous one (of azure.identity, not of azure.identity.aio)"
    )
