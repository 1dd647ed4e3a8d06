"""The asynchronous client, as programs use it: what is awaited, what comes back, and what must be rejected."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

from azure.core.async_paging import AsyncItemPaged
from azure.core.credentials import AzureKeyCredential
from azure.core.rest import AsyncHttpResponse, HttpRequest
from typing_extensions import assert_type

from azure.communication.rooms import CommunicationRoom, ParticipantChanges, ParticipantRole, RoomParticipant
from azure.communication.rooms.aio import RoomsClient, bulk


async def right(client: RoomsClient, who: str) -> None:
    """Calls that must be taken, and the types that they give."""
    room = await client.create_room(valid_until=datetime.now(timezone.utc) + timedelta(days=1), participants=[who])
    assert_type(room, CommunicationRoom)
    assert_type(await client.get_room(room.id, timeout=5), CommunicationRoom)
    assert_type(await client.update_room(room.id, pstn_dial_out_enabled=True), CommunicationRoom)
    assert_type(client.list_rooms(), AsyncItemPaged[CommunicationRoom])
    async for participant in client.list_participants(room.id):
        assert_type(participant, RoomParticipant)
    await client.add_or_update_participants(room.id, {who: ParticipantRole.PRESENTER})
    assert_type(await client.set_participants(room.id, [who]), ParticipantChanges)
    await client.remove_participants(room.id, [who])
    assert_type(await client.send_request(HttpRequest("GET", "/rooms")), AsyncHttpResponse)
    await client.delete_room(room.id)
    async with RoomsClient("https://contoso.communication.azure.com", AzureKeyCredential("a2V5")) as other:
        assert_type(other, RoomsClient)
    await client.close()


async def rows(count: int) -> AsyncIterator[Mapping[str, Any]]:
    """Keywords of creates."""
    for _ in range(count):
        yield {}


async def many(client: RoomsClient) -> None:
    """Many rooms, from an iterable of either kind."""
    async for result in bulk.create_rooms([{}, {}], client, max_concurrency=4, journal="rooms.journal"):
        assert_type(result.room, Optional[CommunicationRoom])
    async for result in bulk.create_rooms(rows(3), client):
        assert_type(result.error, Optional[Exception])
    list(bulk.create_rooms([{}], client))  # rejected


async def wrong(client: RoomsClient) -> None:
    """Calls that must be rejected."""
    print(client.get_room("99400000000000000").id)  # rejected
    await client.create_room(valid_form=datetime.now())  # rejected
    await client.get_room(5)  # rejected
    await client.get_room("99400000000000000", timeout="soon")  # rejected
    await client.list_rooms()  # rejected
    list(client.list_rooms())  # rejected
    await client.add_or_update_participants("99400000000000000", None)  # rejected
    RoomsClient("https://contoso.communication.azure.com", None)  # rejected
    with client:  # rejected
        pass
