"""Signed requests to an emulator whose clock stands still at noon."""

from datetime import datetime, timezone
from typing import Any

from signed_http import VERSION, Reply, SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator

NOW = datetime(2025, 3, 18, 12, 0, tzinfo=timezone.utc)


class FrozenClockHttp(SignedHttp):
    """Sends requests at the emulator's time.

    :param emulator: Its clock is stopped here.
    :param version: The api-version of requests that name no other.
    """

    def __init__(self, emulator: RoomsEmulator, version: str = VERSION) -> None:
        super().__init__(emulator.connection_string)
        self.clock = emulator.clock
        self.clock.freeze()
        self.clock.set(NOW)
        self._version = version

    def send(self, *arguments: Any, **keywords: Any) -> Reply:
        """Send a request."""
        return super().send(*arguments, **{"date": self.clock.now(), "version": self._version, **keywords})
