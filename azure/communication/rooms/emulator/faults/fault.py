"""One fault: what is injected and into which requests, from keywords, JSON or one line."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Optional

#: The HTTP methods that a fault can be for.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

#: Characters of a route. It is compared with the path of every request.
ROUTE_LIMIT = 2000

#: The parts of a fault that replace a response.
RESPONSE_PARTS = {"status", "headers", "body", "throttle"}
_MATCHING = ("method", "route", "nth", "times", "probability", "seed")
_INTEGERS = ("nth", "times", "seed", "status", "truncate", "throttle", "page_size")
_NUMBERS = ("probability", "delay", "clock_skew")
#: Headers that frame the body. The server writes them.
_FRAMING = ("connection", "content-length", "transfer-encoding")
#: The smallest and the largest value of each number.
_RANGES: dict[str, tuple[float, float]] = {
    "nth": (1, 2**31),
    "times": (1, 2**31),
    "probability": (0, 1),
    "status": (200, 599),
    "delay": (0, 24 * 60 * 60),
    "truncate": (0, 2**31),
    "throttle": (0, 2**31),
    "clock_skew": (-(10**10), 10**10),
    "page_size": (1, 10_000),
}


@dataclass(frozen=True)
class Fault:
    """What is injected, and into which requests. There is at least one action.

    :keyword method: Only requests of this HTTP method; None, the default, takes all.
    :paramtype method: str or None
    :keyword route: Only requests of this path, in which ``*`` or ``{name}`` stands for one segment and ``**`` for all
        that is left, such as ``/rooms/{room_id}``; None, the default, takes all.
    :paramtype route: str or None
    :keyword nth: Only the nth request that matches, counted from 1; None takes all.
    :paramtype nth: int or None
    :keyword times: No more than this many requests; None sets no limit.
    :paramtype times: int or None
    :keyword float probability: From 0 to 1, the default: how likely a matching request is to get it.
    :keyword int seed: Seed of the random numbers that ``probability`` is compared with.
    :keyword status: Respond with this status without handling the request.
    :paramtype status: int or None
    :keyword headers: Headers of that response.
    :keyword body: Body of that response, text or JSON; by default an error in the service's form.
    :keyword throttle: Respond 429 with this many seconds in ``Retry-After``.
    :paramtype throttle: int or None
    :keyword delay: Wait this many seconds first.
    :paramtype delay: float or None
    :keyword reset: Reset the connection: ``before`` the request is handled, or ``after`` it was handled and committed.
    :paramtype reset: str or None
    :keyword truncate: Send this many bytes of the response's body, then close the connection.
    :paramtype truncate: int or None
    :keyword bool garbage: Send a body that is neither JSON nor text.
    :keyword clock_skew: Use a clock with this offset from the emulator's in seconds, negative for a slow clock: dates
        are judged by it, and the header Date has it.
    :paramtype clock_skew: float or None
    :keyword page_size: Return pages of this many rooms.
    :paramtype page_size: int or None
    :raises ValueError: If a value is invalid, or there is no action.
    """

    method: Optional[str] = None
    route: Optional[str] = None
    nth: Optional[int] = None
    times: Optional[int] = None
    probability: float = 1.0
    seed: int = 0
    status: Optional[int] = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Optional[Any] = None
    throttle: Optional[int] = None
    delay: Optional[float] = None
    reset: Optional[str] = None
    truncate: Optional[int] = None
    garbage: bool = False
    clock_skew: Optional[float] = None
    page_size: Optional[int] = None

    def __post_init__(self) -> None:
        for name in (*_INTEGERS, *_NUMBERS):
            _check_number(name, getattr(self, name))
        _check(self.method is None or self.method in METHODS, f"method must be one of {', '.join(METHODS)}")
        _check(
            self.route is None or (isinstance(self.route, str) and self.route.startswith("/")),
            "route must begin with a slash",
        )
        _check(len(self.route or "") <= ROUTE_LIMIT, f"route must be at most {ROUTE_LIMIT} characters")
        _check(_is_body(self.body), "body must be text or JSON, in UTF-8")
        _check(self.reset in (None, "before", "after"), "reset must be before or after")
        _check(isinstance(self.garbage, bool), "garbage must be true or false")
        _check(
            isinstance(self.headers, Mapping) and all(map(_is_header, self.headers.items())),
            "headers must be text, and not frame the body",
        )
        object.__setattr__(self, "headers", dict(self.headers))  # the caller may change theirs
        _check(self.status is None or self.throttle is None, "status and throttle are two responses; choose one")
        _check(self.status is not None or (not self.headers and self.body is None), "headers and body go with a status")
        _check(bool(self.actions()), "there is no action; give status, throttle, delay, reset, truncate, garbage, ...")

    def actions(self) -> dict[str, Any]:
        """Return the actions by name."""
        return {name: value for name, value in self.to_json().items() if name not in _MATCHING}

    def to_json(self) -> dict[str, Any]:
        """Return what differs from the defaults, by name."""
        before: dict[str, Any] = {each.name: {} if each.name == "headers" else each.default for each in fields(self)}
        return {name: value for name, value in asdict(self).items() if value != before[name]}

    def __str__(self) -> str:
        """Return the one line that :func:`parse` takes."""
        values = self.to_json()
        words = [str(values.pop("method", "*")), str(values.pop("route", "**"))]
        words += [f"header.{name}={value}" for name, value in values.pop("headers", {}).items()]
        return " ".join(map(shlex.quote, words + [f"{name}={_text(value)}" for name, value in values.items()]))


def parse(text: str) -> Fault:
    """Parse a fault from one line: method and path, then ``name=value`` for what else :class:`Fault` takes.

    Example: ``POST /rooms nth=2 status=503 header.Retry-After=1``. ``*`` stands for every method,
    ``**`` for every path.

    :raises ValueError: If it is no fault.
    """
    values: dict[str, Any] = {}
    headers: dict[str, str] = {}
    for word in shlex.split(text):
        name, equals, value = word.partition("=")
        if word.startswith("/"):
            values["route"] = word
        elif not equals and word not in ("*", "**"):
            values["method"] = word.upper()
        elif name.startswith("header."):
            headers[name.partition(".")[2]] = value
        elif equals:
            values[name.replace("-", "_")] = value
    return from_json({**{name: _parse_value(name, value) for name, value in values.items()}, "headers": headers})


def from_json(values: Any) -> Fault:
    """Make a fault from the names and values that :class:`Fault` takes.

    :raises ValueError: If it is no fault.
    """
    _check(isinstance(values, Mapping), "a fault is an object of names and values")
    known = [each.name for each in fields(Fault)]
    for name in values:
        _check(name in known, f"{name!r} is no part of a fault; there are {', '.join(known)}")
    return Fault(**values)


def _parse_value(name: str, text: str) -> Any:
    try:
        if name in _INTEGERS:
            return int(text)
        if name in _NUMBERS:
            return float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, not {text!r}") from None
    return text.lower() == "true" if name == "garbage" and text.lower() in ("true", "false") else text


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _check(valid: bool, message: str) -> None:
    if not valid:
        raise ValueError(message)


def _check_number(name: str, value: Any) -> None:
    if value is None:
        return
    kinds = (int,) if name in _INTEGERS else (int, float)
    _check(isinstance(value, kinds) and not isinstance(value, bool), f"{name} must be a number, not {value!r}")
    low, high = _RANGES.get(name, (-(2**63), 2**63))
    _check(low <= value <= high, f"{name} must lie from {low} to {high}, not {value!r}")


def _is_body(body: Any) -> bool:
    try:
        (body if isinstance(body, str) else json.dumps(body, allow_nan=False)).encode()
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def _is_header(item: tuple[Any, Any]) -> bool:
    name, value = item
    return (
        isinstance(name, str)
        and isinstance(value, str)
        and bool(re.fullmatch(r"[!#$%&'*+.^`|~\w-]+", name, re.ASCII))
        and name.lower() not in _FRAMING
        and bool(re.fullmatch(r"[\x20-\x7e\t]*", value))
    )
