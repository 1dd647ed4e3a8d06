"""The default transport: bodies, TLS, proxies, streams, sizes, threads and forks, and what goes wrong with each."""

import base64
import gzip
import json
import logging
import os
import socket
import ssl
import subprocess
import sys
import threading
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme
from azure.core.exceptions import (
    DecodeError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
    StreamConsumedError,
)
from azure.core.rest import HttpRequest
from raw_server import RawServer, serve
from room_bodies import room_text

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.transports.base_response import IncompleteResponseError
from azure.communication.rooms._pipeline.transports.urllib3_transport import Urllib3Transport

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ROOM = room_text("1")
PROJECT = Path(__file__).resolve().parent.parent.parent


def get(server: RawServer, target: str = "/rooms") -> HttpRequest:
    return HttpRequest("GET", server.endpoint + target)


def test_a_response_is_read_and_its_connection_used_again(transport: Any, server: RawServer) -> None:
    server.respond(200, "one", X_Mine="1").respond(204).respond(304).send_bytes(
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    )
    responses = [transport.send(get(server)) for _ in range(4)]
    assert [response.status_code for response in responses] == [200, 204, 304, 200]
    assert [response.content for response in responses] == [b"one", b"", b"", b""]
    assert (responses[0].headers["x-mine"], responses[0].reason, responses[0].content_type) == (
        "1",
        "Reason",
        "application/json",
    )
    assert server.connections == 1


def test_a_body_in_chunks_is_read_whole(transport: Any, server: RawServer) -> None:
    server.send_bytes(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").respond(
        200
    )
    assert transport.send(get(server)).content == b"abcde"
    transport.send(get(server))
    assert server.connections == 1


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
def test_a_compressed_body_is_decompressed(transport: Any, server: RawServer, encoding: str, compress: Any) -> None:
    server.respond(200, compress(b"x" * 100_000), Content_Encoding=encoding)
    assert transport.send(get(server)).content == b"x" * 100_000
    assert server.received[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_stream_comes_in_pieces_or_raw(transport: Any, server: RawServer) -> None:
    packed = gzip.compress(os.urandom(10_000))
    server.respond(200, packed, Content_Encoding="gzip").respond(200, packed, Content_Encoding="gzip").respond(
        200, "abc"
    )
    with transport.send(get(server), stream=True) as response:
        pieces = list(response.iter_bytes())
        with pytest.raises(StreamConsumedError):
            response.read()
    assert b"".join(pieces) == gzip.decompress(packed)
    assert max(map(len, pieces)) <= 4096
    with transport.send(get(server), stream=True) as response:
        assert b"".join(response.iter_raw()) == packed
    with transport.send(get(server), stream=True) as response:
        assert b"".join(response.stream_download(None)) == b"abc"
    assert server.connections == 1


def test_a_stream_that_is_left_early_gives_its_connection_up(transport: Any, server: RawServer) -> None:
    server.respond(200, b"x" * 10_000_000).respond(200, "abc")
    with transport.send(get(server), stream=True) as response:
        assert len(next(response.iter_bytes())) == 4096
    with pytest.raises(StreamConsumedError):
        response.read()
    assert transport.send(get(server)).content == b"abc"
    assert server.connections == 2


def test_a_stream_is_read_at_once_too(transport: Any, server: RawServer) -> None:
    server.respond(200, ROOM)
    response = transport.send(get(server), stream=True)
    assert (response.read(), response.read(), response.json()) == (ROOM.encode(), ROOM.encode(), json.loads(ROOM))
    assert response.is_closed


@pytest.mark.parametrize(
    ("content", "headers", "sent"),
    [
        ("text ü", {}, "text ü".encode()),
        (b"bytes \xff", {}, b"bytes \xff"),
        (b"", {}, b""),
        (None, {}, b""),
        ("ü", {"content-length": "1"}, "ü".encode()),
    ],
    ids=str,
)
def test_a_body_goes_out_as_its_bytes_and_their_number(
    transport: Any, server: RawServer, content: Any, headers: dict[str, str], sent: bytes
) -> None:
    server.respond(200)
    transport.send(HttpRequest("PUT", server.endpoint, content=content, headers=headers))
    assert server.received[0].body == sent
    assert server.received[0].headers["content-length"] == str(len(sent))


def test_a_form_is_rejected(transport: Any, server: RawServer) -> None:
    with pytest.raises(TypeError, match="pass json= or content="):
        transport.send(HttpRequest("POST", server.endpoint, data={"a": "b"}))
    assert server.received == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", "a\r\nb: s3cret", "the header 'x' cannot be sent: its value has a control character"),
        ("x", "s3cret\n", "the header 'x' cannot be sent: its value has a control character"),
        ("x\n", "s3cret", r"'x\\n' cannot be the name of a header"),
        ("x", "s3cret \u20ac", "the header 'x' cannot be sent: its value has characters that are not Latin-1"),
    ],
    ids=["two lines", "line end", "name", "not Latin-1"],
)
def test_a_header_that_cannot_be_sent_is_rejected_and_not_shown(
    transport: Any, server: RawServer, name: str, value: str, message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}$") as caught:
        transport.send(HttpRequest("GET", server.endpoint, headers={name: value}))
    assert "s3cret" not in repr(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    assert server.received == []


def test_a_header_without_a_value_is_left_out_and_one_that_is_no_text_is_rejected(
    transport: Any, server: RawServer
) -> None:
    headers: Any = {"x-none": None, "ACCEPT-encoding": "identity", "x-mine": "1"}
    server.respond(200)
    transport.send(HttpRequest("GET", server.endpoint, headers=headers))
    (received,) = server.received
    assert (received.headers["accept-encoding"], received.headers["x-mine"]) == ("identity", "1")
    assert server.received_heads[0].lower().count(b"accept-encoding:") == 1
    assert "x-none" not in received.headers
    with pytest.raises(TypeError, match="the value of the header 'x' must be a str, not int"):
        transport.send(HttpRequest("GET", server.endpoint, headers={"x": 1}))  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="the name of the header b'x' must be a str, not bytes"):
        transport.send(HttpRequest("GET", server.endpoint, headers={b"x": "1"}))  # type: ignore[dict-item]


