"""The documents: each block of each page runs as printed, in order, and every block names its language."""

import re
from codeop import CommandCompiler
from pathlib import Path

import pytest
from page_runner import blocks, read_through

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
README = DOCS.parent / "README.md"
PAGES = sorted(path for path in DOCS.rglob("*.md") if not any(part.startswith("_") for part in path.parts))
IDS = [path.relative_to(DOCS).with_suffix("").as_posix() for path in PAGES]
LANGUAGES = {"bash", "console", "csv", "eval-rst", "ini", "js", "json", "python", "text", "toml", "yaml"}
#: Variables that would lead a page to something else than it names.
FOREIGN = ("COMMUNICATION_SAMPLES_CONNECTION_STRING", "AZURE_COMMUNICATION_CONNECTION_STRING")


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_block_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    read_through(page, tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_block_names_its_language(page: Path) -> None:
    text = page.read_text("utf-8")
    found = list(blocks(text))
    assert 2 * len(found) == len(re.findall(r"^ *```", text, re.MULTILINE))
    languages = {block.language.strip("{}").split("}")[0] for block in found}
    assert languages <= LANGUAGES | {"toctree"}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_a_block_that_is_not_run_states_why(page: Path) -> None:
    for block in blocks(page.read_text("utf-8")):
        assert block.mark in ("", "file", "run", "not run")
        assert block.mark != "run" or block.value in ("server", "tests")
        assert block.mark != "not run" or len(block.value) > 10


def paste(text: str) -> None:
    """Compile a text line by line, as an interactive session does, where a blank line ends a compound statement.

    :raises SyntaxError: If the session rejects it.
    """
    compiler, typed = CommandCompiler(), ""
    for line in [*text.splitlines(), ""]:
        typed = f"{typed}\n{line}" if typed else line
        if compiler(typed, symbol="single") is not None:
            typed = ""


@pytest.mark.parametrize("page", [*PAGES, README], ids=[*IDS, "README"])
def test_a_python_block_can_be_pasted_into_an_interactive_session(page: Path) -> None:
    for block in blocks(page.read_text("utf-8")):
        if block.language == "python" and block.mark != "file":
            paste(block.text)


@pytest.mark.parametrize("text", ["if True:\n    pass\nprint()", "def f():\n    a = 1\n\n    return a"])
def test_what_an_interactive_session_rejects_is_noticed(text: str) -> None:
    with pytest.raises(SyntaxError):
        paste(text)
