"""The emulator in a process: starts, stops, keeps rooms, listens at its address."""

import base64
import errno
import http.client
import importlib.util
import json
import logging
import os
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable

import pytest
import uvicorn
from loopback import free_port, needs_ipv6
from signed_http import SignedHttp

from azure.communication.rooms import emulator as package
from azure.communication.rooms.emulator import ACCESS_KEY, Clock, RoomsEmulator
from azure.communication.rooms.emulator.http import event_loop, server
from azure.communication.rooms.emulator.http.httptools_protocol import CheckedHttpToolsProtocol


def test_it_listens_on_a_free_port_while_the_block_runs() -> None:
    with RoomsEmulator() as first, RoomsEmulator() as second:
        assert first.endpoint != second.endpoint
        assert first.connection_string == f"endpoint={first.endpoint}/;accesskey={ACCESS_KEY}"
        http = SignedHttp(first.connection_string)
        assert http.send("GET", "/rooms").status == 200
    with pytest.raises(ConnectionRefusedError):
        http.send("GET", "/rooms")


def test_the_well_known_key_is_base64() -> None:
    assert len(base64.b64decode(ACCESS_KEY, validate=True)) == 64


def test_it_has_no_address_and_nothing_to_forget_unless_it_runs() -> None:
    emulator = RoomsEmulator()
    for use in (lambda: emulator.endpoint, lambda: emulator.connection_string, emulator.reset):
        with pytest.raises(RuntimeError, match="the emulator is not running"):
            use()
    emulator.stop()


def test_it_starts_once_and_again_when_it_was_stopped() -> None:
    emulator = RoomsEmulator().start()
    with pytest.raises(RuntimeError, match="running already"):
        emulator.start()
    endpoint = emulator.endpoint
    emulator.stop()
    with emulator:
        assert emulator.endpoint == endpoint
        assert SignedHttp(emulator.connection_string).send("GET", "/rooms").status == 200


def test_memory_forgets_and_a_location_keeps(tmp_path: Path) -> None:
    for location, kept in ((None, 0), (tmp_path / "rooms", 1), (str(tmp_path / "rooms"), 2)):
        emulator = RoomsEmulator(location=location)
        for _ in range(2):
            with emulator:
                http = SignedHttp(emulator.connection_string)
                found = len(http.send("GET", "/rooms").body["value"])
                if not found:
                    http.send("POST", "/rooms", {})
        assert found == (kept > 0)


def test_reset_forgets_rooms_and_moves_the_clock_back(emulator: RoomsEmulator, http: SignedHttp) -> None:
    http.send("POST", "/rooms", {})
    emulator.clock.advance(days=1)
    emulator.reset()
    assert http.send("GET", "/rooms").body == {"value": []}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", pytest.param("::1", marks=needs_ipv6)])
def test_every_loopback_address_will_do(host: str) -> None:
    with RoomsEmulator(host=host) as emulator:
        shown = "[::1]" if host == "::1" else host
        assert emulator.endpoint.startswith(f"http://{shown}:")
        assert SignedHttp(emulator.connection_string).send("GET", "/rooms").status == 200


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "127.0.0.1"), pytest.param("::", "[::1]", marks=needs_ipv6)])
def test_an_emulator_on_all_addresses_is_reached_by_loopback_here(host: str, shown: str) -> None:
    with RoomsEmulator(host=host) as emulator:
        assert emulator.endpoint.startswith(f"http://{shown}:")
        assert SignedHttp(emulator.connection_string).send("GET", "/rooms").status == 200


def test_a_host_has_a_name() -> None:
    with pytest.raises(ValueError, match="the host is empty"):
        RoomsEmulator(host="")


