"""Programs that people write, under mypy and pyright, strict: they pass but for the lines marked ``# rejected``."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = sorted((Path(__file__).resolve().parent / "programs").glob("*.py"))
Lines = dict[str, set[int]]


def rejected() -> Lines:
    """The lines that a type checker must reject, by program."""
    return {
        path.name: {
            number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if "# rejected" in line
        }
        for path in PROGRAMS
    }


def found(errors: Iterable[tuple[str, int]]) -> Lines:
    """Errors, by program."""
    lines: Lines = {path.name: set() for path in PROGRAMS}
    for file, line in errors:
        lines[Path(file).name].add(line)
    return lines


def run(*command: object) -> str:
    """What a type checker prints."""
    words = [sys.executable, "-m", *map(str, command)]
    ran = subprocess.run(words, capture_output=True, text=True, cwd=PROJECT, check=False, timeout=300)
    assert ran.stdout, ran.stderr
    return ran.stdout


def test_there_are_lines_to_reject_in_every_program() -> None:
    assert [name for name, lines in rejected().items() if len(lines) < 3] == []


@pytest.mark.one_python
def test_mypy_rejects_what_is_wrong_and_nothing_else(tmp_path: Path) -> None:
    output = run("mypy", "--strict", "--output", "json", "--cache-dir", tmp_path, *PROGRAMS)
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert found((each["file"], each["line"]) for each in messages if each["severity"] == "error") == rejected()


@pytest.mark.one_python
def test_pyright_rejects_what_is_wrong_and_nothing_else() -> None:
    pytest.importorskip("pyright", reason="dev_requirements.txt has it, with the Node.js that it runs on")
    output = run("pyright", "--outputjson", "--pythonpath", sys.executable, "-p", PROJECT / "tests" / "typecheck")
    messages = json.loads(output)["generalDiagnostics"]
    errors = [each for each in messages if each["severity"] == "error"]
    assert found((each["file"], each["range"]["start"]["line"] + 1) for each in errors) == rejected()