def test_a_method_that_cannot_be_sent_is_rejected(transport: Any, server: RawServer) -> None:
    with pytest.raises(ValueError, match=r"^'GET / ' cannot be the method of a request$"):
        transport.send(HttpRequest("GET / ", server.endpoint))
    assert server.received == []


def test_no_cookie_is_kept(transport: Any, server: RawServer) -> None:
    server.respond(200, Set_Cookie="a=b").respond(200)
    transport.send(get(server))
    transport.send(get(server))
    assert "cookie" not in server.received[1].headers


def test_no_netrc_is_read(
    new_transport: Any, server: RawServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.respond(200)
    with new_transport() as sending:
        sending.send(get(server))
    assert "authorization" not in server.received[0].headers


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", IncompleteResponseError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", IncompleteResponseError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab", ServiceResponseError),
        (b"HTTP/1.1 200 OK\r\nContent-Le", ServiceResponseError),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", DecodeError),
        (b"nonsense\r\n\r\n", ServiceResponseError),
        (b"", ServiceResponseError),
        (b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 70_000 + b"\r\n" + b"\r\n", ServiceResponseError),
    ],
    ids=["cut", "cut chunk", "no chunk", "cut headers", "not gzip", "not http", "nothing", "too long a header"],
)
def test_a_response_that_is_none_is_an_error_of_azure_core(
    transport: Any, server: RawServer, response: bytes, error: type[Exception]
) -> None:
    server.truncate(response)
    with pytest.raises(error) as caught:
        transport.send(get(server))
    assert type(caught.value) in (error, IncompleteResponseError)  # how much came before the error is for the library
    assert caught.value.exc_traceback is None  # type: ignore[attr-defined]


def test_a_body_that_is_incomplete_is_either_of_azure_cores_errors_for_it() -> None:
    assert issubclass(IncompleteResponseError, ServiceResponseError)
    assert issubclass(IncompleteResponseError, IncompleteReadError)


