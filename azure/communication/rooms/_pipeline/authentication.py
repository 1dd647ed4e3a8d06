"""Proof of who asks: HMAC-SHA256 with an access key, or a bearer token.

The scheme is described at https://learn.microsoft.com/rest/api/communication/authentication.

Both policies stand last in the pipeline, so that what they sign is what is sent, whatever stood before them changed;
refuse to prove anything to another host than the endpoint; and take the proof off again when the exchange is over, so
that no exception, log or trace that holds the request holds it too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Union

from azure.core.credentials import AzureKeyCredential, TokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HTTPPolicy
from azure.core.rest import HttpRequest, HttpResponse

from .._datetimes import format_http_date
from .._urls import get_origin, get_request_target
from .clock import ServiceClock, apply_offset
from .endpoint import decode_key

if TYPE_CHECKING:
    Credential = Union[AzureKeyCredential, TokenCredential]

#: The scope of tokens for Communication Services; the double slash is the service's own.
SCOPE = "https://communication.azure.com//.default"

_SIGNED_HEADERS = "x-ms-date;host;x-ms-content-sha256"


def content_hash(content: bytes) -> str:
    """SHA-256 of a body, in base64.

    :param bytes content: The body; empty when there is none.
    :rtype: str
    """
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def string_to_sign(method: str, target: str, date: str, host: str, body_hash: str) -> str:
    """The text whose signature proves a request.

    :param str method: HTTP method in capitals.
    :param str target: Path and query exactly as they are sent.
    :param str date: The value of ``x-ms-date``: an HTTP date.
    :param str host: Host, and port where it is not the scheme's own.
    :param str body_hash: The value of ``x-ms-content-sha256``.
    :rtype: str
    """
    return f"{method}\n{target}\n{date};{host};{body_hash}"


def sign(key: bytes, text: str) -> str:
    """HMAC-SHA256 of a text, in base64.

    :param bytes key: The decoded access key.
    :param str text: What :func:`string_to_sign` gave.
    :rtype: str
    """
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


class _OnlyForEndpoint:
    """What both policies share: which host they prove anything to, and what they leave behind."""

    def __init__(self, endpoint: str, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._endpoint = endpoint

    def _require_endpoint(self, request: HttpRequest) -> None:
        """Refuse to prove anything to anybody else.

        :raises ~azure.core.exceptions.ClientAuthenticationError: If the request does not go to the endpoint. Of all
            errors of azure-core it is the one that the retry policy does not retry.
        """
        # What begins with the endpoint and a slash goes there, whatever follows; only the rest is worth a closer look.
        if not request.url.startswith(self._endpoint + "/") and get_origin(request.url) != self._endpoint:
            raise ClientAuthenticationError(
                f"This client is for {self._endpoint!r} and proves who it is to nobody else, but the request goes to "
                f"{get_origin(request.url)!r}. Nothing was sent there."
            )

    def on_response(self, request: PipelineRequest[Any], response: PipelineResponse[Any, Any]) -> None:
        """Take the proof off the request when its answer is there."""
        request.http_request.headers.pop("Authorization", None)

    def on_exception(self, request: PipelineRequest[Any]) -> None:
        """Take the proof off the request when it failed."""
        request.http_request.headers.pop("Authorization", None)


class HMACCredentialsPolicy(_OnlyForEndpoint, HTTPPolicy[HttpRequest, HttpResponse]):
    """Signs every attempt of a request with an access key.

    The key is read from the credential each time, so that ``AzureKeyCredential.update`` takes effect at the next
    request, and decoded once for each value it has. A 401 whose ``Date`` lies more than a minute from the time that was
    signed is answered with one more try, signed by the service's clock.

    :param str endpoint: The only scheme, host and port to sign for.
    :param credential: Holds the access key in base64.
    :type credential: ~azure.core.credentials.AzureKeyCredential
    :param clock: Tells the time.
    :type clock: ~azure.communication.rooms._pipeline.clock.ServiceClock or None
    :param bool correct_clock_skew: Whether to make that one more try.
    :param timestamp_headers: Names of request headers that hold a time of the client's clock, to be corrected with it.
    :type timestamp_headers: Iterable[str]
    :raises ValueError: If the key is not base64.
    """

    def __init__(
        self,
        endpoint: str,
        credential: AzureKeyCredential,
        clock: ServiceClock | None = None,
        correct_clock_skew: bool = True,
        timestamp_headers: Iterable[str] = (),
    ) -> None:
        super().__init__(endpoint)
        self._host = endpoint.partition("://")[2]
        self._credential = credential
        self._clock = clock or ServiceClock()
        self._correct_clock_skew = correct_clock_skew
        self._timestamp_headers = tuple(timestamp_headers)
        self._decoded: tuple[str, bytes] = (credential.key, decode_key(credential.key))

    def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, HttpResponse]:
        """Sign a request and send it.

        :param request: The request, otherwise complete.
        :type request: ~azure.core.pipeline.PipelineRequest
        :raises ~azure.core.exceptions.ClientAuthenticationError: If it does not go to the endpoint.
        :raises TypeError: If its body is a stream or a form, which cannot be hashed before it is sent.
        :raises ValueError: If the key was changed to one that is not base64.
        """
        before = self._clock.ahead  # another thread may correct the clock meanwhile
        response = self._send_at(self._clock.now(before), request)
        if response.http_response.status_code != 401 or not self._correct_clock_skew:
            return response
        ahead = self._clock.told(response.http_response.headers.get("Date"), before)
        if ahead is None:
            return response
        response.http_response.close()
        apply_offset(request, self._timestamp_headers, self._clock.now(before), ahead - before)
        response = self._send_at(self._clock.now(ahead), request)
        if response.http_response.status_code != 401:
            self._clock.correct(ahead)
        return response

    def _send_at(
        self, moment: datetime, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, HttpResponse]:
        self.sign_request(request.http_request, moment)
        try:
            response = self.next.send(request)
        except Exception:
            self.on_exception(request)
            raise
        self.on_response(request, response)
        return response

    def sign_request(self, request: HttpRequest, moment: datetime) -> None:
        """Put the signature on a request.

        :param request: The request, otherwise complete.
        :type request: ~azure.core.rest.HttpRequest
        :param ~datetime.datetime moment: The time to sign.
        """
        self._require_endpoint(request)
        target = get_request_target(request.url)
        request.url = self._endpoint + target
        date = format_http_date(moment)
        body_hash = content_hash(_body_of(request))
        text = string_to_sign(request.method.upper(), target, date, self._host, body_hash)
        request.headers["x-ms-date"] = date
        request.headers["x-ms-content-sha256"] = body_hash
        request.headers["Authorization"] = (
            f"HMAC-SHA256 SignedHeaders={_SIGNED_HEADERS}&Signature={sign(self._key(), text)}"
        )

    def _key(self) -> bytes:
        text, decoded = self._decoded
        if self._credential.key != text:
            text = self._credential.key
            decoded = decode_key(text)
            self._decoded = (text, decoded)
        return decoded


class TokenCredentialsPolicy(_OnlyForEndpoint, BearerTokenCredentialPolicy[HttpRequest, HttpResponse]):
    """Sends a bearer token, over http too where the endpoint was allowed to be http.

    :param str endpoint: The only scheme, host and port to send the token to.
    :param credential: Gives tokens.
    :type credential: ~azure.core.credentials.TokenCredential
    """

    def __init__(self, endpoint: str, credential: TokenCredential) -> None:
        super().__init__(endpoint, credential, SCOPE)

    def on_request(self, request: PipelineRequest[HttpRequest]) -> None:
        """Put a token on a request.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        :raises ~azure.core.exceptions.ClientAuthenticationError: If it does not go to the endpoint.
        """
        self._require_endpoint(request.http_request)
        # That http is allowed here was decided when the endpoint was checked.
        request.context.options.setdefault("enforce_https", self._endpoint.startswith("https:"))
        super().on_request(request)


def authentication_policy(
    endpoint: str,
    credential: Credential,
    clock: ServiceClock,
    correct_clock_skew: bool,
    timestamp_headers: Iterable[str] = (),
) -> HMACCredentialsPolicy | TokenCredentialsPolicy:
    """The policy for a credential.

    :param str endpoint: Scheme, host and port of the resource.
    :param credential: An access key, or anything with ``get_token`` or ``get_token_info``.
    :type credential: ~azure.core.credentials.AzureKeyCredential or ~azure.core.credentials.TokenCredential
    :param clock: Tells the time to sign.
    :type clock: ~azure.communication.rooms._pipeline.clock.ServiceClock
    :param bool correct_clock_skew: Whether to learn the service's time from a 401.
    :param timestamp_headers: Names of request headers that hold a time of the client's clock, to be corrected with it.
    :type timestamp_headers: Iterable[str]
    :raises TypeError: If it is neither.
    :raises ValueError: If an access key is not base64.
    """
    if isinstance(credential, AzureKeyCredential):
        return HMACCredentialsPolicy(endpoint, credential, clock, correct_clock_skew, timestamp_headers)
    if hasattr(credential, "get_token") or hasattr(credential, "get_token_info"):
        return TokenCredentialsPolicy(endpoint, credential)
    raise TypeError(
        "credential must be an AzureKeyCredential or a token credential (an object with get_token), not "
        f"{type(credential).__name__}; for a connection string use RoomsClient.from_connection_string"
    )


def _body_of(request: HttpRequest) -> bytes:
    """The body as it will be sent."""
    content = request.content
    if content is None:
        return b""
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, (bytes, bytearray)):
        return bytes(content)
    raise TypeError(
        f"a request with a body of {type(content).__name__} cannot be signed; pass json= or content= with bytes or str"
    )
