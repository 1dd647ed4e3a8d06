"""urllib3's pool managers: how the host or its proxy is reached, and whose certificates are trusted."""

from __future__ import annotations

import ssl
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from urllib3 import PoolManager, ProxyManager, util
from urllib3.connection import HTTPConnection
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url
from urllib3.util.ssl_ import create_urllib3_context

from .connections import MAX_IDLE, Pool, TLSPool
from .tls import configure_tls, trusted_certificates


def new_manager(proxy: str | None, tls: dict[str, Any]) -> PoolManager:
    """Make the pools for direct connections, or for those through a proxy.

    :param proxy: The URL of the proxy; None for direct connections.
    :type proxy: str or None
    :param dict tls: What :func:`tls_options` gives; empty without TLS.
    :raises ValueError: If the proxy's URL cannot be parsed.
    """
    manager: PoolManager
    if proxy is None:
        manager = PoolManager(maxsize=MAX_IDLE, **tls)
    else:
        url, headers = _split_proxy(proxy)
        manager = ProxyManager(
            url,
            proxy_headers=headers,
            proxy_ssl_context=tls.get("ssl_context"),
            # urllib3's default for direct connections: no delay between the packets of headers and body
            socket_options=HTTPConnection.default_socket_options,
            maxsize=MAX_IDLE,
            **tls,
        )
    manager.pool_classes_by_scheme = {"http": Pool, "https": TLSPool}
    return manager


def _split_proxy(proxy: str) -> tuple[str, dict[str, str]]:
    """The URL of a proxy without its credentials, which errors would show, and the header that has them.

    :raises ValueError: If the URL cannot be parsed. It is not shown.
    """
    try:
        url = parse_url(proxy)
    except LocationParseError:
        url = parse_url("")
    if not url.host:
        raise ValueError("the URL of the proxy cannot be parsed; it has the form http://user:password@host:port")
    if not url.auth:
        return url.url, {}
    credentials = b64encode(unquote(url.auth).encode()).decode("ascii")
    return url._replace(auth=None).url, {"Proxy-Authorization": f"Basic {credentials}"}


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
