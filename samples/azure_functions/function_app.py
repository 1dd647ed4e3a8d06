"""The asynchronous client in Azure Functions (the Python v2 programming model).

The client is made once for a worker, outside of the functions: it opens its connections at the first call, in the event
loop of the worker. Its connection string is the setting COMMUNICATION_SAMPLES_CONNECTION_STRING of the function app.
"""

import json
import os

import azure.functions as func
from azure.core.exceptions import ResourceNotFoundError

from azure.communication.rooms.aio import RoomsClient

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
rooms = RoomsClient.from_connection_string(os.environ["COMMUNICATION_SAMPLES_CONNECTION_STRING"])


@app.route(route="rooms", methods=["POST"])
async def create_room(req: func.HttpRequest) -> func.HttpResponse:
    """Create a room for the raw ids in the request's body."""
    invited = json.loads(req.get_body() or b"[]")
    room = await rooms.create_room(participants=invited)
    return func.HttpResponse(json.dumps({"id": room.id}), status_code=201, mimetype="application/json")


@app.route(route="rooms/{room_id}", methods=["GET"])
async def get_room(req: func.HttpRequest) -> func.HttpResponse:
    """Return until when a room is open, and who may join."""
    room_id = req.route_params["room_id"]
    try:
        room = await rooms.get_room(room_id)
    except ResourceNotFoundError:
        return func.HttpResponse("there is no such room", status_code=404)
    people = [participant.raw_id async for participant in rooms.list_participants(room_id)]
    body = {"open_until": room.valid_until.isoformat() if room.valid_until else None, "participants": people}
    return func.HttpResponse(json.dumps(body), mimetype="application/json")
