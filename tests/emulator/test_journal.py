"""The journal: every request once, with what became of it and without what proves who asked."""

import json

from signed_http import SignedHttp

from azure.communication.rooms.emulator import ACCESS_KEY, Entry, RoomsEmulator
from azure.communication.rooms.emulator.journal import LIMIT, Journal, shown

ENTRY = Entry(0, "2025-03-18T12:00:00+00:00", "GET", "/rooms?api-version=2025-03-13", 200, 1.25)


def test_an_entry_tells_what_was_asked_and_answered(emulator: RoomsEmulator, http: SignedHttp) -> None:
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
    journal = Journal()
    for entry in (ENTRY, ENTRY._replace(method="POST", status=201), ENTRY._replace(target="/rooms/1", status=404)):
        journal.add(entry)
    found = {
        "all": journal.entries(),
        "method": journal.entries(method="GET"),
        "path": journal.entries(path="/rooms"),
        "both": journal.entries(path="/rooms", status=201),
        "none": journal.entries(path="/rooms/1", status=201),
    }
    numbers = {name: [entry.number for entry in entries] for name, entries in found.items()}
    assert numbers == {"all": [1, 2, 3], "method": [1, 3], "path": [1, 2], "both": [2], "none": []}


def test_only_the_latest_are_kept() -> None:
    journal = Journal()
    for _ in range(LIMIT + 2):
        journal.add(ENTRY)
    numbers = [entry.number for entry in journal.entries()]
    assert (len(numbers), numbers[0], numbers[-1]) == (LIMIT, 3, LIMIT + 2)
    journal.clear()
    assert (journal.entries(), journal.add(ENTRY).number) == ([], 1)


def test_a_query_shows_what_a_log_needs_and_masks_the_rest() -> None:
    assert shown("/rooms") == "/rooms"
    assert shown("/rooms?api-version=2025-03-13&nextLink=abc") == "/rooms?api-version=2025-03-13&nextLink=abc"
    assert shown("/rooms?api-version=a%26b&nextLink=") == "/rooms?api-version=a%26b&nextLink="
    assert shown("/rooms?accesskey=s3cret&x=&api-version=1") == "/rooms?accesskey=***&x=***&api-version=1"


def test_a_line_says_it_in_one() -> None:
    assert str(ENTRY) == "GET /rooms?api-version=2025-03-13 200 1.2 ms"
    whole = ENTRY._replace(status=None, faults=(1, 3), reason="because")
    assert str(whole) == "GET /rooms?api-version=2025-03-13 reset 1.2 ms fault 1 fault 3 because"
