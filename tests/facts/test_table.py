"""The table of facts is whole, and every error of the emulator's is in it or says that nobody saw it."""

import ast
import inspect
import re
from collections import Counter
from pathlib import Path
from typing import Any, Union

import pytest
import service_facts

from azure.communication.rooms.emulator import errors, versions

ROWS = service_facts.rows()
OBSERVED = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "design" / "OBSERVED.md"

#: What was seen to be refused: one name for each row of the table of errors, for each build's words for a wrong role,
#: for the header that came and went, and for the errors of 2022-02-01.
REFUSALS = {
    "4 2022-02-01": 7,
    "4 end in past": 4,
    "4 header of validation": 1,
    "4 identifier of a new room": 2,
    "4 identifier of a room": 3,
    "4 not found": 4,
    "4 one time alone": 4,
    "4 range": 3,
    "4 role": 4,
    "4 room id form": 6,
    "4 room id length": 6,
    "4 start too late": 1,
    "4 two details": 1,
}
MEMBERS = {"id", "observed", "version", "given", "setup", "request", "answer", "client", "emulator"}


def test_there_are_facts_enough_and_each_stands_there_once() -> None:
    assert len(ROWS) >= 120
    assert [name for name, count in Counter(row["id"] for row in ROWS).items() if count > 1] == []
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", row["id"]) for row in ROWS)


def test_everything_that_was_seen_to_be_refused_has_its_rows() -> None:
    counted = Counter(row["observed"] for row in ROWS if row["observed"].startswith("4"))
    assert counted.keys() == REFUSALS.keys()
    assert [name for name, count in REFUSALS.items() if counted[name] < count] == []


def test_rows_say_what_they_must_and_nothing_else() -> None:
    assert [row["id"] for row in ROWS if not MEMBERS >= row.keys() >= MEMBERS - {"setup", "emulator"}] == []
    assert {row["version"] for row in ROWS} == set(versions.KNOWN)
    assert {row["observed"].split(" ")[0] for row in ROWS} == {"1", "2", "3", "4", "wire"}
    assert all(row["given"] for row in ROWS)


def test_a_side_that_cannot_says_why_and_the_other_can() -> None:
    unable = [
        (row["id"], row[side]["unable"])
        for row in ROWS
        for side in ("client", "emulator")
        if "unable" in row.get(side, {})
    ]
    assert all(len(reason.split()) > 3 for _, reason in unable)
    assert len({row_id for row_id, _ in unable}) == len(unable) <= 20


# -- every error of the emulator was seen, or says that it was not ----------------------------------------------------

SOURCE = Path(inspect.getfile(errors)).read_text("utf-8")
#: "not observed on 2022-02-01" says that it was on other versions.
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
        if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or node).endswith("Refusal"):
            found[node.name] = " ".join((ast.get_docstring(node) or "").split())
        elif isinstance(node, ast.Assign) and isinstance(getattr(errors, ast.unparse(node.targets[0])), errors.Detail):
            found[ast.unparse(node.targets[0])] = words_above(node.lineno)
    return found


def made(name: str) -> Union[errors.Refusal, errors.Detail]:
    """An error of that name; its arguments stand for anything."""
    error = getattr(errors, name)
    if isinstance(error, errors.Detail):
        return error
    refusal: errors.Refusal = error(
        *(ANYTHING for each in inspect.signature(error).parameters.values() if each.kind is not each.VAR_POSITIONAL)
    )
    return refusal


def texts(error: Union[errors.Refusal, errors.Detail], words: str) -> set[tuple[Any, ...]]:
    """What an error is known by: the message and target of a fault, or status, code and message, on each wire."""
    if isinstance(error, errors.Detail):
        return {(error.message, error.target)}
    if error.details:
        return {(each.message, each.target) for each in error.details}
    on_2022 = set() if "not observed on 2022-02-01" in words else {tuple(error.body_2022("")["error"].values())}
    return {(error.status, *said) for said in {(error.code, str(error)), *on_2022}}


def told() -> set[tuple[Any, ...]]:
    """The same of every row."""
    answers = [row["answer"] for row in ROWS if "error" in row["answer"] and "emulator" not in row]
    return {
        *((answer["status"], answer["error"]["code"], answer["error"]["message"]) for answer in answers),
        *((each["message"], each["target"]) for answer in answers for each in answer["error"].get("details", [])),
    }


def is_told(text: tuple[Any, ...]) -> bool:
    """Whether a row has an error, up to what stands for anything."""
    if text[0 if len(text) == 2 else -1] == ANYTHING:  # words that whoever raises it chooses
        return False
    pattern = [".*".join(re.escape(part) for part in str(each).split(ANYTHING)) for each in text]
    return any(
        len(row) == len(pattern) and all(re.fullmatch(p, str(each)) for p, each in zip(pattern, row)) for row in told()
    )


@pytest.mark.parametrize("name", catalogue())
def test_every_error_of_the_emulator_is_in_the_table_or_marked_as_not_observed(name: str) -> None:
    words = catalogue()[name]
    missing = [text for text in texts(made(name), words) if not is_told(text)]
    assert missing == [] or UNSEEN.search(words), f"no row has {missing}, and its words do not say 'not observed'"


def test_the_catalogue_is_read_whole() -> None:
    names = catalogue()
    assert len(names) >= 25
    assert {"END_IN_PAST", "PARTICIPANTS_MISSING", "invalid", "room_not_found", "internal"} <= names.keys()
    assert names["PARTICIPANTS_MISSING"].endswith("2022-02-01 (not observed).")
    assert is_told((404, "NotFound", "Resource not found"))
    assert not is_told((404, "NotFound", "No such room"))


def test_every_message_that_was_seen_is_in_the_table() -> None:
    if not OBSERVED.exists():
        pytest.skip("what was observed does not lie beside this checkout; the table restates it")
    section = OBSERVED.read_text("utf-8").partition("## 4.")[2].partition("## 5.")[0]
    seen = set(re.findall(r"`([A-Z][^`{}$]* [^`{}$]*\.)`", section))
    assert len(seen) >= 14
    table = service_facts.PATH.read_text("utf-8")
    assert [message for message in seen if message not in table] == []
