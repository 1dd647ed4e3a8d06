"""One request and its answer, without the web framework: what routes take and give."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from . import errors
from .clock import Clock
from .store import Store
from .versions import Version


class Request(NamedTuple):
    """A request that proved who sent it."""

    method: str
    origin: str
    target: str
    path_parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    version: Version

    def json(self, content_type: str) -> Any:
        """The body, read.

        :param str content_type: What the body must be declared as.
        """
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != content_type:
            raise errors.content_type(content_type)
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise errors.unreadable("$", "JSON") from None


class Answer(NamedTuple):
    """An answer; ``body`` is JSON, or None for no body."""

    status: int
    body: Optional[Any] = None
    headers: Mapping[str, str] = {}
    announced: bool = True


class Service(NamedTuple):
    """What routes work on."""

    store: Store
    clock: Clock
    page_size: int = 30


def refused(refusal: errors.Refusal) -> Answer:
    """The answer that says why a request was refused."""
    headers: dict[str, str] = dict(refusal.headers)
    if refusal.announced or refusal.status == 401:
        headers["x-ms-error-code"] = refusal.code
    return Answer(refusal.status, refusal.body(), headers, refusal.announced)
