"""Times that callers give: aware or naive ``datetime``, or ISO 8601 text. All become aware ``datetime`` in UTC."""

import sys
import time
import warnings
from datetime import datetime, timezone
from typing import Union

from ._datetimes import parse_iso8601, to_utc

#: Packages between a caller and the check of an argument. The place that a warning names lies outside of them.
_PACKAGES = ("azure.communication.rooms", "azure.core")


class NaiveDatetimeWarning(UserWarning):
    """A ``datetime`` without a time zone was taken as local time, on a machine whose time zone is not UTC.

    Release 1.2.0 took it as UTC. Python shows the warning once for each place in a program.
    """


def convert_time(name: str, value: Union[datetime, str]) -> datetime:
    """Check a time and convert it to UTC.

    :param str name: The argument's name.
    :param value: Aware, or naive in local time; or ISO 8601 text, UTC where it names no zone. A date alone is its
        midnight.
    :type value: ~datetime.datetime or str
    :rtype: ~datetime.datetime
    :raises TypeError: If it is neither.
    :raises ValueError: If text has another form, or the time cannot be expressed in UTC.
    """
    if not isinstance(value, (datetime, str)):
        raise TypeError(f"{name} must be a datetime.datetime or ISO 8601 text, not {type(value).__name__}")
    try:
        if isinstance(value, str):
            return parse_iso8601(value)
        converted = to_utc(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    if value.utcoffset() is None:
        _warn_if_zone_matters(name, value, converted)
    return converted


def utc_now() -> datetime:
    """The time of this machine's clock, in UTC."""
    return datetime.now(timezone.utc)


def _warn_if_zone_matters(name: str, value: datetime, converted: datetime) -> None:
    """Warn of a naive datetime, unless this machine's time zone is UTC."""
    offset = value.replace(tzinfo=timezone.utc) - converted
    if not (offset or time.timezone or time.altzone):
        return
    zone = value.astimezone()
    warnings.warn(
        # The text does not contain the value: Python shows a warning again in one place if its text differs.
        f"{name} has no time zone and was taken as this machine's local time ({zone:%Z}, UTC{zone:%z}); release 1.2.0 "
        "took it as UTC. Write datetime.now(timezone.utc), or value.replace(tzinfo=timezone.utc) for a time that is in "
        "UTC, or value.astimezone() for local time.",
        NaiveDatetimeWarning,
        stacklevel=_frames_to_caller(),
    )


def _frames_to_caller() -> int:
    """Count the frames from the function that calls this one to the first outside of :data:`_PACKAGES`."""
    frame = sys._getframe(1)  # noqa: SLF001  documented; inspect.stack reads source files for each frame
    count = 1
    while frame.f_back is not None and _is_inside(frame.f_globals.get("__name__", "")):
        frame, count = frame.f_back, count + 1
    return count


def _is_inside(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in _PACKAGES)
