"""The files of the page at ``/_emulator/``, and the headers that limit what a browser may do with them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

#: The page itself.
INDEX = "index.html"

_FOLDER = Path(__file__).parent / "page"
#: Not guessed: the table that ``mimetypes`` reads differs by machine, and modules of another type do not run.
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

#: Nothing but the page's own files and the emulator's own paths; no inline script or style; no frame around it.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",  # the next emulator on this port may be of another release
}


def find(path: str) -> tuple[str, bytes] | None:
    """Return the media type and the content of a file of the page; None when there is none of that path.

    :param path: Without the prefix of all admin paths: ``/`` is the page, its files stand under ``/page/``.
    """
    return _files().get(INDEX if path == "/" else path.partition("/page/")[2])


@lru_cache(maxsize=1)
def _files() -> Mapping[str, tuple[str, bytes]]:
    """Read all files once: a path of a request never names one on the disk."""
    return {
        file.name: (_MEDIA_TYPES[file.suffix], file.read_bytes())
        for file in _FOLDER.iterdir()
        if file.suffix in _MEDIA_TYPES
    }
