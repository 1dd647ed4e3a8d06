"""With ``--live``, the drift report in place of the tests of this folder."""

import os
from pathlib import Path

import pytest
from live_resource import FORM, VARIABLE, BadSetup, checked

MARK = "live"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("facts").addoption(
        "--drift-report", default="drift-report.json", help="where --live writes its report (drift-report.json)"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MARK}: sends requests to a resource, with --live alone")
    if config.getoption("--live"):
        connection_string = os.environ.get(VARIABLE, "")
        if not connection_string.strip():
            raise pytest.UsageError(f"--live needs the connection string of a resource in {VARIABLE}: {FORM}")
        try:
            checked(connection_string)
        except BadSetup as reason:
            raise pytest.UsageError(str(reason)) from None
        folder = Path(config.getoption("--drift-report")).parent
        if not folder.is_dir():
            raise pytest.UsageError(f"there is no folder {folder} for the report")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep either the drift report or the other tests of this folder."""
    here, live = Path(__file__).parent, bool(config.getoption("--live"))
    others = [item for item in items if here in item.path.parents and bool(item.get_closest_marker(MARK)) != live]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]
    for item in items:
        if item.get_closest_marker(MARK):
            item.add_marker(pytest.mark.enable_socket)
