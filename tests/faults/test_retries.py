"""Rows 1 to 9 and 23: what is sent again, how often, after which wait, and what the caller gets in the end."""

import io
import re
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, Callable, Optional

import pytest
from azure.core.exceptions import (
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.pipeline.policies import AsyncRetryPolicy, RetryMode, RetryPolicy
from azure.core.rest import HttpRequest
from client_kinds import AZURE_CORES
from fake_services import (
    ID,
    KEY,
    ROOM,
    InMemoryService,
    NonSleepingTransport,
    Service,
    make_client,
    repeatability_headers,
)
from fault_proxy import BUSY, PASS, RESET_AFTER, RESET_BEFORE, TRUNCATE, UNAVAILABLE, fault_proxy
from loopback import free_port
from raw_ids import ALICE
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.clock import ServiceClock
from azure.communication.rooms._pipeline.retry import RoomsRetryPolicy, _is_consumed_once
from azure.communication.rooms.emulator import RoomsEmulator

ROOM_TEXT = room_text("1").encode()
Operation = Callable[[RoomsClient], Any]
GET: Operation = lambda client: client.get_room(ID)  # noqa: E731  a name for a line of a table
CREATE: Operation = lambda client: client.create_room(participants=[ALICE])  # noqa: E731
#: Every operation, and the status of its success.
OPERATIONS: dict[str, tuple[Operation, int, Any]] = {
    "create_room": (CREATE, 201, ROOM),
    "get_room": (GET, 200, ROOM),
    "update_room": (lambda client: client.update_room(ID, pstn_dial_out_enabled=True), 200, ROOM),
    "delete_room": (lambda client: client.delete_room(ID), 204, b""),
    "list_rooms": (lambda client: list(client.list_rooms()), 200, {"value": []}),
    "list_participants": (lambda client: list(client.list_participants(ID)), 200, {"value": []}),
    "add_or_update_participants": (lambda client: client.add_or_update_participants(ID, [ALICE]), 200, {}),
    "remove_participants": (lambda client: client.remove_participants(ID, [ALICE]), 200, {}),
}
each_operation = pytest.mark.parametrize(("call", "status", "body"), OPERATIONS.values(), ids=OPERATIONS)


@pytest.fixture
def closed_port() -> int:
    """A port where no server listens."""
    return free_port()


@pytest.mark.parametrize("call", [GET, CREATE], ids=["GET", "create"])
def test_a_refused_connection_is_tried_again_and_then_named(closed_port: int, call: Operation) -> None:
    endpoint = f"http://127.0.0.1:{closed_port}"
    transport = NonSleepingTransport()
    with RoomsClient(endpoint, KEY, transport=transport) as client:
        with pytest.raises(ServiceRequestError, match=re.escape(f"{endpoint} could not be reached")):
            call(client)
    assert len(transport.sleeps) == 2  # after the first of three retries; that one is made at once
    assert all(0.8 <= wait / 2**place <= 1.6 for place, wait in enumerate(transport.sleeps))


def test_a_connection_refused_once_is_made_again_with_the_same_pair() -> None:
    service = InMemoryService().reject().respond(201, ROOM)
    assert CREATE(make_client(service)).id == ID
    first, second = service.received
    assert repeatability_headers(first) == repeatability_headers(second)
    assert service.transport.sleeps == []


@each_operation
def test_every_operation_survives_a_reset(service: Service, call: Operation, status: int, body: Any) -> None:
    service.reset().respond(status, body)
    call(make_client(service))
    first, second = service.received
    assert (first.method, first.target, first.body, repeatability_headers(first)) == (
        second.method,
        second.target,
        second.body,
        repeatability_headers(second),
    )


@each_operation
@pytest.mark.parametrize("failed", [408, 429, 500, 502, 503, 504])
def test_every_operation_survives_a_status_that_passes(
    service: Service, call: Operation, status: int, body: Any, failed: int
) -> None:
    service.respond(failed).respond(failed).respond(status, body)
    call(make_client(service))
    assert len(service.received) == 3
    waits = service.transport.sleeps
    assert [0.4 <= wait / 2**place <= 0.8 for place, wait in enumerate(waits)] == [True, True]


@each_operation
def test_every_operation_survives_a_body_that_is_incomplete(
    service: Service, call: Operation, status: int, body: Any
) -> None:
    service.truncate().respond(status, body)
    call(make_client(service))
    assert len(service.received) == 2


OF_2022: dict[str, Callable[[RoomsClient, str], Any]] = {
    "add": lambda client, room_id: client.add_participants(room_id, [ALICE]),
    "add or update": lambda client, room_id: client.add_or_update_participants(room_id, [ALICE]),
    "remove": lambda client, room_id: client.remove_participants(room_id, [ALICE]),
    "update": lambda client, room_id: client.update_room(room_id, room_join_policy="InviteOnly"),
    "delete": lambda client, room_id: client.delete_room(room_id),
}


@pytest.mark.parametrize("call", OF_2022.values(), ids=OF_2022)
@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER, TRUNCATE])
def test_operations_of_2022_02_01_survive_what_goes_wrong_on_the_way(
    emulator: RoomsEmulator, call: Callable[[RoomsClient, str], Any], fault: int
) -> None:
    key = emulator.connection_string.partition("accesskey=")[2]
    with fault_proxy(emulator.endpoint, [PASS, fault, fault]) as proxy:
        with RoomsClient(proxy.endpoint, key, api_version="2022-02-01", transport=NonSleepingTransport()) as client:
            call(client, client.create_room().id)
    # of a 204 the first line is enough
    assert proxy.done[1:] in ([fault, fault, PASS], [fault, fault, PASS, PASS], [TRUNCATE])


