"""The commands about one room and its participants."""

from __future__ import annotations

import argparse
from typing import Any

from azure.core.exceptions import AzureError

from .. import RoomsClient
from .csv_files import parse_participants, participants_to_roles
from .errors import DONE, FAILED, NOT_FOUND, UsageError, explain
from .output import Output, confirmed, message


def create(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms create``."""
    keywords = _times_and_flag(options)
    if options.participant:
        keywords["participants"] = participants_to_roles(options.participant)
    output.rooms([client.create_room(**keywords)])
    return DONE


def show(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms show``."""
    output.rooms([client.get_room(options.room)])
    return DONE


def list_(_: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms list``."""
    output.rooms(client.list_rooms())
    return DONE


def update(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms update``. The service requires both times or neither; one that is not given is taken from the room."""
    keywords = _times_and_flag(options)
    if not keywords:
        raise UsageError("there is nothing to change; give --valid-from, --valid-until or --pstn-dial-out")
    if ("valid_from" in keywords) != ("valid_until" in keywords):
        room = client.get_room(options.room)
        keywords = {"valid_from": room.valid_from, "valid_until": room.valid_until, **keywords}
    output.rooms([client.update_room(options.room, **keywords)])
    return DONE


def delete(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms delete``."""
    what = f"room {options.rooms[0]}" if len(options.rooms) == 1 else f"{len(options.rooms)} rooms"
    if not confirmed(f"Delete {what}?", options.yes):
        message("nothing was deleted")
        return FAILED
    statuses = [_delete(room, client, output) for room in options.rooms]
    return next((status for status in (FAILED, NOT_FOUND) if status in statuses), max(statuses))


def _delete(room: str, client: RoomsClient, output: Output) -> int:
    try:
        client.delete_room(room)
    except (AzureError, ValueError) as error:
        explanation = explain(error)
        message(f"{room}: {explanation.text()}")
        return explanation.status
    output.done({"id": room, "deleted": True}, f"deleted {room}")
    return DONE


def list_participants(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms participants list``."""
    output.participants(client.list_participants(options.room))
    return DONE


def add_participants(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms participants add``."""
    participants: list[Any] = [
        raw_id if role is None else {"rawId": raw_id, "role": role}
        for raw_id, role in parse_participants(options.participants)
    ]
    client.add_or_update_participants(options.room, participants, keep_roles=True)
    return list_participants(options, client, output)


def set_participants(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms participants set``."""
    changes = client.set_participants(options.room, participants_to_roles(options.participants))
    counts = {"added": changes.added, "changed": changes.changed, "removed": changes.removed}
    message(", ".join(f"{len(changed)} {name}" for name, changed in counts.items()))
    return list_participants(options, client, output)


def remove_participants(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms participants remove``."""
    client.remove_participants(options.room, options.participants)
    return list_participants(options, client, output)


def _times_and_flag(options: argparse.Namespace) -> dict[str, Any]:
    values = {
        "valid_from": options.valid_from,
        "valid_until": options.valid_until,
        "pstn_dial_out_enabled": options.pstn_dial_out,
    }
    return {name: value for name, value in values.items() if value is not None}
