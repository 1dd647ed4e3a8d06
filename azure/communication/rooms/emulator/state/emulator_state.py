"""Everything that one emulator holds while it runs: accounts, clock, faults, request log."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import NamedTuple

from ..faults.registry import Faults
from . import system_clock, timestamps
from .clock import Clock
from .request_log import RequestLog
from .store import NEVER, Store

#: How long a repeatable request is known, as a span of timestamps. The table of cases:
#: https://learn.microsoft.com/rest/api/communication/repeatable-requests.
REPEATABILITY_WINDOW = 5 * 60 * timestamps.PER_SECOND
#: The log names an api-version that is not known once; this many names are remembered.
_NAMED_VERSIONS = 100


class Account(NamedTuple):
    """One resource: a name, and what is stored of it.

    :ivar clock: The time by which dates of its rooms are judged.
    :ivar page_size: Rooms on a page of a list.
    :ivar grace: Timestamp units from the end of a room's validity until it is gone; None keeps it for ever.
    :ivar documented_key: Its access key, where that is the one that every emulator has, which is no secret.
    """

    name: str
    store: Store
    clock: Clock
    page_size: int
    grace: int | None = None
    documented_key: str | None = None

    @property
    def expired_before(self) -> int:
        """The timestamp before which a room has ended that is gone."""
        return NEVER if self.grace is None else self.clock.timestamp() - self.grace


class EmulatorState:
    """The state of an emulator.

    :param accounts: By name.
    :param clock: The emulator's clock.
    :param faults: Fault injection.
    :param request_log: The request log.
    """

    def __init__(self, accounts: Mapping[str, Account], clock: Clock, faults: Faults, request_log: RequestLog) -> None:
        self.accounts = accounts
        self.clock = clock
        self.faults = faults
        self.request_log = request_log
        #: Where programs reach the service, if that is not where the admin API is.
        self.endpoint: str | None = None
        #: Set when the emulator stops, for responses that last until then.
        self.is_stopping: bool = False
        self._named_versions: set[str] = set()

    def account(self, name: str | None = None) -> Account:
        """Return an account; None is the first.

        :raises KeyError: If there is no such account.
        """
        return self.accounts[next(iter(self.accounts)) if name is None else name]

    def is_first_use(self, version: str) -> bool:
        """Return whether an api-version has not been named in the log yet; it counts as named from now on."""
        if version in self._named_versions or len(self._named_versions) >= _NAMED_VERSIONS:
            return False
        self._named_versions.add(version)
        return True

    def reset(self) -> None:
        """Delete all rooms and requests; clock and faults are as they were at the start."""
        for account in self.accounts.values():
            try:
                account.store.clear()
            except sqlite3.Error:  # a full disk, or a damaged file: deleting rows takes room as well
                account.store.replace()
        self.clock.reset()
        self.faults.reset()
        self.request_log.clear()

    def stop(self) -> None:
        """End the responses that last until the emulator stops."""
        self.is_stopping = True

    def purge(self) -> None:
        """Delete from the stores what no request can see any more.

        Housekeeping: no response depends on it. What has ended by the emulator's clock alone is not deleted: a clock
        that a test moved or froze can be moved back.
        """
        now = min(self.clock.timestamp(), system_clock.timestamp())
        for account in self.accounts.values():
            expired_before = NEVER if account.grace is None else now - account.grace
            account.store.purge(expired_before, now - REPEATABILITY_WINDOW)
