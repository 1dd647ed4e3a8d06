"""List rooms: one after the other, page by page, and on from a page that was reached before."""

import asyncio

from sample_service import sample_service

from azure.communication.rooms.aio import RoomsClient


async def main() -> None:
    """Create 35 rooms, more than a page holds, list them, delete them."""
    with sample_service() as connection_string:
        async with RoomsClient.from_connection_string(connection_string) as client:
            created = {(await client.create_room()).id for _ in range(35)}

            newest = await client.list_rooms().__anext__()  # fetches the first page alone
            print(f"newest room: {newest.id}, created {newest.created_at}")

            pages = client.list_rooms().by_page()
            first = [room async for room in await pages.__anext__()]
            token = pages.continuation_token  # type: ignore[attr-defined]  # azure-core's type does not name it
            print(f"first page: {len(first)} rooms")

            rest = [room async for page in client.list_rooms().by_page(continuation_token=token) async for room in page]
            print(f"behind it: {len(rest)} rooms")

            for room_id in created:
                await client.delete_room(room_id)


if __name__ == "__main__":
    asyncio.run(main())