def test_the_admin_api_can_have_a_port_of_its_own() -> None:
    with RoomsEmulator(admin_port=0) as emulator:
        assert emulator.admin_endpoint != emulator.endpoint
        rooms, admin = (
            SignedHttp(f"endpoint={endpoint};accesskey={ACCESS_KEY}")
            for endpoint in (emulator.endpoint, emulator.admin_endpoint)
        )
        assert [http.send_as_is("GET", "/_emulator/state", b"", {}).status for http in (rooms, admin)] == [404, 200]
        assert [http.send("GET", "/rooms").status for http in (rooms, admin)] == [200, 404]
        assert [http.send_as_is("GET", "/health", b"", {}).status for http in (rooms, admin)] == [200, 200]
    with RoomsEmulator() as emulator:
        assert emulator.admin_endpoint == emulator.endpoint


def test_the_admin_port_is_another_than_the_port() -> None:
    with pytest.raises(ValueError, match="the admin port must be"):
        RoomsEmulator(port=8420, admin_port=8420)
    with pytest.raises(ValueError, match="the admin port must be"):
        RoomsEmulator(admin_port=99999)


def test_forwarded_headers_change_nothing(emulator: RoomsEmulator, http: SignedHttp) -> None:
    forwarded = {"X-Forwarded-For": "8.8.8.8", "X-Forwarded-Proto": "https", "Forwarded": "for=8.8.8.8"}
    assert http.send_as_is("GET", "/_emulator/state", b"", forwarded).status == 200
    emulator.seed(31)
    link = http.send("GET", "/rooms", headers={**forwarded}).body["nextLink"]
    assert link.startswith("http://")


def test_the_access_logger_of_uvicorn_keeps_its_handlers() -> None:
    logger, handler = logging.getLogger("uvicorn.access"), logging.NullHandler()
    logger.addHandler(handler)
    try:
        with RoomsEmulator() as emulator:
            assert SignedHttp(emulator.connection_string).send("GET", "/rooms").status == 200
            assert logger.handlers == [handler]
            assert logger.propagate
    finally:
        logger.removeHandler(handler)


def test_the_access_logger_of_uvicorn_hears_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="uvicorn.access"), RoomsEmulator() as emulator:
        SignedHttp(emulator.connection_string).send("GET", "/rooms")
    assert [record for record in caplog.records if record.name == "uvicorn.access"] == []


