"""Microsoft Entra ID in place of an access key.

With a resource: ``pip install azure-identity``, and COMMUNICATION_SAMPLES_CONNECTION_STRING for its endpoint (the key
in it is not used). Without one: the emulator, and a credential of its own.
"""

import os

from azure.core.credentials import TokenCredential

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator


def use_rooms(endpoint: str, credential: TokenCredential) -> None:
    """Create a room and delete it, known by a token."""
    with RoomsClient(endpoint, credential) as client:
        room = client.create_room()
        print(f"created {room.id} with a token")
        client.delete_room(room.id)


def main() -> None:
    """Use the resource where there is one, and else the emulator."""
    connection_string = os.environ.get("COMMUNICATION_SAMPLES_CONNECTION_STRING")
    if connection_string:
        from azure.identity import DefaultAzureCredential

        use_rooms(connection_string.partition(";")[0].partition("=")[2], DefaultAzureCredential())
    else:
        with RoomsEmulator() as emulator:
            use_rooms(emulator.endpoint, emulator.token_credential())


if __name__ == "__main__":
    main()
