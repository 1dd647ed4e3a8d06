"""Make the pictures of the emulator's page, in ``docs/pictures``: ``python docs/page_pictures.py [FOLDER]``.

Needs ``tests/page/requirements.txt``, and Debian's ``chromium`` and ``chromium-driver``. A folder that is named gets
every screen in both sizes and both colour schemes; without one, the pictures that the documents show are made.
"""

from __future__ import annotations

import base64
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))

from browser import Page, browser  # noqa: E402  its folder stands on the path since the line above
from raw_ids import ALICE, BOB, CAROL  # noqa: E402
from signed_http import SignedHttp  # noqa: E402

from azure.communication.rooms.emulator import RoomsEmulator  # noqa: E402

SIZES = {1280: 800, 390: 844}
SHOWN = [
    ("rooms", 1280, "light"),
    ("room", 1280, "light"),
    ("requests", 1280, "light"),
    ("requests", 1280, "dark"),
    ("clock", 1280, "light"),
    ("connect", 1280, "light"),
    ("rooms", 390, "light"),
    ("requests", 390, "dark"),
]
NOW = datetime(2026, 12, 1, 9, 30, tzinfo=timezone.utc)


def main() -> None:
    """Make the pictures."""
    screens = dict.fromkeys(screen for screen, _, _ in SHOWN)
    wanted = SHOWN
    if len(sys.argv) > 1:
        wanted = [(screen, width, scheme) for screen in screens for width in SIZES for scheme in ("light", "dark")]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with RoomsEmulator(log_bodies=True, lenient_dates=True) as emulator, browser(logs=False) as page:
        room_id = fill(emulator)
        for screen, width, scheme in wanted:
            page.show_as(width, SIZES[width], scheme)
            page.open(emulator.endpoint, f"rooms/{room_id}?account=rooms" if screen == "room" else screen)
            take(page, screen, folder / f"page-{screen}-{width}-{scheme}.png")


def fill(emulator: RoomsEmulator) -> str:
    """Let a program do a bit of everything, and return the id of a room."""
    emulator.clock.set(NOW)
    emulator.clock.freeze()
    http = SignedHttp(emulator.connection_string)
    rooms: list[tuple[int, int, dict[str, dict[str, str]]]] = [
        (-45, 41, {}),
        (40, 20, {}),
        (-8, 2, {BOB: {}}),
        (-30, 90, {ALICE: {}, BOB: {}}),
        (0, 7, {}),
    ]
    for begins, days, present in rooms:
        start = NOW + timedelta(days=begins)
        times = {"createdAt": min(start, NOW), "validFrom": start, "validUntil": start + timedelta(days=days)}
        room = {name: f"{value:%Y-%m-%dT%H:%M:%SZ}" for name, value in times.items()}
        emulator.seed(1, {**room, "participants": present})
    emulator.faults.add("POST /rooms status=503 times=1")
    http.send("POST", "/rooms", {})
    people = {ALICE: {"role": "Presenter"}, BOB: {"role": "Attendee"}}
    room_id = str(http.send("POST", "/rooms", {"participants": people}).body["id"])
    emulator.faults.add("PATCH /rooms/*/participants reset=after nth=1")
    http.send("GET", f"/rooms/{room_id}")
    http.send("POST", "/rooms", {"validUntil": "2026-11-01T00:00:00Z"})
    unsigned = http.headers("GET", "/rooms", b"")
    http.send_as_is("GET", "/rooms?api-version=2025-03-13", b"", unsigned)
    with suppress(ConnectionError):
        http.send("PATCH", f"/rooms/{room_id}/participants", {"participants": {CAROL: {"role": "Collaborator"}}})
    http.send("GET", "/rooms/99400000000000000")
    http.send("GET", "/rooms")
    return room_id


def take(page: Page, screen: str, file: Path) -> None:
    """Take the picture when the screen is there."""
    page.wait(lambda: page.css("h1").text)
    if screen == "requests" and file.stem.endswith("dark"):
        opened = page.wait(lambda: page.driver.find_elements("css selector", "button.open"))[2]
        opened.click()
        page.wait(lambda: page.texts(".details pre"))
        page.driver.execute_script("document.activeElement.blur()")
    time.sleep(0.5)
    picture = page.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    file.write_bytes(base64.b64decode(picture["data"]))


if __name__ == "__main__":
    main()
