"""Arguments: what is taken, what it becomes, and what is rejected before any request."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from azure.communication.identity import CommunicationUserIdentifier, PhoneNumberIdentifier
from raw_ids import ALICE, BOB, CAROL

from azure.communication.rooms import ParticipantRole, RoomParticipant
from azure.communication.rooms._wire.arguments import (
    encode_datetime,
    participants_to_given_roles,
    participants_to_optional_roles,
    participants_to_roles,
    validate_bool,
    validate_repeatability,
    validate_room_id,
)
from azure.communication.rooms._wire.call import Repeatability


class OtherIdentifier:
    """An identifier class of another library."""

    raw_id = CAROL


class Speaker(RoomParticipant):
    """A participant of a caller's own class."""


@pytest.mark.parametrize(
    ("participants", "roles"),
    [
        ([RoomParticipant(ALICE, "Presenter"), RoomParticipant(BOB)], {ALICE: "Presenter", BOB: "Attendee"}),
        ([RoomParticipant(BOB, "Moderator")], {BOB: "Moderator"}),
        ([Speaker(ALICE, "Presenter")], {ALICE: "Presenter"}),
        ([CommunicationUserIdentifier(ALICE), BOB, OtherIdentifier()], dict.fromkeys([ALICE, BOB, CAROL], "Attendee")),
        ([{"rawId": ALICE, "role": "Consumer"}], {ALICE: "Consumer"}),
        ({ALICE: ParticipantRole.CONSUMER, BOB: None}, {ALICE: "Consumer", BOB: "Attendee"}),
        ({RoomParticipant(ALICE): "Consumer"}, {ALICE: "Consumer"}),
        ({RoomParticipant(ALICE, "Consumer"): None}, {ALICE: "Consumer"}),
        ({RoomParticipant(ALICE, "Presenter"): "Attendee"}, {ALICE: "Attendee"}),
        (ALICE, {ALICE: "Attendee"}),
        ((RoomParticipant(id_) for id_ in (BOB, ALICE)), {BOB: "Attendee", ALICE: "Attendee"}),
        ([RoomParticipant(ALICE), RoomParticipant(ALICE)], {ALICE: "Attendee"}),
        ([PhoneNumberIdentifier("+112345556789")], {"4:+112345556789": "Attendee"}),
        ([], {}),
    ],
    ids=[
        "participants",
        "new role",
        "a class of its own",
        "identifiers",
        "wire members",
        "mapping",
        "mapping of participants",
        "mapping of participants without roles",
        "mapping of participants with other roles",
        "one id",
        "generator",
        "twice",
        "phone",
        "none",
    ],
)
def test_participants_become_raw_ids_with_roles_in_the_order_given(participants: Any, roles: dict[str, str]) -> None:
    wire = participants_to_roles(participants)
    assert list(wire.items()) == list(roles.items())
    assert json.dumps(wire) == json.dumps(roles)  # the text of a role, not its name in an Enum


@pytest.mark.parametrize(
    ("participants", "ids"),
    [
        ([CommunicationUserIdentifier(ALICE), RoomParticipant(BOB, "Presenter"), CAROL], [ALICE, BOB, CAROL]),
        (BOB, [BOB]),
        ((id_ for id_ in (BOB, ALICE, BOB)), [BOB, ALICE]),
        ([CommunicationUserIdentifier(id_) for id_ in (BOB, ALICE, BOB)], [BOB, ALICE]),
        ((RoomParticipant(BOB), RoomParticipant(ALICE, "Presenter")), [BOB, ALICE]),
        ([], []),
    ],
)
def test_those_to_remove_become_raw_ids_each_once(participants: Any, ids: list[str]) -> None:
    assert list(participants_to_optional_roles(participants)) == ids


def test_participants_are_iterated_once_and_left_as_they_are() -> None:
    passes = []

    class Once:
        def __iter__(self) -> Iterator[str]:
            passes.append(1)
            return iter([ALICE, BOB])

    given = [RoomParticipant(ALICE, "Presenter")]
    assert list(participants_to_roles(Once())) == [ALICE, BOB]
    assert passes == [1]
    participants_to_roles(given)
    assert given == [RoomParticipant(ALICE, "Presenter")]


