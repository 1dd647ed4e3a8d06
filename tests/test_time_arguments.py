"""Times that callers give: text is ISO 8601, what is naive is local time, and a warning is shown where that matters."""

import asyncio
import time
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from azure.communication.rooms import CommunicationRoom, NaiveDatetimeWarning, RoomsClient, aio
from azure.communication.rooms._time_arguments import convert_time
from azure.communication.rooms.emulator import RoomsEmulator

UTC = timezone.utc
DAY = datetime(2030, 1, 31, tzinfo=UTC)


@pytest.fixture(params=["Europe/Berlin", "America/New_York", "Europe/London", "Asia/Kolkata"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A time zone of this machine that is not UTC."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield str(request.param)
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2030-01-31T10:21", DAY.replace(hour=10, minute=21)),
        ("2030-01-31T10:21:30", DAY.replace(hour=10, minute=21, second=30)),
        ("2030-01-31T10:21Z", DAY.replace(hour=10, minute=21)),
        ("2030-01-31t10:21z", DAY.replace(hour=10, minute=21)),
        (" 2030-01-31T10:21 ", DAY.replace(hour=10, minute=21)),
        ("2030-01-31T10:21+02:00", DAY.replace(hour=8, minute=21)),
        ("2030-01-31T10:21-0330", DAY.replace(hour=13, minute=51)),
        ("2030-01-31T10:21+02", DAY.replace(hour=8, minute=21)),
        ("2030-01-31T10", DAY.replace(hour=10)),
        ("20300131T102130Z", DAY.replace(hour=10, minute=21, second=30)),
        ("2030-W05-4T10:21", DAY.replace(hour=10, minute=21)),
        ("2030-031T10:21", DAY.replace(hour=10, minute=21)),
        ("2030-01-31T10:21:30.5", DAY.replace(hour=10, minute=21, second=30, microsecond=500000)),
        ("2030-01-31T10:21:30,9999999Z", DAY.replace(hour=10, minute=21, second=30, microsecond=999999)),
        ("2030-01-31", DAY),
        ("20300131", DAY),
        ("2030-W05-4", DAY),
        ("2030-031", DAY),
    ],
)
def test_text_is_iso_8601_and_utc_where_it_names_no_zone(text: str, expected: datetime) -> None:
    converted = convert_time("valid_from", text)
    assert (converted, converted.tzinfo) == (expected, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "now",
        "tomorrow",
        "2030",
        "2030-01",
        "2030-W05",
        "31.01.2030",
        "01/31/2030",
        "2030-01-31 10:21",
        "2030-02-30",
        "2030-13-01",
        "2030-01-31T",
        "2030-01-31T25:00",
        "2030-01-31T10:61",
        "2030-01-31T10:21 CET",
        "2030-01-31T10:21+99:00",
        "0001-01-01T00:00+01:00",
        "1893456000",
        "Thu, 31 Jan 2030 10:21:00 GMT",
        "2030-01-31T10:21Z" * 50,
        "٢٠٣٠-٠١-٣١",
    ],
)
def test_other_text_is_a_value_error_that_has_the_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"valid_until: .* is not a time in ISO 8601, such as '2030-01-31T10:00:00Z'"):
        convert_time("valid_until", text)


def test_text_is_sent_as_the_service_reads_it(emulator: RoomsEmulator) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    end = (start + timedelta(days=30)).date()
    with RoomsClient.from_connection_string(emulator.connection_string) as client:
        room = client.create_room(valid_from=f"{start:%Y-%m-%dT%H:%M:%S}", valid_until=str(end))
        assert (room.valid_from, room.valid_until) == (start, datetime(end.year, end.month, end.day, tzinfo=UTC))
        room = client.update_room(room.id, valid_from=start.isoformat(), valid_until=f"{end}T12:00+02:00")
        assert room.valid_until == datetime(end.year, end.month, end.day, 10, tzinfo=UTC)


NAIVE = datetime(2030, 7, 1, 12)


def test_a_naive_datetime_is_local_time_and_warns_where_the_zone_is_not_utc(zone: str) -> None:
    words = r"valid_from has no time zone and was taken as this machine's local time \(.*UTC[+-]\d{4}\)"
    with pytest.warns(NaiveDatetimeWarning, match=words) as caught:
        converted = convert_time("valid_from", NAIVE)
    assert converted == NAIVE.astimezone(UTC)
    assert "Write datetime.now(timezone.utc)" in str(caught[0].message)
    assert caught[0].filename == __file__


def test_a_zone_that_has_no_offset_in_winter_warns_then_too(zone: str) -> None:
    with pytest.warns(NaiveDatetimeWarning, match="valid_from"):
        convert_time("valid_from", datetime(2030, 1, 1, 12))


def test_on_a_machine_in_utc_and_for_what_names_a_zone_nothing_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        assert convert_time("valid_from", NAIVE) == NAIVE.replace(tzinfo=UTC)  # a warning is an error
    finally:
        monkeypatch.undo()
        time.tzset()


def test_aware_times_and_text_never_warn(zone: str) -> None:
    assert convert_time("valid_from", DAY) == DAY
    assert convert_time("valid_from", "2030-01-31") == DAY


def test_a_place_warns_once_whatever_times_it_gives(zone: str, emulator: RoomsEmulator) -> None:
    start = datetime.now() + timedelta(days=1)
    with RoomsClient.from_connection_string(emulator.connection_string) as client:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            for days in range(3):
                client.create_room(valid_until=start + timedelta(days=days))  # one place
            client.create_room(valid_until=start)  # another
            CommunicationRoom(id="1", created_at=start, valid_from=DAY, valid_until=DAY)  # a third
    assert [(each.category, each.filename) for each in caught] == [(NaiveDatetimeWarning, __file__)] * 3
    assert len({each.lineno for each in caught}) == 3


def test_a_place_warns_once_in_programs_of_the_asynchronous_client(zone: str, emulator: RoomsEmulator) -> None:
    start = datetime.now() + timedelta(days=1)

    async def program() -> None:
        async with aio.RoomsClient.from_connection_string(emulator.connection_string) as client:
            for days in range(3):
                room = await client.create_room(valid_until=start + timedelta(days=days))  # one place
            await client.update_room(room.id, valid_from=datetime.now(UTC), valid_until=start)  # another
            assert room.valid_until == (start + timedelta(days=2)).astimezone(UTC)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        asyncio.run(program())
    assert [(each.category, each.filename) for each in caught] == [(NaiveDatetimeWarning, __file__)] * 2
    assert len({each.lineno for each in caught}) == 2


def test_a_room_takes_a_naive_time_for_local_time(zone: str) -> None:
    start = NAIVE.astimezone(UTC)
    room = CommunicationRoom(id="1", created_at=start, valid_from=start, valid_until=start + timedelta(minutes=1))
    with pytest.warns(NaiveDatetimeWarning, match="at has no time zone"):
        assert room.is_open(NAIVE)
