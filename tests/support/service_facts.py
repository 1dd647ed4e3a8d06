"""The facts about the live service: how they are read, and how the texts in them are written and matched.

``tests/service_facts/*.json`` holds one row for each fact: the set-up, the request and the response, and how the client
makes the same request. A side that cannot (``client``, ``emulator``, or a ``live`` resource) states why under ``skip``.
``section`` is the section of the notes on recordings of the service that states the fact (1 what is common, 2 formats,
3 successes, 4 errors, each kind by its name, 8 what later recordings showed), or ``wire`` for other recorded facts.

``tests/service_parity.json`` holds the records of the table of parity. A record has probes: requests in the form
of a fact, whose response is what the emulator does where the live service was not observed.

Names in braces are symbols: ``{now+30d}`` is a time, ``{date+1d}`` a date, ``{alice}`` a user, ``{room}`` the room that
the set-up made last, and the names of :data:`FORMS` are any text of a form.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, NamedTuple, Optional

import raw_ids
from frozen_clock import NOW

FOLDER = Path(__file__).resolve().parent.parent / "service_facts"
PARITY = FOLDER.with_name("service_parity.json")

_GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
_LINE = r" \| LineNumber: \d+ \| BytePositionInLine: \d+"


class Form(NamedTuple):
    """A pattern, and a text that matches it."""

    pattern: str
    example: str


FORMS = {
    "any": Form(".+", "0123456789"),
    "any room": Form(r"994\d{13,14}", "99400000000000002"),
    "any time": Form(rf"{_TIME}(?:\.\d{{0,6}}[1-9])?\+00:00", "2025-03-18T12:00:00.1625797+00:00"),
    "any user": Form(f"8:acs:{_GUID}_{_GUID}", f"{raw_ids.ALICE[:-3]}999"),
    "correlation": Form(r"[A-Za-z0-9+/]{22}\.0", "AAAAAAAAAAAAAAAAAAAAAA.0"),
    "guid": Form(_GUID, "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"),
    "http date": Form(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT", "Tue, 18 Mar 2025 12:00:00 GMT"),
    "iso time": Form(rf"{_TIME}\.\d{{3,6}}Z", "2025-03-18T12:00:00.120Z"),
    "line and byte": Form(f"(?:{_LINE})?", " | LineNumber: 0 | BytePositionInLine: 101"),
    "origin": Form(r"https?://[\w.:-]+", "https://contoso.communication.azure.com"),
    "page token": Form("[A-Za-z0-9]+", "W3sidG9rZW4iOiJSSUQ6MzAifQ"),
    "request id": Form(_GUID, "5d0cbd1c-0b5a-4bc5-9d53-2f1ab1d3a9f0"),
    "room": Form(r"994\d{13,14}", "99400000000000001"),
    "trace": Form("00-[0-9a-f]{32}-[0-9a-f]{16}-00", f"00-{'4' * 32}-{'2' * 16}-00"),
}
USERS = {"alice": raw_ids.ALICE, "bob": raw_ids.BOB, "carol": raw_ids.CAROL, "dave": raw_ids.DAVE}
#: A room id that no room has.
NEVER = "99400000000000000"

_SYMBOL = re.compile(r"\{([a-z][a-z ]*)((?:[+-][\d.]+[ds])*)\}")
_STEP = re.compile(r"([+-][\d.]+)([ds])")
_TIMES = re.compile(r"\{(up to )?(\d+) times\}")
_USERS = re.compile(r"\{(\d+) users\}")
_UNITS = {"d": "days", "s": "seconds"}


def rows() -> list[dict[str, Any]]:
    """Return all facts."""
    return [row for path in sorted(FOLDER.glob("*.json")) for row in json.loads(path.read_text("utf-8"))]


def parity_records() -> list[dict[str, Any]]:
    """Return all records of the table of parity."""
    records: list[dict[str, Any]] = json.loads(PARITY.read_text("utf-8"))
    return records


def probes() -> list[dict[str, Any]]:
    """Return the probes of all records, in the form of facts, each with the name of its record."""
    return [{**probe, "record": record["id"]} for record in parity_records() for probe in record.get("probes", [])]


def body_of(response: Mapping[str, Any]) -> Any:
    """Return the JSON body of a response; an error has the current version's form unless the row gives a body."""
    if "body" in response:
        return response["body"]
    return {"error": response["error"]} if "error" in response else response.get("content")


def resolved(template: Any, value: Any) -> Any:
    """Return a template whose optional members, named such as ``details?``, are there if the value has them."""
    if isinstance(template, dict):
        members = value if isinstance(value, dict) else {}
        return {
            name.rstrip("?"): resolved(each, members.get(name.rstrip("?")))
            for name, each in template.items()
            if not name.endswith("?") or name[:-1] in members
        }
    if isinstance(template, list) and isinstance(value, list):
        times, items = repeated(template, len(value))
        return [items[0]] * times if items is not template and len(items) == 1 else template
    return template


def content_of(request: Mapping[str, Any]) -> Optional[bytes]:
    """Return the body of a request that a row gives byte by byte, None where it gives JSON or none.

    ``nested`` is so many lists in one another, ``padding`` JSON with so many blanks at its end.
    """
    if "nested" in request:
        return b"[" * int(request["nested"]) + b"]" * int(request["nested"])
    if "padding" in request:
        return b"{}" + b" " * int(request["padding"])
    return None if "content" not in request else str(request["content"]).encode()


