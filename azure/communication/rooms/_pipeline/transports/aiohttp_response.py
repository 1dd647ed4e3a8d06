"""Responses of the async transport."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from aiohttp import ClientError, ClientResponse, hdrs
from aiohttp.connector import Connection
from azure.core.exceptions import DecodeError, ServiceResponseTimeoutError
from azure.core.rest import AsyncHttpResponse, HttpRequest

from .base_response import BaseResponse, IncompleteResponseError
from .decompression import Decompressor
from .defaults import REQUEST_TIMEOUT

if TYPE_CHECKING:
    from typing_extensions import Self


#: Bytes of a part of a body that is read at once.
_PART = 256 * 1024


class FinalResponse(ClientResponse):
    """aiohttp's response, which is never one of 101 (Switching Protocols): no request here asks for that.

    aiohttp skips the other interim responses. After this one it would use the connection again, and the next request
    would get the response to this one. A connection with a response of 408 is not used again, either.
    """

    async def start(self, connection: Connection) -> ClientResponse:
        """Read status and headers, as aiohttp's does.

        :param ~aiohttp.connector.Connection connection: The connection that the request was sent over.
        :raises ~aiohttp.ClientError: If the status is 101. The connection ends.
        """
        # After the headers the connection may be back in its pool, without these.
        protocol, transport = cast("Any", connection.protocol), cast("Any", connection.transport)
        await super().start(connection)
        if self.status == REQUEST_TIMEOUT:
            protocol.force_close()  # behind the body
            if self.connection is None:
                with suppress(AttributeError):  # it has ended by itself, and is None
                    transport.close()
        if self.status == 101:
            with suppress(AttributeError):  # as above
                transport.abort()
            raise ClientError("it switched to another protocol (101), which the request did not ask for")
        return self


class AiohttpResponse(BaseResponse, AsyncHttpResponse):
    """A response over aiohttp, with azure-core's interface.

    :param request: The request that it belongs to.
    :param response: aiohttp's response, whose body is not decompressed.
    :param int block_size: Bytes of a piece when it is streamed.
    :param int max_size: Bytes of its body, decompressed, beyond which :meth:`read` fails.
    """

    def __init__(self, request: HttpRequest, response: ClientResponse, block_size: int, max_size: int) -> None:
        super().__init__(request, response, response.status, response.reason, block_size, max_size)
        self._stream = response.content
        self._has_received = False

    def __getstate__(self) -> dict[str, Any]:
        """Leave the stream out, too."""
        state = super().__getstate__()
        del state["_stream"]
        return state

    def __repr__(self) -> str:
        content_type = f", Content-Type: {self.content_type}" if self.content_type else ""
        return f"<AsyncHttpResponse: {self.status_code} {self.reason}{content_type}>"

    def _merged_headers(self) -> Any:
        merged: dict[str, str] = {}
        for name, value in self.internal_response.headers.items():
            merged[name] = f"{merged[name]}, {value}" if name in merged else value
        return merged

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the response; its connection, too, unless the body was read to its end."""
        if not self._is_closed:
            self._is_closed = True
            self.internal_response.close()

    async def read(self) -> bytes:
        """Read the body.

        :raises ~azure.core.exceptions.ServiceResponseError: If it is incomplete, or takes too long.
        :raises ~azure.core.exceptions.DecodeError: If it is too large, or not compressed as its header declares.
        """
        if self._content is None:
            self._begin_stream()
            parts: list[bytes] = []
            size = 0
            decompressor = self._decompressor()
            # A body that came as a whole is at its end: to wait for another part would cost 2 % of a call.
            while not (parts and self._stream.at_eof()) and (received := await self._receive()):
                for part in self._decompressed(decompressor, received):
                    size += len(part)
                    if size > self._max_size:
                        await self.close()
                        raise self._too_large()
                    parts.append(part)
            self._finish(decompressor)
            self._content = parts[0] if len(parts) == 1 else b"".join(parts)
        await self.close()
        return self._content

    async def iter_bytes(self, **_: Any) -> AsyncIterator[bytes]:
        """Iterate over the body, decompressed, in pieces of at most ``block_size`` bytes."""
        if self._content is not None:
            for piece in self._blocks(self._content):
                yield piece
            return
        self._begin_stream()
        decompressor = self._decompressor()
        while received := await self._receive():
            for part in self._decompressed(decompressor, received):
                for piece in self._blocks(part):
                    yield piece
        self._finish(decompressor)
        await self.close()

    async def iter_raw(self, **_: Any) -> AsyncIterator[bytes]:
        """Iterate over the body as it came, in pieces of at most ``block_size`` bytes."""
        self._begin_stream()
        while received := await self._receive():
            for piece in self._blocks(received):
                yield piece
        await self.close()

    async def _receive(self) -> bytes:
        """The next part of the body as it came; empty at its end. Closes the connection if there is no next part."""
        try:
            received: bytes = await self._stream.read(_PART)
            if not received and not self._has_received:
                # Empty, or read before by a recorder of connections; then aiohttp keeps the body.
                received = await self.internal_response.read()
            self._has_received = True
        except (ClientError, OSError, asyncio.TimeoutError) as error:
            failure: Exception = error
        except BaseException:
            await self.close()
            raise
        else:
            return received
        await self.close()
        is_timeout = isinstance(failure, asyncio.TimeoutError)
        raise self._body_error(ServiceResponseTimeoutError if is_timeout else IncompleteResponseError, failure)

    def _blocks(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), self.block_size):
            yield data[start : start + self.block_size]

    def _decompressor(self) -> Decompressor | None:
        coding = self.internal_response.headers.get(hdrs.CONTENT_ENCODING)
        return Decompressor(coding) if coding else None

    def _decompressed(self, decompressor: Decompressor | None, received: bytes) -> Iterator[bytes]:
        if decompressor is None:
            yield received
            return
        try:
            yield from decompressor.pieces(received)
        except zlib.error as error:
            failure = error
        else:
            return
        self._is_closed = True
        self.internal_response.close()
        raise self._body_error(DecodeError, failure)

    def _finish(self, decompressor: Decompressor | None) -> None:
        if decompressor is not None and decompressor.is_incomplete:
            raise self._body_error(DecodeError, zlib.error("the compressed body is incomplete"))

    async def body(self) -> bytes:
        """Read the body, by the name that responses of azure-core had before."""
        return await self.read()

    def stream_download(self, _: object = None, **__: Any) -> AsyncIterator[bytes]:
        """Iterate over the body, by the name that responses of azure-core had before."""
        return self.iter_bytes()