@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER, TRUNCATE, BUSY, UNAVAILABLE])
def test_a_create_that_goes_wrong_on_the_way_makes_one_room(emulator: RoomsEmulator, fault: int) -> None:
    with fault_proxy(emulator.endpoint, [fault, fault, PASS]) as proxy:
        key = emulator.connection_string.partition("accesskey=")[2]
        with RoomsClient(proxy.endpoint, key, transport=NonSleepingTransport()) as client:
            room = client.create_room(participants=[ALICE])
            assert [each.id for each in client.list_rooms()] == [room.id]
    assert proxy.done[:3] == [fault, fault, PASS]


@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER])
def test_a_delete_whose_response_was_lost_has_deleted(emulator: RoomsEmulator, fault: int) -> None:
    key = emulator.connection_string.partition("accesskey=")[2]
    with fault_proxy(emulator.endpoint, [PASS, fault]) as proxy:
        with RoomsClient(proxy.endpoint, key, api_version="2022-02-01", transport=NonSleepingTransport()) as client:
            room = client.create_room()
            client.delete_room(room.id)
            with pytest.raises(ResourceNotFoundError):
                client.get_room(room.id)


@pytest.mark.parametrize("lost", [408, 500, 502, 504, None], ids=str)
def test_a_404_behind_a_lost_response_of_a_delete_is_its_success(service: Service, lost: Optional[int]) -> None:
    (service.respond(lost) if lost else service.reset()).respond(404, MS_CV="abc.0")
    client = make_client(service)
    assert client.delete_room(ID, cls=lambda _response, value, headers: (value, headers["MS-CV"])) == (None, "abc.0")


@pytest.mark.parametrize("before", [429, 503, None], ids=str)
def test_a_404_behind_an_attempt_that_did_nothing_is_a_404(service: Service, before: Optional[int]) -> None:
    (service.respond(before) if before else service).respond(404)
    with pytest.raises(ResourceNotFoundError):
        make_client(service).delete_room(ID)


def test_a_404_behind_a_refused_connection_is_a_404() -> None:
    with pytest.raises(ResourceNotFoundError):
        make_client(InMemoryService().reject().respond(404)).delete_room(ID)


def test_a_404_of_another_call_than_a_delete_stays_one(service: Service) -> None:
    service.reset().respond(404)
    with pytest.raises(ResourceNotFoundError):
        make_client(service).get_room(ID)


def test_a_client_that_gives_up_raises_the_last_response(service: Service) -> None:
    for number in range(9):
        service.respond(503, {"error": {"code": f"Busy{number}", "message": "Later."}})
    with pytest.raises(HttpResponseError, match=r"^\(Busy3\) Later\.") as caught:
        GET(make_client(service))
    assert caught.value.status_code == 503
    assert len(service.received) == 4


@pytest.mark.parametrize(
    ("given", "attempts"),
    [
        ({"retry_total": 0}, 1),
        ({"retry_total": 2}, 3),
        ({"retry_status": 1}, 2),
        ({"retry_on_methods": ["POST"]}, 1),
        ({"retry_on_methods": ["GET"], "retry_status": 5}, 6),
    ],
    ids=str,
)
def test_azure_cores_keywords_bound_the_retries(service: Service, given: dict[str, Any], attempts: int) -> None:
    for _ in range(9):
        service.respond(503)
    with pytest.raises(HttpResponseError):
        make_client(service).get_room(ID, **given)
    assert len(service.received) == attempts


