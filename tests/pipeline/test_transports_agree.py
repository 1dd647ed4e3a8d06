"""The default transport and azure-core's own on requests: the same requests, the same outcomes.

Where azure-core's raises an error, ours raises that error or one below it; DIFFERENT lists what is not so, and why.
"""

import gzip
import zlib
from collections.abc import Mapping
from typing import Any, Callable, NamedTuple, Optional

import pytest
from azure.core.exceptions import AzureError, DecodeError, ServiceResponseError, ServiceResponseTimeoutError
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from raw_server import RawServer
from requests import RequestException


class Case(NamedTuple):
    """One request and what the service does with it."""

    script: Callable[[RawServer], Any]
    method: str = "GET"
    target: str = "/rooms?api-version=2025-03-13"
    options: Mapping[str, Any] = {}
    content: Any = None
    headers: Mapping[str, str] = {}
    stream: bool = False


def sends(content: bytes) -> Callable[[RawServer], Any]:
    return lambda server: server.truncate(content)


def responses(status: int, body: bytes = b"{}", **headers: str) -> Callable[[RawServer], Any]:
    return lambda server: server.respond(status, body, **headers)


OK = responses(200, b'{"id":"1"}')
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PACKED = gzip.compress(b"x" * 10_000)
CASES: dict[str, Case] = {
    **{
        f"status {status}": Case(responses(status))
        for status in (200, 201, 400, 401, 403, 404, 409, 412, 429, 500, 503)
    },
    "204": Case(responses(204, b"")),
    "304": Case(sends(b"HTTP/1.1 304 Not Modified\r\n\r\n")),
    "307 is not followed": Case(responses(307, b"", Location="/elsewhere")),
    "redirect to another host": Case(responses(302, b"", Location="http://evil.example.com/")),
    "POST with JSON": Case(OK, "POST", content=b'{"a":1}', headers={"Content-Type": "application/json"}),
    "POST of text": Case(OK, "POST", content="text ü"),
    "POST of nothing": Case(OK, "POST"),
    "PATCH": Case(OK, "PATCH", content=b"{}"),
    "PUT": Case(OK, "PUT", content=b"x" * 100_000),
    "DELETE": Case(responses(204, b""), "DELETE"),
    "HEAD": Case(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), "HEAD"),
    "OPTIONS": Case(OK, "OPTIONS"),
    "headers in": Case(OK, headers={"X-Mine": "1", "x-other": "a, b"}),
    "headers out": Case(responses(200, X_One="1", x_two="a, b", MS_CV="cv")),
    "a header twice": Case(sends(HEAD + b"X-Two: 1\r\nX-Two: 2\r\nContent-Length: 0\r\n\r\n")),
    "escapes in the target": Case(OK, target="/rooms?nextLink=a%2Bb%2Fc%3D%3D&x=%20y"),
    "chunked": Case(sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")),
    "to the end of the connection": Case(sends(HEAD + b"\r\n{}")),
    "gzip": Case(responses(200, PACKED, Content_Encoding="gzip")),
    "deflate": Case(responses(200, zlib.compress(b"y" * 5000), Content_Encoding="deflate")),
    "gzip in chunks": Case(
        sends(
            HEAD
            + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
            % (len(PACKED), PACKED)
        )
    ),
    "not gzip": Case(responses(200, b"nonsense", Content_Encoding="gzip")),
    "streamed": Case(responses(200, b"z" * 100_000), stream=True),
    "streamed gzip": Case(responses(200, PACKED, Content_Encoding="gzip"), stream=True),
    "streamed and cut": Case(sends(HEAD + b"Content-Length: 9\r\n\r\nabc"), stream=True),
    "streamed and slow": Case(
        lambda server: server.drip(HEAD + b"Content-Length: 9\r\n\r\n", b""), options={"read_timeout": 1}, stream=True
    ),
    "BOM": Case(responses(200, b"\xef\xbb\xbf{}")),
    "reset": Case(lambda server: server.reset()),
    "nothing": Case(sends(b"")),
    "not http": Case(sends(b"nonsense\r\n\r\n")),
    "cut": Case(sends(HEAD + b"Content-Length: 9\r\n\r\nabc")),
    "cut chunk": Case(sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nab")),
    "no chunk": Case(sends(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")),
    "hangs": Case(lambda server: server.hang(), options={"read_timeout": 1}),
    "slow body": Case(
        lambda server: server.drip(HEAD + b"Content-Length: 9\r\n\r\n", b""), options={"read_timeout": 1}
    ),
    "rejected": Case(OK, target="http://127.0.0.1:1/"),
    "rejected by a proxy": Case(
        OK, target="http://rooms.invalid/", options={"proxies": {"http": "http://127.0.0.1:1"}}
    ),
    "through a proxy": Case(OK, target="http://rooms.invalid/rooms?x=1"),
    "cookies": Case(responses(200, Set_Cookie="a=b")),
}
#: By case: the error of ours that is none of theirs, and why.
DIFFERENT: dict[str, tuple[type[Exception], str]] = {
    "not gzip": (DecodeError, "theirs is a ServiceResponseError, and this one only where the body is streamed"),
    "streamed and slow": (ServiceResponseTimeoutError, "theirs lets the error of requests through in azure-core 1.33"),
    "no chunk": (ServiceResponseError, "theirs is a bare HttpResponseError without a response; aiohttp rejects it all"),
    "slow body": (ServiceResponseError, "theirs states that the request was not sent, but the response had begun"),
}
#: Headers of a request that are of the HTTP library.
OWN_HEADERS = {"accept", "accept-encoding", "connection", "user-agent", "host"}


def of_caller(headers: dict[str, str]) -> dict[str, str]:
    """Without headers of the HTTP library, and without those that mark an empty body."""
    if headers.get("content-length") == "0":
        headers = {**headers, "content-length": ""}
    return {name: value for name, value in headers.items() if value and name not in OWN_HEADERS}


def outcome(transport: Any, case: Case, server: RawServer) -> tuple[Any, Any, Optional[Exception]]:
    """What went out, what came back, and what was raised."""
    case.script(server)
    before = len(server.received)
    url = case.target if "://" in case.target else server.endpoint + case.target
    options = dict(case.options)
    if case.target.startswith("http://rooms.invalid/rooms"):
        options["proxies"] = {"http": server.endpoint}
    request = HttpRequest(case.method, url, headers=dict(case.headers), content=case.content)
    came, raised = None, None
    with transport:
        try:
            response = transport.send(request, stream=case.stream, **options)
            content = b"".join(response.iter_bytes()) if case.stream else response.content
            headers = {name.lower(): value for name, value in response.headers.items()}
            text = None if case.stream else response.text()
            came = (response.status_code, response.reason, response.content_type, headers, content, text)
        except (AzureError, RequestException) as error:
            raised = error
    sent = [(each.method, each.target, of_caller(each.headers), each.body) for each in server.received[before:]]
    server._responses.clear()
    return sent, came, raised


@pytest.mark.parametrize("name", CASES)
def test_both_transports_send_and_take_the_same(new_transport: Any, server: RawServer, name: str) -> None:
    theirs_sent, theirs_came, theirs = outcome(RequestsTransport(use_env_settings=False), CASES[name], server)
    ours_sent, ours_came, ours = outcome(new_transport(use_env_settings=False), CASES[name], server)
    assert ours_sent == theirs_sent
    assert ours_came == theirs_came
    kind, _ = DIFFERENT.get(name, (type(theirs), ""))
    assert isinstance(ours, kind)


@pytest.mark.parametrize("verify", [None, "trusted"])
def test_both_transports_trust_the_same(
    new_transport: Any, tls_server: RawServer, trusted: str, verify: Optional[str]
) -> None:
    case = Case(OK, options={} if verify is None else {"connection_verify": trusted})
    theirs_sent, theirs_came, theirs = outcome(RequestsTransport(use_env_settings=False), case, tls_server)
    ours_sent, ours_came, ours = outcome(new_transport(use_env_settings=False), case, tls_server)
    assert (ours_sent, ours_came) == (theirs_sent, theirs_came)
    assert type(ours) is type(theirs)
    assert (ours_came is None) is (verify is None)
