"""The table of parity is what the records hold, and the records are complete."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any, Callable

import pytest
import service_facts

PROJECT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(PROJECT / "swagger"))
import parity_table  # noqa: E402  beside the other generators, which are not installed

#: The documents that hold the table, and one of them.
DOCUMENTS = [path.relative_to(PROJECT) for path in parity_table.documents()]
DOCUMENT = DOCUMENTS[-1]
Record = dict[str, Any]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of a document, the records and the facts."""
    (tmp_path / DOCUMENT).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT / DOCUMENT, tmp_path / DOCUMENT)
    shutil.copytree(service_facts.FOLDER, tmp_path / "tests" / "service_facts")
    shutil.copy(service_facts.PARITY, tmp_path / "tests")
    return tmp_path


def change_records(project: Path, change: Callable[[list[Record]], object]) -> None:
    path = project / "tests" / service_facts.PARITY.name
    records = json.loads(path.read_text("utf-8"))
    change(records)
    path.write_text(json.dumps(records), "utf-8")


def record(records: list[Record], standing: str) -> Record:
    return next(each for each in records if each["standing"] == standing)


def test_the_table_is_what_the_records_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert parity_table.main(["--check"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_row_of_the_table_is_a_record(document: Path) -> None:
    lines = (PROJECT / document).read_text("utf-8").splitlines()
    start, end = lines.index(parity_table.START), lines.index(parity_table.END)
    rows = lines[start + 1 : end]
    assert not any(line.startswith("|") for line in [*lines[start - 2 : start], *lines[end + 1 : end + 3]])
    assert len(rows) == 2 + len(service_facts.parity_records()) >= 50
    assert all(record["case"] in row for record, row in zip(service_facts.parity_records(), rows[2:]))


def test_the_generator_and_the_tests_read_the_same_records() -> None:
    assert parity_table.records() == service_facts.parity_records()
    assert parity_table.fact_ids() == {row["id"] for row in service_facts.rows()}


@pytest.mark.parametrize("member", ["case", "live", "since", "source", "emulator"])
def test_the_check_fails_when_a_record_was_changed(
    project: Path, member: str, capsys: pytest.CaptureFixture[str]
) -> None:
    values = {"since": "2024-01", "source": "https://example.com/"}
    change_records(project, lambda records: record(records, "seen").update({member: values.get(member, "other")}))
    assert parity_table.main(["--check"], project) == 1
    assert capsys.readouterr().err == (
        f"{DOCUMENT.as_posix()}: the table differs from the records; run python swagger/parity_table.py\n"
    )
    assert parity_table.main([], project) == 0
    assert parity_table.main(["--check"], project) == 0
    assert values.get(member, "other").replace("2024-01", "January 2024") in (project / DOCUMENT).read_text("utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda text, row: text.replace(row, row.replace("|", "| a ", 1)),
        lambda text, row: text.replace(f"{row}\n", ""),
        lambda text, row: text.replace(row, f"{row}\n| by hand | 200 | seen | 200 |"),
    ],
    ids=["changed", "removed", "added"],
)
def test_the_check_fails_when_a_line_of_the_table_was(
    project: Path, change: Callable[[str, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    text = (project / DOCUMENT).read_text("utf-8")
    row = text.partition(parity_table.START)[2].splitlines()[5]
    (project / DOCUMENT).write_text(change(text, row), "utf-8")
    assert parity_table.main(["--check"], project) == 1
    assert f"{DOCUMENT.as_posix()}: the table differs" in capsys.readouterr().err
    assert parity_table.main([], project) == 0
    assert (project / DOCUMENT).read_text("utf-8") == text


@pytest.mark.parametrize(
    ("standing", "change", "problem"),
    [
        ("seen", {"facts": []}, "seen, but without facts"),
        ("seen", {"facts": ["nothing"]}, "there is no fact nothing"),
        ("seen", {"since": None}, "seen, but without since"),
        ("seen", {"since": "2024-13"}, "since '2024-13' is neither a year nor a month"),
        ("seen", {"source": "recordings"}, "its source is no https address"),
        ("seen", {"live": ""}, "seen, but without live"),
        ("seen", {"standing": "sure"}, "the standing 'sure' is none of seen, inferred, unknown"),
        ("seen", {"notes": "more"}, "notes is no member of a record"),
        ("inferred", {"source": None}, "inferred, but without source"),
        ("unknown", {"standing": "seen"}, "seen, but without facts, live, since, source"),
        ("unknown", {"probes": []}, "unknown, but without probes"),
        ("unknown", {"live": "404"}, "unknown, but it states what the live service does"),
    ],
)
def test_a_record_that_is_wrong_is_named(
    project: Path, standing: str, change: Record, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def spoil(records: list[Record]) -> None:
        spoilt = record(records, standing)
        for name, value in change.items():
            spoilt.pop(name, None)
            if value is not None:
                spoilt[name] = value

    name = record(service_facts.parity_records(), standing)["id"]
    change_records(project, spoil)
    for arguments in (["--check"], []):
        assert parity_table.main(arguments, project) == 1
        assert f"{name}: {problem}" in capsys.readouterr().err


def test_two_records_of_one_name_are_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change_records(project, lambda records: records.append(records[0]))
    assert parity_table.main(["--check"], project) == 1
    assert capsys.readouterr().err == f"{service_facts.parity_records()[0]['id']}: two records have this id\n"


@pytest.mark.parametrize("marker", [parity_table.START, parity_table.END])
def test_a_marker_that_is_missing_is_named(project: Path, marker: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / DOCUMENT
    path.write_text(path.read_text("utf-8").replace(marker, ""), "utf-8")
    assert parity_table.main(["--check"], project) == 1
    assert f"{DOCUMENT.as_posix()}: it must hold each of the two markers once" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["docs/parity.md", "docs/know/more.md"])
def test_the_table_may_stand_in_any_file_of_docs(project: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (project / DOCUMENT).unlink()
    assert parity_table.main(["--check"], project) == 1
    assert "no file of docs/ holds" in capsys.readouterr().err
    document = project / name
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(f"# Parity\n\n{parity_table.START}\n{parity_table.END}\n", "utf-8")
    assert parity_table.main([], project) == 0
    assert capsys.readouterr().out == f"written: {name}\n"
    assert document.read_text("utf-8").count("\n| ") == 1 + len(service_facts.parity_records())
