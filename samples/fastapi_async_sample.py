"""The asynchronous client in a FastAPI application: made when the application starts, closed when it ends.

    python -m pip install fastapi httpx
    python samples/fastapi_async_sample.py

The program calls its own application with ``httpx.AsyncClient``, in the process and without a port.
``uvicorn fastapi_async_sample:app`` serves it for good.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from azure.core.exceptions import ResourceNotFoundError
from fastapi import FastAPI, HTTPException, Request
from sample_service import VARIABLE, sample_service

from azure.communication.rooms.aio import RoomsClient


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client for the whole application."""
    async with RoomsClient.from_connection_string(os.environ[VARIABLE]) as client:
        app.state.rooms = client
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/meetings", status_code=201)
async def create_meeting(request: Request) -> dict[str, str]:
    """Create a room."""
    rooms: RoomsClient = request.app.state.rooms
    room = await rooms.create_room()
    return {"id": room.id, "open_until": room.valid_until.isoformat() if room.valid_until else ""}


@app.delete("/meetings/{room_id}", status_code=204)
async def delete_meeting(room_id: str, request: Request) -> None:
    """Delete a room, or return 404 if there is none."""
    rooms: RoomsClient = request.app.state.rooms
    try:
        await rooms.get_room(room_id)
    except ResourceNotFoundError:
        raise HTTPException(404, "there is no such meeting") from None
    await rooms.delete_room(room_id)


async def use_application() -> None:
    """Create ten meetings at once, and delete them."""
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://app") as http:
        created = await asyncio.gather(*(http.post("/meetings") for _ in range(10)))
        ids = [response.json()["id"] for response in created]
        print(f"created {len(set(ids))} meetings")
        deleted = await asyncio.gather(*(http.delete(f"/meetings/{room_id}") for room_id in ids))
        print(f"deleted: {sorted({response.status_code for response in deleted})}")
        again = await http.delete(f"/meetings/{ids[0]}")
        print(f"deleted again: {again.status_code} {again.json()['detail']}")


def main() -> None:
    """Run the application on the resource that is named, or on the emulator."""
    with sample_service() as connection_string:
        os.environ[VARIABLE] = connection_string
        asyncio.run(use_application())


if __name__ == "__main__":
    main()
