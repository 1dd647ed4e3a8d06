"""``rooms doctor``: each broken set-up is named, and the first failure is its cause."""

import base64
import json
import socketserver
import ssl
import sys
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import trustme
from cli_runs import Ran, Rooms
from raw_server import RawServer, raw_server, reset

from azure.communication.rooms.cli import doctor as doctor_module
from azure.communication.rooms.cli.doctor import network, service
from azure.communication.rooms.emulator import RoomsEmulator

VARIABLE = "AZURE_COMMUNICATION_CONNECTION_STRING"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
WELL = ["connection string", "endpoint", "dns", "tcp", "service", "clock", "signature", "api-version", "permission"]


def failure(ran: Ran) -> tuple[str, str]:
    """The check that failed, and its message; everything before it was well."""
    *before, last = ran.lines
    assert ran.status == 1
    assert [each["check"] for each in before if each["status"] == "failure"] == []
    assert last["status"] == "failure"
    return last["check"], last["message"]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no pause of this machine for a slow service."""
    monkeypatch.setattr(service, "_TIMED", 20.0)
    monkeypatch.setattr(service, "_SLOW", 20.0)


def key_of(emulator: RoomsEmulator) -> str:
    return emulator.connection_string.partition("accesskey=")[2]


@pytest.fixture
def examine(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the doctor on a connection string of the environment."""

    def run(connection_string: str, *options: str) -> Ran:
        monkeypatch.setenv(VARIABLE, connection_string)
        started = time.monotonic()
        ran = rooms("doctor", "--json", *options)
        assert time.monotonic() - started < 30  # the rule of the command
        return ran

    return run


@pytest.fixture(scope="module")
def secure_emulator() -> Iterator[RoomsEmulator]:
    with RoomsEmulator(tls=True) as emulator:
        yield emulator


def responseing_connect(status: str) -> Any:
    """A proxy that sends this response to each request."""

    def action(connection: socketserver.StreamRequestHandler) -> bool:
        connection.wfile.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        return False

    return action


def test_a_set_up_that_works_is_well(connected: Rooms, emulator: RoomsEmulator) -> None:
    ran = connected("doctor", "--json")
    assert ran.status == 0
    assert [each["check"] for each in ran.lines] == [*WELL, "latency"]
    assert {each["status"] for each in ran.lines} == {"ok"}
    assert {each.method for each in emulator.requests} == {"GET"}


def test_lines_begin_with_the_status_in_a_pipe_too(connected: Rooms) -> None:
    lines = connected("doctor").out.splitlines()
    assert [line.split()[0] for line in lines] == ["ok"] * 10
    assert lines[0] == f"ok       connection string: endpoint and access key, from {VARIABLE}"


def test_what_to_do_stands_on_an_indented_line(rooms: Rooms) -> None:
    ran = rooms("doctor")
    assert ran.status == 1
    assert ran.out.splitlines() == [
        "failure  connection string: no resource is named",
        f"    Set {VARIABLE}, or give --emulator or --endpoint.",
    ]


@pytest.mark.parametrize("quotes", ['"{}"', "'{}'", "\u201c{}\u201d", "`{}`"])
def test_quotes_around_the_connection_string(examine: Any, emulator: RoomsEmulator, quotes: str) -> None:
    check, message = failure(examine(quotes.format(emulator.connection_string)))
    assert check == "connection string"
    assert "in quotes" in message


def test_quotes_around_a_part(examine: Any, emulator: RoomsEmulator) -> None:
    check, message = failure(examine(f'endpoint={emulator.endpoint};accesskey="{KEY}";'))
    assert (check, "the accesskey is in quotes" in message) == ("connection string", True)


