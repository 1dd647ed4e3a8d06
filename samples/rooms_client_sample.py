"""The whole main job of a Rooms client, each step printed with what came back.

Run: python samples/rooms_client_sample.py
"""

from datetime import datetime, timedelta, timezone

from azure.core.exceptions import ResourceNotFoundError
from sample_service import sample_service, sample_users

from azure.communication.rooms import CommunicationRoom, ParticipantRole, RoomParticipant, RoomsClient


class RoomsSample:
    """Keeps one room from its creation to its end."""

    def __init__(self, connection_string: str) -> None:
        self.connection_string = connection_string
        self.rooms_client = RoomsClient.from_connection_string(connection_string)

    def create_room(self, participants: list[RoomParticipant]) -> CommunicationRoom:
        """Create a room that opens now and closes in 30 days."""
        valid_from = datetime.now(timezone.utc)
        room = self.rooms_client.create_room(
            valid_from=valid_from,
            valid_until=valid_from + timedelta(days=30),
            participants=participants,
        )
        self.print_room("create_room", room)
        return room

    def get_room(self, room_id: str) -> None:
        """Get the room."""
        self.print_room("get_room", self.rooms_client.get_room(room_id))

    def update_room(self, room_id: str) -> None:
        """Let the room close 20 days later, and let calls in it dial out."""
        valid_from = datetime.now(timezone.utc)
        room = self.rooms_client.update_room(
            room_id,
            valid_from=valid_from,
            valid_until=valid_from + timedelta(days=50),
            pstn_dial_out_enabled=True,
        )
        self.print_room("update_room", room)

    def list_rooms(self) -> None:
        """List the newest rooms of the resource."""
        for page in self.rooms_client.list_rooms().by_page():
            ids = [room.id for room in page]
            print(f"list_rooms: a page of {len(ids)}: {', '.join(ids[:3])}{' ...' if len(ids) > 3 else ''}")
            break

    def add_or_update_participants(self, room_id: str, participants: list[RoomParticipant]) -> None:
        """Add a participant, and change the role of another."""
        self.rooms_client.add_or_update_participants(room_id, participants)
        self.list_participants("add_or_update_participants", room_id)

    def remove_participants(self, room_id: str, participants: list[RoomParticipant]) -> None:
        """Take an invitation back."""
        self.rooms_client.remove_participants(room_id, participants)
        self.list_participants("remove_participants", room_id)

    def list_participants(self, step: str, room_id: str) -> None:
        """Print who may join, and in which role."""
        print(f"{step}:")
        for participant in self.rooms_client.list_participants(room_id):
            print(f"  {participant.raw_id} as {participant.role}")

    def delete_room(self, room_id: str) -> None:
        """Delete the room, and see that it is gone."""
        self.rooms_client.delete_room(room_id)
        print(f"delete_room: {room_id}")
        try:
            self.rooms_client.get_room(room_id)
        except ResourceNotFoundError as error:
            print(f"get_room: {error.status_code} {error.error.code if error.error else ''}")

    def print_room(self, step: str, room: CommunicationRoom) -> None:
        """Print a room."""
        print(f"{step}: {room.id}")
        print(f"  open from {room.valid_from} until {room.valid_until}, dial-out {room.pstn_dial_out_enabled}")


def main() -> None:
    """Run every step."""
    with sample_service() as connection_string, sample_users(connection_string, 3) as (host, guest, visitor):
        sample = RoomsSample(connection_string)
        with sample.rooms_client:
            room = sample.create_room([RoomParticipant(host, ParticipantRole.PRESENTER), RoomParticipant(guest)])
            sample.list_participants("list_participants", room.id)
            sample.get_room(room.id)
            sample.update_room(room.id)
            sample.list_rooms()
            sample.add_or_update_participants(
                room.id,
                [
                    RoomParticipant(guest, ParticipantRole.COLLABORATOR),
                    RoomParticipant(visitor, ParticipantRole.CONSUMER),
                ],
            )
            sample.remove_participants(room.id, [RoomParticipant(visitor)])
            sample.delete_room(room.id)
    print("done")


if __name__ == "__main__":
    main()
