"""Errors: invalid arguments before any request, and errors of the service with code, details and ids."""

from datetime import datetime, timedelta, timezone

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from sample_service import sample_service

from azure.communication.rooms import RoomsClient


def main() -> None:
    """Make four mistakes and read what comes of them."""
    with sample_service() as connection_string, RoomsClient.from_connection_string(connection_string) as client:
        try:
            client.get_room("")
        except ValueError as error:
            print(f"before any request: {error}")

        try:
            client.create_room(valid_from="tomorrow")  # the mistake
        except ValueError as error:
            print(f"before any request: {error}")

        try:
            client.get_room("99400000000000000")
        except ResourceNotFoundError as error:
            print(f"no such room: {error.status_code} {error.reason}")

        try:
            client.create_room(valid_until=datetime.now(timezone.utc) - timedelta(days=1))
        except HttpResponseError as error:
            if error.error:
                print(f"error: {error.error.code}")
                for detail in error.error.details:
                    print(f"  {detail.target}: {detail.message}")
            print(error)


if __name__ == "__main__":
    main()
