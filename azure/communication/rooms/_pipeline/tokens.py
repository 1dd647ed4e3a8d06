"""The policies that send a token of Microsoft Entra ID with requests. Clients with an access key do not load them."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Callable
from weakref import WeakKeyDictionary

from azure.core.credentials import TokenCredential
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    AsyncBearerTokenCredentialPolicy,
    AsyncHTTPPolicy,
    BearerTokenCredentialPolicy,
    HTTPPolicy,
)
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

from .credentials import require_endpoint, send_with_credentials
from .scopes import DEFAULT_SCOPES
from .steps import Steps, take, take_async

if TYPE_CHECKING:
    import asyncio

    from azure.core.credentials_async import AsyncTokenCredential


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
    :raises TypeError: If the credential has no method that returns tokens, or is one for asynchronous clients.
    """

    def __init__(self, endpoint: str, credential: TokenCredential, scopes: Sequence[str] = DEFAULT_SCOPES) -> None:
        super().__init__(endpoint)
        methods = _token_methods(credential)
        if any(inspect.iscoroutinefunction(getattr(credential, name)) for name in methods):
            raise _asynchronous(credential)
        checked: Any = SimpleNamespace(**{name: _synchronous(credential, name) for name in methods})
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
    :raises TypeError: If the credential has no method that returns tokens.
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

    def steps(*scopes: str, **options: Any) -> Steps[Any]:
        token = yield (partial(getattr(credential, name), *scopes, **options),)
        return _validate_token(credential, name, token)

    async def get(*scopes: str, **options: Any) -> Any:
        return await take_async(steps(*scopes, **options))

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
        "synchronous one (of azure.identity, not of azure.identity.aio), or use the RoomsClient of "
        "azure.communication.rooms.aio"
    )
