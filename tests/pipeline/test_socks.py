"""Calls through a SOCKS5 proxy."""

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError, ServiceRequestTimeoutError, ServiceResponseTimeoutError
from raw_server import RawServer, serve
from room_bodies import room_text
from shown_errors import shown
from socks_server import SocksServer

from azure.communication.rooms import RoomsClient, aio

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ID = "99412345678901234"


@pytest.fixture
def proxy() -> Iterator[SocksServer]:
    """A SOCKS proxy."""
    with serve(SocksServer) as server:
        try:
            yield server
        finally:
            server.stopped.set()


def call(endpoint: str, proxy: str, **options: Any) -> str:
    """The id of a room that is got through a proxy."""
    scheme = endpoint.partition(":")[0]
    options = {"proxies": {scheme: proxy}, "retry_total": 0, "allow_insecure_connection": True, **options}
    with RoomsClient(endpoint, KEY, **options) as client:
        return client.get_room(ID).id


@pytest.mark.parametrize(
    ("scheme", "host"), [("socks5", "127.0.0.1"), ("socks5h", "localhost"), ("SOCKS5H", "localhost")]
)
def test_the_scheme_defines_where_the_host_is_looked_up(
    server: RawServer, proxy: SocksServer, scheme: str, host: str
) -> None:
    port = int(server.host.partition(":")[2])
    server.respond(200, room_text(ID))
    assert call(f"http://localhost:{port}", f"{scheme}://{proxy.host}") == ID
    assert proxy.targets == [(host, port)]
    assert server.received[0].target == f"/rooms/{ID}?api-version=2025-03-13"
    assert server.received[0].headers["host"] == f"localhost:{port}"


def test_a_host_that_only_the_proxy_knows_is_reached(server: RawServer, proxy: SocksServer) -> None:
    port = int(server.host.partition(":")[2])
    server.respond(200, room_text(ID))
    assert call(f"http://contoso.invalid:{port}", f"socks5h://{proxy.host}") == ID
    assert proxy.targets == [("contoso.invalid", port)]


def test_tls_is_between_client_and_service(tls_server: RawServer, proxy: SocksServer, trusted: str) -> None:
    port = int(tls_server.host.partition(":")[2])
    tls_server.respond(200, room_text(ID))
    assert call(f"https://localhost:{port}", f"socks5h://{proxy.host}", connection_verify=trusted) == ID
    assert proxy.targets == [("localhost", port)]


def test_a_connection_is_kept(server: RawServer, proxy: SocksServer) -> None:
    server.respond(200, room_text(ID)).respond(200, room_text(ID))
    with RoomsClient(server.endpoint, KEY, proxies={"all": f"socks5://{proxy.host}"}) as client:
        client.get_room(ID)
        client.get_room(ID, timeout=30)
    assert proxy.connections == server.connections == 1


