"""The emulator's page in a real browser: each screen, by its names, live and by keyboard."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Optional

import axe_core_python
import pytest
from admin_api import Admin
from browser import Page
from loopback import free_port
from raw_ids import ALICE, BOB
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from signed_http import SignedHttp

from azure.communication.rooms.emulator import ACCESS_KEY, RoomsEmulator
from azure.communication.rooms.emulator.faults.fault import parse

PROJECT = Path(__file__).resolve().parents[2]
AXE = (Path(str(axe_core_python.__file__)).parent / "axe.min.js").read_text("utf-8")
SCREENS = {"rooms": "Rooms", "requests": "Requests", "clock": "Clock and faults", "connect": "Connect"}
HOSTILE = "<img src=x onerror=alert(1)>"


def rooms_of(http: SignedHttp) -> list[str]:
    return [room["id"] for room in http.send("GET", "/rooms").body["value"]]


# -- the way in -------------------------------------------------------------------------------------------------------


def test_the_address_of_the_emulator_leads_to_the_page(page: Page, emulator: RoomsEmulator) -> None:
    page.endpoint = emulator.endpoint
    page.driver.get(emulator.endpoint)
    page.wait(lambda: page.css("h1").text == "Rooms")
    assert page.driver.current_url == f"{emulator.endpoint}/_emulator/"
    links = [(link.text, link.aria_role) for link in page.driver.find_elements(By.CSS_SELECTOR, "nav a")]
    assert links == [(name, "link") for name in SCREENS.values()]


def test_the_navigation_leads_to_each_screen(page: Page, emulator: RoomsEmulator) -> None:
    page.open(emulator.endpoint)
    for name in reversed(SCREENS.values()):
        page.screen(name)
        assert page.texts("nav a[aria-current=page]") == [name]
        assert page.driver.title == f"{name} - Rooms emulator"


# -- rooms ------------------------------------------------------------------------------------------------------------


def test_rooms_show_their_state_participants_and_time(page: Page, emulator: RoomsEmulator) -> None:
    emulator.clock.set(emulator.clock.now().replace(year=2030, month=6, day=15))
    emulator.clock.freeze()
    states = {
        "not begun": {"validFrom": "2030-07-01T00:00:00Z", "validUntil": "2030-08-01T00:00:00Z"},
        "open": {"validFrom": "2030-06-01T00:00:00Z", "validUntil": "2030-07-01T00:00:00Z"},
        "ended, in grace": {"validFrom": "2030-06-01T00:00:00Z", "validUntil": "2030-06-13T00:00:00Z"},
    }
    ids = {state: emulator.seed(1, {**times, "participants": {ALICE: {}}})[0] for state, times in states.items()}
    page.open(emulator.endpoint)
    page.wait(lambda: len(page.texts("tbody tr")) == 3)
    shown = dict(zip(page.texts("tbody .id"), page.texts("tbody .state")))
    assert shown == {room_id: state for state, room_id in ids.items()}
    assert page.texts("tbody .participants") == ["1", "1", "1"]
    labels = [bar.get_attribute("aria-label") for bar in page.driver.find_elements(By.CSS_SELECTOR, "svg.bar")]
    assert labels[1] == f"2030-06-01 00:00 to 2030-07-01 00:00 UTC, open: {page.texts('tbody .time')[1].strip()}"
    emulator.clock.advance(days=30)
    page.wait(lambda: page.texts("tbody .state") == ["open"])


def test_a_room_that_has_ended_stays_where_there_is_no_grace(page: Page) -> None:
    with RoomsEmulator(grace=None) as emulator:
        emulator.seed(1, {"validUntil": "2020-01-01T00:00:00Z"})
        page.open(emulator.endpoint)
        page.wait(lambda: page.texts("tbody .state") == ["ended"])
        page.driver.get("about:blank")


def test_a_room_is_created_and_deleted(page: Page, emulator: RoomsEmulator, http: SignedHttp) -> None:
    page.open(emulator.endpoint)
    page.named("Create").click()
    page.wait(lambda: page.texts("tbody .id") == rooms_of(http) != [])
    page.named("Delete").click()
    page.wait(lambda: page.texts("tbody tr") == [])
    assert rooms_of(http) == []


def test_a_hundred_thousand_rooms_are_turned_page_by_page(page: Page, emulator: RoomsEmulator) -> None:
    ids = emulator.seed(100_000)
    page.open(emulator.endpoint)
    page.wait(lambda: page.texts("tbody .id") == ids[:-51:-1])
    assert "100,000 rooms, 1 to 50 shown" in page.css(".title p").text
    page.named("Older").click()
    page.wait(lambda: page.texts("tbody .id") == ids[-51:-101:-1])
    page.named("Newer").click()
    page.wait(lambda: page.texts("tbody .id") == ids[:-51:-1])
    assert page.named("Newer").is_enabled() is False


def test_rooms_of_several_accounts_are_distinguished(page: Page) -> None:
    with RoomsEmulator(accounts={"blue": "Ymx1ZQ==", "red": "cmVk"}) as emulator:
        emulator.seed(2, account="blue")
        emulator.seed(1, account="red")
        page.open(emulator.endpoint)
        page.wait(lambda: sorted(page.texts("tbody .account")) == ["blue", "blue", "red"])
        Select(page.named("Account")).select_by_visible_text("red")
        page.wait(lambda: page.texts("tbody .account") == ["red"])
        page.screen("Connect")
        assert all(secret not in page.css("body").text for secret in ("Ymx1ZQ==", "cmVk"))
        assert page.css("pre").text == f"endpoint={emulator.endpoint}/;accesskey=<access key>"
        page.driver.get("about:blank")


def test_participants_are_added_changed_and_removed(page: Page, emulator: RoomsEmulator, http: SignedHttp) -> None:
    (room_id,) = emulator.seed()

    def roles_shown() -> dict[str, str]:
        body = http.send("GET", f"/rooms/{room_id}/participants").body
        return {each["rawId"]: each["role"] for each in body["value"]}

    page.open(emulator.endpoint)
    page.wait(lambda: page.driver.find_element(By.LINK_TEXT, room_id)).click()
    page.wait(lambda: page.css("h1").text == room_id)
    page.wait(lambda: "InviteOnly" in page.css(".facts").text)
    page.named("Raw id").send_keys(ALICE)
    page.named("Add").click()
    page.wait(lambda: page.texts("tbody .id") == [ALICE])
    assert roles_shown() == {ALICE: "Attendee"}
    Select(page.named("Role")).select_by_visible_text("Presenter")
    page.wait(lambda: roles_shown() == {ALICE: "Presenter"})
    http.send("PATCH", f"/rooms/{room_id}/participants", {"participants": {BOB: {"role": "Consumer"}}})
    page.wait(lambda: page.texts("tbody .id") == [ALICE, BOB])
    page.named("Remove").click()
    page.wait(lambda: page.texts("tbody .id") == [BOB])
    assert roles_shown() == {BOB: "Consumer"}
    page.named("Add").click()
    page.wait(lambda: len(roles_shown()) == 2)
    page.named("Delete").click()
    page.wait(lambda: page.css("h1").text == "Rooms")
    assert rooms_of(http) == []


def test_a_room_that_is_gone_says_so(page: Page, emulator: RoomsEmulator) -> None:
    (room_id,) = emulator.seed()
    page.open(emulator.endpoint, f"rooms/{room_id}?account=rooms")
    page.wait(lambda: page.named("Delete"))
    emulator.reset()
    page.wait(lambda: "There is no such room" in page.css("main").text)


# -- requests ---------------------------------------------------------------------------------------------------------


def test_a_request_shows_on_top_without_a_reload(page: Page, emulator: RoomsEmulator, http: SignedHttp) -> None:
    page.open(emulator.endpoint, "requests")
    page.wait(lambda: "No requests yet" in page.css("main").text)
    for path in ("/rooms", "/rooms/12"):
        http.send("GET", path)
        page.wait(lambda path=path: page.texts("tbody .target")[:1] == [path])
    assert page.texts("tbody td.status") == ["400", "200"]
    assert page.texts("tbody .reason") == ["Invalid room ID length."]
    assert page.texts("tbody .version") == ["2025-03-13", "2025-03-13"]
    assert page.texts("tbody .account") == ["rooms", "rooms"]


def test_a_wrong_signature_shows_which_part_differs(page: Page, emulator: RoomsEmulator, http: SignedHttp) -> None:
    http.host, port = http.host.split(":")
    headers = http.headers("GET", "/rooms?api-version=2025-03-13", b"")
    http.host = f"{http.host}:{port}"
    http.send_as_is("GET", "/rooms?api-version=2025-03-13", b"", headers)
    page.open(emulator.endpoint, "requests")
    page.wait(lambda: page.texts("tbody td.status") == ["401"])
    assert page.texts(".reason") == ["denied: host (the signed host differs from the header Host: mind the port)"]


def test_requests_are_filtered_by_method_path_and_status(page: Page, emulator: RoomsEmulator, http: SignedHttp) -> None:
    http.send("POST", "/rooms", {})
    http.send("GET", "/rooms")
    http.send("GET", "/rooms/12")
    http.send_as_is("GET", "/rooms", b"", {})
    page.open(emulator.endpoint, "requests")
    statuses = "tbody td.status"
    page.wait(lambda: page.texts(statuses) == ["401", "400", "200", "201"])
    for text, found in (("401", ["401"]), ("4xx", ["401", "400"]), ("2", []), ("", ["401", "400", "200", "201"])):
        field = page.named("Status")
        field.send_keys(Keys.CONTROL, "a", Keys.DELETE)
        field.send_keys(text)
        page.wait(lambda found=found: page.texts(statuses) == found)
    page.named("Path").send_keys("/rooms/1")
    page.wait(lambda: page.texts(statuses) == ["400"])
    page.named("Path").clear()
    Select(page.named("Method")).select_by_visible_text("POST")
    page.wait(lambda: page.texts(statuses) == ["201"])
    http.send("GET", "/rooms/13")
    http.send("POST", "/rooms", {})
    page.wait(lambda: page.texts(statuses) == ["201", "201"])
    page.named("Clear").click()
    page.wait(lambda: page.texts(statuses) == [])


def test_details_have_headers_without_credentials_and_bodies(
    page: Page, emulator: RoomsEmulator, http: SignedHttp
) -> None:
    http.send("POST", "/rooms", {"participants": {ALICE: {"role": "Presenter"}}}, headers={"X-Mine": "yes"})
    page.open(emulator.endpoint, "requests")
    page.wait(lambda: page.css("button.open")).click()
    page.wait(lambda: len(page.texts(".details pre")) == 4)
    line, headers, sent, received = page.texts(".details pre")
    assert line == "POST /rooms?api-version=2025-03-13"
    assert {"x-mine: yes", "authorization: ***"} <= set(headers.splitlines())
    assert json.loads(sent) == {"participants": {ALICE: {"role": "Presenter"}}}
    assert json.loads(received)["id"] == rooms_of(http)[0]
    page.wait(lambda: len(page.texts("tbody tr")) == 2)
    assert len(page.texts(".details pre")) == 4  # what is open stays open when others arrive


# -- clock and faults -------------------------------------------------------------------------------------------------


def test_the_clock_is_moved_frozen_and_resumed(page: Page, emulator: RoomsEmulator) -> None:
    page.open(emulator.endpoint, "clock")
    page.named("Freeze").click()
    page.wait(lambda: emulator.clock.frozen)
    page.wait(lambda: "Frozen" in page.css("section").text)
    before = emulator.clock.now()
    page.named("Advance").send_keys("181 days 2h", Keys.ENTER)
    page.wait(lambda: (emulator.clock.now() - before).total_seconds() == 181 * 86400 + 7200)
    page.named("Resume").click()
    page.wait(lambda: not emulator.clock.frozen)
    page.wait(lambda: "Running" in page.css("section").text)
    page.named("Reset").click()
    page.wait(lambda: abs((emulator.clock.now() - before).total_seconds()) < 60)
    field = page.named("Set to (UTC)")
    page.driver.execute_script("arguments[0].value = '2031-02-03T04:05'", field)
    page.named("Set").click()
    page.wait(lambda: page.css(".clock").text.startswith("2031-02-03 04:05"))


def test_a_clock_that_a_program_moves_shows_without_a_reload(page: Page, emulator: RoomsEmulator) -> None:
    page.open(emulator.endpoint, "clock")
    emulator.clock.set(emulator.clock.now().replace(year=2040, month=1, day=1))
    page.wait(lambda: page.css(".clock").text.startswith("2040-01-01"))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Lost response", {"reset": "after", "times": 1}),
        ("503 twice", {"status": 503, "times": 2}),
        ("429 with Retry-After", {"throttle": 2, "times": 1}),
        ("Slow response", {"delay": 3, "times": 1}),
    ],
)
def test_a_common_fault_is_a_click(page: Page, emulator: RoomsEmulator, name: str, fault: dict[str, Any]) -> None:
    page.open(emulator.endpoint, "clock")
    page.named(name).click()
    page.wait(lambda: [active.fault.to_json() for active in emulator.faults.active()] == [fault])


def test_a_fault_is_added_by_its_spec_counted_and_removed(
    page: Page, emulator: RoomsEmulator, http: SignedHttp
) -> None:
    page.open(emulator.endpoint, "clock")
    page.named("Spec").send_keys("POST /rooms status=503 times=1 header.X-Mine='a b'")
    page.named("Add").click()
    page.wait(lambda: len(page.texts("tbody tr")) == 1)
    assert parse(page.texts("tbody td.id")[0]) == emulator.faults.active()[0].fault
    assert http.send("POST", "/rooms", {}).status == 503
    page.wait(lambda: "met by 1 request" in page.css("tbody").text)
    http.send("POST", "/rooms", {})
    page.wait(lambda: "met by 1 of 2 requests" in page.css("tbody").text)
    page.named("Remove").click()
    page.wait(lambda: page.texts("tbody tr") == [])
    assert emulator.faults.active() == []


def test_a_mistake_is_explained(page: Page, emulator: RoomsEmulator) -> None:
    page.open(emulator.endpoint, "clock")
    page.named("Spec").send_keys("POST /rooms")
    page.named("Add").click()
    page.wait(lambda: "there is no action" in page.css("#message").text)
    page.named("Advance").send_keys("a while")
    page.named("Advance").send_keys(Keys.ENTER)
    page.wait(lambda: "A span is such as" in page.css("#message").text)
    page.errors()  # the browser itself notes the 400


# -- connect ----------------------------------------------------------------------------------------------------------


def test_the_lines_are_ready_and_copied_with_a_click(page: Page, emulator: RoomsEmulator) -> None:
    page.open(emulator.endpoint, "connect")
    texts = page.texts("pre")
    assert texts[0] == emulator.connection_string == f"endpoint={emulator.endpoint}/;accesskey={ACCESS_KEY}"
    titles = ["Connection string", "Python", "Python, asynchronous", "JavaScript", "Environment"]
    assert page.texts("h2")[:5] == titles
    assert all(emulator.connection_string in text for text in texts[:5])
    assert "rooms_client" in texts[5]
    page.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"origin": emulator.endpoint, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    for number, button in enumerate(page.driver.find_elements(By.CSS_SELECTOR, "main button")):
        assert button.accessible_name == "Copy"
        button.click()
        page.wait(lambda number=number: copied_text(page) == texts[number])


@pytest.mark.parametrize("title", ["Python", "Python, asynchronous"])
def test_the_lines_for_python_run(page: Page, emulator: RoomsEmulator, http: SignedHttp, title: str) -> None:
    page.open(emulator.endpoint, "connect")
    program = dict(zip(page.texts("h2"), page.texts("pre")))[title]
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, stdout=subprocess.PIPE)
    assert len(rooms_of(http)) == 1


def test_a_room_is_copied_as_python_and_as_curl(page: Page, emulator: RoomsEmulator) -> None:
    (room_id,) = emulator.seed(1, {"participants": {ALICE: {"role": "Presenter"}}})
    page.open(emulator.endpoint, f"rooms/{room_id}?account=rooms")
    page.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"origin": emulator.endpoint, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    copied = {}
    for kind in ("Python", "curl"):
        page.named(f"Copy as {kind}").click()
        page.wait(lambda kind=kind: kind == "Python" or "curl" in copied_text(page))
        copied[kind] = copied_text(page)
    printed = subprocess.run([sys.executable, "-c", copied["Python"]], check=True, timeout=60, stdout=subprocess.PIPE)
    assert f"{ALICE} Presenter" in printed.stdout.decode().replace("ParticipantRole.PRESENTER", "Presenter")
    assert copied["curl"] == f"curl '{emulator.endpoint}/_emulator/rooms/{room_id}?account=rooms'"


def copied_text(page: Page) -> str:
    return str(page.driver.execute_script("return navigator.clipboard.readText()"))


# -- live -------------------------------------------------------------------------------------------------------------


def test_the_requests_of_the_main_job_arrive(page: Page, emulator: RoomsEmulator) -> None:
    page.open(emulator.endpoint, "requests")
    sample = [sys.executable, str(PROJECT / "samples" / "rooms_client_sample.py")]
    environment = {"COMMUNICATION_SAMPLES_CONNECTION_STRING": emulator.connection_string, "PATH": ""}
    subprocess.run(sample, check=True, timeout=60, env=environment, stdout=subprocess.PIPE)
    asked = [entry.target.partition("?")[0] for entry in emulator.requests]
    page.wait(lambda: page.texts("tbody .target") == asked[::-1])
    assert len(asked) > 4


def test_the_page_goes_on_when_the_emulator_was_away(page: Page) -> None:
    port = free_port()
    with RoomsEmulator(port=port) as first:
        page.open(first.endpoint)
    page.wait(lambda: page.css("#live").text == "Not connected")
    with RoomsEmulator(port=port) as second:
        second.seed()
        page.wait(lambda: page.css("#live").text == "Live")
        page.wait(lambda: len(page.texts("tbody tr")) == 1)
        page.errors()  # the browser itself notes connections refused
        page.driver.get("about:blank")


def test_the_page_is_right_after_200_requests_a_second_for_ten_seconds(
    page: Page, emulator: RoomsEmulator, http: SignedHttp
) -> None:
    page.open(emulator.endpoint, "requests")
    (room_id,) = emulator.seed()
    statuses: list[int] = []
    started = time.monotonic()

    def send(worker: int) -> None:
        for number in range(worker, 2000, 4):
            time.sleep(max(0.0, started + number / 200 - time.monotonic()))
            statuses.append(
                http.send("GET", f"/rooms/{room_id}", headers={"x-ms-client-request-id": str(number)}).status
            )

    workers = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert statuses == [200] * 2000
    http.send("GET", "/rooms/12")
    page.wait(lambda: page.texts("tbody td.status") == ["400", *["200"] * 49])
    page.named("Status").send_keys("400")
    page.wait(lambda: page.texts("tbody .target") == ["/rooms/12"])


# -- safe -------------------------------------------------------------------------------------------------------------


def test_hostile_texts_are_shown_as_texts(page: Page, emulator: RoomsEmulator, admin: Admin, http: SignedHttp) -> None:
    quoted = "%3Cimg%20src=x%20onerror=alert(1)%3E"
    headers: dict[str, Optional[str]] = {"x-ms-client-request-id": HOSTILE, HOSTILE[:4]: None, "X-Note": HOSTILE}
    http.send("GET", f"/rooms/{quoted}", headers={k: v for k, v in headers.items() if v})
    http.send_as_is("GET", f"/rooms/{HOSTILE.replace(' ', '/')}?api-version={HOSTILE.replace(' ', '/')}", b"", {})
    http.send("POST", "/rooms", {"participants": {HOSTILE: {"role": HOSTILE}}})
    admin.send("POST", "faults", {"status": 503, "route": f"/{HOSTILE}", "body": HOSTILE, "headers": {"X-A": HOSTILE}})
    page.open(emulator.endpoint, "requests")
    page.wait(lambda: len(page.texts("tbody tr")) == 3)
    for button in page.driver.find_elements(By.CSS_SELECTOR, "button.open"):
        button.click()
    page.wait(lambda: len(page.texts(".details pre")) == 12)
    shown = page.css("main").text
    assert f"x-note: {HOSTILE}" in shown
    assert f"x-ms-client-request-id {HOSTILE}" in shown
    for screen in (f"rooms/{quoted}", f"rooms/{quoted}?account={quoted}", quoted, "clock"):
        page.open(emulator.endpoint, screen)
        page.wait(lambda: page.css("h1").text != "")
        assert page.driver.find_elements(By.CSS_SELECTOR, "main img, main script, [onerror]") == []
    page.wait(lambda: HOSTILE in page.css("main").text)
    page.errors()  # the browser itself notes the 400 of an account that is none


def test_nothing_inline_runs(page: Page, emulator: RoomsEmulator) -> None:
    page.open(emulator.endpoint)
    script = (
        "const made = document.createElement('script'); made.textContent = 'window.ran = true';"
        "document.body.append(made); return window.ran === true"
    )
    assert page.driver.execute_script(script) is False
    assert any("Content Security Policy" in message for message in page.errors())


# -- for all readers --------------------------------------------------------------------------------------------------


def prepare(emulator: RoomsEmulator, http: SignedHttp) -> str:
    """A bit of everything; the id of a room."""
    emulator.seed(1, {"validFrom": "2998-01-01T00:00:00Z", "validUntil": "2999-01-01T00:00:00Z"})
    ended = (emulator.clock.now().isoformat())[:10]
    emulator.seed(1, {"validFrom": "2020-01-01T00:00:00Z", "validUntil": f"{ended}T00:00:00Z"})
    (room_id,) = emulator.seed(1, {"participants": {ALICE: {"role": "Presenter"}, BOB: {}}})
    emulator.faults.add("DELETE /rooms/* status=503")
    emulator.faults.add("PATCH /rooms/* reset=after")
    http.send("GET", "/rooms")
    http.send("GET", "/rooms/12")
    http.send("DELETE", f"/rooms/{room_id}")
    http.send_as_is("GET", "/rooms", b"", {})
    return room_id


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_screen_can_be_used_by_all_readers(
    page: Page, emulator: RoomsEmulator, http: SignedHttp, width: int, scheme: str
) -> None:
    room_id = prepare(emulator, http)
    page.show_as(width, 900, scheme)
    for screen in [*SCREENS, f"rooms/{room_id}?account=rooms"]:
        page.open(emulator.endpoint, screen)
        page.wait(lambda: page.css("h1").text != "")
        if screen == "requests":
            page.wait(lambda: page.css("button.open")).click()
            page.wait(lambda: page.texts(".details pre"))
        page.driver.execute_script(AXE)
        result = page.driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        found = [(each["id"], [node["target"] for node in each["nodes"]]) for each in result["violations"]]
        assert (screen, found) == (screen, [])
        widths = page.driver.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1], f"{screen} is wider than the window"


def test_the_page_is_used_by_keyboard_alone(page: Page, emulator: RoomsEmulator, http: SignedHttp) -> None:
    page.open(emulator.endpoint)

    def focus() -> Any:
        return page.driver.switch_to.active_element

    def tab_to(name: str) -> None:
        for _ in range(60):
            focus().send_keys(Keys.TAB)
            if focus().accessible_name == name:
                outline = focus().value_of_css_property("outline-style")
                assert outline != "none", f"the focus on {name} cannot be seen"
                return
        raise LookupError(f"the keyboard does not reach {name!r}")

    tab_to("Create")
    focus().send_keys(Keys.ENTER)
    page.wait(lambda: len(rooms_of(http)) == 1)
    (room_id,) = rooms_of(http)
    page.wait(lambda: page.texts("tbody .id") == [room_id])
    tab_to(room_id)
    focus().send_keys(Keys.ENTER)
    page.wait(lambda: page.css("h1").text == room_id)
    tab_to("Raw id")
    focus().send_keys(ALICE, Keys.ENTER)
    page.wait(lambda: page.texts("tbody .id") == [ALICE])
    tab_to("Remove")
    focus().send_keys(Keys.SPACE)
    page.wait(lambda: page.texts("tbody .id") == [])
    tab_to("Requests")
    focus().send_keys(Keys.ENTER)
    page.wait(lambda: page.css("h1").text == "Requests")
    tab_to("GET /rooms")
    focus().send_keys(Keys.SPACE)
    page.wait(lambda: page.texts(".details pre"))
    tab_to("Clock and faults")
    focus().send_keys(Keys.ENTER)
    tab_to("Freeze")
    focus().send_keys(Keys.SPACE)
    page.wait(lambda: emulator.clock.frozen)
