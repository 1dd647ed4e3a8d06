"""Whatever goes out is signed as it goes out: judged by the emulator's verifier, which knows nothing of the client."""

import base64
from typing import Union

from azure.core.rest import HttpRequest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from raw_server import RawServer, Received

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator.pipeline.authentication import Authenticator
from azure.communication.rooms.emulator.state import timestamps

KEY = base64.b64decode("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
#: Any text, and what URLs are made of more often than chance has it.
PIECE = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    [
        "%2F",
        "%2f",
        "%41",
        "%7E",
        "%zz",
        "%",
        "..",
        ".",
        "/",
        "+",
        "=",
        "&",
        "a b",
        "ä",
        "[1]",
        ":",
        "@",
        "!$'()*,;",
        "{x}",
    ]
)
PATH = st.lists(PIECE, max_size=5).map("/".join)
QUERY = st.none() | st.lists(PIECE, max_size=6).map("&".join)
BODY = st.none() | st.text(st.characters(exclude_categories=["Cs"])) | st.binary()


def judge(client: RoomsClient, received: Received) -> None:
    """Let the emulator authenticate what came; it raises its error."""
    now = timestamps.from_datetime(client._clock.now())
    Authenticator({"contoso": KEY}, strict=True).authenticate(*received, times=(now,))


settled = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


@settled
@given(path=PATH, query=QUERY, body=BODY, method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]))
@example(path="://x", query="a=http://b", body=None, method="GET")
@example(path="rooms", query="nextLink=a%2Bb%2Fc%3D%3D&api-version=2025-03-13", body=None, method="GET")
def test_every_request_is_signed_over_the_bytes_on_the_wire(
    raw_client: RoomsClient,
    server: RawServer,
    path: str,
    query: Union[str, None],
    body: Union[str, bytes, None],
    method: str,
) -> None:
    before = len(server.received)
    server.respond(200)
    url = f"/{path.lstrip('/')}" + ("" if query is None else f"?{query}")
    raw_client.send_request(HttpRequest(method, url, content=body))
    received = server.received[before]
    assert received.method == method
    assert received.body == (body.encode() if isinstance(body, str) else body or b"")
    judge(raw_client, received)


@settled
@given(room_id=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_a_room_id_is_one_segment_and_signed_as_such(raw_client: RoomsClient, server: RawServer, room_id: str) -> None:
    if room_id in (".", ".."):
        return
    before = len(server.received)
    server.respond(204)
    raw_client.delete_room(room_id)
    received = server.received[before]
    assert received.target.count("/") == 2
    judge(raw_client, received)
