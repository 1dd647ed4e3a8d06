"""Microsoft Entra ID in place of an access key.

With a resource: ``pip install azure-identity``, and COMMUNICATION_SAMPLES_CONNECTION_STRING for its endpoint (the key
in it is not used). Without one: the emulator, and a credential of its own.
"""

import asyncio
import os
from typing import Union

from azure.core.credentials import TokenCredential
from azure.core.credentials_async import AsyncTokenCredential

from azure.communication.rooms.aio import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator


async def use_rooms(endpoint: str, credential: Union[AsyncTokenCredential, TokenCredential]) -> None:
    """Create a room and delete it, known by a token."""
    async with RoomsClient(endpoint, credential) as client:
        room = await client.create_room()
        print(f"created {room.id} with a token")
        await client.delete_room(room.id)


async def main() -> None:
    """Use the resource where there is one, and else the emulator."""
    connection_string = os.environ.get("COMMUNICATION_SAMPLES_CONNECTION_STRING")
    if connection_string:
        from azure.identity.aio import DefaultAzureCredential

        async with DefaultAzureCredential() as credential:
            await use_rooms(connection_string.partition(";")[0].partition("=")[2], credential)
    else:
        with RoomsEmulator() as emulator:
            await use_rooms(emulator.endpoint, emulator.token_credential())


if __name__ == "__main__":
    asyncio.run(main())
