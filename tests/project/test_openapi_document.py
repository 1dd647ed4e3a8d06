"""The OpenAPI documents: valid, with examples that are; what the client sends and the emulator returns is in them."""

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV2SpecValidator, validate
from raw_ids import ALICE, BOB
from signed_http import Reply, SignedHttp

from azure.communication.rooms import RoomParticipant
from azure.communication.rooms._wire import operations_for
from azure.communication.rooms._wire.call import UNSET, Call, Repeatability

PROJECT = Path(__file__).resolve().parent.parent.parent
SPECS: dict[str, dict[str, Any]] = {
    version: json.loads((PROJECT / "swagger" / f"rooms-{version}.json").read_text("utf-8"))
    for version in ("2022-02-01", "2025-03-13")
}
#: (api-version, operation) -> method, path and what the document defines.
OPERATIONS = {
    (version, operation["operationId"]): (method.upper(), path, operation)
    for version, spec in SPECS.items()
    for path, methods in spec["paths"].items()
    for method, operation in methods.items()
}
BODIES = [
    (version, name)
    for version, spec in SPECS.items()
    for name, schema in spec["definitions"].items()
    if "example" in schema
]
ID = "99412345678901234"
JSON: dict[str, Optional[str]] = {"Content-Type": "application/json"}


def nullable(schema: Any) -> Any:
    """A schema in plain JSON Schema: what is ``x-nullable`` may be null."""
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: nullable(value) for name, value in schema.items()}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("x-nullable") else plain


def check(version: str, value: Any, schema: Any) -> None:
    """Hold a value against a schema of a document."""
    whole = nullable({"definitions": SPECS[version]["definitions"], **schema})
    jsonschema.validate(value, whole, cls=jsonschema.Draft4Validator)


def parameters(version: str, operation: dict[str, Any], place: str) -> dict[str, dict[str, Any]]:
    known = SPECS[version]["parameters"]
    found = [known[p["$ref"].rsplit("/", 1)[-1]] if "$ref" in p else p for p in operation["parameters"]]
    return {parameter["name"]: parameter for parameter in found if parameter["in"] == place}


@pytest.mark.parametrize("version", SPECS)
def test_a_document_is_openapi_2(version: str) -> None:
    assert SPECS[version]["info"]["version"] == version
    validate(SPECS[version], cls=OpenAPIV2SpecValidator)


def test_the_documents_hold_all_operations_of_their_versions() -> None:
    assert sorted(OPERATIONS) == [
        ("2022-02-01", "Rooms_AddParticipants"),
        ("2022-02-01", "Rooms_CreateRoom"),
        ("2022-02-01", "Rooms_DeleteRoom"),
        ("2022-02-01", "Rooms_GetParticipants"),
        ("2022-02-01", "Rooms_GetRoom"),
        ("2022-02-01", "Rooms_RemoveParticipants"),
        ("2022-02-01", "Rooms_UpdateParticipants"),
        ("2022-02-01", "Rooms_UpdateRoom"),
        ("2025-03-13", "Participants_List"),
        ("2025-03-13", "Participants_Update"),
        ("2025-03-13", "Rooms_Create"),
        ("2025-03-13", "Rooms_Delete"),
        ("2025-03-13", "Rooms_Get"),
        ("2025-03-13", "Rooms_List"),
        ("2025-03-13", "Rooms_Update"),
    ]


@pytest.mark.parametrize(("version", "operation_id"), OPERATIONS)
def test_every_operation_has_its_error_and_its_examples(version: str, operation_id: str) -> None:
    _, _, operation = OPERATIONS[version, operation_id]
    assert operation["responses"]["default"]["schema"] == {"$ref": "#/definitions/CommunicationErrorResponse"}
    for response in operation["responses"].values():
        assert ("schema" in response) is ("examples" in response)
        for media_type, example in response.get("examples", {}).items():
            assert media_type in operation["produces"]
            check(version, example, response["schema"])
    assert ("x-ms-pageable" in operation) is operation_id.endswith("_List")


@pytest.mark.parametrize(("version", "name"), BODIES)
def test_every_example_of_a_body_is_one(version: str, name: str) -> None:
    check(version, SPECS[version]["definitions"][name]["example"], {"$ref": f"#/definitions/{name}"})


