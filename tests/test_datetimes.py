"""Date-times: read to the microsecond on every Python, written in UTC."""

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest

from azure.communication.rooms._datetimes import format_datetime, parse_datetime

UTC = timezone.utc


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's zone set to New York."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    os.environ.pop("TZ", None)
    time.tzset()


@pytest.mark.parametrize(
    ("text", "date_time"),
    [
        ("2025-03-27T06:42:08.1207436+00:00", datetime(2025, 3, 27, 6, 42, 8, 120743, UTC)),
        ("2025-03-27T06:42:08.1207439Z", datetime(2025, 3, 27, 6, 42, 8, 120743, UTC)),
        ("2025-03-27T06:42:08.9999999+00:00", datetime(2025, 3, 27, 6, 42, 8, 999999, UTC)),
        ("2025-02-19T07:30:15.32087+00:00", datetime(2025, 2, 19, 7, 30, 15, 320870, UTC)),
        ("2025-02-19T07:30:15.8703+00:00", datetime(2025, 2, 19, 7, 30, 15, 870300, UTC)),
        ("2025-02-19T07:30:15.5Z", datetime(2025, 2, 19, 7, 30, 15, 500000, UTC)),
        ("2024-01-04T13:46:09+00:00", datetime(2024, 1, 4, 13, 46, 9, 0, UTC)),
        ("2024-01-04T13:46:09Z", datetime(2024, 1, 4, 13, 46, 9, 0, UTC)),
        ("2024-01-04T13:46:09.123456789Z", datetime(2024, 1, 4, 13, 46, 9, 123456, UTC)),
        ("2024-01-04T13:46:09", datetime(2024, 1, 4, 13, 46, 9, 0, UTC)),
        ("2024-01-04T13:46:09.1234567", datetime(2024, 1, 4, 13, 46, 9, 123456, UTC)),
        ("2024-01-04T13:46:09.1234567+05:30", datetime(2024, 1, 4, 8, 16, 9, 123456, UTC)),
        ("2024-01-04T13:46:09-08:00", datetime(2024, 1, 4, 21, 46, 9, 0, UTC)),
        ("9999-12-31T23:59:59.9999999+00:00", datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
        ("2024-01-04T13:46Z", datetime(2024, 1, 4, 13, 46, 0, 0, UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, 0, 0, 0, 0, UTC)),
    ],
)
def test_a_date_time_of_the_service_is_read_to_the_microsecond_in_utc(text: str, date_time: datetime) -> None:
    read = parse_datetime(text)
    assert read == date_time
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2025-03-27",
        "2025-03-27 06:42:08Z",
        "20250327T064208Z",
        "2025-W10-1",
        "2025T06Z",
        "2025-02-30T00:00:00Z",
        "2025-03-27Tnoon",
    ],
)
def test_what_is_no_date_time_is_rejected_alike_on_every_python(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the words are those of the parser that was reached last
        parse_datetime(text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"])
def test_a_date_time_outside_of_the_years_of_python_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be expressed in UTC"):
        parse_datetime(text)


@pytest.mark.parametrize(
    ("date_time", "text"),
    [
        (datetime(2025, 4, 1, 8, 0, 0, 0, UTC), "2025-04-01T08:00:00Z"),
        (datetime(2025, 4, 1, 8, 0, 0, 120, UTC), "2025-04-01T08:00:00.000120Z"),
        (datetime(2025, 4, 1, 8, 0, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2025-04-01T02:30:00Z"),
        (datetime(2025, 4, 1, 8, 0, tzinfo=timezone(timedelta(hours=-8))), "2025-04-01T16:00:00Z"),
        (datetime(9999, 12, 31, 23, 59, 59, 999999, UTC), "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_an_aware_datetime_is_written_in_utc(date_time: datetime, text: str) -> None:
    assert format_datetime(date_time) == text


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this platform cannot change its zone for a test")
@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    ("date_time", "text"),
    [
        (datetime(2025, 1, 15, 12, 0), "2025-01-15T17:00:00Z"),
        (datetime(2025, 7, 15, 12, 0), "2025-07-15T16:00:00Z"),
        (datetime(2025, 11, 2, 1, 30), "2025-11-02T05:30:00Z"),
        (datetime(2025, 11, 2, 1, 30, fold=1), "2025-11-02T06:30:00Z"),
        (datetime(2025, 3, 9, 2, 30), "2025-03-09T07:30:00Z"),
        (datetime(2025, 1, 15, 12, 0, 0, 999999), "2025-01-15T17:00:00.999999Z"),
        (datetime(3025, 1, 15, 12, 0, 0, 123457), "3025-01-15T17:00:00.123457Z"),
    ],
    ids=["winter", "summer", "first of two", "second of two", "in the gap", "microseconds", "far"],
)
def test_a_naive_datetime_is_local_time(date_time: datetime, text: str) -> None:
    assert format_datetime(date_time) == text


def test_a_datetime_that_utc_cannot_hold_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="cannot be expressed in UTC"):
        format_datetime(datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-1))))
