"""The REST page on removing participants: its sample request is what goes out, its sample response what is read."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from documents import SOURCES, read
from raw_server import RawServer

from azure.communication.rooms import CommunicationUserIdentifier, RoomParticipant, RoomsClient

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class Sample:
    """The sample of the page, in parts."""

    def __init__(self, source: str) -> None:
        text = read(source, "rest-remove-participants.md")
        request, _, response = text.partition("Sample request\n")[2].partition("Sample response\n")
        self.method, _, url = request.strip().partition("\n")[0].partition(" ")
        parts = urlsplit(url)
        self.target = f"/{parts.path.lstrip('/')}?{parts.query}"  # the page joins the endpoint's slash to the path's
        self.body: Any = json.loads(request[request.index("{") :])
        self.response: Any = json.loads(response.partition("Definitions")[0])
        self.room_id = parts.path.split("/")[-2]


@pytest.mark.parametrize("source", SOURCES)
def test_the_sample_request_goes_out_and_the_sample_response_is_read(server: RawServer, source: str) -> None:
    sample = Sample(source)
    (participant,) = sample.body["participants"]
    who = RoomParticipant(
        CommunicationUserIdentifier(participant["communicationIdentifier"]["communicationUser"]["id"]),
        participant["role"],
    )
    (left,) = sample.response["participants"]
    server.respond(200, json.dumps(sample.response)).respond(200, json.dumps(sample.response))
    with RoomsClient(server.endpoint, KEY, api_version="2022-02-01") as client:
        remove: Any = client.remove_participants
        assert remove(sample.room_id, [who]) is None
        participants = remove(sample.room_id, [who], cls=lambda _response, participants, _headers: participants)
    for received in server.received:
        assert (received.method, received.target) == (sample.method, sample.target)
        assert json.loads(received.body) == sample.body
        assert received.headers["content-type"] == "application/json"
        assert received.headers["authorization"].startswith("HMAC-SHA256 ")
    assert [(each.raw_id, each.role) for each in participants] == [
        (left["communicationIdentifier"]["rawId"], left["role"])
    ]
    assert participants[0].communication_identifier == CommunicationUserIdentifier(
        left["communicationIdentifier"]["communicationUser"]["id"]
    )
