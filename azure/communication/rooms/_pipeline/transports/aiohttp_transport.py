"""The async transport: azure-core's interface on aiohttp.

It does what the sync transport does: no cookies, no netrc, the environment read once, one TLS context a client, the
deadline of a call kept, responses that grow too large rejected. aiohttp's own retries are switched off: every request
on the wire is one that the retry policy counted.
"""

from __future__ import annotations

import asyncio
import io
import socket
import ssl
import sys
import threading
import warnings
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientProxyConnectionError,
    ClientResponseError,
    ClientTimeout,
    ServerTimeoutError,
)
from azure.core.configuration import ConnectionConfiguration
from azure.core.exceptions import (
    AzureError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from yarl import URL

from ..._urls import split_request_url
from ..deadline import check_timeout, within_deadline
from .aiohttp_response import AiohttpResponse
from .aiohttp_session import NEVER_ROUNDED, Attempt, current_attempt, new_session
from .base_response import caused, describe, forget_frames
from .defaults import CONNECTION_TIMEOUT, MAX_RESPONSE_SIZE, READ_TIMEOUT
from .environment import Environment, is_socks
from .loop_sessions import LoopSessions
from .proxies import parse_proxy
from .request_message import headers_and_body
from .tls import configure_tls
from .unreachable import text_if_loopback_refused

if TYPE_CHECKING:
    from typing_extensions import Self

#: Bytes of a body from which on aiohttp warns that sending it at once blocks the event loop.
_LARGE_BODY = 1024 * 1024


class AiohttpTransport(AsyncHttpTransport[HttpRequest, AsyncHttpResponse]):
    """Send requests over aiohttp. It can be used from several event loops, one after another or at once.

    :keyword float connection_timeout: Seconds to reach the service. Default 10.
    :keyword float read_timeout: Seconds to wait for the next part of a response. Default 60.
    :keyword connection_verify: Whether to check certificates, or the file or folder of those to trust.
    :paramtype connection_verify: bool or str
    :keyword connection_cert: A file with a client certificate and its key, or one file for each.
    :paramtype connection_cert: str or tuple[str, str] or None
    :keyword bool use_env_settings: Whether proxies and certificates come from the environment. Default True.
    :keyword int max_response_size: Bytes of a response, decompressed, beyond which it is rejected. Default 64 MiB.
    :keyword max_connections: Connections in use at once; further requests wait for one. Default None, for no limit.
    :paramtype max_connections: int or None
    :keyword str owner: The class that a warning names if this is never closed.
    """

    _closed = True  # until it is made

    def __init__(
        self,
        *,
        use_env_settings: bool = True,
        max_response_size: int = MAX_RESPONSE_SIZE,
        max_connections: int | None = None,
        owner: str = "AiohttpTransport",
        **kwargs: Any,
    ) -> None:
        defaults = {"connection_timeout": CONNECTION_TIMEOUT, "read_timeout": READ_TIMEOUT}
        self.connection_config = ConnectionConfiguration(**{**defaults, **kwargs})
        self._environment = Environment(use_env_settings)
        self._max_response_size = max_response_size
        self._max_connections = max_connections
        self._owner = owner
        self._tls_contexts: dict[Any, ssl.SSLContext] = {}
        self._lock = threading.Lock()
        self._sessions = LoopSessions(partial(new_session, max_connections or 0))
        self._closed = False

    async def open(self) -> None:
        """Check that it may be used.

        :raises ValueError: If it was closed.
        """
        self._check_open()

    def _check_open(self) -> None:
        if self._closed:
            raise ValueError(
                "the client is closed; make another, or call it before close() and in its async with block"
            )

    async def close(self) -> None:
        """Close the connections of the running loop; those of other loops are closed there."""
        self._closed = True
        await self._sessions.close()

    async def __aenter__(self) -> Self:
        self._check_open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __del__(self, warn: Any = warnings.warn) -> None:
        if not self._closed and self._sessions.were_used:
            message = f"unclosed {self._owner}: use it in an `async with` block, or await its close()"
            self._sessions.release()
            warn(message, ResourceWarning, stacklevel=2, source=self)

    async def sleep(self, duration: float) -> None:
        """Wait.

        :param float duration: Seconds.
        """
        await asyncio.sleep(duration)

    async def send(  # type: ignore[override]  # the keywords are azure-core's, by name
        self,
        request: HttpRequest,
        *,
        stream: bool = False,
        proxies: Mapping[str, str] | None = None,
        connection_timeout: float | None = None,
        read_timeout: float | None = None,
        connection_verify: bool | str | None = None,
        connection_cert: str | tuple[str, str] | None = None,
    ) -> AiohttpResponse:
        """Send a request.

        :param request: The request, its URL absolute.
        :type request: ~azure.core.rest.HttpRequest
        :keyword bool stream: Whether to leave the body to be read later. Default False.
        :returns: The response, of any status.
        :rtype: ~azure.core.rest.AsyncHttpResponse
        :raises ~azure.core.exceptions.ServiceRequestError: If the service could not be reached: nothing was sent.
        :raises ~azure.core.exceptions.ServiceResponseError: If there is no complete response, or it took too long.
        :raises ~azure.core.exceptions.DecodeError: If its body is too large, or not compressed as its header declares.
        :raises ValueError: If the transport was closed, or the request cannot be sent as it is.
        :raises RuntimeError: If no event loop of asyncio is running.
        """
        self._check_open()
        session = await self._sessions.session()
        config = self.connection_config
        scheme, host, _ = split_request_url(request.url)
        origin = f"{scheme}://{host}"
        proxy = _without_socks(self._environment.proxy_for(scheme, host, proxies))
        options: dict[str, Any] = {
            "timeout": self._timeout(
                origin,
                config.timeout if connection_timeout is None else connection_timeout,
                config.read_timeout if read_timeout is None else read_timeout,
            )
        }
        if scheme == "https" or (proxy or "").startswith("https:"):
            verify = config.verify if connection_verify is None else connection_verify
            options["ssl"] = self._tls_context(verify, connection_cert or config.cert)
        if scheme == "https" and (proxy or "").startswith("https:"):
            _check_tls_within_tls()
        attempt = Attempt()
        current_attempt.set(attempt)
        message = _message(request, proxy, is_tunnelled=scheme == "https")
        try:
            response = await session.request(
                request.method,
                URL(request.url, encoded=True),
                **message,
                **options,
                allow_redirects=False,
            )
        except (ClientError, OSError, asyncio.TimeoutError) as error:
            failure: Exception = error
        except BaseException as error:
            forget_frames(error)
            raise error  # noqa: TRY201  # a bare raise would bring the traceback back before Python 3.11
        else:
            found = AiohttpResponse(request, response, config.data_block_size, self._max_response_size)
            if not stream:
                await found.read()
            return found
        finally:
            message.clear()  # whoever looks at the frames of an error finds no credentials
        # Raised here, where azure-core's errors find no traceback to keep: its frames hold the signature.
        raise _send_error(failure, origin, attempt)

    def _timeout(self, origin: str, connect: float | None, read: float | None) -> ClientTimeout:
        """The timeouts of one attempt, all of them within the deadline of the call."""
        connect, read = check_timeout("connection_timeout", connect), check_timeout("read_timeout", read)
        try:
            left = within_deadline(None)
        except socket.timeout:
            raise ServiceRequestTimeoutError(f"{origin}: no time is left for the request") from None
        # With a limit of connections, reaching the service includes the wait for one, which only the deadline ends.
        limited = self._max_connections is not None
        return ClientTimeout(
            total=left,
            connect=None if limited else connect,
            sock_connect=connect if limited else None,
            sock_read=read,
            ceil_threshold=NEVER_ROUNDED,
        )

    def _tls_context(self, verify: Any, cert: Any) -> ssl.SSLContext:
        """The context for these certificates, made once."""
        key = (verify, cert)
        context = self._tls_contexts.get(key)
        if context is None:
            with self._lock:
                context = configure_tls(
                    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), verify, cert, self._environment.certificates
                )
                context = self._tls_contexts.setdefault(key, context)
        return context


