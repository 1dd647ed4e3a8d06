"""Lists that come page by page. They never end early without an error, and never list a page twice.

What both clients need is :class:`_PageSteps`; the classes below it are azure-core's two kinds of iterators.
"""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from azure.core.async_paging import AsyncItemPaged, AsyncList, AsyncPageIterator
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.paging import ItemPaged, PageIterator

from ._pipeline.steps import Steps, take, take_async

if TYPE_CHECKING:
    import asyncio

    from ._wire.call import Page

T = TypeVar("T")


class _PageSteps:
    """The pages of a list. After an error, the next call fetches the same page again.

    :param get_next: Fetches the page at a link; the first page for None.
    :type get_next: Callable[[str or None], Any]
    :param extract_data: Makes the items that the caller gets from those of a page.
    :type extract_data: Callable[[list[Any]], Iterable[Any]]
    :param continuation_token: The link to begin at; None for the first page.
    :type continuation_token: str or None
    :ivar continuation_token: The link to the next page. ``by_page`` of any client for the same endpoint resumes there,
        in another process too.
    """

    def __init__(
        self,
        get_next: Callable[[str | None], Any],
        extract_data: Callable[[list[Any]], Iterable[Any]],
        continuation_token: str | None = None,
    ) -> None:
        self.continuation_token = continuation_token
        self._get = get_next
        self._items_of = extract_data
        self._is_finished = False
        self._followed: set[bytes] = set()

    def _page(self) -> Steps[Iterator[Any] | None]:
        """Steps to the items of the next page; None after the last page.

        :raises ~azure.core.exceptions.HttpResponseError: If the link was followed before: the list would never end.
        :raises ~azure.core.exceptions.AzureError: If the page cannot be fetched; ``continuation_token`` of the error
            resumes at it.
        """
        if self._is_finished:
            return None
        link = self.continuation_token
        if self._leads_back(link):
            error = HttpResponseError(
                "The service's link to the next page leads back to a page that was listed before; the list would never "
                "end."
            )
            error.continuation_token = link
            raise error
        try:
            page: Page[Any] = yield self._fetch, link
        except AzureError as error:
            error.continuation_token = error.continuation_token or link
            raise
        items = iter(list(self._items_of(page.items)))  # all now: if this raises, the page is fetched again
        if link is not None:
            self._followed.add(_digest(link))
        self.continuation_token = page.next_link
        self._is_finished = page.next_link is None
        return items

    def _fetch(self, link: str | None) -> Any:
        """Fetch the page at a link."""
        return self._get(link)

    def _leads_back(self, link: str | None) -> bool:
        return link is not None and _digest(link) in self._followed


def _digest(link: str) -> bytes:
    return blake2b(link.encode("utf-8", "surrogatepass"), digest_size=16).digest()  # links are long, and many


class Pages(_PageSteps, PageIterator[T]):
    """The pages of a list, each an iterator of items."""

    def __next__(self) -> Iterator[T]:
        """The next page.

        :raises ~azure.core.exceptions.AzureError: If it cannot be fetched. The next call fetches it again.
        """
        items = take(self._page())
        if items is None:
            raise StopIteration("End of paging")
        return items


class ItemsByPage(ItemPaged[T]):
    """The items of a list. After an error, the next ``next()`` fetches the same page again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, page_iterator_class=Pages, **kwargs)
        self._pages: Iterator[Iterator[T]] | None = None
        self._items: Iterator[T] = iter(())

    def __next__(self) -> T:
        """The next item.

        :raises ~azure.core.exceptions.AzureError: If its page cannot be fetched; ``continuation_token`` of the error
            resumes there (None for the first page).
        """
        while True:
            for item in self._items:
                return item
            if self._pages is None:
                self._pages = self.by_page()
            self._items = next(self._pages)


class AsyncPages(_PageSteps, AsyncPageIterator[T]):
    """The pages of a list, each an asynchronous iterator of items.

    :keyword int read_ahead: Pages to fetch while the one before is in use: 0 or 1.
    """

    def __init__(
        self,
        get_next: Callable[[str | None], Awaitable[Page[T]]],
        extract_data: Callable[[list[Any]], Iterable[T]],
        continuation_token: str | None = None,
        *,
        read_ahead: int = 0,
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
            raise StopAsyncIteration("End of paging")
        if self._read_ahead and not self._is_finished and not self._leads_back(self.continuation_token):
            # Imported here: asyncio is a tenth of the start of a synchronous client, which does not need it.
            from asyncio import ensure_future

            self._prefetched = ensure_future(self._get(self.continuation_token))
            self._prefetched.add_done_callback(_retrieve)
        return items

    async def _fetch(self, link: str | None) -> Any:
        prefetched, self._prefetched = self._prefetched, None
        return await (self._get(link) if prefetched is None else prefetched)

    async def aclose(self) -> None:
        """Cancel the prefetch of a page, if there is one, and wait until that is done."""
        prefetched, self._prefetched = self._prefetched, None
        if prefetched is not None:
            from asyncio import wait  # imported here: see above

            prefetched.cancel()
            await wait([prefetched])

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
    from asyncio import get_running_loop  # likewise

    try:
        return get_running_loop() is loop
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
