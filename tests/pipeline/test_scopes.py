"""The scope of Microsoft Entra ID tokens: the public cloud, or what the client was made for."""

from datetime import datetime, timezone
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from client_kinds import client_kind, parametrize
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms import RoomsClient

__all__ = ["client_kind"]
pytest_generate_tests = parametrize

ENDPOINT = "https://contoso.communication.azure.us"
ID = "99412345678901234"


class Tokens:
    """A token credential that notes the scopes."""

    def __init__(self) -> None:
        self.scopes: list[tuple[str, ...]] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.append(scopes)
        return AccessToken("token", int(datetime.now(timezone.utc).timestamp()) + 3600)


#: Keywords of a client -> the scopes that it requests.
SCOPES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "default": ({}, ("https://communication.azure.com//.default",)),
    "neither": ({"audience": None, "credential_scopes": None}, ("https://communication.azure.com//.default",)),
    "audience": ({"audience": "https://communication.azure.us"}, ("https://communication.azure.us/.default",)),
    "audience with its slash": (
        {"audience": "https://communication.azure.us/"},
        ("https://communication.azure.us//.default",),
    ),
    "one scope": ({"credential_scopes": "https://a/.default"}, ("https://a/.default",)),
    "list": ({"credential_scopes": ["https://a/.default", "https://b/x"]}, ("https://a/.default", "https://b/x")),
    "tuple": ({"credential_scopes": ("https://a/.default",)}, ("https://a/.default",)),
}


@pytest.mark.parametrize("name", SCOPES)
def test_a_token_is_requested_with_the_scopes_of_the_client(server: RawServer, name: str) -> None:
    options, expected = SCOPES[name]
    tokens: Any = Tokens()
    server.respond(200, room_text(ID))
    with RoomsClient(server.endpoint, tokens, **options) as client:
        client.get_room(ID)
    assert tokens.scopes == [expected]
    assert server.received[0].headers["authorization"] == "Bearer token"


INVALID: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "both": ({"audience": "a", "credential_scopes": "b"}, TypeError, "either audience or credential_scopes, not both"),
    "audience of another type": ({"audience": 1}, TypeError, "audience must be a str, not int"),
    "empty audience": ({"audience": " "}, ValueError, "audience is empty"),
    "scope as audience": ({"audience": "https://a/.default"}, ValueError, "is a scope; pass it as credential_scopes"),
    "scopes of another type": ({"credential_scopes": 1}, TypeError, "must be a str or a list of them, not int"),
    "item of another type": ({"credential_scopes": ["a", 1]}, TypeError, r"credential_scopes\[1\] must be a str, not"),
    "empty list": ({"credential_scopes": []}, ValueError, "credential_scopes is empty, or has an empty scope"),
    "empty scope": ({"credential_scopes": ["a", ""]}, ValueError, "credential_scopes is empty, or has an empty scope"),
}


@pytest.mark.parametrize("name", INVALID)
def test_what_is_no_audience_and_no_scope_is_rejected_when_the_client_is_made(name: str) -> None:
    options, kind, message = INVALID[name]
    tokens: Any = Tokens()
    with pytest.raises(kind, match=message):
        RoomsClient(ENDPOINT, tokens, **options)


def test_an_access_key_has_no_use_for_an_audience(server: RawServer) -> None:
    server.respond(200, room_text(ID))
    with RoomsClient(server.endpoint, "aGVsbG8=", audience="https://communication.azure.us") as client:
        assert client.get_room(ID).id == ID
    assert server.received[0].headers["authorization"].startswith("HMAC-SHA256 ")