def test_a_port_that_is_taken_is_an_os_error() -> None:
    with RoomsEmulator() as emulator:
        port = int(emulator.endpoint.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            RoomsEmulator(port=port).start()


def test_a_location_that_cannot_be_used_frees_the_port(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder")
    port = free_port()
    with pytest.raises(OSError, match="file"):
        RoomsEmulator(port=port, location=file).start()
    with RoomsEmulator(port=port) as emulator:
        assert emulator.endpoint.endswith(f":{port}")


def test_a_server_that_cannot_start_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(self: Any, sockets: Any) -> None:
        for each in sockets:
            each.close()

    monkeypatch.setattr(uvicorn.Server, "serve", broken)
    with pytest.raises(RuntimeError, match="could not be started"):
        RoomsEmulator().start()


def test_threads_create_without_losing_a_room(emulator: RoomsEmulator) -> None:
    def create() -> None:
        http = SignedHttp(emulator.connection_string)
        made.extend(http.send("POST", "/rooms", {}).body["id"] for _ in range(10))

    made: list[str] = []
    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 80


def test_names_are_found_when_they_are_used() -> None:
    assert Clock is type(RoomsEmulator().clock)
    assert dir(package) == sorted(package.__all__)
    assert all(getattr(package, name) is not None for name in package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # noqa: B018


@pytest.mark.parametrize("missing", [["starlette"], ["uvicorn"], ["starlette", "uvicorn"]])
def test_without_the_extra_it_states_which_command_installs_it(
    missing: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in missing else find(name))
    monkeypatch.delitem(vars(package), "RoomsEmulator", raising=False)
    importlib.reload(package)  # pytest imports the plugin in it wherever it is installed
    with pytest.raises(ImportError) as caught:
        package.RoomsEmulator  # noqa: B018
    assert str(caught.value) == (
        f"the emulator needs {' and '.join(missing)}; install it with: "
        'python -m pip install "azure-communication-rooms[emulator]"'
    )


def test_it_imports_nothing_of_the_client_and_of_azure_core() -> None:
    program = """
import sys
from azure.communication.rooms.emulator import RoomsEmulator
with RoomsEmulator() as emulator:
    print(sorted(n for n in sys.modules if n.startswith("azure.") and "emulator" not in n))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (
        ran.stdout.strip()
        == "['azure.communication', 'azure.communication.rooms', 'azure.communication.rooms._version']"
    )


def test_responses_are_sent_without_waiting_for_acknowledgements() -> None:
    (listener,) = server.listen("127.0.0.1", 0)
    with listener:
        assert listener.proto == socket.IPPROTO_TCP  # what asyncio looks at before it sets TCP_NODELAY


@contextmanager
def housekeeping(run: Callable[[], None]) -> Iterator[None]:
    """A server that does nothing but keep house."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("not called")

    (listener,) = server.listen("127.0.0.1", 0)
    with listener:
        running = server.Server(app, [listener], None, run)
        assert running.start()
        try:
            yield
        finally:
            running.stop()


def test_a_server_that_could_not_start_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("not called")

    monkeypatch.setattr(event_loop, "run", lambda coroutine: coroutine.close())
    (listener,) = server.listen("127.0.0.1", 0)
    with listener:
        running = server.Server(app, [listener], None, lambda: None)
        assert not running.start()
        running.stop()


def test_the_server_keeps_house_once_it_has_started() -> None:
    ran = threading.Event()
    with housekeeping(ran.set):
        assert ran.wait(60)


def test_housekeeping_that_fails_is_logged_and_the_server_continues(caplog: pytest.LogCaptureFixture) -> None:
    ran = threading.Event()

    def fail() -> None:
        ran.set()
        raise sqlite3.OperationalError("database or disk is full")

    with caplog.at_level("WARNING", logger="azure.communication.rooms.emulator"), housekeeping(fail):
        assert ran.wait(60)
    assert [record.getMessage() for record in caplog.records] == ["housekeeping failed: database or disk is full"]


@needs_ipv6
def test_localhost_is_both_of_its_addresses() -> None:
    with RoomsEmulator(host="localhost") as emulator:
        port = int(emulator.endpoint.rpartition(":")[2])
        for address in ("127.0.0.1", "::1"):
            connection = http.client.HTTPConnection(address, port, timeout=10)
            connection.request("GET", "/health")
            assert connection.getresponse().status == 200
            connection.close()


@needs_ipv6
def test_a_port_that_is_taken_in_one_family_is_taken() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as other:
        other.bind(("::1", 0))
        other.listen(1)
        with pytest.raises(OSError, match="in use"):
            RoomsEmulator(host="localhost", port=other.getsockname()[1]).start()


def test_another_free_port_is_tried_where_one_is_taken_in_the_other_family(monkeypatch: pytest.MonkeyPatch) -> None:
    listen, ports = server._listen, []

    def taken_once(host: str, port: int) -> socket.socket:
        if host == "::1":
            ports.append(port)
            if len(ports) == 1:
                raise OSError(errno.EADDRINUSE, "Address already in use")
            raise OSError(errno.EADDRNOTAVAIL, "there is no IPv6")
        return listen(host, port)

    monkeypatch.setattr(server, "_listen", taken_once)
    (listener,) = server.listen("localhost", 0)
    with listener:
        assert listener.getsockname()[1] == ports[1]


def test_no_port_that_is_free_in_both_families_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    listen = server._listen

    def taken(host: str, port: int) -> socket.socket:
        if host == "::1":
            raise OSError(errno.EADDRINUSE, "Address already in use")
        return listen(host, port)

    monkeypatch.setattr(server, "_listen", taken)
    with pytest.raises(OSError, match=r"no port is free on both 127\.0\.0\.1 and ::1"):
        server.listen("localhost", 0)


def raw_response(emulator: RoomsEmulator, request: bytes) -> bytes:
    host, _, port = emulator.endpoint.rpartition("/")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://localhost@evil.example/health?http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"BREW /rooms HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Bad\x01: 1\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_what_is_no_request_is_rejected_in_the_form_of_the_service(
    emulator: RoomsEmulator, request_head: bytes
) -> None:
    head, _, body = raw_response(emulator, request_head).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert json.loads(body)["error"]["code"] == "BadRequest"


@pytest.mark.parametrize("target", [b"http://LOCALHOST/health", b"/health?http://evil.example", b"/health?a://b/c"])
def test_a_target_that_names_the_host_of_the_header_is_a_request(emulator: RoomsEmulator, target: bytes) -> None:
    request = b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert raw_response(emulator, request).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("trailer", [b"Host: evil.example", b"X-Ms-Client-Request-Id: trailer"])
def test_a_trailer_is_no_header(emulator: RoomsEmulator, trailer: bytes) -> None:
    head = b"POST /rooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw_response(emulator, head + b"2\r\n{}\r\n0\r\n" + trailer + b"\r\n\r\n").startswith(b"HTTP/1.1 401 ")
    assert emulator.requests[-1].client_request_id is None


def test_pipelined_requests_are_not_one_large_head(emulator: RoomsEmulator) -> None:
    padding = b"a" * 700
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Padding: " + padding + b"\r\n\r\n"
    last = request.replace(b"X-Padding", b"Connection: close\r\nX-Padding")
    responses = raw_response(emulator, request * 1000 + last)
    assert (responses.count(b"HTTP/1.1 200 "), responses.count(b"HTTP/1.1 ")) == (1001, 1001)


def test_no_more_of_a_pipeline_is_read_while_requests_of_it_wait(
    emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[int] = []
    complete = CheckedHttpToolsProtocol.on_response_complete

    def on_response_complete(self: CheckedHttpToolsProtocol) -> None:
        waiting.append(len(self.pipeline))
        complete(self)

    monkeypatch.setattr(CheckedHttpToolsProtocol, "on_response_complete", on_response_complete)
    request = b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Padding: " + b"a" * 16_000 + b"\r\n\r\n"
    last = request.replace(b"X-Padding", b"Connection: close\r\nX-Padding")
    assert raw_response(emulator, request * 400 + last).count(b"HTTP/1.1 200 ") == 401
    assert max(waiting) <= 256 * 1024 // len(request) + 1  # as many as asyncio reads at once


def test_headers_without_an_end_are_rejected(emulator: RoomsEmulator) -> None:
    host, _, port = emulator.endpoint.rpartition("/")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n")
        with suppress(OSError):  # the emulator closes it in between
            for _ in range(200):
                connection.sendall(b"X-Long: " + b"a" * 16_000 + b"\r\n")
        with suppress(ConnectionResetError):
            assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_a_stop_does_not_wait_for_idle_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is the rule: a stop waits for responses, here for 30 seconds, and not for idle connections."""
    monkeypatch.setattr(server, "_RESPONSE_TIMEOUT", 30)
    monkeypatch.setattr(server, "_STOP_TIMEOUT", 60)
    emulator = RoomsEmulator().start()
    http_client = http.client.HTTPConnection(emulator.endpoint.rpartition("/")[2], timeout=10)
    http_client.request("GET", "/health")
    http_client.getresponse().read()
    started = time.perf_counter()
    emulator.stop()
    assert time.perf_counter() - started < 15
    http_client.close()


@pytest.mark.parametrize("has_httptools", [True, False])
def test_the_server_parses_by_httptools_where_that_is_installed(
    monkeypatch: pytest.MonkeyPatch, has_httptools: bool
) -> None:
    monkeypatch.setattr(server, "find_spec", lambda _: object() if has_httptools else None)
    names = [base.__module__ for base in server._http_protocol().__mro__]
    assert ("uvicorn.protocols.http.httptools_impl" in names) is has_httptools
    assert ("uvicorn.protocols.http.h11_impl" in names) is not has_httptools


#: In a process of its own: threads and connections that other tests left behind would be counted, and end meanwhile.
STARTS = """
import gc, os, sys, threading
from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.state.emulator_state import EmulatorState

def start_and_stop(times):
    for number in range(times):
        with RoomsEmulator(location=sys.argv[1] if number % 2 else None, grace=None) as emulator:
            emulator.seed()

def count():
    gc.collect()
    states = [each for each in gc.get_objects() if isinstance(each, EmulatorState)]
    return len(os.listdir("/proc/self/fd")), threading.active_count(), len(states)

start_and_stop(2)  # what is made once
before = count()
start_and_stop(200)
print(before, count(), sep="\\n")
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted in /proc")
def test_200_starts_and_stops_leave_nothing(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", STARTS, str(tmp_path)], capture_output=True, text=True, check=True)
    before, after = ran.stdout.splitlines()
    assert before == after
    assert after.endswith(", 1, 0)")


FORK = """
import os, sys
from azure.communication.rooms.emulator import RoomsEmulator

emulator = RoomsEmulator(location=sys.argv[1], tls=True).start()
(before,) = emulator.seed()
child = os.fork()
if child == 0:
    how = sys.argv[2]
    if how == "stop":
        emulator.stop()
    if how == "use":
        try:
            emulator.seed()
        except RuntimeError:
            sys.exit(3)
    sys.exit(0)
_, status = os.waitpid(child, 0)
(after,) = emulator.seed()
print(before, after, os.waitstatus_to_exitcode(status), emulator.ca_file.exists())
os.kill(os.getpid(), 9)  # so that nothing is made good at the end
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize(("how", "status"), [("stop", 0), ("exit", 0), ("use", 3)])
def test_a_fork_that_stops_the_emulator_or_ends_loses_nothing(tmp_path: Path, how: str, status: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK, str(tmp_path), how], capture_output=True, text=True, check=False
    )
    before, after, child, has_ca = ran.stdout.split()
    assert (int(child), has_ca) == (status, "True")
    with RoomsEmulator(location=tmp_path) as emulator:
        assert [room["id"] for room in emulator.export_rooms()["accounts"]["rooms"]] == [before, after]


def test_a_head_that_comes_in_pieces_is_read(emulator: RoomsEmulator) -> None:
    host, _, port = emulator.endpoint.rpartition("/")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (b"GET /health HT", b"TP/1.1\r\nHost: local", b"host\r\nX-A: ", b"1\r\nConnection: close\r\n\r\n"):
            connection.sendall(piece)
            SignedHttp(emulator.connection_string).send("GET", "/rooms")  # by its end the server has read the piece
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_a_server_that_does_not_stop_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server, "_STOP_TIMEOUT", 0)
    entered, may_leave = threading.Event(), threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("not called")

    def keep_house() -> None:
        entered.set()
        may_leave.wait(60)

    (listener,) = server.listen("127.0.0.1", 0)
    with listener:
        running = server.Server(app, [listener], None, keep_house)
        assert running.start()
        assert entered.wait(60)
        with caplog.at_level("WARNING", logger="azure.communication.rooms.emulator"):
            running.stop()
        may_leave.set()
        running._thread.join(60)
    assert caplog.messages == ["the HTTP server has not stopped within 0 seconds"]


def test_an_emulator_its_clock_and_its_faults_are_shown_as_what_they_are(emulator: RoomsEmulator) -> None:
    fault = emulator.faults.add("GET /rooms status=503")
    SignedHttp(emulator.connection_string).send("GET", "/rooms")
    assert repr(fault) == "<ActiveFault 1: GET /rooms status=503; 1 calls, 1 hits>"
    assert repr(emulator) == f"<RoomsEmulator {emulator.endpoint}>"
    emulator.clock.move(to=datetime(2030, 1, 2, tzinfo=timezone.utc), freeze=True)
    assert repr(emulator.clock) == "<Clock 2030-01-02T00:00:00+00:00>"
    assert repr(RoomsEmulator()) == "<RoomsEmulator stopped>"
