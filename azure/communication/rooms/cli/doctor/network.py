"""Checks of the way to the service: a proxy in between, DNS, TCP, TLS."""

from __future__ import annotations

import os
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi

from .findings import FAILURE, OK, WARNING, Case, Finding

#: Seconds for one connection.
_TIMEOUT = 4.0
_PROXY_FORM = "Set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT, each percent-encoded."
_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
#: Whether the server's certificate may be trusted by itself; ``ssl`` has a name for it from Python 3.10 on.
_PARTIAL_CHAIN = 0x80000
#: Days before its end at which a certificate is worth a warning.
_SOON = 14


def check_proxy(case: Case) -> Finding | None:
    """Where a proxy is set, it is there and lets us through."""
    proxies = getproxies()
    found = proxies.get(case.url.scheme) or proxies.get("all")
    if not found or proxy_bypass(f"{case.host}:{case.port}") or proxy_bypass(case.host):
        return None
    try:
        proxy = _split_proxy(found)
        place = f"{proxy.hostname}:{proxy.port or (443 if proxy.scheme == 'https' else 80)}"
    except ValueError:  # its text may have a part of the password
        return Finding("proxy", FAILURE, "the address of the proxy that is set is no URL", _PROXY_FORM)
    if not proxy.hostname:
        return Finding("proxy", FAILURE, "the address of the proxy that is set has no host", _PROXY_FORM)
    if case.url.scheme == "http" and _is_loopback(case.host):
        return Finding("proxy", WARNING, f"the proxy {place} is set, and not used: the endpoint is this machine")
    case.proxy = found
    if proxy.scheme not in ("http", "https"):
        case.proxy_tunnels = False
        return _check_other_proxy(proxy, place)
    try:
        _tunnel(case).close()
    except (OSError, HTTPException, UnicodeError) as error:
        return _proxy_failure(str(error), place, bool(proxy.username))
    return Finding("proxy", OK, f"{place} lets us through to {case.host}:{case.port}")


def _check_other_proxy(proxy: SplitResult, place: str) -> Finding:
    """A proxy that is none for HTTP: whether it is there."""
    try:
        socket.create_connection((str(proxy.hostname), proxy.port or 1080), _TIMEOUT).close()
    except (OSError, UnicodeError) as error:
        return _proxy_failure(str(error), place, False)
    return Finding("proxy", OK, f"{place} takes connections; what it lets through was not tried")


def _proxy_failure(text: str, place: str, has_password: bool) -> Finding:
    status = re.search(r"failed: (\d{3})", text)
    if status is None:
        return Finding("proxy", FAILURE, f"the proxy {place} cannot be used: {text}", "Check HTTPS_PROXY and NO_PROXY.")
    if status.group(1) == "407":
        message = "does not take the password" if has_password else "needs a password (407)"
        return Finding("proxy", FAILURE, f"the proxy {place} {message}", _PROXY_FORM)
    message = f"the proxy {place} does not let us through: {status.group(1)}"
    return Finding("proxy", FAILURE, message, "Have its administrator allow the endpoint's host, port 443.")


def _split_proxy(url: str) -> SplitResult:
    return urlsplit(url if "://" in url else f"http://{url}")


def _tunnel(case: Case) -> socket.socket:
    """A connection through the proxy."""
    proxy = _split_proxy(str(case.proxy))
    kind = HTTPSConnection if proxy.scheme == "https" else HTTPConnection
    connection = kind(str(proxy.hostname), proxy.port, timeout=_TIMEOUT)
    headers = {}
    if proxy.username:
        credentials = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
        headers["Proxy-Authorization"] = f"Basic {b64encode(credentials).decode()}"
    connection.set_tunnel(case.host, case.port, headers)
    try:
        HTTPConnection.connect(connection)  # and not that of HTTPSConnection, which would start TLS with the service
    except BaseException:
        connection.close()
        raise
    sock: socket.socket = connection.sock
    return sock