ENDPOINT = "https://contoso.communication.azure.com"
PREVIEW: Any = operations_for(ENDPOINT, "2022-02-01")
WIRE: Any = operations_for(ENDPOINT, "2025-03-13")
TIME = datetime(2025, 4, 1, 8, 0, tzinfo=timezone.utc)
NOTHING = {"valid_from": UNSET, "valid_until": UNSET, "pstn_dial_out_enabled": UNSET, "room_join_policy": UNSET}
GIVEN = {**NOTHING, "valid_from": None, "valid_until": None, "pstn_dial_out_enabled": True}
OPEN = {**NOTHING, "valid_from": TIME, "valid_until": TIME, "room_join_policy": "CommunicationServiceUsers"}
PEOPLE = [RoomParticipant(ALICE, "Presenter"), RoomParticipant(BOB)]
ONCE = Repeatability("b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e", TIME)
CALLS: list[tuple[str, str, Call[Any]]] = [
    ("2022-02-01", "Rooms_CreateRoom", PREVIEW.create_room(**OPEN, participants=PEOPLE, repeatability=ONCE)),
    ("2022-02-01", "Rooms_CreateRoom", PREVIEW.create_room(**NOTHING, participants=None, repeatability=ONCE)),
    ("2022-02-01", "Rooms_GetRoom", PREVIEW.get_room(ID)),
    ("2022-02-01", "Rooms_UpdateRoom", PREVIEW.update_room(ID, **OPEN, participants=[])),
    ("2022-02-01", "Rooms_UpdateRoom", PREVIEW.update_room(ID, **NOTHING, participants=UNSET)),
    ("2022-02-01", "Rooms_DeleteRoom", PREVIEW.delete_room(ID)),
    ("2022-02-01", "Rooms_GetParticipants", PREVIEW.list_participants(ID, None)),
    ("2022-02-01", "Rooms_GetParticipants", PREVIEW.add_or_update_participants(ID, PEOPLE)),
    ("2022-02-01", "Rooms_AddParticipants", PREVIEW.add_participants(ID, PEOPLE)),
    ("2022-02-01", "Rooms_UpdateParticipants", PREVIEW.update_participants(ID, PEOPLE)),
    ("2022-02-01", "Rooms_RemoveParticipants", PREVIEW.remove_participants(ID, [ALICE])),
    ("2025-03-13", "Rooms_Create", WIRE.create_room(**GIVEN, participants=[ALICE, BOB], repeatability=ONCE)),
    ("2025-03-13", "Rooms_Get", WIRE.get_room(ID)),
    ("2025-03-13", "Rooms_Update", WIRE.update_room(ID, **GIVEN, participants=UNSET)),
    ("2025-03-13", "Rooms_Update", WIRE.update_room(ID, **NOTHING, participants=UNSET)),
    ("2025-03-13", "Rooms_Delete", WIRE.delete_room(ID)),
    ("2025-03-13", "Rooms_List", WIRE.list_rooms(None)),
    ("2025-03-13", "Participants_List", WIRE.list_participants(ID, None)),
    ("2025-03-13", "Participants_Update", WIRE.add_or_update_participants(ID, PEOPLE)),
    ("2025-03-13", "Participants_Update", WIRE.remove_participants(ID, [ALICE])),
]


def test_every_operation_of_the_documents_is_sent() -> None:
    assert {(version, operation_id) for version, operation_id, _ in CALLS} == set(OPERATIONS)


@pytest.mark.parametrize(("version", "operation_id", "call"), CALLS)
def test_what_the_client_sends_is_in_the_document(version: str, operation_id: str, call: Call[Any]) -> None:
    method, path, operation = OPERATIONS[version, operation_id]
    request = call.request
    assert request.method == method
    assert request.url == f"{ENDPOINT}{path.replace('{roomId}', ID)}?api-version={version}"
    body: Optional[dict[str, Any]] = parameters(version, operation, "body").get("body")
    assert (request.content is None) is (body is None)
    if body is not None:
        assert request.headers["Content-Type"] == operation["consumes"][0]
        check(version, json.loads(request.content), body["schema"])
    known = {"Accept", "Content-Type", "Content-Length", *parameters(version, operation, "header")}
    assert set(request.headers) <= known
    assert request.headers["Accept"] == operation["produces"][0]
    assert call.statuses == tuple(int(status) for status in operation["responses"] if status != "default")


def test_what_the_emulator_returns_is_in_the_document(http: SignedHttp) -> None:
    body = {"participants": {ALICE: {"role": "Presenter"}}}
    room = http.send("POST", "/rooms", body)
    path = f"/rooms/{room.body['id']}"
    responses = [
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
    hold("2025-03-13", responses)


def test_what_the_emulator_returns_on_2022_02_01_is_in_the_document(http: SignedHttp) -> None:
    def send(method: str, path: str, body: Any = None) -> Reply:
        return http.send(method, path, body, version="2022-02-01", headers=JSON if body is not None else None)

    people = {"participants": [{"communicationIdentifier": {"communicationUser": {"id": ALICE}}, "role": "Presenter"}]}
    room = send("POST", "/rooms", people)
    path = f"/rooms/{room.body['id']}"
    responses = [
        ("Rooms_CreateRoom", room),
        ("Rooms_GetRoom", send("GET", path)),
        ("Rooms_UpdateRoom", send("PATCH", path, people)),
        ("Rooms_GetParticipants", send("GET", f"{path}/participants")),
        ("Rooms_AddParticipants", send("POST", f"{path}/participants:add", people)),
        ("Rooms_UpdateParticipants", send("POST", f"{path}/participants:update", people)),
        ("Rooms_RemoveParticipants", send("POST", f"{path}/participants:remove", people)),
        ("Rooms_GetRoom", send("GET", "/rooms/123")),
        ("Rooms_CreateRoom", send("POST", "/rooms", {"validUntil": "2020-01-01"})),
        ("Rooms_AddParticipants", send("POST", f"{path}/participants:add", {})),
        ("Rooms_DeleteRoom", send("DELETE", path)),
    ]
    hold("2022-02-01", responses)


def hold(version: str, responses: list[tuple[str, Reply]]) -> None:
    """Hold responses against what the document of a version has for their operation and status."""
    for operation_id, response in responses:
        _, _, operation = OPERATIONS[version, operation_id]
        documented = operation["responses"].get(str(response.status), operation["responses"]["default"])
        assert (response.body is None) is ("schema" not in documented)
        if "schema" in documented:
            assert response.headers["content-type"].partition(";")[0] in operation["produces"]
            check(version, response.body, documented["schema"])
