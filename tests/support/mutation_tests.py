"""A plugin of pytest for mutation testing: it runs the nearest tests of the mutant alone, the quick ones first.

mutmut knows which tests call the function that it changed. For a function that each request passes through these are
thousands, of which those that hold its rules are few, and the slow ones are about memory or other processes.
``MUTATION_TESTS=all`` runs all of them.
"""

import faulthandler
import gc
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("mutation", max_examples=15, deadline=None, derandomize=True, database=None)

#: Seconds that a test may take to be run.
LONGEST = 0.2
#: Where the tests are that hold what a part of the package does.
HOLDERS: dict[str, tuple[str, ...]] = {
    "_wire": ("tests/wire/", "tests/client/", "tests/test_time_arguments.py", "tests/test_datetimes.py"),
    "_async_paging": ("tests/faults/test_pages.py", "tests/aio/"),
    "_paging": ("tests/faults/test_pages.py", "tests/aio/"),
    "_pipeline": ("tests/pipeline/", "tests/faults/test_retries.py", "tests/faults/test_clock_skew.py"),
    "emulator": ("tests/emulator/", "tests/facts/test_emulator.py"),
}


def _is_mutant(name: str) -> bool:
    return "__mutmut_" in name


def holders(mutant: str) -> tuple[str, ...]:
    """How the names of the tests of a mutant begin; of every test where there is no mutant."""
    part = mutant.removeprefix("azure.communication.rooms.").partition(".")[0]
    return HOLDERS[part] if _is_mutant(mutant) else ("",)


def pytest_configure(config: pytest.Config) -> None:
    """Leave out and sort the tests that mutmut names, before they are collected."""
    mutant, known = os.environ.get("MUTANT_UNDER_TEST", ""), Path("mutmut-stats.json")
    if not known.exists():
        return
    if _is_mutant(mutant):
        gc.freeze()  # pytest collects garbage before and after; what is there from before is left in peace
    durations: dict[str, float] = json.loads(known.read_text("utf-8"))["duration_by_test"]
    # pytest finds no test by an id with an escape in it; its function is named in place of it.
    tests = list(dict.fromkeys(test.partition("[")[0] if "\\" in test else test for test in config.args))
    tests.sort(key=lambda test: durations.get(test, 0.0))
    near = [each for each in tests if each.startswith(holders(mutant)) and durations.get(each, 0.0) < LONGEST]
    config.args = tests if os.environ.get("MUTATION_TESTS") == "all" else near or tests


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """End the process of a mutant that loops; mutmut's own limit is a multiple of what all the tests take."""
    if _is_mutant(os.environ.get("MUTANT_UNDER_TEST", "")):
        faulthandler.dump_traceback_later(15, exit=True)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
