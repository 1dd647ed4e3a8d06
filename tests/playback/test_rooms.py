"""Rooms on the current wire, as the service responded."""

from datetime import datetime, timedelta
from typing import Any, Callable

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.core.rest import HttpRequest
from scrubbing import UNRECORDED

from azure.communication.rooms import CommunicationRoom, ParticipantRole, RoomParticipant, RoomsClient

pytestmark = pytest.mark.vcr

DAY = timedelta(days=1)


@pytest.fixture
def is_about(tolerance: timedelta) -> Callable[[Any, datetime], bool]:
    """Whether a time of the service's is the one expected."""
    return lambda time, expected: abs(time - expected) <= tolerance


def test_a_room_of_nothing_has_every_default(client: RoomsClient, now: datetime, is_about: Any) -> None:
    room = client.create_room()
    assert is_about(room.created_at, now)
    assert is_about(room.valid_from, now)
    assert is_about(room.valid_until, now + 180 * DAY)
    assert room.pstn_dial_out_enabled is False
    assert list(client.list_participants(room.id)) == []


def test_a_room_has_what_it_was_created_with(
    client: RoomsClient, now: datetime, people: tuple[str, ...], is_about: Any
) -> None:
    alice, bob, carol, _ = people
    room = client.create_room(
        valid_from=now + DAY,
        valid_until=now + 30 * DAY,
        pstn_dial_out_enabled=True,
        participants=[
            RoomParticipant(alice, ParticipantRole.PRESENTER),
            RoomParticipant(bob, ParticipantRole.CONSUMER),
            RoomParticipant(carol),
        ],
    )
    assert is_about(room.created_at, now)
    assert (room.valid_from, room.valid_until) == (now + DAY, now + 30 * DAY)
    assert room.pstn_dial_out_enabled is True
    participants = [(each.raw_id, each.role) for each in client.list_participants(room.id)]
    assert sorted(participants) == sorted([(alice, "Presenter"), (bob, "Consumer"), (carol, "Attendee")])


def test_an_end_alone_and_a_start_alone_are_enough(client: RoomsClient, now: datetime, is_about: Any) -> None:
    with_end = client.create_room(valid_until=now + 7 * DAY)
    assert is_about(with_end.valid_from, now)
    assert with_end.valid_until == now + 7 * DAY
    with_start = client.create_room(valid_from=now + 7 * DAY)
    assert with_start.valid_from == now + 7 * DAY
    assert is_about(with_start.valid_until, now + 180 * DAY)


def test_a_room_is_got_as_it_was_created(client: RoomsClient) -> None:
    room = client.create_room()
    assert client.get_room(room.id) == room


def test_an_update_changes_what_it_is_given(client: RoomsClient, now: datetime) -> None:
    room = client.create_room(valid_from=now + DAY, valid_until=now + 2 * DAY)

    def changed(**changes: Any) -> CommunicationRoom:
        names = ("id", "created_at", "valid_from", "valid_until", "pstn_dial_out_enabled")
        return CommunicationRoom(**{**{name: getattr(room, name) for name in names}, **changes})

    room = changed(pstn_dial_out_enabled=True)
    assert client.update_room(room.id, pstn_dial_out_enabled=True) == room
    start, end = now + 3 * DAY, now + 60 * DAY
    room = changed(valid_from=start, valid_until=end)
    assert client.update_room(room.id, valid_from=start, valid_until=end) == room
    assert client.update_room(room.id, valid_from=None, valid_until=None, pstn_dial_out_enabled=None) == room
    assert client.update_room(room.id) == room
    assert client.get_room(room.id) == room


def test_a_deleted_room_is_gone_and_can_be_deleted_again(client: RoomsClient) -> None:
    room = client.create_room()
    client.delete_room(room.id)
    client.delete_room(room.id)
    with pytest.raises(ResourceNotFoundError, match="The server cannot find the requested resource"):
        client.get_room(room.id)


@pytest.fixture
def sixty_one_rooms(client: RoomsClient, prepares: bool) -> int:
    """Rooms that no recording shows being made: enough for three pages of 30."""
    if prepares:
        for _ in range(61):
            client.create_room(headers={UNRECORDED: "1"})
    return 61


def test_rooms_are_listed_over_three_pages(client: RoomsClient, sixty_one_rooms: int) -> None:
    pages = [list(page) for page in client.list_rooms().by_page()]
    rooms = [room for page in pages for room in page]
    assert len(pages) >= 3
    assert max(len(page) for page in pages) <= 30
    assert len({room.id for room in rooms}) == len(rooms) >= sixty_one_rooms
    times = [room.created_at for room in rooms if room.created_at is not None]
    assert len(times) == len(rooms)
    assert times == sorted(times, reverse=True)


def test_a_list_resumes_at_a_page(client: RoomsClient, sixty_one_rooms: int) -> None:
    pages = client.list_rooms().by_page()
    first = list(next(pages))
    token = pages.continuation_token  # type: ignore[attr-defined]  # ItemPaged's type does not declare it
    rest = [room for page in client.list_rooms().by_page(continuation_token=token) for room in page]
    assert len({room.id for room in first + rest}) == len(first + rest) >= sixty_one_rooms


@pytest.mark.parametrize("version", ["2023-06-14", "2023-10-30-preview", "2024-04-15"])
def test_every_supported_version_does_the_whole_job(
    make_client: Any, people: tuple[str, ...], now: datetime, version: str
) -> None:
    client = make_client(api_version=version)
    dial_out = None if version == "2023-06-14" else False
    room = client.create_room(participants=[people[0]])
    assert room.pstn_dial_out_enabled is dial_out
    updated = client.update_room(room.id, valid_from=now, valid_until=now + DAY)
    assert (updated.valid_until, updated.pstn_dial_out_enabled) == (now + DAY, dial_out)
    assert client.get_room(room.id) == updated
    assert room.id in [each.id for each in client.list_rooms()]
    client.add_or_update_participants(room.id, {people[1]: ParticipantRole.CONSUMER})
    client.remove_participants(room.id, [people[0]])
    assert list(client.list_participants(room.id)) == [RoomParticipant(people[1], ParticipantRole.CONSUMER)]
    client.delete_room(room.id)


def test_a_token_does_the_whole_job(make_client: Any, token_credential: Any, people: tuple[str, ...]) -> None:
    client = make_client(token_credential)
    room = client.create_room(participants=[people[0]])
    assert client.get_room(room.id) == room
    assert client.update_room(room.id, pstn_dial_out_enabled=True).pstn_dial_out_enabled is True
    assert room.id in [each.id for each in client.list_rooms()]
    client.add_or_update_participants(room.id, [people[1]])
    client.remove_participants(room.id, [people[0]])
    assert list(client.list_participants(room.id)) == [RoomParticipant(people[1])]
    client.delete_room(room.id)


def test_a_request_of_ones_own_goes_the_same_way(client: RoomsClient) -> None:
    room = client.create_room()
    response = client.send_request(HttpRequest("GET", f"/rooms/{room.id}?api-version=2025-03-13"))
    assert response.status_code == 200
    assert response.json()["id"] == room.id
    assert response.headers["api-supported-versions"].endswith("2025-03-13")
