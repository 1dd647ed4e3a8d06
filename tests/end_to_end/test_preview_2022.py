"""Api-version 2022-02-01, client and emulator over real HTTP: every operation, every error."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from raw_ids import ALICE, BOB, CAROL, INVALID_RAW_ID

from azure.communication.rooms import ApiVersion, ParticipantRole, RoomJoinPolicy, RoomParticipant, RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

DAY = timedelta(days=1)
PRESENTER, ATTENDEE, CONSUMER = ParticipantRole.PRESENTER, ParticipantRole.ATTENDEE, ParticipantRole.CONSUMER


@pytest.fixture
def preview(emulator: RoomsEmulator) -> Iterator[RoomsClient]:
    """Our client on api-version 2022-02-01."""
    with RoomsClient.from_connection_string(emulator.connection_string, api_version=ApiVersion.V2022_02_01) as rooms:
        yield rooms


def test_the_whole_job(preview: RoomsClient, emulator: RoomsEmulator) -> None:
    start = emulator.clock.now() + DAY
    room = preview.create_room(
        valid_from=start,
        valid_until=start + 30 * DAY,
        room_join_policy=RoomJoinPolicy.COMMUNICATION_SERVICE_USERS,
        participants=[RoomParticipant(ALICE, PRESENTER)],
    )
    assert (room.valid_from, room.valid_until) == (start, start + 30 * DAY)
    assert room.room_join_policy is RoomJoinPolicy.COMMUNICATION_SERVICE_USERS
    assert room.participants == [RoomParticipant(ALICE, PRESENTER)]
    assert preview.get_room(room.id) == room

    changed = preview.update_room(room.id, room_join_policy="InviteOnly")
    assert changed.room_join_policy is RoomJoinPolicy.INVITE_ONLY
    assert (changed.valid_from, changed.participants) == (room.valid_from, room.participants)
    assert preview.update_room(room.id, participants=[BOB]).participants == [RoomParticipant(BOB)]
    assert preview.update_room(room.id, participants=[]).participants == []
    assert preview.update_room(room.id, valid_from=start, valid_until=start + DAY).valid_until == start + DAY

    preview.delete_room(room.id)
    with pytest.raises(ResourceNotFoundError, match=r"\(NotFound\) Resource not found"):
        preview.get_room(room.id)
    with pytest.raises(ResourceNotFoundError):
        preview.delete_room(room.id)


def test_participants_are_added_updated_and_removed(preview: RoomsClient) -> None:
    client: Any = preview
    room_id = preview.create_room().id
    returned = {"cls": lambda _response, participants, _headers: [(each.raw_id, each.role) for each in participants]}
    assert client.add_participants(room_id, [ALICE, BOB], **returned) == [(ALICE, ATTENDEE), (BOB, ATTENDEE)]
    assert client.add_participants(room_id, {ALICE: PRESENTER}, **returned) == [(ALICE, ATTENDEE), (BOB, ATTENDEE)]
    assert client.update_participants(room_id, {ALICE: CONSUMER}, **returned) == [(ALICE, CONSUMER), (BOB, ATTENDEE)]
    assert client.add_or_update_participants(room_id, {BOB: PRESENTER, CAROL: PRESENTER}, **returned) == [
        (ALICE, CONSUMER),
        (BOB, PRESENTER),
        (CAROL, PRESENTER),
    ]
    assert client.remove_participants(room_id, [ALICE], **returned) == [(BOB, PRESENTER), (CAROL, PRESENTER)]
    assert client.remove_participants(room_id, communication_identifiers=[ALICE, BOB]) is None
    assert list(client.get_participants(room_id)) == [RoomParticipant(CAROL, PRESENTER)]
    assert client.add_or_update_participants(room_id, [], **returned) == [(CAROL, PRESENTER)]


def test_a_room_is_the_same_on_either_wire(preview: RoomsClient, client: RoomsClient) -> None:
    room = preview.create_room(participants=[RoomParticipant(ALICE, CONSUMER)])
    seen = client.get_room(room.id)
    assert (seen.created_at, seen.valid_from, seen.valid_until) == (room.created_at, room.valid_from, room.valid_until)
    assert list(client.list_participants(room.id)) == room.participants
    client.add_or_update_participants(room.id, {BOB: PRESENTER})
    assert preview.get_room(room.id).participants == [RoomParticipant(ALICE, CONSUMER), RoomParticipant(BOB, PRESENTER)]


def error_of(call: Any) -> tuple[int, str, str, list[tuple[str, str]]]:
    with pytest.raises(HttpResponseError) as caught:
        call()
    error: Any = caught.value
    details = [(detail.target, detail.message) for detail in error.error.details]
    assert all(text in str(error) for text in (error.error.message, *(message for _, message in details)))
    return error.status_code, error.error_code, error.error.message, details


def test_an_error_is_reported_in_the_services_words(preview: RoomsClient, emulator: RoomsEmulator) -> None:
    room_id, now = preview.create_room().id, emulator.clock.now()
    bad, title = (400, "BadRequest"), "One or more validation errors occurred."
    large = ("ValidUntil", "The time range is incorrect, or larger than 180 days.")
    together = ("", "validFrom and validUntil should be set together.")
    started = "Room join policy cannot be updated after room start time has elapsed"
    assert error_of(lambda: preview.create_room(valid_until=now + 181 * DAY)) == (*bad, title, [large])
    assert error_of(lambda: preview.update_room(room_id, valid_from=now)) == (*bad, title, [together])
    assert error_of(lambda: preview.update_room(room_id, room_join_policy="CommunicationServiceUsers")) == (
        400,
        "InvalidInput",
        started,
        [],
    )
    assert error_of(lambda: preview.add_participants(room_id, [INVALID_RAW_ID])) == (
        400,
        "InvalidInput",
        "Identifier format is invalid.",
        [],
    )
    role = error_of(lambda: preview.add_participants(room_id, {ALICE: "Moderator"}))
    assert role[:3] == (*bad, title)
    assert [target for target, _ in role[3]] == ["addParticipantsRequestDto", "$.participants[0].role"]
