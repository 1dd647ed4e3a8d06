"""Do what the eight commands of ``az communication rooms`` do, and print what az would print, as JSON.

    python az_rooms.py ENDPOINT ACCESS_KEY START END DATE

Times reach the client as the text of the command line, identifiers as raw ids, and results go through ``todict`` of
azure-cli-core.
"""

import json
import sys
from typing import Any

from azure.cli.core.commands.client_factory import get_az_user_agent
from azure.cli.core.util import todict
from azure.communication.identity import identifier_from_raw_id
from azure.core.credentials import AzureKeyCredential

from azure.communication.rooms import ParticipantRole, RoomParticipant, RoomsClient

USERS = [f"8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-{number:012}" for number in range(1, 5)]
ENDPOINT, KEY, START, END, DATE = sys.argv[1:]


def with_role(raw_ids: list[str], role: ParticipantRole) -> list[RoomParticipant]:
    """Participants of one option, such as ``--presenter-participants``."""
    return [RoomParticipant(communication_identifier=identifier_from_raw_id(each), role=role) for each in raw_ids]


def main() -> dict[str, Any]:
    """Run the commands."""
    printed: dict[str, Any] = {}
    client = RoomsClient(ENDPOINT, AzureKeyCredential(KEY), user_agent=get_az_user_agent())
    participants = [
        *with_role(USERS[:1], ParticipantRole.PRESENTER),
        *with_role(USERS[1:2], ParticipantRole.ATTENDEE),
        *with_role(USERS[2:3], ParticipantRole.CONSUMER),
    ]
    room = client.create_room(valid_from=START, valid_until=END, pstn_dial_out_enabled=True, participants=participants)
    printed["create"] = todict(room)
    plain = client.create_room(valid_from=None, valid_until=None, pstn_dial_out_enabled=False, participants=[])
    printed["create with nothing"] = todict(plain)
    printed["get"] = todict(client.get_room(room.id))
    printed["update"] = todict(
        client.update_room(room_id=room.id, valid_from=DATE, valid_until=END, pstn_dial_out_enabled=None)
    )
    added = with_role(USERS[3:4], ParticipantRole.COLLABORATOR) + with_role(USERS[:1], ParticipantRole.CONSUMER)
    printed["participant add-or-update"] = todict(
        client.add_or_update_participants(room_id=room.id, participants=added)
    )
    printed["participant list"] = todict(list(client.list_participants(room.id)))
    removed = [identifier_from_raw_id(each) for each in USERS[1:2]]
    printed["participant remove"] = todict(client.remove_participants(room_id=room.id, participants=removed))
    printed["participant list afterwards"] = todict(list(client.list_participants(room.id)))
    printed["list"] = todict(list(client.list_rooms()))
    printed["delete"] = todict(client.delete_room(room.id))
    return printed


if __name__ == "__main__":
    print(json.dumps(main()))
