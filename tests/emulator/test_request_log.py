"""The log: every request once, with its outcome and without its credentials."""

import json
from datetime import datetime, timezone
from email.utils import format_datetime
from typing import Any, Optional

import pytest
from signed_http import SignedHttp

from azure.communication.rooms.emulator import ACCESS_KEY, Entry, RoomsEmulator
from azure.communication.rooms.emulator.service import errors
from azure.communication.rooms.emulator.state.log_text import TEXT_LIMIT
from azure.communication.rooms.emulator.state.request_log import (
    FAULT_LIMIT,
    LIMIT,
    RequestLog,
    redact_target,
)

ENTRY = Entry(0, "2025-03-18T12:00:00+00:00", "GET", "/rooms?api-version=2025-03-13", 200, 1.25)


def test_an_entry_tells_what_was_requested_and_returned(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.clock.freeze()
    http.send("POST", "/rooms", {}, headers={"x-ms-client-request-id": "mine"})
    http.send("POST", "/rooms", {"validUntil": "2020-01-01"})
    http.send_as_is("GET", "/rooms", b"", {"Authorization": "HMAC-SHA256 SignedHeaders=x&Signature=secret"})
    first, second, third = emulator.requests
    assert first.milliseconds > 0
    time = emulator.clock.now().isoformat()[:19]
    plain = first._replace(milliseconds=0, time=first.time[:19])
    assert plain == (1, time, "POST", "/rooms?api-version=2025-03-13", 201, 0, "", "rooms", "mine", ())
    assert (second.number, second.status, second.reason) == (2, 400, "The time range end is in the past.")
    assert (third.number, third.status, third.reason, third.account) == (3, 401, "denied: SignedHeaders", None)
    written = json.dumps(emulator.requests)
    assert [secret for secret in (ACCESS_KEY, "secret", "Signature=") if secret in written] == []


def test_entries_are_found_by_their_attributes() -> None:
    log = RequestLog()
    for entry in (ENTRY, ENTRY._replace(method="POST", status=201), ENTRY._replace(target="/rooms/1", status=404)):
        log.add(entry)
    found = {
        "all": log.entries(),
        "method": log.entries(method="GET"),
        "path": log.entries(path="/rooms"),
        "both": log.entries(path="/rooms", status=201),
        "none": log.entries(path="/rooms/1", status=201),
    }
    numbers = {name: [entry.number for entry in entries] for name, entries in found.items()}
    assert numbers == {"all": [1, 2, 3], "method": [1, 3], "path": [1, 2], "both": [2], "none": []}


def test_only_the_latest_are_kept() -> None:
    log = RequestLog()
    for _ in range(LIMIT + 2):
        log.add(ENTRY)
    numbers = [entry.number for entry in log.entries()]
    assert (len(numbers), numbers[0], numbers[-1]) == (LIMIT, 3, LIMIT + 2)
    log.clear()
    assert (log.entries(), log.add(ENTRY).number) == ([], 1)


def test_a_query_shows_what_a_log_needs_and_masks_the_rest() -> None:
    assert redact_target("/rooms") == "/rooms"
    assert redact_target("/rooms?api-version=2025-03-13&nextLink=abc") == "/rooms?api-version=2025-03-13&nextLink=abc"
    assert redact_target("/rooms?api-version=a%26b&nextLink=") == "/rooms?api-version=a%26b&nextLink="
    assert redact_target("/rooms?accesskey=s3cret&x=&api-version=1") == "/rooms?accesskey=***&x=***&api-version=1"


def test_a_line_states_it_in_one() -> None:
    assert str(ENTRY) == "GET /rooms?api-version=2025-03-13 200 1.2 ms"
    whole = ENTRY._replace(status=None, faults=(1, 3), reason="because")
    assert str(whole) == "GET /rooms?api-version=2025-03-13 reset 1.2 ms fault 1 fault 3 because"


def test_megabytes_in_a_request_do_not_stay_in_the_log(emulator: RoomsEmulator, http: SignedHttp) -> None:
    raw_id = "8:" + "x" * 3_900_000
    http.send("PATCH", "/rooms/99400000000000000/participants", {"participants": {raw_id: {}}})
    http.send("GET", f"/rooms/{'9' * 20_000}", headers={"x-ms-client-request-id": "i" * 20_000})
    assert [entry.status for entry in emulator.requests] == [400, 400]
    texts = [text for entry in emulator.requests for text in entry if isinstance(text, str)]
    assert max(map(len, texts)) == TEXT_LIMIT
    assert emulator.requests[0].reason == "Communication identifier *** is not supported."


def test_the_log_is_bounded_in_bytes_whatever_a_request_holds() -> None:
    log = RequestLog()
    huge = ENTRY._replace(
        method="x" * 10_000,
        target="/" * 10_000,
        reason="\N{SNOWMAN}" * 10_000,
        client_request_id="i" * 10_000,
        faults=tuple(range(10_000)),
    )
    for _ in range(LIMIT + 10):
        log.add(huge)
    sizes = [sum(len(part) for part in entry if isinstance(part, (str, tuple))) for entry in log.entries()]
    assert max(sizes) < 4 * TEXT_LIMIT + FAULT_LIMIT + 100
    assert len(sizes) == LIMIT


@pytest.mark.parametrize("version", ["2025-03-13", "2022-02-01"])
@pytest.mark.parametrize(
    "participant", [{}, {"role": "Kafka"}, {"role": 5}, 5], ids=["no user", "unknown role", "no text", "no object"]
)
def test_ids_of_megabytes_that_are_rejected_are_stored_nowhere(
    emulator: RoomsEmulator, http: SignedHttp, version: str, participant: Any
) -> None:
    """The response to a repeatable request is stored, that of a rejected one too."""
    raw_id = "8:" + "x" * 1_000_000
    entry = {"communicationIdentifier": {"rawId": raw_id, "communicationUser": {"id": raw_id}}}
    if isinstance(participant, dict):
        entry.update(participant)
    participants: Any = [entry] if version == "2022-02-01" else {raw_id: participant}
    for number in range(3):
        headers: dict[str, Optional[str]] = {
            "Repeatability-Request-ID": f"00000000-0000-4000-8000-{number:012d}",
            "Repeatability-First-Sent": format_datetime(datetime.now(timezone.utc), usegmt=True),
        }
        reply = http.send("POST", "/rooms", {"participants": participants}, version=version, headers=headers)
        assert reply.status == 400
        assert len(json.dumps(reply.body)) < 5000
    store = emulator._running().state.account().store
    contents = [content for (content,) in store._rows("SELECT content FROM repeatable_requests")]
    assert len(contents) == 3
    assert max(map(len, contents)) < 5000


def test_what_is_rejected_of_a_caller_is_repeated_in_part() -> None:
    (short, long) = (errors.unknown_role("8:a"), errors.unknown_role("8:" + "a" * 1000))
    assert short.target == "$.participants.8:a.role"
    assert long.target == f"$.participants.8:{'a' * (errors.TEXT_LIMIT - 5)}....role"
