"""The main job: our client against the emulator over real HTTP with real signatures and tokens."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from azure.communication.identity import CommunicationIdentityClient, CommunicationUserIdentifier
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from loopback import needs_ipv6
from raw_ids import ALICE, BOB, CAROL, DAVE, INVALID_RAW_ID

from azure.communication.rooms import ApiVersion, ParticipantRole, RoomParticipant, RoomsClient
from azure.communication.rooms.emulator import ACCESS_KEY, RoomsEmulator

DAY = timedelta(days=1)
WITHOUT_DIAL_OUT = (ApiVersion.V2023_03_31_PREVIEW, ApiVersion.V2023_06_14)


@pytest.mark.parametrize("version", list(ApiVersion)[1:])  # the first: test_preview_2022.py
@pytest.mark.parametrize("credential", ["connection string", "key", "token"])
def test_the_whole_job_on_every_version_with_every_credential(
    emulator: RoomsEmulator, version: ApiVersion, credential: str
) -> None:
    credentials: dict[str, Any] = {"key": AzureKeyCredential(ACCESS_KEY), "token": emulator.token_credential()}
    client = (
        RoomsClient.from_connection_string(emulator.connection_string, api_version=version)
        if credential == "connection string"
        else RoomsClient(emulator.endpoint, credentials[credential], api_version=version)
    )
    dial_out = None if version in WITHOUT_DIAL_OUT else False
    start = emulator.clock.now() + DAY
    with client:
        room = client.create_room(
            valid_from=start,
            valid_until=start + 30 * DAY,
            participants=[RoomParticipant(CommunicationUserIdentifier(ALICE), ParticipantRole.PRESENTER), BOB],
        )
        assert (room.valid_from, room.valid_until) == (start, start + 30 * DAY)
        assert room.pstn_dial_out_enabled is dial_out
        assert client.get_room(room.id) == room
        moved = client.update_room(room.id, valid_from=start, valid_until=start + 60 * DAY)
        assert (moved.id, moved.created_at, moved.valid_until) == (room.id, room.created_at, start + 60 * DAY)
        assert list(client.list_rooms()) == [moved]
        client.add_or_update_participants(room.id, [RoomParticipant(ALICE, "Consumer"), RoomParticipant(CAROL)])
        client.remove_participants(room.id, [CommunicationUserIdentifier(BOB), DAVE])
        assert list(client.list_participants(room.id)) == [
            RoomParticipant(ALICE, ParticipantRole.CONSUMER),
            RoomParticipant(CAROL, ParticipantRole.ATTENDEE),
        ]
        client.delete_room(room.id)
        client.delete_room(room.id)
        with pytest.raises(ResourceNotFoundError, match=r"\(NotFound\) The server cannot find the requested resource"):
            client.get_room(room.id)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", pytest.param("::1", marks=needs_ipv6)])
def test_every_name_of_this_machine_is_signed_right(host: str) -> None:
    with RoomsEmulator(host=host, strict_hmac=True) as emulator:
        with RoomsClient.from_connection_string(emulator.connection_string) as client:
            room = client.create_room()
            assert list(client.list_rooms()) == [room]


def test_a_room_without_anything_has_the_services_defaults(emulator: RoomsEmulator, client: RoomsClient) -> None:
    before = emulator.clock.now()
    room = client.create_room()
    assert room.created_at is not None
    assert room.valid_from is not None
    assert before <= room.valid_from <= room.created_at <= emulator.clock.now()
    assert room.valid_until == room.valid_from + 180 * DAY
    assert room.pstn_dial_out_enabled is False
    assert list(client.list_participants(room.id)) == []


def test_a_naive_now_means_now(client: RoomsClient) -> None:
    room = client.create_room(valid_from=datetime.now(), valid_until=datetime.now() + DAY)
    assert room.valid_from is not None
    assert abs(room.valid_from - datetime.now(timezone.utc)) < timedelta(minutes=1)


def test_an_update_of_one_member_leaves_the_others(client: RoomsClient) -> None:
    room = client.create_room()
    changed = client.update_room(room.id, pstn_dial_out_enabled=True)
    assert (changed.pstn_dial_out_enabled, changed.valid_from, changed.valid_until) == (
        True,
        room.valid_from,
        room.valid_until,
    )
    assert client.update_room(room.id) == changed
    assert client.update_room(room.id, valid_from=None, valid_until=None, pstn_dial_out_enabled=None) == changed


def test_95_rooms_come_in_four_pages_newest_first(client: RoomsClient) -> None:
    rooms = [client.create_room() for _ in range(95)][::-1]
    assert list(client.list_rooms()) == rooms
    pages = [list(page) for page in client.list_rooms().by_page()]
    assert [len(page) for page in pages] == [30, 30, 30, 5]
    assert pages[1] == rooms[30:60]


def test_a_list_continues_behind_an_empty_page(client: RoomsClient) -> None:
    rooms = [client.create_room() for _ in range(61)][::-1]
    for room in rooms[:45]:
        client.delete_room(room.id)
    assert list(client.list_rooms()) == rooms[45:]


def test_a_thousand_participants_are_kept_in_their_order(client: RoomsClient) -> None:
    people = [RoomParticipant(f"{ALICE[:-12]}{number:012d}", "Presenter") for number in range(1000)]
    room = client.create_room(participants=people)
    assert list(client.list_participants(room.id)) == people
    client.remove_participants(room.id, people[:999])
    assert list(client.list_participants(room.id)) == people[999:]


def error_of(call: Any) -> tuple[int, str, str, list[tuple[str, str]]]:
    with pytest.raises(HttpResponseError) as caught:
        call()
    error: Any = caught.value
    assert error.request_id in str(error)
    assert error.client_request_id in str(error)
    details = [(detail.message, detail.target) for detail in error.error.details]
    assert all(message in str(error) for message, _ in details)
    return error.status_code, error.error_code, error.error.message, details


def test_an_error_of_the_service_is_reported_in_its_words(emulator: RoomsEmulator, client: RoomsClient) -> None:
    room = client.create_room().id
    malformed = "The request could not be understood by the server due to malformed syntax."
    now = emulator.clock.now()
    past = ("The time range end is in the past.", "ValidUntil")
    large = ("The time range is incorrect, or larger than 180 days.", "ValidUntil")
    late = ("Value is incorrect or more than 180 days in the future.", "ValidFrom")
    role = "Invalid participant role. The valid roles are: Presenter, Attendee, Consumer, Collaborator."
    bad = (400, "BadRequest")
    cases: list[tuple[Any, tuple[int, str, str, list[tuple[str, str]]]]] = [
        (lambda: client.create_room(valid_until=now - DAY), (*bad, malformed, [past])),
        (lambda: client.create_room(valid_until=now + 181 * DAY), (*bad, malformed, [large])),
        (lambda: client.create_room(valid_from=now + 181 * DAY), (*bad, malformed, [late])),
        (
            lambda: client.update_room(room, valid_from=now),
            (*bad, malformed, [("validFrom and validUntil should be set together.", "")]),
        ),
        (
            lambda: client.create_room(participants=[INVALID_RAW_ID]),
            (*bad, "Invalid format for communication identifier.", []),
        ),
        (
            lambda: client.add_or_update_participants(room, [INVALID_RAW_ID]),
            (*bad, f"Communication identifier {INVALID_RAW_ID} is not supported.", []),
        ),
        (
            lambda: client.add_or_update_participants(room, {ALICE: "Kafka"}),
            (*bad, malformed, [(role, f"$.participants.{ALICE}.role")]),
        ),
        (lambda: client.get_room("123"), (*bad, "Invalid room ID length.", [])),
        (lambda: client.delete_room("NotExistingRoomID"), (*bad, "Invalid room ID.", [])),
        (
            lambda: list(client.list_participants("99400000000000000")),
            (404, "NotFound", "The server cannot find the requested resource.", []),
        ),
    ]
    for call, wanted in cases:
        assert error_of(call) == wanted


def test_a_wrong_key_is_an_authentication_error_that_explains_what_to_check(emulator: RoomsEmulator) -> None:
    with RoomsClient(emulator.endpoint, "d3Jvbmc=") as client:
        with pytest.raises(ClientAuthenticationError, match=r"Check that the access key") as caught:
            client.get_room("99400000000000000")
    assert caught.value.status_code == 401
    assert "d3Jvbmc=" not in str(caught.value)


def test_every_id_that_can_be_sent_reaches_the_service_signed(client: RoomsClient) -> None:
    for room_id in ("a b", "%2e", "a?b#c", "日本", "a~b", "a+b", "it's", "a&b=c;d", "...", "a/b"):
        with pytest.raises(HttpResponseError, match="Invalid room ID"):
            client.get_room(room_id)


def test_users_of_the_identity_client_are_taken_as_participants(emulator: RoomsEmulator, client: RoomsClient) -> None:
    key = AzureKeyCredential(ACCESS_KEY)
    identities = CommunicationIdentityClient(emulator.endpoint, key, use_env_settings=False)
    user = identities.create_user()
    other, token = identities.create_user_and_token(["voip"], token_expires_in=timedelta(hours=1))
    assert token.token
    room = client.create_room(participants=[RoomParticipant(user, ParticipantRole.PRESENTER), other])
    assert [who.communication_identifier for who in client.list_participants(room.id)] == [user, other]
    assert identities.get_token(user, ["voip"]).token
    identities.delete_user(user)
    identities._identity_service_client.close()


def test_a_version_that_is_not_known_yet_is_sent_and_served(emulator: RoomsEmulator) -> None:
    with RoomsClient.from_connection_string(emulator.connection_string, api_version="2031-01-01") as client:
        assert client.create_room(pstn_dial_out_enabled=True).pstn_dial_out_enabled is True


def test_a_create_that_is_sent_again_after_its_response_was_lost_makes_one_room(client: RoomsClient) -> None:
    from azure.core.exceptions import ServiceRequestError

    lost: list[bool] = []

    def lose_the_first_response(_: Any) -> None:
        if not lost:
            lost.append(True)
            raise ServiceRequestError("the response was lost")

    room = client.create_room(
        raw_response_hook=lose_the_first_response, retry_on_methods=["POST"], retry_backoff_factor=0
    )
    assert lost == [True]
    assert list(client.list_rooms()) == [room]
