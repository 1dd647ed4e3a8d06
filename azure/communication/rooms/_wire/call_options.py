"""Keywords of one call that change its request or its errors: ``api_version``, ``params`` and ``error_map``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

from azure.core.rest import HttpRequest

_API_VERSION = "api-version"


def take_api_version(options: MutableMapping[str, Any]) -> Any:
    """Take the api-version of one call out of its keywords.

    :param options: The keywords of the call.
    :type options: MutableMapping[str, Any]
    :returns: ``api_version``, or else the parameter ``api-version`` of ``params``; None if there is neither.
    """
    version = options.pop("api_version", None)
    params = options.get("params")
    if version is None and isinstance(params, Mapping):
        return next((value for name, value in params.items() if str(name).lower() == _API_VERSION), None)
    return version


def take_query(options: MutableMapping[str, Any]) -> str:
    """Take ``params`` out of the keywords of a call.

    :param options: The keywords of the call.
    :type options: MutableMapping[str, Any]
    :returns: The parameters, percent-encoded, without ``api-version``, which each request has; empty if there are none.
    :rtype: str
    :raises TypeError: If it is not a mapping of names to text, numbers, bools or lists of them.
    """
    params = options.pop("params", None)
    if params is None:
        return ""
    if not isinstance(params, Mapping):
        raise TypeError(f"params must be a mapping of names to values, not {type(params).__name__}")
    pairs = (pair for name, value in params.items() for pair in _pairs(name, value))
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)


def _pairs(name: Any, value: Any) -> Iterator[tuple[str, str]]:
    """Yield one pair for a value, and one for each item of a list."""
    if not isinstance(name, str):
        raise TypeError(f"params has a name that is not a str but {type(name).__name__}")
    if name.lower() == _API_VERSION:
        return
    for item in value if isinstance(value, (list, tuple)) else [value]:
        if not isinstance(item, (str, int, float)):
            raise TypeError(
                f"params[{name!r}] must be a str, a number, a bool or a list of them, not {type(item).__name__}"
            )
        yield name, str(item).lower() if isinstance(item, bool) else str(item)


def take_error_map(options: MutableMapping[str, Any]) -> Mapping[int, Any] | None:
    """Take ``error_map`` out of the keywords of a call.

    :param options: The keywords of the call.
    :type options: MutableMapping[str, Any]
    :returns: Status to a class of exceptions; None if there is none.
    :rtype: Mapping[int, Any] or None
    :raises TypeError: If it is not a mapping.
    """
    error_map = options.pop("error_map", None)
    if error_map is not None and not isinstance(error_map, Mapping):
        raise TypeError(f"error_map must be a mapping of statuses to exceptions, not {type(error_map).__name__}")
    return error_map


def add_query(request: HttpRequest, query: str) -> None:
    """Add parameters to the URL of a request that has some.

    :param request: The request.
    :type request: ~azure.core.rest.HttpRequest
    :param str query: What :func:`take_query` returns; not empty.
    """
    request.url = f"{request.url}&{query}"
