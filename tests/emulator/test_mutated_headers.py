"""Headers that do not parse: whatever they hold, the response is a 4xx in the service's form, never a 5xx."""

import http.client
import json
import random
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from signed_http import VERSION, SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator

#: Mutations of each header, 3,000 in all.
COUNT = 500
#: Where a part of a value is replaced: digits beyond every integer, offsets, separators, signs, escapes, other scripts.
PARTS = [
    "",
    "9",
    "9" * 25,
    "9" * 5000,
    "-",
    "+",
    "+9999",
    "-2359",
    ":",
    ";",
    ",",
    "&",
    "=",
    "%",
    "\t",
    "é",
    "\x80",
    "0",
]
DATE = "Thu, 27 Mar 2025 06:42:12 GMT"
GUID = "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"


def mutations(text: str, seed: int) -> Iterator[str]:
    """Texts that a text became by chance: parts of it cut out, doubled and replaced."""
    chance = random.Random(seed)
    for _ in range(COUNT):
        mutated = text
        for _ in range(chance.randint(1, 4)):
            start, end = sorted(chance.sample(range(len(mutated) + 1), 2)) if mutated else (0, 0)
            mutated = mutated[:start] + chance.choice([*PARTS, mutated[start:end] * 2]) + mutated[end:]
            mutated = mutated[:8000]
        yield mutated.strip()


class KeptConnection:
    """Sends signed creates, all on one connection."""

    def __init__(self, emulator: RoomsEmulator) -> None:
        self.signer = SignedHttp(emulator.connection_string)
        self._connection = http.client.HTTPConnection(self.signer.host, timeout=10)

    def create(self, version: str, changes: dict[str, str]) -> tuple[int, Any]:
        target = f"/rooms?api-version={version}"
        headers = {**self.signer.headers("POST", target, b"{}"), "Content-Type": "application/json", **changes}
        self._connection.putrequest("POST", target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": self.signer.host, "Content-Length": "2", **headers}.items():
            self._connection.putheader(name, value.encode("latin-1"))
        self._connection.endheaders(b"{}")
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def kept(emulator: RoomsEmulator) -> Iterator[KeptConnection]:
    connection = KeptConnection(emulator)
    yield connection
    connection.close()


@pytest.mark.one_python
@pytest.mark.parametrize(
    ("seed", "name", "text", "version"),
    [
        (1, "x-ms-date", DATE, VERSION),
        (2, "Authorization", "HMAC-SHA256 SignedHeaders=date;host;x-ms-content-sha256&Signature=c2ln", VERSION),
        (3, "Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJhdWQiOiJ4IiwiZXhwIjoxZTQwMH0.x", VERSION),
        (4, "x-ms-content-sha256", "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=", VERSION),
        (5, "Repeatability-First-Sent", DATE, VERSION),
        (6, "Repeatability-First-Sent", "2025-03-27T06:42:12.1234567+00:00", "2022-02-01"),
    ],
)
def test_a_header_that_was_changed_by_chance_is_rejected_and_nothing_worse(
    kept: KeptConnection,
    caplog: pytest.LogCaptureFixture,
    seed: int,
    name: str,
    text: str,
    version: str,
) -> None:
    statuses: dict[int, str] = {}
    for mutated in mutations(text, seed):
        changes = {name: mutated}
        if name.startswith("Repeatability"):
            changes["Repeatability-Request-ID"] = GUID
        status, body = kept.create(version, changes)
        statuses[status] = mutated
        assert "error" in body, mutated
    assert set(statuses) <= {400, 401, 412}, statuses
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("version", [VERSION, "2022-02-01"])
@pytest.mark.parametrize("text", ["", "-", "%", "9" * 40, "{}", "é" * 36, GUID.replace("b", "g"), GUID + GUID])
def test_a_repeatability_id_that_is_no_guid_is_rejected(kept: KeptConnection, text: str, version: str) -> None:
    now = format_datetime(datetime.now(timezone.utc), usegmt=True)
    status, _ = kept.create(version, {"Repeatability-Request-ID": text, "Repeatability-First-Sent": now})
    assert status == 400


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Content-Type", "é" * 3000),
        ("Content-Type", ";;;="),
        ("x-ms-client-request-id", "\x80\x9b31m" * 300),
        ("Accept", "\xff" * 3000),
        ("Origin", "\xff://[::"),
        ("Sec-Fetch-Site", "é"),
    ],
)
def test_other_headers_are_never_the_emulators_failure(
    kept: KeptConnection, caplog: pytest.LogCaptureFixture, name: str, text: str
) -> None:
    status, _ = kept.create(VERSION, {name: text})
    assert status in (201, 415)
    assert "Traceback" not in caplog.text
