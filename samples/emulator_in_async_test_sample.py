"""The emulator in tests of an application that uses the asynchronous client, without a plugin for asynchronous tests.

``rooms_client_async`` comes with the package. It works the same in tests that pytest-asyncio or anyio runs.

Run: python -m pytest samples/emulator_in_async_test_sample.py
"""

import asyncio

from azure.core.exceptions import ResourceNotFoundError

from azure.communication.rooms.aio import RoomsClient


class Meetings:
    """The application: it plans meetings."""

    def __init__(self, client: RoomsClient) -> None:
        self.client = client

    async def plan(self, invited: list[str]) -> str:
        """Plan a meeting and give its id."""
        return (await self.client.create_room(participants=invited)).id

    async def invited(self, meeting: str) -> list[str]:
        """Return the participants of a meeting; none if there is no such meeting."""
        try:
            return [participant.raw_id async for participant in self.client.list_participants(meeting)]
        except ResourceNotFoundError:
            return []


def test_a_planned_meeting_knows_who_is_invited(rooms_client_async: RoomsClient) -> None:
    user = "8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-000000000001"

    async def scenario() -> list[str]:
        meetings = Meetings(rooms_client_async)
        return await meetings.invited(await meetings.plan([user]))

    assert asyncio.run(scenario()) == [user]


def test_a_meeting_that_never_was_has_no_participants(rooms_client_async: RoomsClient) -> None:
    assert asyncio.run(Meetings(rooms_client_async).invited("99400000000000000")) == []
