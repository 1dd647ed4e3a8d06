"""Users and tokens for them over HTTP, as much as samples and tests of rooms need."""

import base64
import json
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

import pytest
from raw_ids import ALICE
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.service import validation
from azure.communication.rooms.emulator.state import timestamps

VERSION = "2023-10-01"


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return read


@pytest.mark.parametrize("body", [None, {}, {"createTokenWithScopes": None}])
def test_a_user_is_made_that_rooms_take(http: SignedHttp, body: Any) -> None:
    reply = http.send("POST", "/identities", body, version=VERSION)
    assert reply.status == 201
    assert list(reply.body) == ["identity"]
    assert validation.is_user(reply.body["identity"]["id"])
    assert "api-supported-versions" not in reply.headers
    other = http.send("POST", "/identities", body, version=VERSION).body["identity"]["id"]
    assert other != reply.body["identity"]["id"]


def test_a_user_is_made_with_a_token(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.clock.freeze()
    body = {"createTokenWithScopes": ["voip", "chat"], "expiresInMinutes": 60}
    reply = http.send("POST", "/identities", body, version=VERSION, date=emulator.clock.now())
    user, token = reply.body["identity"]["id"], reply.body["accessToken"]
    expiry = emulator.clock.timestamp() + 3600 * timestamps.PER_SECOND
    assert token["expiresOn"] == timestamps.format_timestamp(expiry)
    found = claims(token["token"])
    assert f"8:{found['skypeid']}" == user
    assert found == {
        "skypeid": user.partition(":")[2],
        "scp": ["voip", "chat"],
        "exp": expiry // timestamps.PER_SECOND,
        "resourceId": user[len("8:acs:") :].partition("_")[0],
    }
    header = json.loads(base64.urlsafe_b64decode(token["token"].partition(".")[0] + "=="))
    assert header == {"alg": "HS256", "typ": "JWT"}


def test_a_token_is_issued_for_a_day(http: SignedHttp) -> None:
    user = http.send("POST", "/identities", version=VERSION).body["identity"]["id"]
    path = f"/identities/{quote(user, safe='')}/:issueAccessToken"
    reply = http.send("POST", path, {"scopes": ["voip"]}, version=VERSION)
    assert reply.status == 200
    left = claims(reply.body["token"])["exp"] - datetime.now(timezone.utc).timestamp()
    assert 86_000 < left <= 86_400


def test_a_users_token_opens_no_rooms(http: SignedHttp) -> None:
    made = http.send("POST", "/identities", {"createTokenWithScopes": ["voip"]}, version=VERSION).body
    headers = {"Authorization": f"Bearer {made['accessToken']['token']}"}
    assert http.send_as_is("GET", "/rooms?api-version=2025-03-13", b"", headers).status == 401


def test_a_user_is_deleted(http: SignedHttp) -> None:
    user = http.send("POST", "/identities", version=VERSION).body["identity"]["id"]
    reply = http.send("DELETE", f"/identities/{quote(user, safe='')}", version=VERSION)
    assert (reply.status, reply.body) == (204, None)


def test_the_tokens_of_a_user_are_revoked(http: SignedHttp) -> None:
    user = http.send("POST", "/identities", version=VERSION).body["identity"]["id"]
    reply = http.send("POST", f"/identities/{quote(user, safe='')}/:revokeAccessTokens", version=VERSION)
    assert (reply.status, reply.body) == (204, None)


USER_FORM = ("ValidationError", "The id is not that of a Communication Services user.")
MALFORMED = ("BadRequest", "The request could not be understood by the server due to malformed syntax.")


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        ("DELETE", "/identities/unknown", None, USER_FORM),
        ("POST", "/identities/unknown/:revokeAccessTokens", None, USER_FORM),
        ("POST", "/identities/unknown/:issueAccessToken", {"scopes": ["voip"]}, USER_FORM),
        ("POST", "/identities", {"createTokenWithScopes": "voip"}, MALFORMED),
        (
            "POST",
            "/identities",
            {"createTokenWithScopes": ["voip"], "expiresInMinutes": 5},
            ("ValidationError", "expiresInMinutes must be a whole number from 60 to 1440."),
        ),
        ("POST", "/identities", [], MALFORMED),
    ],
)
def test_wrong_users_and_tokens_are_rejected(
    http: SignedHttp, method: str, path: str, body: Any, error: tuple[str, str]
) -> None:
    reply = http.send(method, path, body, version=VERSION)
    assert (reply.status, reply.body["error"]["code"], reply.body["error"]["message"]) == (400, *error)


@pytest.mark.parametrize("path", ["/identities", f"/identities/{quote(ALICE, safe='')}/:issueAccessToken"])
def test_a_body_of_another_media_type_is_rejected(http: SignedHttp, path: str) -> None:
    reply = http.send("POST", path, {}, version=VERSION, headers={"Content-Type": "text/plain"})
    assert (reply.status, reply.body["error"]["code"]) == (415, "UnsupportedMediaType")
    assert reply.body["error"]["message"].endswith("Send the header Content-Type: application/json.")