@pytest.mark.parametrize("convert", [participants_to_roles, participants_to_optional_roles])
@pytest.mark.parametrize(
    ("participants", "error", "words"),
    [
        (None, TypeError, "participants must be a list of RoomParticipant, not NoneType"),
        (5, TypeError, "not int$"),
        (RoomParticipant(ALICE), TypeError, "not RoomParticipant"),
        (CommunicationUserIdentifier(ALICE), TypeError, "not CommunicationUserIdentifier"),
        ([ALICE, None], TypeError, r"participants\[1\]: .*not NoneType"),
        ([ALICE, BOB, object()], TypeError, r"participants\[2\]: .*raw_id"),
        ([""], ValueError, r"participants\[0\]: .*empty"),
        ([RoomParticipant(ALICE), SimpleNamespace(raw_id=" ")], ValueError, r"participants\[1\]: .*empty"),
        ([RoomParticipant(ALICE), SimpleNamespace(raw_id=5)], TypeError, r"participants\[1\]: .*not SimpleNamespace"),
        ([SimpleNamespace(raw_id=[])], TypeError, r"participants\[0\]: .*not SimpleNamespace"),
    ],
)
def test_what_identifies_no_user_is_rejected_with_its_place(
    convert: Any, participants: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        convert(participants)


def test_one_id_with_two_roles_is_rejected() -> None:
    with pytest.raises(
        ValueError, match=rf"^participants\[1\]: {re.escape(ALICE)} has two roles, Presenter and Attendee$"
    ):
        participants_to_roles([RoomParticipant(ALICE, "Presenter"), RoomParticipant(ALICE)])


def test_one_id_with_a_role_and_without_is_rejected_where_roles_are_optional() -> None:
    for given, words in (
        ([ALICE, RoomParticipant(ALICE)], "none and Attendee"),
        ([RoomParticipant(ALICE), ALICE], "Attendee and none"),
    ):
        with pytest.raises(ValueError, match=rf"^participants\[1\]: {re.escape(ALICE)} has two roles, {words}$"):
            participants_to_given_roles(given)
    assert participants_to_given_roles([ALICE, ALICE]) == {ALICE: None}


@pytest.mark.parametrize("room_id", ["99412345678901234", "a/b", "%2e", "a b", "日本", "...", "x" * 10_000_000])
def test_any_text_that_can_be_one_segment_of_a_path_is_a_room_id(room_id: str) -> None:
    assert validate_room_id(room_id) is room_id


@pytest.mark.parametrize(
    ("room_id", "error", "words"),
    [
        ("", ValueError, "^room_id is empty$"),
        (" \t", ValueError, "^room_id is empty$"),
        (".", ValueError, r"^room_id '\.{1,2}' is a step in a path, not an id$"),
        ("..", ValueError, r"^room_id '\.{1,2}' is a step in a path, not an id$"),
        ("99\r\nHost: x", ValueError, "^room_id contains a control character$"),
        ("99\x7f", ValueError, "^room_id contains a control character$"),
        ("99\ud800", ValueError, "^room_id contains a character that has no UTF-8 form$"),
        (None, TypeError, "room_id must be a str, not NoneType"),
        (99412345678901234, TypeError, "not int$"),
        (b"99412345678901234", TypeError, "^room_id must be a str, not bytes$"),
    ],
)
def test_what_would_change_the_path_is_no_room_id(room_id: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        validate_room_id(room_id)


@pytest.mark.parametrize("value", [b"2025-04-01", date(2025, 4, 1), 1743494400])
def test_a_time_is_a_datetime_or_text(value: Any) -> None:
    with pytest.raises(TypeError, match=r"valid_from must be a datetime\.datetime or ISO 8601 text, not "):
        encode_datetime("valid_from", value)


def test_a_time_out_of_range_is_named() -> None:
    with pytest.raises(ValueError, match=r"valid_until: .* cannot be expressed in UTC"):
        encode_datetime("valid_until", datetime.max.replace(tzinfo=timezone.min))


@pytest.mark.parametrize("value", [1, "true", 0.0])
def test_a_flag_is_a_bool(value: Any) -> None:
    assert validate_bool("flag", True) is True
    with pytest.raises(TypeError, match=f"^flag must be a bool, not {type(value).__name__}$"):
        validate_bool("flag", value)


REQUEST_ID = "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"
SENT = datetime(2025, 4, 1, 8, tzinfo=timezone.utc)
OTHERWISE = Repeatability("11111111-2222-4333-8444-555555555555", SENT)


@pytest.mark.parametrize(
    ("request_id", "first_sent"),
    [
        (REQUEST_ID, SENT),
        (UUID(REQUEST_ID), "Tue, 01 Apr 2025 08:00:00 GMT"),
        (f"{{{REQUEST_ID.upper()}}}", SENT.astimezone(timezone(timedelta(hours=2)))),
    ],
    ids=["text", "UUID and HTTP date", "other forms"],
)
def test_repeatability_is_an_id_and_a_time(request_id: Any, first_sent: Any) -> None:
    checked = validate_repeatability(request_id, first_sent, OTHERWISE)
    assert (checked.request_id, checked.first_sent) == (REQUEST_ID, SENT)
    assert validate_repeatability(None, None, OTHERWISE) is OTHERWISE


TOGETHER = "repeatability_request_id and repeatability_first_sent belong together: give both or neither"
DATE_FORM = "repeatability_first_sent must be an HTTP date, such as Tue, 01 Apr 2025 08:00:00 GMT"


@pytest.mark.parametrize(
    ("request_id", "first_sent", "error", "message"),
    [
        (REQUEST_ID, None, ValueError, TOGETHER),
        (None, SENT, ValueError, TOGETHER),
        (5, SENT, TypeError, "repeatability_request_id must be a str or UUID, not int"),
        ("1", SENT, ValueError, f"repeatability_request_id must be a GUID, such as {OTHERWISE.request_id}"),
        (REQUEST_ID, "now", ValueError, DATE_FORM),
        (REQUEST_ID, 5, TypeError, "repeatability_first_sent must be a datetime or an HTTP date, not int"),
        (
            REQUEST_ID,
            SENT.replace(tzinfo=None),
            ValueError,
            "repeatability_first_sent must be aware: give it a time zone, such as timezone.utc",
        ),
    ],
    ids=["id alone", "time alone", "id of another type", "no GUID", "no date", "time of another type", "naive"],
)
def test_repeatability_of_another_form_is_rejected(
    request_id: Any, first_sent: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        validate_repeatability(request_id, first_sent, OTHERWISE)


class MappedIdentifier(dict[str, str]):
    """An identifier that is a mapping, too."""

    raw_id = ALICE


def test_an_identifier_that_is_a_mapping_is_an_identifier() -> None:
    assert participants_to_roles([MappedIdentifier(role="Presenter")]) == {ALICE: "Attendee"}
