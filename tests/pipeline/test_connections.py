"""Connections of the urllib3 transport: which response belongs to a request, and when a connection is used again."""

import os
import queue
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Callable

import pytest
from azure.core.exceptions import ServiceRequestError, ServiceResponseError
from azure.core.rest import HttpRequest
from raw_server import RawServer
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, util
from urllib3.util.ssl_ import create_urllib3_context

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.transports import managers
from azure.communication.rooms._pipeline.transports.base_response import IncompleteResponseError
from azure.communication.rooms._pipeline.transports.connections import (
    FinalResponse,
    IdleConnections,
    Pool,
    TLSPool,
)
from azure.communication.rooms._pipeline.transports.defaults import IDLE_EXPIRY
from azure.communication.rooms._pipeline.transports.managers import tls_options
from azure.communication.rooms._pipeline.transports.urllib3_transport import Urllib3Transport

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"


@pytest.fixture
def transport() -> Iterator[Urllib3Transport]:
    with Urllib3Transport(use_env_settings=False) as sending:
        yield sending


def get(server: RawServer, method: str = "GET") -> HttpRequest:
    return HttpRequest(method, server.endpoint + "/rooms")


def interim(*statuses: int) -> bytes:
    return b"".join(b"HTTP/1.1 %d Interim\r\nLink: </x>\r\n\r\n" % status for status in statuses)


