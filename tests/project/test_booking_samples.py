"""The booking samples: all of a visit is there, or nothing; a card is renewed before it ends."""

import asyncio
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from azure.communication.rooms import ParticipantRole, RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"
ROLES = [ParticipantRole.PRESENTER, ParticipantRole.ATTENDEE]
HOUR = timedelta(hours=1)


@pytest.fixture
def booking(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(SAMPLES))
    return importlib.import_module("booking_sample")


@pytest.fixture(params=["sync", "async"])
def visits(request: pytest.FixtureRequest, booking: Any, emulator: RoomsEmulator) -> Iterator[Any]:
    """The operations of either sample, as plain functions."""
    key = emulator.connection_string.partition("accesskey=")[2]
    if request.param == "sync":
        sync = booking.Visits(emulator.endpoint, key)
        with sync.rooms:
            yield sync
        sync.identities._identity_service_client.close()
        return
    module = importlib.import_module("booking_async_sample")
    with asyncio.Runner() if hasattr(asyncio, "Runner") else _runner() as runner:

        class Plain:
            def __getattr__(self, name: str) -> Any:
                async def call(*arguments: Any) -> Any:
                    async with module.AsyncVisits(emulator.endpoint, key) as visits:
                        return await getattr(visits, name)(*arguments)

                return lambda *arguments: runner.run(call(*arguments))

        yield Plain()


@contextmanager
def _runner() -> Iterator[Any]:
    class Runner:
        run = staticmethod(asyncio.run)

    yield Runner()


def starts() -> datetime:
    return datetime.now(timezone.utc) + HOUR


def test_each_participant_gets_a_card(visits: Any, client: RoomsClient, emulator: RoomsEmulator) -> None:
    cards = visits.book(starts(), HOUR, ROLES)
    (room,) = client.list_rooms()
    in_room = {each.raw_id: each.role for each in client.list_participants(room.id)}
    assert {card.user_id: card.role for card in cards} == in_room
    assert {(card.endpoint, card.room_id) for card in cards} == {(emulator.endpoint, room.id)}
    assert len({card.token for card in cards}) == 2
    assert all(card.token not in repr(card) for card in cards)
    visits.cancel(cards)
    assert list(client.list_rooms()) == []


@pytest.mark.parametrize("step", ["POST /identities nth=2 status=400", "POST /rooms status=400"])
def test_a_step_that_fails_undoes_those_before_it(visits: Any, emulator: RoomsEmulator, step: str) -> None:
    emulator.faults.add(step)
    with pytest.raises(HttpResponseError):
        visits.book(starts(), HOUR, ROLES)
    made = [each.status for each in emulator.requests if each.target.startswith("/identities?")].count(201)
    deleted = [each for each in emulator.requests if each.method == "DELETE" and each.target.startswith("/identities/")]
    assert made == len(deleted) > 0


def test_a_card_is_renewed_before_it_ends(visits: Any, booking: Any) -> None:
    card = visits.book(starts(), HOUR, ROLES)[0]
    assert visits.renew(card) == card
    due = replace(card, expires=datetime.now(timezone.utc) + booking.RENEW_BEFORE)
    renewed = visits.renew(due)
    assert renewed.token != card.token or renewed.expires > due.expires
    assert (renewed.user_id, renewed.room_id) == (card.user_id, card.room_id)