def test_azure_cores_keywords_of_a_client_hold_for_its_calls(service: Service) -> None:
    service.respond(418).respond(418).respond(200, ROOM)
    client = make_client(service, retry_on_status_codes=[418], retry_mode=RetryMode.Fixed, retry_backoff_factor=2)
    assert GET(client).id == ID
    assert [1 <= wait <= 2 for wait in service.transport.sleeps] == [True, True]


def test_a_wait_is_cut_at_its_longest(service: Service) -> None:
    for _ in range(4):
        service.respond(503)
    with pytest.raises(HttpResponseError):
        make_client(service).get_room(ID, retry_backoff_factor=100, retry_backoff_max=3)
    assert [1.5 <= wait <= 3 for wait in service.transport.sleeps] == [True] * 3


class Asynchronous:
    """An asynchronous iterator."""

    async def __anext__(self) -> bytes:
        return b"x"


@pytest.mark.parametrize(
    ("body", "is_consumed"),
    [
        (None, False),
        (b"x", False),
        ([b"x"], False),
        (iter([b"x"]), True),
        (Asynchronous(), True),
        (io.BytesIO(b"x"), False),
        (SimpleNamespace(read=bytes), True),
        (SimpleNamespace(read=bytes, seekable=lambda: False), True),
    ],
    ids=["none", "bytes", "list", "iterator", "asynchronous", "file", "stream", "file that cannot go back"],
)
def test_an_iterator_is_consumed_once_and_so_is_a_file_that_cannot_go_back(body: Any, is_consumed: bool) -> None:
    assert _is_consumed_once(body) is is_consumed


def test_waits_differ_by_chance() -> None:
    settings = {"history": [None] * 3, "backoff": 1.0, "max_backoff": 120}
    waits = [RoomsRetryPolicy(jitter=lambda chance=chance: chance).get_backoff_time(settings) for chance in (0.0, 1.0)]  # type: ignore[misc]
    assert waits == [2.0, 4.0]


def test_a_wait_the_service_requests_is_waited(service: Service) -> None:
    service.respond(429, Retry_After="7").respond(200, ROOM)
    GET(make_client(service))
    assert service.transport.sleeps == [7.0]


@pytest.mark.parametrize(("requested", "waits"), [(3, [3.0]), (4, [])], ids=["longest", "longer"])
def test_the_longest_wait_may_be_requested_and_no_longer_one(
    service: Service, requested: int, waits: list[float]
) -> None:
    service.respond(503, Retry_After=str(requested)).respond(200, ROOM)
    request = HttpRequest("GET", f"{service.endpoint}/rooms/{ID}")
    response = make_client(service, retry_backoff_max=3).send_request(request)
    assert (response.status_code, service.transport.sleeps) == (200 if waits else 503, waits)


@pytest.mark.parametrize(("timeout", "waits"), [(60, []), (80, [70.0])], ids=["shorter", "longer"])
def test_the_timeout_of_a_client_holds_for_its_calls(service: Service, timeout: int, waits: list[float]) -> None:
    service.respond(503, Retry_After="70").respond(200, ROOM)
    response = make_client(service, timeout=timeout).send_request(HttpRequest("GET", f"{service.endpoint}/rooms/{ID}"))
    assert (response.status_code, service.transport.sleeps) == (200 if waits else 503, waits)


@pytest.mark.parametrize(("methods", "attempts"), [(["post"], 1), (["get"], 2)], ids=str)
def test_the_methods_that_a_client_retries_hold_for_its_calls(
    service: Service, methods: list[str], attempts: int
) -> None:
    service.respond(503).respond(200, ROOM)
    client = make_client(service, retry_on_methods=methods)
    response = client.send_request(HttpRequest("GET", f"{service.endpoint}/rooms/{ID}"))
    assert (response.status_code, len(service.received)) == (200 if attempts == 2 else 503, attempts)


def test_the_context_of_each_attempt_has_its_number(service: Service) -> None:
    service.respond(503).respond(503).respond(200, ROOM)
    numbers: list[int] = []
    GET(make_client(service, raw_request_hook=lambda request: numbers.append(request.context["retry_count"])))
    assert numbers == [0, 1, 2]


@pytest.mark.parametrize(("timeout", "waits"), [(7.005, []), (7.006, [7.0])])
def test_another_attempt_has_more_than_five_milliseconds(service: Service, timeout: float, waits: list[float]) -> None:
    service.respond(503, Retry_After="7").respond(200, ROOM)
    client = make_client(service, retry_policy=RoomsRetryPolicy(monotonic=lambda: 0.0))
    response = client.send_request(HttpRequest("GET", f"{service.endpoint}/rooms/{ID}"), timeout=timeout)
    assert (response.status_code, service.transport.sleeps) == (200 if waits else 503, waits)


