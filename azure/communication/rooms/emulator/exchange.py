"""One request and its answer, without the web framework: what routes take and give."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

from . import errors
from .clock import Clock
from .defaults import PAGE_SIZE
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

    def json(self, *content_types: str) -> Any:
        """The body, read.

        :param str content_types: What the body may be declared as.
        """
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() not in content_types:
            raise errors.content_type(" or ".join(content_types))
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise errors.unreadable("$", "JSON") from None


class Answer(NamedTuple):
    """An answer; ``body`` is JSON, or None for no body. Its headers may name another content type than JSON's."""

    status: int
    body: Any | None = None
    headers: Mapping[str, str] = {}
    announced: bool = True


class Service(NamedTuple):
    """What routes work on: one account."""

    store: Store
    clock: Clock
    page_size: int = PAGE_SIZE


Handler = Callable[[Request, Service], Answer]
#: Handlers by path, as Starlette writes paths, and method.
Routes = Mapping[str, Mapping[str, Handler]]


def refused(refusal: errors.Refusal, version: Version | None) -> Answer:
    """The answer that says why a request was refused, in the form of its api-version.

    :param refusal: Why.
    :param version: None when the request was refused before its version was read.
    """
    headers: dict[str, str] = dict(refusal.headers)
    if version is not None and version.is_preview_2022:
        if refusal.details:
            headers["Content-Type"] = "application/problem+json; charset=utf-8"
        trace_id = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
        if refusal.code_2022 is not None:
            headers["x-ms-error-code"] = refusal.code_2022
        return Answer(refusal.status, refusal.body_2022(trace_id), headers, refusal.announced)
    if refusal.announced or refusal.status == 401:
        headers["x-ms-error-code"] = refusal.code
    return Answer(refusal.status, refusal.body(), headers, refusal.announced)
