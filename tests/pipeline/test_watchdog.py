"""The watchdog: what it shuts down at the deadline, what it leaves alone, and what is left of it afterwards."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestTimeoutError, ServiceResponseTimeoutError
from azure.core.rest import HttpRequest
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms._pipeline.deadline import Deadline
from azure.communication.rooms._pipeline.transports import watchdog
from azure.communication.rooms._pipeline.transports.urllib3_transport import Urllib3Transport
from azure.communication.rooms._pipeline.transports.watchdog import Watch, current_watch


@pytest.fixture
def transport() -> Iterator[Urllib3Transport]:
    with Urllib3Transport(use_env_settings=False) as sending:
        yield sending


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a connection."""
    one, other = socket.socketpair()
    with one, other:
        one.settimeout(60)
        yield one, other


def get(server: RawServer) -> HttpRequest:
    return HttpRequest("GET", server.endpoint + "/rooms")


def timer() -> Any:
    return watchdog._timer


def test_a_read_ends_at_the_deadline(pair: tuple[socket.socket, socket.socket]) -> None:
    with Watch(0.05) as watch:
        watch.attach(pair[0])
        assert pair[0].recv(1) == b""
    assert watch.expired


def test_a_watch_that_is_over_leaves_the_connection_alone(pair: tuple[socket.socket, socket.socket]) -> None:
    with Watch(60) as watch:
        watch.attach(pair[0])
        assert current_watch() is watch
    watch.expire()
    watch.attach(pair[0])
    pair[1].sendall(b"a")
    assert (watch.expired, pair[0].recv(1), current_watch()) == (False, b"a", None)


def test_a_released_connection_is_not_shut_down(pair: tuple[socket.socket, socket.socket]) -> None:
    with Watch(60) as watch:
        watch.attach(pair[0])
        watch.release()
        watch.expire()
        pair[1].sendall(b"a")
        assert (watch.expired, pair[0].recv(1)) == (False, b"a")


def test_a_connection_made_behind_the_deadline_is_shut_down(pair: tuple[socket.socket, socket.socket]) -> None:
    with Watch(60) as watch:
        watch.expire()
        watch.attach(pair[0])
        assert pair[0].recv(1) == b""


def test_a_connection_that_is_gone_already_is_none_to_shut_down(pair: tuple[socket.socket, socket.socket]) -> None:
    with Watch(60) as watch:
        watch.attach(pair[0])
        pair[0].shutdown(socket.SHUT_RDWR)
        pair[1].close()
        watch.expire()
        watch.expire()
    assert watch.expired


def test_watches_expire_in_the_order_of_their_deadlines(pair: tuple[socket.socket, socket.socket]) -> None:
    with Watch(60), Watch(0.05) as near:
        near.attach(pair[0])
        assert pair[0].recv(1) == b""
    assert near.expired


def test_calls_that_ended_in_time_leave_nothing_behind(
    transport: Urllib3Transport, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "_timer", None)
    before = set(threading.enumerate())  # another test's thread ends when it was idle for ten seconds
    for _ in range(20):
        server.respond(200)
        with Deadline(3600):
            transport.send(get(server))
    assert timer()._watches == {}
    assert server.connections == 1
    assert [thread.name for thread in set(threading.enumerate()) - before].count("rooms-deadlines") == 1


def test_a_call_without_a_deadline_has_no_watch(
    transport: Urllib3Transport, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "_timer", None)
    server.respond(200)
    transport.send(get(server))
    assert timer() is None


def test_the_thread_ends_when_it_was_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "_IDLE_SECONDS", 0.01)
    monkeypatch.setattr(watchdog, "_timer", None)
    with Watch(60):
        thread = timer()._thread
        assert thread.daemon
    with Watch(0):  # wakes it
        pass
    thread.join(60)
    assert (thread.is_alive(), timer()._thread) == (False, None)
    with Watch(60):
        assert timer()._thread is not thread


def test_where_no_thread_starts_the_timeouts_of_the_socket_hold(
    transport: Urllib3Transport, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "_timer", None)

    class NoThread(threading.Thread):
        def start(self) -> None:
            if self.name.startswith("rooms-"):
                raise RuntimeError("can't create new thread at interpreter shutdown")
            super().start()

    server.respond(200, "a").hang()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "Thread", NoThread)
        with Deadline(60):
            assert transport.send(get(server)).content == b"a"
        with Deadline(1), pytest.raises(ServiceResponseTimeoutError):
            transport.send(get(server))


def test_a_lookup_that_hangs_is_left_at_the_deadline_and_its_connection_closed(
    transport: Urllib3Transport, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, closed = threading.Event(), threading.Event()
    real = socket.getaddrinfo

    def hanging(*arguments: Any, **keywords: Any) -> Any:
        found.wait(60)
        return real(*arguments, **keywords)

    def closes_late(connected: Any) -> None:
        assert connected.result(60).fileno() != -1
        close_late(connected)
        assert connected.result().fileno() == -1
        closed.set()

    close_late = watchdog._close_late
    monkeypatch.setattr(watchdog, "_close_late", closes_late)
    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    with Deadline(0.1), pytest.raises(ServiceRequestTimeoutError, match="within the timeout of the call"):
        transport.send(get(server))
    found.set()
    assert closed.wait(60)
    assert server.received == []


def test_a_stream_has_its_headers_by_the_deadline_and_no_watch_afterwards(
    transport: Urllib3Transport, server: RawServer
) -> None:
    server.respond(200, b"x" * 100_000).drip(b"HTTP/1.1 200 OK\r\nX: ")
    with Deadline(60):
        response = transport.send(get(server), stream=True)
        assert (current_watch(), timer()._watches) == (None, {})
        assert len(response.read()) == 100_000
    with Deadline(1), pytest.raises(ServiceResponseTimeoutError, match="within the timeout of the call"):
        transport.send(get(server), stream=True)


def test_a_response_that_came_too_late_is_closed(
    transport: Urllib3Transport, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.send_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
    send, got = transport._send, []

    def then_expired(*arguments: Any) -> Any:
        got.append(send(*arguments))
        watch = current_watch()
        assert watch is not None
        watch.expire()
        return got[0]

    monkeypatch.setattr(transport, "_send", then_expired)
    with Deadline(60), pytest.raises(ServiceResponseTimeoutError):
        transport.send(get(server), stream=True)
    assert got[0].is_closed


def test_a_forked_process_starts_a_timer_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    with Watch(60):
        before = timer()
        monkeypatch.setattr(watchdog, "_timer", before)  # put back behind the test
        watchdog._forget_timer()
        with Watch(60):
            assert timer() is not before


FORK = """
import os, sys
from azure.communication.rooms import RoomsClient
from azure.core.exceptions import ServiceResponseTimeoutError
client = RoomsClient(sys.argv[1], "c2VjcmV0")
print(client.get_room("1", timeout=60).id, flush=True)
if os.fork() == 0:
    try:
        client.get_room("2", timeout=1)
    except ServiceResponseTimeoutError:
        print("timeout", flush=True)
    client.close()
    os._exit(0)
os.wait()
print(client.get_room("3", timeout=60).id, flush=True)
client.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on this system")
def test_a_deadline_holds_in_a_forked_process(server: RawServer) -> None:
    server.respond(200, room_text("1")).drip(b"HTTP/1.1 200 OK\r\nX: ").respond(200, room_text("3"))
    ran = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORK, server.endpoint],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert (ran.stdout.split(), ran.stderr) == (["1", "timeout", "3"], "")
