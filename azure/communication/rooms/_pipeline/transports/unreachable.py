"""The text of the error if this machine refused the connection, for both transports."""

from __future__ import annotations

import errno

from ..._urls import split_url
from ..endpoint import is_loopback


def text_if_loopback_refused(origin: str, cause: BaseException | None) -> str | None:
    """The text for a connection that this machine refused; None for all others.

    :param str origin: Scheme, host and port of the endpoint.
    :param cause: The error of the socket.
    """
    parts = split_url(origin)
    if getattr(cause, "errno", None) != errno.ECONNREFUSED or not is_loopback(str(parts.hostname)):
        return None
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    command = f"rooms-emulator --port {port}" + (" --tls" if parts.scheme == "https" else "")
    return f"{origin} could not be reached: connection refused. Is the emulator running? Start it with `{command}`."