@pytest.mark.parametrize(
    ("connection_string", "message"),
    [
        ("endpoint=https://x", "there is no accesskey"),
        ("accesskey=a2V5", "there is no endpoint"),
        ("https://x", "there is a part without '='"),
        ("endpoint=https://x;endpoint=https://y;accesskey=a2V5", "endpoint is there twice"),
        ("endpoint=https://x;accesskey=a2V*", "the access key is not base64"),
    ],
)
def test_a_connection_string_that_lacks_something(examine: Any, connection_string: str, message: str) -> None:
    check, output = failure(examine(connection_string))
    assert (check, message in output) == ("connection string", True)


def test_the_key_of_another_resource(examine: Any, emulator: RoomsEmulator) -> None:
    check, message = failure(examine(f"endpoint={emulator.endpoint};accesskey={KEY}"))
    assert check == "signature"
    assert "the access key is not one of this resource" in message


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_key_with_a_character_lost(examine: Any, emulator: RoomsEmulator, place: int) -> None:
    key = key_of(emulator)
    place %= len(key)
    check, message = failure(examine(f"endpoint={emulator.endpoint};accesskey={key[:place] + key[place + 1 :]}"))
    assert check == "connection string"
    assert f"it has {len(key) - 1} characters, no multiple of 4, so one or more are missing" in message


def test_http_for_https_where_the_server_speaks_tls(examine: Any, secure_emulator: RoomsEmulator) -> None:
    plain = secure_emulator.connection_string.replace("https:", "http:")
    check, message = failure(examine(plain))
    assert check == "tls"
    assert "the endpoint is http, but the server speaks https" in message
    assert f"Write https:// for http:// in the endpoint: {secure_emulator.endpoint}" in message


def test_http_for_https_on_another_machine(examine: Any) -> None:
    check, message = failure(examine(f"endpoint=http://contoso.communication.azure.com;accesskey={KEY}"))
    assert check == "endpoint"
    assert "Write https:// for http://: https://contoso.communication.azure.com" in message


@pytest.mark.parametrize("rest", ["/rooms", "/rooms?x=1", "?x=1", "#x"])
def test_a_path_in_the_endpoint(examine: Any, emulator: RoomsEmulator, rest: str) -> None:
    check, message = failure(examine(f"endpoint={emulator.endpoint}{rest};accesskey={KEY}"))
    assert check == "endpoint"
    assert "Write scheme and host alone: http://127.0.0.1" in message


@pytest.mark.parametrize(
    "endpoint", ["https://", "ftp://x", "https://x:port", "https://[::1]:port", "https://x y", "https://[::1"]
)
def test_an_endpoint_that_is_none(examine: Any, endpoint: str) -> None:
    check, _ = failure(examine(f"endpoint={endpoint};accesskey={KEY}"))
    assert check in ("endpoint", "connection string")


@pytest.mark.parametrize(("seconds", "word"), [(-1200, "ahead of"), (1200, "behind"), (-901 - 60, "ahead of")])
def test_a_clock_20_minutes_off(examine: Any, emulator: RoomsEmulator, seconds: int, word: str) -> None:
    emulator.faults.add(route="/**", clock_skew=seconds)
    check, message = failure(examine(emulator.connection_string))
    assert check == "clock"
    assert f"{word} the service's" in message


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "agree within 2 seconds"), (30, "seconds behind the service's"), (-30, "seconds ahead of the service's")],
)
def test_a_clock_a_little_off_is_right(examine: Any, emulator: RoomsEmulator, seconds: int, words: str) -> None:
    emulator.faults.add(route="/**", clock_skew=seconds)
    (clock,) = (each for each in examine(emulator.connection_string).lines if each["check"] == "clock")
    assert clock["status"] == "ok"
    assert words in clock["message"]


def test_a_clock_5_minutes_off_is_a_warning(examine: Any, emulator: RoomsEmulator) -> None:
    emulator.faults.add(route="/**", clock_skew=300)
    ran = examine(emulator.connection_string)
    assert ran.status == 0
    assert [each["check"] for each in ran.lines if each["status"] == "warning"] == ["clock"]


def test_a_host_that_does_not_resolve(examine: Any) -> None:
    check, message = failure(examine(f"endpoint=https://nowhere.invalid;accesskey={KEY}"))
    assert check == "dns"
    assert "the host nowhere.invalid does not resolve" in message


