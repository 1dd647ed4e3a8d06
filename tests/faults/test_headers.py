"""Row 42: headers that the caller switches off or that cannot be sent, and credentials when a call is interrupted."""

import http.client
from enum import Enum
from typing import Any

import aiohttp
import pytest
from fake_services import ID, KEY, ROOM, NonSleepingTransport, Service, make_client
from raw_server import RawServer
from room_bodies import room_text
from shown_errors import shown

from azure.communication.rooms import RoomsClient


@pytest.mark.parametrize(
    "name", ["X-Mine", "x-mine", "Accept", "User-Agent", "x-ms-client-request-id", "x-ms-return-client-request-id"]
)
def test_a_header_that_is_none_is_left_out(service: Service, name: str) -> None:
    service.respond(200, ROOM).respond(200, ROOM)
    client = make_client(service, base_headers={"X-Mine": "1"})
    given = {name: None}
    client.get_room(ID, headers=given)
    client.get_room(ID)
    assert [name.lower() in received.headers for received in service.received] == [False, True]
    assert given == {name: None}


def test_a_header_of_a_client_that_is_none_is_left_out_of_every_call(service: Service) -> None:
    service.respond(200, ROOM).respond(200, ROOM)
    client = make_client(service, headers={"x-ms-return-client-request-id": None})
    client.get_room(ID)
    client.get_room(ID)
    assert ["x-ms-return-client-request-id" in received.headers for received in service.received] == [False, False]


@pytest.mark.parametrize("name", ["Accept-Encoding", "accept-encoding"])
def test_an_accept_encoding_that_is_none_requests_no_compression(service: Service, name: str) -> None:
    service.respond(200, ROOM)
    make_client(service).get_room(ID, headers={name: None})
    assert service.received[0].headers["accept-encoding"] == "identity"


def test_a_create_without_its_timestamp_is_sent_without_it(service: Service) -> None:
    service.respond(503).respond(201, ROOM)
    make_client(service).create_room(headers={"Repeatability-First-Sent": None})
    assert ["repeatability-first-sent" in received.headers for received in service.received] == [False, False]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"headers": {"x-mine": "€"}},
            "the header 'x-mine' cannot be sent: its value has characters that are not Latin-1",
        ),
        ({"request_id": "€"}, "the header 'x-ms-client-request-id' cannot be sent: .* not Latin-1"),
        ({"user_agent": "€"}, "the header 'User-Agent' cannot be sent: .* not Latin-1"),
        ({"headers": {"x-mine": "a\r\nb"}}, "the header 'x-mine' cannot be sent: its value has a control character"),
        ({"headers": {"ä": "a"}}, "'ä' cannot be the name of a header"),
        ({"headers": {"": "a"}}, "'' cannot be the name of a header"),
        ({"headers": {"x-mine": "a\u200b"}}, "the header 'x-mine' cannot be sent: .* not Latin-1"),
        ({"headers": {"x-mine": "\ud800"}}, "the header 'x-mine' cannot be sent: .* not Latin-1"),
        (
            {"headers": {"x-mine": "\u20ac\x7f"}},
            "the header 'x-mine' cannot be sent: its value has a control character",
        ),
    ],
    ids=["header", "request id", "user agent", "line break", "name", "empty", "no width", "surrogate", "delete"],
)
def test_a_header_that_cannot_be_sent_is_named(server: RawServer, options: Any, message: str) -> None:
    with RoomsClient(server.endpoint, KEY) as client:
        with pytest.raises(ValueError, match=message) as caught:
            client.get_room(ID, **options)
    assert server.received == []
    assert "Signature=" not in shown(caught.value, __file__)


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({b"x-mine": "a"}, "headers has a name that is not a str but bytes"),
        ([(1, "a")], "headers has a name that is not a str but int"),
        ("x-mine: a", "headers must be a mapping of names to values, not str"),
        (5, "headers must be a mapping of names to values, not int"),
        (["x-mine: a"], "headers must be a mapping of names to values, or a list of such pairs"),
        ([5], "headers must be a mapping of names to values, or a list of such pairs"),
        ({"x-mine": b"a"}, "the value of the header 'x-mine' must be a str, not bytes"),
        ({"x-mine": ["a"]}, "the value of the header 'x-mine' must be a str, not list"),
    ],
    ids=[
        "bytes",
        "number",
        "text",
        "no headers",
        "list of texts",
        "list of numbers",
        "value of bytes",
        "list of values",
    ],
)
@pytest.mark.parametrize("where", ["client", "call", "list"])
def test_headers_of_another_type_are_named(server: RawServer, headers: Any, message: str, where: str) -> None:
    def call() -> Any:
        with RoomsClient(server.endpoint, KEY, **{"headers": headers} if where == "client" else {}) as client:
            options = {} if where == "client" else {"headers": headers}
            return next(iter(client.list_rooms(**options))) if where == "list" else client.get_room(ID, **options)

    with pytest.raises(TypeError, match=message):
        call()
    assert server.received == []


class Colour(str, Enum):
    """Text whose ``str`` is its name."""

    RED = "red"


def test_a_header_that_is_a_member_of_an_enum_has_its_value(server: RawServer) -> None:
    server.respond(200, room_text(ID))
    with RoomsClient(server.endpoint, KEY) as client:
        client.get_room(ID, headers={"X-Colour": Colour.RED})
    assert server.received[0].headers["x-colour"] == "red"


def test_headers_may_be_pairs(service: Service) -> None:
    service.respond(200, ROOM)
    headers: Any = [("x-mine", "1"), ("x-other", "2")]
    make_client(service).get_room(ID, headers=headers)
    received = service.received[0].headers
    assert (received["x-mine"], received["x-other"]) == ("1", "2")


#: Functions of the HTTP library of each client that run before, while and after a request is sent.
PLACES: dict[str, list[tuple[Any, str]]] = {
    "sync": [(http.client.HTTPConnection, name) for name in ("putheader", "endheaders", "getresponse")],
    "async": [(aiohttp.TCPConnector, "connect"), (aiohttp.ClientRequest, "send"), (aiohttp.ClientResponse, "start")],
}


@pytest.mark.parametrize("place", [0, 1, 2], ids=["before", "while", "after"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, TypeError, RuntimeError])
def test_no_frame_holds_the_signature_of_an_interrupted_call(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, client_kind: str, place: int, error: type[BaseException]
) -> None:
    seen: list[Any] = []
    server.respond(200, room_text("1")).respond(200, room_text("1"))  # the interrupted request can have arrived

    def interrupt(*_: Any, **__: Any) -> None:
        raise error("x")

    transport = NonSleepingTransport()
    with RoomsClient(server.endpoint, KEY, transport=transport, raw_request_hook=seen.append) as client:
        with monkeypatch.context() as patched:
            patched.setattr(*PLACES[client_kind][place], interrupt)
            with pytest.raises(error) as caught:
                client.get_room(ID)
        assert client.get_room(ID).id == "1"
    assert "Signature=" not in shown(caught.value, __file__)
    assert "Authorization" not in seen[0].http_request.headers
