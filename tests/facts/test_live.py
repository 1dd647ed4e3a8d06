"""A resource does today what the facts define. Runs with ``--live`` alone, and writes the drift report."""

import os
from pathlib import Path

import pytest
from drift import report_drift, summary_of
from live_resource import VARIABLE


@pytest.mark.live
def test_the_live_service_does_what_the_facts_say(pytestconfig: pytest.Config) -> None:
    path = Path(pytestconfig.getoption("--drift-report"))
    report = report_drift(os.environ[VARIABLE], path)
    text = f"{summary_of(report)}\nThe report: {path}"
    print(text)  # shown with -rP when nothing differs
    if report["stopped"] or report["differ"] or any(report["left_behind"].values()):
        pytest.fail(text, pytrace=False)
