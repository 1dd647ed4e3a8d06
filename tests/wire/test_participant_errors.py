"""An error for one of many participants names its place, and which participants the service takes."""

import json
from typing import Any, Optional

import pytest
from azure.core.rest import HttpRequest
from fake_responses import FakeResponse

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._wire.errors import response_error
from azure.communication.rooms.emulator import RoomsEmulator

GUID = "11111111-2222-4333-8444-555555555555"
USERS = [f"8:acs:{GUID}_66666666-7777-4888-8999-{number:012}" for number in range(100)]
RULE = "Only users of Communication Services can be participants; their raw ids have the form 8:acs:<guid>_<guid>."
MALFORMED = "The request could not be understood by the server due to malformed syntax."
ROLE = "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator."


def rejected(content: Any, message: str, target: Optional[str] = None, status: int = 400) -> list[str]:
    """The lines about participants of an error for a request with a body."""
    details = [] if target is None else [{"code": "BadArgument", "message": ROLE, "target": target}]
    response = FakeResponse(status, {"error": {"code": "BadRequest", "message": message, "details": details}})
    body = content if isinstance(content, (str, bytes)) else json.dumps({"participants": content})
    response._request = HttpRequest("PATCH", "https://contoso/rooms", content=body)
    lines = str(response_error(response)).splitlines()
    return [line for line in lines if line.startswith(("Rejected", "Only", "Others"))]


def with_one(wrong: str, at: int = 57) -> dict[str, Any]:
    """100 participants, one of which the service does not take."""
    raw_ids = [*USERS[:at], wrong, *USERS[at + 1 :]]
    return {raw_id: {"role": "Attendee"} for raw_id in raw_ids}


def test_the_participant_that_the_service_names_is_counted() -> None:
    assert rejected(with_one("wrong_mri"), "Communication identifier wrong_mri is not supported.") == [
        "Rejected: participant 58 of the 100 in the request, wrong_mri",
        RULE,
    ]


@pytest.mark.parametrize(("raw_ids", "place"), [(["8:acs:a", "8:acs:ab"], 2), (["8:acs:ab", "8:acs:a"], 1)])
def test_of_two_raw_ids_in_a_text_the_longer_one_is_meant(raw_ids: list[str], place: int) -> None:
    assert rejected(dict.fromkeys(raw_ids), "Communication identifier 8:acs:ab is not supported.")[0] == (
        f"Rejected: participant {place} of the 2 in the request, 8:acs:ab"
    )


def test_the_participant_of_a_wrong_role_is_counted() -> None:
    lines = rejected(with_one(USERS[57]), MALFORMED, f"$.participants.{USERS[57]}.role")
    assert lines == [f"Rejected: participant 58 of the 100 in the request, {USERS[57]}"]


def test_the_index_of_version_2022_is_resolved() -> None:
    participants = [{"communicationIdentifier": {"rawId": raw_id}, "role": "Attendee"} for raw_id in USERS]
    lines = rejected(participants, MALFORMED, "$.participants[57].role")
    assert lines == [f"Rejected: participant 58 of the 100 in the request, {USERS[57]}"]
    assert rejected(participants, MALFORMED, "$.participants[100].role") == []


@pytest.mark.parametrize(
    "message",
    [
        "Invalid format for communication identifier.",
        "Invalid value for the Participants.",
        "Identifier format is invalid.",
    ],
)
def test_where_the_service_names_none_the_message_has_the_rule_and_the_other_participants(message: str) -> None:
    assert rejected(with_one("28:orgid:bot"), message) == [RULE, "Others in the request: 28:orgid:bot"]
    assert rejected(dict.fromkeys(USERS), message) == [RULE]


@pytest.mark.parametrize("cloud", ["acs", "dod-acs", "gcch-acs"])
def test_users_of_every_cloud_are_users(cloud: str) -> None:
    participants = {f"8:{cloud}:{GUID}_{GUID}": None, "4:+15551234567": None}
    assert rejected(participants, "Invalid format for communication identifier.")[1] == (
        "Others in the request: 4:+15551234567"
    )


def test_many_others_are_cut_short() -> None:
    participants = {f"4:{number}": None for number in range(8)}
    lines = rejected(participants, "Invalid format for communication identifier.")
    assert lines[1] == "Others in the request: 4:0, 4:1, 4:2, 4:3, 4:4 and 3 more"
    (_, line) = rejected({"4:" + "1" * 1000: None}, "Invalid format for communication identifier.")
    assert len(line) < 200


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"participants":null}', '{"participants":[{}]}', "no JSON", b"\xff"]
)
def test_a_request_without_participants_is_left_alone(content: Any) -> None:
    assert rejected(content, "Invalid format for communication identifier.") == []


def test_other_errors_say_nothing_of_participants() -> None:
    assert rejected(with_one("wrong_mri"), MALFORMED) == []
    assert rejected(with_one("wrong_mri"), "Communication identifier wrong_mri is not supported.", status=500) == []


def test_the_emulator_rejects_one_of_100(client: RoomsClient, emulator: RoomsEmulator) -> None:
    room = client.create_room()
    errors: list[Any] = []
    for call in (
        lambda: client.add_or_update_participants(room.id, list(with_one("wrong_mri"))),
        lambda: client.remove_participants(room.id, list(with_one("wrong_mri"))),
        lambda: client.create_room(participants=list(with_one("wrong_mri"))),
    ):
        with pytest.raises(Exception, match=RULE.partition(";")[0]) as caught:
            call()
        errors.append(str(caught.value))
    assert ["participant 58 of the 100 in the request, wrong_mri" in text for text in errors] == [True, True, False]
    assert "Others in the request: wrong_mri" in errors[2]


@pytest.mark.parametrize("value", [1, [], {}, True, ["a"]], ids=repr)
def test_a_message_or_target_that_is_no_text_names_no_participant(value: Any) -> None:
    assert rejected(dict.fromkeys(USERS), value) == []
    assert rejected(dict.fromkeys(USERS), MALFORMED, value) == []
