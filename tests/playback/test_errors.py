"""What the service rejects on the current wire, as it did."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Callable

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from azure.communication.rooms import RoomsClient

pytestmark = pytest.mark.vcr

DAY = timedelta(days=1)
#: An id that no room has.
NEVER = "99400000000000000"
INVALID_RAW_ID = "wrong_mri"

MALFORMED = "The request could not be understood by the server due to malformed syntax."
PAST = ("The time range end is in the past.", "ValidUntil")
LARGE = ("The time range is incorrect, or larger than 180 days.", "ValidUntil")
LATE = ("Value is incorrect or more than 180 days in the future.", "ValidFrom")
TOGETHER = ("validFrom and validUntil should be set together.", "")


def error_of(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> HttpResponseError:
    """The error of a call."""
    with pytest.raises(HttpResponseError) as caught:
        call(*arguments, **keywords)
    return caught.value


def validation(error: HttpResponseError) -> list[tuple[str, str]]:
    """What is wrong with a body: message and target of each detail."""
    assert type(error) is HttpResponseError
    assert error.error is not None
    assert (error.status_code, error.error.code, error.error.message) == (400, "BadRequest", MALFORMED)
    assert vars(error)["error_code"] == "BadRequest"
    assert vars(error)["request_id"].endswith(".0")
    assert {detail.code for detail in error.error.details} == {"BadArgument"}
    return [(str(detail.message), str(detail.target)) for detail in error.error.details]


def logic(error: HttpResponseError) -> tuple[type, Any, Any, Any]:
    """What is wrong with a request as a whole."""
    assert error.error is not None
    assert error.error.details == []
    headers: Any = getattr(error.response, "headers", {})
    assert headers["x-ms-error-code"] == vars(error)["error_code"] == error.error.code
    return type(error), error.status_code, error.error.code, error.error.message


BAD_TIMES: dict[str, tuple[Mapping[str, timedelta], list[tuple[str, str]]]] = {
    "end in the past": ({"valid_until": -DAY}, [PAST]),
    "end in the past before the start": ({"valid_from": -DAY, "valid_until": -7 * DAY}, [PAST]),
    "range of 200 days": ({"valid_from": 3 * DAY, "valid_until": 203 * DAY}, [LARGE]),
    "end beyond 180 days": ({"valid_until": 181 * DAY}, [LARGE]),
    "end before the start": ({"valid_from": 7 * DAY, "valid_until": 3 * DAY}, [LARGE]),
    "start beyond 180 days": ({"valid_from": 181 * DAY}, [LATE]),
}


@pytest.mark.parametrize("case", BAD_TIMES)
def test_wrong_times_of_a_new_room_are_reported(client: RoomsClient, now: datetime, case: str) -> None:
    distances, faults = BAD_TIMES[case]
    times: dict[str, Any] = {name: now + distance for name, distance in distances.items()}
    assert validation(error_of(client.create_room, **times)) == faults


BAD_UPDATES: dict[str, tuple[Mapping[str, timedelta], list[tuple[str, str]]]] = {
    "start alone": ({"valid_from": DAY}, [TOGETHER]),
    "end alone": ({"valid_until": DAY}, [TOGETHER]),
    "end in the past": ({"valid_from": -3 * DAY, "valid_until": -2 * DAY}, [PAST]),
    "range of 200 days": ({"valid_from": 3 * DAY, "valid_until": 203 * DAY}, [LARGE]),
    "start beyond 180 days and the end": ({"valid_from": 181 * DAY, "valid_until": 30 * DAY}, [LATE, LARGE]),
}


@pytest.mark.parametrize("case", BAD_UPDATES)
def test_wrong_times_of_an_update_are_reported_and_change_nothing(
    client: RoomsClient, now: datetime, case: str
) -> None:
    distances, faults = BAD_UPDATES[case]
    room = client.create_room()
    times: dict[str, Any] = {name: now + distance for name, distance in distances.items()}
    assert validation(error_of(client.update_room, room.id, **times)) == faults
    assert client.get_room(room.id) == room


def test_a_wrong_identifier_keeps_a_room_from_being_made(client: RoomsClient) -> None:
    message = "Invalid format for communication identifier."
    assert logic(error_of(client.create_room, participants=[INVALID_RAW_ID])) == (
        HttpResponseError,
        400,
        "BadRequest",
        message,
    )


def test_a_wrong_identifier_is_neither_added_nor_removed(client: RoomsClient) -> None:
    room = client.create_room()
    for call in (client.add_or_update_participants, client.remove_participants):
        error = error_of(call, room.id, [INVALID_RAW_ID])
        message = f"Communication identifier {INVALID_RAW_ID} is not supported."
        assert logic(error) == (HttpResponseError, 400, "BadRequest", message)


def test_a_wrong_role_is_reported_by_its_place(client: RoomsClient, people: tuple[str, ...]) -> None:
    room = client.create_room()
    fault = (
        "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator.",
        f"$.participants.{people[0]}.role",
    )
    error = error_of(client.add_or_update_participants, room.id, {people[0]: "Kafka"})
    assert validation(error) == [fault]
    assert list(client.list_participants(room.id)) == []


NO_ROOMS = {
    "of another length": ("123", (HttpResponseError, 400, "BadRequest", "Invalid room ID length.")),
    "not of digits": ("NotExistingRoomID", (HttpResponseError, 400, "BadRequest", "Invalid room ID.")),
    "never made": (
        NEVER,
        (ResourceNotFoundError, 404, "NotFound", "The server cannot find the requested resource."),
    ),
}


@pytest.mark.parametrize("case", NO_ROOMS)
def test_what_is_no_room_is_rejected_whatever_is_done_to_it(client: RoomsClient, case: str) -> None:
    room_id, expected = NO_ROOMS[case]
    for call in (client.get_room, client.update_room, client.delete_room):
        assert logic(error_of(call, room_id)) == expected


def test_a_deleted_room_is_not_found_whatever_is_done_to_it(client: RoomsClient, people: tuple[str, ...]) -> None:
    room = client.create_room()
    client.delete_room(room.id)
    expected = (ResourceNotFoundError, 404, "NotFound", "The server cannot find the requested resource.")
    assert logic(error_of(client.get_room, room.id)) == expected
    assert logic(error_of(client.update_room, room.id)) == expected
    assert logic(error_of(client.add_or_update_participants, room.id, [people[0]])) == expected
    assert logic(error_of(lambda: list(client.list_participants(room.id)))) == expected
