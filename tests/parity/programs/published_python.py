"""Use the published Python packages as an application would, and print what they saw: a line of JSON a step.

Run in an environment that holds ``requirements.txt``: ``published_python.py sync|aio ENDPOINT ACCESS_KEY``. The steps
are those of ``published_javascript.mjs``. One text serves both clients: the synchronous one responds at once, and
``settle`` passes that through.
"""

import asyncio
import base64
import importlib
import inspect
import json
import sys
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Optional

import isodate
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError

from azure.communication.rooms import CommunicationUserIdentifier, RoomParticipant, UnknownIdentifier

MODE, ENDPOINT, ACCESS_KEY = sys.argv[1:]
SUFFIX = ".aio" if MODE == "aio" else ""
RoomsClient: Any = importlib.import_module(f"azure.communication.rooms{SUFFIX}").RoomsClient
IdentityClient: Any = importlib.import_module(f"azure.communication.identity{SUFFIX}").CommunicationIdentityClient

VERSION = "2025-03-13"
OTHER_KEY = base64.b64encode(b"another key than the emulator's").decode()
UNKNOWN, LETTERS = "78469124725336262", "NotExistingRoomID"
INVALID_RAW_ID = UnknownIdentifier("wrong_mri")
NOW = datetime.now(timezone.utc)


def days(count: float) -> datetime:
    """So many days from now."""
    return NOW + timedelta(days=count)


async def settle(outcome: Any) -> Any:
    """The value of a call, or the list of what a pager gives."""
    if inspect.isawaitable(outcome):
        return await outcome
    if hasattr(outcome, "__aiter__"):
        return [each async for each in outcome]
    return list(outcome) if hasattr(outcome, "__next__") else outcome


async def pages(pager: Any) -> list[list[Any]]:
    """Every page of a list."""
    return [await settle(each if hasattr(each, "__aiter__") else iter(each)) for each in await settle(pager.by_page())]


def seen(value: Any) -> Any:
    """What a test can judge of a value."""
    if isinstance(value, list):
        return [seen(each) for each in value]
    if isinstance(value, RoomParticipant):
        return [value.communication_identifier.raw_id, value.role]
    if hasattr(value, "pstn_dial_out_enabled"):
        return {
            "id": value.id,
            "createdAt": value.created_at,
            "validFrom": value.valid_from,
            "validUntil": value.valid_until,
            "pstnDialOutEnabled": value.pstn_dial_out_enabled,
        }
    return value