def test_a_port_without_a_server(examine: Any) -> None:
    check, message = failure(examine(f"endpoint=http://127.0.0.1:1;accesskey={KEY}"))
    assert check == "tcp"
    assert "no server listens at 127.0.0.1:1" in message


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<html></html>"), (404, "not here"), (200, '{"a": 1}'), (200, "[]"), (302, ""), (401, "who?")],
)
def test_a_server_that_is_not_this_service(examine: Any, server: RawServer, status: int, body: str) -> None:
    server.respond(status, body, Location="https://example.org/")
    check, message = failure(examine(f"endpoint={server.endpoint};accesskey={KEY}"))
    assert check == "service"
    assert f"is not this service (status {status})" in message
    assert "example.org" in message if status == 302 else "example.org" not in message


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://login.example.org:8443/page?token=SECRET#x", "; it redirects to https://login.example.org."),
        ("https://me:SECRET@example.org/", "; it redirects to https://example.org."),
        ("/login?token=SECRET", "(status 307)."),
        ("http://[::1", "(status 307)."),
    ],
)
def test_a_redirect_is_named_without_its_secrets(examine: Any, server: RawServer, location: str, shown: str) -> None:
    server.respond(307, "", Location=location)
    ran = examine(f"endpoint={server.endpoint};accesskey={KEY}")
    check, message = failure(ran)
    assert check == "service"
    assert shown in message
    assert "SECRET" not in ran.out + ran.err


def test_a_server_that_speaks_no_http(examine: Any, server: RawServer) -> None:
    server.send_bytes(b"220 mail.example.org ESMTP\r\n")
    check, message = failure(examine(f"endpoint={server.endpoint};accesskey={KEY}"))
    assert check == "service"
    assert "gives no HTTP response" in message


def test_a_service_that_is_not_available(examine: Any, server: RawServer) -> None:
    server.respond(503, "<html>")
    assert failure(examine(f"endpoint={server.endpoint};accesskey={KEY}")) == (
        "service",
        "the service is not available (503). Check that the endpoint is that of the resource.",
    )


