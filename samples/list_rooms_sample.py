"""List rooms: one after the other, page by page, and on from a page that was reached before."""

from sample_service import sample_service

from azure.communication.rooms import RoomsClient


def main() -> None:
    """Create 35 rooms, more than a page holds, list them, delete them."""
    with sample_service() as connection_string, RoomsClient.from_connection_string(connection_string) as client:
        created = {client.create_room().id for _ in range(35)}

        newest = next(iter(client.list_rooms()))  # fetches the first page alone
        print(f"newest room: {newest.id}, created {newest.created_at}")

        pages = client.list_rooms().by_page()
        first = list(next(pages))
        token = pages.continuation_token  # type: ignore[attr-defined]  # azure-core's type does not name it
        print(f"first page: {len(first)} rooms")

        rest = [room for page in client.list_rooms().by_page(continuation_token=token) for room in page]
        print(f"behind it: {len(rest)} rooms")

        for room_id in created:
            client.delete_room(room_id)


if __name__ == "__main__":
    main()
