"""A server that returns constants to every call of a Rooms client, so that a measurement is of the client alone.

    python benchmarks/compare_server.py [--tls CERT KEY] [--delay SECONDS] [--core N]

It prints its address on the first line. A room id such as ``100x10`` has ten pages of a hundred participants.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
from functools import cache
from typing import Optional

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

_TIMES = (
    "2025-03-18T21:57:53.1625797+00:00",
    "2025-03-18T21:57:53.1231234+00:00",
    "2025-09-14T21:57:53.1231234+00:00",
)
ROOMS_PER_PAGE = 100
ROOM_PAGES = 10


def _room(number: int) -> dict[str, object]:
    members = dict(zip(("createdAt", "validFrom", "validUntil"), _TIMES))
    return {"id": f"994{number:014d}", **members, "pstnDialOutEnabled": False}


def _participant(number: int) -> dict[str, str]:
    user = "8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999"
    return {"rawId": f"{user}-{number:012d}", "role": "Presenter"}


@cache
def _page_of_participants(size: int, number: int) -> str:
    """The beginning of a page; every page holds other people."""
    return json.dumps([_participant(size * number + place) for place in range(size)], separators=(",", ":"))


ROOM = json.dumps(_room(1), separators=(",", ":")).encode()
ROOMS = json.dumps([_room(number) for number in range(ROOMS_PER_PAGE)], separators=(",", ":"))


def response_to(method: str, path: str, query: str, host: str) -> tuple[int, bytes]:
    """Status and body."""
    page = int(query.partition("nextLink=")[2].partition("&")[0] or 0)
    if path == "/rooms" and method == "GET":
        return 200, _page(ROOMS, path, host, page + 1 if page + 1 < ROOM_PAGES else None)
    if path == "/rooms":
        return 201, ROOM
    room_id, _, rest = path[len("/rooms/") :].partition("/")
    if rest and method == "GET":
        size, _, pages = room_id.partition("x")
        items = _page_of_participants(int(size), page)
        return 200, _page(items, path, host, page + 1 if page + 1 < int(pages) else None)
    return 200, b"{}" if rest else ROOM


def _page(items: str, path: str, host: str, following: Optional[int]) -> bytes:
    link = "" if following is None else f',"nextLink":"{host}{path}?nextLink={following}&api-version=2025-03-13"'
    return f'{{"value":{items}{link}}}'.encode()


def application(scheme: str, delay: float) -> ASGIApp:
    """The server as an ASGI application."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        if delay:
            await asyncio.sleep(delay)
        host = next(value for name, value in scope["headers"] if name == b"host").decode()
        status, body = response_to(scope["method"], scope["path"], scope["query_string"].decode(), f"{scheme}://{host}")
        headers = [(b"content-type", b"application/json; charset=utf-8"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return respond


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="Return constants to every call of a Rooms client.")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), default=(None, None))
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each response")
    parser.add_argument("--core", type=int, help="the core to run on")
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    scheme = "https" if options.tls[0] else "http"
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)) as listener:
        listener.bind(("127.0.0.1", 0))
        print(f"{scheme}://localhost:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(
            application(scheme, options.delay),
            log_level="critical",
            lifespan="off",
            backlog=512,
            timeout_keep_alive=3600,  # a client waits while another measures, longer than uvicorn's 5 seconds
            ssl_certfile=options.tls[0],
            ssl_keyfile=options.tls[1],
        )
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
