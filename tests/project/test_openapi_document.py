"""The OpenAPI document: valid, with examples that are; what the client sends and the emulator answers is in it."""

import json
import re
from pathlib import Path
from typing import Any, Optional

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV2SpecValidator, validate
from people import ALICE, BOB
from signed_http import SignedHttp

from azure.communication.rooms import RoomParticipant
from azure.communication.rooms._wire import wire_for
from azure.communication.rooms._wire.call import UNSET, Call, Repeatability

PROJECT = Path(__file__).resolve().parent.parent.parent
SPEC: dict[str, Any] = json.loads((PROJECT / "swagger" / "rooms-2025-03-13.json").read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in SPEC["paths"].items()
    for method, operation in methods.items()
}
ID = "99412345678901234"


def nullable(schema: Any) -> Any:
    """A schema in plain JSON Schema: what is ``x-nullable`` may be null."""
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: nullable(value) for name, value in schema.items()}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("x-nullable") else plain


DEFINITIONS = nullable(SPEC["definitions"])


def check(value: Any, schema: Any) -> None:
    """Hold a value against a schema of the document."""
    jsonschema.validate(value, {"definitions": DEFINITIONS, **nullable(schema)}, cls=jsonschema.Draft4Validator)


def parameters(operation: dict[str, Any], place: str) -> dict[str, dict[str, Any]]:
    found = [SPEC["parameters"][p["$ref"].rsplit("/", 1)[-1]] if "$ref" in p else p for p in operation["parameters"]]
    return {parameter["name"]: parameter for parameter in found if parameter["in"] == place}


def test_the_document_is_openapi_2() -> None:
    validate(SPEC, cls=OpenAPIV2SpecValidator)


def test_the_document_holds_all_seven_operations() -> None:
    assert sorted(OPERATIONS) == [
        "Participants_List",
        "Participants_Update",
        "Rooms_Create",
        "Rooms_Delete",
        "Rooms_Get",
        "Rooms_List",
        "Rooms_Update",
    ]


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_operation_has_its_error_and_its_examples(operation_id: str) -> None:
    _, _, operation = OPERATIONS[operation_id]
    assert operation["responses"]["default"]["schema"] == {"$ref": "#/definitions/CommunicationErrorResponse"}
    for response in operation["responses"].values():
        assert ("schema" in response) is ("examples" in response)
        if "schema" in response:
            check(response["examples"]["application/json"], response["schema"])
    assert ("x-ms-pageable" in operation) is operation_id.endswith("_List")


@pytest.mark.parametrize("name", [name for name, schema in SPEC["definitions"].items() if "example" in schema])
def test_every_example_of_a_body_is_one(name: str) -> None:
    check(SPEC["definitions"][name]["example"], {"$ref": f"#/definitions/{name}"})


WIRE = wire_for("https://contoso.communication.azure.com", "2025-03-13")
GIVEN: dict[str, Any] = {"valid_from": None, "valid_until": None, "pstn_dial_out_enabled": True}
CALLS: list[tuple[str, Call[Any]]] = [
    ("Rooms_Create", WIRE.create_room(**GIVEN, participants=[ALICE, BOB], repeatability=Repeatability("a", "b"))),
    ("Rooms_Get", WIRE.get_room(ID)),
    ("Rooms_Update", WIRE.update_room(ID, **GIVEN)),
    ("Rooms_Update", WIRE.update_room(ID, valid_from=UNSET, valid_until=UNSET, pstn_dial_out_enabled=UNSET)),
    ("Rooms_Delete", WIRE.delete_room(ID)),
    ("Rooms_List", WIRE.list_rooms(None)),
    ("Participants_List", WIRE.list_participants(ID, None)),
    ("Participants_Update", WIRE.add_or_update_participants(ID, [RoomParticipant(ALICE, "Presenter")])),
    ("Participants_Update", WIRE.remove_participants(ID, [ALICE])),
]


@pytest.mark.parametrize(("operation_id", "call"), CALLS)
def test_what_the_client_sends_is_in_the_document(operation_id: str, call: Call[Any]) -> None:
    method, path, operation = OPERATIONS[operation_id]
    request = call.request
    assert request.method == method
    wanted = re.escape(path).replace(r"\{roomId\}", ID)
    assert re.fullmatch(rf"https://contoso\.communication\.azure\.com{wanted}\?api-version=2025-03-13", request.url)
    body: Optional[dict[str, Any]] = parameters(operation, "body").get("body")
    assert (request.content is None) is (body is None)
    if body is not None:
        assert request.headers["Content-Type"] == operation["consumes"][0]
        check(json.loads(request.content), body["schema"])
    known = {"Accept", "Content-Type", "Content-Length", *parameters(operation, "header")}
    assert set(request.headers) <= known
    assert request.headers["Accept"] == operation["produces"][0]
    assert call._statuses == tuple(int(status) for status in operation["responses"] if status != "default")


def test_what_the_emulator_answers_is_in_the_document(http: SignedHttp) -> None:
    body = {"participants": {ALICE: {"role": "Presenter"}}}
    room = http.send("POST", "/rooms", body)
    path = f"/rooms/{room.body['id']}"
    answers = [
        ("Rooms_Create", room),
        ("Rooms_Get", http.send("GET", path)),
        ("Rooms_Update", http.send("PATCH", path, {"pstnDialOutEnabled": True})),
        ("Rooms_List", http.send("GET", "/rooms")),
        ("Participants_List", http.send("GET", f"{path}/participants")),
        ("Participants_Update", http.send("PATCH", f"{path}/participants", body)),
        ("Rooms_Get", http.send("GET", "/rooms/123")),
        ("Rooms_Create", http.send("POST", "/rooms", {"validUntil": "2020-01-01"})),
        ("Rooms_List", http.send("GET", "/rooms", version=None)),
        ("Rooms_Delete", http.send("DELETE", path)),
    ]
    for operation_id, answer in answers:
        responses = OPERATIONS[operation_id][2]["responses"]
        response = responses.get(str(answer.status), responses["default"])
        assert (answer.body is None) is ("schema" not in response)
        if "schema" in response:
            check(answer.body, response["schema"])
