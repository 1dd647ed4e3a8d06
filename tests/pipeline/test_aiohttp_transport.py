"""The async transport where it differs from the sync one: loops, cancellation, what is sent again, its warnings."""

import asyncio
import gc
import gzip
import socket
import subprocess
import sys
import threading
import traceback
import warnings
import zlib
from pathlib import Path
from typing import Any, Callable, Optional

import certifi
import pytest
from aiohttp import ClientOSError
from azure.core.exceptions import (
    AzureError,
    DecodeError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.rest import HttpRequest
from raw_server import RawServer

from azure.communication.rooms._pipeline.deadline import Deadline
from azure.communication.rooms._pipeline.transports.aiohttp_transport import AiohttpTransport
from azure.communication.rooms._pipeline.transports.decompression import Decompressor

PROJECT = Path(__file__).resolve().parent.parent.parent
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"


def get(server: RawServer, method: str = "GET", **options: Any) -> HttpRequest:
    return HttpRequest(method, server.endpoint + "/rooms", **options)


async def error_of(awaitable: Any) -> Exception:
    """The error that an awaitable raises."""
    try:
        await awaitable
    except Exception as error:  # noqa: BLE001  the test looks at it
        return error
    raise AssertionError("nothing was raised")


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds that another thread makes true."""
    while not condition():
        await asyncio.sleep(0.01)


async def cancelled(task: "asyncio.Future[Any]") -> None:
    """Cancel a task that has not ended."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def with_transport(scenario: Callable[[AiohttpTransport], Any], **options: Any) -> Any:
    """Run a coroutine function with a transport, in a loop of its own."""

    async def run() -> Any:
        async with AiohttpTransport(use_env_settings=False, **options) as transport:
            return await scenario(transport)

    return asyncio.run(run())


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "POST"])
def test_a_kept_connection_that_ended_is_an_error_and_the_request_is_not_sent_again(
    server: RawServer, method: str
) -> None:
    server.respond(200).truncate(b"").respond(200)

    async def scenario(transport: AiohttpTransport) -> Exception:
        await transport.send(get(server))
        return await error_of(transport.send(get(server, method)))

    assert type(with_transport(scenario)) is ServiceResponseError
    assert [received.method for received in server.received] == ["GET", method]


STAGES: dict[str, tuple[Callable[[RawServer], Any], type[AzureError]]] = {
    "hang": (lambda server: server.hang(), ServiceResponseTimeoutError),
    "drip of headers": (lambda server: server.drip(b"HTTP/1.1 200 OK\r\nX: "), ServiceResponseTimeoutError),
    "drip of body": (lambda server: server.drip(HEAD), ServiceResponseTimeoutError),
}


@pytest.mark.parametrize(("script", "error"), STAGES.values(), ids=STAGES)
def test_a_deadline_ends_an_exchange(
    server: RawServer, script: Callable[[RawServer], Any], error: type[AzureError]
) -> None:
    script(server)

    async def scenario(transport: AiohttpTransport) -> tuple[Exception, float]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        with Deadline(1):
            return await error_of(transport.send(get(server))), loop.time() - started

    raised, seconds = with_transport(scenario)
    assert type(raised) is error
    assert 0.99 <= seconds < 15  # the server continues for 30 seconds


@pytest.mark.usefixtures("loop_of_asyncio")
def test_a_deadline_ends_the_lookup_of_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()

    def look_up(*_: Any, **__: Any) -> Any:
        never.wait(30)
        raise socket.gaierror("never")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    async def scenario(transport: AiohttpTransport) -> tuple[Exception, float]:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            with Deadline(0.3):
                return (
                    await error_of(transport.send(HttpRequest("GET", "http://rooms.invalid/"))),
                    loop.time() - started,
                )
        finally:
            never.set()

    raised, seconds = with_transport(scenario)
    assert type(raised) is ServiceRequestTimeoutError
    assert seconds < 15  # the lookup takes 30 seconds


def test_a_deadline_that_is_over_sends_nothing(server: RawServer) -> None:
    async def scenario(transport: AiohttpTransport) -> Exception:
        with Deadline(0):
            return await error_of(transport.send(get(server)))

    raised = with_transport(scenario)
    assert type(raised) is ServiceRequestTimeoutError
    assert "no time is left" in str(raised)
    assert server.received == []


