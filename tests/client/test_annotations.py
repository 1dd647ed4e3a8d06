"""Frameworks that read annotations at run time, such as pydantic and beartype, accept the client's methods."""

import inspect
import json
import pydoc
import re
import sys
from typing import Annotated, Any, get_type_hints

import pytest
from beartype import beartype
from beartype.roar import BeartypeCallHintViolation
from fake_services import ID, ROOM, InMemoryService, make_client
from pydantic import ValidationError, validate_call
from raw_ids import ALICE

import azure.communication.rooms as rooms
from azure.communication.rooms import CommunicationRoom, CommunicationUserIdentifier, RoomParticipant, RoomsClient
from azure.communication.rooms._annotations import InstanceOf
from azure.communication.rooms._pipeline.options import CallOptions
from azure.communication.rooms.aio import RoomsClient as AsyncRoomsClient

METHODS = [name for name in dir(RoomsClient) if not name.startswith("_")]


@pytest.mark.parametrize("name", METHODS)
def test_a_signature_can_be_evaluated(name: str) -> None:
    hints = get_type_hints(getattr(RoomsClient, name))
    assert set(inspect.signature(getattr(RoomsClient, name)).parameters) - {"self"} <= set(hints)
    if sys.version_info >= (3, 10):
        inspect.signature(getattr(RoomsClient, name), eval_str=True)


@pytest.mark.parametrize("client", [RoomsClient, AsyncRoomsClient], ids=["sync", "async"])
def test_help_names_every_keyword_of_a_call_and_no_address_in_memory(client: Any) -> None:
    text = pydoc.plain(pydoc.render_doc(client))
    assert [name for name in get_type_hints(CallOptions) if f"``{name}``" not in text] == []
    assert re.findall(r"<\w+[^>]* at 0x\w+>", text) == []


@pytest.mark.parametrize("name", METHODS)
def test_help_explains_every_parameter_of_a_method(name: str) -> None:
    method = getattr(RoomsClient, name)
    text = pydoc.plain(pydoc.render_doc(method))
    explained = set(re.findall(r":(?:param|keyword)\b[^:]*?(\w+):", text))
    own = {each.name for each in inspect.signature(method).parameters.values() if each.kind != each.VAR_KEYWORD}
    assert own - {"self", "_", "exc_details"} <= explained


@pytest.mark.parametrize("client", [RoomsClient, AsyncRoomsClient], ids=["sync", "async"])
@pytest.mark.parametrize("name", [name for name in METHODS if name in vars(RoomsClient)])  # no legacy names
def test_help_of_a_method_says_where_its_further_keywords_are(client: Any, name: str) -> None:
    method = getattr(client, name)
    text = pydoc.plain(pydoc.render_doc(method))
    assert ("CallOptions" in text) is (":keyword kwargs: ``timeout``, ``headers``" in text)
    assert "InstanceOf" not in text


def test_metadata_of_an_annotation_are_shown_as_code() -> None:
    assert repr(Annotated[int, InstanceOf()]).endswith("Annotated[int, InstanceOf()]")


@pytest.mark.parametrize("model", [CommunicationRoom, RoomParticipant, rooms.ParticipantChanges])
def test_a_model_can_be_evaluated(model: Any) -> None:
    get_type_hints(model)
    get_type_hints(model.__init__)
    for attribute in vars(model).values():
        if isinstance(attribute, property):
            assert get_type_hints(attribute.fget)["return"]


def test_the_type_of_an_identifier_is_that_of_the_identity_package() -> None:
    hints = get_type_hints(vars(RoomParticipant)["communication_identifier"].func)
    assert hints == {"return": rooms.CommunicationIdentifier}


def test_pydantic_validates_the_arguments_of_a_call() -> None:
    client = make_client(InMemoryService().respond(200, ROOM))
    get_room: Any = validate_call(client.get_room)
    assert get_room(ID, timeout=5, tracing_options={"enabled": False}).id == ID
    with pytest.raises(ValidationError, match="Input should be a valid string"):
        get_room(5)
    with pytest.raises(ValidationError, match="timeout"):
        get_room(ID, timeout="soon")


@pytest.mark.parametrize(
    "participants",
    [{ALICE: "Presenter"}, [RoomParticipant(ALICE, "Presenter")], (RoomParticipant(ALICE, "Presenter"),)],
    ids=["mapping", "list", "tuple"],
)
@pytest.mark.parametrize("operation", ["add_or_update_participants", "add_participants", "create_room"])
def test_pydantic_leaves_participants_and_their_roles_alone(operation: str, participants: Any) -> None:
    service = InMemoryService().respond(201 if operation == "create_room" else 200, ROOM)
    method: Any = validate_call(getattr(make_client(service), operation))
    if operation == "create_room":
        method(participants=participants)
    else:
        method(ID, participants)
    assert json.loads(service.received[0].body) == {"participants": {ALICE: {"role": "Presenter"}}}


@pytest.mark.parametrize("name", [name for name in METHODS if name not in ("from_connection_string", "send_request")])
def test_pydantic_accepts_every_operation(name: str) -> None:
    assert callable(validate_call(getattr(make_client(InMemoryService()), name)))


@pytest.mark.filterwarnings(  # beartype prefers collections.abc.Callable, which Optional of Python 3.9 does not accept
    "ignore::beartype.roar.BeartypeDecorHintPep585DeprecationWarning"
)
@pytest.mark.skipif(sys.version_info < (3, 11), reason="beartype cannot read Unpack of a TypedDict before Python 3.11")
def test_beartype_checks_the_arguments_of_every_method() -> None:
    service = InMemoryService().respond(200, ROOM).respond(200, b"{}")
    client = make_client(service)
    checked = {name: beartype(getattr(RoomsClient, name)) for name in METHODS if name != "from_connection_string"}
    assert checked["get_room"](client, ID, timeout=5).id == ID
    checked["add_or_update_participants"](client, ID, [CommunicationUserIdentifier(ALICE)])
    with pytest.raises(BeartypeCallHintViolation, match="room_id"):
        checked["get_room"](client, 5)
