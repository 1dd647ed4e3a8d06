"""The emulator's clock: runs, stops and jumps as a test tells it."""

from datetime import datetime, timedelta, timezone

import pytest

from azure.communication.rooms.emulator import Clock

MOMENT = datetime(2030, 1, 1, 12, 0, tzinfo=timezone.utc)


def test_a_new_clock_tells_the_machines_time() -> None:
    before = datetime.now(timezone.utc)
    now = Clock().now()
    assert before - timedelta(microseconds=1) <= now <= datetime.now(timezone.utc)
    assert now.tzinfo is timezone.utc


def test_a_frozen_clock_stands_still_until_it_is_moved() -> None:
    clock = Clock()
    clock.freeze()
    clock.set(MOMENT)
    assert (clock.now(), clock.now()) == (MOMENT, MOMENT)
    clock.advance(days=181, seconds=0.5)
    assert clock.now() == MOMENT + timedelta(days=181, milliseconds=500)
    clock.advance(timedelta(days=-181), seconds=-0.5)
    assert clock.now() == MOMENT


def test_a_clock_that_was_set_runs_on_from_there() -> None:
    clock = Clock()
    clock.set(MOMENT)
    first = clock.now()
    assert MOMENT <= first <= clock.now() < MOMENT + timedelta(minutes=1)


def test_a_clock_is_set_in_any_zone() -> None:
    clock = Clock()
    clock.freeze()
    clock.set(MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert clock.now() == MOMENT


def test_a_clock_that_was_reset_tells_the_machines_time() -> None:
    clock = Clock()
    clock.freeze()
    clock.advance(days=1000)
    clock.reset()
    assert abs(clock.now() - datetime.now(timezone.utc)) < timedelta(minutes=1)


def test_a_span_is_given_in_units_of_timedelta() -> None:
    with pytest.raises(TypeError, match="fortnights"):
        Clock().advance(fortnights=1)
