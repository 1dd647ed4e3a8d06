"""Parse the arguments of admin commands."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple

from ..state.emulator_state import Account, EmulatorState

#: A status, and JSON, None, or an iterator over the parts of JSON as text.
Result = tuple[int, Any]
#: What takes long. It runs in another thread, and other requests have their turn whenever it yields.
Steps = Generator[None, None, Result]


class Arguments(NamedTuple):
    """What a command was given; ``body`` is JSON, None when there was none, ``item`` the segment that names one."""

    query: Mapping[str, str]
    body: Any
    item: str = ""


def members(value: Any, *known: str) -> dict[str, Any]:
    """Return an object, in which there must be nothing but these members."""
    if not isinstance(value, dict) or not set(value) <= set(known):
        raise ValueError(f"there must be an object, and in it nothing but {', '.join(known)}")
    return value


def find_account(state: EmulatorState, name: Any) -> Account:
    """Return the account of a name; the first where there is none."""
    if name is not None and name not in list(state.accounts):
        raise ValueError(f"there is no account {name!r} here; there is {', '.join(state.accounts)}")
    return state.account(name)


def limit_of(query: Mapping[str, str], default: int, maximum: int, minimum: int = 1) -> int:
    """Return the ``limit`` of a query."""
    text = query.get("limit", str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and minimum <= int(text) <= maximum):
        raise ValueError(f"limit must be a number from {minimum} to {maximum}, not {text!r}")
    return int(text)
