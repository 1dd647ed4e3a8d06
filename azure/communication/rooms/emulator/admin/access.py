"""Who may use the emulator's own paths.

They take no credentials, since whoever reaches this machine's loopback could read the emulator's memory as well. A web
page that somebody looks at on this machine may not: a request that a browser made for another origin is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..config import is_loopback, name_of_host
from ..service import errors


def check_caller(client: str, headers: Mapping[str, str], scheme: str) -> None:
    """Refuse a caller that is not on this machine, and browsers on the way for another origin.

    :param client: Address of the client.
    :param headers: By lower-case name.
    :param scheme: ``http`` or ``https``.
    :raises ServiceError: 403.
    """
    host = headers.get("host", "")
    if not is_loopback(client):
        raise errors.forbidden("This is for programs on the emulator's own machine.")
    if not is_loopback(name_of_host(host)):
        raise errors.forbidden("The header Host must name this machine's loopback.")
    if headers.get("origin", f"{scheme}://{host}") != f"{scheme}://{host}":
        raise errors.forbidden("This is not for web pages of another origin.")
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise errors.forbidden("This is not for web pages of another origin.")
