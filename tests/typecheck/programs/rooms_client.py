"""The client, as programs use it: what comes back, what may be given, and what must be rejected."""

from datetime import datetime, timezone
from typing import Optional, Union
from uuid import uuid4

from azure.core.paging import ItemPaged
from typing_extensions import assert_type

from azure.communication.rooms import (
    ApiVersion,
    CommunicationIdentifier,
    CommunicationRoom,
    CommunicationUserIdentifier,
    ParticipantRole,
    RoleType,
    RoomJoinPolicy,
    RoomParticipant,
    RoomsClient,
)
from azure.communication.rooms.emulator import RoomsEmulator


def right(client: RoomsClient, room: CommunicationRoom, who: CommunicationUserIdentifier) -> None:
    """Calls that must be taken, and the types that they give."""
    assert_type(client.create_room(), CommunicationRoom)
    assert_type(client.create_room(valid_from=datetime.now(), valid_until=None, participants=[who]), CommunicationRoom)
    assert_type(client.create_room(participants={"8:acs:x": ParticipantRole.PRESENTER}), CommunicationRoom)
    client.create_room(repeatability_request_id=uuid4(), repeatability_first_sent=datetime.now(timezone.utc))
    client.create_room(repeatability_request_id="guid", repeatability_first_sent="Tue, 01 Apr 2025 08:00:00 GMT")
    assert_type(client.get_room(room.id, timeout=5, headers={"x": "y"}), CommunicationRoom)
    assert_type(client.update_room(room_id=room.id, pstn_dial_out_enabled=True), CommunicationRoom)
    assert_type(client.list_rooms(), ItemPaged[CommunicationRoom])
    assert_type(client.list_participants(room.id), ItemPaged[RoomParticipant])
    client.add_or_update_participants(room.id, [RoomParticipant(who, "Moderator"), who, "8:acs:x"])
    client.remove_participants(room_id=room.id, participants=[who, RoomParticipant(who)])
    client.remove_participants(room.id, communication_identifiers=[who])
    client.add_participants(room.id, {"8:acs:x": RoleType.PRESENTER})
    client.update_participants(room_id=room.id, participants=[RoomParticipant(who, RoleType.CONSUMER)])
    client.upsert_participants(room.id, [who], timeout=5)
    assert_type(client.get_participants(room.id), ItemPaged[RoomParticipant])
    client.create_room(room_join_policy=RoomJoinPolicy.INVITE_ONLY)
    client.update_room(room.id, room_join_policy="InviteOnly", participants=[who])
    client.delete_room(room.id, retry_total=0)
    assert_type(room.valid_from, datetime)
    assert_type(room.pstn_dial_out_enabled, Optional[bool])
    assert_type(room.room_join_policy, Optional[Union[RoomJoinPolicy, str]])
    assert_type(room.participants, Optional[list[RoomParticipant]])
    assert_type(RoomParticipant(who).role, Union[ParticipantRole, str])
    assert_type(RoomParticipant(who).communication_identifier, CommunicationIdentifier)
    with RoomsClient.from_connection_string("", api_version=ApiVersion.V2024_04_15) as other:
        assert_type(other, RoomsClient)
    with RoomsEmulator() as emulator:
        RoomsClient(emulator.endpoint, emulator.token_credential())


def wrong(client: RoomsClient, room: CommunicationRoom) -> None:
    """Calls that must be rejected."""
    client.create_room(repeatability_first_sent=5)  # rejected
    client.create_room(valid_form=datetime.now())  # rejected
    client.create_room(valid_from=5)  # rejected
    client.create_room(datetime.now())  # rejected
    client.get_room(5)  # rejected
    client.get_room(room.id, timeout="soon")  # rejected
    client.update_room()  # rejected
    client.list_rooms(page_size=5)  # rejected
    client.add_or_update_participants(room.id, None)  # rejected
    client.remove_participants(room.id)  # rejected
    client.remove_participants(room.id, [room], communication_identifiers=[])  # rejected
    client.get_participants(room.id, page_size=5)  # rejected
    client.add_participants(room.id)  # rejected
    client.delete_room(room)  # rejected
    room.id = "1"  # rejected
    RoomParticipant(None)  # rejected
    RoomsClient("https://contoso.communication.azure.com", None)  # rejected
