"""What a run of the command ``rooms`` did."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, NamedTuple


class Ran(NamedTuple):
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines it printed."""
        return [json.loads(line) for line in self.out.splitlines()]


Rooms = Callable[..., Ran]


def day(number: int) -> str:
    """The date so many days from today (UTC), as ``2026-12-01``: the service takes no room that has ended."""
    return (datetime.now(timezone.utc) + timedelta(days=number)).date().isoformat()
