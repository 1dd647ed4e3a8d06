"""Lists that come page by page. They never end early without an error, and never list a page twice.

What both clients need is :class:`PageSteps`; those of the asynchronous client are in :mod:`._async_paging`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.paging import ItemPaged, PageIterator

from ._pipeline.steps import Steps, take

if TYPE_CHECKING:
    from ._wire.call import Page

T = TypeVar("T")


class PageSteps:
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


class Pages(PageSteps, PageIterator[T]):
    """The pages of a list, each an iterator of items."""

    def __next__(self) -> Iterator[T]:
        """The next page.

        :raises ~azure.core.exceptions.AzureError: If it cannot be fetched. The next call fetches it again.
        """
        items = take(self._page())
        if items is None:
            raise StopIteration
        return items


class ItemsByPage(ItemPaged[T]):
    """The items of a list. After an error, the next ``next()`` fetches the same page again."""

    def __init__(self, get_next: Callable[..., Any], extract_data: Callable[..., Any]) -> None:
        super().__init__(get_next, extract_data, page_iterator_class=Pages)
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
