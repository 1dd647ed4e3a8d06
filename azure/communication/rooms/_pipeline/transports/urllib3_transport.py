"""The default transport: azure-core's interface on urllib3.

It does what azure-core's own transport does with requests, but it has no cookies, reads no netrc, and reads the
environment once. Beyond that it keeps to the deadline of a call (``watchdog.py``), classifies errors by whether a
request was sent, and rejects responses that grow too large.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Mapping
from functools import lru_cache
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any

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
from urllib3 import HTTPConnectionPool, PoolManager, Retry, Timeout
from urllib3.exceptions import (
    ClosedPoolError,
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ReadTimeoutError,
)
from urllib3.util import SKIP_HEADER

from ..._urls import split_request_url
from ..deadline import check_timeout, remaining
from .base_response import IncompleteResponseError, caused, describe, forget_frames
from .defaults import CONNECTION_TIMEOUT, MAX_RESPONSE_SIZE, READ_TIMEOUT
from .environment import Environment, is_socks
from .managers import new_manager, tls_options
from .request_message import headers_and_body
from .response import Urllib3Response
from .watchdog import Watch

if TYPE_CHECKING:
    from typing_extensions import Self


#: Errors of urllib3 after which nothing of the request was sent.
_NOTHING_SENT = (NewConnectionError, ConnectTimeoutError, ClosedPoolError, LocationValueError)
_NO_RETRIES = Retry(total=False, redirect=False, raise_on_status=False)


class Urllib3Transport(HttpTransport[HttpRequest, HttpResponse]):
    """Sends requests over urllib3. Safe to use from several threads, and after a fork.

    :keyword float connection_timeout: Seconds to reach the service. Default 10.
    :keyword float read_timeout: Seconds to wait for the next part of a response. Default 60.
    :keyword connection_verify: Whether to check certificates, or the file or folder of those to trust.
    :paramtype connection_verify: bool or str
    :keyword connection_cert: A file with a client certificate and its key, or one file for each.
    :paramtype connection_cert: str or tuple[str, str] or None
    :keyword bool use_env_settings: Whether proxies and certificates come from the environment. Default True.
    :keyword int max_response_size: Bytes of a response, decompressed, beyond which it is rejected. Default 64 MiB.
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
        :keyword proxies: Proxies by scheme, in place of those of the environment.
        :paramtype proxies: Mapping[str, str] or None
        :keyword float connection_timeout: Seconds to reach the service.
        :keyword float read_timeout: Seconds to wait for the next part of the response.
        :keyword connection_verify: As of the transport.
        :paramtype connection_verify: bool or str or None
        :keyword connection_cert: As of the transport.
        :paramtype connection_cert: str or tuple[str, str] or None
        :returns: The response, of any status.
        :rtype: ~azure.core.rest.HttpResponse
        :raises ~azure.core.exceptions.ServiceRequestError: If the service was not reached; nothing was sent to it.
        :raises ~azure.core.exceptions.ServiceResponseError: If the response did not come, or not whole, or took too
            long; the request may have been carried out.
        :raises ~azure.core.exceptions.DecodeError: If its body is too large, or not compressed as its header declares.
        :raises ValueError: If the transport was closed, or the request cannot be sent as it is.
        """
        self.open()
        config = self.connection_config
        scheme, host, target = split_request_url(request.url)
        origin = f"{scheme}://{host}"
        verify = config.verify if connection_verify is None else connection_verify
        pool, by_proxy = self._pool(scheme, host, proxies, verify, connection_cert or config.cert)
        left = _time_left(origin)
        connect = config.timeout if connection_timeout is None else connection_timeout
        read = config.read_timeout if read_timeout is None else read_timeout
        timeout = _timeout(
            _shorter(check_timeout("connection_timeout", connect), left),
            _shorter(check_timeout("read_timeout", read), left),
        )
        url = request.url if by_proxy else target
        if left is None:
            return self._send(request, pool, url, timeout, stream, origin)
        failure: AzureError | None = None
        with Watch(left) as watch:
            try:
                response = self._send(request, pool, url, timeout, stream, origin)
            except AzureError as error:
                failure = error
        if watch.expired:  # even with a response: one that was cut off can look complete
            if failure is None:
                response.close()
            raise _time_over(origin, failure)
        if failure is not None:
            raise failure
        return response

    def _send(
        self, request: HttpRequest, pool: HTTPConnectionPool, target: str, timeout: Timeout, stream: bool, origin: str
    ) -> Urllib3Response:
        """Send a request over one of a pool's connections."""
        message = dict(zip(("headers", "body"), headers_and_body(request)))
        if request.headers.get("User-Agent") is None:  # the caller left it out; urllib3 would add its own
            message["headers"]["User-Agent"] = SKIP_HEADER
        try:
            response = pool.urlopen(
                request.method,
                target,
                **message,
                timeout=timeout,
                retries=_NO_RETRIES,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
        except BaseException as error:  # noqa: BLE001  it is raised below, KeyboardInterrupt too
            failure = error
        else:
            config = self.connection_config
            found = Urllib3Response(request, response, config.data_block_size, self._max_response_size)
            if not stream:
                found.read()
            return found
        finally:
            message.clear()  # so that the frames of an error hold no credentials
        # Raised out here, where azure-core's errors find no traceback to keep: its frames hold the signature.
        raise _send_error(failure, origin)

    def _pool(
        self, scheme: str, host: str, proxies: Mapping[str, str] | None, verify: bool | str, cert: Any
    ) -> tuple[HTTPConnectionPool, bool]:
        """Connections to a host, and whether requests over them name it to a proxy."""
        if self._process != os.getpid():
            self._start()  # a fork: the parent continues to use its connections
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
            tls = tls_options(verify, cert, self._environment.certificates) if encrypted else {}
            manager = self._managers[key] = new_manager(proxy, tls)
        names_host = proxy is not None and scheme == "http" and not is_socks(proxy)
        return manager.connection_from_url(f"{scheme}://{host}"), names_host


@lru_cache(maxsize=8)
def _timeout(connect: float | None, read: float | None) -> Timeout:
    """The timeouts as urllib3 takes them, which checks them and makes a copy for each request."""
    return Timeout(connect=connect, read=read)


def _time_left(origin: str) -> float | None:
    """Seconds until the deadline of the call; None without one.

    :raises ~azure.core.exceptions.ServiceRequestTimeoutError: If it is over.
    """
    left = remaining()
    if left is not None and left <= 0:
        raise ServiceRequestTimeoutError(f"{origin}: no time is left for the request")
    return left


def _shorter(seconds: float | None, left: float | None) -> float | None:
    """The shorter of two times, of which None is endless."""
    return left if seconds is None else seconds if left is None else min(seconds, left)


def _time_over(origin: str, failure: AzureError | None) -> AzureError:
    """The error for a request whose time is over."""
    if isinstance(failure, ServiceRequestError):
        return caused(
            ServiceRequestTimeoutError(f"{origin} could not be reached within the timeout of the call"), failure
        )
    return caused(ServiceResponseTimeoutError(f"{origin} did not respond within the timeout of the call"), failure)


def _send_error(failure: BaseException, origin: str) -> BaseException:
    """The error for a request that got no response, by how far it came: see :class:`~.connections.Connection`."""
    forget_frames(failure)
    if not isinstance(failure, HTTPError):
        return failure  # of the interpreter, or of a patch
    cause: Any = failure
    if isinstance(failure, ProxyError):  # by this urllib3 also means that a response of a proxy was incomplete
        cause = failure.original_error
    elif isinstance(failure, ProtocolError):
        cause = failure.args[-1]
    kind: type[AzureError] = ServiceResponseError
    if isinstance(cause, _NOTHING_SENT):
        is_timeout = isinstance(cause, ConnectTimeoutError) and not isinstance(cause, NewConnectionError)
        kind = ServiceRequestTimeoutError if is_timeout else ServiceRequestError
    elif isinstance(cause, (ReadTimeoutError, socket.timeout)):
        kind = ServiceResponseTimeoutError
    elif isinstance(cause, IncompleteRead):
        kind = IncompleteResponseError
    what = "could not be reached" if issubclass(kind, ServiceRequestError) else "gave no valid response"
    text: str | None = None
    if isinstance(failure, NewConnectionError):
        from .unreachable import text_if_loopback_refused  # imported lazily: most calls reach the service

        text = text_if_loopback_refused(origin, failure.__cause__)
    return caused(kind(text or f"{origin} {what}: {describe(failure)}", error=failure), failure)
