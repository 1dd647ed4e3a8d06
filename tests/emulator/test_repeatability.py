"""Repeatable creates over HTTP: the documented table of cases, row by row."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any, Optional

import pytest
from raw_ids import ALICE, INVALID_RAW_ID
from signed_http import Reply, SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator

GUID = "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"
OTHER = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _frozen(emulator: RoomsEmulator) -> None:
    emulator.clock.freeze()
    emulator.clock.set(datetime(2025, 3, 18, 12, 0, tzinfo=timezone.utc))


class Creator:
    """Creates rooms with repeatability headers."""

    def __init__(self, emulator: RoomsEmulator) -> None:
        self.emulator = emulator
        self.http = SignedHttp(emulator.connection_string)

    def create(
        self, guid: Optional[str] = GUID, body: Any = None, *, sent: Optional[str] = "now", version: str = "2025-03-13"
    ) -> Reply:
        """Create a room; ``sent`` is an HTTP date, or how many minutes it lies back."""
        now = self.emulator.clock.now()
        if sent is not None and sent.lstrip("-").isdigit():
            sent = format_datetime(now - timedelta(minutes=int(sent)), usegmt=True)
        elif sent == "now":
            sent = format_datetime(now, usegmt=True)
        headers = {"Repeatability-Request-ID": guid, "Repeatability-First-Sent": sent}
        return self.http.send("POST", "/rooms", body or {}, headers=headers, date=now, version=version)

    def rooms(self) -> int:
        return len(self.http.send("GET", "/rooms", date=self.emulator.clock.now()).body["value"])


@pytest.fixture
def creator(emulator: RoomsEmulator) -> Creator:
    return Creator(emulator)


def outcome(reply: Reply) -> tuple[int, Optional[str]]:
    """Status and result; an error has the code of its status."""
    codes = {201: None, 400: "BadRequest", 412: "PreconditionFailed"}
    assert reply.body.get("error", {}).get("code") == codes[reply.status]
    return reply.status, reply.headers.get("repeatability-result")


def test_the_log_has_the_reason_of_an_error_each_time_that_it_is_returned(creator: Creator) -> None:
    body = {"participants": {INVALID_RAW_ID: {"role": "Attendee"}}}
    assert [creator.create(body=body).status for _ in range(2)] == [400, 400]
    reasons = [entry.reason for entry in creator.emulator.requests]
    assert reasons == ["Invalid format for communication identifier."] * 2


def test_without_the_headers_every_create_is_a_new_one(creator: Creator) -> None:
    replies = [creator.create(None, sent=None) for _ in range(2)]
    assert [outcome(reply) for reply in replies] == [(201, None)] * 2
    assert creator.rooms() == 2


def test_a_new_id_is_accepted(creator: Creator) -> None:
    assert outcome(creator.create(GUID)) == (201, "accepted")
    assert outcome(creator.create(OTHER)) == (201, "accepted")
    assert creator.rooms() == 2


@pytest.mark.parametrize("guid", [GUID, GUID.upper()])
def test_the_same_request_again_is_returned_as_the_first_and_creates_nothing(creator: Creator, guid: str) -> None:
    body = {"participants": {ALICE: {"role": "Presenter"}}}
    first = creator.create(GUID, body)
    creator.emulator.clock.advance(minutes=4)
    again = creator.create(guid, body, sent="4")
    assert outcome(again) == (201, "accepted")
    assert (again.body, again.headers["location"]) == (first.body, first.headers["location"])
    assert creator.rooms() == 1


@pytest.mark.parametrize(
    ("body", "version"), [({"pstnDialOutEnabled": True}, "2025-03-13"), ({}, "2024-04-15")], ids=["body", "version"]
)
def test_the_id_of_another_request_is_rejected(creator: Creator, body: Any, version: str) -> None:
    creator.create(GUID)
    assert outcome(creator.create(GUID, body, version=version)) == (400, "rejected")
    assert creator.rooms() == 1


@pytest.mark.parametrize(
    ("guid", "sent"),
    [
        (GUID, "yesterday"),
        (GUID, ""),
        (GUID, None),
        ("not-a-guid", "now"),
        ("", "now"),
        (None, "now"),
        ("not-a-guid", "yesterday"),
        (GUID + "0", "now"),
    ],
)
def test_a_malformed_or_missing_header_is_rejected(creator: Creator, guid: Optional[str], sent: Optional[str]) -> None:
    assert outcome(creator.create(guid, sent=sent)) == (400, "rejected")
    assert creator.rooms() == 0


@pytest.mark.parametrize("sent", ["5", "-5"])
def test_a_first_attempt_of_five_minutes_ago_is_accepted(creator: Creator, sent: str) -> None:
    assert outcome(creator.create(GUID, sent=sent)) == (201, "accepted")


@pytest.mark.parametrize("sent", ["6", "-6"])
def test_a_first_attempt_outside_of_five_minutes_is_rejected(creator: Creator, sent: str) -> None:
    reply = creator.create(GUID, sent=sent)
    assert outcome(reply) == (412, "rejected")
    assert "5 minute window" in reply.body["error"]["message"]
    assert creator.rooms() == 0


def test_an_id_is_forgotten_after_five_minutes(creator: Creator) -> None:
    first = creator.create(GUID)
    creator.emulator.clock.advance(minutes=6)
    again = creator.create(GUID)
    assert outcome(again) == (201, "accepted")
    assert again.body["id"] != first.body["id"]


def test_a_date_without_a_zone_is_utc(creator: Creator) -> None:
    sent = format_datetime(creator.emulator.clock.now(), usegmt=True).replace("GMT", "-0000")
    assert outcome(creator.create(GUID, sent=sent)) == (201, "accepted")


@pytest.mark.parametrize(
    ("sent", "result"),
    [
        ("2025-03-18T12:00:00.38444Z", (201, "accepted")),
        ("2025-03-18T11:55:00Z", (201, "accepted")),
        ("2025-03-18T13:03:00+01:00", (201, "accepted")),
        ("Tue, 18 Mar 2025 12:00:00 GMT", (201, "accepted")),
        ("2025-03-18T11:54:59.9999999Z", (412, "rejected")),
        ("2025-03-18T12:00:00X", (400, "rejected")),
        ("0001-01-01T00:00:00+10:00", (400, "rejected")),
    ],
)
def test_on_2022_02_01_the_first_attempt_may_be_a_date_time(creator: Creator, sent: str, result: Any) -> None:
    reply = creator.create(GUID, sent=sent, version="2022-02-01")
    assert outcome(reply) == result
    assert "x-ms-error-code" not in reply.headers


def test_on_later_versions_a_date_time_is_rejected(creator: Creator) -> None:
    reply = creator.create(GUID, sent="2025-03-18T12:00:00Z", version="2023-03-31-preview")
    assert outcome(reply) == (400, "rejected")


def test_on_2022_02_01_a_problem_is_repeated_as_it_was(creator: Creator) -> None:
    body = {"validUntil": "2020-01-01"}
    replies = [creator.create(GUID, body, version="2022-02-01") for _ in range(2)]
    assert replies[0].body["errors"] == {"ValidUntil": ["The time range end is in the past."]}
    assert replies[0].body == replies[1].body
    assert {reply.headers["content-type"] for reply in replies} == {"application/problem+json; charset=utf-8"}


@pytest.mark.parametrize(
    "body",
    [{"participants": {INVALID_RAW_ID: {}}}, {"validUntil": "2020-01-01"}],
    ids=["rejected by logic", "by validation"],
)
def test_an_error_is_repeated_too_and_without_the_header(creator: Creator, body: Any) -> None:
    first, again = creator.create(GUID, body), creator.create(GUID, body)
    assert outcome(first) == outcome(again) == (400, None)
    assert first.body == again.body
    assert ("x-ms-error-code" in first.headers) is ("x-ms-error-code" in again.headers)
    assert ("api-supported-versions" in first.headers) is ("api-supported-versions" in again.headers)
    assert creator.rooms() == 0
