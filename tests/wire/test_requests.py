"""Exactly what goes out: method, URL, headers and body of every operation."""

import json
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Callable, Optional

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.core.rest import HttpRequest
from raw_ids import ALICE, BOB

from azure.communication.rooms import ApiVersion, RoomJoinPolicy, RoomParticipant
from azure.communication.rooms._wire import operations_for
from azure.communication.rooms._wire.call import UNSET, Repeatability

if TYPE_CHECKING:
    from azure.communication.rooms._wire import Operations

ENDPOINT = "https://contoso.communication.azure.com"
QUERY = "?api-version=2025-03-13"
ROOM = "99412345678901234"
START = datetime(2025, 4, 1, 8, 0, 0, 120, timezone.utc)
END = datetime(2025, 5, 1, 10, 0, tzinfo=timezone(timedelta(hours=2)))
REPEATABILITY = Repeatability("b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e", START)

NOTHING: dict[str, Any] = dict.fromkeys(
    ("valid_from", "valid_until", "pstn_dial_out_enabled", "room_join_policy"), UNSET
)

JSON = {"Accept": "application/json", "Content-Type": "application/json"}
PATCH = {"Accept": "application/json", "Content-Type": "application/merge-patch+json"}
PLAIN = {"Accept": "application/json"}
CREATE = {
    **JSON,
    "Repeatability-Request-ID": "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e",
    "Repeatability-First-Sent": "Tue, 01 Apr 2025 08:00:00 GMT",
}


def outline(request: HttpRequest) -> tuple[str, str, dict[str, str], Optional[str]]:
    """All of a request but the length of its body."""
    headers = {name: value for name, value in request.headers.items() if name != "Content-Length"}
    return request.method, request.url, headers, request.content


def create(wire: "Operations", **given: Any) -> HttpRequest:
    return wire.create_room(**{**NOTHING, "participants": None, "repeatability": REPEATABILITY, **given}).request


def update(wire: "Operations", **given: Any) -> HttpRequest:
    return wire.update_room(ROOM, **{**NOTHING, "participants": UNSET, **given}).request


WIRE = operations_for(ENDPOINT, "2025-03-13")
EVERYTHING = {
    "valid_from": START,
    "valid_until": END,
    "pstn_dial_out_enabled": False,
    "participants": [RoomParticipant(ALICE, "Presenter"), RoomParticipant(BOB)],
}


@pytest.mark.parametrize(
    ("make", "method", "target", "headers", "body"),
    [
        (lambda: create(WIRE), "POST", f"/rooms{QUERY}", CREATE, "{}"),
        (
            lambda: create(WIRE, **EVERYTHING),
            "POST",
            f"/rooms{QUERY}",
            CREATE,
            (
                '{"validFrom":"2025-04-01T08:00:00.000120Z","validUntil":"2025-05-01T08:00:00Z",'
                '"pstnDialOutEnabled":false,'
                f'"participants":{{"{ALICE}":{{"role":"Presenter"}},"{BOB}":{{"role":"Attendee"}}}}}}'
            ),
        ),
        (lambda: create(WIRE, participants=[]), "POST", f"/rooms{QUERY}", CREATE, '{"participants":{}}'),
        (lambda: WIRE.get_room(ROOM).request, "GET", f"/rooms/{ROOM}{QUERY}", PLAIN, None),
        (lambda: update(WIRE), "PATCH", f"/rooms/{ROOM}{QUERY}", PATCH, "{}"),
        (
            lambda: update(WIRE, pstn_dial_out_enabled=True),
            "PATCH",
            f"/rooms/{ROOM}{QUERY}",
            PATCH,
            '{"pstnDialOutEnabled":true}',
        ),
        (
            lambda: update(WIRE, valid_from=START, valid_until=END),
            "PATCH",
            f"/rooms/{ROOM}{QUERY}",
            PATCH,
            '{"validFrom":"2025-04-01T08:00:00.000120Z","validUntil":"2025-05-01T08:00:00Z"}',
        ),
        (lambda: WIRE.delete_room(ROOM).request, "DELETE", f"/rooms/{ROOM}{QUERY}", PLAIN, None),
        (lambda: WIRE.list_rooms(None).request, "GET", f"/rooms{QUERY}", PLAIN, None),
        (lambda: WIRE.list_participants(ROOM, None).request, "GET", f"/rooms/{ROOM}/participants{QUERY}", PLAIN, None),
        (
            lambda: WIRE.add_or_update_participants(ROOM, [RoomParticipant(ALICE, "Consumer"), BOB]).request,
            "PATCH",
            f"/rooms/{ROOM}/participants{QUERY}",
            PATCH,
            f'{{"participants":{{"{ALICE}":{{"role":"Consumer"}},"{BOB}":{{"role":"Attendee"}}}}}}',
        ),
        (
            lambda: WIRE.remove_participants(ROOM, [ALICE, RoomParticipant(BOB)]).request,
            "PATCH",
            f"/rooms/{ROOM}/participants{QUERY}",
            PATCH,
            f'{{"participants":{{"{ALICE}":null,"{BOB}":null}}}}',
        ),
    ],
    ids=[
        "create nothing given",
        "create everything",
        "create without participants",
        "get",
        "update nothing given",
        "update flag",
        "update times",
        "delete",
        "list rooms",
        "list participants",
        "add or update",
        "remove",
    ],
)
def test_every_operation_sends_exactly_this(
    make: Callable[[], HttpRequest], method: str, target: str, headers: dict[str, str], body: Optional[str]
) -> None:
    assert outline(make()) == (method, ENDPOINT + target, headers, body)