@pytest.mark.parametrize("seconds", [5.2, 7])
def test_a_timeout_is_not_rounded(seconds: float) -> None:
    timeout = AiohttpTransport(use_env_settings=False)._timeout("http://localhost", seconds, seconds)
    assert (timeout.connect, timeout.sock_read, timeout.ceil_threshold) == (seconds, seconds, float("inf"))


def test_a_limit_of_connections_is_kept_and_the_wait_lies_within_the_deadline(server: RawServer) -> None:
    server.hang().respond(200)

    async def scenario(transport: AiohttpTransport) -> tuple[Exception, int]:
        first = asyncio.ensure_future(transport.send(get(server)))
        await until(lambda: server.received != [])
        with Deadline(0.3):
            waited = await error_of(transport.send(get(server), connection_timeout=0.1))
        await cancelled(first)
        return waited, (await transport.send(get(server))).status_code

    waited, status = with_transport(scenario, max_connections=1)
    assert (type(waited), status) == (ServiceRequestTimeoutError, 200)
    assert len(server.received) == 2


def test_without_a_limit_150_requests_are_under_way_at_once(server: RawServer) -> None:
    together = threading.Barrier(150)

    def respond_together(connection: Any) -> bool:
        together.wait(60)
        connection.wfile.write(b"HTTP/1.1 204 x\r\n\r\n")
        return True

    for _ in range(150):
        server.run(respond_together)

    async def scenario(transport: AiohttpTransport) -> set[int]:
        return {one.status_code for one in await asyncio.gather(*(transport.send(get(server)) for _ in range(150)))}

    assert with_transport(scenario) == {204}


@pytest.mark.parametrize(
    "script", [lambda server: server.hang(), lambda server: server.drip(HEAD)], ids=["headers", "body"]
)
def test_a_cancelled_request_closes_its_connection(server: RawServer, script: Callable[[RawServer], Any]) -> None:
    script(server)
    server.respond(200, '{"id":"2"}')

    async def scenario(transport: AiohttpTransport) -> Any:
        request = HttpRequest("GET", server.endpoint, headers={"Authorization": "s3cret"})
        sending = asyncio.ensure_future(transport.send(request))
        await until(lambda: server.received != [])
        await asyncio.sleep(0.1)  # in most runs the headers are there now, and the body is being read
        await cancelled(sending)
        assert len(asyncio.all_tasks()) == 1
        return (await transport.send(get(server))).json()

    assert with_transport(scenario) == {"id": "2"}
    assert server.connections == 2


def test_a_cancelled_stream_closes_its_connection(server: RawServer) -> None:
    server.drip(HEAD).respond(200)

    async def scenario(transport: AiohttpTransport) -> bool:
        response = await transport.send(get(server), stream=True)

        async def read() -> None:
            async for _ in response.iter_bytes():
                pass

        reading = asyncio.ensure_future(read())
        await asyncio.sleep(0.1)
        await cancelled(reading)
        await transport.send(get(server))
        return response.is_closed

    assert with_transport(scenario)
    assert server.connections == 2


def test_no_response_and_no_error_refers_to_credentials(server: RawServer) -> None:
    server.respond(200).truncate(b"nonsense\r\n\r\n").respond(407)
    headers = {"Authorization": "s3cret"}

    async def scenario(transport: AiohttpTransport) -> tuple[Any, Exception, Exception]:
        response = await transport.send(get(server, headers=headers))
        not_http = await error_of(transport.send(get(server, headers=headers)))
        proxies = {"https": server.endpoint.replace("http://", "http://me:s3cret@")}
        tunnel = await error_of(transport.send(HttpRequest("GET", "https://rooms.invalid/"), proxies=proxies))
        return response, not_http, tunnel

    response, not_http, tunnel = with_transport(scenario)
    assert "Authorization" not in response.internal_response.request_info.headers
    for error, kind in ((not_http, ServiceResponseError), (tunnel, ServiceRequestError)):
        assert type(error) is kind
        assert (error.__cause__, error.__context__) == (None, None)
        assert "s3cret" not in repr(error)
    assert server.received[0].headers["authorization"] == "s3cret"
    assert server.received[2].headers["proxy-authorization"].startswith("Basic ")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, TypeError, ClientOSError])
