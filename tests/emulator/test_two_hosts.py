"""An emulator on one host, callers on another: they reach the Rooms and Identity API by an allowed host alone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from network_namespaces import Host, two_hosts

from azure.communication.rooms.emulator import ACCESS_KEY

SUPPORT = Path(__file__).resolve().parent.parent / "support"
EMULATOR = (sys.executable, "-m", "azure.communication.rooms.emulator", "--quiet")
TOKEN = "of-the-team"
#: Sends requests that it reads as JSON, and writes the statuses and bodies.
CALLER = """
import json, sys, urllib.request
from urllib.error import HTTPError
sys.path.insert(0, sys.argv[1])
from signed_http import SignedHttp
replies = {}
for name, (endpoint, method, target, headers, signed) in json.loads(sys.argv[2]).items():
    http = SignedHttp(f"endpoint={endpoint};accesskey=" + sys.argv[3])
    host = headers.get("Host")
    http.host, address = host or http.host, http.host
    sent = {**http.headers(method, target, b""), **headers} if signed else headers
    http.host = address
    replies[name] = http.send_as_is(method, target, b"", sent)[::2]
print(json.dumps(replies))
"""


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, Host]]:
    """The emulator's host, and the callers'."""
    with two_hosts() as pair:
        yield pair


@contextmanager
def emulator(host: Host, *arguments: str, variables: Mapping[str, str]) -> Iterator[list[str]]:
    """Run the command on a host; the lines that it prints."""
    process = subprocess.Popen(
        host.command(*EMULATOR, "--host", "0.0.0.0", *arguments),
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        host.run(*EMULATOR[:-1], "wait", ("https" if "--tls" in arguments else "http") + "://127.0.0.1:8420")
        yield [process.stdout.readline() for _ in range(2)]
    finally:
        process.terminate()
        process.communicate(timeout=60)


def call(host: Host, calls: Mapping[str, tuple[str, str, str, Mapping[str, str], bool]]) -> dict[str, tuple[int, Any]]:
    """Send requests from a host."""
    return dict(json.loads(host.run(sys.executable, "-c", CALLER, SUPPORT, json.dumps(calls), ACCESS_KEY)))


UNSIGNED_TOKEN = "e30.eyJhdWQiOiJodHRwczovL2NvbW11bmljYXRpb24uYXp1cmUuY29tIiwiZXhwIjo0MTAyNDQ0ODAwfQ.x"
ROOMS, IDENTITIES = "/rooms?api-version=2025-03-13", "/identities?api-version=2023-10-01"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def test_callers_on_another_host_reach_the_service_alone(hosts: tuple[Host, Host]) -> None:
    first, second = hosts
    named, by_address = "http://rooms:8420", f"http://{first.address}:8420"
    variables = {"ROOMS_EMULATOR_ADMIN_TOKEN": TOKEN}
    with emulator(first, "--allow-host", "rooms", "--advertise", named, variables=variables) as printed:
        assert printed[1] == f"endpoint={named}/;accesskey={ACCESS_KEY}\n"
        statuses = {
            name: reply[0]
            for name, reply in call(
                second,
                {
                    "rooms": (named, "GET", ROOMS, {}, True),
                    "identities": (named, "POST", IDENTITIES, {}, True),
                    "rooms by another host": (by_address, "GET", ROOMS, {}, True),
                    "rooms by loopback's name": (named, "GET", ROOMS, {"Host": "localhost:8420"}, True),
                    "rooms by a page's host": (named, "GET", ROOMS, {"Host": "evil.example"}, True),
                    "rooms with a token": (named, "GET", ROOMS, {"Authorization": f"Bearer {UNSIGNED_TOKEN}"}, False),
                    "health by another host": (by_address, "GET", "/health", {}, False),
                    "state": (named, "GET", "/_emulator/state", {}, False),
                    "state, forwarded": (named, "GET", "/_emulator/state", {"X-Forwarded-For": "127.0.0.1"}, False),
                    "state, Host of loopback": (named, "GET", "/_emulator/state", {"Host": "localhost"}, False),
                    "state, wrong token": (named, "GET", "/_emulator/state", {"Authorization": "Bearer x"}, False),
                    "state, token": (named, "GET", "/_emulator/state", BEARER, False),
                    "state, token, page": (named, "GET", "/_emulator/state", {**BEARER, "Origin": "http://x"}, False),
                    "page": (named, "GET", "/_emulator/", {"Accept": "text/html"}, False),
                    "events": (named, "GET", "/_emulator/events", {}, False),
                    "front": (named, "GET", "/", {"Accept": "text/html"}, False),
                    "page, token": (named, "GET", "/_emulator/", {**BEARER, "Accept": "text/html"}, False),
                    "reset": (named, "POST", "/_emulator/reset", {}, False),
                },
            ).items()
        }
        here = call(first, {"state": ("http://127.0.0.1:8420", "GET", "/_emulator/state", {}, False)})
    assert statuses == {
        "rooms": 200,
        "identities": 201,
        "rooms by another host": 403,
        "rooms by loopback's name": 200,
        "rooms by a page's host": 403,
        "rooms with a token": 401,
        "health by another host": 200,
        "state": 403,
        "state, forwarded": 403,
        "state, Host of loopback": 403,
        "state, wrong token": 403,
        "state, token": 200,
        "state, token, page": 403,
        "page": 403,
        "events": 403,
        "front": 403,
        "page, token": 200,
        "reset": 403,
    }
    assert here["state"][0] == 200


def test_without_a_token_the_admin_api_is_closed_to_other_hosts(hosts: tuple[Host, Host]) -> None:
    first, second = hosts
    with emulator(first, "--allow-host", "rooms", variables={"ROOMS_EMULATOR_ADMIN_TOKEN": ""}):
        target = "/_emulator/state"
        calls = {
            name: ("http://rooms:8420", "GET", target, {"Authorization": f"Bearer {name}"}, False)
            for name in ("", "None", TOKEN)
        }
        assert {reply[0] for reply in call(second, calls).values()} == {403}


def test_the_certificate_is_for_the_allowed_host(hosts: tuple[Host, Host], tmp_path: Path) -> None:
    first, second = hosts
    program = (
        "import ssl, sys, urllib.request as web; "
        "print(web.urlopen('https://rooms:8420/health', context=ssl.create_default_context(cafile=sys.argv[1])).status)"
    )
    with emulator(first, "--tls", "--allow-host", "rooms", variables={"TMPDIR": str(tmp_path)}):
        (authority,) = tmp_path.glob("rooms-emulator-*/ca.pem")
        assert second.run(sys.executable, "-c", program, authority) == "200\n"
