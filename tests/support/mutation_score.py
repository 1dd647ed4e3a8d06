"""Count the mutants that the tests noticed, of those that mutmut has tried; fail below nine of ten.

python tests/support/mutation_score.py                     # after: mutmut run
python tests/support/mutation_score.py --write FOLDER      # and write the figures and the survivors with their reasons
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

LEAST = 0.9
#: What mutmut keeps as exit status of a mutant that passed the tests, of one that none calls, and of one whose tests
#: could not be run.
PASSED, NO_TESTS, NOT_RUN = {0}, {5, 33}, {2, 4, 255}
#: The parts of the package that have figures of their own, as the files of each begin.
PARTS = (
    "_wire",
    "_paging",
    "_async_paging",
    "_pipeline/retry",
    "_pipeline/signing",
    "_pipeline/authentication",
    "_pipeline/tokens",
    "_pipeline/deadline",
    "emulator/service",
    "emulator/pipeline",
)
PACKAGE = Path("azure/communication/rooms")
MARK = "<!-- figures -->"


def results(folder: Path) -> Iterator[tuple[str, str, int | None]]:
    """Yield file, name and exit status of each mutant in mutmut's folder; None for one that was not tried."""
    for meta in sorted((folder / PACKAGE).rglob("*.meta")):
        of_file: dict[str, int | None] = json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        name = meta.relative_to(folder / PACKAGE).as_posix()[: -len(".py.meta")]
        yield from ((name, mutant, status) for mutant, status in of_file.items())


def figures(folder: Path) -> dict[str, Counter[str]]:
    """Count the mutants of each part. One that makes a test hang or crash is noticed, too."""
    counts = {part: Counter[str]() for part in PARTS}
    for file, _, status in results(folder):
        count = counts[next(part for part in PARTS if file.startswith(part))]
        count["all"] += 1
        is_tried = status is not None and status not in NOT_RUN
        count["tried"] += is_tried
        count["noticed"] += is_tried and status not in PASSED | NO_TESTS
        count["untested"] += status in NO_TESTS
    counts["all"] = Counter()
    for part in PARTS:
        counts["all"].update(counts[part])
    return counts


def table(counts: Mapping[str, Counter[str]]) -> str:
    """Return the figures as a table."""
    rows = ["| Part | Mutants | Tried | Noticed | Share | Without tests |", "| --- | --: | --: | --: | --: | --: |"]
    for part, count in counts.items():
        share = f"{count['noticed'] / count['tried']:.1%}" if count["tried"] else ""
        rows.append(
            f"| `{part}` | {count['all']} | {count['tried']} | {count['noticed']} | {share} | {count['untested']} |"
        )
    return "\n".join(rows)


def survivors(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the function, the line that was there and the line in its place of each mutant that nothing noticed."""
    for file, mutant, status in results(folder):
        if status not in PASSED | NO_TESTS:
            continue
        from mutmut.mutation.diff_apply import get_diff_for_mutant  # installed for mutation testing alone

        difference = get_diff_for_mutant(mutant, path=PACKAGE / f"{file}.py").splitlines()
        before, after = (
            " ".join(line[1:].strip() for line in difference if line.startswith(sign) and line[:3] != sign * 3)
            for sign in "-+"
        )
        function = re.sub(r"^x[_ǁ]|__mutmut_\d+$", "", mutant.rpartition(".")[2]).replace("ǁ", ".")
        yield f"{file.replace('/', '.')}.{function}", before, after


def listed(survived: list[tuple[str, str, str]], kinds: list[dict[str, str]]) -> str:
    """Return the survivors as a list, each below its reason; those that have none stand last."""
    by_reason: dict[str, list[str]] = {kind["why"]: [] for kind in kinds}
    for function, before, after in survived:
        reason = next((kind["why"] for kind in kinds if _fits(kind, function, before, after)), "No reason yet.")
        by_reason.setdefault(reason, []).append(f"- `{function}`\n  ```diff\n  - {before}\n  + {after}\n  ```")
    return "\n\n".join(f"## {why}\n\n" + "\n".join(each) for why, each in by_reason.items() if each) + "\n"


def _fits(kind: dict[str, str], *texts: str) -> bool:
    """Whether the patterns of a kind are found in function, line before and line after."""
    return all(re.search(kind.get(name, ""), text) for name, text in zip(("function", "before", "after"), texts))


def write(folder: Path, counts: Mapping[str, Counter[str]], to: Path) -> None:
    """Write the figures into ``README.md`` of a folder, and the survivors by the reasons in ``reasons.json``."""
    kinds: list[dict[str, Any]] = json.loads((to / "reasons.json").read_text("utf-8"))
    head, _, rest = (to / "README.md").read_text("utf-8").partition(MARK)
    tail = rest.partition(MARK)[2]
    (to / "README.md").write_text(f"{head}{MARK}\n\n{table(counts)}\n\n{MARK}{tail}", "utf-8")
    title = "# Mutants that survive\n\nWritten by `tests/support/mutation_score.py`; reasons: `reasons.json`.\n\n"
    (to / "survivors.md").write_text(title + listed(list(survivors(folder)), kinds), "utf-8")


def main(folder: Path, arguments: list[str]) -> int:
    """Print the figures of mutmut's folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", metavar="FOLDER", type=Path, help="write figures and survivors into this folder")
    to = parser.parse_args(arguments).write
    counts = figures(folder)
    print(table(counts))
    tried = counts["all"]["tried"]
    if not tried:
        print("no mutant was tried")
        return 1
    if to:
        write(folder, counts, to)
    return 0 if counts["all"]["noticed"] >= LEAST * tried else 1


if __name__ == "__main__":
    sys.exit(main(Path("mutants"), sys.argv[1:]))
