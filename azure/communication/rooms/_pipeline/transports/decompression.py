"""Decompress a body piece by piece, in pieces of bounded size."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

#: Bytes of a decompressed piece at most.
_PIECE = 64 * 1024
_GZIP, _ZLIB, _RAW = zlib.MAX_WBITS | 16, zlib.MAX_WBITS, -zlib.MAX_WBITS
_CODINGS = {"gzip": _GZIP, "x-gzip": _GZIP, "deflate": _ZLIB}


class Decompressor:
    """Decompressor for the value of a ``Content-Encoding`` header.

    :param str content_encoding: The codings in the order in which they were applied. One that is not gzip or deflate
        ends the list: what it made is left as it is.
    """

    def __init__(self, content_encoding: str) -> None:
        self._codings: list[_Coding] = []
        for name in reversed(content_encoding.lower().split(",")):
            if name.strip() not in _CODINGS:
                break
            self._codings.append(_Coding(_CODINGS[name.strip()]))

    def pieces(self, data: bytes) -> Iterable[bytes]:
        """Decompress the next part of the body, lazily.

        :param bytes data: The part, as it came.
        :raises zlib.error: If it is not compressed as the header declares.
        """
        pieces: Iterable[bytes] = (data,)
        for coding in self._codings:
            pieces = chain.from_iterable(map(coding.pieces, pieces))
        return pieces

    @property
    def is_incomplete(self) -> bool:
        """Whether the compressed body has not come to its end."""
        return any(coding.is_incomplete for coding in self._codings)


class _Coding:
    """One coding of a body.

    :param int wbits: zlib's number for it.
    """

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._decompressor = zlib.decompressobj(wbits)
        self._start: bytes | None = b""

    @property
    def is_incomplete(self) -> bool:
        """Whether more is needed; an empty body is complete."""
        return self._start != b"" and not self._decompressor.eof

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Decompress the next part."""
        if self._start is not None:
            data = self._start + data
            if len(data) < 2:
                self._start = data
                return
            self._start = None
            if self._wbits == _ZLIB and not _has_zlib_header(data):
                self._decompressor = zlib.decompressobj(_RAW)
        while data:
            if self._decompressor.eof:
                data = data.lstrip(b"\0")  # padding
                if not data or self._wbits != _GZIP:
                    return  # what follows the end of a deflated body is ignored
                self._decompressor = zlib.decompressobj(_GZIP)  # a gzip file may have several members
            piece = self._decompressor.decompress(data, _PIECE)
            if piece:
                yield piece
            data = self._decompressor.unconsumed_tail or self._decompressor.unused_data


def _has_zlib_header(data: bytes) -> bool:
    """Whether deflated data begins with the header of RFC 1950, which some servers leave out."""
    return data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
