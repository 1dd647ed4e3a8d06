#!/usr/bin/env python3
"""Write what is different from release 1.2.0 into the documents, from ``tests/differences_1_2_0.json``.

    python swagger/differences_table.py            write the table and the list between their markers
    python swagger/differences_table.py --check    write nothing; exit 1 and name what is out of date

A record has a case, what release 1.2.0 does with it, and what this package does. ``saw_1_2_0`` and ``sees_here`` are
what one program sees of the two (``tests/parity/programs/differences.py``), ``names`` the public names whose signature
differs because of it, ``kind`` the part of the changelog that it stands in: added, changed or fixed. Needs only the
standard library.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
PAGE, CHANGELOG = "docs/do/migrate_from_1_2_0.md", "CHANGELOG.md"


def records(project: Path = PROJECT) -> list[dict[str, Any]]:
    """Return the records, in the order of the table."""
    found: list[dict[str, Any]] = json.loads((project / "tests" / "differences_1_2_0.json").read_text("utf-8"))
    return found


def table_of(found: Iterable[dict[str, Any]]) -> str:
    """Return the table of the page in Markdown."""
    lines = ["| | in 1.2.0 | here |", "|---|---|---|"]
    lines += [f"| {record['case']} | {record['in_1_2_0']} | {record['here']} |" for record in found]
    return "\n".join(lines)


def list_of(found: Iterable[dict[str, Any]]) -> str:
    """Return the list of the changelog in Markdown."""
    texts = (f"- {record['case']}: {record['here']}. In 1.2.0: {record['in_1_2_0']}." for record in found)
    return "\n".join(
        textwrap.fill(text, 120, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
        for text in texts
    )


def with_part(text: str, name: str, part: str) -> str:
    """Return a document with a part between the markers of its name."""
    start, end = f"<!-- {name}, written by swagger/differences_table.py -->", f"<!-- end of {name} -->"
    before, found_start, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found_start and found_end):
        raise ValueError(f"it must hold {start} and {end}")
    return f"{before}{start}\n\n{part}\n\n{end}{after}"


def documents(project: Path = PROJECT) -> dict[str, str]:
    """Return the documents as the records have them."""
    found = records(project)
    page, changelog = ((project / name).read_text("utf-8") for name in (PAGE, CHANGELOG))
    for kind in ("added", "changed", "fixed"):
        changelog = with_part(changelog, kind, list_of(each for each in found if each["kind"] == kind))
    return {PAGE: with_part(page, "differences", table_of(found)), CHANGELOG: changelog}


def main(arguments: list[str] | None = None, project: Path = PROJECT) -> int:
    parser = argparse.ArgumentParser(description="Write what is different from release 1.2.0 into the documents.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 and name what is out of date")
    check = parser.parse_args(arguments).check
    outdated = {name: text for name, text in documents(project).items() if (project / name).read_text("utf-8") != text}
    for name, text in outdated.items():
        if check:
            print(f"{name}: it differs from the records; run python swagger/differences_table.py", file=sys.stderr)
        else:
            (project / name).write_text(text, "utf-8")
            print(f"written: {name}")
    return 1 if check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())
