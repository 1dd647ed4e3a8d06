"""URLs: where they lead, and the one spelling in which they are signed and sent."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = "[A-Za-z][A-Za-z0-9+.-]*://"
_ESCAPE = "%([0-9A-Fa-f]{2})?"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
#: What may stand unescaped in a path beside the unreserved characters, and in a query (RFC 3986, 3.3 and 3.4).
_IN_PATH = "!$&'()*+,;=:@/%"
_IN_QUERY = _IN_PATH + "?"
#: What stands for itself in a path and in a query, and in a host and a port. No set has the percent sign.
_PLAIN = _UNRESERVED.union(_IN_QUERY) - {"%"}
_PLAIN_AUTHORITY = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.:")


def split_url(url: str) -> SplitResult:
    """The parts of an absolute http or https URL.

    :param str url: The URL.
    :raises ValueError: If it is not absolute, of another scheme, or has no host or a port that is no number.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("the scheme must be https or http")
    if not parts.hostname:
        raise ValueError("the host is missing")
    try:
        parts.port  # noqa: B018  reading it is what checks it
    except ValueError:
        raise ValueError("the port must be a number from 0 to 65535") from None
    return parts


def get_host(parts: SplitResult) -> str:
    """Host and, where it is not the scheme's own, port: what a client sends as ``Host`` and signs."""
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
    return host if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"


def get_origin(url: str) -> str:
    """Scheme, host and port in lower case, a default port left out; empty when the URL leads nowhere.

    :param str url: Any text.
    """
    try:
        parts = split_url(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{get_host(parts)}"


def is_absolute(url: str) -> bool:
    """Tell whether a URL begins with a scheme and ``://``.

    :param str url: Any text.
    """
    return re.match(_SCHEME, url) is not None


def resolve_link(base: str, link: str) -> str:
    """Resolve a link (RFC 3986, 5.2). An absolute URL, and what is not a link, stays unchanged.

    :param str base: The absolute URL that a relative link is resolved against.
    :param str link: Any text.
    """
    if is_absolute(link):
        return link
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def split_request_url(url: str) -> tuple[str, str, str]:
    """Scheme, host as :func:`get_host` has it, and path and query of an absolute URL, each as it stands.

    :param str url: The URL.
    :raises ValueError: As :func:`split_url`.
    """
    scheme, authority, target = _read_plain(url)
    if target:
        return scheme, _get_host_of_authority(scheme, authority), target
    parts = split_url(url)
    return parts.scheme, get_host(parts), (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _read_plain(url: str) -> tuple[str, str, str]:
    """Scheme, authority and target of a URL whose parts are in the one spelling as they stand, as nearly all are.

    The target is empty where they are not, or where it would take more to know: no slash, dot segments, escapes.
    """
    scheme, _, rest = url.partition("://")
    authority, slash, tail = rest.partition("/")
    plain = (
        scheme in _DEFAULT_PORTS
        and _PLAIN_AUTHORITY.issuperset(authority)
        and _PLAIN.issuperset(tail)
        and "/." not in rest
        and tail[-1:] != "?"
    )
    return scheme, authority, slash + tail if plain else ""


@lru_cache(maxsize=64)
def _get_host_of_authority(scheme: str, authority: str) -> str:
    return get_host(split_url(f"{scheme}://{authority}"))


def get_request_target(url: str) -> str:
    """Path and query as they stand in the request line, spelt so that no transport spells them otherwise.

    HTTP libraries rewrite URLs before they send them: escapes in upper case, needless escapes undone, characters that
    are not allowed escaped, dot segments removed. A signature over another spelling is refused, so this does it first.

    :param str url: An absolute URL. One that is already in this spelling stays as it is.
    """
    _, _, target = _read_plain(url)
    if target:
        return target
    parts = urlsplit(url)
    path = _without_dot_segments(_normalize_escapes(parts.path, _IN_PATH)) or "/"
    return f"{path}?{_normalize_escapes(parts.query, _IN_QUERY)}" if parts.query else path


def _normalize_escapes(text: str, allowed: str) -> str:
    return quote(re.sub(_ESCAPE, _normalize_escape, text), safe=allowed)


def _normalize_escape(match: re.Match[str]) -> str:
    if match.group(1) is None:
        return "%25"  # a percent sign that escapes nothing
    character = chr(int(match.group(1), 16))
    return character if character in _UNRESERVED else match.group().upper()


def _without_dot_segments(path: str) -> str:
    """RFC 3986, 5.2.4, for an absolute path."""
    segments = path.split("/")
    kept = [""]
    for segment in segments[1:]:
        if segment == "..":
            kept = kept[:-1] or kept
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)
