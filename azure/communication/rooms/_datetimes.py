"""Convert between aware ``datetime`` in UTC and the texts of the service: RFC 3339 and HTTP dates."""

from __future__ import annotations

import email.utils
import re
from datetime import datetime, timedelta, timezone
from typing import cast

#: A date-time of the service: date and time, up to six digits of a fraction, further digits, zone.
_AS_SENT = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)?"
#: Six digits of a fraction, and those behind them.
_BEYOND_MICROSECONDS = r"([.,]\d{6})\d+"
#: A complete date of ISO 8601: calendar, ordinal or week date. isodate also takes a year or a month for a date.
_DATE = r"\d{4}(-\d\d-\d\d|\d{4}|-\d{3}|\d{3}|-W\d\d-\d|W\d\d\d)"
#: Looked up once: lists have three times for each room.
_from_iso_format, _UTC = datetime.fromisoformat, timezone.utc
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_utc(value: datetime) -> datetime:
    """Convert a datetime to UTC.

    :param datetime value: The datetime. A naive value is local time; in a gap of the local clock it has the offset
        before the gap (PEP 495), which ``astimezone`` does not do on every Python.
    :rtype: datetime
    :raises ValueError: If the year in UTC is not between 1 and 9999.
    """
    try:
        if value.utcoffset() is not None:
            return value.astimezone(timezone.utc)
        seconds = value.replace(tzinfo=None, microsecond=0).timestamp()  # whole, so that the float is exact
        return _EPOCH + timedelta(seconds=seconds, microseconds=value.microsecond)
    except (OverflowError, OSError, ValueError) as error:  # which one depends on the platform
        raise ValueError(f"{value!r} cannot be expressed in UTC") from error


def format_datetime(value: datetime) -> str:
    """Convert a datetime to RFC 3339 text in UTC, with up to six digits of a fraction and ``Z``.

    :param datetime value: The datetime; a naive value is local time.
    :rtype: str
    :raises ValueError: If the year in UTC is not between 1 and 9999.
    """
    return to_utc(value).replace(tzinfo=None).isoformat() + "Z"


def parse_datetime(text: str) -> datetime:
    """Parse a date-time of the service, such as ``2025-03-27T06:42:08.1207436+00:00``.

    Digits beyond the microsecond are cut, never rounded, so that the result is not later than the text. Text without a
    zone is UTC.

    :param str text: RFC 3339 text with any number of fraction digits, with ``Z``, an offset or no zone.
    :returns: An aware datetime in UTC.
    :rtype: datetime
    :raises ValueError: If the text is not such a date-time.
    """
    try:
        value = _from_iso_format(text)
    except ValueError:  # Python 3.9 and 3.10 accept neither Z nor a fraction with other than three or six digits
        value = _parse_other(text)
    if text[10:11] != "T":  # which other separators fromisoformat accepts depends on the Python version
        raise ValueError(f"{text!r} is not a date-time")
    if value.tzinfo is _UTC:
        return value
    return value.replace(tzinfo=_UTC) if value.tzinfo is None else to_utc(value)


def parse_iso8601(text: str) -> datetime:
    """Parse a time that a caller gives as text.

    :param str text: ISO 8601: a date and a time of day, or a date alone, which is its midnight. UTC where no zone is
        named, as the service reads it. Digits beyond the microsecond are cut.
    :returns: An aware datetime in UTC.
    :rtype: datetime
    :raises ValueError: If the text has another form; the message has the form.
    """
    import isodate  # costs more than the parsing, and what the service sends never needs it

    date, separator, time_of_day = text.strip().upper().partition("T")
    try:
        day = re.fullmatch(_DATE, date, re.ASCII)[0]  # type: ignore[index]  # the TypeError is handled below
        cut = re.sub(_BEYOND_MICROSECONDS, r"\1", time_of_day if separator else "00:00")  # some isodates round
        value = isodate.parse_datetime(f"{day}T{cut}")
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else to_utc(value)
    except (ArithmeticError, AttributeError, TypeError, ValueError) as error:  # isodate raises each for some text
        shown = repr(text if len(text) <= 40 else f"{text[:40]}...")
        raise ValueError(
            f"{shown} is not a time in ISO 8601, such as '2030-01-31T10:00:00Z', '2030-01-31T11:00:00+01:00' or "
            "'2030-01-31'"
        ) from error


def format_http_date(value: datetime) -> str:
    """Convert a datetime to an HTTP date, such as ``Tue, 01 Apr 2025 08:00:00 GMT``.

    :param datetime value: The datetime; a naive value is local time.
    :rtype: str
    """
    return email.utils.format_datetime(to_utc(value), usegmt=True)


def parse_http_date(text: str | None) -> datetime | None:
    """Parse an HTTP date.

    :param text: The value of a header.
    :type text: str or None
    :returns: An aware datetime in UTC; None if the text is not an HTTP date.
    :rtype: ~datetime.datetime or None
    """
    try:
        value = email.utils.parsedate_to_datetime(text or "")
        return to_utc(value if value.tzinfo else value.replace(tzinfo=timezone.utc))  # the zone "-0000" makes it naive
    except (TypeError, ValueError, IndexError):
        return None


def parse_timestamp(text: str | None) -> datetime | None:
    """Parse an HTTP date or an RFC 3339 date-time.

    :param text: The value of a header.
    :type text: str or None
    :returns: An aware datetime in UTC; None if the text is neither.
    :rtype: ~datetime.datetime or None
    """
    value = parse_http_date(text)
    if value is not None or not text:
        return value
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _parse_other(text: str) -> datetime:
    """Parse a date-time that ``fromisoformat`` of this Python version rejects."""
    match = re.fullmatch(_AS_SENT, text)
    if match:
        seconds, fraction, zone = match.groups()
        return datetime.fromisoformat(f"{seconds}.{fraction or '':0<6}{'+00:00' if zone in (None, 'Z') else zone}")
    import isodate  # imported lazily: what the service sends never needs it

    cut = re.sub(_BEYOND_MICROSECONDS, r"\1", text)  # some releases of isodate round
    return cast(datetime, isodate.parse_datetime(cut))
