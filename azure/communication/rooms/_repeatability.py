"""What makes one create repeatable: an id and a time, the same on every attempt."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from ._datetimes import parse_http_date, to_utc
from ._wire.call import Repeatability


def repeatability_of(request_id: str | UUID | None, first_sent: str | datetime | None, now: datetime) -> Repeatability:
    """The pair of a create: the caller's, or a new one.

    :param request_id: A GUID, None for a new one.
    :type request_id: str or ~uuid.UUID or None
    :param first_sent: When the create was sent first: aware, or an HTTP date; None for now.
    :type first_sent: ~datetime.datetime or str or None
    :param ~datetime.datetime now: The time by the service's clock.
    :raises TypeError: If one is of another type.
    :raises ValueError: If one is given without the other, or is not what it should be.
    """
    if request_id is None and first_sent is None:
        return Repeatability(str(uuid4()), now)
    if request_id is None or first_sent is None:
        raise ValueError("repeatability_request_id and repeatability_first_sent belong together: give both or neither")
    return Repeatability(_guid(request_id), _moment(first_sent))


def _guid(request_id: str | UUID) -> str:
    if isinstance(request_id, UUID):
        return str(request_id)
    if not isinstance(request_id, str):
        raise TypeError(f"repeatability_request_id must be a str or UUID, not {type(request_id).__name__}")
    try:
        return str(UUID(request_id))
    except ValueError:
        raise ValueError(f"repeatability_request_id must be a GUID, such as {uuid4()}") from None


def _moment(first_sent: str | datetime) -> datetime:
    if isinstance(first_sent, str):
        moment = parse_http_date(first_sent)
        if moment is None:
            raise ValueError("repeatability_first_sent must be an HTTP date, such as Tue, 01 Apr 2025 08:00:00 GMT")
        return moment
    if not isinstance(first_sent, datetime):
        raise TypeError(f"repeatability_first_sent must be a datetime or an HTTP date, not {type(first_sent).__name__}")
    if first_sent.utcoffset() is None:
        raise ValueError("repeatability_first_sent must be aware: give it a time zone, such as timezone.utc")
    return to_utc(first_sent)
