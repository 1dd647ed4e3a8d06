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


def formatter(log_format: str) -> logging.Formatter:
    """Return the formatter of a form, ``text`` or ``json``."""
    if log_format == "json":
        return JsonFormatter()
    return logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S")
