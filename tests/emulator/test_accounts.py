"""Several accounts in one emulator: the key of a request selects the account, and accounts share no rooms."""

import base64
from pathlib import Path
from typing import Any

import pytest
from signed_http import Reply, SignedHttp

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import ACCESS_KEY, RoomsEmulator

RED, BLUE = (base64.b64encode(name * 32).decode() for name in (b"r", b"b"))
ACCOUNTS = {"red": RED, "blue": BLUE}


def by_key(emulator: RoomsEmulator, key: str) -> SignedHttp:
    return SignedHttp(f"endpoint={emulator.endpoint}/;accesskey={key}")


def ids(http: SignedHttp) -> list[str]:
    return [room["id"] for room in http.send("GET", "/rooms").body["value"]]


def test_the_key_of_a_request_tells_whose_it_is() -> None:
    with RoomsEmulator(accounts=ACCOUNTS) as emulator:
        red, blue = by_key(emulator, RED), by_key(emulator, BLUE)
        mine, theirs = (http.send("POST", "/rooms", {}).body["id"] for http in (red, blue))
        assert (ids(red), ids(blue)) == ([mine], [theirs])
        assert [http.send("GET", f"/rooms/{mine}").status for http in (red, blue)] == [200, 404]
        assert [http.send("DELETE", f"/rooms/{mine}").status for http in (blue, red)] == [404, 204]
        assert [entry.account for entry in emulator.requests[:2]] == ["red", "blue"]


def test_a_repeatable_request_is_one_of_its_account() -> None:
    with RoomsEmulator(accounts=ACCOUNTS) as emulator:
        headers: dict[str, Any] = {"Repeatability-Request-ID": "11111111-2222-4333-8444-555555555555"}
        made: list[Reply] = []
        for key in (RED, BLUE):
            http = by_key(emulator, key)
            headers["Repeatability-First-Sent"] = http.headers("GET", "/", b"")["x-ms-date"]
            made.append(http.send("POST", "/rooms", {}, headers=headers))
        assert [reply.status for reply in made] == [201, 201]
        assert made[0].body["id"] != made[1].body["id"]


def test_the_well_known_key_opens_nothing_where_accounts_are_named() -> None:
    with RoomsEmulator(accounts=ACCOUNTS) as emulator:
        assert by_key(emulator, ACCESS_KEY).send("GET", "/rooms").status == 401


def test_a_slip_in_signing_is_reported_for_every_account() -> None:
    with RoomsEmulator(accounts=ACCOUNTS) as emulator:
        http = by_key(emulator, base64.b64encode(BLUE.encode()).decode())
        assert http.send("GET", "/rooms").body["error"]["details"][0]["target"] == "key"


def test_a_connection_string_is_that_of_the_first_account_unless_another_is_named() -> None:
    with RoomsEmulator(accounts=ACCOUNTS) as emulator:
        assert emulator.connection_string == f"endpoint={emulator.endpoint}/;accesskey={RED}"
        assert emulator.connection_string_of("blue") == f"endpoint={emulator.endpoint}/;accesskey={BLUE}"
        for use in (emulator.connection_string_of, emulator.token_credential):
            with pytest.raises(KeyError, match="green"):
                use("green")


def test_a_token_is_for_the_account_that_it_names_or_for_the_first() -> None:
    with RoomsEmulator(accounts=ACCOUNTS) as emulator:
        emulator.seed(2, account="blue")
        for account, rooms in ((None, 0), ("red", 0), ("blue", 2)):
            with RoomsClient(emulator.endpoint, emulator.token_credential(account)) as client:
                assert len(list(client.list_rooms())) == rooms


def test_a_token_for_an_account_that_is_not_here_is_rejected(http: SignedHttp) -> None:
    with RoomsEmulator(accounts=ACCOUNTS) as other:
        token = other.token_credential("blue").get_token("https://communication.azure.com//.default").token
    reply = http.send_as_is("GET", "/rooms?api-version=2025-03-13", b"", {"Authorization": f"Bearer {token}"})
    assert (reply.status, reply.body["error"]["details"][0]["target"]) == (401, "token")
    assert reply.body["error"]["details"][0]["message"] == "The token names an account that is not here."


def test_each_account_has_a_file_of_its_own(tmp_path: Path) -> None:
    for _ in range(2):
        with RoomsEmulator(location=tmp_path, accounts=ACCOUNTS) as emulator:
            emulator.seed(1, account="blue")
            counts = len(ids(by_key(emulator, RED))), len(ids(by_key(emulator, BLUE)))
    assert counts == (0, 2)
    with RoomsEmulator(location=tmp_path) as emulator:
        emulator.seed()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "rooms-blue.sqlite3",
        "rooms-red.sqlite3",
        "rooms.sqlite3",
    ]


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        ({}, "at least one account"),
        ({"": RED}, "'' is no name of an account"),
        ({"Red": RED}, "'Red' is no name of an account"),
        ({"../red": RED}, "'../red' is no name of an account"),
        ({"r" * 64: RED}, "is no name of an account"),
        ({"red": ""}, "the access key of account 'red' is not base64"),
        ({"red": "secret!"}, "the access key of account 'red' is not base64"),
        ({"red": "schlüssel"}, "the access key of account 'red' is not base64"),
        ({"red": RED, "blue": RED}, "account 'blue' has the key of another"),
    ],
)
def test_accounts_that_cannot_be_are_rejected_without_telling_a_key(accounts: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        RoomsEmulator(accounts=accounts)
    assert not any(key and key in str(caught.value) for key in accounts.values())
