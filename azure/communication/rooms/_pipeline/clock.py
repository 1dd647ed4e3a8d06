"""The service's time, as far as this client knows it: this machine's, corrected once the service was seen to differ."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from threading import Lock
from typing import Any, Callable

from azure.core.pipeline import PipelineRequest

from .._datetimes import format_datetime, format_http_date, parse_http_date, parse_timestamp

_LOGGER = logging.getLogger(__name__)

#: A difference that no service minds, and that a slow answer can make.
_TOLERANCE = timedelta(minutes=1)
#: In the context of a request: until when it may be sent again, by the service's clock.
EXPIRES = "rooms_expires"


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(timezone.utc)


def apply_offset(request: PipelineRequest[Any], names: Iterable[str], now: datetime, offset: timedelta) -> None:
    """Correct the times on a request that the wrong clock gave; those that a right clock gave stay.

    A time that is nearer to ``now`` than to ``now + offset`` comes from the wrong clock. If there is such a time, the
    expiry of the request (:data:`EXPIRES`) comes from that clock, too.

    :param request: The request.
    :type request: ~azure.core.pipeline.PipelineRequest
    :param names: Names of the headers that hold the times: HTTP dates or RFC 3339.
    :type names: Iterable[str]
    :param ~datetime.datetime now: The time by the wrong clock.
    :param ~datetime.timedelta offset: What to add to it.
    """
    headers = request.http_request.headers
    for name in names:
        text = headers.get(name)
        moment = parse_timestamp(text)
        if moment is None or abs(moment - now) >= abs(moment - now - offset):
            continue
        headers[name] = (format_http_date if "," in str(text) else format_datetime)(moment + offset)
        expires = request.context.get(EXPIRES)
        if expires is not None:
            request.context[EXPIRES] = expires + offset


class ServiceClock:
    """Tells the time to sign by. One a client; safe to use from several threads.

    :param machine: The clock of this machine.
    :type machine: Callable[[], ~datetime.datetime]
    """

    def __init__(self, machine: Callable[[], datetime] = utc_now) -> None:
        self._machine = machine
        self._ahead = timedelta()
        self._lock = Lock()
        self._warned = False

    @property
    def ahead(self) -> timedelta:
        """How far the service's clock is ahead of this machine's, as far as it is known."""
        return self._ahead

    def now(self, ahead: timedelta | None = None) -> datetime:
        """Now, by the service's clock as far as it is known.

        :param ahead: How far it is ahead, to be taken in place of what is known.
        :type ahead: ~datetime.timedelta or None
        """
        return self._machine() + (self._ahead if ahead is None else ahead)

    def told(self, date: str | None, ahead: timedelta) -> timedelta | None:
        """How far the service is ahead of this machine by an answer that came just now.

        :param date: The header ``Date`` of the answer.
        :type date: str or None
        :param ~datetime.timedelta ahead: How far it was taken to be when the request was signed.
        :returns: None where the answer tells nothing, or too little to matter.
        """
        moment = parse_http_date(date)
        if moment is None:
            return None
        found = moment - self._machine()
        return found if abs(found - ahead) > _TOLERANCE else None

    def correct(self, ahead: timedelta) -> None:
        """Go by the service's clock from now on, and say so once.

        :param ~datetime.timedelta ahead: What :meth:`told` gave.
        """
        with self._lock:
            self._ahead = ahead
            warned, self._warned = self._warned, True
        if not warned:
            _LOGGER.warning(
                "This machine's clock is %d seconds %s the service's. Requests are signed by the service's clock from "
                "now on; set this machine's right.",
                abs(ahead.total_seconds()),
                "behind" if ahead > timedelta() else "ahead of",
            )
