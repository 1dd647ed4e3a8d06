"""The list of rooms over HTTP: 30 records a page, newest first, and an opaque link of the service's own form."""

import base64
import re

import pytest
from signed_http import Reply, SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator


def create(http: SignedHttp, count: int) -> list[str]:
    """Ids of new rooms, newest first."""
    return [http.send("POST", "/rooms", {}).body["id"] for _ in range(count)][::-1]


def pages(http: SignedHttp, version: str = "2025-03-13") -> list[Reply]:
    """Every page, each behind the link of the one before, followed as it stands."""
    replies = [http.send("GET", "/rooms", version=version)]
    while "nextLink" in replies[-1].body:
        origin, path, target = replies[-1].body["nextLink"].partition("/rooms")
        assert origin == f"http://{http.host}"
        replies.append(http.send("GET", path + target, version=None))
    return replies


def ids(reply: Reply) -> list[str]:
    return [room["id"] for room in reply.body["value"]]


def test_no_rooms_are_one_empty_page_without_a_link(http: SignedHttp) -> None:
    reply = http.send("GET", "/rooms")
    assert (reply.status, reply.body) == (200, {"value": []})


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (30, [30]), (31, [30, 1]), (95, [30, 30, 30, 5])])
def test_pages_hold_30_rooms_newest_first(http: SignedHttp, count: int, sizes: list[int]) -> None:
    rooms = create(http, count)
    replies = pages(http)
    assert [len(ids(reply)) for reply in replies] == sizes
    assert [room for reply in replies for room in ids(reply)] == rooms
    created = [room["createdAt"] for reply in replies for room in reply.body["value"]]
    assert created == sorted(created, reverse=True)


def test_rooms_are_listed_by_the_second_of_their_creation_wherever_the_clock_was(
    emulator: RoomsEmulator, http: SignedHttp
) -> None:
    days = {
        "2025-03-18T12:00:01.5Z": 2,
        "2025-03-18T12:00:00Z": 3,
        "2025-03-19T12:00:00Z": 0,
        "2025-03-18T12:00:01Z": 1,
    }
    made = {place: emulator.seed(room={"createdAt": created})[0] for created, place in days.items()}
    listed = [room for reply in pages(http) for room in ids(reply)]
    assert listed == [made[place] for place in (0, 1, 2, 3)]


def test_a_link_has_the_form_of_the_service_and_the_version_of_its_page(http: SignedHttp) -> None:
    create(http, 31)
    for version in ("2023-06-14", "2024-04-15", "2025-03-13", "2026-01-01"):
        link = http.send("GET", "/rooms", version=version).body["nextLink"]
        host = re.escape(http.host)
        assert re.fullmatch(rf"http://{host}/rooms\?nextLink=[A-Za-z0-9]+&api-version={version}", link)
        assert len(pages(http, version)) == 2


def test_deleted_rooms_make_no_pages(http: SignedHttp) -> None:
    rooms = create(http, 65)
    for room in rooms[:40]:
        assert http.send("DELETE", f"/rooms/{room}").status == 204
    assert [ids(reply) for reply in pages(http)] == [rooms[40:]]
    assert http.send("DELETE", f"/rooms/{rooms[0]}").status == 204  # it stays known


def test_rooms_made_in_between_do_not_move_the_pages(http: SignedHttp) -> None:
    rooms = create(http, 31)
    link = http.send("GET", "/rooms").body["nextLink"]
    create(http, 5)
    target = link.partition(http.host)[2]
    assert ids(http.send("GET", target, version=None)) == rooms[30:]


@pytest.mark.parametrize("version", ["2023-03-31-preview", "2023-06-14"])
def test_a_version_without_dial_out_does_not_list_it(http: SignedHttp, version: str) -> None:
    create(http, 1)
    (room,) = http.send("GET", "/rooms", version=version).body["value"]
    assert list(room) == ["id", "createdAt", "validFrom", "validUntil"]


@pytest.mark.parametrize("token", ["", "x", "!", "bm9uc2Vuc2U", "W10", "W3t9XQ", "W3sidG9rZW4iOiAiUklEOngifV0"])
def test_a_link_that_the_emulator_did_not_give_is_rejected(http: SignedHttp, token: str) -> None:
    reply = http.send("GET", f"/rooms?nextLink={token}")
    assert (reply.status, reply.body["error"]["code"]) == (400, "BadRequest")


def test_two_emulators_know_nothing_of_each_other(http: SignedHttp) -> None:
    create(http, 1)
    with RoomsEmulator() as other:
        assert SignedHttp(other.connection_string).send("GET", "/rooms").body == {"value": []}


@pytest.mark.parametrize(
    "end",
    ["-1", "0", str(2**63), f"1:{2**63}", f"{-(2**63)}:1", "1:" + "9" * 5000],
    ids=["negative", "zero", "2**63", "number 2**63", "second -2**63", "5000 digits"],
)
def test_a_link_to_no_record_is_rejected(http: SignedHttp, end: str) -> None:
    token = base64.b64encode(f'[{{"token": "RID:{end}"}}]'.encode()).decode().rstrip("=")
    reply = http.send("GET", f"/rooms?nextLink={token}")
    assert (reply.status, reply.body["error"]["code"]) == (400, "BadRequest")
