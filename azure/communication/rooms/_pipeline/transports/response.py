"""Responses of the default transport: read whole or streamed, within a size, or an error of azure-core's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError, DecodeError, ServiceResponseTimeoutError
from azure.core.rest import HttpRequest, HttpResponse
from urllib3 import BaseHTTPResponse, HTTPHeaderDict
from urllib3.exceptions import DecodeError as UndecodableBody
from urllib3.exceptions import HTTPError, ReadTimeoutError

from .base_response import BaseResponse, IncompleteResponseError

if TYPE_CHECKING:
    from typing_extensions import Self

#: Bytes that are read at a time.
_PIECE = 64 * 1024


class Urllib3Response(BaseResponse, HttpResponse):
    """A response over urllib3, with azure-core's interface.

    :param request: The request that it belongs to.
    :param response: urllib3's response, or that of a recorder that took its place.
    :param int block_size: Bytes of a piece when it is streamed.
    :param int max_size: Bytes of its body, decompressed, beyond which :meth:`read` fails.
    """

    def __init__(self, request: HttpRequest, response: BaseHTTPResponse, block_size: int, max_size: int) -> None:
        super().__init__(request, response, response.status, response.reason, block_size, max_size)

    def _merged_headers(self) -> Any:
        headers = self.internal_response.headers
        return headers.itermerged() if isinstance(headers, HTTPHeaderDict) else headers.items()  # of a recorder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self.internal_response.close()

    def read(self) -> bytes:
        """Read the body.

        :raises ~azure.core.exceptions.ServiceResponseError: If it does not come whole, or takes too long.
        :raises ~azure.core.exceptions.DecodeError: If it is too large, or not compressed as its header declares.
        """
        if self._content is None:
            self._content = self._read()
        self.close()
        return self._content

    def _read(self) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in self._pieces(_PIECE):
            size += len(part)
            if size > self._max_size:
                self.close()
                raise self._too_large()
            parts.append(part)
        return b"".join(parts)

    def iter_bytes(self, **_: Any) -> Iterator[bytes]:
        if self._content is None:
            yield from self._pieces(self.block_size)
        else:
            for start in range(0, len(self._content), self.block_size):
                yield self._content[start : start + self.block_size]
        self.close()

    def iter_raw(self, **_: Any) -> Iterator[bytes]:
        yield from self._pieces(self.block_size, decompress=False)
        self.close()

    def _pieces(self, size: int, decompress: bool = True) -> Iterator[bytes]:
        """The body as it comes, once.

        :param int size: Bytes of a piece.
        :param bool decompress: Whether to decompress it.
        """
        self._begin_stream()
        try:
            yield from self.internal_response.stream(size, decode_content=decompress)
        except HTTPError as error:
            failure = error
        else:
            return  # and urllib3 has given the connection back by itself
        self.close()
        raise self._body_error(_kind_of(failure), failure)

    def body(self) -> bytes:
        """Read the body. An earlier name of azure-core's for :meth:`read`."""
        return self.read()

    def stream_download(self, _: object = None, **__: Any) -> Iterator[bytes]:
        """Iterate over the body. An earlier name of azure-core's for :meth:`iter_bytes`."""
        return self.iter_bytes()


def _kind_of(failure: HTTPError) -> type[AzureError]:
    """The error for a body that could not be read to its end."""
    if isinstance(failure, UndecodableBody):
        return DecodeError
    if isinstance(failure, ReadTimeoutError):
        return ServiceResponseTimeoutError
    return IncompleteResponseError
