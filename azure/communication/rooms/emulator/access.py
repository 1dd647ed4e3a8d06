"""Who may reach which path: the one place for rules about hosts, origins, peers and the admin token.

The header ``Host`` must name loopback or an allowed host on every path but ``/health``: a web page reaches this machine
by a host name of its own (DNS rebinding), and signatures do not stop it where the key is the documented one.

The admin API and the page take callers on loopback without credentials, since such a caller could read the emulator's
memory as well. A caller elsewhere needs the admin token. A web page of another origin is rejected in either case.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from .config import Config, host_key, is_loopback, name_of_host
from .service import errors

#: Characters of a header Host: no name of DNS is longer, with its port.
_LONGEST_HOST = 300


class Caller(NamedTuple):
    """Where a request comes from.

    :ivar address: Address of the peer, as the socket has it; a header cannot change it.
    :ivar scheme: ``http`` or ``https``.
    :ivar headers: By lower-case name.
    :ivar port: The port on which the request arrived; None where there is none.
    """

    address: str
    scheme: str
    headers: Mapping[str, str]
    port: int | None = None


class AccessRules:
    """The rules of one configuration.

    :param config: The configuration of the emulator.
    :param admin_port: The port on which alone the admin API is; None when it has none of its own.
    """

    def __init__(self, config: Config, admin_port: int | None = None) -> None:
        self.admin_port: int | None = admin_port
        self._allowed = frozenset(config.allowed_hosts)
        self._names_allowed = lru_cache(maxsize=64)(self._compare)  # nearly all requests name one host
        self._admin_token = None if config.admin_token is None else config.admin_token.encode()

    def check_host(self, headers: Mapping[str, str]) -> None:
        """Reject a Host that is neither loopback nor allowed. HTTP/1.0 has requests without one: they pass.

        :param headers: By lower-case name.
        :raises ServiceError: 403.
        """
        host = headers.get("host")
        if host is not None and not self._is_allowed(host):
            raise errors.forbidden(
                "The header Host must name this machine's loopback, or a host that --allow-host names; "
                f"it is {errors.shorten(host)!r}."
            )

    def check_admin(self, caller: Caller) -> None:
        """Reject a caller who may not use the admin API, the page and its events.

        :param caller: Where the request comes from.
        :raises ServiceError: 403; 404 on another port than that of the admin API.
        """
        if self.admin_port not in (None, caller.port):
            raise errors.path_not_found()
        host = caller.headers.get("host", "")
        if not self._is_allowed(host):
            raise errors.forbidden("The header Host must name this machine's loopback, or a host of --allow-host.")
        if caller.headers.get("origin", f"{caller.scheme}://{host}") != f"{caller.scheme}://{host}":
            raise errors.forbidden("This is not for web pages of another origin.")
        if caller.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise errors.forbidden("This is not for web pages of another origin.")
        if not is_loopback(caller.address) and not self._has_token(caller.headers):
            raise errors.forbidden(
                "This is for programs on the emulator's own machine, and for callers who send the value of "
                "ROOMS_EMULATOR_ADMIN_TOKEN in Authorization: Bearer."
            )

    def _is_allowed(self, host: str) -> bool:
        return len(host) <= _LONGEST_HOST and self._names_allowed(host)

    def _compare(self, host: str) -> bool:
        name = name_of_host(host)
        return is_loopback(name) or host_key(name) in self._allowed

    def _has_token(self, headers: Mapping[str, str]) -> bool:
        """Return whether the request has the admin token; without a configured one, no token is right."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if self._admin_token is None or scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(token.strip().encode("latin-1"), self._admin_token)
