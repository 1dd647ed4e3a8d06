"""The emulator in an application's own tests: no subscription and no network.

Here the fixtures are written out; docs/do/testing.md shows those that come with the package.

Run: python -m pytest samples/emulator_in_test_sample.py
"""

from collections.abc import Iterator

import pytest
from azure.core.exceptions import ResourceNotFoundError

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator


class Meetings:
    """The application: it plans meetings that are open for a day."""

    def __init__(self, client: RoomsClient) -> None:
        self.client = client

    def plan(self, invited: list[str]) -> str:
        """Plan a meeting and give its id."""
        return self.client.create_room(participants=invited).id

    def invited(self, meeting: str) -> list[str]:
        """Return the participants of a meeting; none if there is no such meeting."""
        try:
            return [participant.raw_id for participant in self.client.list_participants(meeting)]
        except ResourceNotFoundError:
            return []


@pytest.fixture(scope="module")
def emulator() -> Iterator[RoomsEmulator]:
    """One emulator for all tests of this file."""
    with RoomsEmulator() as running:
        yield running


@pytest.fixture
def meetings(emulator: RoomsEmulator) -> Iterator[Meetings]:
    """The application on a service without rooms."""
    emulator.reset()
    with RoomsClient.from_connection_string(emulator.connection_string) as client:
        yield Meetings(client)


def test_a_planned_meeting_knows_who_is_invited(meetings: Meetings) -> None:
    user = "8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-000000000001"
    assert meetings.invited(meetings.plan([user])) == [user]


def test_a_meeting_that_is_gone_has_no_participants(meetings: Meetings, emulator: RoomsEmulator) -> None:
    meeting = meetings.plan([])
    emulator.reset()
    assert meetings.invited(meeting) == []
