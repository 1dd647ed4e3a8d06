"""Participants: invite, change roles, list, remove."""

import asyncio

from sample_service import sample_service, sample_users

from azure.communication.rooms import ParticipantRole, RoomParticipant
from azure.communication.rooms.aio import RoomsClient


async def main() -> None:
    """Create a room, change who may join, delete it."""
    with sample_service() as connection_string, sample_users(connection_string, 3) as (host, guest, visitor):
        async with RoomsClient.from_connection_string(connection_string) as client:
            room = await client.create_room(participants=[RoomParticipant(host, ParticipantRole.PRESENTER)])

            # Adds new participants, changes the roles of those in the room, and leaves all others as they are.
            await client.add_or_update_participants(
                room.id, [RoomParticipant(guest), RoomParticipant(visitor, ParticipantRole.CONSUMER)]
            )
            await client.add_or_update_participants(room.id, {guest.raw_id: ParticipantRole.COLLABORATOR})

            async for participant in client.list_participants(room.id):
                print(f"{participant.communication_identifier.kind.value} {participant.raw_id}: {participant.role}")

            await client.remove_participants(room.id, [visitor])
            print(f"{len([each async for each in client.list_participants(room.id)])} participants are left")
            await client.delete_room(room.id)


if __name__ == "__main__":
    asyncio.run(main())
