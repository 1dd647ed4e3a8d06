"""The admin commands, by which tests in any language control the emulator. Each returns a status and JSON, or None."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Callable

from ..._version import __version__
from ..faults import fault as faults
from ..faults.registry import ActiveFault
from ..service import snapshot
from ..state import timestamps
from ..state.emulator_state import EmulatorState
from . import requests, rooms
from .arguments import Arguments, Result, Steps, find_account, members


def show_state(_: Arguments, state: EmulatorState) -> Result:
    """``GET /_emulator/state``: accounts, clock, faults."""
    accounts = {
        name: {"rooms": account.store.count_rooms(account.expired_before)} for name, account in state.accounts.items()
    }
    return 200, {"accounts": accounts, "clock": _clock(state), "faults": _faults(state)}


def show_config(_: Arguments, state: EmulatorState) -> Result:
    """``GET /_emulator/config``: the release, and what the emulator was started with. Of keys the documented one."""
    accounts = [{"name": name, "access_key": account.documented_key} for name, account in state.accounts.items()]
    first = state.account()
    grace = None if first.grace is None else first.grace / timestamps.PER_SECOND
    return 200, {
        "version": __version__,
        "endpoint": state.endpoint,
        "accounts": accounts,
        "grace": grace,
        "page_size": first.page_size,
        "log_bodies": state.request_log.keeps_bodies,
    }


def reset(_: Arguments, state: EmulatorState) -> Result:
    """``POST /_emulator/reset``: as it was at the start, without rooms."""
    state.reset()
    return 204, None


def seed(arguments: Arguments, state: EmulatorState) -> Steps:
    """``POST /_emulator/seed``: create ``count`` rooms like ``room`` for ``account``; all three may be missing."""
    wanted = members({} if arguments.body is None else arguments.body, "account", "count", "room")
    account = find_account(state, wanted.get("account"))
    ids: list[str] = []
    for batch in snapshot.seed_batches(account, wanted.get("count", 1), wanted.get("room")):
        ids += batch
        yield
    return 201, {"ids": ids}


def export_rooms(_: Arguments, state: EmulatorState) -> Result:
    """``GET /_emulator/export``: all rooms, in parts."""
    return 200, snapshot.export_text(state.accounts)


def show_clock(_: Arguments, state: EmulatorState) -> Result:
    """``GET /_emulator/clock``."""
    return 200, _clock(state)


def move_clock(arguments: Arguments, state: EmulatorState) -> Result:
    """``POST /_emulator/clock``: move it.

    ``{"set": "2030-01-01T12:00:00Z"}``, ``{"advance": {"days": 181}}``, ``{"freeze": true}``, ``{"resume": true}`` or
    ``{"freeze": false}`` to let it run on from where it is, and ``{"reset": true}`` to let it run as at the start.
    Several in one are done in this order: reset, set, advance, resume, freeze. All are done or, where one is invalid,
    none.
    """
    moves = members(arguments.body, "set", "advance", "freeze", "reset", "resume")
    resume = _parse_flag(moves, "resume")
    freeze = _parse_flag(moves, "freeze")
    state.clock.move(
        reset=_parse_flag(moves, "reset") is True,
        to=None if "set" not in moves else _parse_time(moves["set"]),
        by=_parse_span(moves.get("advance", {})),
        freeze=False if freeze is None and resume else freeze,
    )
    return 200, _clock(state)


def list_faults(_: Arguments, state: EmulatorState) -> Result:
    """``GET /_emulator/faults``: those that are on, with how many requests matched and got each."""
    return 200, {"faults": _faults(state)}


def add_fault(arguments: Arguments, state: EmulatorState) -> Result:
    """``POST /_emulator/faults``: the names and values of a fault, or ``{"spec": "POST /rooms status=503"}``."""
    body = arguments.body
    spec = body.get("spec") if isinstance(body, dict) and len(body) == 1 else None
    fault = faults.parse(spec) if isinstance(spec, str) else faults.from_json(body)
    return 201, _fault(state.faults.add(fault))


def remove_faults(arguments: Arguments, state: EmulatorState) -> Result:
    """``DELETE /_emulator/faults``: all, or the one of ``?number=``."""
    number = arguments.query.get("number")
    if number is None:
        state.faults.clear()
    elif not (number.isdecimal() and state.faults.remove(int(number))):
        raise ValueError(f"there is no fault {number}")
    return 204, None


Command = Callable[[Arguments, EmulatorState], "Result | Steps"]

#: By path, without the prefix of all admin paths, and method. ``{}`` stands for the segment that names one thing.
COMMANDS: Mapping[str, Mapping[str, Command]] = {
    "/state": {"GET": show_state},
    "/config": {"GET": show_config},
    "/reset": {"POST": reset},
    "/seed": {"POST": seed},
    "/export": {"GET": export_rooms},
    "/clock": {"GET": show_clock, "POST": move_clock},
    "/faults": {"GET": list_faults, "POST": add_fault, "DELETE": remove_faults},
    "/requests": {"GET": requests.list_requests, "DELETE": requests.clear_requests},
    "/requests/{}": {"GET": requests.show_request},
    "/rooms": {"GET": rooms.list_rooms, "POST": rooms.create_room},
    "/rooms/{}": {"GET": rooms.show_room, "DELETE": rooms.delete_room},
    "/rooms/{}/participants": {"PATCH": rooms.change_participants},
}


def _parse_time(text: Any) -> datetime:
    try:
        return timestamps.to_datetime(timestamps.parse(text))
    except (TypeError, ValueError):
        raise ValueError(f"set must be a date-time such as 2030-01-01T12:00:00Z, not {text!r}") from None


def _parse_flag(moves: Mapping[str, Any], name: str) -> bool | None:
    value = moves.get(name)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false, not {value!r}")
    return value


def _parse_span(units: Any) -> timedelta:
    try:
        return timedelta(**units)
    except (TypeError, OverflowError):
        raise ValueError('advance must be a span such as {"days": 181, "hours": 1}') from None


def _clock(state: EmulatorState) -> dict[str, Any]:
    return {"now": timestamps.format_timestamp(state.clock.timestamp()), "frozen": state.clock.frozen}


def _faults(state: EmulatorState) -> list[dict[str, Any]]:
    return [_fault(active) for active in state.faults.active()]


def _fault(active: ActiveFault) -> dict[str, Any]:
    return {"number": active.number, **active.fault.to_json(), "calls": active.calls, "hits": active.hits}
