"""HTTPS: with a certificate made on the spot, or one of the caller's own."""

import http.client
import socket
import ssl
import sys
from pathlib import Path

import pytest
import trustme
from signed_http import SignedHttp

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.http import tls
from azure.communication.rooms.emulator.state.log_text import LOGGER

TARGET = "/rooms?api-version=2025-03-13"


def get(emulator: RoomsEmulator, trusted: ssl.SSLContext, name: str = "") -> int:
    signed = SignedHttp(emulator.connection_string)
    signed.host = name + signed.host[signed.host.rindex(":") :] if name else signed.host
    connection = http.client.HTTPSConnection(signed.host, timeout=10, context=trusted)
    try:
        connection.request("GET", TARGET, headers=signed.headers("GET", TARGET, b""))
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_a_certificate_is_made_that_its_authority_vouches_for(host: str) -> None:
    with RoomsEmulator(tls=True, host=host) as emulator:
        assert emulator.endpoint.startswith(f"https://{host}:")
        assert emulator.ca_file is not None
        assert get(emulator, ssl.create_default_context(cafile=str(emulator.ca_file))) == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            get(emulator, ssl.create_default_context())
        folder = emulator.ca_file.parent
        assert [path.name for path in folder.iterdir()] == ["ca.pem"]  # the private key is read, and gone
    assert not folder.exists()
    assert emulator.ca_file is None


def test_a_certificate_is_good_for_every_usual_name_of_this_machine() -> None:
    with RoomsEmulator(tls=True) as emulator:
        trusted = ssl.create_default_context(cafile=str(emulator.ca_file))
        assert [get(emulator, trusted, name) for name in ("127.0.0.1", "localhost")] == [200, 200]


def test_a_certificate_is_good_for_every_allowed_host() -> None:
    with RoomsEmulator(tls=True, allowed_hosts=["rooms", "10.1.2.3", "fd00::1"]) as emulator:
        assert emulator.ca_file is not None
        trusted = ssl.create_default_context(cafile=str(emulator.ca_file))
        for name in ("rooms", "10.1.2.3", "fd00::1"):
            port = int(emulator.endpoint.rpartition(":")[2])
            with socket.create_connection(("127.0.0.1", port)) as plain:
                with trusted.wrap_socket(plain, server_hostname=name) as connection:
                    host = f"[{name}]" if ":" in name else name
                    connection.sendall(f"GET /rooms HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
                    assert connection.recv(12) == b"HTTP/1.1 401"


def test_a_host_that_no_certificate_can_be_for_is_rejected() -> None:
    with pytest.raises(ValueError, match=r"no certificate can be made for 127\.0\.0\.1, rooms_1"):
        RoomsEmulator(tls=True, allowed_hosts=["rooms_1"]).start()


@pytest.mark.parametrize("is_own", [True, False])
def test_browsers_are_bound_to_tls_by_a_certificate_of_the_users_alone(tmp_path: Path, is_own: bool) -> None:
    chain, authority = tmp_path / "chain.pem", trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(chain))
    with RoomsEmulator(tls=not is_own, certificate=chain if is_own else None) as emulator:
        trusted = ssl.create_default_context(cafile=None if is_own else str(emulator.ca_file))
        authority.configure_trust(trusted)
        connection = http.client.HTTPSConnection(emulator.endpoint.partition("://")[2], timeout=10, context=trusted)
        connection.request("GET", "/rooms")
        sent = connection.getresponse().getheader("Strict-Transport-Security")
        connection.close()
    assert sent == ("max-age=31536000;includeSubDomains" if is_own else None)


def test_a_client_works_over_tls() -> None:
    with RoomsEmulator(tls=True) as emulator:
        verify = str(emulator.ca_file)
        with RoomsClient.from_connection_string(emulator.connection_string, connection_verify=verify) as client:
            room = client.create_room()
            assert [each.id for each in client.list_rooms()] == [room.id]


@pytest.mark.parametrize("apart", [True, False])
def test_a_certificate_of_ones_own_is_used(tmp_path: Path, apart: bool) -> None:
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    if apart:
        made.cert_chain_pems[0].write_to_path(str(chain))
        made.private_key_pem.write_to_path(str(key))
    else:
        made.private_key_and_cert_chain_pem.write_to_path(str(chain))
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    with RoomsEmulator(certificate=chain, key=str(key) if apart else None) as emulator:
        assert get(emulator, trusted) == 200
        assert emulator.ca_file is None


def test_a_reset_is_one_under_tls_too() -> None:
    with RoomsEmulator(tls=True, faults=["reset=after nth=1", "truncate=3 nth=1"]) as emulator:
        trusted = ssl.create_default_context(cafile=str(emulator.ca_file))
        with pytest.raises(ConnectionResetError):
            get(emulator, trusted)
        emulator.faults.clear()
        emulator.faults.add(truncate=3)
        with pytest.raises(http.client.IncompleteRead):
            get(emulator, trusted)


def test_a_certificate_that_cannot_be_used_is_reported_and_frees_what_was_taken(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    for name in ("no.pem", "missing.pem"):
        with pytest.raises(OSError, match=rf"the certificate .*{name} cannot be used: \["):
            RoomsEmulator(certificate=tmp_path / name, location=tmp_path).start()
    with RoomsEmulator(location=tmp_path) as emulator:
        assert emulator.seed()


@pytest.mark.parametrize(
    "arguments", [{"key": "key.pem"}, {"tls": True, "certificate": "cert.pem"}, {"tls": True, "key": "key.pem"}]
)
def test_what_does_not_go_together_is_rejected(arguments: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either tls, or a certificate"):
        RoomsEmulator(**arguments)  # type: ignore[arg-type]


def test_without_trustme_it_states_which_command_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ImportError, match=r'TLS needs the package trustme.*"azure-communication-rooms\[emulator\]"'):
        tls.make_certificate(tmp_path, ["127.0.0.1"])


def test_a_connection_whose_client_does_not_close_it_does_not_keep_the_emulator_from_stopping() -> None:
    with RoomsEmulator(tls=True) as emulator:
        trusted = ssl.create_default_context(cafile=str(emulator.ca_file))
        host, port = emulator.endpoint.rpartition("/")[2].split(":")
        with socket.create_connection((host, int(port)), timeout=10) as plain:
            client = trusted.wrap_socket(plain, server_hostname=host, suppress_ragged_eofs=True)
            client.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert client.recv(12) == b"HTTP/1.1 200"
            emulator.stop()
            assert emulator.ca_file is None
            client.close()


@pytest.mark.parametrize("method", ["GET", "PATCH", "CONNECT"])
def test_plain_http_on_the_port_of_tls_is_reported(method: str, caplog: pytest.LogCaptureFixture) -> None:
    with RoomsEmulator(tls=True) as emulator, caplog.at_level("WARNING", logger=LOGGER.name):
        port = int(emulator.endpoint.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            plain.sendall(f"{method} /rooms HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            while True:
                try:
                    if not plain.recv(100):
                        break
                except ConnectionResetError:  # the emulator has closed it before it read all of the request
                    break
        assert get(emulator, ssl.create_default_context(cafile=str(emulator.ca_file))) == 200
    assert [record.getMessage() for record in caplog.records] == [
        "a client spoke plain HTTP to this port, which speaks TLS: use https://"
    ]


def test_a_client_that_does_not_trust_the_certificate_is_not_taken_for_plain_http(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with RoomsEmulator(tls=True) as emulator, caplog.at_level("WARNING", logger=LOGGER.name):
        with pytest.raises(ssl.SSLCertVerificationError):
            get(emulator, ssl.create_default_context())
    assert caplog.records == []
