"""Sign requests with an access key: HMAC-SHA256 as Azure Communication Services has it.

The scheme is described at https://learn.microsoft.com/rest/api/communication/authentication.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline import PipelineRequest
from azure.core.rest import HttpRequest

from .._datetimes import format_http_date
from .._urls import get_request_target
from .clock import ServiceClock, shift_timestamps
from .credentials import require_endpoint, send_with_credentials
from .endpoint import decode_key
from .steps import Steps

_SIGNED_HEADERS = "x-ms-date;host;x-ms-content-sha256"


def content_hash(content: bytes) -> str:
    """SHA-256 of a body, in base64.

    :param bytes content: The body; empty when there is none.
    :rtype: str
    """
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def string_to_sign(method: str, target: str, date: str, host: str, body_hash: str) -> str:
    """The text whose signature authenticates a request.

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
    :param str text: What :func:`string_to_sign` returned.
    :rtype: str
    """
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


class HMACSteps:
    """Sign every attempt of a request with an access key.

    The key is read from the credential each time, so that ``AzureKeyCredential.update`` takes effect at the next
    request, and decoded once for each value it has. If the service returns 401 and its ``Date`` is more than a minute
    away from the time that was signed, the request is sent once more, signed by the service's clock.

    :param str endpoint: The only scheme, host and port to sign for.
    :param credential: Holds the access key in base64.
    :type credential: ~azure.core.credentials.AzureKeyCredential
    :param clock: The clock of the service.
    :type clock: ~azure.communication.rooms._pipeline.clock.ServiceClock or None
    :param bool correct_clock_skew: Whether to send once more after such a 401.
    :param timestamp_headers: Names of request headers that hold a time of the client's clock. They are corrected
        together with the signature.
    :type timestamp_headers: Iterable[str]
    :raises ValueError: If the key is not base64.
    """

    next: Any  # the next policy; the pipeline sets it

    def __init__(
        self,
        endpoint: str,
        credential: AzureKeyCredential,
        clock: ServiceClock | None = None,
        correct_clock_skew: bool = True,
        timestamp_headers: Iterable[str] = (),
    ) -> None:
        self._endpoint = endpoint
        self._host = endpoint.partition("://")[2]
        self._credential = credential
        self._clock = clock or ServiceClock()
        self._correct_clock_skew = correct_clock_skew
        self._timestamp_headers = tuple(timestamp_headers)
        self._decoded: tuple[str, bytes] = (credential.key, decode_key(credential.key))

    def steps(self, request: PipelineRequest[HttpRequest]) -> Steps[Any]:
        """Sign a request and send it.

        :param request: The request, otherwise complete.
        :type request: ~azure.core.pipeline.PipelineRequest
        :returns: Steps to the response.
        :rtype: Generator
        :raises ~azure.core.exceptions.ClientAuthenticationError: If it does not go to the endpoint.
        :raises TypeError: If its body is a stream or a form, which cannot be hashed before it is sent.
        :raises ValueError: If the key was changed to one that is not base64.
        """
        signed_with = self._clock.offset  # another thread may change it meanwhile
        response = yield from self._send_signed(request, signed_with)
        if response.http_response.status_code != 401 or not self._correct_clock_skew:
            return response
        measured = self._clock.measure_skew(response.http_response.headers.get("Date"), signed_with)
        if measured is None:
            return response
        yield (response.http_response.close,)
        shift_timestamps(request, self._timestamp_headers, self._clock.now(signed_with), measured - signed_with)
        response = yield from self._send_signed(request, measured)
        if response.http_response.status_code != 401:
            self._clock.apply_offset(measured)
        return response

    def _send_signed(self, request: PipelineRequest[HttpRequest], offset: timedelta) -> Steps[Any]:
        def authenticate() -> None:
            self.sign_request(request.http_request, self._clock.now(offset))

        return send_with_credentials(request, authenticate, self.next.send)

    def sign_request(self, request: HttpRequest, now: datetime) -> None:
        """Put the signature on a request.

        :param request: The request, otherwise complete. Its URL is normalized to the form that is signed.
        :type request: ~azure.core.rest.HttpRequest
        :param ~datetime.datetime now: The time to sign, aware.
        """
        require_endpoint(self._endpoint, request)
        target = get_request_target(request.url)
        request.url = self._endpoint + target
        date = format_http_date(now)
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