def test_an_interrupt_shows_no_credentials(server: RawServer, kind: type[BaseException]) -> None:
    headers = {"Authorization": "Bearer s3cret"}
    proxies = {"http": server.endpoint.replace("http://", "http://me:s3cret@")}
    messages: list[Any] = []

    async def scenario(transport: AiohttpTransport) -> tuple[BaseException, set[str]]:
        session = await transport._sessions.session()

        async def interrupted(*_: Any, **message: Any) -> Any:
            messages.append(message["headers"])
            raise kind

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(session, "request", interrupted)
            try:
                await transport.send(HttpRequest("GET", "http://rooms.invalid/", headers=headers), proxies=proxies)
            except BaseException as error:  # noqa: BLE001  KeyboardInterrupt, which would end the loop
                frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
                shown = {repr(value) for frame in frames[1:] for value in frame.f_locals.values()}
                return error, shown
        raise AssertionError("nothing was raised")

    error, shown = with_transport(scenario)
    assert isinstance(error, ServiceRequestError if kind is ClientOSError else kind)
    assert set(messages[0]) >= {"Authorization", "Proxy-Authorization"}
    assert not any("Bearer s3cret" in each or "Basic" in each for each in shown)


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_an_interim_response_is_skipped(server: RawServer, status: int, late: bool) -> None:
    def interim_first(connection: Any) -> bool:
        connection.wfile.write(b"HTTP/1.1 %d Interim\r\nLink: x\r\n\r\n" % status)
        if late:
            server.stopped.wait(0.05)
        connection.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
        return True

    server.run(interim_first).respond(200, "2").respond(200, "3")

    async def scenario(transport: AiohttpTransport) -> list[Any]:
        return [(await transport.send(get(server))).json() for _ in range(3)]

    assert with_transport(scenario) == [1, 2, 3]
    assert server.connections == 1


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("late", [False, True], ids=["at once", "late"])
@pytest.mark.parametrize("headers", [b"", b"Connection: Upgrade\r\nUpgrade: h2c\r\n"], ids=["bare", "upgrade"])
def test_a_switch_of_protocols_is_an_error_and_the_next_request_gets_its_own_response(
    server: RawServer, tls_server: RawServer, trusted: str, headers: bytes, late: bool, secure: bool
) -> None:
    requested = tls_server if secure else server

    def switch(connection: Any) -> bool:
        connection.wfile.write(b"HTTP/1.1 101 Switching Protocols\r\n" + headers + b"\r\n")
        if late:
            requested.stopped.wait(0.05)
        connection.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
        return True

    requested.run(switch).respond(200, "2").respond(200, "3")

    async def scenario(transport: AiohttpTransport) -> list[Any]:
        with pytest.raises(ServiceResponseError, match=r"it switched to another protocol \(101\)"):
            await transport.send(get(requested), connection_verify=trusted)
        return [(await transport.send(get(requested), connection_verify=trusted)).json() for _ in range(2)]

    assert with_transport(scenario) == [2, 3]
    assert requested.connections == 2


def test_the_connection_of_a_408_ends_behind_its_body(server: RawServer) -> None:
    headers_are_read = threading.Event()

    def in_two_parts(connection: Any) -> bool:
        connection.wfile.write(b"HTTP/1.1 408 x\r\nContent-Length: 2\r\n\r\n")
        headers_are_read.wait(60)
        connection.wfile.write(b"{}")
        return True

    server.run(in_two_parts).respond(200, "2")

    async def scenario(transport: AiohttpTransport) -> list[bytes]:
        response = await transport.send(get(server), stream=True)
        headers_are_read.set()
        return [await response.read(), await (await transport.send(get(server))).read()]

    assert with_transport(scenario) == [b"{}", b"2"]
    assert server.connections == 2


def test_a_408_of_a_server_that_closes_the_connection_is_a_response(server: RawServer) -> None:
    server.truncate(b"HTTP/1.1 408 x\r\nContent-Length: 0\r\n\r\n").respond(200)

    async def scenario(transport: AiohttpTransport) -> list[int]:
        return [(await transport.send(get(server))).status_code for _ in range(2)]

    assert with_transport(scenario) == [408, 200]
    assert server.connections == 2


