"""The score of the mutation tests: what counts as noticed, and from where on it is enough."""

import json
from pathlib import Path

import mutation_score
import pytest

NONE = dict.fromkeys(("killed", "survived", "no_tests", "skipped", "suspicious", "timeout", "segfault", "total"), 0)


@pytest.mark.parametrize(
    ("counts", "status", "message"),
    [
        pytest.param({"killed": 9, "survived": 1, "total": 10}, 0, "9 of 10 mutants noticed, 90.0%", id="enough"),
        pytest.param({"killed": 8, "survived": 2, "total": 10}, 1, "8 of 10 mutants noticed, 80.0%", id="too few"),
        pytest.param({"killed": 8, "timeout": 1, "survived": 1, "total": 10}, 0, "9 of 10", id="one hangs"),
        pytest.param({"killed": 9, "no_tests": 2, "total": 11}, 1, "9 of 11", id="two without tests"),
        pytest.param({"killed": 9, "survived": 1, "total": 20}, 0, "; 10 not tried", id="stopped half way"),
        pytest.param({"total": 20}, 1, "no mutant was tried", id="none tried"),
    ],
)
def test_nine_of_ten_mutants_must_be_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], counts: dict[str, int], status: int, message: str
) -> None:
    (tmp_path / "mutmut-cicd-stats.json").write_text(json.dumps({**NONE, **counts}), "utf-8")
    assert mutation_score.main(tmp_path) == status
    assert message in capsys.readouterr().out
