"""Responses of the default transport: azure-core's interface, before and after parts of the body are read."""

import codecs
import pickle
from typing import Any, Optional

import pytest
from azure.core.exceptions import HttpResponseError, ResponseNotReadError, StreamClosedError, StreamConsumedError
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest, HttpResponse
from raw_server import RawServer

from azure.communication.rooms._pipeline.transports.urllib3_transport import Urllib3Transport


def get(server: RawServer) -> HttpRequest:
    return HttpRequest("GET", server.endpoint + "/rooms")


def typed(content_type: str, body: bytes) -> bytes:
    """A response of that content type."""
    return f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


TEXTS = {
    "no charset": ("application/json", "ü".encode(), None, "ü"),
    "no content type": ("", "ü".encode(), None, "ü"),
    "no charset, BOM": ("application/json", codecs.BOM_UTF8 + b"{}", None, "{}"),
    "no charset, not UTF-8": ("application/json", b"\xff", None, "\N{REPLACEMENT CHARACTER}"),
    "UTF-8": ("application/json; charset=utf-8", "ü".encode(), "utf-8", "ü"),
    "UTF-8, BOM": ("application/json; charset=utf-8", codecs.BOM_UTF8 + b"{}", "utf-8", "{}"),
    "Latin-1": ("text/plain; charset=iso-8859-1", b"\xfc", "iso-8859-1", "ü"),
    "in quotes": ('text/plain; charset="iso-8859-1"', b"\xfc", "iso-8859-1", "ü"),
    "unknown": ("text/plain; charset=nonsense", "ü".encode(), None, "ü"),
    "empty": ("text/plain; charset=", "ü".encode(), None, "ü"),
}


@pytest.mark.parametrize(("content_type", "body", "encoding", "text"), TEXTS.values(), ids=TEXTS)
def test_a_text_is_read_by_its_charset(
    transport: Any, server: RawServer, content_type: str, body: bytes, encoding: Optional[str], text: str
) -> None:
    server.send_bytes(typed(content_type, body)).send_bytes(typed(content_type, body))
    ours = transport.send(get(server))
    assert (ours.encoding, ours.text()) == (encoding, text)
    with RequestsTransport(use_env_settings=False) as requests:
        theirs = requests.send(get(server))
    assert (theirs.encoding, theirs.text()) == (encoding, text)


def test_a_text_is_read_by_the_charset_that_is_requested(transport: Any, server: RawServer) -> None:
    server.send_bytes(typed("text/plain; charset=utf-8", b"\xfc"))
    response = transport.send(get(server))
    assert response.text("iso-8859-1") == "ü"
    response.encoding = "cp437"
    assert (response.encoding, response.text()) == ("cp437", "ⁿ")
    response.encoding = None
    assert response.text() == "\N{REPLACEMENT CHARACTER}"
    with pytest.raises(LookupError):
        response.text("nonsense")


def test_a_response_states_what_it_is(transport: Any, server: RawServer) -> None:
    server.respond(404, b'{"a":1}', X_Mine="1")
    request = get(server)
    response = transport.send(request)
    assert response.request is request
    assert response.url == request.url
    assert (response.status_code, response.reason, response.content_type) == (404, "Reason", "application/json")
    assert (response.headers["x-MINE"], "x-other" in response.headers) == ("1", False)
    assert response.json() == {"a": 1}
    assert repr(response).replace("<Async", "<") == "<HttpResponse: 404 Reason, Content-Type: application/json>"


@pytest.mark.parametrize("status", [200, 304, 399])
def test_a_status_below_400_raises_nothing(transport: Any, server: RawServer, status: int) -> None:
    server.send_bytes(b"HTTP/1.1 %d R\r\nContent-Length: 0\r\n\r\n" % status)
    transport.send(get(server)).raise_for_status()


