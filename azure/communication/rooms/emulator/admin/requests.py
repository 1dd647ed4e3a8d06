"""The admin commands for the request log."""

from __future__ import annotations

from typing import Any

from ..service import errors
from ..state.emulator_state import EmulatorState
from ..state.request_log import LIMIT, Entry
from .arguments import Arguments, Result, limit_of, members


def list_requests(arguments: Arguments, state: EmulatorState) -> Result:
    """``GET /_emulator/requests``: the latest, or those of the method, path, status and so on that the query names."""
    wanted: dict[str, Any] = members(
        dict(arguments.query), "method", "path", "status", "account", "client_request_id", "contains", "limit"
    )
    limit = limit_of(wanted, LIMIT, LIMIT)
    wanted.pop("limit", None)
    text, status = wanted.pop("contains", ""), wanted.pop("status", None)
    found = [
        entry
        for entry in state.request_log.entries(**wanted)
        if text in entry.target and (status is None or _has_status(entry, status))
    ]
    return 200, {"requests": [entry._asdict() for entry in found[-limit:]]}


def show_request(arguments: Arguments, state: EmulatorState) -> Result:
    """``GET /_emulator/requests/{number}``: one of the latest with its headers, and its bodies where they are kept."""
    number = arguments.item
    found = (
        state.request_log.find(int(number)) if number.isascii() and number.isdecimal() and len(number) < 16 else None
    )
    if found is None:
        raise errors.no_request(number)
    entry, details = found
    return 200, {**entry._asdict(), **details._asdict()}


def clear_requests(_: Arguments, state: EmulatorState) -> Result:
    """``DELETE /_emulator/requests``."""
    state.request_log.clear()
    return 204, None


def _has_status(entry: Entry, status: str) -> bool:
    """Return whether an entry has a status: a number such as 404, a class such as 4xx, or ``reset``."""
    text = "reset" if entry.status is None else str(entry.status)
    return status == text or (status.lower().endswith("xx") and text[:1] == status[:1] and len(status) == 3)
