"""The main job with an installed package: run by `python -I -W error main_job.py HOME`, so that nothing else is found.

HOME is the folder of the environment that must hold the package. The connection string comes from the environment.
"""

import os
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from pathlib import Path

from azure.communication import rooms
from azure.communication.rooms import CommunicationUserIdentifier, ParticipantRole, RoomParticipant, RoomsClient

installed = Path(str(rooms.__file__)).resolve()
assert installed.is_relative_to(Path(sys.argv[1]).resolve()), installed
assert (installed.parent / "py.typed").is_file()
assert rooms.__version__ == version("azure-communication-rooms")

person = CommunicationUserIdentifier("8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-000000000001")
begins = datetime.now(timezone.utc).replace(microsecond=0)
with RoomsClient.from_connection_string(os.environ["COMMUNICATION_SAMPLES_CONNECTION_STRING"]) as client:
    room = client.create_room(valid_from=begins, valid_until=begins + timedelta(days=1))
    assert client.get_room(room.id) == room
    assert client.update_room(room.id, pstn_dial_out_enabled=True).pstn_dial_out_enabled is True
    client.add_or_update_participants(room.id, [RoomParticipant(person, ParticipantRole.PRESENTER)])
    assert [(each.raw_id, each.role) for each in client.list_participants(room.id)] == [(person.raw_id, "Presenter")]
    client.remove_participants(room.id, [person])
    assert list(client.list_participants(room.id)) == []
    assert room.id in [each.id for each in client.list_rooms()]
    client.delete_room(room.id)
print("done")
