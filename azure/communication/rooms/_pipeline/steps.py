"""Drive a generator of steps: logic that sends or waits, written once for the synchronous and the asynchronous client.

A step is a tuple of a function and its arguments. The driver calls the function and sends its result back into the
generator, or throws in what it raised::

    response = yield self.next.send, request
    yield transport.sleep, seconds

:func:`take` drives such a generator in a plain function, :func:`take_async` in a coroutine, where a step may return an
awaitable. Both close the generator at the end, so that its ``finally`` blocks always run.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

T = TypeVar("T")

#: What logic of steps returns when it is called. ``T`` is the type of its result.
Steps = Generator["tuple[Any, ...]", Any, T]


def take(steps: Steps[T]) -> T:
    """Take all steps.

    :param steps: The generator.
    :type steps: Generator
    :returns: What the generator returns.
    """
    try:
        step = next(steps)
        while True:
            try:
                result = step[0](*step[1:])
            except BaseException as error:  # noqa: BLE001  the generator handles or raises it
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        steps.close()


async def take_async(steps: Steps[T]) -> T:
    """Take all steps, and await what they return where it can be awaited.

    :param steps: The generator.
    :type steps: Generator
    :returns: What the generator returns.
    """
    try:
        step = next(steps)
        while True:
            try:
                result = step[0](*step[1:])
                if hasattr(result, "__await__"):
                    result = await result
            except BaseException as error:  # noqa: BLE001  the generator handles or raises it
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as stop:
        value: T = stop.value
        return value
    finally:
        steps.close()
