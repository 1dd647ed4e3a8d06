"""What an operation takes and returns: a request of one account and api-version, and a response of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

from ..state.emulator_state import Account
from . import errors


class ApiVersion(NamedTuple):
    """An api-version, and what it has."""

    text: str
    has_pstn_dial_out: bool = False
    is_preview_2022: bool = False


class Request(NamedTuple):
    """An authenticated request.

    :ivar origin: Scheme and host as the client named them, for links.
    :ivar target: Path and query as received.
    :ivar headers: By lower-case name.
    """

    method: str
    origin: str
    target: str
    path_parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    version: ApiVersion

    def json(self, *content_types: str) -> Any:
        """Decode the body.

        :param str content_types: The media types that the operation takes.
        :raises ServiceError: If the body is of another.
        :raises ValidationError: If it is not JSON.
        """
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() not in content_types:
            raise errors.content_type(" or ".join(content_types))
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise errors.ValidationError(errors.conversion("$", "JSON")) from None


class Response(NamedTuple):
    """A response.

    :ivar body: JSON; None for no body.
    :ivar headers: May name another content type than JSON's.
    :ivar announced: Whether the response names the supported api-versions.
    :ivar reason: Why it is an error, for logs; empty when it is none.
    """

    status: int
    body: Any | None = None
    headers: Mapping[str, str] = {}
    announced: bool = True
    reason: str = ""


Handler = Callable[[Request, Account], Response]


class Operation(NamedTuple):
    """One operation of the service.

    :ivar repeatable: Whether it takes repeatability headers.
    """

    handler: Handler
    repeatable: bool = False


#: Operations by path, as Starlette writes paths, and method.
Operations = Mapping[str, Mapping[str, Operation]]
