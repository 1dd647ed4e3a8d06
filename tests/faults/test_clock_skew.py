"""Row 22: a machine whose clock is wrong signs by the clock of the service, and logs one warning."""

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from azure.core.rest import HttpRequest
from fake_services import ID, KEY, ROOM, Service, make_client
from raw_ids import ALICE
from raw_server import RawServer

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._datetimes import format_http_date, parse_http_date, parse_timestamp
from azure.communication.rooms._pipeline.authentication import AsyncHMACCredentialsPolicy, HMACCredentialsPolicy
from azure.communication.rooms._pipeline.clock import ServiceClock
from azure.communication.rooms.emulator import RoomsEmulator

HERE = datetime(2025, 4, 1, 8, tzinfo=timezone.utc)
THERE = "Tue, 01 Apr 2025 08:20:00 GMT"


@pytest.fixture
def warnings(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What is logged as a warning."""
    with caplog.at_level(logging.WARNING, "azure.communication.rooms"):
        yield caplog


def skewed(service: Service, **options: Any) -> RoomsClient:
    """A client whose machine stands at 8 o'clock."""
    client = make_client(service, **options)
    client._clock._machine = lambda: HERE
    return client


@pytest.mark.parametrize("minutes", [-20, 20])
@pytest.mark.parametrize("version", ["2022-02-01", "2025-03-13"])
def test_a_client_whose_clock_is_wrong_works(
    emulator: RoomsEmulator, warnings: pytest.LogCaptureFixture, minutes: int, version: str
) -> None:
    emulator.clock.advance(minutes=minutes)
    with RoomsClient.from_connection_string(emulator.connection_string, api_version=version) as client:
        room = client.create_room(participants=[ALICE])
        assert client.get_room(room.id).id == room.id
        assert client.create_room().id != room.id
    which = "behind" if minutes > 0 else "ahead of"
    (warning,) = warnings.messages
    assert f"seconds {which} the service's" in warning
    assert "set this machine's right" in warning


def test_a_wrong_clock_costs_one_try(service: Service, warnings: pytest.LogCaptureFixture) -> None:
    service.respond(401, Date=THERE).respond(200, ROOM).respond(200, ROOM)
    client = skewed(service)
    client.get_room(ID)
    client.get_room(ID)
    dates = [received.headers["x-ms-date"] for received in service.received]
    assert dates == ["Tue, 01 Apr 2025 08:00:00 GMT", THERE, THERE]
    signatures = {received.headers["authorization"] for received in service.received[:2]}
    assert len(signatures) == 2
    (warning,) = warnings.messages
    assert warning.startswith("This machine's clock is 1200 seconds behind the service's. Requests are signed by the")


def test_a_clock_that_is_set_right_again_is_followed_without_another_warning(
    service: Service, warnings: pytest.LogCaptureFixture
) -> None:
    service.respond(401, Date=THERE).respond(200, ROOM).respond(401, Date=THERE).respond(200, ROOM)
    client = skewed(service)
    client.get_room(ID)
    client._clock._machine = lambda: HERE + timedelta(minutes=20)
    client.get_room(ID)
    assert service.received[-1].headers["x-ms-date"] == THERE
    assert client._clock.offset == timedelta()
    assert len(warnings.messages) == 1


def test_the_time_of_a_create_follows_a_clock_that_is_set_right_again(service: Service) -> None:
    service.respond(401, Date=THERE).respond(200, ROOM).respond(401, Date=THERE).respond(201, ROOM)
    client = skewed(service)
    client.get_room(ID)
    client._clock._machine = lambda: HERE + timedelta(minutes=20)
    client.create_room()
    times = [received.headers["repeatability-first-sent"] for received in service.received[2:]]
    assert times == ["Tue, 01 Apr 2025 08:40:00 GMT", THERE]


@pytest.mark.parametrize(
    "date",
    [
        "Tue, 01 Apr 2025 08:01:00 GMT",
        "Tue, 01 Apr 2025 07:59:00 GMT",
        "nonsense",
        None,
        "Tue, 01 Apr 10000 08:00:00 GMT",
    ],
)
def test_a_401_from_a_service_whose_clock_agrees_is_raised(
    service: Service, warnings: pytest.LogCaptureFixture, date: Any
) -> None:
    service.respond(401, **({"Date": date} if date else {})).respond(200, ROOM)
    with pytest.raises(ClientAuthenticationError):
        skewed(service).get_room(ID)
    assert (len(service.received), warnings.messages) == (1, [])


def test_a_401_that_stays_is_raised_and_the_clock_left_alone(
    service: Service, warnings: pytest.LogCaptureFixture
) -> None:
    service.respond(401, Date=THERE).respond(401, Date=THERE)
    client = skewed(service)
    with pytest.raises(ClientAuthenticationError):
        client.get_room(ID)
    assert (len(service.received), warnings.messages) == (2, [])
    assert client._clock.now() == HERE


def test_the_correction_can_be_turned_off(service: Service, warnings: pytest.LogCaptureFixture) -> None:
    service.respond(401, Date=THERE)
    with pytest.raises(ClientAuthenticationError):
        skewed(service, correct_clock_skew=False).get_room(ID)
    assert (len(service.received), warnings.messages) == (1, [])


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, "Tue, 01 Apr 2025 08:20:00 GMT"),
        ({"headers": {"Repeatability-First-Sent": "Tue, 01 Apr 2025 07:58:00 GMT"}}, "Tue, 01 Apr 2025 08:18:00 GMT"),
        ({"headers": {"Repeatability-First-Sent": "2025-04-01T07:58:00.5Z"}}, "2025-04-01T08:18:00.500000Z"),
        ({"headers": {"Repeatability-First-Sent": "Tue, 01 Apr 2025 08:18:00 GMT"}}, "Tue, 01 Apr 2025 08:18:00 GMT"),
        ({"headers": {"Repeatability-First-Sent": "then"}}, "then"),
    ],
    ids=["ours", "by the same clock", "RFC 3339", "by the right clock", "nonsense"],
)
def test_the_time_of_a_create_is_corrected_where_the_same_clock_stamped_it(
    service: Service, given: Any, sent: str
) -> None:
    service.respond(401, Date=THERE).respond(201, ROOM)
    skewed(service).create_room(**given)
    assert service.received[1].headers["repeatability-first-sent"] == sent