@pytest.fixture
def named_otherwise(authority: trustme.CA) -> Iterator[RawServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("contoso.communication.azure.com").configure_cert(context)
    with raw_server(context) as server:
        yield server


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_certificate_of_another_name(
    examine: Any, named_otherwise: RawServer, trusted: str, monkeypatch: pytest.MonkeyPatch, is_trusted: bool
) -> None:
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", trusted)
    check, message = failure(examine(f"endpoint={named_otherwise.endpoint};accesskey={KEY}"))
    assert check == "tls"
    assert "the certificate is for contoso.communication.azure.com, not for 127.0.0.1" in message


def test_a_certificate_whose_issuer_is_not_trusted(examine: Any, tls_server: RawServer) -> None:
    check, message = failure(examine(f"endpoint={tls_server.endpoint};accesskey={KEY}"))
    assert check == "tls"
    assert "the certificate's issuer is not trusted" in message


def test_https_for_http(examine: Any, emulator: RoomsEmulator) -> None:
    check, message = failure(examine(emulator.connection_string.replace("http:", "https:")))
    assert (check, "does not speak TLS" in message) == ("tls", True)


def reset_in_handshake(connection: socketserver.StreamRequestHandler) -> bool:
    connection.rfile.read(1)
    return reset(connection)


@pytest.mark.parametrize("action", [reset_in_handshake, lambda _: False], ids=["reset", "closed"])
def test_a_connection_that_ends_during_the_handshake(
    examine: Any, monkeypatch: pytest.MonkeyPatch, server: RawServer, action: Any
) -> None:
    monkeypatch.setattr(server, "handle", action)
    check, _ = failure(examine(f"endpoint={server.endpoint.replace('http:', 'https:')};accesskey={KEY}"))
    assert check == "tls"


def test_a_certificate_that_is_good(
    examine: Any, secure_emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(secure_emulator.ca_file))
    ran = examine(secure_emulator.connection_string)
    assert ran.status == 0
    (tls,) = [each for each in ran.lines if each["check"] == "tls"]
    assert tls["status"] == "ok"
    assert "issued by" in tls["message"]


@pytest.mark.parametrize(
    ("password", "message"), [("", "needs a password (407)"), ("me:pass%20word@", "does not take the password")]
)
def test_a_proxy_that_needs_a_password(
    examine: Any, server: RawServer, monkeypatch: pytest.MonkeyPatch, password: str, message: str
) -> None:
    server.run(responseing_connect("407 Proxy Authentication Required"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://{password}{server.host}")
    ran = examine(f"endpoint=https://nowhere.invalid;accesskey={KEY}")
    check, output = failure(ran)
    assert check == "proxy"
    assert f"the proxy {server.host} {message}" in output
    assert "pass word" not in ran.out
    (received,) = server.received
    assert (received.method, received.target) == ("CONNECT", "nowhere.invalid:443")
    expected = f"Basic {base64.b64encode(b'me:pass word').decode()}" if password else None
    assert received.headers.get("proxy-authorization") == expected


def test_a_proxy_that_does_not_let_us_through(examine: Any, server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.run(responseing_connect("403 Forbidden"))
    monkeypatch.setenv("https_proxy", server.host)
    check, output = failure(examine(f"endpoint=https://nowhere.invalid;accesskey={KEY}"))
    assert (check, "does not let us through: 403" in output) == ("proxy", True)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_is_not_there(examine: Any, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://127.0.0.1:1")
    check, output = failure(examine(f"endpoint=https://nowhere.invalid;accesskey={KEY}"))
    assert (check, "cannot be used" in output) == ("proxy", True)


@pytest.mark.parametrize(
    ("proxy", "message"),
    [
        ("http://me:SECRET@127.0.0.1:port", "is no URL"),
        ("http://me:SECRET/more@127.0.0.1:1", "is no URL"),
        ("http://me:SECRET#more@127.0.0.1:1", "is no URL"),
        ("http://me:SECRET", "is no URL"),
        ("socks5://me:SECRET@127.0.0.1:99999", "is no URL"),
        ("http://me:SECRET@[::1", "is no URL"),
        ("me:SECRET@", "has no host"),
        (f"http://me:SECRET@{'a' * 70}.invalid:1", "cannot be used"),
        (f"socks5://me:SECRET@{'a' * 70}.invalid:1", "cannot be used"),
    ],
)
def test_a_proxy_that_is_none_is_named_without_its_password(
    examine: Any, monkeypatch: pytest.MonkeyPatch, proxy: str, message: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    ran = examine(f"endpoint=https://nowhere.invalid;accesskey={KEY}")
    check, output = failure(ran)
    assert (check, message in output) == ("proxy", True)
    assert "SECRET" not in ran.out + ran.err


def test_a_proxy_that_lets_us_through_is_well(
    examine: Any, secure_emulator: RoomsEmulator, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(9):
        server.run(tunnel_to(secure_emulator))
    monkeypatch.setenv("HTTPS_PROXY", f"http://{server.host}")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(secure_emulator.ca_file))
    ran = examine(secure_emulator.connection_string)
    assert ran.status == 0, ran.out
    assert [each["check"] for each in ran.lines][:4] == ["connection string", "endpoint", "proxy", "tls"]


def tunnel_to(emulator: RoomsEmulator) -> Any:
    import socket
    import threading

    port = int(emulator.endpoint.rpartition(":")[2])

    def copy(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def action(connection: socketserver.StreamRequestHandler) -> bool:
        with socket.create_connection(("127.0.0.1", port)) as service:
            connection.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            thread = threading.Thread(target=copy, args=(service, connection.connection))
            thread.start()
            copy(connection.connection, service)
            thread.join()
        return False

    return action


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_proxy_is_not_used_for_this_machine(
    rooms: Rooms, emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv(VARIABLE, emulator.connection_string.replace("127.0.0.1", host))
    ran = rooms("doctor", "--json")
    assert ran.status == 0
    assert [(each["status"], each["message"]) for each in ran.lines if each["check"] == "proxy"] == [
        ("warning", "the proxy 127.0.0.1:1 is set, and not used: the endpoint is this machine")
    ]


def test_a_proxy_of_another_kind_is_only_looked_for(
    examine: Any, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"socks5://{server.host}")
    ran = examine(f"endpoint=https://nowhere.invalid;accesskey={KEY}")
    (proxy,) = [each for each in ran.lines if each["check"] == "proxy"]
    assert (proxy["status"], "what it lets through was not tried" in proxy["message"]) == ("ok", True)


def test_a_server_that_is_gone_when_its_certificate_is_looked_at_again(
    examine: Any, tls_server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: Any) -> bytes:
        raise OSError

    monkeypatch.setattr(network, "_unchecked_certificate", gone)
    check, message = failure(examine(f"endpoint={tls_server.endpoint};accesskey={KEY}"))
    assert (check, "issuer is not trusted" in message) == ("tls", True)


def test_no_proxy_is_heeded(examine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "nowhere.invalid")
    assert failure(examine(f"endpoint=https://nowhere.invalid;accesskey={KEY}"))[0] == "dns"


def test_an_api_version_that_the_service_rejects(examine: Any, emulator: RoomsEmulator) -> None:
    supported = "2023-06-14, 2024-04-15"
    emulator.faults.add(route="/**", status=400, headers={"api-supported-versions": supported})
    check, message = failure(examine(emulator.connection_string))
    assert check == "api-version"
    assert message == (
        f"the service rejects api-version 2025-03-13; it supports {supported}. "
        "Make the client with api_version='2024-04-15'."
    )


def test_an_api_version_that_is_none(examine: Any, emulator: RoomsEmulator) -> None:
    assert failure(examine(emulator.connection_string, "--api-version", "1"))[0] == "api-version"


@pytest.mark.parametrize("header", ["api-supported-versions", "api-deprecated-versions"])
def test_an_api_version_that_is_going_away_is_a_warning(examine: Any, server: RawServer, header: str) -> None:
    versions = "2026-01-01" if "supported" in header else "2025-03-13"
    for _ in range(6):
        server.respond(200, '{"value": []}', Date=formatdate(usegmt=True), **{header.replace("-", "_"): versions})
    ran = examine(f"endpoint={server.endpoint};accesskey={KEY}")
    assert ran.status == 0
    assert [each["check"] for each in ran.lines if each["status"] == "warning"] == ["api-version"]


@pytest.mark.parametrize(
    ("status", "check"), [(403, "permission"), (404, "permission"), (500, "permission"), (407, "proxy")]
)
def test_other_statuses_are_failures(examine: Any, emulator: RoomsEmulator, status: int, check: str) -> None:
    emulator.faults.add(route="/**", status=status)
    assert failure(examine(emulator.connection_string))[0] == check


def test_throttling_is_a_warning(examine: Any, emulator: RoomsEmulator) -> None:
    emulator.faults.add(route="/**", throttle=1)
    ran = examine(emulator.connection_string)
    assert [each["check"] for each in ran.lines if each["status"] == "warning"] == ["permission"]


def test_a_service_that_tells_no_time_is_a_warning(examine: Any, server: RawServer) -> None:
    for _ in range(6):
        server.respond(200, '{"value": []}')
    ran = examine(f"endpoint={server.endpoint};accesskey={KEY}")
    assert [each["check"] for each in ran.lines if each["status"] == "warning"] == ["clock"]


def test_calls_that_get_slow_are_a_warning(examine: Any, server: RawServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_TIMED", 1.1)
    server.respond(200, '{"value": []}', Date=formatdate(usegmt=True)).reset()
    ran = examine(f"endpoint={server.endpoint};accesskey={KEY}")
    assert ran.lines[-1] == {
        "check": "latency",
        "status": "warning",
        "message": "a call takes more than 1.1 seconds. Check the network in between.",
    }


def test_the_first_preview_has_no_list_and_is_well(examine: Any, emulator: RoomsEmulator) -> None:
    ran = examine(emulator.connection_string, "--api-version", "2022-02-01")
    assert ran.status == 0, ran.out


def test_a_check_that_does_not_end_is_a_failure(examine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(_: Any) -> None:
        time.sleep(1)

    monkeypatch.setattr(doctor_module, "_ONE", 0.05)
    monkeypatch.setattr(doctor_module, "_CHECKS", (("dns", hang),))
    assert failure(examine("")) == ("dns", "no result within 0 seconds. Check the network in between.")


def test_an_error_of_a_check_itself_is_raised(examine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_module, "_CHECKS", (("dns", lambda _: 1 / 0),))
    with pytest.raises(ZeroDivisionError):
        examine("")


class Token:
    def __init__(self, claims: Any) -> None:
        self.token = ".".join(["x", base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), "x"])


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"aud": "https://management.azure.com"}, "the token is for 'https://management.azure.com', not for"),
        ({"aud": ["x"]}, "the token is for ['x']"),
        ([], "the token is for None"),
        ("no JWT", "the token is for None"),
        (ValueError("run az login\nfirst"), "no token: run az login"),
        (ValueError(), "no token: ValueError"),
    ],
)
def test_a_token_for_something_else(
    rooms: Rooms, emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch, claims: Any, message: str
) -> None:
    class Credential:
        def get_token(self, *_: str) -> Token:
            if isinstance(claims, Exception):
                raise claims
            token = Token(claims)
            token.token = "x.%.x" if claims == "no JWT" else token.token
            return token

    class Identity:
        DefaultAzureCredential = Credential

    monkeypatch.setitem(sys.modules, "azure.identity", Identity)
    check, output = failure(rooms("doctor", "--json", "--endpoint", emulator.endpoint))
    assert (check, message in output) == ("token audience", True)


def test_a_token_that_the_service_does_not_take(
    rooms: Rooms, emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Credential:
        def get_token(self, *_: str, **__: Any) -> Any:
            token: Any = Token({"aud": "https://communication.azure.com", "exp": 1})
            token.expires_on = int(time.time()) + 3600
            return token

    class Identity:
        DefaultAzureCredential = Credential

    monkeypatch.setitem(sys.modules, "azure.identity", Identity)
    check, output = failure(rooms("doctor", "--json", "--endpoint", emulator.endpoint))
    assert (check, "the service does not take the token" in output) == ("token", True)


def test_entra_without_azure_identity(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    check, output = failure(rooms("doctor", "--json", "--endpoint", "https://contoso.communication.azure.com"))
    assert (check, "azure-identity" in output) == ("endpoint", True)


def test_a_certificate_that_ends_soon_is_a_warning(
    examine: Any, authority: trustme.CA, trusted: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from datetime import datetime, timedelta, timezone

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    soon = datetime.now(timezone.utc) + timedelta(days=3)
    authority.issue_cert("127.0.0.1", not_after=soon).configure_cert(context)
    monkeypatch.setenv("SSL_CERT_FILE", trusted)
    with raw_server(context) as server:
        server.run(lambda _: False)
        ran = examine(f"endpoint={server.endpoint};accesskey={KEY}")
    (tls,) = [each for each in ran.lines if each["check"] == "tls"]
    assert (tls["status"], "2 days are left" in tls["message"]) == ("warning", True)


def test_a_certificate_that_has_expired(
    examine: Any, authority: trustme.CA, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import datetime, timezone

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=timezone.utc)).configure_cert(context)
    monkeypatch.setenv("SSL_CERT_FILE", trusted)
    with raw_server(context) as server:
        check, message = failure(examine(f"endpoint={server.endpoint};accesskey={KEY}"))
    assert (check, "the certificate is not valid now" in message) == ("tls", True)
