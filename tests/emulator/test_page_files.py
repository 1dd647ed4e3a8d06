"""The page's files: what is served to which callers, and what a browser may do with it."""

import http.client
import re
from pathlib import Path
from typing import Optional

import pytest
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.admin import page_files

FILES = sorted(page_files._FOLDER.iterdir())
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def fetch(
    emulator: RoomsEmulator, path: str, headers: Optional[dict[str, str]] = None, method: str = "GET"
) -> tuple[int, dict[str, str], str]:
    connection = http.client.HTTPConnection(emulator.endpoint.partition("://")[2], timeout=10)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/", "/_emulator"])
@pytest.mark.parametrize("accept", [BROWSER, "text/html", "TEXT/HTML;q=0.5"])
def test_a_browser_is_led_to_the_page(emulator: RoomsEmulator, path: str, accept: str) -> None:
    status, headers, _ = fetch(emulator, path, {"Accept": accept})
    assert (status, headers["location"]) == (307, "/_emulator/")
    assert emulator.requests == []


@pytest.mark.parametrize("accept", ["*/*", "application/json", "", "text/*", "text/htmlx"])
def test_a_client_sees_no_difference(emulator: RoomsEmulator, http: SignedHttp, accept: str) -> None:
    assert fetch(emulator, "/", {"Accept": accept})[0] == 401
    assert http.send("GET", "/", headers={"Accept": accept}).status == 404
    assert http.send("POST", "/", {}, headers={"Accept": BROWSER}).status == 404
    assert len(emulator.requests) == 3


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_every_file_is_served_with_its_type_and_the_policy(emulator: RoomsEmulator, file: Path) -> None:
    path = "/_emulator/" if file.name == page_files.INDEX else f"/_emulator/page/{file.name}"
    status, headers, text = fetch(emulator, path)
    assert (status, text) == (200, file.read_text("utf-8"))
    assert headers["content-type"] == page_files._MEDIA_TYPES[file.suffix]
    assert {name: headers.get(name.lower()) for name in page_files.HEADERS} == page_files.HEADERS
    assert fetch(emulator, path, method="HEAD")[::2] == (200, "")
    assert fetch(emulator, path, method="POST")[0] == 405


def test_the_policy_allows_the_pages_own_files_alone() -> None:
    policy = dict(part.strip().split(" ", 1) for part in page_files.HEADERS["Content-Security-Policy"].split(";"))
    assert policy.pop("default-src") == policy.pop("frame-ancestors") == "'none'"
    assert set(policy.values()) == {"'self'", "'none'"}


@pytest.mark.parametrize("path", ["page/../app.py", "page/%2e%2e/app.py", "page/x.js", "page/", "page/index.html/x"])
def test_no_other_file_is_served(emulator: RoomsEmulator, path: str) -> None:
    assert fetch(emulator, f"/_emulator/{path}")[0] == 404


@pytest.mark.parametrize("path", ["/", "/_emulator", "/_emulator/", "/_emulator/page/main.js", "/_emulator/events"])
@pytest.mark.parametrize(
    "headers",
    [{"Host": "rebound.example.com"}, {"Origin": "https://example.com"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=str,
)
def test_the_access_rules_are_those_of_the_admin_api(
    emulator: RoomsEmulator, path: str, headers: dict[str, str]
) -> None:
    assert fetch(emulator, path, {"Accept": BROWSER, **headers})[0] == 403


@pytest.mark.parametrize(
    ("method", "path", "headers", "levels"),
    [
        ("GET", "/_emulator/state", {"Sec-Fetch-Site": "same-origin"}, ["DEBUG"]),
        ("GET", "/_emulator/", {"Sec-Fetch-Site": "none"}, ["DEBUG"]),
        ("GET", "/_emulator/state", {}, ["INFO"]),
        ("GET", "/_emulator/nothing", {"Sec-Fetch-Site": "same-origin"}, ["INFO"]),
        ("POST", "/_emulator/reset", {"Sec-Fetch-Site": "same-origin"}, ["INFO"]),
    ],
)
def test_what_the_page_reads_does_not_fill_the_log(
    emulator: RoomsEmulator,
    caplog: pytest.LogCaptureFixture,
    method: str,
    path: str,
    headers: dict[str, str],
    levels: list[str],
) -> None:
    with caplog.at_level("DEBUG", logger="azure.communication.rooms.emulator"):
        fetch(emulator, path, headers, method)
    assert [record.levelname for record in caplog.records if path in record.getMessage()] == levels


def test_no_file_makes_html_or_styles_of_text() -> None:
    scripts = {file.name: file.read_text("utf-8") for file in FILES if file.suffix in (".js", ".html")}
    sinks = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|style=|\son\w+=|javascript:|https?://(?!www\.w3\.org)"
    assert {name: found for name, text in scripts.items() if (found := re.findall(sinks, text))} == {}
