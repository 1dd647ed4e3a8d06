"""The emulator does what the live service was seen to do, row by row, over HTTP and without our client."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import service_facts
from frozen_clock import FrozenClockHttp
from service_facts import written
from signed_http import Reply

from azure.communication.rooms.emulator import RoomsEmulator

ROWS = [row for row in service_facts.rows() if "emulator" not in row]


class Scene:
    """An emulator, and what is known of it: its origin, the last room, the last link."""

    def __init__(self, emulator: RoomsEmulator, version: str) -> None:
        self.known = {"origin": emulator.endpoint}
        self._http = FrozenClockHttp(emulator, version)

    def send(self, request: Mapping[str, Any]) -> Reply:
        """Send the request of a row, or one that sets it up."""
        headers = {name: written(value, "Z") for name, value in request.get("headers", {}).items()}
        content = request.get("content")
        return self._http.send(
            request["method"],
            written(request["path"], "Z", self.known),
            written(request.get("body"), "Z", self.known),
            headers=headers,
            **({} if content is None else {"content": content.encode()}),
        )

    def set_up(self, steps: list[dict[str, Any]]) -> None:
        """Take the steps before a request."""
        for step in steps:
            if "advance" in step:
                self._http.clock.advance(timedelta(**step["advance"]))
            for _ in range(step.get("repeat", 0)):
                self.set_up(step["steps"])
            for _ in range(step.get("times", 1) if "method" in step else 0):
                self._keep(self.send(step))

    def _keep(self, reply: Reply) -> None:
        assert reply.status < 300, reply
        if reply.status == 201:
            self.known["room"] = reply.headers["location"]
        if reply.body and "nextLink" in reply.body:
            self.known["page token"] = reply.body["nextLink"].partition("nextLink=")[2].partition("&")[0]


def faults(row: Mapping[str, Any], reply: Reply, known: Mapping[str, str]) -> Iterator[str]:
    """What an answer lacks of what the row says, and has against it."""
    answer = row["answer"]
    if reply.status != answer["status"]:
        yield f"status {reply.status}, not {answer['status']}"
    for name, template in answer.get("headers", {}).items():
        if not service_facts.matches(template, reply.headers.get(name, ""), known):
            yield f"header {name} is {reply.headers.get(name)!r}, not {template!r}"
    for name in answer.get("absent", []):
        if name in reply.headers:
            yield f"header {name} is there: {reply.headers[name]!r}"
    yield from service_facts.differences(service_facts.body_of(answer), reply.body, known)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_emulator_answers_as_the_service_did(emulator: RoomsEmulator, row: dict[str, Any]) -> None:
    scene = Scene(emulator, row["version"])
    scene.set_up(row.get("setup", []))
    known = dict(scene.known)
    reply = scene.send(row["request"])
    if row["request"]["path"].startswith("/rooms?nextLink="):
        del known["page token"]  # the answer's link leads on
    assert list(faults(row, reply, known)) == []
