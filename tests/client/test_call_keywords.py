"""Keywords of one call that change its request or its error: ``api_version``, ``params``, ``error_map``."""

import json
import re
from typing import Any, Optional

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
    ServiceRequestTimeoutError,
    ServiceResponseTimeoutError,
)
from client_kinds import client_kind, parametrize
from operations import CALLS, ID
from raw_ids import ALICE
from raw_server import RawServer
from room_bodies import room_body, room_text

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.options import REPLACED, CallOptions, ClientOptions
from azure.communication.rooms.emulator import RoomsEmulator

__all__ = ["client_kind"]
pytest_generate_tests = parametrize

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
each_operation = pytest.mark.parametrize("operation", CALLS)


def call(client: Any, operation: str, **options: Any) -> Any:
    """Call an operation, and iterate over its list."""
    result = getattr(client, operation)(**{**CALLS[operation], **options})
    return list(result) if operation.startswith(("list", "get_participants")) else result


def new_client(endpoint: str, **options: Any) -> RoomsClient:
    return RoomsClient(endpoint, KEY, retry_total=0, **options)


def respond_to(operation: str, server: RawServer) -> None:
    """Have the server respond to an operation as the service does."""
    if operation == "set_participants":
        server.respond(200, '{"value":[]}')
    status = {"create_room": 201, "delete_room": 204}.get(operation, 200)
    server.respond(status, json.dumps({**room_body(ID), "value": []}) if status != 204 else "")


#: azure-core's decorator of operations, which comes first, takes no None for it.
NOT_NONE = {"tracing_options"}


@pytest.mark.parametrize("keyword", sorted(set(CallOptions.__annotations__) - NOT_NONE))
def test_a_keyword_of_a_call_that_is_none_is_as_if_it_were_not_given(server: RawServer, keyword: str) -> None:
    server.respond(503).respond(200, room_text(ID))  # numbers of retries count once there is one
    with RoomsClient(server.endpoint, KEY, retry_backoff_factor=0) as client:
        options: Any = {keyword: None}
        assert client.get_room(ID, **options).id == ID


@pytest.mark.parametrize("keyword", sorted(ClientOptions.__annotations__))
def test_a_keyword_of_a_client_that_is_none_is_as_if_it_were_not_given(server: RawServer, keyword: str) -> None:
    server.respond(404).respond(200, room_text(ID))
    options: Any = {keyword: None}
    with RoomsClient(server.endpoint, KEY, **options) as client:
        with pytest.raises(ResourceNotFoundError):
            client.get_room(ID)
        assert client.get_room(ID).id == ID


@pytest.mark.parametrize(
    "options",
    [{"tracing_attributes": {"a": "b"}}, {"network_span_namer": str}, {"user_agent_overwrite": True}],
    ids=lambda options: next(iter(options)),
)
def test_a_keyword_of_a_policy_that_has_nothing_to_do_reaches_no_transport(
    server: RawServer, options: dict[str, Any]
) -> None:
    server.respond(200, room_text(ID))
    with new_client(server.endpoint) as client:
        assert client.get_room(ID, **options).id == ID


@pytest.mark.parametrize("seconds", [float("inf"), 1e18, 10**7, 10**30], ids=str)
@pytest.mark.parametrize("keyword", ["timeout", "connection_timeout", "read_timeout"])
def test_a_time_that_no_socket_takes_is_no_limit(server: RawServer, keyword: str, seconds: float) -> None:
    server.respond(200, room_text(ID)).hang()
    options: Any = {keyword: seconds}
    with new_client(server.endpoint) as client:
        assert client.get_room(ID, **options).id == ID
        with pytest.raises((ServiceRequestTimeoutError, ServiceResponseTimeoutError)):
            client.get_room(ID, timeout=0.1)  # the thread that keeps deadlines is alive


@pytest.mark.parametrize("keyword", ["connection_timeout", "read_timeout"])
@pytest.mark.parametrize(
    ("seconds", "error", "message"),
    [
        ("5", TypeError, "must be a number of seconds or None, not str"),
        (float("nan"), ValueError, "must be a number of seconds or None, not NaN"),
        (0, ValueError, "must be more than 0 seconds, or None for no limit"),
        (-1.5, ValueError, "must be more than 0 seconds, or None for no limit"),
    ],
)
def test_a_timeout_that_is_no_time_is_named(
    server: RawServer, keyword: str, seconds: Any, error: type[Exception], message: str
) -> None:
    options: Any = {keyword: seconds}
    with new_client(server.endpoint) as client, pytest.raises(error, match=f"^{keyword} {message}$"):
        client.get_room(ID, **options)
    assert server.received == []


