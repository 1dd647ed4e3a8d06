"""The service's rules, without HTTP: the facts of the live service, and the edges between them."""

import re
from typing import Any, Optional

import pytest
from raw_ids import ALICE

from azure.communication.rooms.emulator.service import errors, identities, validation, validation_2022
from azure.communication.rooms.emulator.service.validation import RoomChanges
from azure.communication.rooms.emulator.state import timestamps
from azure.communication.rooms.emulator.state.store import Validity

NOW = timestamps.parse("2025-03-18T12:00:00Z")
DAY = timestamps.PER_DAY
SECOND = timestamps.PER_SECOND


def changes(start: Optional[float], end: Optional[float]) -> RoomChanges:
    """Times in days from now."""
    first, last = (None if days is None else NOW + int(days * DAY) for days in (start, end))
    return RoomChanges(first, last, None)


@pytest.mark.parametrize(
    ("start", "end", "validity"),
    [
        (None, None, (0, 180)),
        (-1, None, (-1, 180)),
        (100, None, (100, 180)),
        (180, None, (180, 180)),
        (None, 30, (0, 30)),
        (None, 180, (0, 180)),
        (-3, 1, (-3, 1)),
        (-3, 0, (-3, 0)),
        (10, 190, (10, 190)),
        (180, 360, (180, 360)),
    ],
)
def test_a_new_room_takes_what_is_missing_from_now(start: Any, end: Any, validity: tuple[float, float]) -> None:
    wanted = Validity(*(NOW + int(days * DAY) for days in validity))
    assert validation.validity_of_new_room(changes(start, end), NOW) == wanted


def test_a_room_may_end_right_after_its_start() -> None:
    assert validation.validity_of_new_room(RoomChanges(NOW, NOW + 1), NOW) == Validity(NOW, NOW + 1)


PAST = errors.END_IN_PAST
LARGE = errors.RANGE_TOO_LARGE
LATE = errors.START_TOO_LATE


@pytest.mark.parametrize(
    ("start", "end", "details"),
    [
        (None, -0.001, [PAST]),
        (1, -1, [PAST]),
        (-2, -1, [PAST]),
        (0, 180.00001, [LARGE]),
        (None, 180.999, [LARGE]),
        (3, 206, [LARGE]),
        (5, 5, [LARGE]),
        (5, 4, [LARGE]),
        (-1, 180, [LARGE]),
        (180.00001, None, [LATE]),
        (190, 30, [LATE, LARGE]),
        (190, 200, [LATE]),
        (190, -1, [LATE, PAST]),
    ],
)
def test_a_new_room_of_wrong_times_is_rejected_with_each_fault(start: Any, end: Any, details: Any) -> None:
    with pytest.raises(errors.ValidationError) as caught:
        validation.validity_of_new_room(changes(start, end), NOW)
    assert list(caught.value.details) == details


def test_an_update_whose_only_time_is_a_start_too_late_names_that_fault() -> None:
    with pytest.raises(errors.ValidationError) as caught:
        validation.validity_after_update(changes(180.00001, None), NOW)
    assert list(caught.value.details) == [LATE]


def test_an_update_gives_both_times_or_neither() -> None:
    assert validation.validity_after_update(changes(None, None), NOW) is None
    assert validation.validity_after_update(changes(1, 2), NOW) == Validity(NOW + DAY, NOW + 2 * DAY)
    for one in (changes(1, None), changes(None, 1)):
        with pytest.raises(errors.ValidationError) as caught:
            validation.validity_after_update(one, NOW)
        assert caught.value.details == (errors.ONE_TIME_ONLY,)
        assert caught.value.details[0].target == ""


@pytest.mark.parametrize("room_id", ["9946919943953824", "99471252327234126", "999058871389949120"])
def test_digits_of_the_right_number_are_a_room_id(room_id: str) -> None:
    assert validation.is_room_id(room_id)


@pytest.mark.parametrize(
    "room_id",
    [
        "123",
        "invalid_id",
        "123-invalidId",
        "9" * 19,
        "",
        "NotExistingRoomID",
        "non-existingroomId",
        "٩٩٤٧١٢٥٢٣٢٧٢٣٤١٢٦",
    ],
)
def test_a_text_of_another_length_or_with_other_characters_is_no_room_id(room_id: str) -> None:
    assert not validation.is_room_id(room_id)


