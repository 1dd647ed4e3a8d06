"""Check whether an emulator listens at an address."""

from __future__ import annotations

import ssl
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

#: The header by which ``GET /health`` identifies an emulator.
SERVER = "rooms-emulator"
#: Longest body that is read.
_LIMIT = 10_000


def check(url: str, timeout: float) -> str:
    """Get the health of an emulator, past proxies.

    The certificate is not verified: no secret is sent, and an emulator's own is of an untrusted authority.

    :param url: Scheme, host and port.
    :param timeout: Seconds.
    :returns: Why there is no emulator; empty when there is one.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
    try:
        with opener.open(f"{url.rstrip('/')}/health", timeout=timeout) as response:
            response.read(_LIMIT)
            is_emulator = str(response.headers.get("Server", "")).startswith(SERVER)
    except HTTPError as error:
        error.close()
        return f"it responded {error.code}, as no emulator does"
    except (OSError, HTTPException, ValueError) as error:
        return str(getattr(error, "reason", error)) or type(error).__name__
    return "" if is_emulator else "another service responded"
