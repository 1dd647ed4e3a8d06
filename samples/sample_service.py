"""What every sample needs: a Rooms service to talk to, and users to invite.

The service is the resource whose connection string is in COMMUNICATION_SAMPLES_CONNECTION_STRING, and the emulator
where that is not set.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from azure.communication.identity import CommunicationIdentityClient, CommunicationUserIdentifier
from azure.core.credentials import AzureKeyCredential

from azure.communication.rooms.emulator import RoomsEmulator

VARIABLE = "COMMUNICATION_SAMPLES_CONNECTION_STRING"


@contextmanager
def sample_service() -> Iterator[str]:
    """Give the connection string of a service that is there while the block runs."""
    connection_string = os.environ.get(VARIABLE)
    if connection_string:
        print(f"Using the resource named by {VARIABLE}.")
        yield connection_string
        return
    with RoomsEmulator() as emulator:
        print(f"Using the emulator at {emulator.endpoint}; set {VARIABLE} to use a resource.")
        yield emulator.connection_string


def connection_parts(connection_string: str) -> tuple[str, str]:
    """The endpoint and the access key of a connection string."""
    parts = dict(part.split("=", 1) for part in connection_string.split(";") if part)
    return parts["endpoint"].rstrip("/"), parts["accesskey"]


@contextmanager
def sample_users(connection_string: str, count: int) -> Iterator[list[CommunicationUserIdentifier]]:
    """Make users, and delete them when the block ends."""
    # Not CommunicationIdentityClient.from_connection_string: that one always uses https, and the emulator http.
    endpoint, key = connection_parts(connection_string)
    on_this_machine = endpoint.startswith("http:")  # where a proxy of the environment's would be in the way
    identities = CommunicationIdentityClient(endpoint, AzureKeyCredential(key), use_env_settings=not on_this_machine)
    users = [identities.create_user() for _ in range(count)]
    try:
        yield users
    finally:
        for user in users:
            identities.delete_user(user)
