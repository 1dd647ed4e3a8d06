"""Update a room: both times together, or only pstn_dial_out_enabled. Other members stay as they are."""

from datetime import datetime, timedelta, timezone

from sample_service import sample_service

from azure.communication.rooms import RoomsClient


def main() -> None:
    """Create a room, change it twice, delete it."""
    with sample_service() as connection_string, RoomsClient.from_connection_string(connection_string) as client:
        room = client.create_room()

        valid_from = datetime.now(timezone.utc) + timedelta(days=1)
        room = client.update_room(room.id, valid_from=valid_from, valid_until=valid_from + timedelta(days=2))
        print(f"open from {room.valid_from} until {room.valid_until}")

        room = client.update_room(room.id, pstn_dial_out_enabled=True)
        print(f"dial-out {room.pstn_dial_out_enabled}, still open until {room.valid_until}")

        client.delete_room(room.id)


if __name__ == "__main__":
    main()
