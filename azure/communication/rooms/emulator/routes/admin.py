"""The emulator's own paths, under ``/_emulator/``: what tests in any language steer it by.

They ask for no proof, since whoever reaches this machine's loopback could read the emulator's memory as well. A web
page that somebody looks at on this machine is not meant to: a request that a browser made for another site is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Callable, NamedTuple
from urllib.parse import urlsplit

from .. import errors, fault_spec, snapshot, ticks
from ..exchange import Answer, Service
from ..faults import ActiveFault
from ..site import Site

PREFIX = "/_emulator"


class Order(NamedTuple):
    """A request to the emulator itself; ``body`` is JSON, None when there was none."""

    query: Mapping[str, str]
    body: Any


def check_caller(client: str, headers: Mapping[str, str], scheme: str) -> None:
    """Refuse who is not on this machine, and browsers on the way for another site.

    :param client: Address of the other side.
    :param headers: By lower-case name.
    :param scheme: ``http`` or ``https``.
    """
    host = headers.get("host", "")
    if not is_loopback(client):
        raise errors.not_here("This is for programs on the emulator's own machine.")
    if not is_loopback(_name_in(host)):
        raise errors.not_here("The header Host must name this machine's loopback.")
    if headers.get("origin", f"{scheme}://{host}") != f"{scheme}://{host}":
        raise errors.not_here("This is not for web pages of another origin.")
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        raise errors.not_here("This is not for web pages of another origin.")


def _name_in(host: str) -> str:
    """Name or address in a header Host, without the port; empty when there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def show_state(_: Order, site: Site) -> Answer:
    """``GET /_emulator/state``: accounts, clock, faults."""
    accounts = {name: {"rooms": len(service.store.all_rooms())} for name, service in site.services.items()}
    return Answer(200, {"accounts": accounts, "clock": _clock(site), "faults": _faults(site)})


def reset(_: Order, site: Site) -> Answer:
    """``POST /_emulator/reset``: as it was at the start, without rooms."""
    site.reset()
    return Answer(204)


def seed(order: Order, site: Site) -> Answer:
    """``POST /_emulator/seed``: make ``count`` rooms like ``room`` for ``account``; all three may be missing."""
    wanted = _members({} if order.body is None else order.body, "account", "count", "room")
    ids = snapshot.seed(_service(site, wanted.get("account")), wanted.get("count", 1), wanted.get("room"))
    return Answer(201, {"ids": ids})


def export(_: Order, site: Site) -> Answer:
    """``GET /_emulator/export``: all rooms."""
    return Answer(200, snapshot.export(site.services))


def restore(order: Order, site: Site) -> Answer:
    """``POST /_emulator/import``: put exported rooms in the place of those there are."""
    return Answer(200, {"rooms": snapshot.restore(order.body, site.services)})


def show_clock(_: Order, site: Site) -> Answer:
    """``GET /_emulator/clock``."""
    return Answer(200, _clock(site))


def move_clock(order: Order, site: Site) -> Answer:
    """``POST /_emulator/clock``: move it.

    ``{"set": "2030-01-01T12:00:00Z"}``, ``{"advance": {"days": 181}}``, ``{"freeze": true}``, and ``{"reset": true}``
    to let it run as at the start. Several in one are done in this order: reset, set, advance, freeze.
    """
    moves = _members(order.body, "set", "advance", "freeze", "reset")
    moment = None if "set" not in moves else _moment(moves["set"])
    span = _span(moves.get("advance", {}))
    if moves.get("reset"):
        site.clock.reset()
    if moment is not None:
        site.clock.set(moment)
    site.clock.advance(span)
    if moves.get("freeze"):
        site.clock.freeze()
    return Answer(200, _clock(site))


def list_faults(_: Order, site: Site) -> Answer:
    """``GET /_emulator/faults``: those that are on, with how many requests matched and met each."""
    return Answer(200, {"faults": _faults(site)})


def add_fault(order: Order, site: Site) -> Answer:
    """``POST /_emulator/faults``: the names and values of a fault, or ``{"spec": "POST /rooms status=503"}``."""
    spec = order.body.get("spec") if isinstance(order.body, dict) and len(order.body) == 1 else None
    wanted = fault_spec.parse(spec) if isinstance(spec, str) else fault_spec.from_json(order.body)
    return Answer(201, _fault(site.faults.add(wanted)))


def remove_faults(order: Order, site: Site) -> Answer:
    """``DELETE /_emulator/faults``: all, or the one of ``?number=``."""
    number = order.query.get("number")
    if number is None:
        site.faults.clear()
    elif not (number.isdecimal() and site.faults.remove(int(number))):
        raise ValueError(f"there is no fault {number}")
    return Answer(204)


def list_requests(order: Order, site: Site) -> Answer:
    """``GET /_emulator/requests``: the latest, or those of the method, path, status and so on that the query names."""
    wanted: dict[str, Any] = _members(dict(order.query), "method", "path", "status", "account", "client_request_id")
    if "status" in wanted:
        wanted["status"] = int(wanted["status"]) if wanted["status"].isdecimal() else None
    return Answer(200, {"requests": [entry._asdict() for entry in site.journal.entries(**wanted)]})


def forget_requests(_: Order, site: Site) -> Answer:
    """``DELETE /_emulator/requests``."""
    site.journal.clear()
    return Answer(204)


Handler = Callable[[Order, Site], Answer]

#: Path -> method -> handler.
HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    f"{PREFIX}/state": {"GET": show_state},
    f"{PREFIX}/reset": {"POST": reset},
    f"{PREFIX}/seed": {"POST": seed},
    f"{PREFIX}/export": {"GET": export},
    f"{PREFIX}/import": {"POST": restore},
    f"{PREFIX}/clock": {"GET": show_clock, "POST": move_clock},
    f"{PREFIX}/faults": {"GET": list_faults, "POST": add_fault, "DELETE": remove_faults},
    f"{PREFIX}/requests": {"GET": list_requests, "DELETE": forget_requests},
}


def _members(value: Any, *known: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not set(value) <= set(known):
        raise ValueError(f"there must be an object, and in it nothing but {', '.join(known)}")
    return value


def _service(site: Site, account: Any) -> Service:
    names = list(site.services)
    if account is not None and account not in names:
        raise ValueError(f"there is no account {account!r} here; there is {', '.join(names)}")
    return site.services[names[0] if account is None else account]


def _moment(text: Any) -> datetime:
    try:
        return ticks.to_datetime(ticks.parse(text))
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"set must be a date-time such as 2030-01-01T12:00:00Z, not {text!r}") from None


def _span(units: Any) -> timedelta:
    try:
        return timedelta(**units)
    except (TypeError, OverflowError):
        raise ValueError('advance must be a span such as {"days": 181, "hours": 1}') from None


def _clock(site: Site) -> dict[str, Any]:
    return {"now": ticks.write(site.clock.ticks()), "frozen": site.clock.frozen}


def _faults(site: Site) -> list[dict[str, Any]]:
    return [_fault(active) for active in site.faults.active()]


def _fault(active: ActiveFault) -> dict[str, Any]:
    return {"number": active.number, **active.fault.to_json(), "calls": active.calls, "hits": active.hits}
