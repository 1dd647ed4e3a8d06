"""Attempts after the first: responses that request another, as a service with injected faults sends them."""

from typing import Any, Callable

import pytest
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.transport import HttpTransport

from azure.communication.rooms import CommunicationRoom, RoomsClient
from azure.communication.rooms._pipeline.transports.aiohttp_transport import AiohttpTransport

pytestmark = [
    pytest.mark.vcr,
    pytest.mark.emulator_only(reason="a real resource cannot be made to throttle or to be unavailable"),
]


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of the waits before attempts; the test does not wait."""
    seconds: list[float] = []
    monkeypatch.setattr(HttpTransport, "sleep", lambda _, duration: seconds.append(duration))

    async def note(_: Any, duration: float) -> None:
        seconds.append(duration)

    monkeypatch.setattr(AiohttpTransport, "sleep", note)
    return seconds


@pytest.fixture
def inject(service: Any, now: object) -> Callable[[str], None]:
    """Switches a fault of the emulator's on where it is recorded."""

    def inject(fault: str) -> None:
        if service.emulator is not None:
            service.emulator.faults.add(fault)

    return inject


def test_a_throttled_create_waits_for_retry_after(client: RoomsClient, inject: Any, waits: list[float]) -> None:
    inject("POST /rooms times=1 throttle=7")
    room = client.create_room()
    assert waits == [7]
    assert client.get_room(room.id) == room


def test_a_throttled_create_waits_for_retry_after_on_2022_02_01(
    preview_2022: RoomsClient, inject: Any, waits: list[float]
) -> None:
    inject("POST /rooms times=1 throttle=7")
    room = preview_2022.create_room()
    assert waits == [7]
    assert preview_2022.get_room(room.id) == room


@pytest.mark.parametrize("operation", ["create", "get", "update", "delete", "list", "participants"])
def test_a_service_that_is_unavailable_is_sent_another_request(
    client: RoomsClient, people: tuple[str, ...], inject: Any, waits: list[float], operation: str
) -> None:
    room = client.create_room()
    calls: dict[str, Callable[[], Any]] = {
        "create": client.create_room,
        "get": lambda: client.get_room(room.id),
        "update": lambda: client.update_room(room.id, pstn_dial_out_enabled=True),
        "delete": lambda: client.delete_room(room.id),
        "list": lambda: next(client.list_rooms()),
        "participants": lambda: client.add_or_update_participants(room.id, [people[0]]),
    }
    inject("times=1 status=503")
    value = calls[operation]()
    assert isinstance(value, CommunicationRoom) is (operation not in ("delete", "participants"))
    assert len(waits) <= 1


def test_a_service_that_stays_unavailable_is_given_up(client: RoomsClient, inject: Any, waits: list[float]) -> None:
    room = client.create_room()
    inject("GET /rooms/* times=3 status=503")
    with pytest.raises(HttpResponseError, match="503") as caught:
        client.get_room(room.id, retry_total=2)
    assert caught.value.status_code == 503
    assert len(waits) <= 2
    assert client.get_room(room.id) == room
