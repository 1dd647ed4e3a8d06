"""The API report of the JavaScript package: the page on migration has a row for every public member of it."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from documents import SOURCES, read

import azure.communication.rooms

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "do" / "migrate_from_javascript.md"
_TABLE = PAGE.read_text("utf-8").partition("<!-- table: JavaScript -->\n")[2].partition("\n\n")[0]
#: JavaScript name -> what the page's table has.
ROWS = dict(re.findall(r"^\| `([^|]*)` \| (.*) \|$", _TABLE, re.MULTILINE))

_DECLARATION = re.compile(
    r"^export (?:interface|class) (\w+).*?\{\n(.*?)^\}|^export type (\w+) = (.*?);", re.DOTALL | re.MULTILINE
)


def members(report: str) -> list[str]:
    """Every public member of a report, as the page's table writes them."""
    found: list[str] = []
    for owner, body, alias, definition in _DECLARATION.findall(report):
        if owner != "RoomsClient":  # of the class the table has its members
            found.append(owner or alias)
        found += [f"{alias} {value}" for value in re.findall(r'"\w+"', definition)]
        for name, arguments in re.findall(r"^    (\w+)\??(?:\((.*?)\))?[:;]", body, re.MULTILINE):
            found.append(_constructor(arguments) if name == "constructor" else f"{owner}.{name}")
    return found


def _constructor(arguments: str) -> str:
    """``new RoomsClient(...)`` with each argument by its name, a credential by its type."""
    named = (
        argument.split(":")[::-1] if "credential" in argument else argument.split(":")
        for argument in arguments.split(", ")
    )
    return f"new RoomsClient({', '.join(each[0].strip(' ?') for each in named)})"


@pytest.mark.parametrize("source", SOURCES)
def test_the_page_has_a_row_for_every_public_member_and_no_other(source: str) -> None:
    text = read(source, "js-api-report.md")
    found = members(text) if source == "document" else re.findall(r"^- `(.*)`$", text, re.MULTILINE)
    assert len(found) == 38
    assert sorted(found) == sorted(ROWS)


@pytest.mark.parametrize("javascript", ROWS)
def test_what_a_row_names_is_there(javascript: str) -> None:
    names = re.findall(r"`([A-Z]\w+(?:\.\w+)?)(?:\(([^)]*)\))?`", ROWS[javascript])
    assert names or ROWS[javascript].startswith("None")
    for name, arguments in names:
        if name == "AzureKeyCredential":
            continue
        found: Any = azure.communication.rooms
        for part in name.split("."):
            # What its objects alone have is documented or annotated.
            attributes = {*re.findall(r":vartype (\w+):", found.__doc__ or ""), *getattr(found, "__annotations__", ())}
            found = part if part in attributes else getattr(found, part)
        keywords = re.findall(r"(\w+)=", arguments)
        assert not keywords or set(keywords) <= set(inspect.signature(found).parameters)
