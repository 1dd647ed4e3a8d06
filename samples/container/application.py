"""
FILE: application.py

DESCRIPTION:
    The application beside the emulator, each in a container: it makes a room, adds a participant, and lists both.

USAGE:
    docker compose up --build --exit-code-from application

    Set the environment variables with your own values before running the sample elsewhere:
    1) COMMUNICATION_SAMPLES_CONNECTION_STRING - the connection string of your Communication Services resource
    2) ROOMS_ALLOW_HTTP - any text, where the endpoint is http:// and on another machine
"""

import os

from azure.communication.rooms import ParticipantRole, RoomParticipant, RoomsClient, identifier_from_raw_id

# A user as the Identity service makes them.
USER = "8:acs:e3a70000-0000-4000-8000-000000000000_5f0c2c7e-3c38-4c6b-9a53-0a1c4c7b9d5e"


def main() -> None:
    client = RoomsClient.from_connection_string(
        os.environ["COMMUNICATION_SAMPLES_CONNECTION_STRING"],
        allow_insecure_connection=bool(os.environ.get("ROOMS_ALLOW_HTTP")),
    )
    with client:
        room = client.create_room()
        participant = RoomParticipant(
            communication_identifier=identifier_from_raw_id(USER), role=ParticipantRole.PRESENTER
        )
        client.add_or_update_participants(room.id, participants=[participant])
        listed = [each.id for each in client.list_rooms()]
        roles = [str(each.role) for each in client.list_participants(room.id)]
        print(f"room {room.id} is one of {len(listed)}, with {len(roles)} participant: {', '.join(roles)}")


if __name__ == "__main__":
    main()
