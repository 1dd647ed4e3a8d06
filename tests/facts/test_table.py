"""The facts are complete, and every error of the emulator is one of them or marked as not observed."""

import ast
import inspect
import re
from collections import Counter
from pathlib import Path
from typing import Any, Union

import pytest
import service_facts

from azure.communication.rooms.emulator.pipeline import api_versions
from azure.communication.rooms.emulator.service import errors

ROWS = service_facts.rows()
PROBES = service_facts.probes()
OBSERVED = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "design" / "OBSERVED.md"

#: The errors that were seen: a name for each kind, and how many rows it has at least.
ERRORS = {
    "4 2022-02-01": 20,
    "4 end in past": 6,
    "4 header of validation": 1,
    "4 identifier of a new room": 4,
    "4 identifier of a room": 5,
    "4 not found": 4,
    "4 one time alone": 4,
    "4 range": 3,
    "4 role": 4,
    "4 room id form": 6,
    "4 room id length": 6,
    "4 start too late": 1,
    "4 two details": 1,
}
MEMBERS = {"id", "section", "version", "case", "setup", "request", "response", "client", "emulator", "live"}
PROBE_MEMBERS = {"id", "version", "case", "setup", "request", "response", "record"}


def test_there_are_enough_facts_and_each_has_a_name_of_its_own() -> None:
    assert len(ROWS) >= 185
    names = Counter(row["id"] for row in [*ROWS, *PROBES])
    assert [name for name, count in names.items() if count > 1] == []
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


def test_every_error_that_was_seen_has_its_rows() -> None:
    counted = Counter(row["section"] for row in ROWS if row["section"].startswith("4"))
    assert counted.keys() == ERRORS.keys()
    assert [name for name, count in ERRORS.items() if counted[name] < count] == []


def test_rows_have_the_members_they_must_have_and_no_others() -> None:
    optional = {"setup", "emulator", "live"}
    assert [row["id"] for row in ROWS if not MEMBERS >= row.keys() >= MEMBERS - optional] == []
    assert [row["id"] for row in PROBES if not PROBE_MEMBERS >= row.keys() >= PROBE_MEMBERS - optional] == []
    assert {row["version"] for row in ROWS} == set(api_versions.KNOWN)
    assert {row["section"].split(" ")[0] for row in ROWS} == {"1", "2", "3", "4", "8", "wire"}
    assert all(row["case"] for row in [*ROWS, *PROBES])


def test_a_side_that_is_skipped_has_a_reason_and_the_other_side_is_tested() -> None:
    skipped = [
        (row["id"], side, row[side]["skip"])
        for row in ROWS
        for side in ("client", "emulator", "live")
        if "skip" in row.get(side, {})
    ]
    assert all(len(reason.split()) > 3 for _, _, reason in skipped)
    skips = Counter(name for name, side, _ in skipped if side != "live")
    assert [name for name, count in skips.items() if count > 1] == []
    assert len(skipped) <= 40


# -- every error of the emulator is a fact, or marked as not observed --------------------------------------------------

SOURCE = Path(inspect.getfile(errors)).read_text("utf-8")
#: "not observed on 2022-02-01" means that it was on other versions.
UNSEEN = re.compile(r"(?i)not observed(?! on 2022)")
ANYTHING = "\0"


def words_above(line: int) -> str:
    """The comment that ends above a line of the source."""
    lines = SOURCE.splitlines()[: line - 1]
    words: list[str] = []
    while lines and lines[-1].startswith("#"):
        words.insert(0, lines.pop().lstrip("#: "))
    return " ".join(words)


def catalogue() -> dict[str, str]:
    """Each error of the emulator's, by the name of its factory or constant, with what is written about it."""
    found: dict[str, str] = {}
    for node in ast.parse(SOURCE).body:
        if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or node).endswith(("ServiceError", "Detail")):
            found[node.name] = " ".join((ast.get_docstring(node) or "").split())
        elif isinstance(node, ast.Assign) and isinstance(getattr(errors, ast.unparse(node.targets[0])), errors.Detail):
            found[ast.unparse(node.targets[0])] = words_above(node.lineno)
    return found


def example(name: str) -> Union[errors.ServiceError, errors.Detail]:
    """An error of that name; its arguments stand for anything."""
    error = getattr(errors, name)
    if isinstance(error, errors.Detail):
        return error
    service_error: errors.ServiceError = error(
        *(ANYTHING for each in inspect.signature(error).parameters.values() if each.kind is not each.VAR_POSITIONAL)
    )
    return service_error


def texts(error: Union[errors.ServiceError, errors.Detail], words: str) -> set[tuple[Any, ...]]:
    """What an error is known by: the message and target of a fault, or status, code and message, on each wire."""
    if isinstance(error, errors.Detail):
        return {(error.message, error.target)}
    if error.details:
        return {(each.message, each.target) for each in error.details}
    on_2022 = set() if "not observed on 2022-02-01" in words else {(error.code_2022 or error.code, error.message_2022)}
    return {(error.status, *text) for text in {(error.code, str(error)), *on_2022}}


def facts() -> set[tuple[Any, ...]]:
    """What the errors of all facts are known by."""
    responses = [row["response"] for row in ROWS if "error" in row["response"] and "emulator" not in row]
    return {
        *((each["status"], each["error"]["code"], each["error"]["message"]) for each in responses),
        *((detail["message"], detail["target"]) for each in responses for detail in each["error"].get("details", [])),
    }


def is_a_fact(text: tuple[Any, ...]) -> bool:
    """Whether a fact has an error, up to what stands for anything."""
    if text[0 if len(text) == 2 else -1] == ANYTHING:  # words that whoever raises it chooses
        return False
    pattern = [".*".join(re.escape(part) for part in str(each).split(ANYTHING)) for each in text]
    return any(
        len(row) == len(pattern) and all(re.fullmatch(p, str(each)) for p, each in zip(pattern, row)) for row in facts()
    )


@pytest.mark.parametrize("name", catalogue())
def test_every_error_of_the_emulator_is_a_fact_or_marked_as_not_observed(name: str) -> None:
    words = catalogue()[name]
    missing = [text for text in texts(example(name), words) if not is_a_fact(text)]
    assert missing == [] or UNSEEN.search(words), (
        f"no fact has {missing}, and its comment does not contain 'not observed'"
    )


def test_every_error_of_the_emulator_is_found() -> None:
    names = catalogue()
    assert len(names) >= 25
    assert {"END_IN_PAST", "PARTICIPANTS_MISSING", "conversion", "room_not_found", "internal"} <= names.keys()
    assert names["PARTICIPANTS_MISSING"].endswith("2022-02-01 (not observed).")
    assert is_a_fact((404, "NotFound", "Resource not found"))
    assert not is_a_fact((404, "NotFound", "No such room"))


def test_every_message_that_was_seen_is_in_a_fact() -> None:
    if not OBSERVED.exists():
        pytest.skip("the notes on recordings are not beside this checkout; the facts restate them")
    section = OBSERVED.read_text("utf-8").partition("## 4.")[2].partition("## 5.")[0]
    seen = set(re.findall(r"`([A-Z][^`{}$]* [^`{}$]*\.)`", section))
    assert len(seen) >= 14
    table = "".join(path.read_text("utf-8") for path in service_facts.FOLDER.glob("*.json"))
    assert [message for message in seen if message not in table] == []
