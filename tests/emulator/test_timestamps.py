"""Timestamps of the emulator: seven digits in and out, in the live service's form."""

from datetime import datetime, timezone

import pytest

from azure.communication.rooms.emulator.state import timestamps


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2025-03-18T21:57:53.1625797+00:00", "2025-03-18T21:57:53.1625797+00:00"),
        ("2025-02-19T07:30:15.8703Z", "2025-02-19T07:30:15.8703+00:00"),
        ("2025-02-22T01:29:37.343745Z", "2025-02-22T01:29:37.343745+00:00"),
        ("2023-09-29T00:39:38.394453700Z", "2023-09-29T00:39:38.3944537+00:00"),
        ("2023-09-29T00:39:38.999999999Z", "2023-09-29T00:39:38.9999999+00:00"),
        ("2024-01-04T13:46:09+00:00", "2024-01-04T13:46:09+00:00"),
        ("2024-01-04T13:46:09.000Z", "2024-01-04T13:46:09+00:00"),
        ("2024-04-01T06:42:43.608647", "2024-04-01T06:42:43.608647+00:00"),
        ("2022-11-23", "2022-11-23T00:00:00+00:00"),
        ("2022-07-14T10:21", "2022-07-14T10:21:00+00:00"),
        ("2025-03-18T21:57:53+05:30", "2025-03-18T16:27:53+00:00"),
        ("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59.9+00:00"),
        ("0987-01-02T03:04:05Z", "0987-01-02T03:04:05+00:00"),
    ],
)
def test_a_timestamp_is_read_and_written_in_the_services_form(text: str, written: str) -> None:
    assert timestamps.format_timestamp(timestamps.parse(text)) == written


@pytest.mark.parametrize(
    "text", ["", "now", "2025-02-30", "2025-03-18T25:00:00Z", "2025-03-18T21:57:53z", "2025-03-18T21"]
)
def test_what_is_no_timestamp_is_rejected(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the words are Python's for a part out of range
        timestamps.parse(text)


def test_timestamps_are_datetimes_but_for_the_last_digit() -> None:
    date_time = datetime(2025, 3, 18, 21, 57, 53, 162579, timezone.utc)
    assert timestamps.from_datetime(date_time) == timestamps.parse("2025-03-18T21:57:53.1625790Z")
    assert timestamps.to_datetime(timestamps.parse("2025-03-18T21:57:53.1625797Z")) == date_time


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_a_timestamp_that_cannot_be_written_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="not within the years 1 to 9999"):
        timestamps.parse(text)


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000"])
def test_an_http_date_is_parsed(zone: str) -> None:
    parsed = timestamps.parse_http_date(f"Tue, 18 Mar 2025 21:57:53 {zone}")
    assert parsed == timestamps.parse("2025-03-18T21:57:53Z")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2025-03-18T21:57:53Z",
        "Thu, 27 Mar 20259999999999999999999 06:42:12 GMT",
        "Thu, 27 Mar 2025 06:42:12 +99999999999999999999",
        "Thu, 99999999999999999999 Mar 2025 06:42:12 GMT",
        "Mon, 01 Jan 0001 00:00:00 -9999",
        "Thu, 27 Mar 2025 06:42:99999999999999999999 GMT",
    ],
)
def test_what_is_no_http_date_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="is not an HTTP date"):
        timestamps.parse_http_date(text)


def test_an_http_date_is_that_of_the_whole_second_before() -> None:
    timestamp = timestamps.parse("2025-03-18T21:57:53.9999999Z")
    assert timestamps.format_http_date(timestamp) == "Tue, 18 Mar 2025 21:57:53 GMT"
    assert timestamps.format_http_date(timestamp + 1) == "Tue, 18 Mar 2025 21:57:54 GMT"
    assert timestamps.format_http_date(-1) == "Wed, 31 Dec 1969 23:59:59 GMT"


def test_a_date_with_a_tail_is_none() -> None:
    with pytest.raises(ValueError, match="is not an HTTP date"):
        timestamps.parse_http_date("Tue, 18 Mar 2025 21:57:53 GMT" + " " * 100)
