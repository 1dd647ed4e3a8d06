"""Generators of steps: driven to their end in both ways, whatever a step does, and closed whatever ends the call."""

import ast
import asyncio
import linecache
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any, Callable

import pytest

from azure.communication.rooms import _pipeline
from azure.communication.rooms._pipeline.steps import take, take_async

Steps = Generator[tuple[Any, ...], Any, Any]
#: Both drivers.
DRIVERS: dict[str, Callable[[Steps], Any]] = {
    "take": take,
    "take_async": lambda steps: asyncio.run(take_async(steps)),
}
each_driver = pytest.mark.parametrize("drive", DRIVERS.values(), ids=DRIVERS)


def fail(error: BaseException) -> None:
    raise error


@each_driver
def test_the_results_of_steps_go_back_and_the_value_of_the_generator_comes_out(drive: Any) -> None:
    def steps() -> Steps:
        total = yield max, 1, 2
        total += yield (lambda: 40,)
        return total

    assert drive(steps()) == 42


@each_driver
def test_a_generator_without_steps_is_its_value(drive: Any) -> None:
    def steps() -> Steps:
        return 1
        yield  # makes it a generator

    assert drive(steps()) == 1


@each_driver
def test_an_error_of_a_step_can_be_handled(drive: Any) -> None:
    def steps() -> Steps:
        try:
            yield fail, KeyError("a")
        except KeyError as error:
            seen = error.args
        return (yield (lambda: seen,))

    assert drive(steps()) == ("a",)


@each_driver
@pytest.mark.parametrize("error", [ValueError("a"), KeyboardInterrupt(), SystemExit(1), GeneratorExit()], ids=repr)
def test_an_error_of_a_step_comes_out_and_the_generator_cleans_up(drive: Any, error: BaseException) -> None:
    cleaned = []

    def steps() -> Steps:
        try:
            yield fail, error
        finally:
            cleaned.append(True)

    with pytest.raises(type(error)) as caught:
        drive(steps())
    assert caught.value is error
    assert cleaned == [True]


@each_driver
def test_an_error_of_the_generator_comes_out(drive: Any) -> None:
    def steps() -> Steps:
        yield (int,)
        raise ValueError("a")

    with pytest.raises(ValueError, match=r"^a$"):
        drive(steps())


@each_driver
def test_a_stop_iteration_of_a_step_is_no_end(drive: Any) -> None:
    def steps() -> Steps:
        yield fail, StopIteration(1)

    with pytest.raises(RuntimeError, match="StopIteration"):
        drive(steps())


@each_driver
def test_steps_within_steps(drive: Any) -> None:
    def inner() -> Steps:
        return (yield (lambda: 1,))

    def steps() -> Steps:
        first = yield from inner()
        return first + (yield from inner())

    assert drive(steps()) == 2


def test_what_can_be_awaited_is() -> None:
    async def double(number: int) -> int:
        await asyncio.sleep(0)
        return number * 2

    def steps() -> Steps:
        return (yield double, (yield double, (yield (lambda: 1,))))

    assert asyncio.run(take_async(steps())) == 4


async def cancelled(cleaned: list[str]) -> None:
    def steps() -> Steps:
        try:
            yield asyncio.sleep, 60
        except asyncio.CancelledError:
            cleaned.append("handled")
            raise
        finally:
            cleaned.append("cleaned")

    task = asyncio.ensure_future(take_async(steps()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_cancelled_coroutine_cleans_up() -> None:
    cleaned: list[str] = []
    asyncio.run(cancelled(cleaned))
    assert cleaned == ["handled", "cleaned"]


def test_a_coroutine_that_is_closed_cleans_up() -> None:
    cleaned = []

    def steps() -> Steps:
        try:
            yield Pending, None
        finally:
            cleaned.append(True)

    coroutine = take_async(steps())
    coroutine.send(None)
    coroutine.close()
    assert cleaned == [True]


class Pending:
    """What is awaited for ever."""

    def __init__(self, _: object) -> None:
        pass

    def __await__(self) -> Generator[None, None, None]:
        yield


#: What an asynchronous policy must leave to the generator of its steps.
LOGIC = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.With, ast.AsyncWith, ast.BoolOp)


def test_no_asynchronous_policy_has_logic_of_its_own() -> None:
    folder = Path(str(_pipeline.__file__)).parent
    sends = [
        (path.name, node)
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.AsyncFunctionDef) and node.name != "take_async"
    ]
    assert [name for name, _ in sends] != []
    assert [(name, node.name) for name, node in sends if any(isinstance(each, LOGIC) for each in ast.walk(node))] == []


def interrupt_in(code: Any, line: str) -> Callable[..., Any]:
    """A trace function that raises KeyboardInterrupt before a line of a function, as a signal can."""

    def trace(frame: Any, event: str, _: object) -> Any:
        if frame.f_code is not code:
            return None
        if event == "line" and linecache.getline(code.co_filename, frame.f_lineno).strip() == line:
            raise KeyboardInterrupt
        return trace

    return trace


def test_an_interrupt_between_two_steps_closes_the_generator_at_once() -> None:
    cleaned = []

    def steps() -> Steps:
        try:
            yield (int,)
        finally:
            cleaned.append(True)

    made = steps()
    before = sys.gettrace()
    sys.settrace(interrupt_in(take.__code__, "step = steps.send(result)"))
    try:
        with pytest.raises(KeyboardInterrupt):
            take(made)
    finally:
        sys.settrace(before)
    assert cleaned == [True]