def test_one_method_to_retry_may_be_text(server: RawServer) -> None:
    server.respond(503).respond(200, room_text(ID))
    with RoomsClient(server.endpoint, KEY, retry_backoff_factor=0) as client:
        assert client.get_room(ID, retry_on_methods="GET").id == ID


@each_operation
def test_params_are_added_to_every_request_of_a_call(server: RawServer, operation: str) -> None:
    respond_to(operation, server)
    with new_client(server.endpoint) as client:
        call(client, operation, params={"x": "ä B&c", "n": [1, True]})
    for received in server.received:
        assert re.search(r"\?api-version=2025-03-13&x=%C3%A4%20B%26c&n=1&n=true$", received.target)


@each_operation
def test_params_are_signed(emulator: RoomsEmulator, operation: str) -> None:
    with RoomsClient.from_connection_string(emulator.connection_string) as client:
        room = client.create_room(participants=[ALICE])
        arguments = {"room_id": room.id} if "room_id" in CALLS[operation] else {}
        call(client, operation, **arguments, params={"x": "a b+c/ä"})


def test_params_are_not_added_to_the_links_of_the_service(server: RawServer) -> None:
    link = f"{server.endpoint}/rooms?nextLink=abc&api-version=2025-03-13"
    server.respond(200, json.dumps({"value": [], "nextLink": link})).respond(200, '{"value":[]}')
    with new_client(server.endpoint) as client:
        call(client, "list_rooms", params={"x": "1"})
    assert [received.target for received in server.received] == [
        "/rooms?api-version=2025-03-13&x=1",
        "/rooms?nextLink=abc&api-version=2025-03-13",
    ]


def test_the_callers_params_stay_as_they_are(server: RawServer) -> None:
    params = {"x": "1", "API-Version": "2024-04-15"}
    respond_to("get_room", server)
    with new_client(server.endpoint) as client:
        client.get_room(ID, params=params)
    assert params == {"x": "1", "API-Version": "2024-04-15"}
    assert server.received[0].target == f"/rooms/{ID}?api-version=2024-04-15&x=1"


@pytest.mark.parametrize("params", [None, {}])
def test_no_params_add_nothing(server: RawServer, params: Optional[dict[str, str]]) -> None:
    respond_to("get_room", server)
    with new_client(server.endpoint) as client:
        client.get_room(ID, params=params)
    assert server.received[0].target == f"/rooms/{ID}?api-version=2025-03-13"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"params": "x=1"}, "params must be a mapping of names to values, not str"),
        ({"params": {1: "x"}}, "params has a name that is not a str but int"),
        ({"params": {"x": b"1"}}, r"params\['x'\] must be a str, a number, a bool or a list of them, not bytes"),
        ({"params": {"x": None}}, r"params\['x'\] must be a str, a number, a bool or a list of them, not NoneType"),
        ({"error_map": [404]}, "error_map must be a mapping of statuses to exceptions, not list"),
        ({"api_version": 2025}, "api_version must be an ApiVersion or a str, not int"),
    ],
    ids=["params", "name", "bytes", "value", "error_map", "api_version"],
)
@pytest.mark.parametrize("operation", ["get_room", "list_rooms"])
def test_what_these_keywords_do_not_take_is_a_type_error_before_any_request(
    server: RawServer, operation: str, options: dict[str, Any], message: str
) -> None:
    with new_client(server.endpoint) as client, pytest.raises(TypeError, match=message):
        getattr(client, operation)(**CALLS[operation], **options)
    assert server.received == []


@each_operation
def test_one_call_may_name_its_api_version(server: RawServer, operation: str) -> None:
    for _ in range(2):
        respond_to(operation, server)
    with new_client(server.endpoint) as client:
        call(client, operation, api_version="2024-04-15")
        call(client, operation)
    versions = [received.target.rpartition("=")[2] for received in server.received]
    half = len(versions) // 2
    assert versions == ["2024-04-15"] * half + ["2025-03-13"] * half


def test_a_call_is_encoded_by_its_own_api_version(server: RawServer) -> None:
    body = {"id": ID, "createdDateTime": "2025-03-27T06:42:08+00:00", **room_body(ID), "participants": []}
    server.respond(201, json.dumps({**body, "roomJoinPolicy": "InviteOnly"}))
    with new_client(server.endpoint) as client:
        room = client.create_room(participants=[ALICE], room_join_policy="InviteOnly", api_version="2022-02-01")
    assert isinstance(json.loads(server.received[0].body)["participants"], list)
    assert room.room_join_policy == "InviteOnly"


