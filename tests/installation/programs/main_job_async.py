"""The main job and many rooms by the asynchronous client of a package: `python -I -W error main_job_async.py`."""

import asyncio
import os
from typing import Any

from azure.communication.rooms import ParticipantRole, RoomParticipant
from azure.communication.rooms.aio import RoomsClient, bulk

PERSON = "8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-000000000001"


async def main() -> None:
    """Create, change, list and delete."""
    async with RoomsClient.from_connection_string(os.environ["COMMUNICATION_SAMPLES_CONNECTION_STRING"]) as client:
        room = await client.create_room()
        assert await client.get_room(room.id) == room
        await client.add_or_update_participants(room.id, [RoomParticipant(PERSON, ParticipantRole.PRESENTER)])
        assert [(each.raw_id, each.role) async for each in client.list_participants(room.id)] == [(PERSON, "Presenter")]
        assert room.id in [each.id async for each in client.list_rooms()]
        await client.delete_room(room.id)
        rows: list[Any] = [{"pstn_dial_out_enabled": True}, {"valid_from": "soon"}, {}]
        results = [each async for each in bulk.create_rooms(rows, client, max_concurrency=2)]
        assert {each.index: type(each.error).__name__ for each in results} == {
            0: "NoneType",
            1: "ValueError",
            2: "NoneType",
        }
        created = [each.room.id for each in results if each.room]
        assert [each.error async for each in bulk.delete_rooms(created, client)] == [None, None]
        assert not set(created) & {each.id async for each in client.list_rooms()}


asyncio.run(main())
print("done")
