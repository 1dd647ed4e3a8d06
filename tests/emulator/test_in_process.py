"""The transport without a connection: the same responses, and the same errors, as over one."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any, cast

import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import (
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.transport import HttpRequest as EarlierRequest
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from raw_ids import ALICE
from signed_http import SignedHttp

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import ACCESS_KEY, RoomsEmulator
from azure.communication.rooms.emulator.http.in_process import make_transport


@pytest.fixture
def client(emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[RoomsClient]:
    def no_connection(*_: Any) -> None:
        raise AssertionError("a connection was made")

    transport = emulator.transport()
    monkeypatch.setattr(socket.socket, "connect", no_connection)
    with RoomsClient(emulator.endpoint, AzureKeyCredential(ACCESS_KEY), transport=transport, retry_total=0) as rooms:
        yield rooms


def test_the_whole_job_needs_no_connection(emulator: RoomsEmulator, client: RoomsClient) -> None:
    room = client.create_room(participants=[ALICE])
    assert client.get_room(room.id) == room
    assert [each.raw_id for each in client.list_participants(room.id)] == [ALICE]
    client.add_or_update_participants(room.id, [ALICE])
    emulator.seed(35)
    assert len(list(client.list_rooms())) == 36
    client.delete_room(room.id)
    with pytest.raises(ResourceNotFoundError):
        client.get_room(room.id)


def test_a_program_with_an_event_loop_can_use_it(client: RoomsClient) -> None:
    async def program() -> str:
        return client.create_room().id

    assert client.get_room(asyncio.run(program()))


def test_a_lost_response_is_lost(emulator: RoomsEmulator, client: RoomsClient) -> None:
    emulator.faults.add("POST /rooms reset=after")
    with pytest.raises(ServiceResponseError, match="The emulator reset the connection"):
        client.create_room()
    assert len(list(client.list_rooms())) == 1


def test_a_body_that_is_incomplete_is_noticed(emulator: RoomsEmulator, client: RoomsClient) -> None:
    emulator.faults.add("truncate=5")
    with pytest.raises(HttpResponseError):
        client.create_room()


def test_a_response_that_does_not_come_in_time_is_no_longer_waited_for(
    emulator: RoomsEmulator, client: RoomsClient
) -> None:
    emulator.faults.add("POST delay=3600")
    with pytest.raises(ServiceResponseTimeoutError, match=r"No response within 0\.01 seconds"):
        client.create_room(read_timeout=0.01)
    assert len(list(client.list_rooms())) == 1  # it was done all the same


def test_bodies_of_every_kind_are_sent(emulator: RoomsEmulator) -> None:
    transport = cast(RequestsTransport, emulator.transport())
    http = SignedHttp(emulator.connection_string)
    target = "/rooms?api-version=2025-03-13"
    content = b'{"pstnDialOutEnabled":true}'
    for body in (content, content.decode(), iter([content[:5], content[5:]])):
        headers = {**http.headers("POST", target, content), "Content-Type": "application/json"}
        request = HttpRequest("POST", emulator.endpoint + target, headers=headers, content=cast(Any, body))
        response = transport.send(request)
        assert response.status_code == 201
        response.read()
        assert response.json()["pstnDialOutEnabled"] is True
    transport.close()


def test_a_url_is_escaped_as_over_a_connection(emulator: RoomsEmulator) -> None:
    transport = cast(RequestsTransport, emulator.transport())
    transport.send(HttpRequest("GET", f"{emulator.endpoint}/rooms/a \u00e9%2F")).close()
    assert emulator.requests[-1].target == "/rooms/a%20%C3%A9%2F"


def test_files_are_sent_as_over_a_connection(emulator: RoomsEmulator) -> None:
    transport = cast(RequestsTransport, emulator.transport())
    request = HttpRequest("POST", f"{emulator.endpoint}/_emulator/seed", files={"file": ("name", b"content")})
    response = transport.send(request)
    response.read()
    assert (response.status_code, response.json()["error"]["code"]) == (415, "UnsupportedMediaType")


def test_a_request_of_azure_cores_earlier_kind_is_sent_too(emulator: RoomsEmulator) -> None:
    transport = cast(RequestsTransport, emulator.transport())
    assert transport.send(EarlierRequest("GET", f"{emulator.endpoint}/health")).status_code == 200
    assert transport.send(EarlierRequest("GET", f"{emulator.endpoint}")).status_code == 401


def test_a_fault_of_the_application_is_not_hidden() -> None:
    async def broken(*_: Any) -> None:
        raise ZeroDivisionError("of all things")

    transport = cast(RequestsTransport, make_transport(broken))
    with pytest.raises(ZeroDivisionError, match="of all things"):
        transport.send(HttpRequest("GET", "http://127.0.0.1/rooms"))


def test_there_is_none_unless_the_emulator_runs() -> None:
    with pytest.raises(RuntimeError, match="the emulator is not running"):
        RoomsEmulator().transport()


@pytest.mark.parametrize("status", [200, 299, 418, 599])
def test_every_status_of_a_fault_arrives(emulator: RoomsEmulator, client: RoomsClient, status: int) -> None:
    emulator.faults.add(method="DELETE", status=status, body={"a": 1})
    transport = cast(RequestsTransport, emulator.transport())
    response = transport.send(HttpRequest("DELETE", f"{emulator.endpoint}/rooms/99400000000000000"))
    assert response.status_code == status
    response.read()
    assert response.json() == {"a": 1}


def test_after_a_stop_it_is_as_a_connection_that_is_rejected() -> None:
    with RoomsEmulator() as emulator:
        credential, transport = AzureKeyCredential(ACCESS_KEY), emulator.transport()
        rooms = RoomsClient(emulator.endpoint, credential, transport=transport, retry_total=0)
        rooms.create_room()
    with pytest.raises(ServiceRequestError, match="The emulator is not running"):
        rooms.create_room()
    with emulator, pytest.raises(ServiceRequestError, match="The emulator is not running"):
        rooms.create_room()  # its rooms are not those of before


def test_admin_commands_go_through_it_too(emulator: RoomsEmulator) -> None:
    emulator.seed(3)
    transport = cast(RequestsTransport, emulator.transport())
    response = transport.send(HttpRequest("GET", f"{emulator.endpoint}/_emulator/export"))
    response.read()
    assert response.json() == emulator.export_rooms()


def test_events_that_have_no_end_are_waited_for_as_long_as_the_client_states(emulator: RoomsEmulator) -> None:
    transport = cast(RequestsTransport, emulator.transport())
    with pytest.raises(ServiceResponseTimeoutError, match=r"No response within 0\.05 seconds"):
        transport.send(HttpRequest("GET", f"{emulator.endpoint}/_emulator/events"), read_timeout=0.05)


def test_an_application_that_waits_for_an_event_loop_is_reported() -> None:
    async def waiting(*_: Any) -> None:
        await asyncio.sleep(0)

    transport = cast(RequestsTransport, make_transport(waiting))
    with pytest.raises(RuntimeError, match="waits for an event loop"):
        transport.send(HttpRequest("GET", "http://127.0.0.1/rooms"))
