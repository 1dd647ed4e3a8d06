"""Output of the command, to a stream that may be missing, or not be read."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TextIO


class Output:
    """Writes text to a stream.

    A stream with a file descriptor is written to by a copy of that, past the stream's own lock, which the interpreter
    takes when it ends: a thread whose write blocks for ever must not hold it.

    :param stream: Where to write; None, as in a process that was started without the stream, writes nowhere.
    :type stream: ~typing.TextIO or None
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self._descriptor: int | None = None
        if stream is not None:
            with suppress(OSError, ValueError):  # a stream without a file, such as a test's
                self._descriptor = os.dup(stream.fileno())

    def write(self, text: str) -> None:
        """Write text, for as long as that takes.

        :raises OSError: If whoever read it is gone, or there is no room for it.
        """
        if self._stream is None:
            return
        if self._descriptor is None:
            self._stream.write(text)
            return
        content = text.encode("utf-8", "backslashreplace")
        while content:
            content = content[os.write(self._descriptor, content) :]

    def close(self) -> None:
        """Close the copy, when nothing is written any more."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
