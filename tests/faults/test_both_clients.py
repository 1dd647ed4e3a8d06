"""Facts, faults and recordings are held to by both clients, row for row."""

import re
from collections import Counter
from pathlib import Path

import pytest

TABLES = ("facts", "faults", "playback")
TESTS = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("table", TABLES)
def test_each_row_is_there_for_either_client(request: pytest.FixtureRequest, table: str) -> None:
    counts: dict[str, Counter[str]] = {"sync": Counter(), "async": Counter()}
    for item in request.session.items:
        specification = getattr(item, "callspec", None)
        if TESTS / table in item.path.parents and specification and "client_kind" in specification.params:
            kind = specification.params["client_kind"]
            counts[kind]["-".join(value for value in re.split(r"[\[\]-]", item.name) if value not in counts)] += 1
    if not counts["sync"]:
        pytest.skip(f"tests/{table} is not part of this run")
    assert counts["sync"] == counts["async"]
