"""Split, resolve and normalize URLs: origin, host, and the request target that is signed and sent."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SCHEME = "[A-Za-z][A-Za-z0-9+.-]*://"
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
#: An escape, or a character that needs one, in a path and in a query (RFC 3986, 3.3 and 3.4).
_ESCAPE = r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/{further}](?:(?<=%)[0-9A-Fa-f]{{2}})?"
_IN_PATH, _IN_QUERY = re.compile(_ESCAPE.format(further="")), re.compile(_ESCAPE.format(further="?"))


def split_url(url: str) -> SplitResult:
    """Split an absolute http or https URL.

    :param str url: The URL.
    :rtype: ~urllib.parse.SplitResult
    :raises ValueError: If it is not absolute, has another scheme, no host, or an invalid port.
    """
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("the scheme must be https or http")
    if not parts.hostname:
        raise ValueError("the host is missing")
    try:
        parts.port  # noqa: B018  the property validates it
    except ValueError:
        raise ValueError("the port must be a number from 0 to 65535") from None
    return parts


def get_host(parts: SplitResult) -> str:
    """Get the value of the header ``Host``: the host, and the port if it is not the default of the scheme."""
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
    return host if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{parts.port}"


def get_origin(url: str) -> str:
    """Get the origin of a URL: scheme, host and port in lower case, without a default port.

    :param str url: Any text.
    :returns: The origin; empty if the text is not an absolute http or https URL.
    :rtype: str
    """
    try:
        parts = split_url(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{get_host(parts)}"


def has_user_information(url: str) -> bool:
    """Return whether a URL has a user name, or a user name and a password, before its host.

    :param str url: A URL that :func:`split_url` accepts.
    """
    return "@" in urlsplit(url).netloc


def is_absolute(url: str) -> bool:
    """Return whether a URL begins with a scheme and ``://``.

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
    """Split an absolute URL into scheme, host (see :func:`get_host`) and request target, without normalizing it.

    :param str url: The URL.
    :rtype: tuple[str, str, str]
    :raises ValueError: See :func:`split_url`.
    """
    parts = urlsplit(url)
    host = _get_host_of(parts.scheme, parts.netloc)
    return parts.scheme, host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@lru_cache(maxsize=64)
def _get_host_of(scheme: str, authority: str) -> str:
    """Get the host of an authority: the same few for all requests."""
    return get_host(split_url(f"{scheme}://{authority}"))


def get_request_target(url: str) -> str:
    """Get the path and query of a URL, normalized so that no transport changes them.

    HTTP libraries normalize URLs before they send them: they write escapes in upper case, decode needless escapes,
    escape characters that are not allowed, and remove dot segments. The signature must cover the normalized form.

    :param str url: An absolute URL.
    :rtype: str
    """
    parts = urlsplit(url)
    path = _IN_PATH.sub(_normalize_escape, parts.path)
    if "/." in path:
        path = _without_dot_segments(path)
    return f"{path or '/'}?{_IN_QUERY.sub(_normalize_escape, parts.query)}" if parts.query else path or "/"


def _normalize_escape(match: re.Match[str]) -> str:
    text = match.group()
    if len(text) == 1:
        return quote(text, safe="")  # a percent sign that is not part of an escape, too
    character = chr(int(text[1:], 16))
    return character if character in _UNRESERVED else text.upper()


def _without_dot_segments(path: str) -> str:
    """Remove the dot segments of an absolute path (RFC 3986, 5.2.4)."""
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
