"""The lists of the asynchronous client: azure-core's asynchronous iterators over :class:`._paging.PageSteps`.

They stand apart from those of the synchronous client, which starts faster without them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from azure.core.async_paging import AsyncItemPaged, AsyncList, AsyncPageIterator

from ._paging import PageSteps
from ._pipeline.steps import take_async

if TYPE_CHECKING:
    from ._wire.call import Page

T = TypeVar("T")


class AsyncPages(PageSteps, AsyncPageIterator[T]):
    """The pages of a list, each an asynchronous iterator of items.

    :keyword int read_ahead: Pages to fetch while the one before is in use: 0 or 1.
    """

    def __init__(
        self,
        get_next: Callable[[str | None], Awaitable[Page[T]]],
        extract_data: Callable[[list[Any]], Iterable[T]],
        continuation_token: str | None = None,
        *,
        read_ahead: int,
    ) -> None:
        if read_ahead not in (0, 1):
            raise ValueError(f"read_ahead must be 0 or 1, not {read_ahead!r}")
        super().__init__(get_next, extract_data, continuation_token)
        self._read_ahead = read_ahead
        self._prefetched: asyncio.Task[Page[T]] | None = None

    async def __anext__(self) -> AsyncList[T]:
        """The next page.

        :raises ~azure.core.exceptions.AzureError: If it cannot be fetched. The next call fetches it again.
        """
        return AsyncList(await self.next_items())

    async def next_items(self) -> Iterator[T]:
        """The items of the next page, which is there already.

        :raises StopAsyncIteration: After the last page.
        """
        items = await take_async(self._page())
        if items is None:
            raise StopAsyncIteration
        if self._read_ahead and not self._is_finished and not self._leads_back(self.continuation_token):
            self._prefetched = asyncio.ensure_future(self._get(self.continuation_token))
            self._prefetched.add_done_callback(_retrieve)
        return items

    async def _fetch(self, link: str | None) -> Any:
        prefetched, self._prefetched = self._prefetched, None
        return await (self._get(link) if prefetched is None else prefetched)

    async def aclose(self) -> None:
        """Cancel the prefetch of a page, if there is one, and wait until that is done."""
        prefetched, self._prefetched = self._prefetched, None
        if prefetched is not None:
            prefetched.cancel()
            await asyncio.wait([prefetched])

    def __del__(self) -> None:
        prefetched = getattr(self, "_prefetched", None)
        if prefetched is not None and not prefetched.done():
            loop = prefetched.get_loop()
            with suppress(RuntimeError):  # the loop was closed
                if _is_running(loop):
                    prefetched.cancel()
                else:
                    loop.call_soon_threadsafe(prefetched.cancel)


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether this thread runs the loop."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _retrieve(task: asyncio.Task[Any]) -> None:
    """Retrieve the error of a prefetched page, so that asyncio does not log it if the caller never uses the page."""
    if not task.cancelled():
        task.exception()


class AsyncItemsByPage(AsyncItemPaged[T]):
    """The items of a list. After an error, the next ``anext()`` fetches the same page again."""

    def __init__(self, get_next: Callable[..., Any], extract_data: Callable[..., Any]) -> None:
        super().__init__(get_next, extract_data)
        self._pages: AsyncPages[T] | None = None
        self._items: Iterator[T] = iter(())

    def by_page(self, continuation_token: str | None = None, *, read_ahead: int = 0) -> AsyncPages[T]:
        """Iterate over pages in place of items.

        :param continuation_token: Where to begin: the ``continuation_token`` of an earlier iterator or of an error.
        :type continuation_token: str or None
        :keyword int read_ahead: 1 to fetch the next page, in a task, while the caller uses the one before. Leaving the
            iterator cancels it. Default 0.
        :returns: An asynchronous iterator of pages, which are asynchronous iterators of items.
        :raises ValueError: If ``read_ahead`` is neither 0 nor 1.
        """
        get_next, extract_data = self._args
        return AsyncPages(get_next, extract_data, continuation_token, read_ahead=read_ahead)

    async def __anext__(self) -> T:
        """The next item.

        :raises ~azure.core.exceptions.AzureError: If its page cannot be fetched; ``continuation_token`` of the error
            resumes there (None for the first page).
        """
        while True:
            for item in self._items:
                return item
            if self._pages is None:
                self._pages = self.by_page()
            self._items = await self._pages.next_items()
