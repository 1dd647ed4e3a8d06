"""Date-times between Python and the service: aware ``datetime`` in UTC on one side, RFC 3339 text on the other."""

from __future__ import annotations

import email.utils
import re
from datetime import datetime, timedelta, timezone
from typing import cast

#: What the service writes: date and time, up to six digits of a fraction and those behind them, zone.
_AS_SENT = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)?"
#: Six digits of a fraction, and those behind them.
_BEYOND_MICROSECONDS = r"(\.\d{6})\d+"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_utc(value: datetime) -> datetime:
    """Express a moment in UTC.

    :param datetime value: The moment. A naive value is local time, as everywhere in Python; in a gap of the local
        clock it is read with the offset before the gap (PEP 495), which ``astimezone`` does not do on every Python.
    :rtype: datetime
    :raises ValueError: If the moment lies outside of the years 1 to 9999 once it is in UTC.
    """
    try:
        if value.utcoffset() is not None:
            return value.astimezone(timezone.utc)
        seconds = value.replace(tzinfo=None, microsecond=0).timestamp()  # whole, so that the float is exact
        return _EPOCH + timedelta(seconds=seconds, microseconds=value.microsecond)
    except (OverflowError, OSError, ValueError) as error:  # each is some platform's word for a year out of range
        raise ValueError(f"{value!r} cannot be expressed in UTC") from error


def format_datetime(value: datetime) -> str:
    """Write a moment as the service reads it: UTC, up to six digits of a second, ``Z``.

    :param datetime value: The moment; a naive value is local time.
    :rtype: str
    :raises ValueError: If the moment lies outside of the years 1 to 9999 once it is in UTC.
    """
    return to_utc(value).replace(tzinfo=None).isoformat() + "Z"


def parse_datetime(text: str) -> datetime:
    """Read a moment as the service writes it: ``2025-03-27T06:42:08.1207436+00:00``.

    Digits beyond the microsecond are cut, never rounded, so that a moment is not read as later than it was. Text
    without a zone is UTC.

    :param str text: RFC 3339 text with any number of fraction digits, and ``Z``, an offset or nothing behind it.
    :returns: An aware datetime in UTC.
    :rtype: datetime
    :raises ValueError: If the text is no such date-time.
    """
    if text[10:11] != "T":  # what each Python's fromisoformat takes beyond RFC 3339 differs
        raise ValueError(f"{text!r} is not a date-time")
    try:
        value = datetime.fromisoformat(text)
    except ValueError:  # Python 3.9 and 3.10 know neither Z nor any number of digits but three and six
        value = _parse_other(text)
    if value.tzinfo is timezone.utc:
        return value
    return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else to_utc(value)


def format_http_date(moment: datetime) -> str:
    """Write a moment as HTTP headers have it, such as ``Tue, 01 Apr 2025 08:00:00 GMT``."""
    return email.utils.format_datetime(to_utc(moment), usegmt=True)


def parse_http_date(text: str | None) -> datetime | None:
    """Read an HTTP date; None for what is none."""
    try:
        moment = email.utils.parsedate_to_datetime(text or "")
        # "-0000" makes it naive: UTC, from nobody knows where
        return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))
    except (TypeError, ValueError, IndexError):
        return None


def parse_timestamp(text: str | None) -> datetime | None:
    """Parse an HTTP date or an RFC 3339 date-time.

    :param text: The value of a header.
    :type text: str or None
    """
    moment = parse_http_date(text)
    if moment is not None or not text:
        return moment
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _parse_other(text: str) -> datetime:
    """Read a moment that this Python's ``fromisoformat`` does not take as it stands."""
    match = re.fullmatch(_AS_SENT, text)
    if match:
        moment, fraction, zone = match.groups()
        return datetime.fromisoformat(f"{moment}.{fraction or '':0<6}{'+00:00' if zone in (None, 'Z') else zone}")
    import isodate  # costs more than reading does, and what the service writes never needs it

    cut = re.sub(_BEYOND_MICROSECONDS, r"\1", text)  # some releases of isodate round
    return cast(datetime, isodate.parse_datetime(cut))
