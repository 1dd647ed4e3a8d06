"""Text of callers as logs show it: in one line, without control characters."""

from __future__ import annotations

import logging

#: Characters of each text. A path, an id or an error's message can be megabytes.
TEXT_LIMIT = 1000


def escape(text: str) -> str:
    """Return a text with an escape such as ``\\x1b`` for every character that does not print.

    A line feed would forge a line, and ESC begins what a terminal obeys.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def shorten(text: str) -> str:
    """Return a text escaped, and cut to what logs keep of it."""
    text = escape(text[:TEXT_LIMIT]) if len(text) <= TEXT_LIMIT else f"{escape(text[: TEXT_LIMIT - 3])}..."
    return text if len(text) <= TEXT_LIMIT else f"{text[: TEXT_LIMIT - 3]}..."


class _Escape(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Escape the message of a record; a traceback keeps its lines."""
        record.msg, record.args = escape(record.getMessage()), None
        return True


#: The emulator's logger. Whatever is written through it is escaped.
LOGGER = logging.getLogger("azure.communication.rooms.emulator")
LOGGER.addFilter(_Escape())
