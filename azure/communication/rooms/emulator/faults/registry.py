"""The faults that are on, and which of them a request gets. They are applied by the pipeline."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from typing import Any, Callable, Optional, Union

from .fault import RESPONSE_PARTS, Fault, from_json, parse
from .route_pattern import RoutePattern


class ActiveFault:
    """A fault that is on, and its counts.

    :ivar int number: Its number, from 1.
    :ivar fault: The fault.
    :vartype fault: ~azure.communication.rooms.emulator.Fault
    :ivar int calls: How many requests matched.
    :ivar int hits: How many of them got it.
    """

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.calls: int = 0
        self.hits: int = 0
        self._chance = random.Random(fault.seed)  # noqa: S311  the same faults again matter here, secrets do not
        self._pattern = RoutePattern(fault.route)

    def __repr__(self) -> str:
        return f"<ActiveFault {self.number}: {self.fault}; {self.calls} calls, {self.hits} hits>"

    def matches(self, method: str, path: str) -> bool:
        """Return whether a request gets the fault, and count it."""
        if self.fault.method not in (None, method) or not self._pattern.matches(path):
            return False
        self.calls += 1
        hit = (
            self.fault.nth in (None, self.calls)
            and (self.fault.times is None or self.hits < self.fault.times)
            and self._chance.random() < self.fault.probability
        )
        self.hits += hit
        return hit


class Faults:
    """The faults that are on; none by default. Safe to use from several threads.

    :param always: Faults that are on from the start, and that :meth:`reset` leaves on.
    :type always: Iterable[~azure.communication.rooms.emulator.Fault]
    :param on_add: Called with each fault that is added.
    """

    def __init__(self, always: Iterable[Fault] = (), on_add: Callable[[ActiveFault], None] = lambda _: None) -> None:
        self._lock = threading.Lock()
        self._on_add = on_add
        self._always = tuple(always)
        self._active: list[ActiveFault] = []
        self._count = 0
        self.reset()

    def add(self, fault: Optional[Union[Fault, str]] = None, **values: Any) -> ActiveFault:
        """Switch a fault on.

        :param fault: The fault, or its one line such as ``POST /rooms nth=1 status=503``.
        :type fault: ~azure.communication.rooms.emulator.Fault or str or None
        :keyword values: In place of it, what :class:`Fault` takes by keyword.
        :returns: The fault, with its counts.
        :rtype: ~azure.communication.rooms.emulator.ActiveFault
        :raises ValueError: If it is invalid.
        """
        if fault is not None and values:
            raise ValueError("give a fault or keywords, not both")
        wanted = from_json(values) if fault is None else parse(fault) if isinstance(fault, str) else fault
        with self._lock:
            active = self._add(wanted)
        self._on_add(active)
        return active

    def _add(self, fault: Fault) -> ActiveFault:
        self._count += 1
        active = ActiveFault(self._count, fault)
        self._active.append(active)
        return active

    def remove(self, number: int) -> bool:
        """Switch a fault off by its number.

        :returns: Whether it was on.
        :rtype: bool
        """
        with self._lock:
            found = [active for active in self._active if active.number == number]
            self._active = [active for active in self._active if active.number != number]
            return bool(found)

    def clear(self) -> None:
        """Switch every fault off."""
        with self._lock:
            self._active = []

    def reset(self) -> None:
        """Switch every fault off but those of the start, whose counts start at zero."""
        with self._lock:
            self._active, self._count = [], 0
            for fault in self._always:
                self._add(fault)

    def active(self) -> list[ActiveFault]:
        """Return the faults that are on.

        :rtype: list[~azure.communication.rooms.emulator.ActiveFault]
        """
        with self._lock:
            return list(self._active)

    def matching(self, method: str, path: str) -> list[ActiveFault]:
        """Return the faults that a request gets, in the order in which they were switched on, and count them."""
        if not self._active:
            return []
        with self._lock:
            return [active for active in self._active if active.matches(method, path)]


def combine(matching: Iterable[ActiveFault]) -> Optional[Fault]:
    """Combine the actions of several faults into one; where two conflict, the first wins."""
    values: dict[str, Any] = {}
    for active in matching:
        actions = active.fault.actions()
        responds = not RESPONSE_PARTS.isdisjoint(values)
        values = {
            **{name: value for name, value in actions.items() if not (responds and name in RESPONSE_PARTS)},
            **values,
        }
    return Fault(**values) if values else None
