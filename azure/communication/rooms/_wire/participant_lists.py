"""Changes that depend on who is in a room: the list is read page by page, then one change is sent where needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, TypeVar, Union

from .._models import ParticipantChanges, RoomParticipant
from .call import Call, Page

T = TypeVar("T")

#: Raw id -> role of everybody in a room, in the order of the list.
Present = dict[str, str]
#: Decides what follows the list: the value of the operation, and the call that makes it true, where one is needed.
Conclude = Callable[[Present], tuple[T, Union[Call[Any], None]]]


def after_listing(list_page: Callable[[str | None], Call[Page[RoomParticipant]]], conclude: Conclude[T]) -> Call[T]:
    """Read the participants of a room, then do what they call for.

    :param list_page: Makes the call for the page behind a link; for the first page where that is None.
    :param conclude: What follows.
    :returns: A call whose last step has the value that ``conclude`` gave.
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
            raise ValueError("the link to the next page leads back to one that was read")
        followed.add(page.next_link)
        following = _read_page(list_page, conclude, page.next_link, present, followed)
        return None

    return Call(page_call.request, page_call.statuses, decode, lambda _: following)


def changes_between(present: Present, wanted: Mapping[str, str]) -> ParticipantChanges:
    """What must change for a list of participants to be another.

    :param present: Raw id -> role as they are.
    :type present: Mapping[str, str]
    :param wanted: Raw id -> role as they shall be.
    :type wanted: Mapping[str, str]
    """
    return ParticipantChanges(
        added=[RoomParticipant(raw_id, role) for raw_id, role in wanted.items() if raw_id not in present],
        changed=[RoomParticipant(raw_id, role) for raw_id, role in wanted.items() if present.get(raw_id, role) != role],
        removed=[RoomParticipant(raw_id, role) for raw_id, role in present.items() if raw_id not in wanted],
    )


def keeping_roles(present: Present, given: Mapping[str, str | None]) -> dict[str, str]:
    """The roles to send so that who is named without one keeps theirs: nothing for who is in the room.

    :param present: Raw id -> role as they are.
    :type present: Mapping[str, str]
    :param given: Raw id -> role, None where none is named.
    :type given: Mapping[str, str or None]
    """
    return {raw_id: role or "Attendee" for raw_id, role in given.items() if role or raw_id not in present}
