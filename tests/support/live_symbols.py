"""What a resource sent, as the drift report may show it: with symbols, and with nothing of the resource in it."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import service_facts
from dateutil.parser import isoparse
from service_facts import FORMS, Symbols

#: How far times that the resource chose may lie from those that are expected.
TOLERANCE = timedelta(minutes=2)

_GUID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NOW = re.compile(r"\{now([^}]*)\}")
_IDENTIFIER = re.compile(r"\b8:[a-z-]*(?:acs|spool):[^\s\"'|,;}\]]*[^\s\"'|,;}\].]")
_ROOM_ID = re.compile(r"(?<![0-9A-Za-z])99\d{12,17}(?![0-9A-Za-z])")
_ADDRESS = re.compile(r"\bhttps?://(?!tools\.ietf\.org/)[^/\s\"']+")
#: Long texts of letters in both cases and digits: keys, tokens and ids.
_LONG = "[A-Za-z0-9+/_=-]"
_TOKEN = re.compile(f"(?<!{_LONG})(?={_LONG}*[0-9])(?={_LONG}*[A-Z])(?={_LONG}*[a-z]){_LONG}{{20,}}")
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{16,}(?![0-9A-Za-z])")

#: The headers of a response that the report shows.
HEADERS = (
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "allow",
    "api-deprecated-versions",
    "api-supported-versions",
    "content-type",
    "location",
    "repeatability-result",
    "retry-after",
    "x-ms-error-code",
)


def scrubbed(text: str, secrets: Mapping[str, str]) -> str:
    """Return a text without anything that could be of the resource.

    :param secrets: What is known to be of the resource, and what is shown in its place.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, secrets[secret])
    for pattern, shown in (
        (_ADDRESS, "{origin}"),
        (_IDENTIFIER, "{identifier}"),
        (_GUID, "{guid}"),
        (_ROOM_ID, "{room id}"),
        (_TOKEN, "{token}"),
        (_HEX, "{token}"),
    ):
        text = pattern.sub(shown, text)
    return text


def scrubbed_json(value: Any, secrets: Mapping[str, str]) -> Any:
    """Return JSON whose texts and names are scrubbed."""
    if isinstance(value, str):
        return scrubbed(value, secrets)
    if isinstance(value, list):
        return [scrubbed_json(each, secrets) for each in value]
    if isinstance(value, dict):
        return {scrubbed(name, secrets): scrubbed_json(each, secrets) for name, each in value.items()}
    return value


class LiveSymbols(Symbols):
    """The symbols of one scene at a resource, whose clock runs.

    :param known: Values of symbols.
    :param now: The time by the clock of the resource.
    :ivar sent: The times that were sent, as pairs of the member and its template. They come back as they are.
    """

    def __init__(self, known: Mapping[str, str], now: datetime) -> None:
        super().__init__({"request id": str(uuid4()), **known}, now)
        self.sent: set[tuple[str, str]] = set()

    def value(self, name: str, steps: str, zone: str) -> str:
        """Return the value of one symbol; ids and dates of requests are new ones."""
        if name == "guid":
            return str(uuid4())
        if name == "http date":
            return format_datetime(self.now, usegmt=True)
        if name == "iso time":
            return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return super().value(name, steps, zone)

    def note_times(self, body: Any) -> None:
        """Keep which times a request has set."""
        if isinstance(body, dict):
            self.sent |= {(name, body[name]) for name in ("validFrom", "validUntil") if isinstance(body.get(name), str)}

    def shown(self, template: Any, value: Any, path: str = "body") -> Any:
        """Return JSON as it came, with the template in place of every text that matches it."""
        if isinstance(value, dict):
            names = {self.written(name, "+00:00"): name for name in template} if isinstance(template, dict) else {}
            if names and template.get("id") == "{any room}":  # another row's room: its flag has no meaning
                value = {
                    **value,
                    **{name: template[name] for name in ("pstnDialOutEnabled",) if {name} <= value.keys()},
                }
            return {
                names.get(name, name): self.shown(
                    template[names[name]] if name in names else None, each, f"{path}.{name}"
                )
                for name, each in value.items()
            }
        if isinstance(value, list):
            templates = template if isinstance(template, list) else []
            return [
                self.shown(templates[number] if number < len(templates) else None, each, f"{path}.{number}")
                for number, each in enumerate(value)
            ]
        return self._shown_text(template, value, path) if isinstance(value, str) else value

    def _shown_text(self, template: Any, text: str, path: str) -> str:
        now = _NOW.fullmatch(template) if isinstance(template, str) else None
        if now is not None:
            return self._shown_time(str(template), now[1], text, path)
        if isinstance(template, str) and self.matches(template, text):
            return template
        return self.relative(text) if re.fullmatch(FORMS["any time"].pattern, text) else text

    def _shown_time(self, template: str, steps: str, text: str, path: str) -> str:
        if not re.fullmatch(FORMS["any time"].pattern, text):
            return re.sub(r"\d", "0", text)  # the form is what differs
        member = path.rpartition(".")[2]
        if (member, template) not in self.sent:
            return template if abs(isoparse(text) - self.time(steps)) <= TOLERANCE else self.relative(text)
        if isoparse(text) == self.time(steps):
            return template
        shown = self.relative(text)
        return shown if shown != template else f"{template}, less exact"

    def relative(self, text: str) -> str:
        """Return a time as its distance from now, in whole days where it is near to that."""
        distance = isoparse(text) - self.now
        if abs(distance) > timedelta(days=3650):
            return text
        days = round(distance / timedelta(days=1))
        if abs(distance - timedelta(days=days)) <= TOLERANCE:
            return f"{{now{days:+d}d}}" if days else "{now}"
        return f"{{now{round(distance.total_seconds()):+d}s}}"


