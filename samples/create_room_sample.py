"""Create rooms: with the service's defaults, and with all arguments."""

from datetime import datetime, timedelta

from sample_service import sample_service, sample_users

from azure.communication.rooms import ParticipantRole, RoomParticipant, RoomsClient


def main() -> None:
    """Create two rooms and delete them."""
    with sample_service() as connection_string, sample_users(connection_string, 2) as (host, guest):
        with RoomsClient.from_connection_string(connection_string) as client:
            plain = client.create_room()
            print(f"{plain.id}: open from {plain.valid_from} until {plain.valid_until}")

            valid_from = datetime.now()  # a naive datetime is local time
            room = client.create_room(
                valid_from=valid_from,
                valid_until=valid_from + timedelta(weeks=4),
                pstn_dial_out_enabled=True,
                participants=[RoomParticipant(host, ParticipantRole.PRESENTER), RoomParticipant(guest)],
            )
            print(f"{room.id}: open from {room.valid_from} until {room.valid_until}")
            print(f"calls in it may dial out: {room.pstn_dial_out_enabled}")

            for created in (plain, room):
                client.delete_room(created.id)


if __name__ == "__main__":
    main()
