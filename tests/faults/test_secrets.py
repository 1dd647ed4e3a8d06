"""Row 30: whatever is called and whatever fails, no secret is shown anywhere."""

import copy
import logging
import pickle
from collections.abc import Iterator
from typing import Any, Callable

import pytest
from azure.core.credentials import AccessToken, AzureKeyCredential
from azure.core.exceptions import AzureError
from azure.core.settings import settings
from fake_services import KEY, NonSleepingTransport
from raw_ids import ALICE
from raw_server import RawServer
from room_bodies import room_body, room_text
from shown_errors import shown
from spans import Span

from azure.communication.rooms import CommunicationRoom, RoomParticipant, RoomsClient

TOKEN = "eyJhbGciOiJub25lIn0.canary.token"
PHONE = "4:+14255550123"
ID = "99412345678901234"


class Tokens:
    """Gives the canary."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(TOKEN, 2**33)


CREDENTIALS: dict[str, Callable[[], Any]] = {"key": lambda: AzureKeyCredential(KEY), "token": Tokens}
CALLS: dict[str, Callable[[RoomsClient], Any]] = {
    "create_room": lambda client: client.create_room(participants=[PHONE]),
    "get_room": lambda client: client.get_room(ID),
    "update_room": lambda client: client.update_room(ID, pstn_dial_out_enabled=True),
    "delete_room": lambda client: client.delete_room(ID),
    "list_rooms": lambda client: list(client.list_rooms()),
    "list_participants": lambda client: list(client.list_participants(ID)),
    "add_or_update_participants": lambda client: client.add_or_update_participants(ID, {PHONE: "Presenter"}),
    "remove_participants": lambda client: client.remove_participants(ID, [PHONE]),
}
PEOPLE = room_text("1", value=[room_body("1", rawId="4:+14255550123")]).encode()
FAILURES: dict[str, Callable[[RawServer], Any]] = {
    "none": lambda server: server.respond(200, PEOPLE),
    "created": lambda server: server.respond(201, PEOPLE),
    "deleted": lambda server: server.respond(204),
    "400": lambda server: server.respond(400, '{"error":{"code":"BadRequest","message":"No."}}'),
    "401": lambda server: server.respond(401),
    "401 by a wrong clock": lambda server: server.respond(401, Date="Tue, 01 Apr 2025 08:00:00 GMT").respond(401),
    "404": lambda server: server.respond(404),
    "412": lambda server: server.respond(412),
    "429": lambda server: server.respond(429, Retry_After="100000"),
    "503 for ever": lambda server: [server.respond(503) for _ in range(9)],
    "reset": lambda server: [server.reset() for _ in range(9)],
    "nothing": lambda server: [server.truncate(b"") for _ in range(9)],
    "hang": lambda server: server.hang(),
    "truncated": lambda server: [server.truncate(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{") for _ in range(9)],
    "cut headers": lambda server: [server.truncate(b"HTTP/1.1 200 OK\r\nConte") for _ in range(9)],
    "html": lambda server: server.respond(200, "<html>"),
    "deep": lambda server: server.respond(200, "[" * 100_000),
    "too large": lambda server: server.respond(200, b" " * 100_001),
    "not gzip": lambda server: server.respond(200, "x", Content_Encoding="gzip"),
    "redirect": lambda server: server.respond(307, Location="https://evil.example.com/rooms"),
    "redirects": lambda server: [server.respond(307, Location="/rooms") for _ in range(20)],
    "foreign link": lambda server: server.respond(200, '{"value":[],"nextLink":"https://evil.example.com/"}'),
    "link to itself": lambda server: [
        server.respond(200, f'{{"value":[],"nextLink":"{server.endpoint}/rooms?x=1"}}') for _ in range(9)
    ],
}


@pytest.fixture
def spans() -> Iterator[list[Span]]:
    """What is traced."""
    Span.made.clear()
    settings.tracing_implementation.set_value(Span)  # type: ignore[arg-type]  # it has the methods
    try:
        yield Span.made
    finally:
        settings.tracing_implementation.unset_value()


def credentials_in(server: RawServer) -> list[str]:
    """Every signature or token that was sent."""
    sent = [received.headers["authorization"] for received in server.received]
    return [text.partition("Signature=")[2] or text.partition(" ")[2] for text in sent]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_no_secret_is_shown(
    server: RawServer,
    caplog: pytest.LogCaptureFixture,
    spans: list[Span],
    credential: str,
    operation: str,
    failure: str,
) -> None:
    FAILURES[failure](server)
    options: dict[str, Any] = {"read_timeout": 0.05, "retry_total": 1} if failure == "hang" else {}
    transport = NonSleepingTransport(max_response_size=100_000, **({"read_timeout": 0.05} if options else {}))
    texts = []
    with caplog.at_level(logging.DEBUG):
        client = RoomsClient(server.endpoint, CREDENTIALS[credential](), transport=transport, retry_total=1)
        with client:
            try:
                texts.append(repr(CALLS[operation](client)).replace(PHONE, ""))
            except AzureError as error:
                texts += [shown(error, __file__), pickle.dumps(error).decode("latin-1")]
        texts += [repr(client), str(client), repr(vars(client)), *(repr(vars(span)) for span in spans)]
    log = caplog.text
    assert "/rooms" in log
    assert PHONE not in log  # bodies are logged only where that is requested
    for secret in [KEY, TOKEN, *credentials_in(server)]:
        assert secret
        assert secret not in log
        assert [text for text in texts if secret in text] == []
    if operation in ("list_rooms", "get_room") and failure == "none":
        assert spans


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("credential", CREDENTIALS)
def test_a_log_of_bodies_that_is_requested_has_them_and_no_secret(
    server: RawServer, caplog: pytest.LogCaptureFixture, credential: str, operation: str
) -> None:
    server.respond(503).respond(200, PEOPLE).respond(200, PEOPLE)
    with caplog.at_level(logging.DEBUG):
        with RoomsClient(server.endpoint, CREDENTIALS[credential](), transport=NonSleepingTransport()) as client:
            try:
                CALLS[operation](client)
            except AzureError:
                CALLS["get_room"](client)
            client.get_room(ID, logging_enable=True) if server.respond(200, PEOPLE) else None
    assert PHONE in caplog.text
    for secret in [KEY, TOKEN, *credentials_in(server)]:
        assert secret not in caplog.text


@pytest.mark.parametrize("key", ["not base64!", "c2VjcmV0", ""])
def test_a_connection_string_that_is_rejected_is_not_shown(key: str) -> None:
    with pytest.raises(ValueError, match=r"connection string|endpoint|access key") as caught:
        RoomsClient.from_connection_string(f"endpoint=ftp://canary;accesskey={key}c4n4ry")
    assert "c4n4ry" not in str(caught.value)
    assert "c4n4ry" not in repr(vars(caught.value))


def test_credentials_of_a_proxy_are_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    proxies = {"http": "http://me:c4n4ry@127.0.0.1:1"}
    with caplog.at_level(logging.DEBUG):
        client = RoomsClient("http://127.0.0.1:1", KEY, transport=NonSleepingTransport(), proxies=proxies)
        with pytest.raises(AzureError) as caught:
            client.get_room(ID)
    assert "c4n4ry" not in str(caught.value) + repr(caught.value) + caplog.text + repr(vars(client))


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize("copy_of", [pickle.dumps, copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"])
def test_a_client_cannot_be_pickled_or_copied(credential: str, copy_of: Callable[[Any], Any]) -> None:
    client = RoomsClient("https://contoso.communication.azure.com", CREDENTIALS[credential]())
    with pytest.raises(TypeError, match="cannot be pickled or copied: it holds connections and a key"):
        copy_of(client)


@pytest.mark.parametrize("failure", [failure for failure in FAILURES if failure != "none"])
def test_errors_can_be_pickled(server: RawServer, failure: str) -> None:
    FAILURES[failure](server)
    transport = NonSleepingTransport(max_response_size=100_000, **({"read_timeout": 0.05} if failure == "hang" else {}))
    with RoomsClient(server.endpoint, AzureKeyCredential(KEY), transport=transport, retry_total=1) as client:
        with pytest.raises(AzureError) as caught:
            list(client.list_rooms())
    error = caught.value
    copied = pickle.loads(pickle.dumps(error))
    assert (type(copied), str(copied), copied.args) == (type(error), str(error), error.args)
    assert getattr(copied, "status_code", None) == getattr(error, "status_code", None)
    response: Any = getattr(error, "response", None)
    if response is not None:
        assert (copied.response.headers, copied.response.is_closed) == (response.headers, True)


def test_models_can_be_pickled() -> None:
    room = CommunicationRoom(room_body("1"))
    participant = RoomParticipant(ALICE, "Presenter")
    assert pickle.loads(pickle.dumps([room, participant])) == [room, participant]
