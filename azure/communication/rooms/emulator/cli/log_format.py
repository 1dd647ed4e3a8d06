"""The forms of the log: lines for people, or one JSON object a line."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timezone


class JsonFormatter(logging.Formatter):
    """Formats records as JSON objects.

    A request has ``time``, ``method``, ``target``, ``status`` (null when the connection was reset), ``ms``, ``reason``
    and ``account``. Every other record has ``time``, ``level`` and ``message``. Times are ISO 8601, in UTC.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        time = datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds")
        request = getattr(record, "request", None)
        if request is not None:
            return json.dumps({"time": time, **request})
        message = record.getMessage()
        if record.exc_info:
            message = f"{message}\n{self.formatException(record.exc_info)}"
        return json.dumps({"time": time, "level": record.levelname.lower(), "message": message})


class TextFormatter(logging.Formatter):
    """Formats records as lines for people. Their times are formatted once a second."""

    _second, _text = -1, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  logging's name
        """Return the local time of a record, in the format of the formatter."""
        second = int(record.created)
        if second != self._second:
            self._second, self._text = second, super().formatTime(record, datefmt)
        return self._text


def formatter(log_format: str) -> logging.Formatter:
    """Return the formatter of a form, ``text`` or ``json``."""
    if log_format == "json":
        return JsonFormatter()
    return TextFormatter("%(asctime)s %(message)s", "%H:%M:%S")
