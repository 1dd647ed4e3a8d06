"""The documents: each block of each page runs as printed, in order, and every block names its language."""

import re
from pathlib import Path

import pytest
from page_runner import blocks, read_through

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
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
