"""Moments as the service keeps them: whole ticks of 100 nanoseconds since 1970, UTC.

Python's ``datetime`` ends at the microsecond; the service keeps and answers seven digits.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

PER_SECOND = 10_000_000
PER_DAY = 24 * 60 * 60 * PER_SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_TEXT = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?)?")


def from_datetime(moment: datetime) -> int:
    """Ticks of an aware ``datetime``."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 10


def to_datetime(ticks: int) -> datetime:
    """An aware ``datetime`` in UTC; the seventh digit is cut."""
    return _EPOCH + timedelta(microseconds=ticks // 10)


def parse(text: str) -> int:
    """Read what a request holds: a date-time with ``Z``, an offset or no zone (UTC), or a date alone.

    :raises ValueError: If the text is neither.
    :raises OverflowError: If it lies outside of the years 1 to 9999 in UTC, where no answer could hold it.
    """
    match = _TEXT.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is neither a date-time nor a date")
    date, time, fraction, zone = match.groups()
    moment = datetime.fromisoformat(f"{date}T{time or '00:00'}{'+00:00' if zone in (None, 'Z') else zone}")
    return from_datetime(moment.astimezone(timezone.utc)) + int((fraction or "")[:7].ljust(7, "0"))


def write(ticks: int) -> str:
    """Write what an answer holds: ``2025-03-18T21:57:53.1625797+00:00``, zeros at the end of the fraction cut."""
    seconds, fraction = divmod(ticks, PER_SECOND)
    digits = f"{fraction:07d}".rstrip("0")
    text = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text.rjust(19, '0')}{'.' if digits else ''}{digits}+00:00"