def _without_socks(proxy: str | None) -> str | None:
    """Check for a SOCKS proxy, which aiohttp does not support.

    :raises ValueError: If the URL is that of one.
    """
    if proxy is not None and is_socks(proxy):
        raise ValueError(
            "the asynchronous client cannot use a SOCKS proxy: name an http:// proxy, use the synchronous client, or "
            "pass use_env_settings=False if the environment names the proxy"
        )
    return proxy


def _check_tls_within_tls() -> None:
    """Check for an https proxy to an https endpoint where asyncio has no TLS within TLS.

    :raises ValueError: On Python 3.9 and 3.10, except in a loop of uvloop.
    """
    if sys.version_info < (3, 11) and not type(asyncio.get_running_loop()).__module__.startswith("uvloop"):
        raise ValueError(
            "An https endpoint cannot be reached through an https proxy by asyncio on Python 3.9 and 3.10. Use Python "
            "3.11 or later, the synchronous client, uvloop, or a proxy whose URL begins with http://."
        )


def _message(request: HttpRequest, proxy: str | None, is_tunnelled: bool) -> dict[str, Any]:
    """Headers, body and proxy of a request, as aiohttp takes them.

    :raises TypeError: As :func:`headers_and_body`.
    :raises ValueError: Likewise.
    """
    headers, body = headers_and_body(request)
    if isinstance(body, bytes) and len(body) > _LARGE_BODY:
        body = io.BytesIO(body)  # which aiohttp sends part by part
    message: dict[str, Any] = {"headers": headers, "data": body}
    if proxy is not None:
        parsed = parse_proxy(proxy)
        message["proxy"] = URL(parsed.url)
        if is_tunnelled:
            message["proxy_headers"] = parsed.headers()
        else:
            headers.update(parsed.headers())
    return message


