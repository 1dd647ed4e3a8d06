"""Published clients against the emulator: what they see is what the live service was seen to return.

The published packages for Python (1.2.0, both clients) and JavaScript (1.2.0) and their identity clients run unchanged.
The values below are facts about the live service's newest build, unless the line has a note.
"""

import re
import sys
from datetime import datetime, timedelta
from typing import Any, Optional

import pytest

from azure.communication.rooms.emulator.state import timestamps

MALFORMED = "The request could not be understood by the server due to malformed syntax."
END_IN_PAST = ["BadArgument", "The time range end is in the past.", "ValidUntil"]
RANGE = ["BadArgument", "The time range is incorrect, or larger than 180 days.", "ValidUntil"]
START = ["BadArgument", "Value is incorrect or more than 180 days in the future.", "ValidFrom"]
TOGETHER = ["BadArgument", "validFrom and validUntil should be set together.", ""]
ROLE = "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator."

Fact = tuple[int, str, str, list[list[str]], Optional[str]]


def logic(message: str, status: int = 400, code: str = "BadRequest") -> Fact:
    """An error by the service's logic: its code is in a header too."""
    return status, code, message, [], code


def validation(*details: list[str]) -> Fact:
    """An error about the values of a body: details, and no header."""
    return 400, "BadRequest", MALFORMED, list(details), None


NOT_FOUND = logic("The server cannot find the requested resource.", 404, "NotFound")
REJECTIONS: dict[str, Fact] = {
    "get, short id": logic("Invalid room ID length."),
    "update, short id": logic("Invalid room ID length."),
    "delete, short id": logic("Invalid room ID length."),
    "get, letters id": logic("Invalid room ID."),
    "update, letters id": logic("Invalid room ID."),
    "delete, letters id": logic("Invalid room ID."),
    "get, unknown room": NOT_FOUND,
    "update, unknown room": NOT_FOUND,
    "get, deleted room": NOT_FOUND,
    "update, deleted room": NOT_FOUND,
    "create, end past": validation(END_IN_PAST),
    "create, end past alone": validation(END_IN_PAST),
    "create, too long": validation(RANGE),
    "create, start too far": validation(START),
    "update, end past": validation(END_IN_PAST),
    "update, too long": validation(RANGE),
    "update, start too far": validation(START, RANGE),
    "update, start alone": validation(TOGETHER),
    "update, end alone": validation(TOGETHER),
    "create with a wrong identifier": logic("Invalid format for communication identifier."),
    "add a wrong identifier": logic("Communication identifier wrong_mri is not supported."),
    "remove a wrong identifier": logic("Communication identifier wrong_mri is not supported."),
}
#: What returns nothing: 204, or 200 and an empty object.
NOTHING = [
    "add and update",
    "delete",
    "delete again",
    "delete user",
    "remove",
    "remove a stranger",
    "remove all",
    "revoke tokens",
    "update without role",
]
JUDGED_APART = {
    "create 95 rooms",
    "create user and token",
    "create users",
    "create with everything",
    "create with nothing",
    "get",
    "get token",
    "list after add and update",
    "list after remove",
    "list participants",
    "list rooms",
    "list rooms, some deleted",
    "list rooms, version not given",
    "list when empty",
    "malformed version",
    "unknown version",
    "update dial out",
    "update nothing",
    "update times",
    "wrong key",
    "wrong role",
}


def time(text: str) -> datetime:
    """What a program saw of a time: as the service wrote it, or as JavaScript writes it."""
    return timestamps.to_datetime(timestamps.parse(text))


def test_every_step_of_a_program_is_judged(seen: Any) -> None:
    assert set(seen.steps) == {*REJECTIONS, *NOTHING, *JUDGED_APART}


@pytest.mark.parametrize("step", REJECTIONS)
def test_an_error_is_the_one_of_the_live_service(seen: Any, step: str) -> None:
    status, code, message, details, header = REJECTIONS[step]
    expected = {"status": status, "code": code, "message": message, "details": details, "header": header}
    assert seen.steps[step] == expected


@pytest.mark.parametrize("step", NOTHING)
def test_a_change_succeeds_and_gives_nothing(seen: Any, step: str) -> None:
    assert seen.value(step) is None


def test_a_wrong_role_is_rejected_by_the_place_where_it_stands(seen: Any) -> None:
    first = seen.value("create users")[0]
    detail = ["BadArgument", ROLE, f"$.participants.{first}.role"]
    status, code, message, details, header = validation(detail)
    expected = {"status": status, "code": code, "message": message, "details": details, "header": header}
    assert seen.steps["wrong role"] == expected


def test_a_wrong_key_is_denied(seen: Any) -> None:
    denied = seen.steps["wrong key"]
    # The live service's message is documented; the detail, which states what differs, is the emulator's own.
    assert (denied["status"], denied["code"], denied["message"]) == (401, "Denied", "Denied by the resource provider.")
    assert [detail[2] for detail in denied["details"]] == ["signature"]