def test_two_lengths_are_an_error_after_the_request_was_sent(server: RawServer) -> None:
    server.truncate(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n")
    assert (
        type(with_transport(lambda transport: error_of(transport.send(get(server, "DELETE"))))) is ServiceResponseError
    )


def test_one_context_serves_all_requests(tls_server: RawServer, trusted: str) -> None:
    tls_server.respond(200).respond(200)

    async def scenario(transport: AiohttpTransport) -> int:
        for _ in range(2):
            await transport.send(get(tls_server), connection_verify=trusted)
        return len(transport._tls_contexts)

    assert with_transport(scenario) == 1
    assert tls_server.connections == 1


def test_one_transport_serves_several_loops_one_after_another_and_at_once(server: RawServer) -> None:
    for _ in range(35):
        server.respond(204)
    transport = AiohttpTransport(use_env_settings=False)
    statuses: list[int] = []

    async def some() -> None:
        statuses.extend([(await transport.send(get(server))).status_code for _ in range(5)])

    for _ in range(3):
        asyncio.run(some())
    threads = [threading.Thread(target=asyncio.run, args=(some(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [204] * 35
    assert transport._sessions._sessions == {}
    asyncio.run(transport.close())


def test_a_loop_that_was_closed_without_closing_its_generators_is_let_go(server: RawServer) -> None:
    server.truncate(b"HTTP/1.1 204 x\r\nConnection: close\r\n\r\n").respond(204)
    transport = AiohttpTransport(use_env_settings=False)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(transport.send(get(server)))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()

    async def again() -> int:
        status = (await transport.send(get(server))).status_code
        assert list(transport._sessions._sessions) == [asyncio.get_running_loop()]
        await transport.close()
        return status

    assert asyncio.run(again()) == 204
    gc.collect()


def test_a_loop_that_still_runs_elsewhere_closes_its_session_itself(server: RawServer) -> None:
    server.respond(204).respond(204)
    transport = AiohttpTransport(use_env_settings=False)
    used, done = threading.Event(), threading.Event()
    sessions: list[Any] = []

    async def elsewhere() -> None:
        await transport.send(get(server))
        sessions.extend(transport._sessions._sessions.values())
        used.set()
        await asyncio.get_running_loop().run_in_executor(None, done.wait, 60)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    thread = threading.Thread(target=asyncio.run, args=(elsewhere(),))
    thread.start()
    assert used.wait(60)
    asyncio.run(transport.close())
    done.set()
    thread.join()
    assert [session.closed for session in sessions] == [True]


NEVER_CLOSED = """
import asyncio, sys
from azure.core.rest import HttpRequest
from azure.communication.rooms._pipeline.transports.aiohttp_transport import AiohttpTransport

async def once(transport):
    await transport.send(HttpRequest("GET", sys.argv[1]))

async def inside():
    await once(AiohttpTransport(use_env_settings=False, owner="RoomsClient"))
    await asyncio.sleep(0)

def outside():
    transport = AiohttpTransport(use_env_settings=False, owner="RoomsClient")
    for _ in range(3):
        asyncio.run(once(transport))

{call}
"""


@pytest.mark.parametrize(
    "call", ["asyncio.run(inside())", "outside()", "asyncio.run(once(AiohttpTransport(owner='RoomsClient')))"]
)
@pytest.mark.parametrize("encrypted", [False, True], ids=["http", "https"])
def test_a_transport_never_closed_is_one_warning(
    server: RawServer, tls_server: RawServer, trusted: str, call: str, encrypted: bool
) -> None:
    requested = tls_server if encrypted else server
    for _ in range(3):
        requested.respond(204)
    program = NEVER_CLOSED.format(call=call).replace("use_env_settings=False", "use_env_settings=True")
    ran = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program, requested.endpoint],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT,
        timeout=60,
        env={"SSL_CERT_FILE": trusted, "NO_PROXY": "*", "PATH": ""},
    )
    lines = [line for line in ran.stderr.splitlines() if "Warning" in line or "rror" in line or "nclosed" in line]
    notes = [line for line in lines if "Enable tracemalloc" not in line and "took" not in line]
    assert len(notes) == 1, ran.stderr
    assert "ResourceWarning: unclosed RoomsClient: use it in an `async with` block" in notes[0]


def test_a_transport_that_was_closed_or_never_used_warns_of_nothing(server: RawServer) -> None:
    server.respond(204)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with_transport(lambda transport: transport.send(get(server)))
        AiohttpTransport().__del__()
        AiohttpTransport.__new__(AiohttpTransport).__del__()
        gc.collect()


def test_without_a_loop_of_asyncio_the_error_names_a_transport_that_works(server: RawServer) -> None:
    transport = AiohttpTransport(use_env_settings=False)
    sending = transport.send(get(server))
    with pytest.raises(RuntimeError, match=r"on trio, make the client with transport=TrioRequestsTransport\(\)"):
        sending.send(None)


@pytest.mark.usefixtures("loop_of_asyncio")
@pytest.mark.parametrize("version", [(3, 9), (3, 10)])
def test_an_https_proxy_for_an_https_endpoint_is_rejected_where_asyncio_has_no_tls_within_tls(
    monkeypatch: pytest.MonkeyPatch, server: RawServer, version: tuple[int, int]
) -> None:
    certifi.where()  # which reads Python's version, too, the first time
    monkeypatch.setattr(sys, "version_info", version)
    request = HttpRequest("GET", "https://rooms.invalid/rooms")
    proxies = {"https": server.endpoint.replace("http:", "https:")}
    error = with_transport(lambda transport: error_of(transport.send(request, proxies=proxies)))
    assert isinstance(error, ValueError)
    assert "Use Python 3.11 or later, the synchronous client, uvloop, or a proxy" in str(error)
    assert server.received == []


def test_a_transport_that_was_closed_sends_nothing(server: RawServer) -> None:
    async def scenario(transport: AiohttpTransport) -> tuple[Exception, Exception]:
        await transport.open()
        await transport.close()
        return await error_of(transport.send(get(server))), await error_of(transport.open())

    for error in with_transport(scenario):
        assert isinstance(error, ValueError)
        assert "the client is closed" in str(error)
    assert server.received == []


def test_sleep_waits_in_the_loop() -> None:
    assert with_transport(lambda transport: transport.sleep(0)) is None


RAW_DEFLATE = zlib.compressobj(wbits=-zlib.MAX_WBITS)
TEXT = b"0123456789" * 50_000
BODIES: dict[str, tuple[str, bytes]] = {
    "gzip": ("gzip", gzip.compress(TEXT)),
    "x-gzip": ("x-gzip", gzip.compress(TEXT)),
    "two members": ("GZIP", gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:])),
    "padded": ("gzip", gzip.compress(TEXT) + b"\0" * 100),
    "deflate": ("deflate", zlib.compress(TEXT)),
    "deflate without a header": ("deflate", RAW_DEFLATE.compress(TEXT) + RAW_DEFLATE.flush()),
    "deflate and more": ("deflate", zlib.compress(TEXT) + b"more"),
    "both": ("deflate, gzip", gzip.compress(zlib.compress(TEXT))),
    "unknown": ("br", TEXT),
    "unknown, then gzip": ("br, gzip", gzip.compress(TEXT)),
    "identity": ("identity", TEXT),
}


@pytest.mark.parametrize("size", [None, 1, 1000])
@pytest.mark.parametrize(("coding", "body"), BODIES.values(), ids=BODIES)
def test_a_body_is_decompressed_in_bounded_pieces(coding: str, body: bytes, size: Optional[int]) -> None:
    decompressor = Decompressor(coding)
    received = [body] if size is None else [body[start : start + size] for start in range(0, len(body), size)]
    pieces = [piece for part in received for piece in decompressor.pieces(part)]
    assert b"".join(pieces) == TEXT
    assert not decompressor.is_incomplete
    assert coding in ("br", "identity") or max(map(len, pieces)) <= 65536


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_an_empty_body_is_complete(coding: str) -> None:
    assert not Decompressor(coding).is_incomplete


@pytest.mark.parametrize(("coding", "body"), [BODIES["gzip"], BODIES["deflate"]], ids=["gzip", "deflate"])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_compressed_body_that_ends_early_is_an_error(
    server: RawServer, coding: str, body: bytes, streamed: bool
) -> None:
    server.respond(200, body[:-20], Content_Encoding=coding)

    async def scenario(transport: AiohttpTransport) -> None:
        response = await transport.send(get(server), stream=streamed)
        async for _ in response.iter_bytes():
            pass

    with pytest.raises(DecodeError, match="the compressed body is incomplete"):
        with_transport(scenario)


def test_a_transport_that_is_dropped_warns_and_closes_its_session(server: RawServer) -> None:
    server.respond(204)

    async def scenario() -> bool:
        transport = AiohttpTransport(use_env_settings=False, owner="RoomsClient")
        await transport.send(get(server))
        (session,) = transport._sessions._sessions.values()
        with pytest.warns(ResourceWarning, match="unclosed RoomsClient: use it in an `async with` block"):
            transport.__del__()
        transport._closed = True
        for _ in range(5):
            await asyncio.sleep(0)
        return session.closed

    assert asyncio.run(scenario())


def test_a_large_body_goes_out_whole_and_without_a_warning(server: RawServer) -> None:
    body = bytes(range(256)) * 8192
    server.respond(204)
    with_transport(lambda transport: transport.send(get(server, "PUT", content=body)))
    assert server.received[0].body == body
    assert server.received[0].headers["content-length"] == str(len(body))