def expected_response(response: Mapping[str, Any], body: Any, origin: str) -> dict[str, Any]:
    """Return what the report shows as expected; a header that must be absent is null.

    :param body: The body that came, which may lack optional members.
    :param origin: Of the resource.
    """
    headers = {**service_facts.headers_of(response, origin), **dict.fromkeys(response.get("absent", []))}
    return {
        "status": response["status"],
        "headers": headers,
        "body": _expanded(service_facts.resolved(service_facts.body_of(response), body)),
    }


def seen_response(
    expected: Mapping[str, Any], symbols: LiveSymbols, status: int, headers: Mapping[str, str], body: Any
) -> dict[str, Any]:
    """Return what the report shows as seen.

    :param headers: By lower-case name.
    """
    names = {**expected["headers"], **{name: None for name in HEADERS if name in headers and name != "location"}}
    shown = {
        name: symbols.shown(expected["headers"].get(name), headers[name]) if name in headers else None for name in names
    }
    return {"status": status, "headers": shown, "body": symbols.shown(expected["body"], body)}


def differences(expected: Mapping[str, Any], seen: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return where two responses differ; where the statuses do, no more than that."""
    if expected["status"] != seen["status"]:
        return [{"where": "status", "expected": expected["status"], "seen": seen["status"]}]
    headers = {name: seen["headers"][name] for name in expected["headers"]}
    return [
        *_differences(dict(expected["headers"]), headers, "header"),
        *_differences(expected["body"], seen["body"], "body"),
    ]


def _differences(expected: Any, seen: Any, where: str) -> Iterator[dict[str, Any]]:
    if isinstance(expected, dict) and isinstance(seen, dict) and expected.keys() == seen.keys():
        if list(expected) != list(seen):
            yield {"where": f"{where} (order)", "expected": list(expected), "seen": list(seen)}
        for name in expected:
            yield from _differences(expected[name], seen[name], f"{where} {name}")
    elif isinstance(expected, list) and isinstance(seen, list) and len(expected) == len(seen):
        for one, other in zip(expected, seen):
            yield from _differences(one, other, where)
    elif type(expected) is not type(seen) or expected != seen:
        yield {"where": where, "expected": expected, "seen": seen}


def _expanded(template: Any) -> Any:
    """Return a template whose lists have all their items."""
    if isinstance(template, dict):
        return {name: _expanded(each) for name, each in template.items()}
    if isinstance(template, list):
        times, items = service_facts.repeated(template)
        return [_expanded(item) for _ in range(times) for item in items]
    return template
