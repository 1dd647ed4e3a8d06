"""Timestamps as the service keeps them: whole units of 100 nanoseconds since 1970, UTC.

Python's ``datetime`` ends at the microsecond; the service keeps seven digits and returns them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

PER_SECOND = 10_000_000
PER_DAY = 24 * 60 * 60 * PER_SECOND

#: Characters of an HTTP date, with room for every form that is read.
_LONGEST_HTTP_DATE = 100

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TEXT = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?)?", re.ASCII)


def from_datetime(value: datetime) -> int:
    """Convert an aware ``datetime`` to a timestamp."""
    return (value - _EPOCH) // timedelta(microseconds=1) * 10


def to_datetime(timestamp: int) -> datetime:
    """Convert a timestamp to an aware ``datetime`` in UTC; the seventh digit is cut."""
    return _EPOCH + timedelta(microseconds=timestamp // 10)


def from_timedelta(span: timedelta) -> int:
    """Convert a span to units of timestamps."""
    return span // timedelta(microseconds=1) * 10


def parse(text: str) -> int:
    """Parse a date-time with ``Z``, an offset or no zone (UTC), or a date alone.

    :raises ValueError: If the text is neither, or lies outside of the years 1 to 9999 in UTC, which no response could
        hold.
    """
    match = _TEXT.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is neither a date-time nor a date")
    date, time, fraction, zone = match.groups()
    value = datetime.fromisoformat(f"{date}T{time or '00:00'}{'+00:00' if zone in (None, 'Z') else zone}")
    try:
        seconds = from_datetime(value.astimezone(timezone.utc))
    except OverflowError:
        raise ValueError(f"{text!r} is not within the years 1 to 9999 in UTC") from None
    return seconds + int((fraction or "")[:7].ljust(7, "0"))


@lru_cache(maxsize=256)
def parse_http_date(text: str) -> int:
    """Parse the date of an HTTP header, such as ``Tue, 18 Mar 2025 21:57:52 GMT``.

    :raises ValueError: If the text is no such date, or lies outside of the years 1 to 9999 in UTC.
    """
    try:
        value = parsedate_to_datetime(text if len(text) <= _LONGEST_HTTP_DATE else "")  # parsed ones are remembered
        # The zone "-0000" gives a naive value: UTC from an unknown place.
        return from_datetime(value if value.tzinfo else value.replace(tzinfo=timezone.utc))
    except (TypeError, ValueError, IndexError, OverflowError):  # all of these come out of the standard library's parser
        raise ValueError(f"{text[:100]!r} is not an HTTP date") from None


def format_timestamp(timestamp: int) -> str:
    """Format a timestamp as responses have it: ``2025-03-18T21:57:53.1625797+00:00``, without trailing zeros."""
    seconds, fraction = divmod(timestamp, PER_SECOND)
    digits = f"{fraction:07d}".rstrip("0")
    return f"{_format_second(seconds)}{'.' if digits else ''}{digits}+00:00"


def format_http_date(timestamp: int) -> str:
    """Format a timestamp as HTTP headers have it: ``Tue, 18 Mar 2025 21:57:52 GMT``."""
    return _format_http_second(timestamp // PER_SECOND)


# Many requests come within one second, and all rooms of one test have few times: a date is written once.


@lru_cache(maxsize=1024)
def _format_second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


@lru_cache(maxsize=16)
def _format_http_second(seconds: int) -> str:
    return format_datetime(_EPOCH + timedelta(seconds=seconds), usegmt=True)
