"""The service's time, as far as this client knows it: this machine's, corrected once the service was seen to differ."""

import logging
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime
from threading import Lock
from typing import Callable, Optional

from .._iso8601 import parse_datetime, to_utc

_LOGGER = logging.getLogger(__name__)

#: A difference that no service minds, and that a slow answer can make.
_TOLERANCE = timedelta(minutes=1)


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(timezone.utc)


def http_date(moment: datetime) -> str:
    """Write a moment as HTTP headers have it, such as ``Tue, 01 Apr 2025 08:00:00 GMT``."""
    return format_datetime(to_utc(moment), usegmt=True)


def parse_http_date(text: Optional[str]) -> Optional[datetime]:
    """Read an HTTP date; None for what is none."""
    try:
        moment = parsedate_to_datetime(text or "")
        # "-0000" makes it naive: UTC, from nobody knows where
        return to_utc(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))
    except (TypeError, ValueError, IndexError):
        return None


def parse_first_sent(text: Optional[str]) -> Optional[datetime]:
    """Read the time of a create: an HTTP date, or RFC 3339 as api-version 2022-02-01 has it. None for what is neither.

    :param text: The header ``Repeatability-First-Sent``.
    :type text: str or None
    """
    moment = parse_http_date(text)
    if moment is not None or not text:
        return moment
    try:
        return parse_datetime(text)
    except ValueError:
        return None


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

    def now(self) -> datetime:
        """Now, by the service's clock as far as it is known."""
        return self._machine() + self._ahead

    def difference(self, date: Optional[str]) -> timedelta:
        """How far the service is ahead of this clock; zero where it is too little to matter, or is not known.

        :param date: The header ``Date`` of an answer that came just now.
        :type date: str or None
        """
        moment = parse_http_date(date)
        ahead = timedelta() if moment is None else moment - self.now()
        return ahead if abs(ahead) > _TOLERANCE else timedelta()

    def correct(self, ahead: timedelta) -> None:
        """Go by the service's clock from now on, and say so once.

        :param ~datetime.timedelta ahead: What :meth:`difference` gave.
        """
        with self._lock:
            self._ahead += ahead
            warned, self._warned = self._warned, True
        if not warned:
            _LOGGER.warning(
                "This machine's clock is %d seconds %s the service's. Requests are signed by the service's clock from "
                "now on; set this machine's right.",
                abs(ahead.total_seconds()),
                "behind" if ahead > timedelta() else "ahead of",
            )
