"""Answers of the default transport: what azure-core's interface says of them, whatever has been read so far."""

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
    """An answer of that content type."""
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


def test_a_text_is_read_by_the_charset_that_is_asked_for(transport: Any, server: RawServer) -> None:
    server.send_bytes(typed("text/plain; charset=utf-8", b"\xfc"))
    answer = transport.send(get(server))
    assert answer.text("iso-8859-1") == "ü"
    answer.encoding = "cp437"
    assert (answer.encoding, answer.text()) == ("cp437", "ⁿ")
    answer.encoding = None
    assert answer.text() == "\N{REPLACEMENT CHARACTER}"
    with pytest.raises(LookupError):
        answer.text("nonsense")


def test_an_answer_says_what_it_is(transport: Any, server: RawServer) -> None:
    server.respond(404, b'{"a":1}', X_Mine="1")
    request = get(server)
    answer = transport.send(request)
    assert answer.request is request
    assert answer.url == request.url
    assert (answer.status_code, answer.reason, answer.content_type) == (404, "Reason", "application/json")
    assert (answer.headers["x-MINE"], "x-other" in answer.headers) == ("1", False)
    assert answer.json() == {"a": 1}
    assert repr(answer).replace("<Async", "<") == "<HttpResponse: 404 Reason, Content-Type: application/json>"


@pytest.mark.parametrize("status", [200, 304, 399])
def test_a_status_below_400_raises_nothing(transport: Any, server: RawServer, status: int) -> None:
    server.send_bytes(b"HTTP/1.1 %d R\r\nContent-Length: 0\r\n\r\n" % status)
    transport.send(get(server)).raise_for_status()


def test_a_status_from_400_raises(transport: Any, server: RawServer) -> None:
    server.respond(400, b'{"error":{"code":"C","message":"M"}}')
    answer = transport.send(get(server))
    with pytest.raises(HttpResponseError) as caught:
        answer.raise_for_status()
    assert (caught.value.status_code, caught.value.response) == (400, answer)
    assert str(caught.value).startswith("(C) M")


def test_a_stream_has_no_content_before_it_is_read(transport: Any, server: RawServer) -> None:
    server.respond(200, b"abc")
    with transport.send(get(server), stream=True) as answer:
        for read in (lambda: answer.content, answer.text, answer.json):
            with pytest.raises(ResponseNotReadError):
                read()
        assert (answer.is_closed, answer.is_stream_consumed) == (False, False)
        assert answer.read() == b"abc"
        assert (answer.is_closed, answer.is_stream_consumed) == (True, True)
        assert (answer.content, answer.text()) == (b"abc", "abc")


def test_a_stream_that_is_closed_is_not_read(transport: Any, server: RawServer) -> None:
    server.respond(200, b"abc")
    answer = transport.send(get(server), stream=True)
    answer.close()
    assert answer.internal_response.closed
    for read in (answer.read, lambda: list(answer.iter_bytes()), lambda: list(answer.iter_raw())):
        with pytest.raises(StreamClosedError):
            read()


def test_what_was_read_can_be_iterated_again_but_not_raw(transport: Any, server: RawServer) -> None:
    body = bytes(range(256)) * 40
    server.respond(200, body)
    answer = transport.send(get(server))
    assert [len(piece) for piece in answer.iter_bytes()] == [4096, 4096, 2048]
    assert b"".join(answer.iter_bytes()) == body
    with pytest.raises(StreamConsumedError):
        list(answer.iter_raw())


WITHOUT_MORE = {
    "HEAD": ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
    "204": ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
    "304": ("GET", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "empty": ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "empty and chunked": ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "body": ("GET", b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000),
}


@pytest.mark.parametrize(("method", "answer"), WITHOUT_MORE.values(), ids=WITHOUT_MORE)
def test_a_connection_is_used_again_once_its_answer_was_read(
    transport: Any, server: RawServer, method: str, answer: bytes
) -> None:
    request = HttpRequest(method, server.endpoint + "/rooms")
    server.send_bytes(answer).send_bytes(answer).send_bytes(answer)
    answers = [transport.send(request), transport.send(request, stream=True)]
    pieces = list(answers[1].iter_raw())
    answers.append(transport.send(request))  # all are held: none gives its connection back by being forgotten
    assert max(map(len, pieces), default=0) <= 4096
    assert (len(server.received), server.connections) == (3, 1)


def test_the_names_of_before_still_work(transport: Any, server: RawServer) -> None:
    server.respond(200, b"abc").respond(200, b"abc")
    with transport.send(get(server), stream=True) as answer:
        assert answer.body() == b"abc"
        assert (answer.internal_response.status, answer.block_size) == (200, 4096)
    with transport.send(get(server), stream=True) as answer:
        assert b"".join(answer.stream_download(pipeline=None)) == b"abc"


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_can_be_pickled(transport: Any, server: RawServer, stream: bool) -> None:
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


def test_an_answer_that_was_pickled_is_not_read(server: RawServer) -> None:
    server.respond(200, b"abc")
    with Urllib3Transport(use_env_settings=False) as transport:
        unread = pickle.loads(pickle.dumps(transport.send(get(server), stream=True)))
    assert isinstance(unread, HttpResponse)
    unread.close()
    with pytest.raises(StreamClosedError):
        unread.read()
