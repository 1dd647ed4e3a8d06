"""Print how many mutants the tests noticed, of those that mutmut has tried; fail below nine of ten.

python tests/support/mutation_score.py          # after: mutmut run; mutmut export-cicd-stats
"""

import json
import sys
from pathlib import Path

LEAST = 0.9


def main(folder: Path) -> int:
    """Read mutmut's statistics in a folder. A mutant that makes a test hang or crash is noticed, too."""
    counts: dict[str, int] = json.loads((folder / "mutmut-cicd-stats.json").read_text("utf-8"))
    noticed = counts["killed"] + counts["timeout"] + counts["segfault"]
    tried = noticed + counts["survived"] + counts["no_tests"] + counts["suspicious"]
    if not tried:
        print("no mutant was tried")
        return 1
    print(f"{noticed} of {tried} mutants noticed, {noticed / tried:.1%}; {counts['total'] - tried} not tried")
    return 0 if noticed >= LEAST * tried else 1


if __name__ == "__main__":
    sys.exit(main(Path("mutants")))
