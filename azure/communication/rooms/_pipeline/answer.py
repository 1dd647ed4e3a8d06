"""Answers of the default transport: read whole or streamed, within a size, or an error of azure-core's."""

from __future__ import annotations

from collections.abc import Iterator

from azure.core.exceptions import (
    AzureError,
    DecodeError,
    IncompleteReadError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.rest import HttpRequest
from azure.core.rest._http_response_impl import HttpResponseImpl
from azure.core.utils import case_insensitive_dict
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import DecodeError as UndecodableBody
from urllib3.exceptions import HTTPError, ReadTimeoutError

#: Bytes that are read at a time.
_PIECE = 64 * 1024


class AnswerBrokenOffError(ServiceResponseError, IncompleteReadError):
    """The body of an answer did not come whole. Both of azure-core's errors for it, which its own transport mixes."""


class Answer(HttpResponseImpl):
    """An answer over urllib3.

    :param request: What it answers.
    :param response: urllib3's answer.
    :param int block_size: Bytes of a piece when it is streamed.
    :param int max_size: Bytes of its body, decompressed, beyond which :meth:`read` refuses it.
    """

    def __init__(self, request: HttpRequest, response: BaseHTTPResponse, block_size: int, max_size: int) -> None:
        super().__init__(
            request=request,
            internal_response=response,
            block_size=block_size,
            status_code=response.status,
            reason=response.reason,
            content_type=response.headers.get("Content-Type"),
            headers=case_insensitive_dict(response.headers.itermerged()),
            stream_download_generator=_stream,
        )
        self._max_size = max_size

    def read(self) -> bytes:
        """Read the body.

        :raises ~azure.core.exceptions.ServiceResponseError: If it does not come whole, or takes too long.
        :raises ~azure.core.exceptions.DecodeError: If it is too large, or not compressed as its header says.
        """
        if self._content is None:
            self._stream_download_check()  # type: ignore[no-untyped-call]  # azure-core's, without types
            parts: list[bytes] = []
            size = 0
            for part in self.pieces(_PIECE):
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
                raise AnswerBrokenOffError(f"The service answered {self.status_code}, but its headers broke off.")
            self._content = b"".join(parts)
        self._set_read_checks()  # type: ignore[no-untyped-call]  # likewise
        return self._content

    def _may_lack_its_body(self) -> bool:
        """Whether nothing says that the body is empty: ``http.client`` takes headers that break off as whole."""
        told = "Content-Length" in self.headers or "Transfer-Encoding" in self.headers
        return not told and self.status_code not in (204, 304) and self.request.method != "HEAD"

    def pieces(self, size: int, decompress: bool = True) -> Iterator[bytes]:
        """The body as it comes.

        :param int size: Bytes of a piece.
        :param bool decompress: Whether to decompress it.
        """
        response: BaseHTTPResponse = self._internal_response
        try:
            yield from response.stream(size, decode_content=decompress)
        except HTTPError as error:
            failure = error
        else:
            response.release_conn()
            return
        self.close()
        raise _body_error(failure, self.status_code)


def _stream(pipeline: object, response: Answer, decompress: bool = True) -> Iterator[bytes]:
    """What azure-core's response streams from."""
    return response.pieces(response.block_size, decompress)


def _body_error(failure: HTTPError, status: int) -> AzureError:
    """The error for a body that did not come whole."""
    forget_frames(failure)
    kind: type[AzureError] = AnswerBrokenOffError
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