class Symbols:
    """Writes and matches texts with symbols.

    :param known: Values of symbols, which take precedence.
    :param now: The time that ``{now}`` stands for.
    """

    def __init__(self, known: Optional[Mapping[str, str]] = None, now: datetime = NOW) -> None:
        self.known = dict(known or {})
        self.now = now

    def time(self, steps: str) -> datetime:
        """Return the time that lies these steps from now, such as ``+30d-5s``."""
        distance = sum((timedelta(**{_UNITS[unit]: float(count)}) for count, unit in _STEP.findall(steps)), timedelta())
        return self.now + distance

    def written(self, template: Any, zone: str) -> Any:
        """Return JSON with a value for every symbol.

        :param template: JSON with symbols.
        :param zone: How times end: ``Z`` in requests, ``+00:00`` in responses.
        """
        if isinstance(template, str):
            return _SYMBOL.sub(lambda match: self.value(match[1], match[2], zone), template)
        if isinstance(template, list):
            times, items = repeated(template)
            return [self.written(item, zone) for item in items for _ in range(times)]
        if isinstance(template, dict):
            return {
                each: self.written(value, zone) for name, value in template.items() for each in self._names(name, zone)
            }
        return template

    def _names(self, name: str, zone: str) -> list[str]:
        """Return the names that a member stands for: ``{120 users}`` is so many users, made up after the first one."""
        users = _USERS.fullmatch(name)
        if users is None:
            return [str(self.written(name, zone))]
        return [f"{self.value('alice', '', zone)[:-3]}{number:03d}" for number in range(int(users[1]))]

    def value(self, name: str, steps: str, zone: str) -> str:
        """Return the value of one symbol."""
        if name == "now":
            return self.time(steps).replace(tzinfo=None).isoformat() + zone
        if name == "date":
            return self.time(steps).date().isoformat()
        if name == "http now":
            return format_datetime(self.time(steps), usegmt=True)
        if name in self.known:
            return self.known[name]
        return {**USERS, "never": NEVER}.get(name) or FORMS[name].example

    def matches(self, template: str, text: str) -> bool:
        """Return whether a text is what a template defines."""
        pattern, end = "", 0
        for match in _SYMBOL.finditer(template):
            pattern += re.escape(template[end : match.start()])
            is_form = match[1] in FORMS and match[1] not in self.known
            pattern += FORMS[match[1]].pattern if is_form else re.escape(self.value(match[1], match[2], "+00:00"))
            end = match.end()
        return re.fullmatch(pattern + re.escape(template[end:]), text) is not None

    def differences(self, template: Any, value: Any, path: str = "$") -> Iterator[str]:
        """Yield where JSON is not what a template defines: members, their order, and values or their forms."""
        if isinstance(template, dict) and isinstance(value, dict):
            expected = {self.written(name, "+00:00"): each for name, each in template.items()}
            if list(expected) != list(value):
                yield f"{path} has {list(value)}, not {list(expected)}"
            else:
                for name, each in expected.items():
                    yield from self.differences(each, value[name], f"{path}.{name}")
        elif isinstance(template, list) and isinstance(value, list):
            times, items = repeated(template, len(value))
            if len(value) != times * len(items):
                yield f"{path} has {len(value)} items, not {times * len(items)}"
            else:
                for number, each in enumerate(value):
                    yield from self.differences(items[number % len(items)], each, f"{path}[{number}]")
        elif isinstance(template, str) and isinstance(value, str):
            if not self.matches(template, value):
                yield f"{path} is {value!r}, not {template!r}"
        elif type(template) is not type(value) or template != value:
            yield f"{path} is {value!r}, not {template!r}"

    def response_differences(
        self, response: Mapping[str, Any], status: int, headers: Mapping[str, str], body: Any
    ) -> Iterator[str]:
        """Yield where a response is not what a row defines.

        :param headers: By lower-case name.
        """
        if status != response["status"]:
            yield f"status is {status}, not {response['status']}"
        for name, template in headers_of(response, str(self.known.get("origin"))).items():
            if name not in headers:
                yield f"header {name} is missing, not {template!r}"
            elif not self.matches(template, headers[name]):
                yield f"header {name} is {headers[name]!r}, not {template!r}"
        for name in response.get("absent", []):
            if name in headers:
                yield f"header {name} is {headers[name]!r}, not absent"
        yield from self.differences(resolved(body_of(response), body), body)


def headers_of(response: Mapping[str, Any], origin: str) -> dict[str, str]:
    """Return the headers that the response of a row has at an origin.

    RFC 6797: over plain HTTP, which the live service does not speak, no response has Strict-Transport-Security.
    """
    headers: dict[str, str] = {**response.get("headers", {})}
    if origin.startswith("http://"):
        headers.pop("strict-transport-security", None)
    return headers


def repeated(items: list[Any], length: Optional[int] = None) -> tuple[int, list[Any]]:
    """Return how often the items of a list template are repeated, and the items.

    :param length: Of the list that came. ``{up to 30 times}`` is as often as it has items, but no more than that.
    """
    match = _TIMES.fullmatch(items[0]) if items and isinstance(items[0], str) else None
    if match is None:
        return 1, items
    times = int(match[2])
    return (times if not match[1] or length is None else max(1, min(times, length))), items[1:]
