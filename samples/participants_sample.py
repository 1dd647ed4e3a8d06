"""Participants: invite, change roles, list, remove."""

from sample_service import sample_service, sample_users

from azure.communication.rooms import ParticipantRole, RoomParticipant, RoomsClient


def main() -> None:
    """Create a room, change who may join, delete it."""
    with sample_service() as connection_string, sample_users(connection_string, 3) as (host, guest, visitor):
        with RoomsClient.from_connection_string(connection_string) as client:
            room = client.create_room(participants=[RoomParticipant(host, ParticipantRole.PRESENTER)])

            # Adds new participants, changes the roles of those in the room, and leaves all others as they are.
            client.add_or_update_participants(
                room.id, [RoomParticipant(guest), RoomParticipant(visitor, ParticipantRole.CONSUMER)]
            )
            client.add_or_update_participants(room.id, {guest.raw_id: ParticipantRole.COLLABORATOR})

            for participant in client.list_participants(room.id):
                print(f"{participant.communication_identifier.kind.value} {participant.raw_id}: {participant.role}")

            client.remove_participants(room.id, [visitor])
            print(f"{len(list(client.list_participants(room.id)))} participants are left")
            client.delete_room(room.id)


if __name__ == "__main__":
    main()
