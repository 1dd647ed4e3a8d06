"""The list "What is different from 1.2.0" is true on both sides, and complete."""

import json
import re
import sys
from pathlib import Path
from typing import Any, Callable

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(PROJECT / "swagger"))
import differences_table  # noqa: E402  beside the other generators, which are not installed

RECORDS: dict[str, dict[str, Any]] = {record["id"]: record for record in differences_table.records()}
RunBoth = Callable[..., tuple[Any, Any]]


@pytest.fixture(scope="module")
def seen(run_both: RunBoth) -> tuple[Any, Any]:
    """What the programs of all lines saw, by id, with release 1.2.0 and here."""
    return run_both("differences.py", "ENDPOINT", "KEY")


@pytest.fixture(scope="module")
def public(run_both: RunBoth) -> tuple[Any, Any]:
    """The public names and the modules of release 1.2.0 and of this package."""
    return run_both("public_names.py")


def test_each_line_has_a_program_and_each_program_a_line(seen: tuple[Any, Any]) -> None:
    before, here = seen
    assert list(before) == list(here)
    assert set(before) == set(RECORDS)


@pytest.mark.parametrize("name", RECORDS)
def test_both_sides_are_as_the_list_says(seen: tuple[Any, Any], name: str) -> None:
    record = RECORDS[name]
    before, here = seen
    assert here[name] == record["sees_here"]
    if sys.version_info[:2] >= tuple(record.get("since_python", (3, 9))):
        assert before[name] == record["saw_1_2_0"]
        assert before[name] != here[name]


def test_no_public_name_and_no_signature_differs_beyond_the_list(public: tuple[Any, Any]) -> None:
    before, here = (each["names"] for each in public)
    differ = {name for name, text in before.items() if here.get(name) != text}
    assert differ == {name for record in RECORDS.values() for name in record.get("names", [])}
    assert len(before) > 100


def parameters(signature: str) -> set[str]:
    """The names of the parameters in a signature."""
    return set(re.findall(r"[(,] ?\*{0,2}(\w+)", signature)) - {"self", "args", "bot_id"}


def test_each_parameter_of_1_2_0_is_taken(public: tuple[Any, Any]) -> None:
    before, here = (each["names"] for each in public)
    lacking = {
        name: parameters(text) - parameters(here[name])
        for name, text in before.items()
        if "(" in text and not name.endswith(("CommunicationRoom.__init__", "RoomParticipant.__init__"))
    }
    assert {name: names for name, names in lacking.items() if names} == {}


def test_no_module_is_gone_beyond_the_list(public: tuple[Any, Any]) -> None:
    package = "azure.communication.rooms."
    gone = {name[len(package) :] for name in public[0]["modules"]} - {
        name[len(package) :] for name in public[1]["modules"]
    }
    listed = RECORDS["private_modules"]["modules"]
    assert {name for name in gone if not name.startswith(tuple(listed))} == set()
    assert [each for each in listed if not any(name.startswith(each) for name in gone)] == []


def test_the_tables_in_the_documents_are_those_of_the_list() -> None:
    assert differences_table.main(["--check"]) == 0


def test_a_table_that_is_out_of_date_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("CHANGELOG.md", "docs/do/migrate_from_1_2_0.md", "tests/differences_1_2_0.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((PROJECT / name).read_bytes())
    assert differences_table.main(["--check"], tmp_path) == 0
    changed = [{**record, "here": f"{record['here']}!"} for record in RECORDS.values()]
    (tmp_path / "tests/differences_1_2_0.json").write_text(json.dumps(changed), "utf-8")
    assert differences_table.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err.count("differs from the records; run python swagger/differences_table.py") == 2
    assert differences_table.main([], tmp_path) == 0
    assert differences_table.main(["--check"], tmp_path) == 0