@pytest.mark.parametrize("status", [204, 304])
def test_a_response_that_has_no_body_needs_no_length(transport: Any, server: RawServer, status: int) -> None:
    server.truncate(b"HTTP/1.1 %d x\r\n\r\n" % status)
    assert transport.send(get(server)).status_code == status


def test_the_response_to_a_head_needs_no_length(transport: Any, server: RawServer) -> None:
    server.truncate(b"HTTP/1.1 200 x\r\n\r\n")
    assert transport.send(HttpRequest("HEAD", server.endpoint)).status_code == 200


def test_a_body_to_the_end_of_the_connection_is_read(transport: Any, server: RawServer) -> None:
    server.truncate(b"HTTP/1.1 200 x\r\n\r\nabc")
    assert transport.send(get(server)).content == b"abc"


def test_a_slow_body_ends_with_the_read_timeout(transport: Any, server: RawServer) -> None:
    server.run(
        lambda one: bool(one.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n") and server.stopped.wait(30))
    )
    with pytest.raises(ServiceResponseTimeoutError, match="returned 200, but its body could not be read"):
        transport.send(get(server), read_timeout=1)


def test_a_body_of_more_than_64_mib_is_rejected(transport: Any, server: RawServer) -> None:
    packed = gzip.compress(b"\0" * (64 * 1024 * 1024 + 1))
    server.respond(200, packed, Content_Encoding="gzip").respond(200, ROOM)
    with pytest.raises(DecodeError, match="returned 200 with a body of more than 67108864 bytes, the limit"):
        transport.send(get(server))
    assert transport.send(get(server)).json() == json.loads(ROOM)


def test_a_body_that_grows_too_large_is_rejected_before_it_is_held(new_transport: Any, server: RawServer) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    server.respond(200, bomb, Content_Encoding="gzip").respond(200, bomb, Content_Encoding="gzip")
    server.respond(200, b"x" * 100_001).respond(200, b"x" * 100_000)
    with new_transport(use_env_settings=False, max_response_size=100_000) as small:
        tracemalloc.start()
        try:
            with pytest.raises(DecodeError, match=r"more than 100000 bytes.*max_response_size"):
                small.send(get(server))
            with pytest.raises(DecodeError, match="more than 100000 bytes"):
                small.send(get(server), stream=True).read()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        with pytest.raises(DecodeError, match="more than 100000 bytes"):
            small.send(get(server))
        assert len(small.send(get(server)).content) == 100_000
    assert peak < 5_000_000


def test_certificates_are_checked_with_the_file_or_folder_given(
    new_transport: Any, tls_server: RawServer, trusted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        tls_server.respond(200, ROOM)
    with new_transport(use_env_settings=False) as by_call:
        assert by_call.send(get(tls_server), connection_verify=trusted).status_code == 200
        assert by_call.send(get(tls_server), connection_verify=Path(trusted)).status_code == 200
        with pytest.raises(ServiceRequestError, match=r"could not be reached.*CERTIFICATE_VERIFY_FAILED"):
            by_call.send(get(tls_server))
        with pytest.raises(ServiceRequestError, match="CERTIFICATE_VERIFY_FAILED"):
            by_call.send(get(tls_server), connection_verify=str(tmp_path))
        with pytest.raises(OSError, match="no file or folder of trusted certificates at 'nowhere'"):
            by_call.send(get(tls_server), connection_verify="nowhere")
    with new_transport(use_env_settings=False, connection_verify=trusted) as by_transport:
        assert by_transport.send(get(tls_server)).status_code == 200
    monkeypatch.setenv("SSL_CERT_FILE", trusted)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    with new_transport() as by_environment:
        assert by_environment.send(get(tls_server)).status_code == 200


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_certificates_are_not_checked_when_switched_off(transport: Any, tls_server: RawServer) -> None:
    tls_server.respond(200, ROOM)
    assert transport.send(get(tls_server), connection_verify=False).status_code == 200


# asyncio before Python 3.11 takes a TLS connection that the other side closed for one that is still open.
@pytest.mark.filterwarnings("ignore:unclosed transport <asyncio.sslproto")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <function _SSLProtocolTransport.__del__")
@pytest.mark.parametrize("apart", [False, True])
def test_a_client_certificate_is_shown(
    transport: Any, trusted: str, tmp_path: Path, apart: bool, authority: trustme.CA
) -> None:
    mine = authority.issue_cert("me@example.com")
    mine.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    mine.private_key_pem.write_to_path(tmp_path / "key.pem")
    mine.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    given: Any = (str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")) if apart else str(tmp_path / "both.pem")
    subjects: list[Any] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED

    def note(connection: Any) -> bool:
        subjects.append(connection.connection.getpeercert()["subjectAltName"])
        connection.wfile.write(b"HTTP/1.1 204 x\r\n\r\n")
        return False

    with serve(lambda port: RawServer(port, "https"), context) as server:
        server.run(note)
        transport.send(get(server), connection_verify=trusted, connection_cert=given)
    assert subjects == [(("email", "me@example.com"),)]


def test_http_goes_through_a_proxy_by_its_full_address(transport: Any, server: RawServer) -> None:
    server.respond(200, ROOM)
    proxy = server.endpoint.replace("http://", "http://me:s%33cret@")
    request = HttpRequest("GET", "http://rooms.invalid/rooms?a=b")
    assert transport.send(request, proxies={"http": proxy}).json() == json.loads(ROOM)
    (received,) = server.received
    assert (received.target, received.headers["host"]) == ("http://rooms.invalid/rooms?a=b", "rooms.invalid")
    assert received.headers["proxy-authorization"] == "Basic bWU6czNjcmV0"


@pytest.mark.parametrize("url", ["http://rooms.invalid/", "https://rooms.invalid/"], ids=["named", "tunnel"])
@pytest.mark.parametrize(
    ("user_info", "sent"),
    [
        ("me:s\u20accret", "me:s\u20accret"),
        ("me:s\u00fccret", "me:s\u00fccret"),
        ("me:s%E2%82%ACcret", "me:s\u20accret"),
        ("m%40e:s%3A%2F%3F%23%5Bcret", "m@e:s:/?#[cret"),
        ("m\u00e9:", "m\u00e9:"),
        ("me:a%25b", "me:a%b"),
    ],
    ids=["euro", "umlaut", "escaped euro", "escaped signs", "no password", "per cent"],
)
def test_the_credentials_of_a_proxy_are_sent_as_utf_8(
    transport: Any, server: RawServer, url: str, user_info: str, sent: str
) -> None:
    server.truncate(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")  # what follows in a tunnel is no line that ends
    proxy = server.endpoint.replace("http://", f"http://{user_info}@")
    with suppress(ServiceRequestError, ServiceResponseError):  # no TLS comes through the tunnel
        transport.send(HttpRequest("GET", url), proxies={url.partition(":")[0]: proxy})
    scheme, _, credentials = server.received[0].headers["proxy-authorization"].partition(" ")
    assert (scheme, base64.b64decode(credentials).decode()) == ("Basic", sent)


def test_a_proxy_may_be_spoken_to_over_tls(transport: Any, tls_server: RawServer, trusted: str) -> None:
    tls_server.respond(200, ROOM)
    request = HttpRequest("GET", "http://rooms.invalid/rooms")
    response = transport.send(request, proxies={"http": tls_server.endpoint}, connection_verify=trusted)
    assert response.json() == json.loads(ROOM)
    assert tls_server.received[0].target == "http://rooms.invalid/rooms"


def test_https_goes_through_a_tunnel(transport: Any, server: RawServer, tls_server: RawServer, trusted: str) -> None:
    tls_server.respond(200, ROOM)

    def tunnel(connection: Any) -> bool:
        connection.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", int(tls_server.host.rpartition(":")[2]))) as behind:
            back = threading.Thread(target=_pump, args=(behind, connection.connection))
            back.start()
            _pump(connection.connection, behind)
            back.join()
        return False

    server.run(tunnel)
    response = transport.send(get(tls_server), proxies={"https": server.host}, connection_verify=trusted)
    assert response.json() == json.loads(ROOM)
    transport.close()
    assert (server.received[0].method, server.received[0].target) == ("CONNECT", tls_server.host)


def _pump(source: Any, sink: Any) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def test_a_proxy_that_rejects_is_an_error_of_azure_core(transport: Any, server: RawServer) -> None:
    server.send_bytes(b"HTTP/1.1 407 No\r\n\r\n")
    with pytest.raises((ServiceRequestError, ServiceResponseError), match="407"):
        transport.send(HttpRequest("GET", "https://rooms.invalid/"), proxies={"https": server.endpoint})
    with pytest.raises(ServiceRequestError, match=r"rooms\.invalid could not be reached"):
        transport.send(HttpRequest("GET", "https://rooms.invalid/"), proxies={"https": "http://127.0.0.1:1"})


def test_64_threads_share_64_connections_without_a_warning(server: RawServer, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(640):
        server.respond(200, ROOM)
    start = threading.Barrier(64)

    def some(client: RoomsClient) -> list[str]:
        start.wait(timeout=60)
        return [client.get_room("1").id for _ in range(10)]

    with caplog.at_level(logging.WARNING), RoomsClient(server.endpoint, KEY) as client, ThreadPoolExecutor(64) as pool:
        found = list(pool.map(some, [client] * 64))
    assert found == [["1"] * 10] * 64
    assert server.connections <= 64
    assert caplog.records == []


FORK = """
import os, sys
from azure.communication.rooms import RoomsClient
client = RoomsClient(sys.argv[1], sys.argv[2])
print(client.get_room("1").id, flush=True)
if os.fork() == 0:
    print(client.get_room("2").id, flush=True)
    client.close()
    os._exit(0)
os.wait()
print(client.get_room("3").id, flush=True)
client.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_fork_has_connections_of_its_own(server: RawServer) -> None:
    for number in range(1, 4):
        server.respond(200, room_text(str(number)))
    ran = subprocess.run(
        [sys.executable, "-c", FORK, server.endpoint, KEY],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
        timeout=60,
    )
    assert (ran.stdout.split(), ran.stderr) == (["1", "2", "3"], "")
    assert server.connections == 2


def test_another_process_starts_with_no_connections(server: RawServer) -> None:
    server.respond(200).respond(200)
    with Urllib3Transport(use_env_settings=False) as transport:
        transport.send(get(server))
        transport._process -= 1
        transport.send(get(server))
    assert server.connections == 2


def test_hosts_have_connections_of_their_own(transport: Any, server: RawServer) -> None:
    server.respond(200).respond(200)
    transport.send(get(server))
    transport.send(HttpRequest("GET", server.endpoint.replace("127.0.0.1", "localhost")))
    assert server.connections == 2


def test_a_closed_client_is_closed_for_good(server: RawServer) -> None:
    client = RoomsClient(server.endpoint, KEY)
    server.respond(200, ROOM)
    with client:
        client.get_room("1")
    with pytest.raises(ValueError, match="the client is closed"):
        client.get_room("1")
    with pytest.raises(ValueError, match="the client is closed"):
        client.__enter__()
    client.close()
    assert len(server.received) == 1


def test_a_response_in_hand_outlives_its_client(server: RawServer) -> None:
    client = RoomsClient(server.endpoint, KEY)
    server.respond(200, b"x" * 100_000)
    response = client.send_request(HttpRequest("GET", "/rooms"), stream=True)
    client.close()
    assert len(response.read()) == 100_000


def test_a_pool_that_is_closed_meanwhile_is_an_error_of_azure_core(server: RawServer) -> None:
    server.respond(200)
    with Urllib3Transport(use_env_settings=False) as transport:
        transport.send(get(server))
        for pool, _ in transport._pools.values():
            pool.close()
        with pytest.raises(ServiceRequestError, match="Pool is closed"):
            transport.send(get(server))


def test_a_session_of_requests_is_used_by_azure_cores_own_transport(server: RawServer) -> None:
    requests = pytest.importorskip("requests")
    server.respond(200, ROOM)
    with requests.Session() as session:
        session.headers["x-session"] = "1"
        session.trust_env = False
        client = RoomsClient(server.endpoint, KEY, session=session, session_owner=False)
        assert client.get_room("1").id == "1"
    assert server.received[0].headers["x-session"] == "1"
