#!/usr/bin/env python3
"""Write the table of parity into docs/ from the records in ``tests/service_parity.json``.

    python swagger/parity_table.py            write the table between its markers
    python swagger/parity_table.py --check    write nothing; exit 1 and name what is wrong

A record states what the live service does, the standing of that, since when (where that can be read), and what the
emulator does. The standing is *seen* when a recording shows it: then a fact in ``tests/service_facts/`` stands behind
it. It is *inferred* when a document or a measurement suggests it. Otherwise it is *unknown*: then the record has
probes, which ``pytest tests/facts --live`` sends to a resource. Needs only the standard library.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
START, END = "<!-- table: parity, written by swagger/parity_table.py -->", "<!-- end of table: parity -->"

MEMBERS = {"id", "case", "live", "standing", "since", "source", "emulator", "facts", "probes"}
REQUIRED = {
    "seen": {"live", "since", "source", "facts"},
    "inferred": {"live", "source"},
    "unknown": {"probes"},
}
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SINCE = re.compile(r"20\d\d(-(0[1-9]|1[0-2]))?")


def records(project: Path = PROJECT) -> list[dict[str, Any]]:
    """Return the records, in the order of the table."""
    table: list[dict[str, Any]] = json.loads((project / "tests" / "service_parity.json").read_text("utf-8"))
    return table


def fact_ids(project: Path = PROJECT) -> set[str]:
    """Return the names of all facts."""
    files = (project / "tests" / "service_facts").glob("*.json")
    return {row["id"] for path in files for row in json.loads(path.read_text("utf-8"))}


def problems(table: list[dict[str, Any]], facts: set[str]) -> Iterator[str]:
    """Yield what is wrong with the records.

    :param table: The records.
    :param facts: The names of all facts.
    """
    ids = [record.get("id") for record in table]
    yield from (f"{each}: two records have this id" for each in sorted({str(x) for x in ids if ids.count(x) > 1}))
    for record in table:
        yield from (f"{record.get('id')}: {problem}" for problem in _problems(record, facts))


def _problems(record: dict[str, Any], facts: set[str]) -> Iterator[str]:
    standing = record.get("standing")
    if standing not in REQUIRED:
        yield f"the standing {standing!r} is none of {', '.join(REQUIRED)}"
        return
    missing = [name for name in sorted({"id", "case", "emulator"} | REQUIRED[standing]) if not record.get(name)]
    if missing:
        yield f"{standing}, but without {', '.join(missing)}"
    if standing == "unknown" and {"live", "since", "source", "facts"} & record.keys():
        yield "unknown, but it states what the live service does"
    yield from (f"{name} is no member of a record" for name in record.keys() - MEMBERS)
    yield from (f"there is no fact {name}" for name in record.get("facts", []) if name not in facts)
    if not str(record.get("source", "https://")).startswith("https://"):
        yield "its source is no https address"
    if "since" in record and not _SINCE.fullmatch(record["since"]):
        yield f"since {record['since']!r} is neither a year nor a month such as 2025-03"


def table_of(table: list[dict[str, Any]]) -> str:
    """Return the table in Markdown, with its markers."""
    lines = ["| case | live service | evidence | emulator |", "|---|---|---|---|"]
    for record in table:
        cells = (record["case"], record.get("live", "not known"), _evidence(record), record["emulator"])
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([START, *lines, END])


def _evidence(record: dict[str, Any]) -> str:
    if record["standing"] == "unknown":
        return "unknown"
    year, _, month = record.get("since", "").partition("-")
    since = [f"{_MONTHS[int(month) - 1]} {year}" if month else year] if year else []
    return ", ".join([f"[{record['standing']}]({record['source']})", *since])


def documents(project: Path = PROJECT) -> dict[Path, str]:
    """Return the documents that hold the markers, with their text."""
    paths = sorted((project / "docs").rglob("*.md"))
    texts = {path: path.read_text("utf-8") for path in paths if path.is_file()}
    return {path: text for path, text in texts.items() if START in text or END in text}


def with_table(text: str, table: str) -> str:
    """Return a document with the table between its markers."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end) or START in after or END in after:
        raise ValueError("it must hold each of the two markers once, the first one before the second")
    return before + table + after


def main(arguments: list[str] | None = None, project: Path = PROJECT) -> int:
    parser = argparse.ArgumentParser(description="Write the table of parity from the records in tests/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name what is wrong")
    check = parser.parse_args(arguments).check
    wrong = list(problems(records(project), fact_ids(project)))
    found = {} if wrong else documents(project)
    if not wrong and not found:
        wrong.append(f"no file of docs/ holds {START}")
    for path, text in found.items():
        name = path.relative_to(project).as_posix()
        try:
            expected = with_table(text, table_of(records(project)))
        except ValueError as error:
            wrong.append(f"{name}: {error}")
            continue
        if text != expected and check:
            wrong.append(f"{name}: the table differs from the records; run python swagger/parity_table.py")
        elif text != expected:
            path.write_text(expected, "utf-8")
            print(f"written: {name}")
    for problem in wrong:
        print(problem, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