@pytest.mark.parametrize(("step", "version"), [("unknown version", "2020-01-01"), ("malformed version", "newest")])
def test_an_api_version_that_is_none_is_rejected(seen: Any, step: str, version: str) -> None:
    rejected = seen.steps[step]
    # Not observed on Rooms: the words are those of its sister services.
    assert (rejected["status"], rejected["code"]) == (400, "UnsupportedApiVersion")
    assert rejected["message"].endswith(f"does not support the API version '{version}'.")
    assert rejected["message"].startswith(f"The HTTP resource that matches the request URI '{seen.endpoint}/rooms/")


def test_users_are_made_that_rooms_take(seen: Any) -> None:
    users = seen.value("create users")
    guid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    assert len(set(users)) == 4
    assert all(re.fullmatch(f"8:acs:{guid}_{guid}", user) for user in users)


def test_tokens_of_users_last_a_day_or_as_long_as_requested(seen: Any) -> None:
    parts_and_hours = [seen.value("create user and token"), seen.value("get token")]
    assert parts_and_hours == [[3, 24], [3, 2]]


def test_95_rooms_are_listed_newest_first_on_pages_of_30(seen: Any) -> None:
    pages = seen.value("list rooms")
    assert [len(page) for page in pages] == [30, 30, 30, 5]
    assert [room_id for page in pages for room_id in page] == seen.value("create 95 rooms")[::-1]


def test_deleted_rooms_leave_no_page_short(seen: Any) -> None:
    pages = seen.value("list rooms, some deleted")
    assert [len(page) for page in pages] == [30, 30, 30, 2]
    assert [room_id for page in pages for room_id in page] == seen.value("create 95 rooms")[::-1][3:]


def test_page_2_is_rejected_where_the_published_client_names_no_version(seen: Any) -> None:
    step = seen.steps["list rooms, version not given"]
    if seen.program.startswith("python") and sys.version_info >= (3, 11):
        # The client sends the name of the enumeration member as the version. The live response was not observed.
        assert (step["status"], step["code"]) == (400, "UnsupportedApiVersion")
        assert step["message"].endswith("does not support the API version 'ApiVersion.V2025_03_13'.")
    else:
        assert step == seen.steps["list rooms"]


def test_a_room_has_an_id_of_the_services_form(seen: Any) -> None:
    assert all(re.fullmatch(r"994\d{13,14}", room_id) for room_id in seen.value("create 95 rooms"))


def test_a_room_of_nothing_opens_now_for_180_days(seen: Any) -> None:
    room = seen.value("create with nothing")
    assert time(room["validUntil"]) - time(room["validFrom"]) == timedelta(days=180)
    assert time(room["createdAt"]) >= time(room["validFrom"])
    assert room["pstnDialOutEnabled"] is False


def test_times_are_written_as_the_service_writes_them(seen: Any) -> None:
    if seen.program == "javascript":
        pytest.skip("the JavaScript client gives times, not the text of the response")
    room = seen.value("create with nothing")
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?\+00:00"
    assert all(re.fullmatch(form, room[name]) for name in ("createdAt", "validFrom", "validUntil"))


def test_a_room_is_as_it_was_requested(seen: Any) -> None:
    room = seen.value("create with everything")
    assert time(room["validUntil"]) - time(room["validFrom"]) == timedelta(days=30)
    assert abs(time(room["validFrom"]) - time(room["createdAt"]) - timedelta(days=1)) < timedelta(minutes=5)
    assert room["pstnDialOutEnabled"] is True
    assert seen.value("get") == room


def test_an_update_changes_what_it_names_alone(seen: Any) -> None:
    room, times = seen.value("create with everything"), seen.value("update times")
    assert time(times["validFrom"]) - time(room["validFrom"]) == timedelta(days=1)
    assert time(times["validUntil"]) - time(times["validFrom"]) == timedelta(days=60)
    assert {**times, "validFrom": room["validFrom"], "validUntil": room["validUntil"]} == room
    assert seen.value("update dial out") == {**times, "pstnDialOutEnabled": False}
    assert seen.value("update nothing") == seen.value("update dial out")


def test_participants_stay_in_the_order_in_which_they_came(seen: Any) -> None:
    first, second, third, fourth = seen.value("create users")
    at_first = [[first, "Presenter"], [third, "Attendee"], [fourth, "Attendee"]]
    assert seen.value("list participants") == at_first
    changed = [[first, "Consumer"], *at_first[1:], [second, "Collaborator"]]
    assert seen.value("list after add and update") == changed
    assert seen.value("list after remove") == [[first, "Attendee"], at_first[2], changed[3]]
    assert seen.value("list when empty") == []
