"""The clock of the service: this machine's, plus an offset once the two were seen to differ."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from threading import Lock
from typing import Any, Callable

from azure.core.pipeline import PipelineRequest

from .._datetimes import format_datetime, format_http_date, parse_http_date, parse_timestamp

_LOGGER = logging.getLogger(__name__)

#: A difference that services accept, and that a slow response can make.
_TOLERANCE = timedelta(minutes=1)
#: A difference beyond every clock that is merely wrong: with such an offset, times leave the years 1 to 9999.
_LONGEST = timedelta(days=100 * 365)
#: In the context of a request: until when it may be sent again, by the service's clock.
EXPIRES = "rooms_expires"


def utc_now() -> datetime:
    """The time by this machine's clock, in UTC."""
    return datetime.now(timezone.utc)


def shift_timestamps(request: PipelineRequest[Any], names: Iterable[str], now: datetime, difference: timedelta) -> None:
    """Correct the timestamps on a request that come from a clock that was wrong. Those of a right clock stay.

    A timestamp that is nearer to ``now`` than to ``now + difference`` comes from the wrong clock. If there is one, the
    expiry of the request (:data:`EXPIRES`) comes from that clock, too.

    :param request: The request.
    :type request: ~azure.core.pipeline.PipelineRequest
    :param names: Names of the headers that hold timestamps: HTTP dates or RFC 3339.
    :type names: Iterable[str]
    :param ~datetime.datetime now: The time by the wrong clock.
    :param ~datetime.timedelta difference: What to add to it for the right time.
    """
    headers = request.http_request.headers
    for name in names:
        text = headers.get(name)
        value = parse_timestamp(text)
        if value is None or abs(value - now) >= abs(value - now - difference):
            continue
        headers[name] = (format_http_date if "," in str(text) else format_datetime)(value + difference)
        expires = request.context.get(EXPIRES)
        if expires is not None:
            request.context[EXPIRES] = expires + difference


class ServiceClock:
    """The clock to sign by. One for each client; safe to use from several threads.

    :param machine: The clock of this machine, in UTC.
    :type machine: Callable[[], ~datetime.datetime]
    """

    def __init__(self, machine: Callable[[], datetime] = utc_now) -> None:
        self._machine = machine
        self._offset = timedelta()
        self._lock = Lock()
        self._warned = False

    @property
    def offset(self) -> timedelta:
        """The service's clock minus this machine's, as far as it is known; zero at first."""
        return self._offset

    def now(self, offset: timedelta | None = None) -> datetime:
        """The time by the service's clock, as far as it is known.

        :param offset: An offset in place of the known one.
        :type offset: ~datetime.timedelta or None
        :returns: An aware datetime in UTC.
        :rtype: ~datetime.datetime
        """
        return self._machine() + (self._offset if offset is None else offset)

    def measure_skew(self, date: str | None, offset: timedelta) -> timedelta | None:
        """Measure the offset by a response that has just come.

        :param date: The header ``Date`` of the response.
        :type date: str or None
        :param ~datetime.timedelta offset: The offset with which the request was signed.
        :returns: The measured offset; None if there is no date, or if it differs by at most a minute or by more than
            a century.
        :rtype: ~datetime.timedelta or None
        """
        service = parse_http_date(date)
        if service is None:
            return None
        measured = service - self._machine()
        return measured if _TOLERANCE < abs(measured - offset) < _LONGEST else None

    def apply_offset(self, offset: timedelta) -> None:
        """Use an offset from now on. The first time, log a warning.

        :param ~datetime.timedelta offset: What :meth:`measure_skew` returned.
        """
        with self._lock:
            self._offset = offset
            warned, self._warned = self._warned, True
        if not warned:
            _LOGGER.warning(
                "This machine's clock is %d seconds %s the service's. Requests are signed by the service's clock from "
                "now on; set this machine's right.",
                abs(offset.total_seconds()),
                "behind" if offset > timedelta() else "ahead of",
            )
