"""An https proxy to an https endpoint: TLS within the tunnel that TLS protects. Deadlines and certificates of both."""

import select
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from typing import Any, Callable

import pytest
import trustme
from azure.core.exceptions import ServiceRequestError, ServiceResponseTimeoutError
from fake_services import ID, KEY
from raw_server import RawServer, raw_server
from room_bodies import room_text

from azure.communication.rooms import RoomsClient

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#: How the endpoint keeps a client waiting, for 3 seconds at most.
SLOWLY: dict[str, Callable[[RawServer], Any]] = {
    "no response": lambda server: server.hang(),
    "headers, byte by byte": lambda server: server.drip(HEAD + b"X-Long: "),
    "body, byte by byte": lambda server: server.drip(HEAD + b'Content-Length: 100000\r\n\r\n{"id":"'),
    "body in chunks": lambda server: server.drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


@pytest.fixture(autouse=True)
def _has_tls_within_tls(client_kind: str) -> None:
    if client_kind == "async" and sys.version_info < (3, 11):
        pytest.skip(
            "asyncio has no TLS within TLS before Python 3.11, which is a ValueError: test_aiohttp_transport.py"
        )


def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def untrusted_server() -> Iterator[RawServer]:
    """A raw server whose certificate is of an authority that no client trusts."""
    with raw_server(server_context(trustme.CA())) as raw:
        yield raw


@pytest.fixture
def proxy(authority: trustme.CA) -> Iterator[RawServer]:
    """An https proxy with a trusted certificate."""
    with raw_server(server_context(authority)) as raw:
        yield raw


def tunnel_to(target: RawServer) -> Callable[[Any], bool]:
    """The part of a proxy after CONNECT: copy bytes both ways, whatever they are."""

    def run(connection: Any) -> bool:
        client = connection.connection
        host, _, port = target.host.partition(":")
        with socket.create_connection((host, int(port)), 30) as service:
            connection.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            while True:
                readable = [client] if client.pending() else select.select([client, service], [], [], 30)[0]
                for source in readable:
                    data = source.recv(65536)
                    (service if source is client else client).sendall(data)
                    if not data:
                        return False
                if not readable:
                    return False

    return run


def options(proxy: RawServer, trusted: str) -> Any:
    return {"proxies": {"https": proxy.endpoint}, "connection_verify": trusted, "retry_total": 0}


def test_a_call_goes_through_an_https_proxy_to_an_https_endpoint(
    proxy: RawServer, tls_server: RawServer, trusted: str
) -> None:
    proxy.run(tunnel_to(tls_server))
    tls_server.respond(200, room_text(ID))
    with RoomsClient(tls_server.endpoint, KEY, **options(proxy, trusted)) as client:
        assert client.get_room(ID).id == ID
    assert [(each.method, each.target) for each in proxy.received] == [("CONNECT", tls_server.host)]
    assert "authorization" not in {name.lower() for name in proxy.received[0].headers}
    assert [each.method for each in tls_server.received] == ["GET"]


@pytest.mark.parametrize("slowly", SLOWLY.values(), ids=SLOWLY)
def test_a_timeout_ends_a_slow_response_within_the_tunnel(
    proxy: RawServer, tls_server: RawServer, trusted: str, slowly: Callable[[RawServer], Any]
) -> None:
    proxy.run(tunnel_to(tls_server))
    slowly(tls_server.respond(200, room_text(ID)))
    with RoomsClient(tls_server.endpoint, KEY, **options(proxy, trusted)) as client:
        client.get_room(ID)  # opens the tunnel
        start = time.monotonic()
        with pytest.raises(ServiceResponseTimeoutError):
            client.get_room(ID, timeout=1)
        took = time.monotonic() - start
    assert took < 15  # the bound of the rule: the server ends its response after 30 seconds
    assert len(tls_server.received) == 2


def test_an_untrusted_certificate_of_the_proxy_is_an_error_before_the_tunnel(
    untrusted_server: RawServer, tls_server: RawServer, trusted: str
) -> None:
    with RoomsClient(tls_server.endpoint, KEY, **options(untrusted_server, trusted)) as client:
        with pytest.raises(ServiceRequestError, match=r"(?i)certificate"):
            client.get_room(ID)
    assert (untrusted_server.received, tls_server.connections) == ([], 0)


def test_an_untrusted_certificate_of_the_endpoint_is_an_error_within_the_tunnel(
    proxy: RawServer, untrusted_server: RawServer, trusted: str
) -> None:
    proxy.run(tunnel_to(untrusted_server))
    with RoomsClient(untrusted_server.endpoint, KEY, **options(proxy, trusted)) as client:
        with pytest.raises(ServiceRequestError, match=r"(?i)certificate"):
            client.get_room(ID)
    assert [each.method for each in proxy.received] == ["CONNECT"]
    assert untrusted_server.received == []
