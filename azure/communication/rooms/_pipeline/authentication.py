"""The policies that authenticate requests: with an access key, or with a token of Microsoft Entra ID.

They stand last in the pipeline, so that they sign the request as it is sent, with all changes of other policies. They
authenticate at the endpoint alone, and take the credentials off the request when the exchange is over, so that no
exception, log or span that holds the request holds them, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Union

from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy, HTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

from .clock import ServiceClock
from .scopes import DEFAULT_SCOPES
from .signing import HMACSteps
from .steps import take, take_async

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.credentials_async import AsyncTokenCredential

    from .tokens import AsyncTokenCredentialsPolicy, TokenCredentialsPolicy

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
    from .tokens import TokenCredentialsPolicy  # imported lazily: an access key starts faster without

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
    from .tokens import AsyncTokenCredentialsPolicy  # imported lazily, as above

    return AsyncTokenCredentialsPolicy(endpoint, credential, scopes)