def _send_error(failure: Exception, origin: str, attempt: Attempt) -> AzureError:
    """The error for a request without a response."""
    forget_frames(failure)
    is_timeout = isinstance(failure, asyncio.TimeoutError)
    kind: type[AzureError]
    if attempt.is_sent:
        kind, what = ServiceResponseTimeoutError if is_timeout else ServiceResponseError, "gave no valid response"
    else:
        kind, what = ServiceRequestTimeoutError if is_timeout else ServiceRequestError, "could not be reached"
    if is_timeout and not isinstance(failure, ServerTimeoutError):  # the total, which is the deadline
        how = "did not respond" if attempt.is_sent else "could not be reached"
        return caused(kind(f"{origin} {how} within the timeout of the call"), failure)
    text = f"{origin} {what}: {_tls_error(failure) or describe(failure)}"
    if isinstance(failure, ClientConnectorError) and not isinstance(failure, ClientProxyConnectionError):
        text = text_if_loopback_refused(origin, failure.os_error) or text
    if isinstance(failure, ClientResponseError):  # of a proxy, or of a parser; it refers to the headers of the request
        return kind(text)
    return caused(kind(text, error=failure), failure)


def _tls_error(failure: BaseException) -> str | None:
    """The text of the TLS error that a TypeError hides, if there is one.

    asyncio of Python 3.11 raises TypeError after a failed handshake of TLS within TLS: ``SSLProtocol._abort`` takes no
    argument there.
    """
    cause = failure.__cause__ or failure.__context__
    hidden = cause.__context__ if isinstance(cause, TypeError) else None
    return str(hidden) if isinstance(hidden, ssl.SSLError) else None
