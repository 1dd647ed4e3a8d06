"""Many rooms, helpers around the client, and functions that are handed to it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

from azure.core.paging import ItemPaged
from azure.core.pipeline import PipelineResponse
from azure.core.rest import HttpRequest, HttpResponse
from typing_extensions import assert_type

from azure.communication.rooms import CommunicationRoom, ParticipantRole, RoomParticipant, RoomsClient, bulk


def rows(count: int) -> Iterator[Mapping[str, Any]]:
    """Keywords of creates."""
    for _ in range(count):
        yield {"pstn_dial_out_enabled": True}


def create(client: RoomsClient) -> list[str]:
    """Create many."""
    ids: list[str] = []
    for result in bulk.create_rooms(rows(10), client, max_concurrency=4, journal="rooms.journal", on_progress=show):
        assert_type(result, bulk.BulkResult)
        assert_type(result.room, Optional[CommunicationRoom])
        assert_type(result.error, Optional[Exception])
        if result.room:
            ids.append(result.room.id)
        ids.append(result.room.id)  # rejected
    bulk.create_rooms([bulk.RoomRequest(valid_from=datetime.now(timezone.utc))], client)
    bulk.create_rooms([1, 2], client)  # rejected
    bulk.create_rooms(rows(1), client, on_progress=print_id)  # rejected
    bulk.create_rooms(rows(1))  # rejected
    return ids


def show(progress: bulk.BulkProgress) -> None:
    """Show progress."""
    print(progress.completed, progress.failed)


def print_id(room: CommunicationRoom) -> None:
    """Take something else than progress."""
    print(room.id)


def by_day(rooms: ItemPaged[CommunicationRoom]) -> dict[str, list[CommunicationRoom]]:
    """A helper over a list."""
    days: dict[str, list[CommunicationRoom]] = {}
    for room in rooms:
        days.setdefault(room.id, []).append(room)
    return days


def correlation(response: PipelineResponse[Any, Any], room: CommunicationRoom, headers: Mapping[str, str]) -> str:
    """A ``cls`` of one's own."""
    return f"{room.id} {headers['ms-cv']} {response.http_response.status_code}"


class Clinic:
    """An application that holds a client."""

    def __init__(self, client: RoomsClient, length: timedelta) -> None:
        self._client = client
        self._length = length

    def book(self, starts: datetime, people: Mapping[str, ParticipantRole]) -> CommunicationRoom:
        """Book a visit."""
        return self._client.create_room(valid_from=starts, valid_until=starts + self._length, participants=people)

    def people(self, room: CommunicationRoom) -> list[RoomParticipant]:
        """List them."""
        assert_type(by_day(self._client.list_rooms()), dict[str, list[CommunicationRoom]])
        self._client.get_room(room.id, cls=correlation)
        return list(self._client.list_participants(room.id))

    def ping(self) -> HttpResponse:
        """Send a request of one's own."""
        return self._client.send_request(HttpRequest("GET", "/rooms"), timeout=5)

    def wrong(self, room: CommunicationRoom) -> None:
        """Use it wrongly."""
        self._client.list_rooms(5)  # rejected
        self._client.send_request("GET", "/rooms")  # rejected
        room.valid_untill  # rejected  # noqa: B018
        self._client.get_room(room.id, cls=5)  # rejected
