"""Settings of connections in the environment: proxies, and the certificates to trust. Read once a client."""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Callable

#: Where the file of trusted certificates is named; the first that is set holds. As requests has it, and OpenSSL's own.
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


#: Schemes of SOCKS5 proxies: this machine looks up the service's host, or the proxy does.
_SOCKS = ("socks5", "socks5h")


def is_socks(proxy: str) -> bool:
    """Whether the URL of a proxy is that of a SOCKS5 proxy.

    :param str proxy: The URL.
    """
    return proxy.partition(":")[0].lower() in _SOCKS


class Environment:
    """The environment as it was when this was made.

    :param bool use: Whether to look at it at all.
    """

    def __init__(self, use: bool) -> None:
        self.certificates: str | None = None
        self._proxies: dict[str, str] = {}
        self._bypassed: Callable[[str], object] = lambda _: False
        if use:
            self.certificates = next((os.environ[name] for name in _CERTIFICATES if os.environ.get(name)), None)
            self._read_proxies()

    def _read_proxies(self) -> None:
        from urllib.request import (  # type: ignore[attr-defined]  # two are in no stub
            getproxies,
            getproxies_environment,
            proxy_bypass,
            proxy_bypass_environment,
        )

        self._proxies = getproxies_environment()
        self._bypassed = lambda host: proxy_bypass_environment(host, self._proxies)
        if not self._proxies:  # the system's own settings, which macOS and Windows have
            self._proxies, self._bypassed = getproxies(), proxy_bypass

    def proxy_for(self, scheme: str, host: str, given: Mapping[str, str] | None) -> str | None:
        """The proxy between here and a host.

        :param str scheme: http or https.
        :param str host: Host, and port where it is not the scheme's own.
        :param given: The caller's proxies, by scheme, scheme and host, or ``all``; they override the environment.
        :type given: Mapping[str, str] or None
        :returns: Its URL; None for a direct connection.
        :raises TypeError: If it is no text.
        :raises ValueError: If it is neither an HTTP nor a SOCKS5 proxy.
        """
        name = host.partition(":")[0] if host.count(":") < 2 else host.partition("]")[0].strip("[")
        candidates = dict(given or {})
        if self._proxies and not self._is_direct(name, host, candidates.pop("no_proxy", None)):
            candidates = {**self._proxies, **candidates}
        found = next(
            (candidates[key] for key in (f"{scheme}://{name}", scheme, f"all://{name}", "all") if candidates.get(key)),
            None,
        )
        if not isinstance(found, (str, type(None))):
            raise TypeError(f"the URL of a proxy must be a str, not {type(found).__name__}")
        if found is None or "://" in found:
            scheme_of_proxy = (found or "http:").partition(":")[0].lower()
            if scheme_of_proxy not in ("http", "https", *_SOCKS):
                raise ValueError(
                    f"a {scheme_of_proxy} proxy is not supported; the URL of a proxy begins with http://, https://, "
                    "socks5:// or socks5h://"
                )
            return found
        return f"http://{found}"

    def _is_direct(self, name: str, host: str, no_proxy: str | None) -> bool:
        """Whether the environment, or the caller's ``no_proxy``, has a host reached without a proxy."""
        if no_proxy is not None:
            from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # likewise

            return bool(proxy_bypass_environment(host, {"no": no_proxy})) or _in_networks(name, no_proxy)
        return bool(self._bypassed(host)) or _in_networks(name, self._proxies.get("no", ""))


def _in_networks(name: str, no_proxy: str) -> bool:
    """Whether a host's address lies in one of the networks of a list, such as ``10.0.0.0/8``."""
    try:
        address = ip_address(name)
    except ValueError:
        return False
    for entry in no_proxy.split(","):
        try:
            if address in ip_network(entry.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False
