"""The pipeline: its policies in their order, the headers they give, and what a caller may put in their place."""

import logging
from itertools import chain
from typing import Any

import pytest
import requests
from azure.core.credentials import AccessToken, AzureKeyCredential
from azure.core.pipeline import policies
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms import RoomsClient, __version__
from azure.communication.rooms._pipeline import build_pipeline_client
from azure.communication.rooms._pipeline.clock import ServiceClock

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ID = "99412345678901234"
ROOM = room_text(ID)
ORDER = [
    "RandomRequestIdPolicy",
    "HeadersPolicy",
    "UserAgentPolicy",
    "ProxyPolicy",
    "RedirectPolicy",
    "RoomsRetryPolicy",
    "CustomHookPolicy",
    "NetworkTraceLoggingPolicy",
    "TracingPolicy",
    "HttpLoggingPolicy",
    "HMACCredentialsPolicy",
]
#: The same over a transport that is not the client's own.
ORDER_OVER_OTHERS = [*ORDER[:-1], "OmitHeadersPolicy", ORDER[-1], "DeadlinePolicy"]


def names(**kwargs: Any) -> list[str]:
    """The policies of a pipeline, by class."""
    with build_pipeline_client("https://h", AzureKeyCredential(KEY), ServiceClock(), **kwargs) as client:
        groups = [getattr(policy, "policies", [policy]) for policy in client._pipeline._impl_policies]
        found = [getattr(policy, "_policy", policy) for policy in chain.from_iterable(groups)]
        return [type(policy).__name__ for policy in found if not type(policy).__name__.startswith("_Transport")]


def test_the_policies_stand_in_their_order() -> None:
    assert names() == ORDER
    assert names(transport=RequestsTransport()) == names(session=requests.Session()) == ORDER_OVER_OTHERS


def test_a_callers_policies_come_first_or_behind_the_retries() -> None:
    class Mine(policies.SansIOHTTPPolicy[Any, Any]):
        pass

    assert names(per_call_policies=Mine()) == ["Mine", *ORDER]
    after = ORDER.index("RoomsRetryPolicy") + 1
    assert names(per_retry_policies=[Mine()]) == [*ORDER[:after], "Mine", *ORDER[after:]]
    assert names(policies=[Mine()]) == ["Mine"]


@pytest.mark.parametrize(
    ("keyword", "place"),
    [
        ("request_id_policy", "RandomRequestIdPolicy"),
        ("headers_policy", "HeadersPolicy"),
        ("user_agent_policy", "UserAgentPolicy"),
        ("proxy_policy", "ProxyPolicy"),
        ("redirect_policy", "RedirectPolicy"),
        ("retry_policy", "RoomsRetryPolicy"),
        ("custom_hook_policy", "CustomHookPolicy"),
        ("logging_policy", "NetworkTraceLoggingPolicy"),
        ("http_logging_policy", "HttpLoggingPolicy"),
        ("authentication_policy", "HMACCredentialsPolicy"),
    ],
)
def test_a_callers_policy_replaces_ours(keyword: str, place: str) -> None:
    class Mine(policies.SansIOHTTPPolicy[Any, Any]):
        pass

    assert names(**{keyword: Mine()}) == ["Mine" if name == place else name for name in ORDER]


