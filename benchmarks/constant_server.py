"""A Starlette route that returns one constant room, under uvicorn in a thread as the emulator runs it.

The measure for the emulator's cost of a request. Prints a connection string, whose key it never looks at.
"""

import socket
import threading

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

ROOM = {
    "id": "99412345678901234",
    "createdAt": "2025-04-01T08:00:00.1234567+00:00",
    "validFrom": "2025-04-01T08:00:00.1234567+00:00",
    "validUntil": "2025-09-28T08:00:00.1234567+00:00",
    "pstnDialOutEnabled": False,
}


async def get_room(_: Request) -> JSONResponse:
    """``GET /rooms/{room_id}``."""
    return JSONResponse(ROOM)


def main() -> None:
    """Serve until the process is ended."""
    config = uvicorn.Config(
        Starlette(routes=[Route("/rooms/{room_id}", get_room)]),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    # Named TCP, as the emulator's: else every response would wait for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    thread = threading.Thread(target=uvicorn.Server(config).run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    print(f"endpoint=http://127.0.0.1:{listener.getsockname()[1]}/;accesskey=bm9uZQ==", flush=True)
    thread.join()


if __name__ == "__main__":
    main()
