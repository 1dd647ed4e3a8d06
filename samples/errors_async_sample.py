"""Errors: invalid arguments before any request, and errors of the service with code, details and ids."""

import asyncio
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from sample_service import sample_service

from azure.communication.rooms.aio import RoomsClient


async def main() -> None:
    """Make four mistakes and read what comes of them."""
    with sample_service() as connection_string:
        async with RoomsClient.from_connection_string(connection_string) as client:
            try:
                await client.get_room("")
            except ValueError as error:
                print(f"before any request: {error}")

            try:
                await client.create_room(valid_from="tomorrow")  # the mistake
            except ValueError as error:
                print(f"before any request: {error}")

            try:
                await client.get_room("99400000000000000")
            except ResourceNotFoundError as error:
                print(f"no such room: {error.status_code} {error.reason}")

            try:
                await client.create_room(valid_until=datetime.now(timezone.utc) - timedelta(days=1))
            except HttpResponseError as error:
                if error.error:
                    print(f"error: {error.error.code}")
                    for detail in error.error.details:
                        print(f"  {detail.target}: {detail.message}")
                print(error)


if __name__ == "__main__":
    asyncio.run(main())
