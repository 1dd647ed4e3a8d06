"""The whole main job of a Rooms client, each step printed with what came back.

Run: python samples/rooms_client_async_sample.py
"""

import asyncio
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import ResourceNotFoundError
from sample_service import sample_service, sample_users

from azure.communication.rooms import CommunicationRoom, ParticipantRole, RoomParticipant
from azure.communication.rooms.aio import RoomsClient


class RoomsSample:
    """Keeps one room from its creation to its end."""

    def __init__(self, connection_string: str) -> None:
        self.connection_string = connection_string
        self.rooms_client = RoomsClient.from_connection_string(connection_string)

    async def create_room(self, participants: list[RoomParticipant]) -> CommunicationRoom:
        """Create a room that opens now and closes in 30 days."""
        valid_from = datetime.now(timezone.utc)
        room = await self.rooms_client.create_room(
            valid_from=valid_from,
            valid_until=valid_from + timedelta(days=30),
            participants=participants,
        )
        self.print_room("create_room", room)
        return room

    async def get_room(self, room_id: str) -> None:
        """Get the room."""
        self.print_room("get_room", await self.rooms_client.get_room(room_id))

    async def update_room(self, room_id: str) -> None:
        """Let the room close 20 days later, and let calls in it dial out."""
        valid_from = datetime.now(timezone.utc)
        room = await self.rooms_client.update_room(
            room_id,
            valid_from=valid_from,
            valid_until=valid_from + timedelta(days=50),
            pstn_dial_out_enabled=True,
        )
        self.print_room("update_room", room)

    async def list_rooms(self) -> None:
        """List the newest rooms of the resource."""
        async for page in self.rooms_client.list_rooms().by_page():
            ids = [room.id async for room in page]
            print(f"list_rooms: a page of {len(ids)}: {', '.join(ids[:3])}{' ...' if len(ids) > 3 else ''}")
            break

    async def add_or_update_participants(self, room_id: str, participants: list[RoomParticipant]) -> None:
        """Add a participant, and change the role of another."""
        await self.rooms_client.add_or_update_participants(room_id, participants)
        await self.list_participants("add_or_update_participants", room_id)

    async def remove_participants(self, room_id: str, participants: list[RoomParticipant]) -> None:
        """Take an invitation back."""
        await self.rooms_client.remove_participants(room_id, participants)
        await self.list_participants("remove_participants", room_id)

    async def list_participants(self, step: str, room_id: str) -> None:
        """Print who may join, and in which role."""
        print(f"{step}:")
        async for participant in self.rooms_client.list_participants(room_id):
            print(f"  {participant.raw_id} as {participant.role}")

    async def delete_room(self, room_id: str) -> None:
        """Delete the room, and see that it is gone."""
        await self.rooms_client.delete_room(room_id)
        print(f"delete_room: {room_id}")
        try:
            await self.rooms_client.get_room(room_id)
        except ResourceNotFoundError as error:
            print(f"get_room: {error.status_code} {error.error.code if error.error else ''}")

    def print_room(self, step: str, room: CommunicationRoom) -> None:
        """Print a room."""
        print(f"{step}: {room.id}")
        print(f"  open from {room.valid_from} until {room.valid_until}, dial-out {room.pstn_dial_out_enabled}")


async def main() -> None:
    """Run every step."""
    with sample_service() as connection_string, sample_users(connection_string, 3) as (host, guest, visitor):
        sample = RoomsSample(connection_string)
        async with sample.rooms_client:
            room = await sample.create_room([RoomParticipant(host, ParticipantRole.PRESENTER), RoomParticipant(guest)])
            await sample.list_participants("list_participants", room.id)
            await sample.get_room(room.id)
            await sample.update_room(room.id)
            await sample.list_rooms()
            await sample.add_or_update_participants(
                room.id,
                [
                    RoomParticipant(guest, ParticipantRole.COLLABORATOR),
                    RoomParticipant(visitor, ParticipantRole.CONSUMER),
                ],
            )
            await sample.remove_participants(room.id, [RoomParticipant(visitor)])
            await sample.delete_room(room.id)
    print("done")


if __name__ == "__main__":
    asyncio.run(main())
