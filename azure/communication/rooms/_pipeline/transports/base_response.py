"""What responses of both transports share: the parts of azure-core's interface that need no I/O."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import MutableMapping
from email.message import Message
from typing import Any

from azure.core.exceptions import (
    AzureError,
    DecodeError,
    HttpResponseError,
    IncompleteReadError,
    ResponseNotReadError,
    ServiceResponseError,
    StreamClosedError,
    StreamConsumedError,
)
from azure.core.rest import HttpRequest
from azure.core.utils import case_insensitive_dict

#: How urllib3 begins the text of an error: with the connection, an object of this library.
_CONNECTION = r"^<?\w+\(host=[^)]*\)(?: at 0x[0-9a-f]+>)?: "


class IncompleteResponseError(ServiceResponseError, IncompleteReadError):
    """The body of a response is incomplete. Both of azure-core's errors for it, which its own transport mixes."""


class BaseResponse:
    """A response with azure-core's interface. What few callers need is computed on first use.

    :param request: The request that it belongs to.
    :param internal_response: The response of the HTTP library.
    :param int status_code: Its status.
    :param reason: Its reason phrase, if it has one.
    :param int block_size: Bytes of a piece when it is streamed.
    :param int max_size: Bytes of its body, decompressed, beyond which reading it fails.
    """

    def __init__(
        self,
        request: HttpRequest,
        internal_response: Any,
        status_code: int,
        reason: str | None,
        block_size: int,
        max_size: int,
    ) -> None:
        self._request = request
        self.internal_response = internal_response
        self._status_code = status_code
        self._reason = reason or ""
        self.block_size = block_size
        self._max_size = max_size
        self._is_closed = self._is_stream_consumed = False
        self._headers: MutableMapping[str, str] | None = None
        self._content: bytes | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave the connection out, so that an error that holds this response can be passed to another process."""
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
            self._headers = case_insensitive_dict(self._merged_headers())
        return self._headers

    def _merged_headers(self) -> Any:
        """Pairs of names and values; the values of a name that came several times are one, with commas between."""
        raise NotImplementedError  # pragma: no cover  # each transport has its own

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

    def _begin_stream(self) -> None:
        """Check that the body can still be read, and note that it is being read.

        :raises ~azure.core.exceptions.StreamConsumedError: If it was read before.
        :raises ~azure.core.exceptions.StreamClosedError: If the response was closed.
        """
        if self._is_stream_consumed:
            raise StreamConsumedError(self)
        if self._is_closed:
            raise StreamClosedError(self)
        self._is_stream_consumed = True

    def _too_large(self) -> DecodeError:
        """The error for a body beyond the limit."""
        return DecodeError(
            f"The service returned {self._status_code} with a body of more than {self._max_size} bytes, "
            "the limit. The client's keyword max_response_size sets it.",
            response=self,
        )

    def _body_error(self, kind: type[AzureError], failure: Exception) -> AzureError:
        """The error for a body that could not be read to its end."""
        forget_frames(failure)
        text = f"The service returned {self._status_code}, but its body could not be read: {describe(failure)}"
        return caused(kind(text, error=failure), failure)


def _charset_of(content_type: str | None) -> str | None:
    """The charset that a content type names; None where it names none, or one that Python does not know."""
    message = Message()
    message["Content-Type"] = content_type or ""
    charset = str(message.get_param("charset"))
    try:
        " ".encode(charset)  # codecs.lookup knows those that are not of text, too
    except (LookupError, UnicodeError):
        return None
    return charset


def describe(failure: BaseException) -> str:
    """The text of an error without the objects of connections in it, or its class where it has no text.

    :param failure: An error of urllib3 or aiohttp.
    """
    if len(failure.args) > 1 and type(failure).__str__ is BaseException.__str__:  # its text is that of a tuple
        texts = [describe(part) if isinstance(part, BaseException) else part for part in failure.args]
        text = ": ".join(text for text in texts if isinstance(text, str))
    else:
        text = str(failure)
    return re.sub(_CONNECTION, "", text) or type(failure).__name__


def caused(error: AzureError, cause: BaseException | None) -> AzureError:
    """Give an error its cause, outside of the ``except`` block that caught the cause."""
    error.__cause__ = cause
    return error


def forget_frames(error: BaseException | None) -> None:
    """Drop the tracebacks of an error and of its causes: their frames hold headers, and so credentials."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
