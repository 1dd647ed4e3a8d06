"""The credentials on a request: made anew for every attempt, for the endpoint alone, gone when the exchange is over."""

import base64
import logging
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any, Optional

import pytest
from azure.core.credentials import AccessToken, AccessTokenInfo, AzureKeyCredential, AzureSasCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.rest import HttpRequest
from client_kinds import client_kind
from raw_server import RawServer, Received
from room_bodies import room_text

from azure.communication.rooms import RoomsClient, aio
from azure.communication.rooms._pipeline.authentication import HMACCredentialsPolicy
from azure.communication.rooms._pipeline.clock import ServiceClock, utc_now
from azure.communication.rooms._pipeline.signing import sign, string_to_sign

__all__ = ["client_kind"]

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER_KEY = base64.b64encode(b"another key of thirty-two bytes.").decode()
ROOM = room_text("99412345678901234")


def signature_over(server: RawServer, received: Received, key: str = KEY) -> str:
    """What the header must be for the bytes that came."""
    text = string_to_sign(
        received.method,
        received.target,
        received.headers["x-ms-date"],
        server.host,
        received.headers["x-ms-content-sha256"],
    )
    signature = sign(base64.b64decode(key), text)
    return f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}"


class Tokens:
    """A token credential that counts."""

    def __init__(self) -> None:
        self.scopes: list[tuple[str, ...]] = []
        self.options: list[dict[str, Any]] = []

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        self.scopes.append(scopes)
        self.options.append(options)
        return AccessToken(f"token-{len(self.scopes)}", int(datetime.now(timezone.utc).timestamp()) + 3600)


