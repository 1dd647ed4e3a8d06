"""Row 10: ``timeout`` always ends a call, and leaves what is streamed alone."""

import queue
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable

import pytest
from azure.core.exceptions import (
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.rest import HttpRequest
from client_kinds import AZURE_CORES
from fake_services import ID, KEY, ROOM, InMemoryService, Service, SocketService, make_client
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.deadline import Deadline, within_deadline
from azure.communication.rooms._pipeline.retry import RoomsRetryPolicy
from azure.communication.rooms._pipeline.transports.urllib3_transport import Urllib3Transport

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#: How a server keeps a client waiting. Each continues for 30 seconds and ends the connection then: another error.
SLOWLY: dict[str, Callable[[RawServer], Any]] = {
    "no response": lambda server: server.hang(),
    "status line, byte by byte": lambda server: server.drip(b"HTTP/1.1 200 ", b"O"),
    "headers, byte by byte": lambda server: server.drip(HEAD + b"X-Long: "),
    "headers, line by line": lambda server: server.drip(HEAD, b"X: y\r\n"),
    "body, byte by byte": lambda server: server.drip(HEAD + b'Content-Length: 100000\r\n\r\n{"id":"'),
    "body in chunks": lambda server: server.drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "body to the end of the connection": lambda server: server.drip(HEAD + b"\r\n"),
}


@pytest.mark.parametrize("slowly", SLOWLY.values(), ids=SLOWLY)
@pytest.mark.parametrize("where", ["call", "client"])
def test_a_timeout_ends_a_call_that_the_service_draws_out(
    server: RawServer, slowly: Callable[[RawServer], Any], where: str
) -> None:
    slowly(server)
    of_client, of_call = ({"timeout": 1}, {}) if where == "client" else ({}, {"timeout": 1})
    with RoomsClient(server.endpoint, KEY, **of_client) as client:  # type: ignore[arg-type]
        with pytest.raises(ServiceResponseTimeoutError):
            client.get_room(ID, **of_call)  # type: ignore[arg-type]
    assert len(server.received) == 1


def test_a_timeout_ends_a_create_and_its_retries(server: RawServer) -> None:
    server.respond(503).hang()
    with RoomsClient(server.endpoint, KEY, retry_backoff_factor=0) as client:
        with pytest.raises(ServiceResponseTimeoutError):
            client.create_room(timeout=2)
    assert len(server.received) == 2


def test_a_timeout_bounds_the_sending_of_a_large_body(server: RawServer) -> None:
    started = threading.Event()

    def never_reads(connection: Any) -> bool:
        started.set()
        return bool(server.stopped.wait(30) and False)

    server.run_at_once(never_reads)
    with RoomsClient(server.endpoint, KEY) as client:
        request = HttpRequest("PUT", "/rooms", content=b"x" * 20_000_000)  # more than sockets hold, quick to sign
        with pytest.raises(ServiceResponseTimeoutError):
            client.send_request(request, timeout=3)
    assert started.is_set()


@contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full, so that connections to it hang."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening:
        port = listening.getsockname()[1]
        waiting = []
        for _ in range(3):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            waiting.append(one)
        try:
            yield port
        finally:
            for one in waiting:
                one.close()


def test_a_timeout_ends_the_wait_for_a_connection_over_all_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = socket.getaddrinfo

    def two_addresses(*arguments: Any, **options: Any) -> Any:
        return [*looked_up(*arguments, **options), *looked_up("127.0.0.1", *arguments[1:], **options)]

    with full_port() as port:
        monkeypatch.setattr(socket, "getaddrinfo", two_addresses)
        with RoomsClient(f"http://127.0.0.1:{port}", KEY) as client:
            with pytest.raises(ServiceRequestTimeoutError, match="could not be reached within the timeout of the call"):
                client.get_room(ID, timeout=0.5)


@pytest.mark.parametrize("options", [{"timeout": 30}, {}], ids=["with a deadline", "without"])
def test_a_second_address_is_tried_when_the_first_does_not_respond(
    server: RawServer, monkeypatch: pytest.MonkeyPatch, options: Any
) -> None:
    looked_up = socket.getaddrinfo
    closed = ("127.0.0.2", int(server.host.rpartition(":")[2]))
    server.respond(200, room_text("1"))

    def two_addresses(*arguments: Any, **options: Any) -> Any:
        found = looked_up(*arguments, **options)
        return [(*found[0][:4], closed), *found]

    monkeypatch.setattr(socket, "getaddrinfo", two_addresses)
    with RoomsClient(server.endpoint, KEY, retry_total=0) as client:
        assert client.get_room(ID, **options).id == "1"


def test_a_host_without_an_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    transport = Urllib3Transport(use_env_settings=False)
    with RoomsClient("https://rooms.invalid", KEY, transport=transport, retry_total=0) as client:
        with pytest.raises(ServiceRequestError, match=r"https://rooms\.invalid could not be reached"):
            client.get_room(ID, timeout=30)


@pytest.mark.parametrize(
    "error", [socket.gaierror(-2, "Name or service not known"), OSError(24, "Too many open files")]
)
def test_a_lookup_that_fails_is_a_request_that_was_not_sent(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", failing)
    with Urllib3Transport(use_env_settings=False) as transport:
        with pytest.raises(ServiceRequestError, match=f"rooms.invalid could not be reached.*{error.strerror}"):
            transport.send(HttpRequest("GET", "http://rooms.invalid/"))


def test_a_host_whose_name_stands_for_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
    with Urllib3Transport(use_env_settings=False) as transport:
        with pytest.raises(ServiceRequestError, match=r"http://rooms\.invalid could not be reached"):
            transport.send(HttpRequest("GET", "http://rooms.invalid/"))


def test_an_international_name_is_looked_up_in_its_plain_form(monkeypatch: pytest.MonkeyPatch) -> None:
    requested = []

    def unknown(host: Any, *_: Any, **__: Any) -> Any:
        requested.append(host)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with Urllib3Transport(use_env_settings=False) as transport:
        with pytest.raises(ServiceRequestError, match="Name or service not known"):
            transport.send(HttpRequest("GET", "http://räume.invalid/"))
    assert set(requested) == {"xn--rume-loa.invalid"}


def test_a_timeout_ends_a_handshake(server: RawServer) -> None:
    server.run_at_once(lambda _: server.stopped.wait(30) and False)
    endpoint = server.endpoint.replace("http:", "https:")
    with RoomsClient(endpoint, KEY, use_env_settings=False) as client:
        with pytest.raises((ServiceRequestTimeoutError, ServiceResponseTimeoutError)):
            client.get_room(ID, timeout=0.5)


@pytest.mark.parametrize("slowly", SLOWLY.values(), ids=SLOWLY)
def test_a_timeout_ends_a_slow_response_over_tls(
    tls_server: RawServer, trusted: str, slowly: Callable[[RawServer], Any]
) -> None:
    slowly(tls_server)
    with RoomsClient(tls_server.endpoint, KEY, connection_verify=trusted, use_env_settings=False) as client:
        with pytest.raises(ServiceResponseTimeoutError):
            client.get_room(ID, timeout=1)


def drips(server: RawServer, content: bytes) -> None:
    """Send that and then a byte now and then, for 30 seconds at most."""

    def handle(connection: Any) -> bool:
        connection.wfile.write(content)
        for _ in range(3000):
            connection.wfile.write(b"x")
            if server.stopped.wait(0.01):
                break
        return False

    server.run_at_once(handle)


@pytest.mark.parametrize("content", [b"", b"\x16\x03\x03\x3f\x00"], ids=["no TLS", "a handshake, byte by byte"])
def test_a_timeout_ends_a_handshake_that_is_drawn_out(server: RawServer, content: bytes) -> None:
    drips(server, content)
    with RoomsClient(server.endpoint.replace("http:", "https:"), KEY, use_env_settings=False, retry_total=0) as client:
        with pytest.raises((ServiceRequestTimeoutError, ServiceRequestError)) as caught:
            client.get_room(ID, timeout=0.3 if content else 30)
    assert isinstance(caught.value, ServiceRequestTimeoutError) is bool(content)


@pytest.mark.parametrize("slowly", SLOWLY.values(), ids=SLOWLY)
@pytest.mark.parametrize("secure", [False, True], ids=["http proxy", "https proxy"])
def test_a_timeout_ends_a_call_through_a_proxy(
    server: RawServer, tls_server: RawServer, trusted: str, slowly: Callable[[RawServer], Any], secure: bool
) -> None:
    proxy = tls_server if secure else server
    slowly(proxy)
    options: Any = {"proxies": {"http": proxy.endpoint}, "connection_verify": trusted}
    with RoomsClient("http://rooms.invalid", KEY, allow_insecure_connection=True, **options) as client:
        with pytest.raises(ServiceResponseTimeoutError):
            client.get_room(ID, timeout=1)
    assert len(proxy.received) == 1


def drip_handshake(server: RawServer, connection: Any) -> bool:
    """Open the tunnel, and respond to the first message of the client with a record of TLS, byte by byte."""
    connection.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    connection.connection.recv(65536)
    drips(server, b"\x16\x03\x03\x3f\x00")
    return server.handle(connection)


TUNNELS: dict[str, Callable[[RawServer], Any]] = {
    "no response": lambda server: server.hang(),
    "status, byte by byte": lambda server: server.drip(b"HTTP/1.1 200 ", b"O"),
    "headers, line by line": lambda server: server.drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "handshake": lambda server: server.run(
        lambda connection: bool(connection.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n") and server.stopped.wait(30) and 0)
    ),
    "handshake, byte by byte": lambda server: server.run(lambda connection: drip_handshake(server, connection)),
}


@pytest.mark.parametrize("slowly", TUNNELS.values(), ids=TUNNELS)
@pytest.mark.parametrize("secure", [False, True], ids=["http proxy", "https proxy"])
def test_a_timeout_ends_the_wait_for_a_tunnel(
    server: RawServer,
    tls_server: RawServer,
    trusted: str,
    slowly: Callable[[RawServer], Any],
    secure: bool,
    client_kind: str,
) -> None:
    if secure and client_kind == "async" and sys.version_info < (3, 11):
        pytest.skip(
            "asyncio has no TLS within TLS before Python 3.11, which is a ValueError: test_aiohttp_transport.py"
        )
    proxy = tls_server if secure else server
    slowly(proxy)
    options: Any = {"proxies": {"https": proxy.endpoint}, "connection_verify": trusted, "retry_total": 0}
    with RoomsClient("https://rooms.invalid", KEY, **options) as client:
        with pytest.raises(ServiceRequestTimeoutError):
            client.get_room(ID, timeout=1)
    assert [each.method for each in proxy.received] == ["CONNECT"]


def test_tls_does_not_begin_in_a_tunnel_whose_headers_were_cut_off(server: RawServer, client_kind: str) -> None:
    behind: queue.Queue[bytes] = queue.Queue()

    def cut(connection: Any) -> bool:
        connection.wfile.write(b"HTTP/1.1 200 OK\r\nX: y\r\n")
        connection.connection.shutdown(socket.SHUT_WR)
        behind.put(connection.rfile.read())
        return False

    server.run(cut)
    options: Any = {"proxies": {"https": server.endpoint}, "retry_total": 0}
    with RoomsClient("https://rooms.invalid", KEY, **options) as client:
        with pytest.raises(ServiceRequestError, match=r"rooms\.invalid"):
            client.get_room(ID)
    assert behind.get(timeout=30) == b""


def test_a_timeout_does_not_bound_what_is_streamed(server: RawServer) -> None:
    clock = iter(range(100))
    server.respond(200, b"x" * 50_000)
    with RoomsClient(server.endpoint, KEY, retry_policy=RoomsRetryPolicy(monotonic=lambda: next(clock))) as client:
        with client.send_request(HttpRequest("GET", "/rooms"), stream=True, timeout=50) as response:
            assert len(b"".join(response.iter_bytes())) == 50_000
    assert next(clock) < 50


def test_no_call_is_sent_without_time_left(service: Service) -> None:
    with pytest.raises(ServiceRequestTimeoutError, match="no time is left"):
        make_client(service).get_room(ID, timeout=0)
    assert service.received == []


def test_a_wait_beyond_the_deadline_is_not_waited(service: Service) -> None:
    service.respond(503).respond(503)
    with pytest.raises(HttpResponseError, match="503"):
        make_client(service).get_room(ID, timeout=10, retry_backoff_factor=30)
    assert (len(service.received), service.transport.sleeps) == (1, [])


def test_an_attempt_that_was_ended_a_little_early_is_the_last() -> None:
    service = InMemoryService().reset().respond(200, ROOM)
    readings = iter([0.0, *[0.499] * 20])
    policy = RoomsRetryPolicy(monotonic=lambda: next(readings))
    # Not get_room: an operation has a deadline of its own by the real clock, in which each millisecond counts.
    with pytest.raises(ServiceResponseError, match="connection reset"):
        make_client(service, retry_policy=policy).send_request(HttpRequest("GET", "/rooms/x"), timeout=0.5)
    assert len(service.received) == 1


def test_a_redirect_is_within_the_same_deadline_and_the_same_retries() -> None:
    service = InMemoryService().respond(503).respond(307, Location="/rooms/elsewhere").respond(503).respond(503)
    times = iter([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 99.0, 99.0, 99.0])
    policy = RoomsRetryPolicy(monotonic=lambda: next(times), retry_backoff_factor=0)
    with pytest.raises((HttpResponseError, ServiceRequestTimeoutError)):
        make_client(service, retry_policy=policy).send_request(
            HttpRequest("GET", "/rooms/x"), timeout=50
        ).raise_for_status()
    assert len(service.received) == 3
    service = InMemoryService().respond(503).respond(307, Location="/rooms/elsewhere").respond(503).respond(503)
    response = make_client(service).send_request(HttpRequest("GET", "/rooms/x"), retry_total=1)
    assert (response.status_code, len(service.received)) == (503, 3)


def test_a_call_of_several_requests_has_one_deadline(server: RawServer) -> None:
    there = b'{"participants":[]}'
    server.respond(200, there).drip(HEAD + b"Content-Length: 100000\r\n\r\n")
    with RoomsClient(server.endpoint, KEY, api_version="2022-02-01") as client:
        with pytest.raises(ServiceResponseTimeoutError):
            client.add_or_update_participants(
                ID, ["8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-000000000001"], timeout=2
            )
    assert len(server.received) == 2


def test_a_transport_that_knows_no_deadline_gets_its_timeouts_cut(
    server: RawServer, client_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = AZURE_CORES[client_kind](use_env_settings=False)
    send = transport.send

    def noting(request: Any, **kwargs: Any) -> Any:
        noted.append((kwargs.get("connection_timeout"), kwargs.get("read_timeout")))
        return send(request, **kwargs)

    monkeypatch.setattr(transport, "send", noting)
    noted: list[Any] = []
    server.respond(200, room_text("1")).respond(200, room_text("1")).respond(200, room_text("1"))
    with RoomsClient(server.endpoint, KEY, transport=transport) as client:
        client.get_room(ID)
        client.get_room(ID, timeout=20)
        client.get_room(ID, timeout=20, connection_timeout=5, read_timeout=30)
    (none, cut, own) = noted
    assert none == (None, None)
    assert [0 < seconds <= 20 for seconds in cut] == [True, True]
    assert own[0] == 5
    assert 0 < own[1] <= 20


def test_a_transport_without_any_timeouts_is_left_alone() -> None:
    service = InMemoryService().respond(200, ROOM)
    make_client(service).get_room(ID, timeout=20)
    assert service.transport.options == [{}]


def test_deadlines_nest_and_the_nearer_one_holds() -> None:
    assert within_deadline(7) == 7
    assert within_deadline(None) is None
    with Deadline(100, lambda: 5.0) as outer:
        assert (outer.remaining(), within_deadline(7), within_deadline(None)) == (100, 7, 100)
        with Deadline(None, lambda: 0.0), Deadline(3, lambda: 0.0):
            assert within_deadline(7) == 3
        with Deadline(300, lambda: 0.0):
            assert within_deadline(None) == 100
    assert Deadline(None).remaining() == float("inf")


def test_a_transport_sends_nothing_behind_the_deadline(server: RawServer) -> None:
    times = iter([0.0, 99.0])
    with Urllib3Transport(use_env_settings=False) as transport, Deadline(5, lambda: next(times)):
        with pytest.raises(ServiceRequestTimeoutError, match="no time is left for the request"):
            transport.send(HttpRequest("GET", server.endpoint))
    assert server.received == []


def test_the_default_timeouts_are_10_and_60_seconds() -> None:
    config = Urllib3Transport(use_env_settings=False).connection_config
    assert (config.timeout, config.read_timeout) == (10, 60)


def test_a_read_timeout_of_a_call_ends_an_attempt(service: Service, server: RawServer) -> None:
    if isinstance(service, SocketService):
        server.hang()
        with pytest.raises(ServiceResponseTimeoutError):
            make_client(service).get_room(ID, read_timeout=0.1, retry_total=0)
    else:
        with pytest.raises(ServiceResponseError):
            make_client(service.reset()).get_room(ID, read_timeout=0.1, retry_total=0)
        assert service.transport.options == [{"read_timeout": 0.1}]