INTERIM = {
    "100": interim(100),
    "101": interim(101),
    "102": interim(102),
    "103": interim(103),
    "199": interim(199),
    "several": interim(103, 102, 103, 100, 103),
    "without headers": b"HTTP/1.1 103 Early Hints\r\n\r\n",
    "with a length": b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\n",
    "that would close": b"HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("late", [True, False], ids=["late", "at once"])
@pytest.mark.parametrize("before", INTERIM.values(), ids=INTERIM)
def test_interim_responses_are_skipped_and_each_request_gets_its_own(
    transport: Urllib3Transport, server: RawServer, before: bytes, late: bool
) -> None:
    def respond(body: bytes) -> Callable[[Any], bool]:
        def action(connection: Any) -> bool:
            connection.wfile.write(before)
            if late:
                server.stopped.wait(0.05)
            connection.wfile.write(OK + body)
            return True

        return action

    for body in (b"A", b"B", b"C"):
        server.run(respond(body))
    assert [transport.send(get(server)).content for _ in range(3)] == [b"A", b"B", b"C"]
    assert server.connections == 1


def test_endless_interim_responses_are_an_error(transport: Urllib3Transport, server: RawServer) -> None:
    server.send_bytes(interim(103) * 101 + OK + b"A")
    with pytest.raises(ServiceResponseError, match="more than 100 interim responses"):
        transport.send(get(server))


LEFT_OVER = {
    "a response": ("GET", OK + b"A", OK + b"Z"),
    "a byte": ("GET", OK + b"A", b"\n"),
    "a body of 204": ("GET", b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n", b"{}"),
    "a body of HEAD": ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"{}"),
    "behind chunks": ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", OK + b"Z"),
    "more than a buffer": ("GET", OK + b"A", OK + b"Z" * 100_000),
}


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(("method", "response", "left_over"), LEFT_OVER.values(), ids=LEFT_OVER)
def test_a_connection_with_bytes_left_over_is_not_used_again(
    server: RawServer, tls_server: RawServer, trusted: str, method: str, response: bytes, left_over: bytes, secure: bool
) -> None:
    requested = tls_server if secure else server
    requested.send_bytes(response + left_over).send_bytes(OK + b"B")
    with Urllib3Transport(use_env_settings=False, connection_verify=trusted) as transport:
        first = transport.send(get(requested, method))
        second = transport.send(get(requested))
    assert first.content in (b"", b"A")
    assert second.content == b"B"
    assert requested.connections == 2


def test_a_connection_that_is_closed_meanwhile_has_nothing_left_over() -> None:
    one, other = socket.socketpair()
    with one, other:
        other.sendall(OK + b"A")
        response = FinalResponse(one)
        response.begin()
        one.close()  # and stays open beneath, until its response is closed, too
        os.close(one.detach())
        assert response.read() == b"A"
        assert response.isclosed()


def test_a_response_that_was_not_read_to_its_end_ends_its_connection(
    transport: Urllib3Transport, server: RawServer
) -> None:
    server.send_bytes(OK + b"A").send_bytes(OK + b"B")
    first = transport.send(get(server), stream=True)
    first.close()
    assert transport.send(get(server)).content == b"B"
    assert server.connections == 2
    assert first.is_closed  # held until now: Python would close what nothing refers to


CUT_HEADERS = {
    "in a header": b"HTTP/1.1 200 OK\r\nContent-Le",
    "behind a header": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
    "behind the status": b"HTTP/1.1 204 No Content\r\n",
    "in the status": b"HTTP/1.1 204 No",
    "in an interim response": b"HTTP/1.1 103 Early Hints\r\n",
}


@pytest.mark.parametrize("content", CUT_HEADERS.values(), ids=CUT_HEADERS)
def test_incomplete_headers_are_an_incomplete_response(
    transport: Urllib3Transport, server: RawServer, content: bytes
) -> None:
    server.truncate(content)
    with pytest.raises(IncompleteResponseError):
        transport.send(get(server))


def test_an_empty_body_to_the_end_of_the_connection_is_complete(transport: Urllib3Transport, server: RawServer) -> None:
    server.truncate(b"HTTP/1.0 200 OK\r\n\r\n")
    assert transport.send(get(server)).content == b""


MALFORMED = {
    "two lengths": b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n",
    "no http": b"nonsense\r\n\r\n",
    "nothing": b"",
    "a long header": b"HTTP/1.1 204 No Content\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_a_delete_with_a_malformed_response_and_a_404_behind_it_has_deleted(server: RawServer, content: bytes) -> None:
    server.truncate(content).respond(404, '{"error":{"code":"NotFound","message":"m"}}')
    with RoomsClient(server.endpoint, KEY) as client:
        client.delete_room("1")
    assert [each.method for each in server.received] == ["DELETE", "DELETE"]


def _bad_record(connection: Any) -> bool:
    """A TLS record that no key opens, past the server's own TLS."""
    with socket.fromfd(connection.connection.fileno(), socket.AF_INET, socket.SOCK_STREAM) as plain:
        plain.sendall(b"\x17\x03\x03\x00\x20" + b"z" * 32)
        plain.recv(1)  # until the other side has gone
    return False


def test_an_error_of_tls_while_reading_is_one_of_the_response(tls_server: RawServer, trusted: str) -> None:
    tls_server.run(_bad_record).run(_bad_record).respond(404, '{"error":{"code":"NotFound","message":"m"}}')
    with Urllib3Transport(use_env_settings=False, connection_verify=trusted) as transport:
        with pytest.raises(ServiceResponseError, match="BAD_RECORD_MAC"):
            transport.send(get(tls_server))
    with RoomsClient(tls_server.endpoint, KEY, connection_verify=trusted) as client:
        client.delete_room("1")


def test_an_error_of_a_handshake_is_one_of_the_request(transport: Urllib3Transport, server: RawServer) -> None:
    server.run_at_once(lambda connection: bool(connection.wfile.write(b"nonsense") and 0))
    request = HttpRequest("GET", server.endpoint.replace("http:", "https:"))
    with pytest.raises(ServiceRequestError, match="could not be reached"):
        transport.send(request)


@pytest.mark.parametrize("status", [403, 407, 502])
def test_a_tunnel_that_a_proxy_rejects_is_an_error_of_the_request(
    transport: Urllib3Transport, server: RawServer, status: int
) -> None:
    server.send_bytes(b"HTTP/1.1 %d No\r\n\r\n" % status)
    with pytest.raises(ServiceRequestError, match=f"could not be reached.*{status}"):
        transport.send(HttpRequest("GET", "https://rooms.invalid/"), proxies={"https": server.endpoint})


@pytest.mark.parametrize("secure", [False, True], ids=["http proxy", "https proxy"])
def test_a_response_that_a_proxy_lost_is_no_error_of_the_request(
    server: RawServer, tls_server: RawServer, trusted: str, secure: bool
) -> None:
    proxy = tls_server if secure else server
    proxy.reset().truncate(b"").truncate(b"HTTP/1.1 200 OK\r\nContent-Le")
    with Urllib3Transport(use_env_settings=False, connection_verify=trusted) as transport:
        for _ in range(3):
            with pytest.raises(ServiceResponseError, match="gave no valid response"):
                transport.send(HttpRequest("POST", "http://rooms.invalid/"), proxies={"http": proxy.endpoint})
    assert len(proxy.received) == 3


def chain(error: BaseException) -> Iterator[BaseException]:
    seen: Any = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


@pytest.mark.parametrize(
    "proxy",
    ["http://me:s3cret@127.0.0.1:1", "https://me:s3cret@127.0.0.1:1", "http://me:s3cret@h:999999", "http://me:s3cret@"],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_password_of_a_proxy_is_in_no_error(transport: Urllib3Transport, proxy: str, scheme: str) -> None:
    with pytest.raises((ServiceRequestError, ValueError)) as caught:
        transport.send(HttpRequest("GET", f"{scheme}://rooms.invalid/"), proxies={scheme: proxy}, connection_timeout=5)
    for error in chain(caught.value):
        assert "s3cret" not in repr(error) + str(error) + repr(vars(error))


@pytest.mark.parametrize("url", ["http://rooms.invalid/", "https://rooms.invalid/"])
def test_small_packets_to_a_proxy_are_not_held_back(
    transport: Urllib3Transport, server: RawServer, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    options: list[Any] = []
    create = util.connection.create_connection

    def noting(*arguments: Any, **keywords: Any) -> Any:
        options.append(keywords["socket_options"])
        return create(*arguments, **keywords)

    monkeypatch.setattr(util.connection, "create_connection", noting)
    server.respond(502)
    with suppress(ServiceRequestError):  # a tunnel that is rejected; without one the response is the proxy's
        transport.send(HttpRequest("GET", url), proxies={"all": server.endpoint})
    assert options == [[(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]]


class FakeConnection:
    """What a pool holds."""

    def __init__(self) -> None:
        self.is_connected, self.closed = True, False

    def close(self) -> None:
        self.closed = True


class FakeClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    fake = FakeClock()
    monkeypatch.setattr(IdleConnections, "clock", fake)
    return fake


def test_the_last_used_idle_connection_is_taken_first(clock: FakeClock) -> None:
    idle, connections = IdleConnections(9), [FakeConnection() for _ in range(3)]
    for connection in connections:
        idle.put(connection)
    assert (idle.qsize(), idle.empty(), idle.full()) == (3, False, False)
    assert [idle.get(block=False) for _ in range(3)] == connections[::-1]
    assert (idle.qsize(), idle.empty()) == (0, True)
    with pytest.raises(queue.Empty):
        idle.get(block=False)


def test_a_place_for_a_connection_to_be_made_is_none(clock: FakeClock) -> None:
    idle = IdleConnections(2)
    idle.put(None)
    assert idle.empty()


def test_idle_connections_are_bounded_and_the_oldest_go(clock: FakeClock) -> None:
    idle, connections = IdleConnections(3), [FakeConnection() for _ in range(200)]
    for connection in connections:
        idle.put(connection, block=False)
    assert idle.qsize() == 3
    assert [connection.closed for connection in connections] == [True] * 197 + [False] * 3


def test_an_idle_connection_expires(clock: FakeClock) -> None:
    idle, old, new = IdleConnections(9), FakeConnection(), FakeConnection()
    idle.put(old)
    clock.now = IDLE_EXPIRY - 1
    idle.put(new)
    assert not old.closed
    clock.now = IDLE_EXPIRY
    idle.put(idle.get())
    assert (old.closed, new.closed, idle.qsize()) == (True, False, 1)
    clock.now = 3 * IDLE_EXPIRY
    with pytest.raises(queue.Empty):
        idle.get()
    assert new.closed


def test_idle_connections_that_the_server_closed_go_with_the_next_call(clock: FakeClock) -> None:
    idle, dead, live = IdleConnections(9), [FakeConnection() for _ in range(5)], FakeConnection()
    for connection in dead:
        idle.put(connection)
    for connection in dead:
        connection.is_connected = False
    idle.put(live)
    assert [connection.closed for connection in dead] == [True] * 5
    assert (idle.get(), live.closed) == (live, False)


def test_another_thread_may_take_the_oldest_first(clock: FakeClock) -> None:
    assert IdleConnections(9)._drop_oldest() is False


@pytest.mark.parametrize(("idle_for", "connections"), [(IDLE_EXPIRY - 1, 1), (IDLE_EXPIRY, 2), (3600, 2)])
def test_a_call_after_long_idling_has_a_new_connection(
    transport: Urllib3Transport, server: RawServer, clock: FakeClock, idle_for: float, connections: int
) -> None:
    server.respond(200).respond(200)
    transport.send(get(server))
    clock.now = idle_for
    transport.send(get(server))
    assert server.connections == connections


@pytest.mark.parametrize(("pool", "base"), [(Pool, HTTPConnectionPool), (TLSPool, HTTPSConnectionPool)])
def test_a_connection_class_that_replaces_urllib3s_is_used(
    monkeypatch: pytest.MonkeyPatch, pool: Any, base: Any
) -> None:
    own = pool("127.0.0.1").ConnectionCls
    assert issubclass(own, base.ConnectionCls)
    assert own is not base.ConnectionCls
    other = type("Recording", (base.ConnectionCls,), {})
    monkeypatch.setattr(base, "ConnectionCls", other)
    assert pool("127.0.0.1").ConnectionCls is other


def test_with_pyopenssl_urllib3_makes_the_contexts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, trusted: str
) -> None:
    monkeypatch.setattr(util, "IS_PYOPENSSL", True)
    assert tls_options(trusted, ("cert", "key"), None) == {
        "cert_reqs": 2,
        "ca_certs": trusted,
        "cert_file": "cert",
        "key_file": "key",
    }
    assert tls_options(str(tmp_path), "both", None) == {
        "cert_reqs": 2,
        "ca_cert_dir": str(tmp_path),
        "cert_file": "both",
    }
    assert tls_options(False, None, None) == {"cert_reqs": 0}


def test_an_interrupt_shows_no_credentials(transport: Urllib3Transport, server: RawServer) -> None:
    request = HttpRequest("GET", server.endpoint, headers={"Authorization": "Bearer s3cret"})

    def interrupted(*_: Any, **message: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPConnectionPool, "urlopen", interrupted)
        with pytest.raises(KeyboardInterrupt) as caught:
            transport.send(request)
    frames = [frame for frame in _frames(caught.value) if frame.f_code is not _frames.__code__]
    assert [frame.f_code.co_name for frame in frames][-2:] == ["send", "_send"]
    assert not any("s3cret" in repr(value) for frame in frames for value in frame.f_locals.values())


def _frames(error: BaseException) -> list[Any]:
    traceback, found = error.__traceback__, []
    while traceback is not None:
        found.append(traceback.tb_frame)
        traceback = traceback.tb_next
    return found


def test_a_context_of_tls_is_made_once_for_a_client(
    tls_server: RawServer, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    def noting() -> Any:
        made.append(create_urllib3_context())
        return made[-1]

    monkeypatch.setattr(managers, "create_urllib3_context", noting)
    for _ in range(3):
        tls_server.truncate(OK + b"A")
    with Urllib3Transport(use_env_settings=False, connection_verify=trusted) as transport:
        for _ in range(3):
            transport.send(get(tls_server))
    assert (len(made), tls_server.connections) == (1, 3)


def test_the_lookup_of_a_host_gets_text(
    transport: Urllib3Transport, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested: list[Any] = []
    real = socket.getaddrinfo

    def noting(host: Any, *arguments: Any, **keywords: Any) -> Any:
        requested.append(host)
        return real(host, *arguments, **keywords)

    noting.__module__ = "socket"  # as functools.wraps has it
    monkeypatch.setattr(socket, "getaddrinfo", noting)
    server.respond(200)
    transport.send(get(server))
    assert requested == ["127.0.0.1"]
