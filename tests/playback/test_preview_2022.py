"""Api-version 2022-02-01, as the service responded when it had that version; recorded against the emulator alone."""

from datetime import datetime, timedelta
from typing import Any, Callable

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from azure.communication.rooms import ParticipantRole, RoomJoinPolicy, RoomParticipant, RoomsClient

pytestmark = [
    pytest.mark.vcr,
    pytest.mark.emulator_only(reason="the service has retired api-version 2022-02-01"),
]

DAY = timedelta(days=1)
NEVER = "99400000000000000"
INVALID_RAW_ID = "wrong_mri"
OPEN = RoomJoinPolicy.COMMUNICATION_SERVICE_USERS

People = tuple[str, ...]


def participants(participants: Any) -> list[tuple[str, str]]:
    return [(each.raw_id, str(each.role)) for each in participants]


def test_a_room_of_nothing_has_every_default(preview_2022: RoomsClient, now: datetime) -> None:
    room = preview_2022.create_room()
    assert (room.created_at, room.valid_from, room.valid_until) == (now, now, now + 180 * DAY)
    assert (room.room_join_policy, room.participants) == (RoomJoinPolicy.INVITE_ONLY, [])
    assert room.pstn_dial_out_enabled is None


def test_a_room_has_what_it_was_created_with(preview_2022: RoomsClient, now: datetime, people: People) -> None:
    alice, bob, _, _ = people
    room = preview_2022.create_room(
        valid_from=now + DAY,
        valid_until=now + 30 * DAY,
        room_join_policy=OPEN,
        participants=[RoomParticipant(alice, ParticipantRole.PRESENTER), bob],
    )
    assert (room.valid_from, room.valid_until, room.room_join_policy) == (now + DAY, now + 30 * DAY, OPEN)
    assert participants(room.participants) == [(alice, "Presenter"), (bob, "Attendee")]
    assert preview_2022.get_room(room.id) == room


def test_an_update_changes_what_it_is_given(preview_2022: RoomsClient, now: datetime, people: People) -> None:
    room = preview_2022.create_room(valid_from=now + DAY, valid_until=now + 2 * DAY, participants=[people[0]])
    updated = preview_2022.update_room(room.id, room_join_policy=OPEN)
    assert (updated.room_join_policy, participants(updated.participants)) == (OPEN, [(people[0], "Attendee")])
    updated = preview_2022.update_room(room.id, valid_from=now + 3 * DAY, valid_until=now + 4 * DAY)
    assert (updated.valid_from, updated.valid_until) == (now + 3 * DAY, now + 4 * DAY)
    updated = preview_2022.update_room(room.id, participants={people[1]: ParticipantRole.CONSUMER})
    assert participants(updated.participants) == [(people[1], "Consumer")]


def test_participants_are_added_changed_and_removed(preview_2022: RoomsClient, people: People) -> None:
    alice, bob, carol, _ = people
    room_id = str(preview_2022.create_room().id)

    def there() -> list[tuple[str, str]]:
        return participants(preview_2022.list_participants(room_id))

    preview_2022.add_participants(room_id, {alice: "Presenter", bob: "Attendee"})
    preview_2022.add_participants(room_id, {alice: "Consumer"})
    assert there() == [(alice, "Presenter"), (bob, "Attendee")]
    preview_2022.update_participants(room_id, {alice: "Consumer"})
    assert there() == [(alice, "Consumer"), (bob, "Attendee")]
    preview_2022.add_or_update_participants(room_id, {bob: "Presenter", carol: "Attendee"})
    assert there() == [(alice, "Consumer"), (bob, "Presenter"), (carol, "Attendee")]
    preview_2022.remove_participants(room_id, [alice, carol])
    assert there() == [(bob, "Presenter")]


def test_a_deleted_room_is_gone(preview_2022: RoomsClient) -> None:
    room_id = str(preview_2022.create_room().id)
    preview_2022.delete_room(room_id)
    for call in (preview_2022.get_room, preview_2022.delete_room):
        with pytest.raises(ResourceNotFoundError, match=r"^\(NotFound\) Resource not found"):
            call(room_id)


ServiceError = tuple[Any, Any, Any, list[tuple[str, str]]]


def error_of(call: Callable[..., Any], *arguments: Any, **keywords: Any) -> ServiceError:
    """Status, code, message, and message and target of each detail."""
    with pytest.raises(HttpResponseError) as caught:
        call(*arguments, **keywords)
    error = caught.value.error
    assert error is not None
    details = [(str(detail.message), str(detail.target)) for detail in error.details]
    return caught.value.status_code, error.code, error.message, details


PROBLEM = (400, "BadRequest", "One or more validation errors occurred.")


def test_wrong_times_are_reported(preview_2022: RoomsClient, now: datetime) -> None:
    large = [("The time range is incorrect, or larger than 180 days.", "ValidUntil")]
    assert error_of(preview_2022.create_room, valid_until=now + 181 * DAY) == (*PROBLEM, large)
    room_id = preview_2022.create_room().id
    assert error_of(preview_2022.update_room, room_id, valid_from=now, valid_until=now + 181 * DAY) == (*PROBLEM, large)
    together = [("validFrom and validUntil should be set together.", "")]
    assert error_of(preview_2022.update_room, room_id, valid_from=now) == (*PROBLEM, together)


def test_a_wrong_role_is_reported_by_its_place(preview_2022: RoomsClient, people: People) -> None:
    room_id = preview_2022.create_room().id
    status, code, title, details = error_of(preview_2022.add_participants, room_id, {people[0]: "Kafka"})
    assert (status, code, title) == PROBLEM
    assert details[0] == ("The addParticipantsRequestDto field is required.", "addParticipantsRequestDto")
    message, target = details[1]
    assert message.startswith("The JSON value could not be converted to Microsoft.AzureCommunicationService.Rooms.")
    assert target == "$.participants[0].role"


def test_a_wrong_identifier_is_rejected(preview_2022: RoomsClient) -> None:
    expected: ServiceError = (400, "InvalidInput", "Identifier format is invalid.", [])
    assert error_of(preview_2022.create_room, participants=[INVALID_RAW_ID]) == expected
    room_id = preview_2022.create_room().id
    assert error_of(preview_2022.add_participants, room_id, [INVALID_RAW_ID]) == expected
    assert error_of(preview_2022.update_participants, room_id, [INVALID_RAW_ID]) == expected
    assert error_of(preview_2022.remove_participants, room_id, [INVALID_RAW_ID]) == expected


def test_a_room_that_never_was_is_not_found(preview_2022: RoomsClient) -> None:
    expected: ServiceError = (404, "NotFound", "Resource not found", [])
    for call in (preview_2022.get_room, preview_2022.update_room, preview_2022.delete_room):
        assert error_of(call, NEVER) == expected


def test_the_join_policy_of_a_room_that_began_stays(preview_2022: RoomsClient) -> None:
    room = preview_2022.create_room()
    message = "Room join policy cannot be updated after room start time has elapsed"
    assert error_of(preview_2022.update_room, room.id, room_join_policy=OPEN) == (400, "InvalidInput", message, [])
