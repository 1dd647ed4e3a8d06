"""Decoders alone: what each makes of JSON, and the words for what it cannot decode."""

from datetime import datetime, timezone
from typing import Any, Callable

import pytest
from azure.core.exceptions import DecodeError
from fake_responses import FakeResponse
from raw_ids import ALICE, BOB

from azure.communication.rooms import RoomParticipant
from azure.communication.rooms._wire import v2022_02_01
from azure.communication.rooms._wire.decoding import decode_participant, decode_room, ignore_body, page_decoder
from azure.communication.rooms._wire.errors import decode_error

ROOM = {
    "id": "99412345678901234",
    "createdAt": "2025-03-27T06:42:08Z",
    "validFrom": "2025-03-27T06:42:09Z",
    "validUntil": "2025-09-23T06:42:10Z",
}


def test_a_room_has_its_members_each_in_its_place() -> None:
    room = decode_room({**ROOM, "pstnDialOutEnabled": False})  # type: ignore[typeddict-item]
    assert (room.id, room.pstn_dial_out_enabled) == ("99412345678901234", False)
    assert room.created_at == datetime(2025, 3, 27, 6, 42, 8, tzinfo=timezone.utc)
    assert room.valid_from == datetime(2025, 3, 27, 6, 42, 9, tzinfo=timezone.utc)
    assert room.valid_until == datetime(2025, 9, 23, 6, 42, 10, tzinfo=timezone.utc)
    assert decode_room(ROOM).pstn_dial_out_enabled is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "items", "link"),
    [
        ({"value": [1, 2]}, ["1", "2"], None),
        ({"value": [], "nextLink": None}, [], None),
        ({"value": [], "nextLink": ""}, [], None),
        ({"value": [3], "nextLink": "https://h/x"}, ["3"], "https://h/x"),
    ],
)
def test_a_page_has_its_items_and_the_link_to_the_next(value: Any, items: list[str], link: Any) -> None:
    page = page_decoder(str)(value)
    assert (page.items, page.next_link) == (items, link)


def test_participants_are_decoded_with_their_roles() -> None:
    assert decode_participant({"rawId": ALICE, "role": "Presenter"}) == RoomParticipant(ALICE, "Presenter")
    assert decode_participant({"rawId": BOB, "role": "Guest"}).role == "Guest"
    users = {"participants": [{"communicationIdentifier": {"rawId": BOB}, "role": "Consumer"}]}
    assert v2022_02_01.decode_participants(users) == [RoomParticipant(BOB, "Consumer")]
    ignore_body({"any": "thing"})


@pytest.mark.parametrize(
    ("decode", "value", "error", "message"),
    [
        (decode_room, {**ROOM, "id": 5}, TypeError, "id cannot be int"),
        (decode_room, {**ROOM, "pstnDialOutEnabled": "yes"}, TypeError, "pstnDialOutEnabled cannot be str"),
        (
            decode_participant,
            {"rawId": " "},
            ValueError,
            "the raw id of a participant must be text, and not empty",
        ),
        (decode_participant, {"rawId": 5}, ValueError, "the raw id of a participant must be text, and not empty"),
        (lambda wire: page_decoder(str)(wire), {"value": {}}, TypeError, "value must be a list and nextLink a string"),
        (
            lambda wire: page_decoder(str)(wire),
            {"value": [], "nextLink": 5},
            TypeError,
            "value must be a list and nextLink a string",
        ),
        (v2022_02_01.decode_room, [], TypeError, "RoomModel must be an object"),
        (v2022_02_01.decode_participants, [], TypeError, "ParticipantsCollection must be an object"),
        (v2022_02_01.decode_participants, {}, TypeError, "participants must be a list"),
        (
            v2022_02_01.decode_participants,
            {"participants": [{}]},
            TypeError,
            "a participant must have a communicationIdentifier",
        ),
    ],
)
def test_what_cannot_be_decoded_is_named(
    decode: Callable[[Any], Any], value: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{message}$"):
        decode(value)


def test_an_error_of_a_decoder_has_the_beginning_of_the_body_and_the_ids() -> None:
    response = FakeResponse(201, b"\xff" + b"x" * 1000, {"MS-CV": "abc.0", "x-ms-error-code": "Code"})
    response.request.headers["x-ms-client-request-id"] = "11111111-2222"
    error: Any = decode_error(response, KeyError("id"))
    assert type(error).__mro__[1] is DecodeError
    assert str(error) == "\n".join(
        [
            f"The service returned 201 {response.reason} with a body that cannot be decoded (KeyError: 'id')",
            f"It begins: {chr(0xFFFD) + 'x' * 199!r}",
            "Ids: request id abc.0, client request id 11111111-2222",
        ]
    )
    assert (error.message, error.args) == (str(error), (str(error),))
    assert (error.status_code, error.response, error.error, error.error_code) == (201, response, None, None)
    assert (error.request_id, error.client_request_id) == ("abc.0", "11111111-2222")
