"""The table of what the live service was seen to do, and how its texts are written and matched.

``tests/service_facts.json`` holds one row a fact: what is set up, what is asked, what is answered; and how the client
says the same, or why a side cannot. ``observed`` is the section of the notes on recordings of the service that the fact
stands in (1 what is common, 2 formats, 3 successes, 4 errors, each kind by its name), or ``wire`` for the other facts
that were recorded. Names in braces stand for values: ``{now+30d}`` for a time, ``{alice}`` for
somebody, ``{room}`` for the room that was set up last, and those of :data:`FORMS` for any value of a form.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, Optional

import raw_ids
from frozen_clock import NOW

PATH = Path(__file__).resolve().parent.parent / "service_facts.json"

_GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
_LINE = r" \| LineNumber: \d+ \| BytePositionInLine: \d+"


class Form(NamedTuple):
    """What a value looks like, and one that does."""

    pattern: str
    example: str


FORMS = {
    "any": Form(".+", "0123456789"),
    "any room": Form(r"994\d{13,14}", "99400000000000002"),
    "any time": Form(rf"{_TIME}(?:\.\d{{0,6}}[1-9])?\+00:00", "2025-03-18T12:00:00.1625797+00:00"),
    "correlation": Form(r"[A-Za-z0-9+/]{22}\.0", "AAAAAAAAAAAAAAAAAAAAAA.0"),
    "guid": Form(_GUID, "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"),
    "http date": Form(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "Tue, 18 Mar 2025 12:00:00 GMT"),
    "iso time": Form(rf"{_TIME}\.\d{{3,6}}Z", "2025-03-18T12:00:00.120Z"),
    "line and byte": Form(f"(?:{_LINE})?", " | LineNumber: 0 | BytePositionInLine: 101"),
    "origin": Form(r"https?://[\w.:-]+", "https://contoso.communication.azure.com"),
    "page token": Form("[A-Za-z0-9]+", "W3sidG9rZW4iOiJSSUQ6MzAifQ"),
    "room": Form(r"994\d{13,14}", "99400000000000001"),
    "trace": Form("00-[0-9a-f]{32}-[0-9a-f]{16}-00", f"00-{'4' * 32}-{'2' * 16}-00"),
}
_PEOPLE = {"alice": raw_ids.ALICE, "bob": raw_ids.BOB, "carol": raw_ids.CAROL, "dave": raw_ids.DAVE}
#: An id that no room has.
_CONSTANTS = {**_PEOPLE, "never": "99400000000000000"}

_SYMBOL = re.compile(r"\{([a-z][a-z ]*)((?:[+-][\d.]+[ds])*)\}")
_STEP = re.compile(r"([+-][\d.]+)([ds])")
_TIMES = re.compile(r"\{(\d+) times\}")
_UNITS = {"d": "days", "s": "seconds"}


def rows() -> list[dict[str, Any]]:
    """All rows."""
    table: list[dict[str, Any]] = json.loads(PATH.read_text("utf-8"))
    return table


def moment(steps: str) -> datetime:
    """The time that a symbol names."""
    distance = sum((timedelta(**{_UNITS[unit]: float(count)}) for count, unit in _STEP.findall(steps)), timedelta())
    return NOW + distance


def written(template: Any, zone: str, known: Optional[Mapping[str, str]] = None) -> Any:
    """JSON with a value for every symbol.

    :param template: JSON with symbols.
    :param zone: How times end: ``Z`` in what is sent, ``+00:00`` in what is answered.
    :param known: Values of symbols, before those of everybody.
    """
    if isinstance(template, str):
        return _SYMBOL.sub(lambda match: _value(match, zone, known or {}), template)
    if isinstance(template, list):
        times, items = _repeated(template)
        return [written(item, zone, known) for item in items for _ in range(times)]
    if isinstance(template, dict):
        return {written(name, zone, known): written(value, zone, known) for name, value in template.items()}
    return template


def _value(match: "re.Match[str]", zone: str, known: Mapping[str, str]) -> str:
    name, steps = match.groups()
    if name == "now":
        return moment(steps).replace(tzinfo=None).isoformat() + zone
    return known.get(name) or _CONSTANTS.get(name) or FORMS[name].example


def _repeated(items: list[Any]) -> tuple[int, list[Any]]:
    """How often the items of a list stand there, and the items."""
    match = _TIMES.fullmatch(items[0]) if items and isinstance(items[0], str) else None
    return (int(match[1]), items[1:]) if match else (1, items)


def differences(template: Any, value: Any, known: Mapping[str, str], path: str = "$") -> Iterable[str]:
    """Where JSON is not what a template says: its members, their order, and their values or forms."""
    if isinstance(template, dict) and isinstance(value, dict):
        expected = {written(name, "+00:00", known): each for name, each in template.items()}
        if list(expected) != list(value):
            yield f"{path} has {list(value)}, not {list(expected)}"
        else:
            for name, each in expected.items():
                yield from differences(each, value[name], known, f"{path}.{name}")
    elif isinstance(template, list) and isinstance(value, list):
        times, items = _repeated(template)
        if len(value) != times * len(items):
            yield f"{path} has {len(value)} items, not {times * len(items)}"
        else:
            for number, each in enumerate(value):
                yield from differences(items[number % len(items)], each, known, f"{path}[{number}]")
    elif isinstance(template, str) and isinstance(value, str):
        if not matches(template, value, known):
            yield f"{path} is {value!r}, not {template!r}"
    elif type(template) is not type(value) or template != value:
        yield f"{path} is {value!r}, not {template!r}"


def matches(template: str, text: str, known: Mapping[str, str]) -> bool:
    """Whether a text is what a template says."""
    pattern, end = "", 0
    for match in _SYMBOL.finditer(template):
        pattern += re.escape(template[end : match.start()])
        name = match[1]
        is_form = name in FORMS and name not in known
        pattern += FORMS[name].pattern if is_form else re.escape(_value(match, "+00:00", known))
        end = match.end()
    return re.fullmatch(pattern + re.escape(template[end:]), text) is not None


def body_of(answer: Mapping[str, Any]) -> Any:
    """The body of an answer, for an error in the form of the current wire where it names no other."""
    return answer["body"] if "body" in answer else {"error": answer["error"]} if "error" in answer else None