@pytest.mark.parametrize(("status", "attempts"), [(400, 2), (200, 1), (399, 1)])
def test_a_status_that_the_caller_names_is_retried_if_it_is_an_error(
    service: Service, status: int, attempts: int
) -> None:
    service.respond(status, ROOM).respond(204)
    client = make_client(service, retry_on_status_codes=[status])
    response = client.send_request(HttpRequest("GET", f"{service.endpoint}/rooms/{ID}"))
    assert (response.status_code, len(service.received)) == (204 if attempts == 2 else status, attempts)


@pytest.mark.parametrize("call", [GET, CREATE], ids=["GET", "create"])
@pytest.mark.parametrize("options", [{}, {"timeout": 60}], ids=["longest wait", "deadline"])
def test_a_wait_that_is_too_long_is_reported_and_not_waited(
    service: Service, call: Operation, options: dict[str, Any]
) -> None:
    service.respond(429, Retry_After="100000")
    with pytest.raises(HttpResponseError, match=r"Wait before the next attempt \(Retry-After: 100000\)") as caught:
        call(make_client(service, **options))
    assert caught.value.status_code == 429
    assert (len(service.received), service.transport.sleeps) == (1, [])


@pytest.mark.parametrize(
    "garbage", ["soon", "1e400", "-5", "nan", "0", "Tue, 01 Apr 2003 08:00:00 GMT", "Tue, 99 Apr 2003", "1,2", "%C2%B2"]
)
def test_a_wait_that_is_none_is_ignored(service: Service, garbage: str) -> None:
    service.respond(503, Retry_After=garbage).respond(200, ROOM)
    GET(make_client(service))
    (wait,) = service.transport.sleeps
    assert 0.4 <= wait <= 0.8


@pytest.mark.parametrize("date", ["Tue, 01 Apr 2025 08:00:00 GMT", "Sat, 01 Apr 2045 08:00:00 GMT"])
def test_a_date_to_wait_for_is_compared_with_the_date_of_the_response(service: Service, date: str) -> None:
    service.respond(429, Retry_After=date.replace(":00 GMT", ":07 GMT"), Date=date).respond(200, ROOM)
    GET(make_client(service))
    assert service.transport.sleeps == [7.0]


def test_a_retry_after_does_not_make_a_response_worth_a_retry(service: Service) -> None:
    service.respond(400, Retry_After="1")
    with pytest.raises(HttpResponseError, match="Retry-After: 1"):
        GET(make_client(service))
    assert len(service.received) == 1


def test_a_412_is_not_retried_and_explains_window_and_clock(service: Service) -> None:
    service.respond(412)
    with pytest.raises(HttpResponseError, match="more than five minutes ago, or this machine's clock is wrong"):
        CREATE(make_client(service))
    assert len(service.received) == 1


class Moved:
    """A clock that moves on by so much with each attempt."""

    def __init__(self, seconds: float) -> None:
        self.now = NOON
        self.step = timedelta(seconds=seconds)

    def __call__(self) -> datetime:
        return self.now

    def pass_on(self, _: object) -> None:
        self.now += self.step


GUID = "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"
NOON = datetime(2025, 4, 1, 12, tzinfo=timezone.utc)
#: Each way in which a caller gives the pair of a create.
PAIRS: dict[str, dict[str, Any]] = {
    "keywords": {"repeatability_request_id": GUID, "repeatability_first_sent": NOON},
    "headers": {
        "headers": {"repeatability-request-id": GUID, "repeatability-first-sent": "Tue, 01 Apr 2025 12:00:00 GMT"}
    },
    "headers, RFC 3339": {
        "headers": {"Repeatability-Request-ID": GUID, "Repeatability-First-Sent": "2025-04-01T12:00:00Z"}
    },
}


