"""The rules of one row: what is sent again, with which pair, how long, and what the journal then holds."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from bulk_steps import ROOM, START, FakeShell, service_error

from azure.communication.rooms import RoomParticipant
from azure.communication.rooms._bulk.failures import Failure, failure_of, retry_after
from azure.communication.rooms.bulk import BulkProgress, JournalError, OutcomeUnknownError

EARLIEST = datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))
LOST, NOT_SENT = ServiceResponseError("lost"), ServiceRequestError("not sent")


_OPEN: list[FakeShell] = []


def shell_with(journal: Path, operation: str = "create_rooms") -> FakeShell:
    shell = FakeShell(operation)
    shell.job.open_journal(journal, "contoso.communication.azure.com")
    _OPEN.append(shell)
    return shell


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "rooms.journal"
    while _OPEN:
        _OPEN.pop().job.close()


def killed(shell: FakeShell, index: int, request: Any) -> None:
    """A run that is killed while a request is under way."""
    steps = shell.job.steps(shell.begun(index, request), shell)
    while next(steps)[0] != shell.send:
        pass
    shell.job.close()


TRANSIENT = [
    pytest.param(LOST, id="lost-response"),
    pytest.param(NOT_SENT, id="not-sent"),
    pytest.param(DecodeError("no JSON"), id="unreadable-response"),
    pytest.param(HttpResponseError("a chunk is incomplete"), id="no-response"),
    *(pytest.param(service_error(status), id=str(status)) for status in (408, 429, 500, 502, 503, 504)),
]


@pytest.mark.parametrize("error", TRANSIENT)
def test_a_create_that_can_succeed_later_is_sent_again_with_the_same_pair(error: Exception) -> None:
    shell = FakeShell().response(error, error)
    assert shell.run(0, {}).room == ROOM
    assert len(shell.sent) == 3
    assert len(set(shell.pairs())) == 1


@pytest.mark.parametrize(
    "error",
    [
        *(service_error(status) for status in (400, 401, 403, 404, 409, 501, 505)),
        *(kind("x") for kind in (AzureError, RuntimeError, ValueError, TypeError)),
    ],
    ids=repr,
)
def test_what_cannot_succeed_later_is_sent_once(error: Exception) -> None:
    shell = FakeShell().response(error)
    result = shell.run(7, {})
    assert (result.index, result.request, result.room, result.error) == (7, {}, None, error)
    assert len(shell.sent) == 1


@pytest.mark.parametrize(
    ("error", "maybe_done"),
    [
        (LOST, True),
        (NOT_SENT, False),
        (DecodeError("x"), True),
        (RuntimeError("x"), True),
        (ValueError("x"), False),
        (AzureError("x"), True),
        (ClientAuthenticationError("goes to another host"), False),
        *((service_error(status), True) for status in (408, 500, 502, 504, 505)),
        *((service_error(status), False) for status in (304, 400, 401, 403, 404, 412, 429, 501, 503)),
    ],
    ids=str,
)
def test_a_failure_states_whether_the_request_may_have_been_carried_out(error: Exception, maybe_done: bool) -> None:
    assert failure_of(error).maybe_done is maybe_done


def test_a_row_has_four_tries_while_no_other_row_gets_through() -> None:
    shell = FakeShell().response(*[LOST] * 9)
    assert shell.run(0, {}).error is LOST
    assert len(shell.sent) == 4
    assert shell.sleeps == [0, 0.8, 1.6]


def test_a_row_has_sixteen_tries_while_others_get_through() -> None:
    shell = FakeShell()
    steps = shell.job.steps(shell.begun(0, {}), shell)
    step = next(steps)
    for _ in range(15):
        step = steps.throw(LOST)  # the wait
        shell.run(1, {})
        assert step[0] == shell.sleep
        assert step[1] <= 8
        step = steps.send(None)
    with pytest.raises(StopIteration) as end:
        steps.throw(LOST)
    assert end.value.value.error is LOST


def test_a_row_that_may_be_done_is_not_sent_beyond_the_five_minutes() -> None:
    shell = FakeShell()
    steps = shell.job.steps(shell.begun(0, {}), shell)
    next(steps)
    shell.elapsed = 291
    with pytest.raises(StopIteration) as end:
        steps.throw(LOST)
    assert end.value.value.error is LOST


def test_a_row_that_waited_at_the_gate_beyond_the_five_minutes_is_given_up(journal: Path) -> None:
    killed(shell_with(journal), 0, {})
    shell = shell_with(journal)
    row = shell.begun(0, {})
    for _ in range(3):
        shell.job.gate.close(100)
        shell.sleep(100)
    result = shell.finish(shell.job.steps(row, shell))
    assert isinstance(result.error, OutcomeUnknownError)
    assert shell.sent == []


def test_a_row_of_which_nothing_is_done_gets_a_new_pair_after_the_five_minutes() -> None:
    shell = FakeShell()
    steps = shell.job.steps(shell.begun(0, {}), shell)
    _, first = next(steps)
    shell.elapsed = 400
    assert steps.throw(NOT_SENT)[0] == shell.sleep
    _, second = steps.send(None)
    assert first["repeatability_request_id"] != second["repeatability_request_id"]
    assert second["repeatability_first_sent"] == START + timedelta(seconds=400)


def test_a_throttled_row_makes_all_rows_wait() -> None:
    shell = FakeShell()
    steps = shell.job.steps(shell.begun(0, {}), shell)
    next(steps)
    steps.throw(service_error(429, Retry_After="30"))
    shell.run(1, {})
    assert shell.sleeps == [30]
    assert shell.elapsed == 30


@pytest.mark.parametrize("status", [500, 503])
def test_a_wait_that_the_service_requests_makes_all_rows_wait(status: int) -> None:
    shell = FakeShell().response(service_error(status, Retry_After="7"))
    shell.run(0, {})
    assert [each for each in shell.sleeps if each] == [7]


def test_throttling_without_a_time_doubles_the_wait_until_a_row_gets_through() -> None:
    shell = FakeShell().response(service_error(429), service_error(429), ROOM, service_error(429))
    shell.run(0, {})
    shell.run(1, {})
    assert [each for each in shell.sleeps if each] == pytest.approx([0.8, 1.6, 0.8])


def test_responses_to_one_burst_cause_one_wait() -> None:
    shell = FakeShell()
    for _ in range(5):
        shell.job.gate.close(None)
    assert shell.job.gate.remaining() == pytest.approx(0.8)


def test_a_wait_of_more_than_two_minutes_is_the_result_of_the_row() -> None:
    shell = FakeShell().response(service_error(429, Retry_After="100000"))
    assert "Retry-After: 100000" in str(shell.run(0, {}).error)
    assert shell.sleeps == []


DATE = "Tue, 01 Jan 2030 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "2"}, 2),
        ({"Retry-After": "0"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "1e400"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Tue, 01 Jan 2030 12:00:09 GMT", "Date": DATE}, 9),
        ({"Retry-After": "Tue, 01 Jan 2030 11:00:00 GMT", "Date": DATE}, None),
        ({"Retry-After": "Tue, 01 Jan 2030 12:00:09 GMT"}, None),
    ],
    ids=str,
)
def test_retry_after_is_read(headers: dict[str, str], seconds: object) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"valid_form": 1}, "a row has no 'valid_form'; did you mean 'valid_from'"),
        ({"x": 1}, "a row has no 'x'; there are valid_from, valid_until, pstn_dial_out_enabled"),
        ("room", "a row must be a mapping or a RoomRequest, not str"),
        (None, "not NoneType"),
    ],
)
def test_an_invalid_row_is_its_own_error_and_is_not_sent(row: object, message: str) -> None:
    shell = FakeShell()
    result = shell.run(3, row)
    assert message in str(result.error)
    assert isinstance(result.error, TypeError)
    assert shell.sent == []
    assert shell.job.progress() == BulkProgress(completed=1, succeeded=0, failed=1, from_journal=0)


def test_participants_that_can_be_read_once_are_sent_on_every_try() -> None:
    shell = FakeShell().response(LOST)
    shell.run(0, {"participants": (each for each in ["a", "b"])})
    assert [each["participants"] for each in shell.sent] == [["a", "b"]] * 2


def test_an_error_in_the_callers_participants_fails_their_row() -> None:
    result = FakeShell().run(0, {"participants": (1 / 0 for _ in "x")})
    assert isinstance(result.error, ZeroDivisionError)


def test_the_pair_is_on_the_disk_before_the_request_is_sent(journal: Path) -> None:
    shell = shell_with(journal)
    steps = shell.job.steps(shell.begun(0, {}), shell)
    function, *arguments = next(steps)
    assert function == shell.sync
    function(*arguments)
    _, keywords = steps.send(None)
    assert keywords["repeatability_request_id"] in journal.read_text()
    assert shell.sent == []


def test_a_finished_row_comes_from_the_journal(journal: Path) -> None:
    shell = shell_with(journal)
    shell.run(0, {"valid_from": START})
    shell.job.close()
    again = shell_with(journal)
    result = again.run(0, {"valid_from": START})
    assert (result.room, result.error, again.sent) == (ROOM, None, [])
    assert again.job.progress() == BulkProgress(completed=1, succeeded=1, failed=0, from_journal=1)


def test_a_rejected_row_comes_from_the_journal_with_its_error(journal: Path) -> None:
    shell = shell_with(journal).response(service_error(400))
    error = shell.run(0, {}).error
    shell.job.close()
    again = shell_with(journal)
    known = again.run(0, {}).error
    assert isinstance(known, HttpResponseError)
    assert isinstance(error, HttpResponseError)
    assert (known.status_code, known.message) == (400, error.message)
    assert again.sent == []


@pytest.mark.parametrize("error", [service_error(401), service_error(403), NOT_SENT, ValueError("x")], ids=repr)
def test_a_row_of_which_nothing_was_done_is_sent_by_the_next_run(journal: Path, error: Exception) -> None:
    shell = shell_with(journal).response(*[error] * 4)
    assert shell.run(0, {}).error is error
    shell.job.close()
    again = shell_with(journal)
    again.elapsed = 1000
    assert again.run(0, {}).room == ROOM
    assert again.pairs()[0] not in shell.pairs()


def test_a_create_under_way_when_the_run_was_killed_is_sent_again_with_its_pair(journal: Path) -> None:
    shell = shell_with(journal)
    killed(shell, 0, {})
    again = shell_with(journal)
    again.elapsed = 289
    assert again.run(0, {}).room == ROOM
    (pair,) = again.pairs()
    assert pair[0] in journal.read_text().splitlines()[1]
    assert pair[1] == START


def test_a_create_whose_outcome_is_unknown_is_named_and_not_sent(journal: Path) -> None:
    shell = shell_with(journal)
    killed(shell, 0, {})
    again = shell_with(journal)
    again.elapsed = 291
    error = again.run(0, {}).error
    assert isinstance(error, OutcomeUnknownError)
    assert (error.index, error.first_sent) == (0, START)
    assert str(error).startswith("row 0: a create was sent at 2030-01-01T12:00:00+00:00 and its outcome is not known.")
    assert again.sent == []


def test_a_412_for_a_pair_of_an_earlier_run_has_an_unknown_outcome(journal: Path) -> None:
    killed(shell_with(journal), 0, {})
    again = shell_with(journal).response(service_error(412))
    assert isinstance(again.run(0, {}).error, OutcomeUnknownError)


def test_a_412_for_a_new_pair_is_retried_with_another_pair() -> None:
    shell = FakeShell().response(service_error(412))
    assert shell.run(0, {}).room == ROOM
    assert len({request_id for request_id, _ in shell.pairs()}) == 2
    stubborn = FakeShell().response(*[service_error(412)] * 4)
    assert isinstance(stubborn.run(0, {}).error, HttpResponseError)
    assert len(stubborn.sent) == 4


def test_a_row_that_may_be_done_keeps_its_pair_for_the_next_run(journal: Path) -> None:
    shell = shell_with(journal).response(*[LOST] * 4)
    assert shell.run(0, {}).error is LOST
    shell.job.close()
    again = shell_with(journal)
    again.run(0, {})
    assert again.pairs()[0] == shell.pairs()[0]


def test_a_delete_is_sent_again_at_any_time(journal: Path) -> None:
    killed(shell_with(journal, "delete_rooms"), 0, ROOM.id)
    again = shell_with(journal, "delete_rooms").response(None)
    again.elapsed = 10_000
    result = again.run(0, ROOM)
    assert (result.room, result.error) == (None, None)
    assert again.sent == [{"room_id": ROOM.id}]


def test_a_404_after_a_delete_whose_response_was_lost_is_a_success() -> None:
    shell = FakeShell("delete_rooms").response(LOST, service_error(404))
    assert shell.run(0, ROOM.id).error is None
    assert isinstance(FakeShell("delete_rooms").response(service_error(404)).run(0, "1").error, ResourceNotFoundError)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({}, {"pstn_dial_out_enabled": True}),
        ({"valid_until": START}, {"valid_until": START + timedelta(seconds=1)}),
        ({"participants": {"a": "Presenter"}}, {"participants": {"a": "Attendee"}}),
        ({"participants": ["a", "b"]}, {"participants": ["a"]}),
    ],
)
def test_another_row_than_the_one_that_was_sent_is_rejected(journal: Path, before: Any, now: Any) -> None:
    shell = shell_with(journal)
    shell.run(0, before)
    shell.job.close()
    again = shell_with(journal)
    with pytest.raises(JournalError, match=r"row 0 of the input differs from row 0 in .*, which was sent"):
        again.run(0, now)


def test_a_row_that_was_rejected_may_be_corrected(journal: Path) -> None:
    shell = shell_with(journal).response(service_error(400))
    shell.run(0, {"valid_until": START})
    shell.job.close()
    again = shell_with(journal)
    assert again.run(0, {"valid_until": START + timedelta(days=1)}).room == ROOM


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"valid_from": START}, {"valid_from": START.astimezone(timezone(timedelta(hours=5)))}),
        ({"valid_from": START}, {"valid_from": START.isoformat()}),
        ({"participants": None}, {}),
        ({"participants": ("a",)}, {"participants": ["a"]}),
        ({"valid_from": datetime.max}, {"valid_from": datetime.max}),
        ({"valid_from": EARLIEST}, {"valid_from": EARLIEST}),
        ({"valid_from": START.date()}, {"valid_from": START.date()}),
        ({"participants": [RoomParticipant("a")]}, {"participants": [RoomParticipant("a", "Attendee")]}),
        ({"participants": [object()]}, {"participants": [object()]}),
    ],
    ids=["zone", "text", "none", "tuple", "latest", "earliest", "date", "participant", "object"],
)
def test_equal_rows_are_the_same_row(journal: Path, one: Any, other: Any) -> None:
    shell = shell_with(journal)
    shell.run(0, one)
    shell.job.close()
    assert shell_with(journal).run(0, other).room == ROOM


def test_the_order_of_a_set_does_not_matter(journal: Path) -> None:
    """It differs in each process, for text."""
    one, other = {Id("a"), Id("b")}, frozenset([Id("b"), Id("a")])  # of equal hashes, the first comes first
    assert list(one) != list(other)
    shell = shell_with(journal)
    shell.run(0, {"participants": one})
    shell.job.close()
    again = shell_with(journal)
    assert again.run(0, {"participants": other}).room == ROOM
    assert again.sent == []


class Id(str):
    """A raw id with a hash that is known."""

    __slots__ = ()

    def __hash__(self) -> int:
        return len(self)


def test_a_failure_is_plain_data() -> None:
    assert failure_of(service_error(429, Retry_After="3")) == Failure(False, True, False, True, False, 3)
