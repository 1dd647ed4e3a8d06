"""The default transport: azure-core's interface on urllib3.

What azure-core's own does with requests, without requests: no cookies, no netrc, the environment read once and not at
each call, as many connections kept as threads used at once. Beyond that it keeps to the deadline of a call
(``connections.py``) and refuses answers that grow too large.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from azure.core.configuration import ConnectionConfiguration
from azure.core.exceptions import (
    AzureError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse
from urllib3 import HTTPConnectionPool, PoolManager, ProxyManager, Retry, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProtocolError, ReadTimeoutError
from urllib3.util import make_headers, parse_url
from urllib3.util.ssl_ import create_urllib3_context

from ..._urls import split_request_url
from ..deadline import within_deadline
from .base_response import caused, forget_frames
from .connections import BoundedHTTPSPool, BoundedPool, BoundedSSLSocket
from .environment import Environment
from .request_message import headers_and_body
from .response import Urllib3Response
from .tls import configure_tls

if TYPE_CHECKING:
    from typing_extensions import Self

#: Seconds to reach the service, and to wait for the next part of its answer.
CONNECTION_TIMEOUT, READ_TIMEOUT = 10, 60
#: Bytes of an answer, decompressed, beyond which it is refused. A page of 100,000 participants stays far below.
MAX_RESPONSE_SIZE = 64 * 1024 * 1024

_NO_RETRIES = Retry(total=False, redirect=False, raise_on_status=False)


class Urllib3Transport(HttpTransport[HttpRequest, HttpResponse]):
    """Sends requests over urllib3. Safe to use from several threads, and after a fork.

    :keyword float connection_timeout: Seconds to reach the service. Default 10.
    :keyword float read_timeout: Seconds to wait for the next part of an answer. Default 60.
    :keyword connection_verify: Whether to check certificates, or the file or folder of those to trust.
    :paramtype connection_verify: bool or str
    :keyword connection_cert: A file with a client certificate and its key, or one file for each.
    :paramtype connection_cert: str or tuple[str, str] or None
    :keyword bool use_env_settings: Whether proxies and certificates come from the environment. Default True.
    :keyword int max_response_size: Bytes of an answer, decompressed, beyond which it is refused. Default 64 MiB.
    """

    def __init__(
        self, *, use_env_settings: bool = True, max_response_size: int = MAX_RESPONSE_SIZE, **kwargs: Any
    ) -> None:
        defaults = {"connection_timeout": CONNECTION_TIMEOUT, "read_timeout": READ_TIMEOUT}
        self.connection_config = ConnectionConfiguration(**{**defaults, **kwargs})
        self._environment = Environment(use_env_settings)
        self._max_response_size = max_response_size
        self._closed = False
        self._start()

    def _start(self) -> None:
        """Begin with no connections."""
        self._lock = threading.Lock()
        self._managers: dict[Any, PoolManager] = {}
        self._pools: dict[Any, tuple[HTTPConnectionPool, bool]] = {}
        self._process = os.getpid()  # last: another thread that sees it sees the rest

    def open(self) -> None:
        """Check that it may be used.

        :raises ValueError: If it was closed.
        """
        if self._closed:
            raise ValueError("the client is closed; make another, or call it before close() and in its with block")

    def close(self) -> None:
        """Close all connections that wait; those in use are closed when their call is over."""
        self._closed = True
        with self._lock:
            for pool, _ in self._pools.values():
                pool.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(  # type: ignore[override]  # the keywords are azure-core's, by name
        self,
        request: HttpRequest,
        *,
        stream: bool = False,
        proxies: Mapping[str, str] | None = None,
        connection_timeout: float | None = None,
        read_timeout: float | None = None,
        connection_verify: bool | str | None = None,
        connection_cert: str | tuple[str, str] | None = None,
    ) -> Urllib3Response:
        """Send a request.

        :param request: The request, its URL absolute.
        :type request: ~azure.core.rest.HttpRequest
        :keyword bool stream: Whether to leave the body to be read later. Default False.
        :returns: The answer, whatever its status.
        :rtype: ~azure.core.rest.HttpResponse
        :raises ~azure.core.exceptions.ServiceRequestError: If the service could not be reached.
        :raises ~azure.core.exceptions.ServiceResponseError: If its answer broke off or took too long.
        :raises ~azure.core.exceptions.DecodeError: If its body is too large, or not compressed as its header says.
        :raises ValueError: If the transport was closed, or the request cannot be sent as it is.
        """
        self.open()
        config = self.connection_config
        scheme, host, target = split_request_url(request.url)
        origin = f"{scheme}://{host}"
        verify = config.verify if connection_verify is None else connection_verify
        pool, by_proxy = self._pool(scheme, host, proxies, verify, connection_cert or config.cert)
        timeout = _timeout(
            origin,
            config.timeout if connection_timeout is None else connection_timeout,
            config.read_timeout if read_timeout is None else read_timeout,
        )
        message = dict(zip(("headers", "body"), headers_and_body(request)))
        try:
            response = pool.urlopen(
                request.method,
                request.url if by_proxy else target,
                **message,
                timeout=timeout,
                retries=_NO_RETRIES,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
        except HTTPError as error:
            failure = error
        else:
            answer = Urllib3Response(request, response, config.data_block_size, self._max_response_size)
            if not stream:
                answer.read()
            return answer
        finally:
            message.clear()  # whoever looks at the frames of an error finds no credentials
        # Raised out here, where azure-core's errors find no traceback to keep: its frames hold the signature.
        raise _send_error(failure, origin)

    def _pool(
        self, scheme: str, host: str, proxies: Mapping[str, str] | None, verify: bool | str, cert: Any
    ) -> tuple[HTTPConnectionPool, bool]:
        """Connections to a host, and whether requests over them name it to a proxy."""
        if self._process != os.getpid():
            self._start()  # a fork: the parent goes on using its connections
        key = (scheme, host, tuple(proxies.items()) if proxies else None, verify, cert)
        found = self._pools.get(key)
        if found is None:
            with self._lock:
                found = self._pools[key] = self._new_pool(scheme, host, proxies, verify, cert)
        return found

    def _new_pool(
        self, scheme: str, host: str, proxies: Mapping[str, str] | None, verify: bool | str, cert: Any
    ) -> tuple[HTTPConnectionPool, bool]:
        proxy = self._environment.proxy_for(scheme, host, proxies)
        encrypted = scheme == "https" or (proxy or "").startswith("https:")
        key = (proxy, (verify, cert) if encrypted else None)
        manager = self._managers.get(key)
        if manager is None:
            context = _tls_context(verify, cert, self._environment.certificates) if encrypted else None
            manager = self._managers[key] = _new_manager(proxy, context)
        return manager.connection_from_url(f"{scheme}://{host}"), proxy is not None and scheme == "http"


def _new_manager(proxy: str | None, context: ssl.SSLContext | None) -> PoolManager:
    options: dict[str, Any] = {} if context is None else {"ssl_context": context, "cert_reqs": context.verify_mode}
    manager: PoolManager
    if proxy is None:
        manager = PoolManager(maxsize=1, **options)
    else:
        credentials = unquote(parse_url(proxy).auth or "")
        headers = make_headers(proxy_basic_auth=credentials) if credentials else {}
        manager = ProxyManager(proxy, maxsize=1, proxy_headers=headers, proxy_ssl_context=context, **options)
    manager.pool_classes_by_scheme = {"http": BoundedPool, "https": BoundedHTTPSPool}
    return manager


def _tls_context(verify: Any, cert: Any, from_environment: str | None) -> ssl.SSLContext:
    context = create_urllib3_context()
    context.sslsocket_class = BoundedSSLSocket
    return configure_tls(context, verify, cert, from_environment)


def _timeout(origin: str, connect: float | None, read: float | None) -> Timeout:
    """The timeouts of one attempt, none beyond the deadline of the call."""
    try:
        return Timeout(connect=within_deadline(connect), read=within_deadline(read))
    except socket.timeout:
        raise ServiceRequestTimeoutError(f"{origin}: no time is left for the request") from None


def _send_error(failure: HTTPError, origin: str) -> AzureError:
    """The error for a request that got no answer."""
    forget_frames(failure)
    kind: type[AzureError] = ServiceRequestError
    if isinstance(failure, ConnectTimeoutError) and not isinstance(failure, NewConnectionError):
        kind = ServiceRequestTimeoutError
    elif isinstance(failure, ReadTimeoutError) or isinstance(failure.args[-1], socket.timeout):
        kind = ServiceResponseTimeoutError
    elif isinstance(failure, ProtocolError):
        kind = ServiceResponseError
    what = "could not be reached" if issubclass(kind, ServiceRequestError) else "gave no answer"
    return caused(kind(f"{origin} {what}: {failure}", error=failure), failure)