def test_a_request_is_signed_over_the_bytes_that_are_sent(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(201, ROOM)
    raw_client.create_room(participants=["8:acs:a_b"], pstn_dial_out_enabled=True)
    (received,) = server.received
    assert received.headers["authorization"] == signature_over(server, received)
    assert received.headers["host"] == server.host
    assert received.headers["x-ms-date"].endswith(" GMT")


@pytest.mark.parametrize(
    "target",
    [
        "/rooms?nextLink=a%2Bb%2Fc%3D%3D&api-version=2025-03-13",
        "/rooms/8%3aacs%3ax?x=%7e%41",
        "/rooms/a b/ä?q=ü&r=[1]",
        "/rooms/./a/../b?x=100%",
        "/rooms",
    ],
)
def test_the_signature_fits_however_a_url_is_spelt(raw_client: RoomsClient, server: RawServer, target: str) -> None:
    server.respond(200, "{}")
    raw_client.send_request(HttpRequest("GET", server.endpoint + target))
    (received,) = server.received
    assert received.headers["authorization"] == signature_over(server, received)


@pytest.mark.parametrize("content", ["text ü", b"bytes \xff", bytearray(b"array"), ""])
def test_bodies_of_text_and_of_bytes_are_signed(raw_client: RoomsClient, server: RawServer, content: Any) -> None:
    body = content.encode() if isinstance(content, str) else bytes(content)
    server.respond(200, "{}")
    request = HttpRequest("POST", "/rooms", headers={"Content-Length": str(len(body))})
    request._data = content
    raw_client.send_request(request)
    (received,) = server.received
    assert received.body == body
    assert received.headers["authorization"] == signature_over(server, received)


@pytest.mark.parametrize(
    ("body", "kind"),
    [({"content": iter([b"x"])}, "list_iterator"), ({"data": {"a": "b"}}, "dict"), ({"files": {"a": b"b"}}, "dict")],
    ids=["stream", "form", "files"],
)
def test_a_body_that_cannot_be_hashed_is_rejected(
    raw_client: RoomsClient, server: RawServer, body: Any, kind: str
) -> None:
    message = f"^a request with a body of {kind} cannot be signed; pass json= or content= with bytes or str$"
    with pytest.raises(TypeError, match=message):
        raw_client.send_request(HttpRequest("POST", "/rooms", **body))
    assert server.received == []


def test_every_attempt_is_signed_anew(raw_client: RoomsClient, server: RawServer) -> None:
    times = iter([datetime(2025, 3, 27, 6, 42, second, tzinfo=timezone.utc) for second in (12, 13)])
    policy = HMACCredentialsPolicy(server.endpoint, AzureKeyCredential(KEY), ServiceClock(lambda: next(times)))
    server.respond(503).respond(200, ROOM)
    with RoomsClient(server.endpoint, KEY, authentication_policy=policy, retry_backoff_factor=0) as client:
        client.get_room("99412345678901234")
    dates = [received.headers["x-ms-date"] for received in server.received]
    assert dates == ["Thu, 27 Mar 2025 06:42:12 GMT", "Thu, 27 Mar 2025 06:42:13 GMT"]
    assert [r.headers["authorization"] for r in server.received] == [signature_over(server, r) for r in server.received]


def test_a_rotated_key_signs_the_next_request(server: RawServer) -> None:
    credential = AzureKeyCredential(KEY)
    server.respond(200, ROOM).respond(200, ROOM)
    with RoomsClient(server.endpoint, credential) as client:
        client.get_room("99412345678901234")
        credential.update(OTHER_KEY)
        client.get_room("99412345678901234")
        first, second = server.received
        assert first.headers["authorization"] == signature_over(server, first, KEY)
        assert second.headers["authorization"] == signature_over(server, second, OTHER_KEY)
        credential.update("no base64")
        with pytest.raises(ValueError, match="the access key is not base64"):
            client.get_room("99412345678901234")


def test_a_key_is_decoded_once_for_each_value(monkeypatch: pytest.MonkeyPatch) -> None:
    from azure.communication.rooms._pipeline import signing

    decoded = []

    def counting(key: str) -> bytes:
        decoded.append(key)
        return base64.b64decode(key)

    monkeypatch.setattr(signing, "decode_key", counting)
    credential = AzureKeyCredential(KEY)
    policy = HMACCredentialsPolicy("https://h", credential)
    for key in (KEY, KEY, OTHER_KEY, OTHER_KEY):
        credential.update(key)
        policy.sign_request(HttpRequest("GET", "https://h/rooms"), utc_now())
    assert decoded == [KEY, OTHER_KEY]


def test_a_token_is_requested_with_the_scope_of_communication_services(server: RawServer) -> None:
    tokens = Tokens()
    server.respond(200, ROOM).respond(200, ROOM)
    with RoomsClient(server.endpoint, tokens) as client:
        client.get_room("99412345678901234")
        client.get_room("99412345678901234")
    assert tokens.scopes == [("https://communication.azure.com//.default",)]
    assert [r.headers["authorization"] for r in server.received] == ["Bearer token-1", "Bearer token-1"]
    assert "x-ms-content-sha256" not in server.received[0].headers


@pytest.mark.parametrize("client_kind", ["sync", "async"], indirect=True)
def test_a_token_is_renewed_for_a_claims_challenge(server: RawServer) -> None:
    tokens = Tokens()
    claims = base64.urlsafe_b64encode(b'{"access_token":{}}').decode().rstrip("=")
    challenge = f'Bearer error="insufficient_claims", claims="{claims}"'
    server.respond(401, "{}", WWW_Authenticate=challenge).respond(200, ROOM)
    with RoomsClient(server.endpoint, tokens) as client:
        assert client.get_room("99412345678901234").id == "99412345678901234"
    assert [r.headers["authorization"] for r in server.received] == ["Bearer token-1", "Bearer token-2"]
    assert [options.get("claims") for options in tokens.options] == [None, '{"access_token":{}}']


@pytest.mark.parametrize("credential", [AzureKeyCredential(KEY), Tokens()], ids=["key", "token"])
def test_nothing_is_sent_to_another_host(server: RawServer, credential: Any) -> None:
    with RoomsClient("http://localhost:1", credential) as client:
        with pytest.raises(ClientAuthenticationError, match="authenticates nowhere else") as caught:
            client.send_request(HttpRequest("GET", f"{server.endpoint}/rooms"))
    assert server.endpoint in str(caught.value)
    assert "http://localhost:1" in str(caught.value)
    assert server.received == []


@pytest.mark.parametrize("credential", [AzureKeyCredential(KEY), Tokens()], ids=["key", "token"])
def test_a_redirect_to_another_host_is_not_followed(server: RawServer, credential: Any) -> None:
    server.respond(307, Location="http://localhost:1/rooms")
    with RoomsClient(server.endpoint, credential) as client:
        with pytest.raises(ClientAuthenticationError, match="the request goes to 'http://localhost:1'"):
            client.get_room("99412345678901234")
    assert len(server.received) == 1


def test_a_redirect_to_the_same_host_is_signed_for_its_new_path(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(307, Location="/elsewhere?x=1").respond(200, ROOM)
    raw_client.get_room("99412345678901234")
    assert server.received[1].target == "/elsewhere?x=1"
    assert server.received[1].headers["authorization"] == signature_over(server, server.received[1])


@pytest.mark.parametrize("status", [200, 404, None], ids=["success", "error", "no response"])
@pytest.mark.parametrize("credential", [AzureKeyCredential(KEY), Tokens()], ids=["key", "token"])
def test_no_credentials_are_left_on_the_request(server: RawServer, credential: Any, status: Optional[int]) -> None:
    seen: list[Any] = []
    if status:
        server.respond(status, ROOM)
    with RoomsClient(server.endpoint, credential, retry_total=0, raw_request_hook=seen.append) as client:
        with nullcontext() if status == 200 else pytest.raises(AzureError):
            client.get_room("99412345678901234")
    assert "Authorization" not in seen[0].http_request.headers
    assert "authorization" in server.received[0].headers


@pytest.fixture
def debug_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


@pytest.mark.parametrize("credential", [AzureKeyCredential(KEY), Tokens()], ids=["key", "token"])
def test_no_credentials_are_logged_at_any_level(
    server: RawServer, credential: Any, debug_log: pytest.LogCaptureFixture
) -> None:
    server.respond(503).respond(200, ROOM)
    with RoomsClient(server.endpoint, credential, logging_enable=True, retry_backoff_factor=0) as client:
        client.get_room("99412345678901234")
    signature = server.received[0].headers["authorization"].split("Signature=")[-1].split(" ")[-1]
    assert "/rooms/99412345678901234" in debug_log.text
    assert signature not in debug_log.text
    assert KEY not in debug_log.text


@pytest.mark.parametrize("credential", [None, 5, object(), {"key": KEY}])
def test_what_is_no_credential_is_rejected(credential: Any) -> None:
    named = type(credential).__name__
    message = (
        "^credential must be an AzureKeyCredential or a token credential \\(an object with get_token\\), not "
        f"{named}; for a connection string use RoomsClient\\.from_connection_string$"
    )
    with pytest.raises(TypeError, match=message):
        RoomsClient("https://contoso.communication.azure.com", credential)


class NotCallable:
    """A credential whose method is none."""

    get_token = None


@pytest.mark.parametrize("client", [RoomsClient, aio.RoomsClient], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("credential", "words"),
    [
        (NotCallable(), "not NotCallable; for a connection string"),
        (Tokens, "^credential is the class Tokens; pass an instance of it$"),
        (b"key", "not bytes; for a connection string"),
        (AzureSasCredential("a"), "not AzureSasCredential; for a connection string"),
    ],
    ids=["no method", "class", "bytes", "other kind"],
)
def test_what_is_no_credential_is_rejected_by_both_clients(client: Any, credential: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        client("https://contoso.communication.azure.com", credential)


class NoTokens:
    """A credential that returns something else.

    :param returned: What it returns.
    :param method: The name of its method.
    """

    def __init__(self, returned: Any, method: str) -> None:
        setattr(self, method, lambda *_, **__: returned)


@pytest.mark.parametrize("client_kind", ["sync", "async"], indirect=True)
@pytest.mark.parametrize("method", ["get_token", "get_token_info"])
@pytest.mark.parametrize("returned", ["s3cret", None, SimpleNamespace(token="s3cret")], ids=["text", "none", "half"])
def test_a_credential_that_returns_no_token_is_named(server: RawServer, returned: Any, method: str) -> None:
    message = f"^{method}\\(\\) of the credential NoTokens must return an AccessToken, not {type(returned).__name__}$"
    with RoomsClient(server.endpoint, NoTokens(returned, method)) as client:  # type: ignore[arg-type]
        with pytest.raises(TypeError, match=message):
            client.get_room("99412345678901234")
    assert server.received == []


class AsyncTokens:
    """A credential for asynchronous clients."""

    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken("token", 2**33)


class AsyncTokenInfos:
    """The newer form of one."""

    async def get_token_info(self, *_: str, **__: Any) -> AccessTokenInfo:
        return AccessTokenInfo("token", 2**33)


def rejected_as_asynchronous(credential: object) -> str:
    """The message about an asynchronous credential, as a pattern."""
    return (
        f"^credential is an asynchronous {type(credential).__name__}, which this client cannot await; pass the "
        r"synchronous one \(of azure\.identity, not of azure\.identity\.aio\), or use the RoomsClient of "
        r"azure\.communication\.rooms\.aio$"
    )


@pytest.mark.parametrize("credential", [AsyncTokens(), AsyncTokenInfos()])
def test_an_asynchronous_credential_is_rejected_when_the_client_is_made(credential: Any) -> None:
    with pytest.raises(TypeError, match=rejected_as_asynchronous(credential)):
        RoomsClient("https://contoso.communication.azure.com", credential)


class Delegating:
    """A credential that hides that it is asynchronous."""

    def get_token(self, *scopes: str, **options: Any) -> Any:
        return AsyncTokens().get_token(*scopes, **options)


class Awaitable:
    """One that returns an awaitable of its own."""

    def get_token(self, *_: str, **__: Any) -> Any:
        return self

    def __await__(self) -> Iterator[None]:
        yield


@pytest.mark.parametrize("credential", [Delegating(), Awaitable()])
def test_a_credential_that_is_found_to_be_asynchronous_is_rejected(server: RawServer, credential: Any) -> None:
    with RoomsClient(server.endpoint, credential) as client:
        with pytest.raises(TypeError, match=rejected_as_asynchronous(credential)):
            client.get_room("99412345678901234")
    assert server.received == []


def test_a_key_as_text_signs_too(server: RawServer) -> None:
    server.respond(200, ROOM)
    with RoomsClient(server.endpoint, KEY) as client:
        client.get_room("99412345678901234")
    assert server.received[0].headers["authorization"] == signature_over(server, server.received[0])
