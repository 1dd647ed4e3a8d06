"""What a check finds, and what the checks know of each other."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from azure.core.rest import HttpResponse

    from ... import RoomsClient
    from ..connection import Connection

OK, WARNING, FAILURE = "ok", "warning", "failure"


class Finding(NamedTuple):
    """The result of one check."""

    check: str
    status: str
    message: str
    advice: str = ""
    """What to do."""


class Case:
    """What the checks found out so far.

    :param options: The command line.
    :type options: ~argparse.Namespace
    """

    connection: Connection
    endpoint = ""
    client: RoomsClient | None = None
    response: HttpResponse
    credential: Any = None
    proxy: str | None = None
    """The proxy between here and the service."""
    proxy_tunnels = True
    """Whether it is one for HTTP, through which the other checks can go."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options

    @property
    def url(self) -> SplitResult:
        """The endpoint."""
        try:
            return urlsplit(self.endpoint if "://" in self.endpoint else f"https://{self.endpoint}")
        except ValueError:  # a bracket without its other half
            return urlsplit("https://")

    @property
    def host(self) -> str:
        """The host of the endpoint."""
        return str(self.url.hostname)

    @property
    def port(self) -> int:
        """The port of the endpoint."""
        return self.url.port or (443 if self.url.scheme == "https" else 80)

    @property
    def api_version(self) -> str:
        """The api-version to send."""
        return str(getattr(self.options, "api_version", "2025-03-13"))
