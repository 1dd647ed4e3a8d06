"""The live events of ``/_emulator/events``: what changed since the last event of the viewer.

A viewer holds nothing but a place in the request log and the last state that it saw, and the emulator is looked at four
times a second while there is a viewer. So no request waits for a viewer, and nothing is stored for
it: one that is slow, or whose requests come faster than events are sent, gets the newest and how many it missed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

from ..state import system_clock, timestamps
from ..state.emulator_state import EmulatorState

#: Seconds between two looks.
INTERVAL = 0.25
#: Requests in one event, if the viewer does not request fewer; there are more in the log.
LIMIT = 100
#: Seconds after which a heartbeat shows that the connection is alive.
HEARTBEAT = 15.0


async def stream(state: EmulatorState, limit: int = LIMIT) -> AsyncIterator[bytes]:
    """Yield server-sent events until the emulator stops.

    :param state: What is looked at.
    :param limit: Requests in one event.
    """
    changes = Changes(state, limit)
    yield b"retry: 1000\n\n"
    last_sent = system_clock.monotonic()
    while not state.is_stopping:
        await asyncio.sleep(INTERVAL)
        content = b"".join(_encode(*event) for event in changes.look())
        if not content and system_clock.monotonic() - last_sent >= HEARTBEAT:
            content = b": alive\n\n"
        if content:
            yield content
            last_sent = system_clock.monotonic()


class Changes:
    """Finds what changed between two looks at the emulator.

    :param state: What is looked at.
    :param limit: Requests in one event, the newest; the others are counted.
    """

    def __init__(self, state: EmulatorState, limit: int = LIMIT) -> None:
        self._state = state
        self._limit = limit
        self._clears = state.request_log.clears
        self._number = state.request_log.since(0, 0)[0]
        self._clock = state.clock.setting()
        self._faults = self._counts()
        self._rooms = self._versions()

    def look(self) -> Iterator[tuple[str, Any]]:
        """Yield the name and the data of an event for each change since the last look."""
        yield from self._requests()
        clock, faults, rooms = self._state.clock, self._counts(), self._versions()
        if self._clock != clock.setting():
            self._clock = clock.setting()
            yield "clock", {"now": timestamps.format_timestamp(clock.timestamp()), "frozen": clock.frozen}
        if self._faults != faults:
            self._faults = faults
            yield "faults", {"numbers": [number for number, _, _ in faults]}
        if self._rooms != rooms:
            changed = [name for name, version in rooms.items() if version != self._rooms[name]]
            self._rooms = rooms
            yield "rooms", {"accounts": changed}

    def _requests(self) -> Iterator[tuple[str, Any]]:
        log = self._state.request_log
        if self._clears != log.clears:
            self._clears, self._number = log.clears, 0
            yield "cleared", {}
        count, entries = log.since(self._number, self._limit)
        self._number += count
        if count > len(entries):
            yield "missed", {"requests": count - len(entries)}
        for entry in entries:
            yield "request", entry._asdict()

    def _counts(self) -> list[tuple[int, int, int]]:
        return [(active.number, active.calls, active.hits) for active in self._state.faults.active()]

    def _versions(self) -> dict[str, int]:
        return {name: account.store.changes for name, account in self._state.accounts.items()}


def _encode(name: str, data: Any) -> bytes:
    """Encode an event. JSON has no line feed, which would end it."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
