"""The operations of a client, with arguments that each accepts."""

from typing import Any

from raw_ids import ALICE

ID = "99412345678901234"
#: Operation -> its required arguments.
CALLS: dict[str, dict[str, Any]] = {
    "create_room": {},
    "get_room": {"room_id": ID},
    "update_room": {"room_id": ID},
    "delete_room": {"room_id": ID},
    "list_rooms": {},
    "list_participants": {"room_id": ID},
    "get_participants": {"room_id": ID},
    "add_or_update_participants": {"room_id": ID, "participants": [ALICE]},
    "add_participants": {"room_id": ID, "participants": [ALICE]},
    "update_participants": {"room_id": ID, "participants": [ALICE]},
    "upsert_participants": {"room_id": ID, "participants": [ALICE]},
    "remove_participants": {"room_id": ID, "participants": [ALICE]},
    "set_participants": {"room_id": ID, "participants": [ALICE]},
}
