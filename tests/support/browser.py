"""A real browser: Debian's Chromium, with nothing of it on the way to anywhere but the emulator."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Page:
    """The emulator's page in a browser.

    :param driver: The browser.
    """

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver: Any = driver  # selenium has no types for all that is used here
        self.endpoint = ""

    def open(self, endpoint: str, screen: str = "rooms") -> None:
        """Open a screen, and wait until it follows the emulator."""
        self.endpoint = endpoint
        self.driver.get("about:blank")
        self.driver.get(f"{endpoint}/_emulator/#/{screen}")
        self.wait(lambda: self.css("#live").text == "Live")

    def wait(self, condition: Any) -> Any:
        """Wait for a minute until a condition holds; elements that are replaced meanwhile are looked for again."""
        from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException

        ignored = (NoSuchElementException, StaleElementReferenceException)
        return WebDriverWait(self.driver, 60, 0.02, ignored).until(lambda _: condition())

    def css(self, selector: str) -> WebElement:
        """The first element of a selector."""
        found: WebElement = self.driver.find_element(By.CSS_SELECTOR, selector)
        return found

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements of a selector, read at one time."""
        script = "return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)"
        found: list[str] = self.driver.execute_script(script, selector)
        return found

    def named(self, name: str, within: str = "main") -> WebElement:
        """The first button or field whose accessible name this is."""
        elements: list[WebElement] = self.driver.find_elements(By.CSS_SELECTOR, f"{within} :is(button, input, select)")
        for element in elements:
            if element.is_displayed() and element.accessible_name == name:
                return element
        raise LookupError(f"there is no button and no field {name!r}")

    def screen(self, name: str) -> None:
        """Go to a screen by the navigation."""
        self.driver.find_element(By.LINK_TEXT, name).click()
        self.wait(lambda: self.css("h1").text == name)

    def errors(self) -> list[str]:
        """What the console holds but information."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] != "INFO"]

    def show_as(self, width: int, height: int, scheme: str) -> None:
        """Make the window of this size and colour scheme."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def requested(self) -> list[str]:
        """The addresses of all requests since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]


@contextmanager
def browser(logs: bool = True) -> Iterator[Page]:
    """A browser while the block runs, with a profile of its own.

    :param logs: Whether it keeps what its console and its network had, which costs time.
    """
    with tempfile.TemporaryDirectory(prefix="rooms-page-", ignore_cleanup_errors=True) as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in [*FLAGS, f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        if logs:
            options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        try:
            yield Page(driver)
        finally:
            driver.quit()