@pytest.mark.parametrize("version", ["2022-02-01", "2025-03-13"])
def test_a_create_may_be_sent_again_for_five_minutes_and_a_delete_succeeds_where_nothing_is_left(version: str) -> None:
    wire = operations_for(ENDPOINT, version)
    created = wire.create_room(**{**NOTHING, "participants": None, "repeatability": REPEATABILITY})
    calls: dict[str, Any] = {
        "create": created,
        "get": wire.get_room(ROOM),
        "update": wire.update_room(ROOM, **{**NOTHING, "participants": UNSET}),
        "delete": wire.delete_room(ROOM),
        "participants": wire.list_participants(ROOM, None),
        "remove": wire.remove_participants(ROOM, [ALICE]),
    }
    expiries = {name: call.expires for name, call in calls.items() if call.expires is not None}
    assert expiries == {"create": START + timedelta(minutes=5)}
    assert [name for name, call in calls.items() if call.absent_is_success is True] == ["delete"]
    assert all(call.retryable is True for call in calls.values())
    assert all(call.follows_link is False for call in calls.values())
    statuses = {name: call.statuses for name, call in calls.items() if call.statuses != (200,)}
    assert statuses == {"create": (201,), "delete": (204,)}


def test_a_link_is_followed_as_one_and_a_first_page_is_none() -> None:
    link = f"{ENDPOINT}/rooms?x=1"
    assert [WIRE.list_rooms(each).follows_link for each in (link, None)] == [True, False]
    assert [WIRE.list_participants(ROOM, each).follows_link for each in (link, None)] == [True, False]


def test_what_was_not_given_is_neither_none_nor_silent() -> None:
    assert repr(UNSET) == "UNSET"


def test_none_that_was_given_goes_out_as_null_and_what_was_not_given_does_not() -> None:
    given_none = {"valid_from": None, "valid_until": None, "pstn_dial_out_enabled": None}
    all_null = {"validFrom": None, "validUntil": None, "pstnDialOutEnabled": None}
    assert json.loads(update(WIRE, **given_none).content) == all_null
    assert json.loads(create(WIRE, **given_none).content) == all_null
    assert json.loads(update(WIRE, valid_from=None).content) == {"validFrom": None}


