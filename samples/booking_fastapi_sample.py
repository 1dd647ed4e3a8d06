"""A booking service on FastAPI: book a visit, get a card whose token is fresh, take the visit back.

    python -m pip install fastapi uvicorn
    python samples/booking_fastapi_sample.py

It serves itself on a free port, books a visit over HTTP, and ends. ``uvicorn booking_fastapi_sample:app`` serves it for
good, on the resource named by COMMUNICATION_SAMPLES_CONNECTION_STRING. Whoever may book or see a card is for your
application to decide: put its authentication in front of these routes.
"""

import json
import os
import socket
import threading
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from typing import Any

import uvicorn
from azure.core.exceptions import HttpResponseError
from booking_async_sample import AsyncVisits
from booking_sample import JoinCard
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from sample_service import VARIABLE, connection_parts, sample_service

from azure.communication.rooms import ParticipantRole

#: The cards of each visit. A program that runs for longer keeps room and user ids in its database, and no tokens.
booked: dict[str, list[JoinCard]] = {}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep one pair of clients for the whole program."""
    async with AsyncVisits(*connection_parts(os.environ[VARIABLE])) as visits:
        app.state.visits = visits
        yield


app = FastAPI(lifespan=lifespan)


@app.exception_handler(HttpResponseError)
async def tell_service_error(_: Request, error: HttpResponseError) -> JSONResponse:
    """Return what the service rejected, such as a time in the past. Other errors stay a 502."""
    status = 422 if error.status_code == 400 else 502
    details = error.error.details if error.error is not None else []
    return JSONResponse({"detail": [detail.message for detail in details] or [error.reason]}, status)


@app.post("/visits", status_code=201)
async def book(starts: datetime, minutes: int = 30) -> dict[str, Any]:
    """Book a visit of a host and a guest."""
    roles = [ParticipantRole.PRESENTER, ParticipantRole.ATTENDEE]
    cards = await app.state.visits.book(starts, timedelta(minutes=minutes), roles)
    booked[cards[0].room_id] = cards
    return {"visit": cards[0].room_id, "participants": [card.user_id for card in cards]}


@app.get("/visits/{visit}/participants/{user_id}/card")
async def card(visit: str, user_id: str) -> JoinCard:
    """Give a participant their card, its token renewed where it ends soon."""
    for place, found in enumerate(booked.get(visit, [])):
        if found.user_id == user_id:
            renewed: JoinCard = await app.state.visits.renew(found)
            booked[visit][place] = renewed
            return renewed
    raise HTTPException(404, "there is no such participant")


@app.delete("/visits/{visit}", status_code=204)
async def cancel(visit: str) -> None:
    """Take a visit back."""
    if visit not in booked:
        raise HTTPException(404, "there is no such visit")
    await app.state.visits.cancel(booked.pop(visit))


def call(method: str, url: str) -> Any:
    """Send a request to this service."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, method=method)) as response:
        return json.loads(response.read() or b"null")


def main() -> None:
    """Serve, book a visit, fetch a card, take the visit back."""
    with sample_service() as connection_string, socket.socket() as listener:
        os.environ[VARIABLE] = connection_string
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            use(f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            thread.join()


def use(address: str) -> None:
    """Do what a client of this service does."""
    starts = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    visit = call("POST", f"{address}/visits?starts={starts}")
    fetched = call("GET", f"{address}/visits/{visit['visit']}/participants/{visit['participants'][1]}/card")
    print(f"{fetched['user_id']} may join room {fetched['room_id']} as {fetched['role']}")
    call("DELETE", f"{address}/visits/{visit['visit']}")
    print("the visit is taken back")


if __name__ == "__main__":
    main()
