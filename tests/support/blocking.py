"""The async client and its parts, called as if they were sync, so that one test holds for both."""

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from azure.core.rest import AsyncHttpResponse

if TYPE_CHECKING:
    from typing_extensions import Self


class Blocking:
    """Call an object of the async client as if it were sync: what it returns is awaited in an event loop.

    :param wrapped: A client, a transport, a response or a list.
    :param loop: The loop, which is not running.
    """

    def __init__(self, wrapped: Any, loop: asyncio.AbstractEventLoop) -> None:
        vars(self).update(wrapped=wrapped, loop=loop)

    def __getattr__(self, name: str) -> Any:
        found = getattr(vars(self)["wrapped"], name)
        return self._calling(found) if callable(found) and not inspect.isclass(found) else found

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.wrapped.__reduce_ex__(protocol)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.wrapped, name, value)

    def __repr__(self) -> str:
        return repr(self.wrapped)

    def __eq__(self, other: object) -> bool:
        return other is self or other is self.wrapped

    __hash__ = None  # type: ignore[assignment]

    def __enter__(self) -> "Self":
        self._run(self.wrapped.__aenter__())
        return self

    def __exit__(self, *details: object) -> None:
        self._run(self.wrapped.__aexit__(*details))

    def __iter__(self) -> Iterator[Any]:
        return self._result(self.wrapped.__aiter__())  # type: ignore[no-any-return]

    def __next__(self) -> Any:
        try:
            return self._result(self.wrapped.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def _calling(self, function: Any) -> Any:
        @functools.wraps(function)
        def call(*arguments: Any, **keywords: Any) -> Any:
            return self._result(function(*arguments, **keywords))

        return call

    def _result(self, result: Any) -> Any:
        if inspect.isawaitable(result):
            result = self._run(result)
        if isinstance(result, (AsyncIterator, AsyncHttpResponse)) or hasattr(result, "by_page"):
            return self if result is self.wrapped else Blocking(result, self.loop)
        return result

    def _run(self, awaitable: Any) -> Any:
        async def wait() -> Any:
            return await awaitable

        return self.loop.run_until_complete(wait())


@contextmanager
def event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop for :class:`Blocking`, ended as ``asyncio.run`` ends its own."""
    loop = asyncio.new_event_loop()
    try:
        yield loop
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