def test_a_request_carries_the_headers_of_an_azure_sdk(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(200, ROOM)
    raw_client.get_room(ID)
    headers = server.received[0].headers
    assert headers["accept"] == "application/json"
    assert headers["user-agent"].startswith(f"azsdk-python-communication-rooms/{__version__} Python/")
    assert headers["x-ms-return-client-request-id"] == "true"
    assert len(headers["x-ms-client-request-id"]) == 36


def test_the_headers_of_a_client_and_of_a_call_are_sent(server: RawServer) -> None:
    server.respond(200, ROOM).respond(200, ROOM)
    with RoomsClient(server.endpoint, KEY, base_headers={"x-a": "1"}, user_agent="app/1") as client:
        given = {"x-b": "2", "accept": "text/plain"}
        client.get_room(ID, headers=given, request_id="my-id")
        client.get_room(ID)
    first, second = (received.headers for received in server.received)
    assert (first["x-a"], first["x-b"], first["accept"]) == ("1", "2", "text/plain")
    assert first["x-ms-client-request-id"] == "my-id"
    assert first["user-agent"].startswith("app/1 azsdk-python-communication-rooms/")
    assert ("x-b" in second, second["accept"]) == (False, "application/json")
    assert given == {"x-b": "2", "accept": "text/plain"}


def test_the_outline_of_an_exchange_is_logged_with_ids_and_version(
    raw_client: RoomsClient, server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    shown = {"MS-CV": "abc.0", "api-supported-versions": "v1", "Repeatability-Result": "accepted"}
    server.respond(201, ROOM, **{name.replace("-", "_"): value for name, value in shown.items()})
    with caplog.at_level(logging.INFO):
        raw_client.create_room()
    assert "api-version=2025-03-13" in caplog.text
    for name in ("Repeatability-Request-ID", "Repeatability-First-Sent"):
        shown[name] = server.received[0].headers[name.lower()]
    assert all(f"'{name}': '{value}'" in caplog.text for name, value in shown.items())


def test_a_callers_transport_sends(server: RawServer) -> None:
    class Counting(RequestsTransport):  # type: ignore[misc]  # azure-core gives it no type
        sent = 0

        def send(self, request: Any, **kwargs: Any) -> Any:
            Counting.sent += 1
            return super().send(request, **kwargs)

    server.respond(200, ROOM)
    with RoomsClient(server.endpoint, KEY, transport=Counting(use_env_settings=False)) as client:
        client.get_room(ID)
    assert Counting.sent == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_stands_before_this_machine(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.respond(200, ROOM)
    with RoomsClient(server.endpoint, KEY) as client:
        assert client.get_room(ID).id == ID
    assert server.received[0].target.startswith("/rooms/")


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "http://rooms.invalid"])
def test_a_proxy_that_is_requested_is_used(server: RawServer, endpoint: str) -> None:
    server.respond(200, ROOM)
    with RoomsClient(endpoint, KEY, proxies={"http": server.endpoint}, allow_insecure_connection=True) as client:
        assert client.get_room(ID).id == ID
    assert server.received[0].target == f"{endpoint}/rooms/{ID}?api-version=2025-03-13"


def test_the_environment_holds_for_other_machines(server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.endpoint)
    monkeypatch.setenv("http_proxy", server.endpoint)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.respond(200, ROOM)
    with RoomsClient("http://rooms.invalid", KEY, allow_insecure_connection=True) as client:
        assert client.get_room(ID).id == ID


def test_a_closed_client_raises(server: RawServer) -> None:
    client = RoomsClient(server.endpoint, KEY)
    server.respond(200, ROOM)
    client.get_room(ID)
    client.close()
    with pytest.raises(ValueError, match="closed"):
        client.get_room(ID)
    assert len(server.received) == 1


def test_send_request_sends_a_path_to_the_endpoint_and_leaves_the_request_alone(
    raw_client: RoomsClient, server: RawServer
) -> None:
    request = HttpRequest("PUT", "/rooms/x?api-version=2025-03-13", json={"a": 1})
    before = (request.url, dict(request.headers))
    server.respond(418, '{"tea":true}')
    response = raw_client.send_request(request)
    assert (response.status_code, response.json()) == (418, {"tea": True})
    assert (server.received[0].method, server.received[0].target) == ("PUT", "/rooms/x?api-version=2025-03-13")
    assert server.received[0].body == b'{"a": 1}'
    assert (request.url, dict(request.headers)) == before


def test_send_request_leaves_a_request_alone_whose_body_cannot_be_copied(server: RawServer) -> None:
    class Tokens:
        def get_token(self, *_: str, **__: Any) -> AccessToken:
            return AccessToken("token", 2**31)

    content = (part for part in [b"a", b"b"])
    request = HttpRequest("PUT", "/rooms/x", content=content, headers={"Content-Length": "2"})
    server.respond(200, "{}")
    with RoomsClient(server.endpoint, Tokens()) as client:
        client.send_request(request)
    assert server.received[0].body == b"ab"
    assert (request.url, dict(request.headers)) == ("/rooms/x", {"Content-Length": "2"})


def test_send_request_streams(raw_client: RoomsClient, server: RawServer) -> None:
    server.respond(200, "x" * 1000)
    with raw_client.send_request(HttpRequest("GET", "/rooms"), stream=True) as response:
        assert b"".join(response.iter_bytes()) == b"x" * 1000
