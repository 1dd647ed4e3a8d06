"""The emulator's clock: runs, stops and jumps as a test sets it."""

from datetime import datetime, timedelta, timezone

import pytest

from azure.communication.rooms.emulator import Clock
from azure.communication.rooms.emulator.state import timestamps

MACHINE = datetime(2025, 3, 18, 12, 0, tzinfo=timezone.utc)
TIME = datetime(2030, 1, 1, 12, 0, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


class Machine:
    """The machine's clock, which each look at it finds a second later."""

    def __init__(self) -> None:
        self.now = MACHINE - SECOND

    def time_ns(self) -> int:
        self.now += SECOND
        return timestamps.from_datetime(self.now) * 100


@pytest.fixture(autouse=True)
def _machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", Machine().time_ns)


def test_a_new_clock_tells_the_machines_time() -> None:
    clock = Clock()
    assert [clock.now(), clock.now()] == [MACHINE, MACHINE + SECOND]
    assert clock.now().tzinfo is timezone.utc


def test_a_frozen_clock_stands_still_until_it_is_moved() -> None:
    clock = Clock()
    clock.freeze()
    assert [clock.now(), clock.now()] == [MACHINE, MACHINE]
    clock.set(TIME)
    assert [clock.now(), clock.now()] == [TIME, TIME]
    clock.advance(days=181, seconds=0.5)
    assert clock.now() == TIME + timedelta(days=181, milliseconds=500)
    clock.advance(timedelta(days=-181), seconds=-0.5)
    assert clock.now() == TIME


def test_a_running_clock_is_moved_and_runs_on() -> None:
    clock = Clock()
    clock.advance(days=1)
    first = clock.now()
    assert [first > MACHINE + timedelta(days=1), clock.now()] == [True, first + SECOND]


def test_a_clock_that_was_set_runs_on_from_there() -> None:
    clock = Clock()
    clock.set(TIME)
    assert [clock.now(), clock.now()] == [TIME + SECOND, TIME + 2 * SECOND]


def test_a_clock_is_set_in_any_zone() -> None:
    clock = Clock()
    clock.freeze()
    clock.set(TIME.astimezone(timezone(timedelta(hours=5, minutes=30))))
    assert clock.now() == TIME


def test_a_clock_that_was_reset_tells_the_machines_time() -> None:
    clock = Clock()
    clock.advance(days=1000)
    clock.freeze()
    clock.reset()
    assert clock.now() < MACHINE + timedelta(minutes=1)
    assert clock.now() + SECOND == clock.now()


def test_a_span_is_given_in_units_of_timedelta() -> None:
    with pytest.raises(TypeError, match="fortnights"):
        Clock().advance(fortnights=1)


def test_a_frozen_clock_that_is_resumed_runs_on_from_where_it_is() -> None:
    clock = Clock()
    clock.set(TIME)
    clock.freeze()
    frozen = clock.now()
    clock.resume()
    assert [clock.now(), clock.now()] == [frozen + SECOND, frozen + 2 * SECOND]
