"""Do what the examples in README and samples of release 1.2.0 do, and print what they give, as JSON.

    python readme_programs.py sync|aio ENDPOINT ACCESS_KEY

One text serves both clients. Every call is written with the keywords of the examples.
"""

import asyncio
import importlib
import inspect
import json
import sys
from datetime import datetime, timedelta
from typing import Any

from azure.communication.identity import CommunicationUserIdentifier
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError

from azure.communication.rooms import ParticipantRole, RoomParticipant

MODE, ENDPOINT, KEY = sys.argv[1:]
RoomsClient: Any = importlib.import_module(f"azure.communication.rooms{'.aio' if MODE == 'aio' else ''}").RoomsClient
USERS = [
    CommunicationUserIdentifier(f"8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-{number:012}")
    for number in range(3)
]


async def settle(outcome: Any) -> Any:
    """The value of a call, or the items of a list."""
    if inspect.isawaitable(outcome):
        return await outcome
    if hasattr(outcome, "__aiter__"):
        return [each async for each in outcome]
    return list(outcome) if hasattr(outcome, "__next__") else outcome


def shown(room: Any) -> list[Any]:
    """What the examples print of a room: whether times are set, and how long it is open."""
    times = [
        datetime.fromisoformat(str(value).replace("Z", "+00:00")[:19]) for value in (room.valid_from, room.valid_until)
    ]
    return [bool(room.id), bool(room.created_at), (times[1] - times[0]).days, room.pstn_dial_out_enabled]


def listed(participants: list[Any]) -> list[Any]:
    """What the examples print of participants."""
    return [
        [each.communication_identifier.raw_id, each.communication_identifier.kind, each.role] for each in participants
    ]


async def main() -> dict[str, Any]:
    """Run the examples one after the other."""
    seen: dict[str, Any] = {}
    client = RoomsClient(endpoint=ENDPOINT, credential=AzureKeyCredential(KEY))
    valid_from = datetime.now()
    valid_until = valid_from + timedelta(days=30)
    participants = [
        RoomParticipant(communication_identifier=USERS[0]),
        RoomParticipant(communication_identifier=USERS[1], role=ParticipantRole.CONSUMER),
        RoomParticipant(communication_identifier=USERS[2], role=ParticipantRole.PRESENTER),
    ]
    created = await settle(
        client.create_room(
            valid_from=valid_from, valid_until=valid_until, participants=participants, pstn_dial_out_enabled=False
        )
    )
    seen["create"] = shown(created)
    seen["participants of the create"] = listed(await settle(client.list_participants(room_id=created.id)))
    updated = await settle(
        client.update_room(
            room_id=created.id,
            valid_from=datetime.now(),
            valid_until=datetime.now() + timedelta(weeks=4),
            pstn_dial_out_enabled=True,
        )
    )
    seen["update"] = shown(updated)
    seen["get"] = shown(await settle(client.get_room(room_id=created.id)))
    seen["list"] = [shown(each) for each in await settle(client.list_rooms())]
    changed = [
        RoomParticipant(communication_identifier=USERS[0]),
        RoomParticipant(communication_identifier=USERS[1], role=ParticipantRole.ATTENDEE),
        RoomParticipant(communication_identifier=USERS[2], role=ParticipantRole.COLLABORATOR),
    ]
    seen["add or update"] = await settle(client.add_or_update_participants(room_id=created.id, participants=changed))
    seen["participants changed"] = listed(await settle(client.list_participants(room_id=created.id)))
    seen["remove"] = await settle(client.remove_participants(room_id=created.id, participants=USERS[1:2]))
    seen["remove by participant"] = await settle(
        client.remove_participants(room_id=created.id, participants=changed[2:])
    )
    seen["participants left"] = listed(await settle(client.list_participants(created.id)))
    seen["delete"] = await settle(client.delete_room(room_id=created.id))
    try:
        await settle(client.get_room(room_id=created.id))
    except HttpResponseError as error:
        found: Any = error.error
        seen["deleted"] = [type(error).__name__, error.status_code, found.code, found.message]
    await settle(client.close())
    return seen


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main())))
