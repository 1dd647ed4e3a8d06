"""What the request log keeps of a request beside its entry: headers without credentials, and bodies if configured."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import unquote

#: Characters of a body that are kept.
BODY_LIMIT = 4000
#: Headers that are kept, and characters of the name and the value of each.
HEADER_LIMIT = 50
HEADER_TEXT_LIMIT = 300
#: Bytes of a body in which tokens are masked; a larger one is not kept.
_MASKED_LIMIT = 64 * 1024

#: Names of headers and of members that hold credentials, or may.
_SECRET = re.compile(r"auth|cookie|token|secret|key|passw|signature|credential", re.IGNORECASE)
_MASK = "***"


class RequestDetails(NamedTuple):
    """Details of a request.

    :ivar headers: Of the request, by lower-case name; values that may be credentials are masked.
    :ivar request_body: None where bodies are not kept.
    :ivar response_body: None where bodies are not kept.
    """

    headers: Mapping[str, str]
    request_body: str | None = None
    response_body: str | None = None


NO_DETAILS = RequestDetails({})


def details_of(target: str, headers: Mapping[str, str], bodies: tuple[bytes, bytes] | None) -> RequestDetails:
    """Return the details of a request, bounded in size and without credentials.

    :param target: Path and query as received.
    :param headers: By lower-case name.
    :param bodies: Of the request and the response; None where they are not kept.
    """
    kept = {_cut(name): _shown(name, value) for name, value in islice(headers.items(), HEADER_LIMIT)}
    if bodies is None:
        return RequestDetails(kept)
    has_tokens = not unquote(target).startswith("/rooms")
    return RequestDetails(kept, *(_body_text(body, has_tokens) for body in bodies))


def _shown(name: str, value: str) -> str:
    if _is_secret(name):
        return _MASK
    # The query of a link, such as that of Referer, may hold what the query of a request may.
    return _cut(value.partition("?")[0] + "?" + _MASK if "?" in value and "://" in value else value)


@lru_cache(maxsize=256)
def _is_secret(name: str) -> bool:
    return _SECRET.search(name) is not None


def _cut(text: str) -> str:
    return text if len(text) <= HEADER_TEXT_LIMIT else f"{text[: HEADER_TEXT_LIMIT - 3]}..."


def _body_text(body: bytes, has_tokens: bool) -> str:
    """Return a body as text, its end cut; one that may hold tokens only as far as they can be masked."""
    if has_tokens and body:
        try:
            if len(body) > _MASKED_LIMIT:
                raise ValueError  # noqa: TRY301  it ends as one that cannot be read
            body = json.dumps(_masked(json.loads(body))).encode()
        except (ValueError, RecursionError):
            return f"({len(body)} bytes that are not kept: they may hold credentials)"
    text = body[: 4 * BODY_LIMIT].decode("utf-8", "replace")
    return text if len(text) <= BODY_LIMIT else f"{text[:BODY_LIMIT]}... ({len(body)} bytes)"


def _masked(value: Any) -> Any:
    """Return JSON with the values of members masked that hold credentials."""
    if isinstance(value, dict):
        return {
            name: _MASK if _SECRET.search(name) and isinstance(each, str) else _masked(each)
            for name, each in value.items()
        }
    return [_masked(each) for each in value] if isinstance(value, list) else value
