"""Times: ISO 8601 on the command line and in CSV, ISO in UTC in JSON, local on a terminal."""

from __future__ import annotations

from datetime import datetime, timezone

import isodate

from .errors import UsageError


def parse_time(text: str) -> datetime:
    """Read a time.

    :param str text: ISO 8601: a date and a time, or a date alone, which is its midnight. UTC where no zone is named,
        as the service reads it.
    :returns: Aware, in UTC.
    :raises UsageError: If it is none.
    """
    text = text.strip()
    try:
        time = isodate.parse_datetime(text.replace(" ", "T", 1) if "T" in text or " " in text else f"{text}T00:00")
        if time.tzinfo is None:
            time = time.replace(tzinfo=timezone.utc)
        result: datetime = time.astimezone(timezone.utc)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        shown = repr(text) if len(text) <= 32 and "=" not in text else "this"  # what is longer may be a misplaced key
        raise UsageError(f"{shown} is no time. Write it as ISO 8601, such as 2030-01-31T10:00:00Z") from None
    return result


def utc(time: datetime | None) -> str | None:
    """A time as JSON and CSV have it: ISO 8601 in UTC."""
    return None if time is None else time.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def local(time: datetime | None) -> str:
    """A time as a terminal shows it: in the machine's zone, with its offset."""
    if time is None:
        return ""
    try:
        return time.astimezone().isoformat(" ", "seconds")
    except (OverflowError, OSError, ValueError):  # the year 1 in a zone behind UTC
        return time.isoformat(" ", "seconds")


def local_zone() -> str:
    """The machine's zone, by name."""
    return datetime.now().astimezone().tzname() or "local"
