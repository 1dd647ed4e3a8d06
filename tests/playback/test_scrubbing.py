"""What a recording is made of: each rule of the table, on texts as a resource sends them."""

from datetime import datetime, timedelta, timezone

import pytest
from raw_ids import ALICE, BOB, CAROL
from scrubbing import Recorded, Scrubber, as_played, scrubbed_headers
from vcr.request import Request

NOW = datetime(2026, 2, 3, 4, 5, tzinfo=timezone.utc)
ORIGIN = "https://contoso.unitedstates.communication.azure.com"
USERS = tuple(
    f"8:acs:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee_0000001{number}-472d-4b07-9788-094822009963" for number in range(4)
)
STRANGER = USERS[0].replace("aaaaaaaa", "ffffffff")


@pytest.fixture
def scrubber() -> Scrubber:
    return Scrubber(ORIGIN, NOW, USERS)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"{ORIGIN}/rooms", "https://sanitized.communication.azure.com/rooms"),
        (f"{USERS[1]} {USERS[0]} {USERS[1]}", f"{BOB} {ALICE} {BOB}"),
        (f"{STRANGER} {USERS[2]}", f"{ALICE[:-1]}5 {CAROL}"),
        ("/rooms/99400000000000000", "/rooms/99400000000000000"),
        (
            '"9949123456789012" "99412345678901234" "9949123456789012"',
            '"99400000000000001" "99400000000000002" "99400000000000001"',
        ),
        ("/rooms?nextLink=W3sidG9&api-version=x", "/rooms?nextLink=page2&api-version=x"),
        (f"00-{'a' * 32}-{'b' * 16}-00", f"00-{'0' * 32}-{'0' * 16}-00"),
    ],
    ids=["origin", "people", "stranger", "no room", "rooms", "page", "trace"],
)
def test_personal_data_is_replaced(scrubber: Scrubber, text: str, written: str) -> None:
    assert scrubber.returned(text) == scrubber.sent(text) == written


def test_a_time_that_was_sent_is_as_far_from_noon_as_it_was_from_now(scrubber: Scrubber) -> None:
    assert scrubber.sent('"2026-02-04T04:05:00Z"') == '"2025-03-19T12:00:00Z"'
    assert scrubber.sent('"2026-02-03T04:05:01.250Z"') == '"2025-03-18T12:00:01.250Z"'


@pytest.mark.parametrize(
    ("distance", "fraction", "written"),
    [
        (timedelta(seconds=31), ".1625797", "2025-03-18T12:00:00+00:00"),
        (timedelta(days=180, seconds=59), ".32087", "2025-09-14T12:00:00+00:00"),
        (-timedelta(seconds=2), "", "2025-03-18T12:00:00+00:00"),
        (timedelta(minutes=30), ".5", "2025-03-18T12:30:00.5+00:00"),
    ],
    ids=["now", "180 days", "clocks differ", "neither"],
)
def test_a_time_of_the_services_is_whole_hours_from_noon(
    scrubber: Scrubber, distance: timedelta, fraction: str, written: str
) -> None:
    text = (NOW + distance).strftime(f"%Y-%m-%dT%H:%M:%S{fraction}+00:00")
    assert scrubber.returned(text) == written


def test_headers_of_a_known_form_become_what_stands_for_them_and_others_stay() -> None:
    headers = {
        "authorization": f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={'a' * 43}=",
        "x-ms-date": "Tue, 03 Feb 2026 04:05:00 GMT",
        "x-ms-content-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "x-ms-client-request-id": "none",
        "User-Agent": "mine",
        "Accept": "*/*",
    }
    assert scrubbed_headers(Request("GET", ORIGIN, None, headers)) == {
        "Authorization": "HMAC-SHA256",
        "x-ms-client-request-id": "none",
        "x-ms-content-sha256": "of the body",
        "x-ms-date": "Tue, 18 Mar 2025 12:00:00 GMT",
    }
    assert scrubbed_headers(Request("GET", ORIGIN, None, {"Authorization": "Bearer a.b.c"})) == {
        "Authorization": "Bearer"
    }


def test_a_hash_of_another_body_stays() -> None:
    headers = {"x-ms-content-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}
    assert scrubbed_headers(Request("POST", ORIGIN, b"{}", headers)) == headers


def test_an_unrecorded_request_is_in_no_recording(scrubber: Scrubber) -> None:
    assert scrubber.request(Request("GET", ORIGIN, None, {"x-unrecorded": "1"})) is None


def test_a_request_has_its_form_after_the_first_time(scrubber: Scrubber) -> None:
    once = scrubber.request(Request("GET", f"{ORIGIN}/rooms?nextLink=W3sidG9", None, {}))
    assert once is not None
    assert once.uri == "https://sanitized.communication.azure.com/rooms?nextLink=page2"
    assert scrubber.request(once) is once
    assert as_played(once) is once


def test_playback_compares_all_but_headers_as_it_is() -> None:
    played = as_played(Request("POST", f"{ORIGIN}/rooms/9949123456789012", USERS[0].encode(), {}))
    assert isinstance(played, Recorded)
    assert (played.uri, played.body) == (f"{ORIGIN}/rooms/9949123456789012", USERS[0].encode())


def test_a_response_keeps_the_headers_that_matter(scrubber: Scrubber) -> None:
    response = {
        "status": {"code": 201, "message": "Created"},
        "headers": {"location": ["99412345678901234"], "MS-CV": ["abc.0"], "X-Azure-Ref": ["1"], "Date": ["now"]},
        "body": {"string": b'{"id":"99412345678901234"}'},
    }
    assert scrubber.response(response) == {
        "status": {"code": 201, "message": "Created"},
        "headers": {"Location": ["99400000000000001"], "MS-CV": ["AAAAAAAAAAAAAAAAAAAAAA.0"]},
        "body": {"string": b'{"id":"99400000000000001"}'},
    }