@pytest.mark.parametrize("send", [create, update])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"valid_from": date(2030, 1, 1)}, r"valid_from must be a datetime\.datetime or ISO 8601 text, not date"),
        ({"valid_until": 5}, r"valid_until must be a datetime\.datetime or ISO 8601 text, not int"),
        ({"pstn_dial_out_enabled": "yes"}, "pstn_dial_out_enabled must be a bool, not str"),
    ],
)
def test_an_argument_of_another_type_is_named(send: Any, given: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        send(WIRE, **given)


@pytest.mark.parametrize("version", ApiVersion)
def test_every_version_stands_in_the_query_as_plain_text(version: ApiVersion) -> None:
    for api_version in (version, version.value):
        wire = operations_for(ENDPOINT, api_version)
        assert wire.get_room(ROOM).request.url == f"{ENDPOINT}/rooms/{ROOM}?api-version={version.value}"


@pytest.mark.parametrize("version", ["2023-03-31-preview", "2023-06-14"])
def test_a_version_without_pstn_dial_out_is_not_sent_it(version: str) -> None:
    wire = operations_for(ENDPOINT, version)
    for value in (True, False):
        with pytest.raises(
            ValueError, match=rf"does not exist in api-version {version}\. Versions that have it: 2023-10-30"
        ):
            create(wire, pstn_dial_out_enabled=value)
        with pytest.raises(
            ValueError, match=rf"does not exist in api-version {version}\. Versions that have it: 2023-10-30"
        ):
            update(wire, pstn_dial_out_enabled=value)
    assert create(wire, pstn_dial_out_enabled=None).content == "{}"


@pytest.mark.parametrize("version", [version for version in ApiVersion if version is not ApiVersion.V2022_02_01])
def test_the_role_collaborator_goes_to_every_version_of_this_wire(version: ApiVersion) -> None:
    request = operations_for(ENDPOINT, version).add_or_update_participants(ROOM, {ALICE: "Collaborator"}).request
    assert json.loads(request.content) == {"participants": {ALICE: {"role": "Collaborator"}}}


@pytest.mark.parametrize("version", ["2023-03-31-preview", "2025-03-13", "2026-01-01"])
def test_what_2022_02_01_alone_has_is_rejected_and_the_versions_are_named(version: str) -> None:
    wire = operations_for(ENDPOINT, version)
    words = rf"does not exist in api-version {version}\. Versions that have it: 2022-02-01\."
    for policy in (RoomJoinPolicy.INVITE_ONLY, "CommunicationServiceUsers", ""):
        for send in (create, update):
            with pytest.raises(ValueError, match=f"room_join_policy {words}"):
                send(wire, room_join_policy=policy)
    for people in ([ALICE], []):
        with pytest.raises(ValueError, match=f"participants of update_room {words}"):
            update(wire, participants=people)
    assert create(wire, room_join_policy=None).content == "{}"
    assert update(wire, room_join_policy=None, participants=None).content == "{}"


@pytest.mark.parametrize(
    ("room_id", "segment"),
    [("a/b", "a%2Fb"), ("a b", "a%20b"), ("%2e", "%252e"), ("a?b#c", "a%3Fb%23c"), ("日", "%E6%97%A5"), ("a~b", "a~b")],
)
def test_a_room_id_is_one_segment_of_the_path(room_id: str, segment: str) -> None:
    assert WIRE.get_room(room_id).request.url == f"{ENDPOINT}/rooms/{segment}{QUERY}"
    assert WIRE.delete_room(room_id).request.url == f"{ENDPOINT}/rooms/{segment}{QUERY}"
    assert WIRE.list_participants(room_id, None).request.url == f"{ENDPOINT}/rooms/{segment}/participants{QUERY}"


@pytest.mark.parametrize(
    "link",
    [
        f"{ENDPOINT}/rooms?nextLink=W3sidG9rZW4iOiIrUklEIn1d&api-version=2025-03-13",
        f"{ENDPOINT}/rooms?nextLink=a%2Bb%2Fc%3D%3D&api-version=2024-04-15&x=%20",
        f"{ENDPOINT}:443/rooms?x=1",
        "HTTPS://CONTOSO.communication.azure.com/rooms?x=1",
    ],
)
def test_a_next_link_is_followed_as_it_stands(link: str) -> None:
    for call in (WIRE.list_rooms(link), WIRE.list_participants(ROOM, link)):
        assert outline(call.request) == ("GET", link, PLAIN, None)


def test_a_relative_link_is_resolved_against_the_first_page() -> None:
    calls: list[Any] = [WIRE.list_rooms("?x=2"), WIRE.list_participants(ROOM, "?x=2")]
    assert [call.request.url for call in calls] == [
        f"{ENDPOINT}/rooms?x=2",
        f"{ENDPOINT}/rooms/{ROOM}/participants?x=2",
    ]


def test_a_link_with_a_user_name_is_rejected_by_that_reason() -> None:
    message = r"^The link to the next page has a user name before its host\. Nothing was sent\.$"
    with pytest.raises(ServiceRequestError, match=message):
        WIRE.list_rooms("https://user@contoso.communication.azure.com/rooms?x=2")


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/rooms?nextLink=x",
        "http://contoso.communication.azure.com/rooms?nextLink=x",
        "https://contoso.communication.azure.com:8443/rooms?nextLink=x",
        "https://contoso.communication.azure.com.evil.example.com/rooms",
        "https://contoso.communication.azure.com@evil.example.com/rooms",
    ],
)
def test_a_next_link_to_anywhere_else_is_rejected_before_any_request(link: str) -> None:
    with pytest.raises(
        ServiceRequestError, match=r"but this client is for 'https://contoso\.communication\.azure\.com'"
    ):
        WIRE.list_rooms(link)
    with pytest.raises(ServiceRequestError, match="Nothing was sent"):
        WIRE.list_participants(ROOM, link)
