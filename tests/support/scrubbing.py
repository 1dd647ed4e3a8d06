"""What recordings may hold: one table of rules for texts, one for the headers of requests, one for those of responses.

While recording, all personal data, or differs from run to run, becomes what stands for it here. In playback
only the headers of requests are held against their forms; everything else that a client sends is compared as it is.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, NamedTuple, Optional

import raw_ids
from vcr.request import Request

#: When it is in a recording.
NOON = datetime(2025, 3, 18, 12, 0, tzinfo=timezone.utc)
HOST = "sanitized.communication.azure.com"
ORIGIN = f"https://{HOST}"
#: On requests that prepare a test or clean up behind it, which no recording holds.
UNRECORDED = "x-unrecorded"

PEOPLE = (raw_ids.ALICE, raw_ids.BOB, raw_ids.CAROL, raw_ids.DAVE)
GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
SANITIZED_GUID = "00000000-0000-4000-8000-000000000000"
USER = re.compile(f"8:(?:acs|dod-acs|gcch-acs|spool):{GUID}_{GUID}")
ROOM_ID = re.compile(r"(?<![0-9A-Za-z])99\d{14,16}(?![0-9A-Za-z])")
#: Ids of rooms in recordings: those that were made, from 01, and 00 for one that never was.
SANITIZED_ROOM_ID = re.compile(r"994000000000000\d\d")
PAGE_TOKEN = re.compile(r"(?<=[?&]nextLink=)[^&\s\"]+")
SANITIZED_PAGE_TOKEN = re.compile(r"page\d+")
TRACE_ID = re.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-00")
SANITIZED_TRACE_ID = f"00-{'0' * 32}-{'0' * 16}-00"
#: A time in whole seconds; fraction and zone follow.
SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
TIME = re.compile(rf"({SECONDS})(\.\d+)?(Z|\+00:00)")
HTTP_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")

_FORMAT = "%Y-%m-%dT%H:%M:%S"
#: A time of the service's own lies this near to one that a test can name: a whole number of hours from now.
_NEAR = timedelta(minutes=10)


class Rule(NamedTuple):
    """What a text in a recording must not hold, and what stands for it."""

    what: str
    pattern: "re.Pattern[str]"
    write: "Callable[[Scrubber, re.Match[str]], str]"


class Recorded(Request):  # type: ignore[misc]  # vcrpy has no types
    """A request in the form of recordings. vcrpy requests that form several times; it has it after the first."""


class Scrubber:
    """Writes what one test sends and gets as a recording may hold it.

    :param origin: Scheme, host and port of the service that is recorded.
    :param now: When it is for the test, in whole minutes.
    :param users: Raw ids of those who stand for the people of the tests.
    """

    def __init__(self, origin: str, now: datetime, users: tuple[str, ...]) -> None:
        self.now = now
        self._origin = origin
        self._users = list(users)
        self._room_ids: list[str] = []
        self._page_tokens: list[str] = []

    def user(self, match: "re.Match[str]") -> str:
        """The people of the tests, then others, in the order in which they appear."""
        number = _number(match[0], self._users)
        return f"{raw_ids.ALICE[:-12]}{number:012d}"

    def room_id(self, match: "re.Match[str]") -> str:
        """A room's number, in the order in which they appear; what is sanitized already stays."""
        if SANITIZED_ROOM_ID.fullmatch(match[0]):
            return match[0]
        return f"994000000000000{_number(match[0], self._room_ids):02d}"

    def page_token(self, match: "re.Match[str]") -> str:
        """The number of a page; the first needs no token."""
        return f"page{_number(match[0], self._page_tokens) + 1}"

    def sent_time(self, match: "re.Match[str]") -> str:
        """As far from noon as it was from now, in the very form that was sent."""
        time = _time(match[1]) - self.now + NOON
        return f"{time.strftime(_FORMAT)}{match[2] or ''}{match[3]}"

    def returned_time(self, match: "re.Match[str]") -> str:
        """As far from noon as it was from now, in whole hours where it is near to that."""
        distance = _time(match[1]) - self.now
        hours = round(distance / timedelta(hours=1))
        if abs(distance - timedelta(hours=hours)) > _NEAR:
            return self.sent_time(match)
        return f"{(NOON + timedelta(hours=hours)).strftime(_FORMAT)}{match[3]}"

    def sent(self, text: str) -> str:
        """A text that the client sent."""
        return self._scrub(text, Rule("time", TIME, Scrubber.sent_time))

    def returned(self, text: str) -> str:
        """A text that the service returned."""
        return self._scrub(text, Rule("time", TIME, Scrubber.returned_time))

    def _scrub(self, text: str, *more: Rule) -> str:
        text = text.replace(self._origin, ORIGIN)
        for rule in (*RULES, *more):
            text = rule.pattern.sub(lambda match, rule=rule: rule.write(self, match), text)  # type: ignore[misc]
        return text

    def request(self, request: Request) -> Optional[Request]:
        """A request as a recording has it; None for one that none is to have."""
        if isinstance(request, Recorded):
            return request
        if UNRECORDED in request.headers:
            return None
        body = None if request.body is None else self.sent(_text(request.body))
        return Recorded(request.method, self.sent(request.uri), body, scrubbed_headers(request))

    def response(self, response: Mapping[str, Any]) -> dict[str, Any]:
        """A response as a recording has it."""
        headers = {name.lower(): values for name, values in response["headers"].items()}
        kept = {
            name: write(self, headers[name.lower()][0]) for name, write in RESPONDED.items() if name.lower() in headers
        }
        body = self.returned(response["body"]["string"].decode())
        return {
            "status": dict(response["status"]),
            "headers": {name: [value] for name, value in kept.items()},
            "body": {"string": body.encode()},
        }


