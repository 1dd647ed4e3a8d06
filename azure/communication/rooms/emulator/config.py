"""The configuration of an emulator: every option, checked in this one place."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .faults.fault import Fault, parse

#: The port of the command; in a program the default is a free one.
DEFAULT_PORT = 8420

#: The account when none is named.
DEFAULT_ACCOUNT = "rooms"

#: The access key of that account. It is no secret: it opens nothing but emulators, which listen on loopback alone.
ACCESS_KEY = base64.b64encode(b"well-known-key-of-every-rooms-emulator--no-secret--it-opens-none").decode()

#: How long a room stays when its validity has ended. The service deletes rooms after "a grace period" without its
#: length. Rooms were seen in lists 6 days and 21 hours after their end, and not after 8.7 days.
DEFAULT_GRACE = timedelta(days=7)
#: A hundred years: beyond it dates leave the years that responses can hold.
MAXIMUM_GRACE = timedelta(days=36_525)

#: Rooms on a page of the live service.
PAGE_SIZE = 30

#: Names become names of files, on file systems that ignore case too.
_NAME = re.compile("[a-z0-9][a-z0-9-]{0,62}")
#: Names of DNS and of containers, which may have underscores, and IP addresses.
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|[0-9a-f:.]+(%[a-z0-9_.-]+)?")
#: A header Host: an address of IPv6 in brackets or another host, and perhaps a port. Nothing else of a URL.
_HOST_AND_PORT = re.compile(r"(?:\[([^\[\]@/?#\\\s]*)\]|([^:\[\]@/?#\\\s]*))(?::[0-9]*)?")


@dataclass(frozen=True)
class Config:
    """Options of an emulator; :class:`~azure.communication.rooms.emulator.RoomsEmulator` describes them.

    :ivar accepts_unsigned_tokens: Whether a token that no key here signed opens the first account.
    :ivar keys: The access key of each account, decoded, by the account's name.
    :raises TypeError: If a period is no timedelta.
    :raises ValueError: If an option is invalid.
    """

    host: str = "127.0.0.1"
    port: int = 0
    location: Path | None = None
    accounts: Mapping[str, str] = field(default_factory=lambda: {DEFAULT_ACCOUNT: ACCESS_KEY}, repr=False)
    strict_hmac: bool = False
    lenient_dates: bool = False
    clock_skew: timedelta = timedelta()
    grace: timedelta | None = DEFAULT_GRACE
    page_size: int = PAGE_SIZE
    faults: tuple[Fault, ...] = ()
    tls: bool = False
    certificate: Path | None = None
    key: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    unsigned_tokens: bool = False
    admin_token: str | None = field(default=None, repr=False)
    admin_port: int | None = None
    advertise: str | None = None
    log_bodies: bool = False
    keys: Mapping[str, bytes] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check(bool(self.host), "the host is empty; 0.0.0.0 listens on every address")
        _check(self.port in range(2**16), f"the port must be a number from 0 to 65535, not {self.port!r}")
        _check(
            self.page_size in range(1, 10_001),
            f"the page size must be a number from 1 to 10000, not {self.page_size!r}",
        )
        _check_period("clock_skew", self.clock_skew)
        _check_period("grace", timedelta() if self.grace is None else self.grace)
        _check(
            self.grace is None or timedelta() <= self.grace <= MAXIMUM_GRACE,
            f"the grace period must be from 0 to {MAXIMUM_GRACE.days} days, not {self.grace}",
        )
        _check(
            not (self.key is not None and self.certificate is None) and not (self.tls and self.certificate is not None),
            "give either tls, or a certificate, to which a key belongs",
        )
        _check(
            self.admin_port is None or (self.admin_port in range(2**16) and self.admin_port != (self.port or None)),
            f"the admin port must be a number from 0 to 65535 and not the port itself, not {self.admin_port!r}",
        )
        for host in self.allowed_hosts:
            _check(bool(_HOST.fullmatch(host)), f"an allowed host is a name or an address, which {host!r} is not")
        _check(self.admin_token is None or bool(self.admin_token.strip()), "the admin token is empty")
        _check_advertised(self.advertise)
        object.__setattr__(self, "accounts", dict(self.accounts))
        object.__setattr__(self, "keys", _decode_keys(self.accounts))

    @classmethod
    def of(
        cls,
        *,
        location: str | Path | None = None,
        accounts: Mapping[str, str] | None = None,
        faults: Iterable[Fault | str] = (),
        certificate: str | Path | None = None,
        key: str | Path | None = None,
        allowed_hosts: Iterable[str] = (),
        **options: Any,
    ) -> Config:
        """Make a configuration from options in the forms that callers have: texts, and None for the default.

        :raises TypeError: If there is one text where several are expected.
        """
        for name, several in (("allowed_hosts", allowed_hosts), ("faults", faults)):
            if isinstance(several, (str, bytes)):  # not its letters
                raise TypeError(f"{name} must be a list, such as [{several!r}], not {type(several).__name__}")
        if accounts is not None:
            options["accounts"] = accounts
        return cls(
            location=None if location is None else Path(location),
            faults=tuple(parse(fault) if isinstance(fault, str) else fault for fault in faults),
            certificate=None if certificate is None else Path(certificate),
            key=None if key is None else Path(key),
            allowed_hosts=tuple(host_key(host) for host in allowed_hosts),
            **options,
        )

    @property
    def scheme(self) -> str:
        """``https`` with a certificate of either kind, else ``http``."""
        return "https" if self.tls or self.certificate is not None else "http"

    def url(self, port: int) -> str:
        """Return the URL of a port; an emulator that listens on all addresses is reached by loopback here.

        :param int port: The port.
        :returns: The URL, without a slash at its end.
        :rtype: str
        """
        return f"{self.scheme}://{host_and_port(self.host, port)}"

    @property
    def accepts_unsigned_tokens(self) -> bool:
        """Whether a token that no key here signed opens the first account.

        The emulator cannot check the signature of Entra ID. So without the option such a token is worth as much as the
        documented key: it opens the account that has that key, on loopback.
        """
        return self.unsigned_tokens or (is_loopback(self.host) and self.accounts == {DEFAULT_ACCOUNT: ACCESS_KEY})

    def database_of(self, account: str) -> Path | None:
        """Return the database file of an account; None for memory.

        That of the first kind of emulator, which had one account alone, has no name in it.
        """
        if self.location is None:
            return None
        return self.location / ("rooms.sqlite3" if account == DEFAULT_ACCOUNT else f"rooms-{account}.sqlite3")


def _check_advertised(url: str | None) -> None:
    if url is None:
        return
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port is not False
    except ValueError:
        valid = False
    _check(
        valid and not (parts.path.strip("/") or parts.query or parts.fragment or parts.username),
        "the advertised URL must be http:// or https:// with a host and perhaps a port, such as http://rooms:8420",
    )


def _check_period(name: str, value: Any) -> None:
    if not isinstance(value, timedelta):
        raise TypeError(f"{name} must be a timedelta, not {type(value).__name__}")


def _check(valid: bool, message: str) -> None:
    if not valid:
        raise ValueError(message)


def _decode_keys(accounts: Mapping[str, str]) -> dict[str, bytes]:
    """Decode the access keys of accounts. Two cannot have the same: the key of a request selects its account."""
    _check(bool(accounts), "an emulator has at least one account")
    keys: dict[str, bytes] = {}
    for name, key in accounts.items():
        _check(
            bool(_NAME.fullmatch(name)),
            f"{name!r} is no name of an account: up to 63 of a-z, 0-9 and -, not beginning with -",
        )
        decoded = _decode_key(key)
        _check(bool(decoded), f"the access key of account {name!r} is not base64")
        _check(decoded not in keys.values(), f"account {name!r} has the key of another; the key selects the account")
        keys[name] = decoded
    return keys


def _decode_key(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return b""


def is_loopback(host: str) -> bool:
    """Return whether a name or an address is this machine's own."""
    try:
        address = ip_address(host)
        # An IPv6 socket names IPv4 peers so; Python sees loopback in that since 3.13.
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    except ValueError:
        return host == "localhost"


def host_and_port(host: str, port: int) -> str:
    """Return host and port as a URL has them; what listens on all addresses is reached by loopback here."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not listened on
    return f"{f'[{host}]' if ':' in host else host}:{port}"


def name_of_host(host: str) -> str:
    """Return the name or address in a header Host, without the port; empty when there is none."""
    match = _HOST_AND_PORT.fullmatch(host)
    return (match[1] or match[2] or "").lower() if match else ""


def host_key(host: str) -> str:
    """Return a host as it is compared: in lower case, without brackets and without the dot of a full name."""
    return host.strip().lower().strip("[]").rstrip(".")
