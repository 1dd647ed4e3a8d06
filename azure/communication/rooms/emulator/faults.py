"""Faults on demand: those that are on, and which a request meets. Pure; what they do to it is done elsewhere."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Iterable
from typing import Any, Callable

from .fault_spec import ANSWER, Fault, from_json, parse


class ActiveFault:
    """A fault that is on, and what came of it.

    :ivar int number: Its number, from 1.
    :ivar fault: What it is.
    :vartype fault: ~azure.communication.rooms.emulator.Fault
    :ivar int calls: How many requests matched.
    :ivar int hits: How many of them met it.
    """

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.calls = self.hits = 0
        self._chance = random.Random(fault.seed)  # noqa: S311  the same faults again matter here, secrets do not
        self._pattern = _pattern(fault.route)

    def meets(self, method: str, path: str) -> bool:
        """Whether a request meets the fault; it is counted."""
        if self.fault.method not in (None, method) or not self._pattern.fullmatch(path):
            return False
        self.calls += 1
        hit = (
            self.fault.nth in (None, self.calls)
            and (self.fault.times is None or self.hits < self.fault.times)
            and self._chance.random() < self.fault.probability
        )
        self.hits += hit
        return hit


def _pattern(route: str | None) -> re.Pattern[str]:
    if route is None:
        return re.compile(".*")
    parts = re.split(r"(\{[^/}]*\}|\*\*|\*)", route)
    return re.compile(
        "".join(re.escape(p) if n % 2 == 0 else ".*" if p == "**" else "[^/]+" for n, p in enumerate(parts))
    )


class Faults:
    """The faults that are on: none, unless they were asked for. Safe to use from several threads.

    :param always: Faults that are on from the start, and that :meth:`reset` leaves on.
    :type always: Iterable[~azure.communication.rooms.emulator.Fault]
    :param tell: Told of each fault that is added.
    """

    def __init__(self, always: Iterable[Fault] = (), tell: Callable[[ActiveFault], None] = lambda _: None) -> None:
        self._lock = threading.Lock()
        self._tell = tell
        self._always = tuple(always)
        self._active: list[ActiveFault] = []
        self._count = 0
        self.reset()

    def add(self, fault: Fault | str | None = None, **values: Any) -> ActiveFault:
        """Switch a fault on.

        :param fault: The fault, or its one line such as ``POST /rooms nth=1 status=503``.
        :type fault: ~azure.communication.rooms.emulator.Fault or str or None
        :keyword values: In place of it, what :class:`Fault` takes by keyword.
        :returns: The fault, counting what came of it.
        :rtype: ~azure.communication.rooms.emulator.ActiveFault
        :raises ValueError: If it cannot be right.
        """
        if fault is not None and values:
            raise ValueError("give a fault or keywords, not both")
        wanted = from_json(values) if fault is None else parse(fault) if isinstance(fault, str) else fault
        with self._lock:
            active = self._add(wanted)
        self._tell(active)
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
        """Switch every fault off but those of the start, which count from nought again."""
        with self._lock:
            self._active, self._count = [], 0
            for fault in self._always:
                self._add(fault)

    def active(self) -> list[ActiveFault]:
        """The faults that are on.

        :rtype: list[~azure.communication.rooms.emulator.ActiveFault]
        """
        with self._lock:
            return list(self._active)

    def meet(self, method: str, path: str) -> list[ActiveFault]:
        """The faults that a request meets, in the order in which they were switched on."""
        if not self._active:
            return []
        with self._lock:
            return [active for active in self._active if active.meets(method, path)]


def combine(met: Iterable[ActiveFault]) -> Fault | None:
    """All that goes wrong with one request; where two faults say different things, the first is heeded."""
    values: dict[str, Any] = {}
    for active in met:
        actions = active.fault.actions()
        answered = not ANSWER.isdisjoint(values)
        values = {**{name: value for name, value in actions.items() if not (answered and name in ANSWER)}, **values}
    return Fault(**values) if values else None
