"""Certificates for TLS, made by ``trustme``."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ..state.log_text import LOGGER

#: OpenSSL's reasons for a handshake that does not begin as one of TLS: a request of HTTP, or anything else.
_NOT_TLS = ("HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "WRONG_VERSION_NUMBER")
#: What every certificate is for, beside the host that the emulator listens on.
_NAMES = ("localhost", "127.0.0.1", "::1")


class Certificate(NamedTuple):
    """Files in PEM form.

    :ivar chain: The certificate, and those above it.
    :ivar key: Its private key; None when it stands in ``chain``.
    :ivar authority: What clients must trust to trust it; None when that is the caller's business.
    """

    chain: Path
    key: Path | None = None
    authority: Path | None = None


def make_certificate(folder: Path, hosts: Iterable[str]) -> Certificate:
    """Make a certificate authority and a certificate that it signs.

    :param folder: Where the files go; other users should have no access.
    :param hosts: The hosts that clients will use, beside ``localhost``, ``127.0.0.1`` and ``::1``.
    :raises ImportError: If ``trustme`` is not installed.
    :raises ValueError: If no certificate can be for a host.
    """
    try:
        import trustme  # it imports cryptography, which plain HTTP does not need
    except ImportError:
        raise ImportError(
            "TLS needs the package trustme, or a certificate of your own; install it with: "
            'python -m pip install "azure-communication-rooms[emulator]"'
        ) from None
    authority = trustme.CA(organization_name="Rooms emulator")
    names = dict.fromkeys((*hosts, *_NAMES))
    try:
        server = authority.issue_cert(*names)
    except ValueError as error:  # such as a name with an underscore, which containers can have
        raise ValueError(f"no certificate can be made for {', '.join(names)}: {error}") from None
    made = Certificate(folder / "server.pem", authority=folder / "ca.pem")
    server.private_key_and_cert_chain_pem.write_to_path(str(made.chain))
    authority.cert_pem.write_to_path(str(made.authority))
    return made


def check_certificate(certificate: Certificate) -> None:
    """Load a certificate: the server would report no more than that it could not start.

    :raises OSError: If it cannot be read, or is none.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate.chain, certificate.key)
    except OSError as error:
        raise OSError(f"the certificate {certificate.chain} cannot be used: {error}") from None


class ReportingSSLObject(ssl.SSLObject):
    """The server in a TLS connection. It logs that a client speaks plain HTTP, where asyncio closes without a word."""

    def do_handshake(self) -> None:
        """Continue the handshake.

        :raises ssl.SSLError: If it fails, or bytes of the client are missing.
        """
        try:
            super().do_handshake()
        except ssl.SSLError as error:
            if error.reason in _NOT_TLS:
                LOGGER.warning("a client spoke plain HTTP to this port, which speaks TLS: use https://")
            raise