RULES = (
    Rule("user", USER, Scrubber.user),
    Rule("room id", ROOM_ID, Scrubber.room_id),
    Rule("page token", PAGE_TOKEN, Scrubber.page_token),
    Rule("trace id", TRACE_ID, lambda *_: SANITIZED_TRACE_ID),
)

#: The headers of a response that clients read, and how each is written.
RESPONDED: dict[str, Callable[[Scrubber, str], str]] = {
    "Content-Type": lambda _, value: value,
    "Location": lambda scrubber, value: scrubber.returned(value),
    "MS-CV": lambda *_: "AAAAAAAAAAAAAAAAAAAAAA.0",
    "Repeatability-Result": lambda _, value: value,
    "Retry-After": lambda _, value: value,
    "api-deprecated-versions": lambda _, value: value,
    "api-supported-versions": lambda _, value: value,
    "x-ms-error-code": lambda _, value: value,
}

_ISO_TIME = re.compile(rf"{SECONDS}(\.\d+)?Z")
_IS_GUID = re.compile(GUID)
_SIGNATURE = re.compile("HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=[A-Za-z0-9+/]{43}=")
_DATE = "Tue, 18 Mar 2025 12:00:00 GMT"

#: The headers of a request that the service reads: forms, and what stands for a value of that form. A value of no such
#: form stays as it is, and so matches nothing.
SENT: dict[str, tuple[tuple["re.Pattern[str]", str], ...]] = {
    "Accept": (),
    "Authorization": ((_SIGNATURE, "HMAC-SHA256"), (re.compile(r"Bearer \S+"), "Bearer")),
    "Content-Type": (),
    "Repeatability-First-Sent": ((HTTP_DATE, _DATE), (_ISO_TIME, "2025-03-18T12:00:00.000000Z")),
    "Repeatability-Request-ID": ((_IS_GUID, SANITIZED_GUID),),
    "x-ms-client-request-id": ((_IS_GUID, SANITIZED_GUID),),
    "x-ms-content-sha256": (),
    "x-ms-date": ((HTTP_DATE, _DATE),),
    "x-ms-return-client-request-id": (),
}
HASH = "of the body"
#: What some HTTP libraries accept by default.
ANYTHING = "*/*"


def scrubbed_headers(request: Request) -> dict[str, str]:
    """The headers of a request that the service reads, those of a known form replaced."""
    headers = {}
    for name, forms in SENT.items():
        if request.headers.get(name, ANYTHING) != ANYTHING:
            value = _text(request.headers[name])
            headers[name] = next((stands for form, stands in forms if form.fullmatch(value)), value)
    if headers.get("x-ms-content-sha256") == _hash(request.body):
        headers["x-ms-content-sha256"] = HASH
    return headers


def as_played(request: Request) -> Request:
    """A request in playback: what the client sends is what a recording has, but for its headers."""
    if isinstance(request, Recorded):
        return request
    return Recorded(request.method, request.uri, request.body, scrubbed_headers(request))


def _hash(body: Optional[bytes]) -> str:
    return base64.b64encode(hashlib.sha256(body or b"").digest()).decode()


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _number(value: str, known: list[str]) -> int:
    if value not in known:
        known.append(value)
    return known.index(value) + 1


def _time(text: str) -> datetime:
    return datetime.strptime(text, _FORMAT).replace(tzinfo=timezone.utc)
