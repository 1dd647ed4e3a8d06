"""All that one emulator holds while it runs: its accounts, its clock, its faults, its journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .auth import Authenticator
from .clock import Clock
from .exchange import Service
from .faults import Faults
from .journal import Journal

#: What the log has told of is remembered; whoever asks for ever new versions shall not fill the memory.
_TOLD_LIMIT = 100


class Site(NamedTuple):
    """What the application works on.

    :ivar services: By the name of the account.
    :ivar authenticator: Judges who asks, and for which account.
    :ivar grace: Ticks from the end of a room's validity until it is deleted; None keeps it for ever.
    :ivar told: The api-versions that the log has told of.
    """

    services: Mapping[str, Service]
    authenticator: Authenticator
    clock: Clock
    faults: Faults
    journal: Journal
    grace: int | None
    told: set[str]

    def is_news(self, version: str) -> bool:
        """Whether the log has not told of an api-version yet; it goes for told from now on."""
        if version in self.told or len(self.told) >= _TOLD_LIMIT:
            return False
        self.told.add(version)
        return True

    def purge(self, service: Service) -> None:
        """Delete an account's rooms that ended longer ago than the grace period."""
        if self.grace is not None:
            service.store.purge(service.clock.ticks() - self.grace)

    def reset(self) -> None:
        """Forget all rooms and requests; clock and faults are as they were at the start."""
        for service in self.services.values():
            service.store.clear()
        self.clock.reset()
        self.faults.reset()
        self.journal.clear()
