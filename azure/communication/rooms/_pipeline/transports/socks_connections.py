"""Connections through a SOCKS5 proxy, by urllib3's ``contrib.socks`` and PySocks.

The scheme of the proxy defines where the host of the service is looked up: on this machine for ``socks5://``, by the
proxy for ``socks5h://``. The module is imported for a proxy of these schemes alone.
"""

from __future__ import annotations

from typing import Any

from urllib3 import PoolManager

from .connections import MAX_IDLE, Connection, Pool, TLSConnection, TLSPool
from .proxies import Proxy

try:
    import socks  # noqa: F401  before urllib3 imports it, which would warn and recommend another package
except ImportError as error:
    raise ImportError(
        "a SOCKS proxy needs PySocks: run `python -m pip install 'azure-communication-rooms[socks]'`"
    ) from error

from urllib3.contrib.socks import SOCKSConnection, SOCKSHTTPSConnection, SOCKSProxyManager


class SocksConnection(Connection, SOCKSConnection):
    """A connection without TLS."""


class SocksTLSConnection(TLSConnection, SOCKSHTTPSConnection):
    """A connection with TLS, which is between here and the service."""


class SocksPool(Pool):
    """Connections to one host."""

    ConnectionCls = SocksConnection


class SocksTLSPool(TLSPool):
    """Connections to one host with TLS."""

    ConnectionCls = SocksTLSConnection


def new_socks_manager(proxy: Proxy, tls: dict[str, Any]) -> PoolManager:
    """Make the pools for connections through a SOCKS5 proxy.

    :param proxy: The proxy.
    :type proxy: ~azure.communication.rooms._pipeline.transports.proxies.Proxy
    :param dict tls: What :func:`~.managers.tls_options` gives; empty without TLS.
    """
    manager = SOCKSProxyManager(
        proxy.url,
        username=proxy.user.decode("utf-8", "replace") or None,  # PySocks encodes them again
        password=proxy.password.decode("utf-8", "replace") or None,
        maxsize=MAX_IDLE,
        **tls,
    )
    manager.pool_classes_by_scheme = {"http": SocksPool, "https": SocksTLSPool}
    return manager