@each_operation
def test_an_api_version_that_is_not_known_is_rejected_before_any_request(server: RawServer, operation: str) -> None:
    with new_client(server.endpoint) as client:
        with pytest.raises(ValueError, match=r"api_version '2020-01-01' is not known\. Use one of 2022-02-01, .*2025-"):
            getattr(client, operation)(**CALLS[operation], api_version="2020-01-01")
    assert server.received == []


def test_what_the_version_of_a_call_lacks_is_rejected(server: RawServer) -> None:
    with new_client(server.endpoint) as client:
        with pytest.raises(ValueError, match="pstn_dial_out_enabled does not exist in api-version 2023-06-14"):
            client.create_room(pstn_dial_out_enabled=True, api_version="2023-06-14")
        with pytest.raises(ValueError, match="list_rooms does not exist in api-version 2022-02-01"):
            client.list_rooms(api_version="2022-02-01")
    assert server.received == []


class GoneError(HttpResponseError):
    """An exception of the caller's that leaves its construction to azure-core."""


class OwnError(Exception):
    """An exception of the caller's that azure-core knows nothing of."""

    def __init__(self, response: Any) -> None:
        super().__init__(f"status {response.status_code}")


ERROR = '{"error":{"code":"NotFound","message":"No such room."}}'
#: error_map, the class that is raised for a 404, and its text.
MAPS: dict[str, tuple[Any, Any, str]] = {
    "none": (None, ResourceNotFoundError, r"^\(NotFound\) No such room\.\nStatus: 404"),
    "another status": ({409: GoneError}, ResourceNotFoundError, r"^\(NotFound\) No such room\.\nStatus: 404"),
    "azure-core's": ({404: ResourceExistsError}, ResourceExistsError, r"^\(NotFound\) No such room\.\nStatus: 404"),
    "derived from azure-core's": ({404: GoneError}, GoneError, r"^\(NotFound\) No such room\.\nStatus: 404"),
    "its own": ({404: OwnError}, OwnError, "^status 404$"),
    "function": ({404: lambda response: OwnError(response)}, OwnError, "^status 404$"),
    "no mapping": ({404: None}, HttpResponseError, r"^\(NotFound\) No such room\.\nStatus: 404"),
}


@pytest.mark.parametrize("name", MAPS)
@each_operation
def test_error_map_states_what_is_raised(server: RawServer, operation: str, name: str) -> None:
    error_map, kind, text = MAPS[name]
    server.respond(404, ERROR)
    with new_client(server.endpoint) as client, pytest.raises(kind, match=text) as caught:
        call(client, operation, error_map=error_map)
    assert type(caught.value) is kind


def test_error_map_is_for_statuses_that_are_errors(server: RawServer) -> None:
    server.respond(200, room_text(ID))
    with new_client(server.endpoint) as client:
        assert client.get_room(ID, error_map={200: OwnError}).id == ID


def test_error_map_of_a_denied_call(server: RawServer) -> None:
    server.respond(401, ERROR)
    with new_client(server.endpoint) as client, pytest.raises(HttpResponseError, match="Status: 401") as caught:
        client.get_room(ID, error_map={401: None})
    assert not isinstance(caught.value, ClientAuthenticationError)


#: Replaced keyword -> what its error names.
REPLACEMENTS = {
    "content_type": "headers=",
    "cookies": "headers=",
    "hooks": "raw_response_hook",
    "auth": "credential to the client",
    "verify": "connection_verify",
    "cert": "connection_cert",
    "allow_redirects": "permit_redirects",
    "stream": "send_request",
    "enforce_https": "allow_insecure_connection=True",
    "response_encoding": "leave it out",
    "insecure_domain_change": "leave it out",
    "blocked_redirect_headers": "leave it out",
    "disable_redirect_cleanup": "leave it out",
}


@pytest.mark.parametrize("keyword", REPLACEMENTS)
def test_a_keyword_that_makes_no_sense_any_more_names_its_replacement(server: RawServer, keyword: str) -> None:
    message = rf"^get_room\(\) takes no '{keyword}' any more: .*{re.escape(REPLACEMENTS[keyword])}"
    options: Any = {keyword: "x"}
    with new_client(server.endpoint) as client, pytest.raises(TypeError, match=message):
        client.get_room(ID, **options)
    with pytest.raises(TypeError, match=rf"^RoomsClient\(\) takes no '{keyword}' any more"):
        new_client(server.endpoint, **options)
    assert server.received == []


def test_no_replaced_keyword_is_left_out_of_these_tests() -> None:
    assert set(REPLACEMENTS) == set(REPLACED)
