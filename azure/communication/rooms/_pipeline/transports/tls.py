"""TLS contexts: which certificates are trusted, and which one is shown."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any


def configure_tls(context: ssl.SSLContext, verify: Any, cert: Any, from_environment: str | None) -> ssl.SSLContext:
    """Configure a new TLS context of a client.

    :param ~ssl.SSLContext context: The context.
    :param verify: True for the usual certificates, False for no check, or the file or folder of those to trust.
    :param cert: The client's own certificate: one file, or one for it and one for its key, or None.
    :param from_environment: The file or folder that takes the place of the usual certificates, or None.
    :returns: The context.
    :raises OSError: If a file does not exist, or holds no certificate.
    """
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        trusted = trusted_certificates(verify, from_environment)
        context.load_verify_locations(**{"capath" if Path(trusted).is_dir() else "cafile": trusted})
    if cert:
        context.load_cert_chain(*([cert] if isinstance(cert, str) else cert))
    return context


def trusted_certificates(verify: Any, from_environment: str | None) -> str:
    """The file or folder of certificates to trust.

    :param verify: True for the usual certificates, or the file or folder of those to trust.
    :param from_environment: The file or folder that takes the place of the usual certificates, or None.
    :raises OSError: If it does not exist.
    """
    trusted = (from_environment or _bundled_certificates()) if verify is True else os.fspath(verify)
    if not Path(trusted).exists():
        raise OSError(f"there is no file or folder of trusted certificates at {trusted!r}")
    return str(trusted)


def _bundled_certificates() -> str:
    import certifi  # only clients that speak https need it

    return certifi.where()
