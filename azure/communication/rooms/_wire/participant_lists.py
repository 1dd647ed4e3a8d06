"""Changes that depend on the participants of a room: fetch the list page by page, then send one change if needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, TypeVar, Union

from .._models import ParticipantChanges, RoomParticipant
from .call import Call, Page

T = TypeVar("T")

#: Raw id -> role of the participants of a room, in the order of the list.
Present = dict[str, str]
#: Decides what follows the list: the result of the operation, and the call for the change, None if none is needed.
Conclude = Callable[[Present], tuple[T, Union[Call[Any], None]]]


def after_listing(list_page: Callable[[str | None], Call[Page[RoomParticipant]]], conclude: Conclude[T]) -> Call[T]:
    """List the participants of a room, then send the change that follows from them.

    :param list_page: Makes the call for the page behind a link, the first page for None.
    :param conclude: Decides what follows the list.
    :returns: The first of the calls. The result of the last one is the one that ``conclude`` returned.
    """
    return _read_page(list_page, conclude, None, {}, set())


def _read_page(
    list_page: Callable[[str | None], Call[Page[RoomParticipant]]],
    conclude: Conclude[T],
    link: str | None,
    present: Present,
    followed: set[str],
) -> Call[Any]:
    page_call = list_page(link)
    following: Call[Any] | None = None

    def decode(wire: Any) -> Any:
        nonlocal following
        page = page_call.decode(wire)
        present.update((each.raw_id, str.__str__(each.role)) for each in page.items)
        if page.next_link is None:
            value, following = conclude(present)
            if following is not None:
                following.decode = lambda _: value
            return value
        if page.next_link in followed:
            raise ValueError("the link to the next page leads back to a page that was listed before")
        followed.add(page.next_link)
        following = _read_page(list_page, conclude, page.next_link, present, followed)
        return None

    return Call(page_call.request, page_call.statuses, decode, lambda _: following)


def changes_between(present: Present, wanted: Mapping[str, str]) -> ParticipantChanges:
    """Compare two lists of participants.

    :param present: Raw id -> role, before the change.
    :type present: Mapping[str, str]
    :param wanted: Raw id -> role, after the change.
    :type wanted: Mapping[str, str]
    :rtype: ~azure.communication.rooms.ParticipantChanges
    """
    return ParticipantChanges(
        added=[RoomParticipant(raw_id, role) for raw_id, role in wanted.items() if raw_id not in present],
        changed=[RoomParticipant(raw_id, role) for raw_id, role in wanted.items() if present.get(raw_id, role) != role],
        removed=[RoomParticipant(raw_id, role) for raw_id, role in present.items() if raw_id not in wanted],
    )


def keep_present_roles(present: Present, given: Mapping[str, str | None]) -> dict[str, str]:
    """Get the roles to send so that participants given without a role keep theirs.

    :param present: Raw id -> role, before the change.
    :type present: Mapping[str, str]
    :param given: Raw id -> role, None for a participant without one.
    :type given: Mapping[str, str or None]
    :returns: Raw id -> role, without the participants that keep theirs.
    :rtype: dict[str, str]
    """
    return {raw_id: role or "Attendee" for raw_id, role in given.items() if role or raw_id not in present}