@pytest.mark.parametrize(
    ("raw_id", "is_user"),
    [
        (ALICE, True),
        (ALICE.upper().replace("8:ACS", "8:acs"), True),
        (ALICE.replace("8:acs", "8:dod-acs"), True),
        (ALICE.replace("8:acs", "8:gcch-acs"), True),
        (ALICE.replace("8:acs", "8:spool"), True),
        (ALICE.replace("8:acs", "8:orgid"), False),
        (ALICE + "0", False),
        ("8:acs:123456c", False),
        ("acs:8-invalidMRI", False),
        ("wrong_mri", False),
        ("4:+112345556789", False),
        ("", False),
    ],
)
def test_only_users_of_communication_services_are_taken(raw_id: str, is_user: bool) -> None:
    assert validation.is_user(raw_id) is is_user


def test_a_body_is_read_and_null_is_as_absent() -> None:
    body = {"validFrom": "2025-03-18T12:00:00Z", "validUntil": None, "pstnDialOutEnabled": True, "colour": [1]}
    assert validation.parse_room(body) == RoomChanges(NOW, None, True)
    assert validation.parse_room({}) == RoomChanges(None, None, None)


def test_participants_are_read_with_their_roles() -> None:
    body = {"participants": {ALICE: {"role": "Presenter"}, "b": None, "c": {}, "d": {"role": None, "x": 1}}}
    assert validation.parse_participants(body) == {ALICE: "Presenter", "b": None, "c": "Attendee", "d": "Attendee"}
    assert validation.parse_participants({}) == {}
    assert validation.parse_participants({"participants": None}) == {}


ROLE = "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator."


@pytest.mark.parametrize(
    ("body", "target", "expected"),
    [
        ([], "$", "an object"),
        (None, "$", "an object"),
        ({"validFrom": 5}, "$.validFrom", "a date-time"),
        ({"validUntil": "tomorrow"}, "$.validUntil", "a date-time"),
        ({"pstnDialOutEnabled": "true"}, "$.pstnDialOutEnabled", "a boolean"),
        ({"participants": []}, "$.participants", "an object"),
        ({"participants": {"x": "Presenter"}}, "$.participants.x", "an object"),
        ({"participants": {"x": {"role": 5}}}, "$.participants.x.role", ""),
        ({"participants": {"x": {"role": "presenter"}}}, "$.participants.x.role", ""),
    ],
)
def test_a_member_of_another_type_is_rejected_by_its_path(body: Any, target: str, expected: str) -> None:
    with pytest.raises(errors.ValidationError) as caught:
        (validation.parse_room(body), validation.parse_participants(body))
    message = f"The JSON value could not be converted to {expected}. Path: {target}." if expected else ROLE
    assert [(detail.target, detail.message) for detail in caught.value.details] == [(target, message)]
    assert str(caught.value) == message


def test_participants_in_no_object_are_rejected_by_its_path() -> None:
    with pytest.raises(errors.ValidationError, match=r"converted to an object\. Path: \$\.$") as caught:
        validation.parse_participants([])
    assert [detail.target for detail in caught.value.details] == ["$"]


USER = {"communicationIdentifier": {"rawId": ALICE}}


def test_a_body_of_2022_is_read_and_null_is_as_absent() -> None:
    body = {
        "validFrom": "2025-03-18T12:00:00Z",
        "validUntil": "2025-03-19T12:00:00Z",
        "roomJoinPolicy": "CommunicationServiceUsers",
        "participants": [USER, {**USER, "role": "Attendee"}],
    }
    wanted = RoomChanges(NOW, NOW + DAY, None, "CommunicationServiceUsers", {ALICE: "Attendee"})
    assert validation_2022.parse_room(body) == wanted
    assert validation_2022.parse_room(dict.fromkeys(body)) == validation_2022.parse_room({}) == RoomChanges(None, None)
    assert validation_2022.parse_room({"participants": []}).roles == {}


@pytest.mark.parametrize(
    ("identifier", "raw_id"),
    [
        ({"rawId": "a"}, "a"),
        ({"communicationUser": {"id": "a"}}, "a"),
        ({"rawId": "a", "communicationUser": {"id": "a"}}, "a"),
        ({"rawId": "a", "communicationUser": None}, "a"),
        ({"rawId": "a", "communicationUser": {"id": "b"}}, ""),
        ({"rawId": "a", "communicationUser": {}}, ""),
        ({"rawId": None, "communicationUser": {"id": None}}, ""),
        ({}, ""),
    ],
)
def test_an_identifier_of_2022_has_its_raw_id_in_one_place_or_the_same_in_two(identifier: Any, raw_id: str) -> None:
    body = {"participants": [{"communicationIdentifier": identifier, "role": "Consumer"}]}
    assert validation_2022.parse_participants(body) == {raw_id: "Consumer"}
    assert validation_2022.parse_updated_participants(body) == {raw_id: "Consumer"}


