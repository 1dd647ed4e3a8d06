"""Participants on the current wire, as the service responded."""

import pytest

from azure.communication.rooms import (
    CommunicationUserIdentifier,
    ParticipantRole,
    RoomParticipant,
    RoomsClient,
)

pytestmark = pytest.mark.vcr

People = tuple[str, ...]


def participants(client: RoomsClient, room_id: str) -> list[tuple[str, str]]:
    return [(each.raw_id, str(each.role)) for each in client.list_participants(room_id)]


def test_participants_are_added_and_changed_in_one_call(client: RoomsClient, people: People) -> None:
    alice, bob, carol, dave = people
    room = client.create_room(participants={alice: "Presenter", carol: "Attendee", dave: "Consumer"})
    client.add_or_update_participants(
        room.id, [RoomParticipant(CommunicationUserIdentifier(alice), ParticipantRole.COLLABORATOR), bob]
    )
    assert participants(client, room.id) == [
        (alice, "Collaborator"),
        (carol, "Attendee"),
        (dave, "Consumer"),
        (bob, "Attendee"),
    ]


def test_a_participant_without_a_role_becomes_an_attendee(client: RoomsClient, people: People) -> None:
    room = client.create_room(participants={people[0]: "Presenter"})
    client.add_or_update_participants(room.id, [people[0]])
    assert participants(client, room.id) == [(people[0], "Attendee")]


def test_participants_are_removed_and_who_is_not_there_is_passed_over(client: RoomsClient, people: People) -> None:
    alice, bob, carol, _ = people
    room = client.create_room(participants=[alice, bob])
    client.remove_participants(room.id, [alice, carol])
    assert participants(client, room.id) == [(bob, "Attendee")]
    client.remove_participants(room.id, communication_identifiers=[CommunicationUserIdentifier(bob)])
    assert participants(client, room.id) == []


def test_earlier_names_do_the_same(client: RoomsClient, people: People) -> None:
    alice, bob, carol, _ = people
    room = client.create_room()
    client.add_participants(room.id, [alice])
    client.update_participants(room.id, {alice: ParticipantRole.PRESENTER, bob: ParticipantRole.CONSUMER})
    client.upsert_participants(room.id, [carol])
    assert [(each.raw_id, each.role) for each in client.get_participants(room.id)] == [
        (alice, "Presenter"),
        (bob, "Consumer"),
        (carol, "Attendee"),
    ]


def test_the_list_of_participants_is_replaced(client: RoomsClient, people: People) -> None:
    alice, bob, carol, _ = people
    room = client.create_room(participants={alice: "Presenter", bob: "Attendee"})
    changes = client.set_participants(room.id, {alice: "Consumer", carol: "Attendee"})
    assert [[each.raw_id for each in part] for part in (changes.added, changes.changed, changes.removed)] == [
        [carol],
        [alice],
        [bob],
    ]
    assert participants(client, room.id) == [(alice, "Consumer"), (carol, "Attendee")]
    assert not client.set_participants(room.id, {alice: "Consumer", carol: "Attendee"})
