"""Deadlines by a clock of the test: what is left, what a timeout becomes, and what an attempt may take."""

import contextvars
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, Optional

import pytest
from azure.core.exceptions import ServiceRequestTimeoutError

from azure.communication.rooms._pipeline import deadline
from azure.communication.rooms._pipeline.deadline import Deadline, DeadlinePolicy, within_deadline


class Clock:
    """A monotonic clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def left(seconds: Optional[float]) -> Iterator[None]:
    """A call of 10 seconds, of which these are left; None for a call without an end."""
    clock = Clock()
    with Deadline(None if seconds is None else 10.0, clock):
        clock.now += 0 if seconds is None else 10 - seconds
        yield


@pytest.mark.parametrize(
    ("seconds", "error", "message"),
    [
        ("5", TypeError, "timeout must be a number of seconds or None, not str"),
        ([5], TypeError, "timeout must be a number of seconds or None, not list"),
        (float("nan"), ValueError, "timeout must be a number of seconds or None, not NaN"),
    ],
)
def test_a_timeout_is_a_number_of_seconds(seconds: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{message}$"):
        Deadline(seconds)


def test_a_deadline_counts_down_by_its_clock() -> None:
    clock = Clock()
    ends, never = Deadline(5, clock), Deadline(None, clock)
    assert (ends.seconds, ends.remaining(), never.seconds, never.remaining()) == (5, 5, None, float("inf"))
    clock.now += 7
    assert (ends.remaining(), never.remaining()) == (-2, float("inf"))


@pytest.mark.parametrize(
    ("outer", "inner", "expected"), [(10, 20, 7), (10, 5, 5), (10, None, 7), (None, 5, 5), (None, None, None)]
)
def test_a_deadline_within_another_is_not_later(
    outer: Optional[float], inner: Optional[float], expected: Optional[float]
) -> None:
    clock = Clock()
    with Deadline(outer, clock):
        clock.now += 3
        with Deadline(inner, clock) as nested:
            assert nested.seconds == expected
            assert deadline.remaining() == expected
        assert deadline.remaining() == (None if outer is None else outer - 3)
    assert deadline.remaining() is None


def test_a_deadline_can_be_left_in_another_context() -> None:
    held = Deadline(5, Clock())
    contextvars.copy_context().run(held.__enter__)
    held.__exit__()
    assert deadline.remaining() is None


@pytest.mark.parametrize(
    ("seconds", "wanted", "timeout"),
    [(None, None, None), (None, 3, 3), (5, None, 5), (5, 3, 3), (5, 8, 5), (0.5, 8, 0.5), (0.5, None, 0.5)],
)
def test_a_timeout_does_not_reach_beyond_the_deadline(
    seconds: Optional[float], wanted: Optional[float], timeout: Optional[float]
) -> None:
    with left(seconds):
        assert within_deadline(wanted) == timeout


@pytest.mark.parametrize("seconds", [0, -1])
@pytest.mark.parametrize("wanted", [None, 3])
def test_there_is_no_timeout_after_the_deadline(seconds: float, wanted: Optional[float]) -> None:
    with left(seconds), pytest.raises(socket.timeout, match=r"^timed out$"):
        within_deadline(wanted)


def attempt(options: dict[str, Any], config: Any) -> dict[str, Any]:
    """The options of a request after the policy, for a transport with this configuration."""
    transport = SimpleNamespace() if config is None else SimpleNamespace(connection_config=config)
    context = SimpleNamespace(options=options, transport=transport)
    DeadlinePolicy().on_request(SimpleNamespace(context=context))  # type: ignore[arg-type]
    return options


CONFIG = SimpleNamespace(timeout=300, read_timeout=3)


@pytest.mark.parametrize(
    ("seconds", "options", "config", "limited"),
    [
        pytest.param(None, {}, CONFIG, {}, id="no deadline"),
        pytest.param(5, {}, CONFIG, {"connection_timeout": 5}, id="of the transport"),
        pytest.param(0.5, {}, CONFIG, {"connection_timeout": 0.5, "read_timeout": 0.5}, id="less than a second"),
        pytest.param(3, {}, CONFIG, {"connection_timeout": 3}, id="equal"),
        pytest.param(5, {}, None, {}, id="a transport without options"),
        pytest.param(5, {"read_timeout": 60}, None, {"read_timeout": 5}, id="of the call"),
        pytest.param(5, {"read_timeout": 1.5}, None, {"read_timeout": 1.5}, id="shorter"),
        pytest.param(5, {"read_timeout": None}, None, {"read_timeout": 5}, id="none"),
        pytest.param(5, {"read_timeout": (1, 2)}, None, {"read_timeout": (1, 2)}, id="of another type"),
        pytest.param(
            5, {"connection_timeout": 1}, CONFIG, {"connection_timeout": 1}, id="the call before the transport"
        ),
    ],
)
def test_an_attempt_keeps_within_the_deadline(
    seconds: Optional[float], options: dict[str, Any], config: Any, limited: dict[str, Any]
) -> None:
    with left(seconds):
        assert attempt(dict(options), config) == limited


@pytest.mark.parametrize("seconds", [0, -1])
def test_nothing_is_attempted_after_the_deadline(seconds: float) -> None:
    message = "^no time is left for the request within the timeout of the call$"
    with left(seconds), pytest.raises(ServiceRequestTimeoutError, match=message):
        attempt({}, CONFIG)
