"""Web pages may call the emulator: each response names any origin, and a preflight is returned without credentials."""

from typing import Any

import pytest
from signed_http import Reply, SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator

ORIGIN = "http://localhost:3000"
ALLOW_ORIGIN = "access-control-allow-origin"
ROOM = "/rooms/99400000000000000"
PREFLIGHT = {
    "Origin": ORIGIN,
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,content-type,x-ms-content-sha256,x-ms-date",
}

RESPONSES = [
    pytest.param("POST", "/rooms", {"body": {}}, 201, id="created"),
    pytest.param("GET", "/rooms", {}, 200, id="list"),
    pytest.param("DELETE", ROOM, {}, 404, id="no such room"),
    pytest.param("GET", "/rooms/123", {}, 400, id="bad id"),
    pytest.param("POST", "/rooms", {"body": {"validUntil": "2000-01-01"}}, 400, id="bad times"),
    pytest.param("POST", "/rooms", {"body": {"validUntil": "2000-01-01"}, "version": "2022-02-01"}, 400, id="problem"),
    pytest.param("GET", "/rooms", {"version": None}, 400, id="no api-version"),
    pytest.param("GET", "/rooms", {"version": "1999-01-01"}, 400, id="unknown api-version"),
    pytest.param("GET", "/nowhere", {}, 404, id="no such path"),
    pytest.param("GET", "/rooms/", {}, 404, id="a slash too many"),
    pytest.param("PUT", "/rooms", {"body": {}}, 405, id="no such method"),
    pytest.param("POST", "/rooms", {"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, id="media type"),
    pytest.param("POST", "/rooms", {"content": b" " * 5_000_000}, 413, id="too large"),
    pytest.param("GET", "/rooms", {"headers": {"Authorization": None}}, 401, id="unsigned"),
    pytest.param("GET", "/nowhere", {"headers": {"Authorization": None}}, 401, id="unsigned, no such path"),
    pytest.param("POST", "/identities", {"body": {}}, 201, id="identity"),
    pytest.param("GET", "/health", {}, 200, id="health"),
]


def send(http: SignedHttp, method: str, path: str, options: dict[str, Any], **headers: str) -> Reply:
    return http.send(method, path, **{**options, "headers": {**options.get("headers", {}), **headers}})


@pytest.mark.parametrize(("method", "path", "options", "status"), RESPONSES)
def test_every_response_to_a_request_with_an_origin_allows_any(
    http: SignedHttp, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    reply = send(http, method, path, options, Origin=ORIGIN)
    assert (reply.status, reply.headers.get(ALLOW_ORIGIN)) == (status, "*")


@pytest.mark.parametrize(("method", "path", "options", "status"), RESPONSES)
def test_no_response_to_a_request_without_an_origin_speaks_of_one(
    http: SignedHttp, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    reply = send(http, method, path, options)
    assert (reply.status, ALLOW_ORIGIN in reply.headers) == (status, False)


@pytest.mark.parametrize("fault", ["status=503", "throttle=1", "garbage=true", "clock_skew=60"])
def test_the_response_of_a_fault_allows_any_origin_too(emulator: RoomsEmulator, http: SignedHttp, fault: str) -> None:
    emulator.faults.add(f"PATCH {ROOM} {fault} header.X-Test=1" if "status" in fault else f"PATCH {ROOM} {fault}")
    reply = http.send_as_is("OPTIONS", ROOM, b"", PREFLIGHT)
    assert (reply.status, reply.headers[ALLOW_ORIGIN]) == (204, "*")


@pytest.mark.parametrize("fault", ["status=503", "throttle=1"])
def test_the_response_that_replaces_the_services_allows_any_origin_too(
    emulator: RoomsEmulator, http: SignedHttp, fault: str
) -> None:
    emulator.faults.add(f"GET /rooms {fault}")
    reply = send(http, "GET", "/rooms", {}, Origin=ORIGIN)
    assert (reply.status, reply.headers[ALLOW_ORIGIN]) == (503 if fault == "status=503" else 429, "*")


@pytest.mark.parametrize("path", ["/rooms", ROOM, f"{ROOM}/participants?api-version=1", "/identities", "/nowhere"])
def test_a_preflight_needs_no_credentials_and_allows_what_it_names(http: SignedHttp, path: str) -> None:
    reply = http.send_as_is("OPTIONS", path, b"", PREFLIGHT)
    assert (reply.status, reply.body) == (204, None)
    assert reply.headers[ALLOW_ORIGIN] == "*"
    assert reply.headers["access-control-allow-methods"] == "PATCH"
    assert reply.headers["access-control-allow-headers"] == PREFLIGHT["Access-Control-Request-Headers"]
    assert reply.headers["access-control-max-age"] == "3600"
    assert "access-control-allow-credentials" not in reply.headers


def test_a_preflight_for_no_headers_names_none(http: SignedHttp) -> None:
    requested = {name: value for name, value in PREFLIGHT.items() if name != "Access-Control-Request-Headers"}
    reply = http.send_as_is("OPTIONS", "/rooms", b"", requested)
    assert (reply.status, "access-control-allow-headers" in reply.headers) == (204, False)


@pytest.mark.parametrize("missing", ["Origin", "Access-Control-Request-Method"])
def test_options_that_are_no_preflight_need_credentials(http: SignedHttp, missing: str) -> None:
    requested = {name: value for name, value in PREFLIGHT.items() if name != missing}
    assert http.send_as_is("OPTIONS", "/rooms", b"", requested).status == 401
    assert send(http, "OPTIONS", "/rooms", {}, **requested).status == 405


def test_a_preflight_stands_in_the_request_log_and_can_meet_a_fault(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.faults.add("OPTIONS /rooms status=503 times=1")
    assert [http.send_as_is("OPTIONS", "/rooms", b"", PREFLIGHT).status for _ in range(2)] == [503, 204]
    assert [(entry.method, entry.status) for entry in emulator.requests] == [("OPTIONS", 503), ("OPTIONS", 204)]


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_no_page_of_another_origin_may_use_the_admin_paths(http: SignedHttp, method: str) -> None:
    reply = http.send_as_is(method, "/_emulator/state", b"", PREFLIGHT)
    assert (reply.status, ALLOW_ORIGIN in reply.headers) == (403, False)