@pytest.mark.parametrize("given", PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize(("seconds", "attempts"), [(100, 3), (144, 3), (146, 2), (289, 2), (291, 1)])
def test_a_create_is_not_sent_again_when_its_five_minutes_are_nearly_over(
    seconds: float, attempts: int, given: dict[str, Any]
) -> None:
    service, clock = InMemoryService(), Moved(seconds)
    for _ in range(5):
        service.respond(503)
    policy = RoomsRetryPolicy(clock=ServiceClock(clock), retry_backoff_factor=0)
    client = make_client(service, retry_policy=policy, raw_request_hook=clock.pass_on)
    with pytest.raises(HttpResponseError, match="503"):
        client.create_room(**given)
    assert len(service.received) == attempts


@pytest.mark.parametrize("version", ["2022-02-01", "2025-03-13"])
def test_the_five_minutes_hold_in_either_form_of_the_header(version: str) -> None:
    service, clock = InMemoryService(), Moved(200)
    for _ in range(5):
        service.respond(503)
    client = make_client(
        service,
        api_version=version,
        retry_policy=RoomsRetryPolicy(clock=ServiceClock(clock)),
        raw_request_hook=clock.pass_on,
    )
    client._clock = ServiceClock(clock)
    with pytest.raises(HttpResponseError, match="503"):
        client.create_room()
    assert len(service.received) == 2


def test_a_time_that_cannot_be_read_leaves_the_five_minutes_to_the_service(service: Service) -> None:
    service.respond(503).respond(400)
    headers = {"Repeatability-Request-ID": "x", "Repeatability-First-Sent": "yesterday"}
    with pytest.raises(HttpResponseError, match="400"):
        make_client(service).create_room(headers=headers)
    assert len(service.received) == 2


@pytest.mark.parametrize(
    ("request_", "attempts"),
    [
        (HttpRequest("POST", "/rooms", json={}), 1),
        (HttpRequest("POST", "/rooms", json={}, headers={"Repeatability-Request-ID": "x"}), 1),
        (
            HttpRequest(
                "POST",
                "/rooms",
                json={},
                headers={"Repeatability-Request-ID": "x", "repeatability-first-sent": "Tue, 01 Apr 2098 08:00:00 GMT"},
            ),
            4,
        ),
        (HttpRequest("POST", "/rooms/1/participants:update?api-version=2022-02-01", json={}), 4),
        (HttpRequest("POST", "/rooms/1/participants:other", json={}), 1),
        (HttpRequest("PATCH", "/rooms/1", json={}), 4),
        (HttpRequest("PUT", "/rooms/1", json={}), 4),
    ],
    ids=["POST", "POST with an id alone", "repeatable POST", "POST of participants", "other POST", "PATCH", "PUT"],
)
@pytest.mark.parametrize("fault", ["status", "reset"])
def test_requests_of_ones_own_are_retried_where_it_is_safe(
    service: Service, request_: HttpRequest, attempts: int, fault: str
) -> None:
    for _ in range(9):
        _ = service.respond(503) if fault == "status" else service.reset()
    try:
        assert make_client(service).send_request(request_).status_code == 503
    except ServiceResponseError:
        assert fault == "reset"
    assert len(service.received) == attempts


def test_a_streamed_response_that_is_retried_gives_its_connection_up(server: RawServer) -> None:
    server.respond(503, b"x" * 100_000).respond(200, ROOM_TEXT)
    seen: list[Any] = []
    options: dict[str, Any] = {"raw_response_hook": seen.append, "retry_backoff_factor": 0}
    with RoomsClient(server.endpoint, KEY, **options) as client:
        with client.send_request(HttpRequest("GET", "/rooms"), stream=True) as response:
            assert response.read() == ROOM_TEXT
    assert [each.http_response.is_closed for each in seen] == [True, True]


def test_the_methods_to_retry_may_be_any_iterable(service: Service) -> None:
    service.respond(503).respond(503).respond(200, ROOM)
    assert make_client(service).get_room(ID, retry_on_methods=iter(["PUT", "GET"])).id == ID


@pytest.mark.parametrize("body", [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"])
def test_a_transport_of_azure_cores_is_retried_too(server: RawServer, body: bytes, client_kind: str) -> None:
    server.truncate(body).truncate(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n").reset().respond(200, room_text("1"))
    transport = AZURE_CORES[client_kind](use_env_settings=False)
    with RoomsClient(server.endpoint, KEY, transport=transport, retry_backoff_factor=0) as client:
        assert client.get_room(ID).id == "1"
    assert len(server.received) == 4


NO_RETRIES: dict[str, Any] = {"sync": RetryPolicy, "async": AsyncRetryPolicy}


@pytest.mark.parametrize(
    "give",
    [
        lambda kind: {"retry_policy": NO_RETRIES[kind].no_retries()},
        lambda _: {"policies": []},
        lambda kind: {"transport": AZURE_CORES[kind](use_env_settings=False)},
    ],
    ids=["retry policy", "all policies", "transport"],
)
def test_what_is_the_callers_gets_no_option_that_it_does_not_know(
    server: RawServer, give: Callable[[str], dict[str, Any]], client_kind: str
) -> None:
    server.respond(204).respond(200, "{}")
    with RoomsClient(server.endpoint, KEY, **give(client_kind)) as client:
        client.delete_room(ID)
        client.send_request(HttpRequest("POST", f"{server.endpoint}/rooms/1/participants:add"))
    assert [received.method for received in server.received] == ["DELETE", "POST"]
