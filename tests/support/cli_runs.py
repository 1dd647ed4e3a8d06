"""What a run of the command ``rooms`` did."""

import json
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
