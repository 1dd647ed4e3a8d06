"""The client, from the command line or the environment."""

from __future__ import annotations

import argparse
import os
from typing import Any, NamedTuple

from .. import RoomsClient
from .errors import UsageError

#: Where connection strings are, in this order.
VARIABLES = ("COMMUNICATION_SAMPLES_CONNECTION_STRING", "AZURE_COMMUNICATION_CONNECTION_STRING")
#: The connection string of an emulator that was started without options. Its key is public.
EMULATOR = (
    "endpoint=http://127.0.0.1:8420/;accesskey="
    "d2VsbC1rbm93bi1rZXktb2YtZXZlcnktcm9vbXMtZW11bGF0b3ItLW5vLXNlY3JldC0taXQtb3BlbnMtbm9uZQ=="
)
ON_COMMAND_LINE = (
    "a connection string on the command line shows in the process list and in the shell's history; "
    f"set {VARIABLES[1]} instead"
)


class Connection(NamedTuple):
    """What the command connects with."""

    source: str
    """Where it comes from, for messages."""
    connection_string: str | None = None
    endpoint: str | None = None
    """Set where Microsoft Entra ID signs in."""


def find_connection(options: argparse.Namespace) -> Connection:
    """Find the resource.

    :param options: The command line.
    :type options: ~argparse.Namespace
    :raises UsageError: If there is none, or more than one.
    """
    given = {name: getattr(options, name) for name in ("connection_string", "endpoint", "emulator") if name in options}
    if len(given) > 1:
        names = " and ".join(f"--{name.replace('_', '-')}" for name in given)
        raise UsageError(f"{names} are given; give one of them")
    if "connection_string" in given:
        return Connection("--connection-string", given["connection_string"])
    if "endpoint" in given:
        return Connection("--endpoint", endpoint=given["endpoint"])
    if "emulator" in given:
        return Connection("--emulator", EMULATOR)
    for name in VARIABLES:
        if os.environ.get(name, "").strip():
            return Connection(name, os.environ[name])
    raise UsageError(f"no resource is named\nSet {VARIABLES[1]}, or give --emulator or --endpoint.")


def make_client(options: argparse.Namespace, connection: Connection, **keywords: Any) -> RoomsClient:
    """Make the client for a connection.

    :raises UsageError: If the connection cannot be right.
    """
    if "api_version" in options:
        keywords["api_version"] = options.api_version
    try:
        if connection.connection_string is not None:
            return RoomsClient.from_connection_string(connection.connection_string, **keywords)
        return RoomsClient(str(connection.endpoint), entra_credential(), **keywords)
    except ValueError as error:
        raise UsageError(f"{connection.source}: {error}\n'rooms doctor' checks each part.") from None


def entra_credential() -> Any:
    """The credential of this machine or user.

    :raises UsageError: If azure-identity is not installed.
    """
    try:
        from azure.identity import DefaultAzureCredential
    except ImportError:
        raise UsageError(
            "--endpoint signs in with Microsoft Entra ID, which needs azure-identity\n"
            "Install it with: python -m pip install azure-identity"
        ) from None
    return DefaultAzureCredential()