CONTRACTS = "Microsoft.AzureCommunicationService.Rooms.Api.Contracts.V2022_02_01"


@pytest.mark.parametrize(
    ("body", "target", "expected"),
    [
        ([], "$", "an object"),
        ({"validFrom": 5}, "$.validFrom", "a date-time"),
        ({"validUntil": "tomorrow"}, "$.validUntil", "a date-time"),
        ({"roomJoinPolicy": "AllUsers"}, "$.roomJoinPolicy", f"{CONTRACTS}.RoomJoinPolicyDto"),
        ({"participants": {}}, "$.participants", "a list"),
        ({"participants": [USER, 5]}, "$.participants[1]", "an object"),
        ({"participants": [{**USER, "role": "Collaborator"}]}, "$.participants[0].role", f"{CONTRACTS}.RoleTypeDto"),
        ({"participants": [{}]}, "$.participants[0].communicationIdentifier", "an object"),
        (
            {"participants": [{"communicationIdentifier": {"rawId": 5}}]},
            "$.participants[0].communicationIdentifier.rawId",
            "a string",
        ),
        (
            {"participants": [{"communicationIdentifier": {"communicationUser": 5}}]},
            "$.participants[0].communicationIdentifier.communicationUser",
            "an object",
        ),
        (
            {"participants": [{"communicationIdentifier": {"communicationUser": {"id": 5}}}]},
            "$.participants[0].communicationIdentifier.communicationUser.id",
            "a string",
        ),
    ],
)
def test_a_member_of_another_type_is_rejected_by_its_path_on_2022(body: Any, target: str, expected: str) -> None:
    with pytest.raises(errors.ValidationError) as caught:
        validation_2022.parse_room(body)
    message = f"The JSON value could not be converted to {expected}. Path: {target}."
    assert [(detail.target, detail.message) for detail in caught.value.details] == [(target, message)]


def test_participants_of_2022_that_are_missing_or_twice_are_rejected() -> None:
    for parse in (validation_2022.parse_participants, validation_2022.parse_updated_participants):
        for body in ({}, {"participants": None}):
            with pytest.raises(errors.ValidationError) as caught:
                parse(body)
            assert caught.value.details == (errors.PARTICIPANTS_MISSING,)
        with pytest.raises(errors.ValidationError) as caught:
            parse([])
        assert caught.value.details[0].target == "$"
        with pytest.raises(errors.ValidationError) as caught:
            parse({"participants": [{**USER, "role": "Presenter"}, USER]})
        assert caught.value.details == (errors.DUPLICATE_PARTICIPANT,)
    assert validation_2022.parse_participants({"participants": [USER, USER]}) == {ALICE: "Attendee"}
    with pytest.raises(errors.ValidationError) as caught:
        validation_2022.parse_updated_participants({"participants": [USER, USER]})
    assert caught.value.details == (errors.DUPLICATE_PARTICIPANT,)


@pytest.mark.parametrize(
    ("body", "requested"),
    [
        ({}, ([], 1440)),
        ({"scopes": None}, ([], 1440)),
        ({"scopes": ["voip"], "expiresInMinutes": 60}, (["voip"], 60)),
        ({"scopes": ["voip", "chat"], "expiresInMinutes": 1440}, (["voip", "chat"], 1440)),
    ],
)
def test_a_token_lasts_a_day_unless_something_else_is_requested(body: Any, requested: Any) -> None:
    assert identities.parse_token_request(body, "scopes") == requested


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"scopes": "voip"}, "The JSON value could not be converted to a list of strings. Path: $.scopes."),
        ({"scopes": [1]}, "The JSON value could not be converted to a list of strings. Path: $.scopes."),
        ({"expiresInMinutes": 59}, "expiresInMinutes must be a whole number from 60 to 1440."),
        ({"expiresInMinutes": 1441}, "expiresInMinutes must be a whole number from 60 to 1440."),
        ({"expiresInMinutes": "60"}, "expiresInMinutes must be a whole number from 60 to 1440."),
        ([], "The JSON value could not be converted to an object. Path: $."),
    ],
)
def test_a_token_request_of_another_shape_is_rejected(body: Any, message: str) -> None:
    with pytest.raises((errors.ServiceError, errors.ValidationError), match=f"^{re.escape(message)}$"):
        identities.parse_token_request(body, "scopes")