@pytest.mark.parametrize(
    ("first_sent", "attempts"),
    [
        (None, 3),
        ("Tue, 01 Apr 2025 07:58:00 GMT", 3),
        ("Tue, 01 Apr 2025 08:18:00 GMT", 3),
        ("Tue, 01 Apr 2025 07:54:00 GMT", 2),
        ("Tue, 01 Apr 2025 08:14:00 GMT", 2),
    ],
    ids=[
        "ours",
        "by the wrong clock",
        "by the right clock",
        "expired, by the wrong clock",
        "expired, by the right clock",
    ],
)
def test_a_create_expires_by_the_clock_that_stamped_it(
    service: Service, first_sent: Optional[str], attempts: int
) -> None:
    service.respond(401, Date=THERE).respond(503).respond(201, ROOM)
    given: Any = {"headers": {"Repeatability-First-Sent": first_sent}} if first_sent else {}
    with nullcontext() if attempts == 3 else pytest.raises(HttpResponseError, match="503"):
        skewed(service).create_room(**given)
    assert len(service.received) == attempts


def test_a_streamed_401_gives_its_connection_back(server: RawServer) -> None:
    server.respond(401, b"x" * 100_000, Date=THERE).respond(200, json.dumps(ROOM))
    with RoomsClient(server.endpoint, KEY) as client:
        client._clock._machine = lambda: HERE
        with client.send_request(HttpRequest("GET", "/rooms"), stream=True) as response:
            assert json.loads(response.read()) == ROOM


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 01 Apr 2025 08:00:00 GMT", HERE),
        ("Tue, 01 Apr 2025 08:00:00 -0000", HERE),
        ("Tue, 01 Apr 2025 10:00:00 +0200", HERE),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("Tue, 99 Apr 2025 08:00:00 GMT", None),
        ("2025-04-01T08:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_http_dates_are_parsed_or_are_none(text: Any, expected: Any) -> None:
    assert parse_http_date(text) == expected


def test_http_dates_are_written_in_utc() -> None:
    assert format_http_date(HERE.astimezone(timezone(timedelta(hours=5)))) == "Tue, 01 Apr 2025 08:00:00 GMT"


def test_the_time_of_a_create_is_parsed_in_either_form() -> None:
    assert parse_timestamp("2025-04-01T08:00:00Z") == parse_timestamp("Tue, 01 Apr 2025 08:00:00 GMT") == HERE
    assert [parse_timestamp(text) for text in ("", None, "soon")] == [None] * 3


def test_a_clock_is_the_machines_until_it_is_corrected() -> None:
    clock = ServiceClock(lambda: HERE)
    assert clock.now() == HERE
    assert clock.measure_skew(THERE, timedelta()) == timedelta(minutes=20)
    clock.apply_offset(timedelta(minutes=20))
    assert (clock.now(), clock.offset) == (HERE + timedelta(minutes=20), timedelta(minutes=20))
    assert clock.measure_skew(THERE, clock.offset) is None
    assert clock.measure_skew(THERE, timedelta()) == timedelta(minutes=20)  # a request that was signed before


def test_a_request_that_was_signed_before_the_correction_is_signed_again_too(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.respond(401, Date=THERE).respond(201, ROOM)
    client = skewed(service)
    send = service.transport.send

    def meanwhile_corrected(*arguments: Any, **options: Any) -> Any:
        client._clock.apply_offset(timedelta(minutes=20))
        return send(*arguments, **options)

    monkeypatch.setattr(service.transport, "send", meanwhile_corrected)
    stamped = "Tue, 01 Apr 2025 08:18:00 GMT"  # by the right clock, so that it stays
    client.create_room(headers={"Repeatability-First-Sent": stamped})
    assert [received.headers["x-ms-date"] for received in service.received] == ["Tue, 01 Apr 2025 08:00:00 GMT", THERE]
    assert [received.headers["repeatability-first-sent"] for received in service.received] == [stamped, stamped]


class MeanwhileCorrected(ServiceClock):
    """A clock that another thread corrects as soon as its offset was read."""

    @property
    def offset(self) -> timedelta:
        """The offset before."""
        known, self._offset = self._offset, timedelta(minutes=20)
        return known


def test_a_request_is_signed_with_the_offset_by_which_its_response_is_measured(
    server: RawServer, client_kind: str
) -> None:
    server.respond(401, Date=THERE).respond(200, json.dumps(ROOM))
    kind: Any = {"sync": HMACCredentialsPolicy, "async": AsyncHMACCredentialsPolicy}[client_kind]
    policy = kind(server.endpoint, AzureKeyCredential(KEY), MeanwhileCorrected(lambda: HERE))
    with RoomsClient(server.endpoint, KEY, authentication_policy=policy) as client:
        assert client.get_room(ID).id == ID
    assert [received.headers["x-ms-date"] for received in server.received] == ["Tue, 01 Apr 2025 08:00:00 GMT", THERE]


def in_threads(client: Any) -> list[str]:
    """The ids of rooms that eight threads create at once."""
    start = threading.Barrier(8)

    def create(_: int) -> Any:
        start.wait(timeout=30)
        return client.create_room().id

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(create, range(8)))


def in_tasks(client: Any) -> list[str]:
    """The ids of rooms that eight tasks create at once."""

    async def create() -> list[str]:
        return [room.id for room in await asyncio.gather(*(client.wrapped.create_room() for _ in range(8)))]

    return client.loop.run_until_complete(create())  # type: ignore[no-any-return]


def test_threads_and_tasks_that_find_the_clock_wrong_together_all_succeed(
    emulator: RoomsEmulator, warnings: pytest.LogCaptureFixture, client_kind: str
) -> None:
    emulator.clock.advance(minutes=20)
    with RoomsClient.from_connection_string(emulator.connection_string) as client:
        ids = in_threads(client) if client_kind == "sync" else in_tasks(client)
        assert sorted(ids) == sorted(room.id for room in client.list_rooms())
        assert timedelta(minutes=19) < client._clock.offset < timedelta(minutes=21)
    assert len(warnings.messages) == 1


def test_a_timestamp_on_a_request_without_an_expiry_is_corrected_too(service: Service) -> None:
    service.respond(401, Date=THERE).respond(200)
    headers = {"Repeatability-First-Sent": "Tue, 01 Apr 2025 08:00:00 GMT"}
    skewed(service).send_request(HttpRequest("PATCH", f"{service.endpoint}/rooms/1", json={}, headers=headers))
    assert [received.headers["repeatability-first-sent"] for received in service.received] == [
        "Tue, 01 Apr 2025 08:00:00 GMT",
        THERE,
    ]
