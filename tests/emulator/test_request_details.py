"""What the request log keeps beside its entries: headers without credentials, bodies where they are requested."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from admin_api import Admin
from raw_ids import ALICE
from signed_http import SignedHttp

from azure.communication.rooms.emulator import ACCESS_KEY, Entry, RoomsEmulator
from azure.communication.rooms.emulator.state.request_details import (
    BODY_LIMIT,
    HEADER_LIMIT,
    HEADER_TEXT_LIMIT,
    RequestDetails,
    details_of,
)
from azure.communication.rooms.emulator.state.request_log import LIMIT, RequestLog

ENTRY = Entry(0, "2025-03-18T12:00:00+00:00", "GET", "/rooms?api-version=2025-03-13", 200, 1.25)


@pytest.fixture
def orders(emulator: RoomsEmulator) -> Admin:
    return Admin(emulator)


@pytest.fixture
def keeping() -> Iterator[RoomsEmulator]:
    with RoomsEmulator(log_bodies=True) as emulator:
        yield emulator


def test_a_request_is_shown_with_headers_but_no_credentials(orders: Admin, http: SignedHttp) -> None:
    http.send("POST", "/rooms", {}, headers={"X-Mine": "yes"})
    status, shown = orders.send("GET", "requests/1")
    assert (status, shown["number"], shown["status"]) == (200, 1, 201)
    assert shown["headers"]["x-mine"] == "yes"
    assert shown["headers"]["host"] == http.host
    assert shown["headers"]["authorization"] == "***"
    assert (shown["request_body"], shown["response_body"]) == (None, None)
    assert "headers" not in orders.send("GET", "requests")[1]["requests"][0]


@pytest.mark.parametrize(
    "name",
    ["authorization", "proxy-authorization", "cookie", "x-api-key", "x-ms-token", "client-secret", "x-password"],
)
def test_a_header_that_may_hold_credentials_is_masked(name: str) -> None:
    assert details_of("/rooms", {name: "s3cret"}, None).headers == {name: "***"}


def test_the_query_of_a_link_in_a_header_is_masked() -> None:
    headers = {"referer": "https://example.com/a?code=s3cret", "x-text": "really?"}
    shown = {"referer": "https://example.com/a?***", "x-text": "really?"}
    assert details_of("/rooms", headers, None) == RequestDetails(shown)


def test_headers_are_bounded_in_number_and_size() -> None:
    kept = details_of("/rooms", {f"{'x' * 1000}{n}": "v" * 10_000 for n in range(1000)}, None).headers
    assert len(kept) <= HEADER_LIMIT
    assert max(len(text) for item in kept.items() for text in item) == HEADER_TEXT_LIMIT


def test_bodies_are_kept_where_it_was_requested(keeping: RoomsEmulator) -> None:
    http = SignedHttp(keeping.connection_string)
    created = http.send("POST", "/rooms", {"participants": {ALICE: {"role": "Presenter"}}}).body
    shown = Admin(keeping).send("GET", "requests/1")[1]
    assert json.loads(shown["request_body"]) == {"participants": {ALICE: {"role": "Presenter"}}}
    assert json.loads(shown["response_body"]) == created


def test_a_long_body_is_cut() -> None:
    bodies = (b'"' + "\N{SNOWMAN}".encode() * 2_000_000, b"\xff" * 5)
    details = details_of("/rooms", {}, bodies)
    assert details.request_body == f'"{chr(0x2603) * (BODY_LIMIT - 1)}... (6000001 bytes)'
    assert details.response_body == "\N{REPLACEMENT CHARACTER}" * 5


def test_tokens_are_not_kept(keeping: RoomsEmulator) -> None:
    http = SignedHttp(keeping.connection_string)
    created = http.send("POST", "/identities", {"createTokenWithScopes": ["voip"]}, version="2023-10-01").body
    http.send("POST", "/%69dentities", {"createTokenWithScopes": ["voip"]}, version="2023-10-01")
    token = created["accessToken"]["token"]
    shown = json.dumps([Admin(keeping).send("GET", f"requests/{number}")[1] for number in (1, 2)])
    assert shown.count('\\"token\\": \\"***\\"') == 2
    assert token not in shown
    assert ACCESS_KEY not in shown


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"", ""),
        (b'[{"token": "s3cret"}, 1]', '[{"token": "***"}, 1]'),
        (b'{"\\u0074oken": "s3cret", "a": null}', '{"token": "***", "a": null}'),
        (b'token="s3cret"', "(14 bytes that are not kept: they may hold credentials)"),
        (b"[" * 60_000, "(60000 bytes that are not kept: they may hold credentials)"),
        (b'"' + b"x" * 70_000 + b'"', "(70002 bytes that are not kept: they may hold credentials)"),
    ],
    ids=["empty", "list", "escaped", "no JSON", "deep", "large"],
)
def test_what_may_hold_tokens_is_kept_without_them(body: bytes, kept: str) -> None:
    assert details_of("/identities", {}, (body, b"")).request_body == kept


@pytest.mark.parametrize("number", ["0", "2", "x", "-1", "%D9%A1", "9" * 5000])
def test_a_request_that_is_not_in_the_log_is_not_found(orders: Admin, http: SignedHttp, number: str) -> None:
    http.send("GET", "/rooms")
    status, response = orders.send("GET", f"requests/{number}")
    assert status == 404
    assert "There is no request" in response["error"]["message"]


def test_requests_are_found_by_a_part_of_their_target_a_class_of_status_and_the_newest(
    orders: Admin, http: SignedHttp
) -> None:
    http.send("POST", "/rooms", {})
    http.send("GET", "/rooms/99400000000000000")
    http.send("GET", "/rooms/1")
    http.send("GET", "/rooms")

    def numbers(query: str) -> list[int]:
        return [entry["number"] for entry in orders.send("GET", f"requests?{query}")[1]["requests"]]

    assert numbers("contains=/rooms/") == [2, 3]
    assert numbers("status=4xx") == [2, 3]
    assert numbers("status=4XX&limit=1") == [3]
    assert numbers("status=400") == [3]
    assert numbers("status=xx") == numbers("status=4") == numbers("status=44xx") == []
    assert numbers("limit=2") == [3, 4]


def test_an_entry_is_found_by_its_number_while_it_is_among_the_latest() -> None:
    log = RequestLog()
    for number in range(LIMIT + 5):
        log.add(ENTRY, RequestDetails({"n": str(number + 1)}))
    found: dict[int, Any] = {number: log.find(number) for number in (0, 5, 6, LIMIT + 5, LIMIT + 6)}
    assert [number for number, each in found.items() if each] == [6, LIMIT + 5]
    assert [(each[0].number, each[1].headers["n"]) for each in found.values() if each] == [
        (6, "6"),
        (LIMIT + 5, str(LIMIT + 5)),
    ]


def test_the_newest_entries_since_a_number_are_counted() -> None:
    log = RequestLog()
    for _ in range(5):
        log.add(ENTRY)

    def since(number: int, limit: int) -> tuple[int, list[int]]:
        count, entries = log.since(number, limit)
        return count, [entry.number for entry in entries]

    assert since(5, 10) == (0, [])
    assert since(3, 10) == (2, [4, 5])
    assert since(0, 2) == (5, [4, 5])
    log.clear()
    assert (since(5, 10), log.clears) == ((-5, []), 1)
