"""Answers of the default transport: read whole or streamed, within a size, or an error of azure-core's."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, MutableMapping
from email.message import Message
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import (
    AzureError,
    DecodeError,
    HttpResponseError,
    IncompleteReadError,
    ResponseNotReadError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
    StreamClosedError,
    StreamConsumedError,
)
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.utils import case_insensitive_dict
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import DecodeError as UndecodableBody
from urllib3.exceptions import HTTPError, ReadTimeoutError

if TYPE_CHECKING:
    from typing_extensions import Self

#: Bytes that are read at a time.
_PIECE = 64 * 1024


class IncompleteResponseError(ServiceResponseError, IncompleteReadError):
    """The body of an answer did not come whole. Both of azure-core's errors for it, which its own transport mixes."""


class Urllib3Response(HttpResponse):
    """An answer over urllib3, with azure-core's interface. Whatever few ask for is made when it is asked for.

    :param request: What it answers.
    :param response: urllib3's answer.
    :param int block_size: Bytes of a piece when it is streamed.
    :param int max_size: Bytes of its body, decompressed, beyond which :meth:`read` refuses it.
    """

    def __init__(self, request: HttpRequest, response: BaseHTTPResponse, block_size: int, max_size: int) -> None:
        self._request = request
        self.internal_response = response
        self.block_size = block_size
        self._max_size = max_size
        self._is_closed = self._is_stream_consumed = False
        self._status_code = response.status
        self._reason = response.reason or ""
        self._headers: MutableMapping[str, str] | None = None
        self._content: bytes | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Without its connection, so that an error that holds it can be passed to another process."""
        state = {**vars(self), "_headers": self.headers, "_is_closed": True}
        del state["internal_response"]
        return state

    @property
    def request(self) -> HttpRequest:
        return self._request

    @property
    def url(self) -> str:
        return self._request.url

    @property
    def status_code(self) -> int:
        return self._status_code

    @property
    def reason(self) -> str:
        return self._reason

    @property
    def headers(self) -> MutableMapping[str, str]:
        if self._headers is None:
            self._headers = case_insensitive_dict(self.internal_response.headers.itermerged())
        return self._headers

    @property
    def content_type(self) -> str | None:
        return self.headers.get("Content-Type")

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @property
    def is_stream_consumed(self) -> bool:
        return self._is_stream_consumed

    @property
    def content(self) -> bytes:
        if self._content is None:
            raise ResponseNotReadError(self)
        return self._content

    @property
    def encoding(self) -> str | None:
        if not hasattr(self, "_encoding"):
            self._encoding = _charset_of(self.content_type)
        return self._encoding

    @encoding.setter
    def encoding(self, value: str | None) -> None:
        self._encoding = value

    def text(self, encoding: str | None = None) -> str:
        encoding = encoding or self.encoding
        if encoding is None:
            return self.content.decode("utf-8-sig", "replace")
        return self.content.decode("utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding)

    def json(self) -> Any:
        return json.loads(self.text())

    def raise_for_status(self) -> None:
        if self._status_code >= 400:
            raise HttpResponseError(response=self)

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
        :raises ~azure.core.exceptions.DecodeError: If it is too large, or not compressed as its header says.
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
                raise DecodeError(
                    f"The service answered {self.status_code} with a body of more than {self._max_size} bytes, "
                    "which is refused. The client's keyword max_response_size sets the limit.",
                    response=self,
                )
            parts.append(part)
        if not parts and self._may_lack_its_body():
            raise IncompleteResponseError(f"The service answered {self.status_code}, but its headers broke off.")
        return b"".join(parts)

    def _may_lack_its_body(self) -> bool:
        """Whether nothing says that the body is empty: ``http.client`` takes headers that break off as whole."""
        told = "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        return not told and self.status_code not in (204, 304) and self.request.method != "HEAD"

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
        if self._is_stream_consumed:
            raise StreamConsumedError(self)
        if self._is_closed:
            raise StreamClosedError(self)
        self._is_stream_consumed = True
        try:
            yield from self.internal_response.stream(size, decode_content=decompress)
        except HTTPError as error:
            failure = error
        else:
            return  # and urllib3 has given the connection back by itself
        self.close()
        raise _body_error(failure, self._status_code)

    def body(self) -> bytes:
        """Read the body, by the name that answers of azure-core had before."""
        return self.read()

    def stream_download(self, _: object = None, **__: Any) -> Iterator[bytes]:
        """Iterate over the body, by the name that answers of azure-core had before."""
        return self.iter_bytes()


def _charset_of(content_type: str | None) -> str | None:
    """The charset that a content type names; None where it names none, or one that Python does not know."""
    message = Message()
    message["Content-Type"] = content_type or ""
    charset = str(message.get_param("charset"))
    try:
        codecs.lookup(charset)
    except LookupError:
        return None
    return charset


def _body_error(failure: HTTPError, status: int) -> AzureError:
    """The error for a body that did not come whole."""
    forget_frames(failure)
    kind: type[AzureError] = IncompleteResponseError
    if isinstance(failure, UndecodableBody):
        kind = DecodeError
    elif isinstance(failure, ReadTimeoutError):
        kind = ServiceResponseTimeoutError
    text = f"The service answered {status}, but its body could not be read: {failure}"
    return caused(kind(text, error=failure), failure)


def caused(error: AzureError, cause: BaseException) -> AzureError:
    """Give an error its cause, which stands outside of the ``except`` block that caught it."""
    error.__cause__ = cause
    return error


def forget_frames(error: BaseException | None) -> None:
    """Drop the tracebacks of an error and of what led to it: their frames hold headers, and so the proof in them."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
