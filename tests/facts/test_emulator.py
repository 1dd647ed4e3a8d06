"""The emulator responds as the live service was seen to, row by row, over HTTP and without the client."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import service_facts
from frozen_clock import FrozenClockHttp
from service_facts import Symbols
from signed_http import Reply

from azure.communication.rooms.emulator import RoomsEmulator

ROWS = [row for row in service_facts.rows() if "skip" not in row.get("emulator", {})]
PROBES = service_facts.probes()


class Scene:
    """An emulator, and what is known of it: its origin, the last room, the last link."""

    def __init__(self, emulator: RoomsEmulator, version: str) -> None:
        self.symbols = Symbols({"origin": emulator.endpoint})
        self._http = FrozenClockHttp(emulator, version)

    def send(self, request: Mapping[str, Any]) -> Reply:
        """Send the request of a row, or one that sets it up."""
        headers = {
            name: value and self.symbols.written(value, "Z") for name, value in request.get("headers", {}).items()
        }
        content = service_facts.content_of(request)
        return self._http.send(
            request["method"],
            self.symbols.written(request["path"], "Z"),
            self.symbols.written(request.get("body"), "Z"),
            headers=headers,
            decoded=request.get("decoded", False),
            **({"version": request["version"]} if "version" in request else {}),
            **({} if content is None else {"content": content}),
        )

    def set_up(self, steps: list[dict[str, Any]]) -> None:
        """Take the steps before a request."""
        for step in steps:
            if "advance" in step:
                self._http.clock.advance(timedelta(**step["advance"]))
            for _ in range(step.get("rooms", 0)):
                self._keep(self.send({"method": "POST", "path": "/rooms", "body": {}}))
            for _ in range(step.get("repeat", 0)):
                self.set_up(step["steps"])
            if "method" in step:
                self._keep(self.send(step))

    def _keep(self, reply: Reply) -> None:
        assert reply.status < 300, reply
        if reply.status == 201:
            self.symbols.known["room"] = reply.headers["location"]
        if reply.body and "nextLink" in reply.body:
            self.symbols.known["page token"] = reply.body["nextLink"].partition("nextLink=")[2].partition("&")[0]


def differences(emulator: RoomsEmulator, row: dict[str, Any]) -> list[str]:
    """Set a row up, send its request, and return where the response is not what the row defines."""
    scene = Scene(emulator, row["version"])
    scene.set_up(row.get("setup", []))
    reply = scene.send(row["request"])
    if row["request"]["path"].startswith("/rooms?nextLink="):
        scene.symbols.known.pop("page token", None)  # the response's link leads on
    return list(scene.symbols.response_differences(row["response"], reply.status, reply.headers, reply.body))


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_emulator_responds_as_the_service_did(emulator: RoomsEmulator, row: dict[str, Any]) -> None:
    assert differences(emulator, row) == []


@pytest.mark.parametrize("probe", PROBES, ids=[probe["id"] for probe in PROBES])
def test_the_emulator_does_what_the_table_of_parity_defines(emulator: RoomsEmulator, probe: dict[str, Any]) -> None:
    assert differences(emulator, probe) == []
