"""What the recordings hold: every operation on both wires, and no personal data."""

import ast
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import scrubbing
from playback_runs import RECORDINGS, name_of, read

from azure.communication.rooms import RoomsClient

PATHS = sorted(RECORDINGS.rglob("*.yaml"))

#: Everything that looks like personal data, and the form in which alone it may stand in a recording.
FORMS = {
    "origin": (r"https?://[^/\"'\s]+", r"https://(sanitized\.communication\.azure\.com|tools\.ietf\.org)"),
    "host": (r"[\w.-]+\.(?:azure\.(?:com|net)|windows\.net)", r"sanitized\.communication\.azure\.com"),
    "loopback": (r"127\.0\.0\.\d+|localhost|::1", "(?!)"),
    "guid": (
        scrubbing.GUID,
        f"{scrubbing.SANITIZED_GUID}|11111111-2222-4333-8444-555555555555|66666666-7777-4888-8999-00000000000[1-4]",
    ),
    "user": (scrubbing.USER.pattern, r"8:acs:1{8}-2222-4333-8444-5{12}_6{8}-7777-4888-8999-00000000000[1-4]"),
    "other identity": (r"(?:4:\+?\d+|8:orgid|8:spool|28:)[\w:-]*", "(?!)"),
    "room id": (r"(?<![\d.-])\d{13,}(?!\d)", scrubbing.SANITIZED_ROOM_ID.pattern),
    "page token": (scrubbing.PAGE_TOKEN.pattern, scrubbing.SANITIZED_PAGE_TOKEN.pattern),
    "trace id": (scrubbing.TRACE_ID.pattern, scrubbing.SANITIZED_TRACE_ID),
    "signature": (r"(?i)signature=?|accesskey=?|sharedkey", "(?!)"),
    "hash or key": (r"[A-Za-z0-9+/]{40,}=|[A-Za-z0-9+]{40,}", "(?!)"),
    "token": (r"eyJ[\w.-]+|Bearer .+", "(?!)"),
    "date": (scrubbing.HTTP_DATE.pattern, "Tue, 18 Mar 2025 12:00:00 GMT"),
    "correlation": (r"(?<=- )[A-Za-z0-9+/]{22}\.\d", r"A{22}\.0"),
    "time": (scrubbing.SECONDS + r"[^\"']*", r"202[45]-\d\d-\d\dT12:00:00(\.0+)?(Z|\+00:00)"),
}
HEADERS = {*scrubbing.SENT, *scrubbing.RESPONDED}


@pytest.mark.parametrize("what", FORMS)
def test_no_recording_holds_personal_data(what: str) -> None:
    pattern, form = FORMS[what]
    found = {
        f"{name_of(path)}: {match[0]}"
        for path in PATHS
        for match in re.finditer(pattern, path.read_text("utf-8"))
        if not re.fullmatch(form, match[0])
    }
    assert found == set()


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("origin", "http://127.0.0.1:8420/rooms"),
        ("origin", "https://contoso.communication.azure.com"),
        ("host", "contoso.communication.azure.com"),
        ("loopback", "localhost:1"),
        ("guid", "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"),
        ("user", "8:acs:b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e_66666666-7777-4888-8999-000000000001"),
        ("other identity", "8:orgid:b1b4c8a2"),
        ("room id", "id: 99412345678901234"),
        ("page token", "/rooms?nextLink=W3sidG9rZW4iOiIr&api-version=x"),
        ("trace id", f"00-{'a' * 32}-{'b' * 16}-00"),
        ("signature", "host&Signature=abc"),
        ("hash or key", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        ("token", "Bearer eyJhbGciOiJub25lIn0.e30.x"),
        ("date", "Wed, 19 Mar 2025 12:00:00 GMT"),
        ("correlation", "- AAAAAAAAAAAAAAAAAAAAAB.0"),
        ("time", "2025-03-18T12:00:00.1234567+00:00"),
    ],
)
def test_personal_data_is_found(what: str, text: str) -> None:
    pattern, form = FORMS[what]
    match = re.search(pattern, text)
    assert match
    assert not re.fullmatch(form, match[0])


def test_recordings_have_no_headers_but_those_that_matter() -> None:
    names = {
        name for path in PATHS for e in read(path) for part in ("request", "response") for name in e[part]["headers"]
    }
    assert names <= HEADERS


CURRENT = {
    ("POST", "/rooms"),
    ("GET", "/rooms"),
    ("GET", "/rooms/{}"),
    ("PATCH", "/rooms/{}"),
    ("DELETE", "/rooms/{}"),
    ("GET", "/rooms/{}/participants"),
    ("PATCH", "/rooms/{}/participants"),
}
PREVIEW_2022 = {
    *(CURRENT - {("GET", "/rooms"), ("PATCH", "/rooms/{}/participants")}),
    *(("POST", f"/rooms/{{}}/participants:{verb}") for verb in ("add", "update", "remove")),
}


@pytest.mark.parametrize(
    ("version", "operations"),
    [
        ("2022-02-01", PREVIEW_2022),
        *((version, CURRENT) for version in ("2023-06-14", "2023-10-30-preview", "2024-04-15", "2025-03-13")),
    ],
)
def test_every_operation_is_recorded_with_success(version: str, operations: set[tuple[str, str]]) -> None:
    recorded = set()
    for path in PATHS:
        for entry in read(path):
            url = urlsplit(entry["request"]["uri"])
            if url.query.endswith(f"api-version={version}") and entry["response"]["status"]["code"] < 300:
                recorded.add((entry["request"]["method"], re.sub(r"(?<=/rooms/)\w+", "{}", url.path)))
    assert recorded == operations


def test_every_public_method_is_called() -> None:
    called = {
        node.attr
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
    }
    public = {name for name in dir(RoomsClient) if not name.startswith("_")}
    assert public - {"close", "from_connection_string"} <= called  # conftest.py calls these two


def test_a_list_is_recorded_over_three_pages() -> None:
    entries = read(RECORDINGS / "rooms" / "test_rooms_are_listed_over_three_pages.yaml")
    assert [urlsplit(entry["request"]["uri"]).query for entry in entries] == [
        "api-version=2025-03-13",
        "nextLink=page2&api-version=2025-03-13",
        "nextLink=page3&api-version=2025-03-13",
    ]