def check_dns(case: Case) -> Finding | None:
    """The host has an address. Where there is a proxy, it looks the host up."""
    if case.proxy is not None:
        return None
    try:
        found = socket.getaddrinfo(case.host, case.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        advice = "Check the endpoint for typing errors, that the resource still exists, and DNS of this machine."
        return Finding("dns", FAILURE, f"the host {case.host} does not resolve", advice)
    addresses = sorted({str(each[4][0]) for each in found})
    return Finding("dns", OK, f"{case.host} is {', '.join(addresses)}")


def check_tcp(case: Case) -> Finding | None:
    """A server listens on the port."""
    if case.proxy is not None:
        return None
    try:
        _connect(case).close()
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        emulator = " For the emulator: start it with 'rooms-emulator'." if _is_loopback(case.host) else ""
        advice = f"Check the port of the endpoint, and firewalls in between.{emulator}"
        return Finding("tcp", FAILURE, f"no server listens at {case.host}:{case.port}: {reason}", advice)
    return Finding("tcp", OK, f"{case.host}:{case.port} takes connections")


def _connect(case: Case) -> socket.socket:
    return socket.create_connection((case.host, case.port), _TIMEOUT) if case.proxy is None else _tunnel(case)


def check_tls(case: Case) -> Finding | None:
    """The certificate is of this host, of a trusted issuer, and valid."""
    if case.url.scheme != "https" or not case.proxy_tunnels:
        return None
    try:
        certificate = _certificate(case, check_name=True)
    except ssl.SSLCertVerificationError as error:
        return _certificate_failure(case, error)
    except ssl.SSLError as error:
        plain = "WRONG_VERSION_NUMBER" in str(error) or "record layer failure" in str(error).lower()
        message = "the server does not speak TLS" if plain else f"TLS failed: {error.reason or error}"
        advice = (
            "Write http:// in the endpoint for an emulator without --tls." if plain else "Check what stands in between."
        )
        return Finding("tls", FAILURE, message, advice)
    except OSError as error:
        message = f"the connection ended during the TLS handshake: {error.strerror or error or type(error).__name__}"
        return Finding("tls", FAILURE, message, "Check the port of the endpoint, and what stands in between.")
    until = _until(certificate)
    days = (until - datetime.now(timezone.utc)).days
    message = f"issued by {_name(certificate, 'issuer')} for {', '.join(_names(certificate))}, until {until:%Y-%m-%d}"
    if days < _SOON:
        return Finding("tls", WARNING, f"{message}: {days} days are left", "It must be renewed.")
    return Finding("tls", OK, message)


def check_no_tls(case: Case) -> Finding | None:
    """Whether a server that gives no HTTP response speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with _handshake(case, context):
            pass
    except (OSError, ValueError):
        return None
    advice = f"Write https:// for http:// in the endpoint: https://{case.url.netloc}"
    return Finding("tls", FAILURE, "the endpoint is http, but the server speaks https (TLS)", advice)


def _certificate(case: Case, check_name: bool, trusted: bytes | None = None) -> Any:
    """The server's certificate, checked.

    :param trusted: The certificate to trust, in place of the usual authorities.
    """
    if trusted is None:
        where = next((os.environ[name] for name in _CERTIFICATES if os.environ.get(name)), certifi.where())
        is_folder = Path(where).is_dir()
        context = ssl.create_default_context(**{"capath" if is_folder else "cafile": where})  # type: ignore[arg-type]
    else:
        context = ssl.create_default_context(cadata=trusted)
        context.verify_flags |= _PARTIAL_CHAIN
    context.check_hostname = check_name
    with _handshake(case, context) as encrypted:
        return encrypted.getpeercert()


@contextmanager
def _handshake(case: Case, context: ssl.SSLContext) -> Iterator[ssl.SSLSocket]:
    """A connection with TLS, which ends with a close notification, so that the server logs no error."""
    with _connect(case) as sock, context.wrap_socket(sock, server_hostname=case.host) as encrypted:
        yield encrypted
        with suppress(OSError, ValueError):
            encrypted.unwrap()


def _unchecked_certificate(case: Case) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with _handshake(case, context) as encrypted:
        return encrypted.getpeercert(binary_form=True) or b""


def _certificate_failure(case: Case, error: ssl.SSLCertVerificationError) -> Finding:
    reason = error.verify_message
    if "expired" in reason or "not yet valid" in reason:
        advice = "Check this machine's clock first."
        return Finding("tls", FAILURE, f"the certificate is not valid now: {reason}", advice)
    names = _other_names(case)
    if names:
        advice = "Check the endpoint's host, and whether something in between responds in the service's place."
        return Finding("tls", FAILURE, f"the certificate is for {names}, not for {case.host}", advice)
    advice = "Name the authority's file in REQUESTS_CA_BUNDLE, if something in between is meant to read along."
    return Finding("tls", FAILURE, f"the certificate's issuer is not trusted: {reason}", advice)


def _other_names(case: Case) -> str:
    """The subject of the certificate, without a check of its issuer; empty where it is for the endpoint's host."""
    try:
        trusted = _unchecked_certificate(case)
        try:
            _certificate(case, check_name=True, trusted=trusted)
        except ssl.SSLCertVerificationError:
            return ", ".join(_names(_certificate(case, check_name=False, trusted=trusted)))
    except (OSError, ValueError):
        return ""
    return ""


def _names(certificate: Any) -> list[str]:
    return [str(value) for _, value in certificate.get("subjectAltName", ())] or [_name(certificate, "subject")]


def _name(certificate: Any, whose: str) -> str:
    members = {name: value for part in certificate.get(whose, ()) for name, value in part}
    return str(members.get("organizationName") or members.get("commonName") or "an unnamed issuer")


def _until(certificate: Any) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), timezone.utc)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