def test_a_status_from_400_raises(transport: Any, server: RawServer) -> None:
    server.respond(400, b'{"error":{"code":"C","message":"M"}}')
    response = transport.send(get(server))
    with pytest.raises(HttpResponseError) as caught:
        response.raise_for_status()
    assert (caught.value.status_code, caught.value.response) == (400, response)
    assert str(caught.value).startswith("(C) M")


def test_a_stream_has_no_content_before_it_is_read(transport: Any, server: RawServer) -> None:
    server.respond(200, b"abc")
    with transport.send(get(server), stream=True) as response:
        for read in (lambda: response.content, response.text, response.json):
            with pytest.raises(ResponseNotReadError):
                read()
        assert (response.is_closed, response.is_stream_consumed) == (False, False)
        assert response.read() == b"abc"
        assert (response.is_closed, response.is_stream_consumed) == (True, True)
        assert (response.content, response.text()) == (b"abc", "abc")


def test_a_stream_that_is_closed_is_not_read(transport: Any, server: RawServer) -> None:
    server.respond(200, b"abc")
    response = transport.send(get(server), stream=True)
    response.close()
    assert response.internal_response.closed
    for read in (response.read, lambda: list(response.iter_bytes()), lambda: list(response.iter_raw())):
        with pytest.raises(StreamClosedError):
            read()


def test_what_was_read_can_be_iterated_again_but_not_raw(transport: Any, server: RawServer) -> None:
    body = bytes(range(256)) * 40
    server.respond(200, body)
    response = transport.send(get(server))
    assert [len(piece) for piece in response.iter_bytes()] == [4096, 4096, 2048]
    assert b"".join(response.iter_bytes()) == body
    with pytest.raises(StreamConsumedError):
        list(response.iter_raw())


WITHOUT_MORE = {
    "HEAD": ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
    "204": ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
    "304": ("GET", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "empty": ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "empty and chunked": ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "body": ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000),
}


@pytest.mark.parametrize(("method", "response"), WITHOUT_MORE.values(), ids=WITHOUT_MORE)
def test_a_connection_is_used_again_once_its_response_was_read(
    transport: Any, server: RawServer, method: str, response: bytes
) -> None:
    request = HttpRequest(method, server.endpoint + "/rooms")
    server.send_bytes(response).send_bytes(response).send_bytes(response)
    responses = [transport.send(request), transport.send(request, stream=True)]
    pieces = list(responses[1].iter_raw())
    responses.append(transport.send(request))  # all are held: none gives its connection back by being forgotten
    assert max(map(len, pieces), default=0) <= 4096
    assert (len(server.received), server.connections) == (3, 1)


def test_the_names_of_before_still_work(transport: Any, server: RawServer) -> None:
    server.respond(200, b"abc").respond(200, b"abc")
    with transport.send(get(server), stream=True) as response:
        assert response.body() == b"abc"
        assert (response.internal_response.status, response.block_size) == (200, 4096)
    with transport.send(get(server), stream=True) as response:
        assert b"".join(response.stream_download(pipeline=None)) == b"abc"


@pytest.mark.parametrize("stream", [False, True])
def test_a_response_can_be_pickled(transport: Any, server: RawServer, stream: bool) -> None:
    server.respond(200, b"abc", X_Mine="1")
    response = transport.send(get(server), stream=stream)
    response = getattr(response, "wrapped", response)
    copied = pickle.loads(pickle.dumps(response))
    assert (copied.status_code, copied.headers["x-mine"], copied.url, copied.is_closed) == (
        200,
        "1",
        server.endpoint + "/rooms",
        True,
    )
    assert copied._content == (None if stream else b"abc")


def test_a_response_that_was_pickled_is_not_read(server: RawServer) -> None:
    server.respond(200, b"abc")
    with Urllib3Transport(use_env_settings=False) as transport:
        unread = pickle.loads(pickle.dumps(transport.send(get(server), stream=True)))
    assert isinstance(unread, HttpResponse)
    unread.close()
    with pytest.raises(StreamClosedError):
        unread.read()
