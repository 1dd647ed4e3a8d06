"""The documents that describe the package to its users, and copies of their calls in our own words.

The documents lie beside the checkout; where they are absent, the copies in ``tests/documents/calls`` are what is run.
"""

import re
from pathlib import Path

import pytest

_PROJECT = Path(__file__).resolve().parent.parent.parent
_FOLDERS = {"document": _PROJECT.parent / "shared" / "documents", "copy": _PROJECT / "tests" / "documents" / "calls"}

#: For ``parametrize``: the document itself, and the copy.
SOURCES = list(_FOLDERS)


def read(source: str, name: str) -> str:
    """The text of a document, or of the copy of its calls. The test is skipped where the documents are absent."""
    path = _FOLDERS[source] / name
    if source == "document" and not path.exists():
        pytest.skip(f"the document {name} does not lie beside this checkout; the copy of its calls is run")
    return path.read_text("utf-8")


def blocks(text: str, language: str = "python") -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