async def step(name: str, call: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """Make a call and print what came of it; the value of it, None for an error."""
    value: Any = None
    outcome: dict[str, Any]
    try:
        value = await settle(call(*arguments, **keywords))
        outcome = {"value": seen(value)}
    except HttpResponseError as error:
        problem: Any = error.error
        response: Any = error.response
        details = [[each.code, each.message, each.target] for each in problem.details]
        outcome = {
            "status": error.status_code,
            "code": problem.code,
            "message": problem.message,
            "details": details,
            "header": response.headers.get("x-ms-error-code"),
        }
    print(json.dumps({"step": name, **outcome}))
    return value


async def users() -> list[Any]:
    """Make users, tokens for them, and delete one."""
    async with Closing(IdentityClient(ENDPOINT, AzureKeyCredential(ACCESS_KEY))) as identity:
        made = [await settle(identity.create_user()) for _ in range(4)]
        print(json.dumps({"step": "create users", "value": [user.raw_id for user in made]}))
        user, token = await settle(identity.create_user_and_token(["chat"]))
        other = await settle(identity.get_token(user, ["voip"], token_expires_in=timedelta(hours=2)))
        for name, each in (("create user and token", token), ("get token", other)):
            hours = (isodate.parse_datetime(each.expires_on) - datetime.now(timezone.utc)) / timedelta(hours=1)
            print(json.dumps({"step": name, "value": [len(each.token.split(".")), round(hours)]}))
        await step("revoke tokens", identity.revoke_tokens, user)
        await step("delete user", identity.delete_user, user)
    return made


class Closing:
    """Closes a client, whichever of the two it is."""

    def __init__(self, client: Any) -> None:
        self.client = client

    async def __aenter__(self) -> Any:
        return self.client

    async def __aexit__(self, *_: object) -> None:
        # The synchronous identity client of 1.5.0 has no close().
        await settle(getattr(self.client, "close", lambda: None)())


def rooms_client(key: str = ACCESS_KEY, version: Optional[str] = None) -> Closing:
    """A client for the emulator; the published one takes http only with the endpoint given apart."""
    keywords = {} if version is None else {"api_version": version}
    return Closing(RoomsClient(ENDPOINT, AzureKeyCredential(key), **keywords))


async def list_rooms(client: Any) -> None:
    """Page through 95 rooms, before and after three of the first page are deleted."""
    made = [(await settle(client.create_room())).id for _ in range(95)]
    print(json.dumps({"step": "create 95 rooms", "value": made}))

    async def ids(lister: Any) -> list[list[str]]:
        return [[room.id for room in page] for page in await pages(lister.list_rooms())]

    # The published client writes the name of the version in place of it from page 2 on, from Python 3.11 on, unless it
    # is given one as text.
    await step("list rooms, version not given", ids, client)
    async with rooms_client(version=VERSION) as with_version:
        await step("list rooms", ids, with_version)
        for room_id in made[-3:]:
            await settle(client.delete_room(room_id))
        await step("list rooms, some deleted", ids, with_version)


async def one_room(client: Any, people: list[Any]) -> str:
    """Create, read, change a room; the id of it."""
    await step("create with nothing", client.create_room)
    first = [RoomParticipant(communication_identifier=people[0], role="Presenter")]
    others = [RoomParticipant(communication_identifier=each) for each in people[2:]]
    room = await step(
        "create with everything",
        client.create_room,
        valid_from=days(1),
        valid_until=days(31),
        pstn_dial_out_enabled=True,
        participants=first + others,
    )
    await step("get", client.get_room, room.id)
    await step("update times", client.update_room, room_id=room.id, valid_from=days(2), valid_until=days(62))
    await step("update dial out", client.update_room, room_id=room.id, pstn_dial_out_enabled=False)
    await step("update nothing", client.update_room, room_id=room.id)
    return str(room.id)


async def participants(client: Any, room_id: str, people: list[Any]) -> None:
    """Add, change, remove and list participants."""
    in_room = {"room_id": room_id}
    put, drop = client.add_or_update_participants, client.remove_participants
    await step("list participants", client.list_participants, room_id)
    changed = RoomParticipant(communication_identifier=people[0], role="Consumer")
    added = RoomParticipant(communication_identifier=people[1], role="Collaborator")
    await step("add and update", put, participants=[changed, added], **in_room)
    await step("list after add and update", client.list_participants, room_id)
    without_role = RoomParticipant(communication_identifier=people[0], role=None)
    await step("update without role", put, participants=[without_role], **in_room)
    await step("remove", drop, participants=[people[2]], **in_room)
    stranger = CommunicationUserIdentifier(people[2].raw_id[:-4] + "0000")
    await step("remove a stranger", drop, participants=[stranger], **in_room)
    await step("list after remove", client.list_participants, room_id)
    await step("remove all", drop, participants=people, **in_room)
    await step("list when empty", client.list_participants, room_id)

    bad_role = RoomParticipant(communication_identifier=people[0], role="Kafka")
    bad_person = RoomParticipant(communication_identifier=INVALID_RAW_ID)
    await step("wrong role", put, participants=[bad_role], **in_room)
    await step("add a wrong identifier", put, participants=[bad_person], **in_room)
    await step("remove a wrong identifier", drop, participants=[INVALID_RAW_ID], **in_room)
    await step("create with a wrong identifier", client.create_room, participants=[bad_person])


async def times(client: Any, room_id: str) -> None:
    """Everything that times can have wrong."""
    create, update = client.create_room, client.update_room
    await step("create, end past", create, valid_from=days(-3), valid_until=days(-1))
    await step("create, end past alone", create, valid_until=days(-1))
    await step("create, too long", create, valid_from=days(0), valid_until=days(200))
    await step("create, start too far", create, valid_from=days(190))
    await step("update, end past", update, room_id=room_id, valid_from=days(-3), valid_until=days(-1))
    await step("update, too long", update, room_id=room_id, valid_from=days(0), valid_until=days(200))
    await step("update, start too far", update, room_id=room_id, valid_from=days(210), valid_until=days(200))
    await step("update, start alone", update, room_id=room_id, valid_from=days(1))
    await step("update, end alone", update, room_id=room_id, valid_until=days(1))


async def ids(client: Any, room_id: str) -> None:
    """Ids that are none, and rooms that are not there."""
    for name, each in (("short", "123"), ("letters", LETTERS)):
        await step(f"get, {name} id", client.get_room, each)
        await step(f"update, {name} id", client.update_room, room_id=each, pstn_dial_out_enabled=True)
        await step(f"delete, {name} id", client.delete_room, each)
    await step("get, unknown room", client.get_room, UNKNOWN)
    await step("update, unknown room", client.update_room, room_id=UNKNOWN, pstn_dial_out_enabled=True)
    await step("delete", client.delete_room, room_id)
    await step("get, deleted room", client.get_room, room_id)
    await step("update, deleted room", client.update_room, room_id=room_id, pstn_dial_out_enabled=True)
    await step("delete again", client.delete_room, room_id)


async def main() -> None:
    """Every step, in order."""
    people = await users()
    async with rooms_client() as client:
        await list_rooms(client)
        room_id = await one_room(client, people)
        await participants(client, room_id, people)
        await times(client, room_id)
        await ids(client, room_id)
    async with rooms_client(key=OTHER_KEY) as other:
        await step("wrong key", other.get_room, UNKNOWN)
    for name, version in (("unknown", "2020-01-01"), ("malformed", "newest")):
        async with rooms_client(version=version) as other:
            await step(f"{name} version", other.get_room, UNKNOWN)


asyncio.run(main())
