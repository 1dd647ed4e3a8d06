"""Many clients while browsers show the emulator's page, against the same without: ``emulator.py --pages 3``."""

import statistics
import threading
import time

from server_processes import EMULATOR, ServerProcess, serving
from soak import Client

SCREEN = "requests"  # the one that changes with every request


def measure_open_pages(pages: int, clients: int, seconds: float, rounds: int) -> None:
    """Print requests a second with pages open and without, in turn, and their ratio.

    :param pages: Windows of a browser, each with the page.
    :param rounds: How many times both are measured.
    """
    from browser import browser  # it needs tests/page/requirements.txt

    with serving(*EMULATOR) as server, browser(logs=False) as page:
        endpoint = server.connection_string.partition("=")[2].partition("/;")[0]
        rates: dict[int, list[float]] = {0: [], pages: []}
        _load(server, clients, seconds / 5)  # warms up
        for number in range(2 * rounds):
            count = (0, pages, pages, 0)[number % 4]
            for each in range(count):
                if each:
                    page.driver.switch_to.new_window("window")
                page.open(endpoint, SCREEN)
            rates[count].append(_load(server, clients, seconds))
            for window in page.driver.window_handles[1:]:
                page.driver.switch_to.window(window)
                page.driver.close()
            page.driver.switch_to.window(page.driver.window_handles[0])
            page.driver.get("about:blank")
    without, with_pages = (statistics.median(each) for each in rates.values())
    print(
        f"{clients} clients, {seconds:.0f} s, {rounds} rounds: median {without:.0f} requests a second without a page, "
        f"{with_pages:.0f} with {pages} pages open, ratio {with_pages / without:.3f}"
    )


def _load(server: ServerProcess, clients: int, seconds: float) -> float:
    """Requests a second of many clients at once."""
    people = [Client(server, number) for number in range(clients)]
    started = time.perf_counter()
    threads = [threading.Thread(target=each.work, args=(started + seconds,)) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    span = time.perf_counter() - started
    errors = sum(sum(each.errors.values()) for each in people)
    if errors:
        raise SystemExit(f"{errors} requests failed")
    for each in people:
        each.close()
    return sum(each.requests for each in people) / span
