"""urllib3's pool managers: how the host or its proxy is reached, and whose certificates are trusted."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from urllib3 import PoolManager, ProxyManager, util
from urllib3.connection import HTTPConnection
from urllib3.util.ssl_ import create_urllib3_context

from .connections import MAX_IDLE, Pool, TLSPool
from .environment import is_socks
from .tls import configure_tls, trusted_certificates


def new_manager(proxy: str | None, tls: dict[str, Any]) -> PoolManager:
    """Make the pools for direct connections, or for those through a proxy.

    :param proxy: The URL of the proxy; None for direct connections.
    :type proxy: str or None
    :param dict tls: What :func:`tls_options` gives; empty without TLS.
    :raises ValueError: If the proxy's URL cannot be parsed.
    :raises ImportError: If it is a SOCKS proxy, and PySocks is not installed.
    """
    manager: PoolManager
    if proxy is None:
        manager = PoolManager(maxsize=MAX_IDLE, **tls)
    else:
        from .proxies import parse_proxy  # imported lazily: most clients have no proxy

        parsed = parse_proxy(proxy)
        if is_socks(proxy):
            from .socks_connections import new_socks_manager  # imported lazily: it needs the extra [socks]

            return new_socks_manager(parsed, tls)
        manager = ProxyManager(
            parsed.url,
            proxy_headers=parsed.headers(),
            proxy_ssl_context=tls.get("ssl_context"),
            # urllib3's default for direct connections: no delay between the packets of headers and body
            socket_options=HTTPConnection.default_socket_options,
            maxsize=MAX_IDLE,
            **tls,
        )
    manager.pool_classes_by_scheme = {"http": Pool, "https": TLSPool}
    return manager


def tls_options(verify: Any, cert: Any, from_environment: str | None) -> dict[str, Any]:
    """How certificates are checked, and which one is shown, as urllib3's managers take it.

    One context serves all connections: to load certificates takes longer than a call. pyOpenSSL's contexts serve one
    connection each, so where it is injected into urllib3, urllib3 makes them.

    :param verify: True for the usual certificates, False for no check, or the file or folder of those to trust.
    :param cert: The client's own certificate: one file, or one for it and one for its key, or None.
    :param from_environment: The file or folder that takes the place of the usual certificates, or None.
    :raises OSError: If a file does not exist, or holds no certificate.
    """
    if not util.IS_PYOPENSSL:
        context = configure_tls(create_urllib3_context(), verify, cert, from_environment)
        return {"cert_reqs": context.verify_mode, "ssl_context": context}
    options: dict[str, Any] = {"cert_reqs": ssl.CERT_REQUIRED if verify else ssl.CERT_NONE}
    if verify:
        trusted = trusted_certificates(verify, from_environment)
        options["ca_cert_dir" if Path(trusted).is_dir() else "ca_certs"] = trusted
    if cert:
        options.update(zip(("cert_file", "key_file"), [cert] if isinstance(cert, str) else cert))
    return options
