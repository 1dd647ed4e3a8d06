"""Tests of an application, with the fixtures and the emulator."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Optional

import pytest
from azure.core.credentials import AzureKeyCredential
from typing_extensions import assert_type

from azure.communication.rooms import CommunicationRoom, RoomsClient
from azure.communication.rooms.emulator import ACCESS_KEY, Fault, RoomsEmulator


@pytest.fixture
def room(rooms_client: RoomsClient) -> CommunicationRoom:
    """A fixture of the application's own."""
    return rooms_client.create_room()


def test_a_room_expires(room: CommunicationRoom, rooms_emulator: RoomsEmulator) -> None:
    """What can be done with the clock."""
    rooms_emulator.clock.advance(days=181)
    rooms_emulator.clock.advance(timedelta(days=7))
    rooms_emulator.clock.set(datetime(2030, 1, 1, tzinfo=timezone.utc))
    assert_type(rooms_emulator.clock.now(), datetime)
    rooms_emulator.clock.advance("tomorrow")  # rejected
    rooms_emulator.clock.set("2030-01-01")  # rejected


def test_a_service_fails(rooms_emulator: RoomsEmulator) -> None:
    """What can be done with faults."""
    fault = rooms_emulator.faults.add(method="POST", route="/rooms", nth=1, status=503)
    assert_type(fault.hits, int)
    assert_type(fault.fault, Fault)
    rooms_emulator.faults.add("POST /rooms reset=after")
    rooms_emulator.faults.add(Fault(status=503))
    rooms_emulator.faults.remove(fault.number)
    rooms_emulator.faults.add(503)  # rejected
    Fault(status="503")  # rejected


def run(folder: Path) -> None:
    """An emulator of one's own."""
    with RoomsEmulator(port=0, location=folder, accounts={"a": ACCESS_KEY}, grace=timedelta(days=1)) as emulator:
        assert_type(emulator.endpoint, str)
        assert_type(emulator.ca_file, Optional[Path])
        with RoomsClient(emulator.endpoint, AzureKeyCredential(ACCESS_KEY), transport=emulator.transport()) as client:
            client.get_room(emulator.seed(3)[0])
    RoomsEmulator(port="8420")  # rejected
    RoomsEmulator(grace=7)  # rejected
    RoomsEmulator(8420)  # rejected
    RoomsEmulator(folder=folder)  # rejected
