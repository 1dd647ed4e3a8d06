"""Lists that come page by page, and that never end early without saying so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any, Callable, Generic, TypeVar

from azure.core.exceptions import HttpResponseError
from azure.core.paging import ItemPaged, PageIterator

T = TypeVar("T")
ResponseType = TypeVar("ResponseType")


class Pages(PageIterator[T]):
    """The pages of a list. A page that failed is asked for again by the next ``next()``.

    :ivar continuation_token: The link to the next page. ``by_page`` of any client for the same endpoint resumes there,
        in another process too.
    """

    def __init__(
        self,
        get_next: Callable[[str | None], ResponseType],
        extract_data: Callable[[ResponseType], tuple[str | None, Iterable[T]]],
        continuation_token: str | None = None,
    ) -> None:
        super().__init__(get_next, extract_data, continuation_token)  # type: ignore[arg-type]  # the last has no link
        self._followed: set[bytes] = set()

    def __next__(self) -> Iterator[T]:
        """The next page.

        :raises ~azure.core.exceptions.HttpResponseError: If its link was followed before: the list would never end.
        """
        link = self.continuation_token
        if link is None:
            return super().__next__()
        digest = blake2b(link.encode("utf-8", "surrogatepass"), digest_size=16).digest()  # links are long, and many
        if digest in self._followed:
            error = HttpResponseError(
                "The service's link to the next page leads back to a page that was listed before; the list would never "
                "end."
            )
            error.continuation_token = link
            raise error
        page = super().__next__()
        self._followed.add(digest)
        return page


class ItemsByPage(ItemPaged[T], Generic[T]):
    """The items of a list. After an error the next ``next()`` asks for the page that failed again.

    azure-core's own would end there, as if the list were whole.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, page_iterator_class=Pages, **kwargs)
        self._pages: Iterator[Iterator[T]] | None = None
        self._items: Iterator[T] = iter(())

    def __next__(self) -> T:
        """The next item.

        :raises ~azure.core.exceptions.AzureError: If its page cannot be had; ``continuation_token`` of the error
            resumes there (None for the first page).
        """
        while True:
            for item in self._items:
                return item
            if self._pages is None:
                self._pages = self.by_page()
            self._items = next(self._pages)