def test_the_environment_names_a_proxy(server: RawServer, proxy: SocksServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks5h://{proxy.host}")
    port = int(server.host.partition(":")[2])
    server.respond(200, room_text(ID))
    with RoomsClient(f"http://contoso.invalid:{port}", KEY, allow_insecure_connection=True) as client:
        assert client.get_room(ID).id == ID
    assert proxy.targets == [("contoso.invalid", port)]


@pytest.mark.parametrize("password", ["s3cret", "s3cret%40%3A%2F%25%C3%A4"])
def test_user_and_password_are_sent_to_the_proxy(server: RawServer, proxy: SocksServer, password: str) -> None:
    proxy.credentials = ("me", {"s3cret": "s3cret"}.get(password, "s3cret@:/%ä"))
    server.respond(200, room_text(ID))
    assert call(server.endpoint, f"socks5://me:{password}@{proxy.host}") == ID


def test_a_proxy_that_rejects_the_password_is_an_error_that_does_not_show_it(
    server: RawServer, proxy: SocksServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    proxy.credentials, password = ("me", "another"), "".join(("s3cret", "word"))
    with pytest.raises(ServiceRequestError, match=r"could not be reached: .*SOCKS5 authentication failed") as caught:
        call(server.endpoint, f"socks5://me:{password}@{proxy.host}", logging_enable=True)
    assert password not in shown(caught.value, __file__)
    assert password not in caplog.text
    assert server.received == []


@pytest.mark.parametrize("reply", [1, 2, 3, 4, 5, 8])
def test_a_proxy_that_does_not_connect_is_an_error_after_which_nothing_was_sent(
    server: RawServer, proxy: SocksServer, reply: int
) -> None:
    proxy.reply = reply
    with pytest.raises(ServiceRequestError, match=f"could not be reached: .*0x0{reply}: "):
        call(server.endpoint, f"socks5://{proxy.host}")
    assert server.received == []


def test_a_proxy_that_is_not_there_is_an_error_of_azure_core(server: RawServer) -> None:
    with pytest.raises(ServiceRequestError, match="could not be reached"):
        call(server.endpoint, "socks5://127.0.0.1:1")


def test_a_call_through_a_proxy_that_hangs_ends_in_time(server: RawServer, proxy: SocksServer) -> None:
    proxy.hangs = True
    began = time.monotonic()
    with pytest.raises(ServiceRequestTimeoutError, match="could not be reached"):  # by either clock
        call(server.endpoint, f"socks5://{proxy.host}", timeout=0.3)
    assert time.monotonic() - began < 15  # the bound of the rule: the proxy hangs for 30 seconds
    with pytest.raises(ServiceRequestTimeoutError, match="timed out"):
        call(server.endpoint, f"socks5://{proxy.host}", connection_timeout=0.2)
    assert time.monotonic() - began < 15  # the bound of the rule: the proxy hangs for 30 seconds


def test_a_service_that_drips_behind_a_proxy_is_cut_off_in_time(server: RawServer, proxy: SocksServer) -> None:
    server.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    began = time.monotonic()
    with pytest.raises(ServiceResponseTimeoutError, match="did not respond within the timeout of the call"):
        call(server.endpoint, f"socks5://{proxy.host}", timeout=1)
    assert time.monotonic() - began < 15  # the bound of the rule: the proxy hangs for 30 seconds


def test_without_pysocks_the_error_explains_what_to_install(
    server: RawServer, proxy: SocksServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.delitem(sys.modules, "azure.communication.rooms._pipeline.transports.socks_connections", raising=False)
    message = r"needs PySocks: run `python -m pip install 'azure-communication-rooms\[socks\]'`"
    with pytest.raises(ImportError, match=message) as caught:
        call(server.endpoint, f"socks5://me:s3cretword@{proxy.host}")
    assert "s3cretword" not in "".join(traceback.format_exception(type(caught.value), caught.value, None))
    assert proxy.connections == 0


async def _asynchronous_call(endpoint: str, proxy: str) -> None:
    async with aio.RoomsClient(endpoint, KEY, proxies={"http": proxy}) as client:
        await client.get_room(ID)


def test_the_asynchronous_client_rejects_a_socks_proxy_and_explains_what_to_do(proxy: SocksServer) -> None:
    import asyncio

    with pytest.raises(
        ValueError, match=r"cannot use a SOCKS proxy: name an http:// proxy, use the synchronous"
    ) as caught:
        asyncio.run(_asynchronous_call("http://127.0.0.1:1", f"socks5://me:s3cretword@{proxy.host}"))
    assert "s3cretword" not in str(caught.value)
    assert proxy.connections == 0


@pytest.mark.parametrize("scheme", ["socks4", "socks4a", "ftp"])
def test_a_proxy_of_another_scheme_is_rejected(server: RawServer, scheme: str) -> None:
    with pytest.raises(ValueError, match=f"a {scheme} proxy is not supported; .* socks5:// or socks5h://"):
        call(server.endpoint, f"{scheme}://127.0.0.1:1")
