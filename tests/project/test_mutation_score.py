"""The score of the mutation tests: what counts as noticed, from where on it is enough, and the reasons of others."""

from __future__ import annotations

import json
from pathlib import Path

import mutation_score
import pytest

KILLED, PASSED, TIMEOUT, CRASHED, NO_TESTS = 1, 0, 36, -11, 33


def keep(folder: Path, file: str, statuses: list[int | None]) -> None:
    """Write what mutmut keeps of a file: the exit status of each mutant."""
    meta = folder / mutation_score.PACKAGE / f"{file}.py.meta"
    meta.parent.mkdir(parents=True, exist_ok=True)
    meta.write_text(json.dumps({"exit_code_by_key": {str(n): each for n, each in enumerate(statuses)}}), "utf-8")


@pytest.mark.parametrize(
    ("statuses", "status", "row"),
    [
        pytest.param([KILLED] * 9 + [PASSED], 0, "10 | 10 | 9 | 90.0% | 0", id="enough"),
        pytest.param([KILLED] * 8 + [PASSED] * 2, 1, "10 | 10 | 8 | 80.0% | 0", id="too few"),
        pytest.param([KILLED] * 8 + [TIMEOUT, PASSED], 0, "10 | 10 | 9 | 90.0% | 0", id="one hangs"),
        pytest.param([KILLED] * 8 + [CRASHED, PASSED], 0, "10 | 10 | 9 | 90.0% | 0", id="one crashes"),
        pytest.param([KILLED] * 9 + [NO_TESTS] * 2, 1, "11 | 11 | 9 | 81.8% | 2", id="two without tests"),
        pytest.param([KILLED] * 9 + [PASSED] + [None] * 10, 0, "20 | 10 | 9 | 90.0% | 0", id="stopped half way"),
        pytest.param([None] * 20, 1, "20 | 0 | 0 |  | 0", id="none tried"),
    ],
)
def test_nine_of_ten_mutants_must_be_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], statuses: list[int | None], status: int, row: str
) -> None:
    keep(tmp_path, "_wire/versions", statuses)
    assert mutation_score.main(tmp_path, []) == status
    printed = capsys.readouterr().out.splitlines()
    assert f"| `_wire` | {row} |" in printed
    assert f"| `all` | {row} |" in printed


def test_each_part_is_counted_by_itself(tmp_path: Path) -> None:
    keep(tmp_path, "_wire/call", [KILLED])
    keep(tmp_path, "_wire/errors", [KILLED, PASSED])
    keep(tmp_path, "emulator/service/handlers", [NO_TESTS])
    counts = mutation_score.figures(tmp_path)
    assert {part: count["noticed"] for part, count in counts.items() if count["all"]} == {
        "_wire": 2,
        "emulator/service": 0,
        "all": 2,
    }
    assert counts["all"] == {"all": 4, "tried": 4, "noticed": 2, "untested": 1}


def test_a_survivor_stands_below_its_reason_and_one_without_stands_last() -> None:
    survived = [("_wire.call.a", "x = 1", "x = 2"), ("_wire.call.b", "cast(A, b)", "cast(None, b)")]
    kinds = [{"why": "Types alone.", "before": r"cast\("}]
    assert mutation_score.listed(survived, kinds).splitlines() == [
        "## Types alone.",
        "",
        "- `_wire.call.b`",
        "  ```diff",
        "  - cast(A, b)",
        "  + cast(None, b)",
        "  ```",
        "",
        "## No reason yet.",
        "",
        "- `_wire.call.a`",
        "  ```diff",
        "  - x = 1",
        "  + x = 2",
        "  ```",
    ]


def test_the_figures_are_written_between_their_marks(tmp_path: Path) -> None:
    mark = mutation_score.MARK
    (tmp_path / "reasons.json").write_text("[]", "utf-8")
    (tmp_path / "README.md").write_text(f"Before.\n\n{mark}\nold\n{mark}\n\nAfter.\n", "utf-8")
    keep(tmp_path, "_wire/call", [KILLED] * 3)
    assert mutation_score.main(tmp_path, ["--write", str(tmp_path)]) == 0
    text = (tmp_path / "README.md").read_text("utf-8")
    assert text.startswith(f"Before.\n\n{mark}\n\n| Part |")
    assert text.endswith(f"\n\n{mark}\n\nAfter.\n")
    assert "| `_wire` | 3 | 3 | 3 | 100.0% | 0 |" in text
    assert "old" not in text
