"""The runner of pages: blocks run in one shell and one Python session, and what fails is named."""

from pathlib import Path
from textwrap import dedent

import pytest
from page_runner import read_through


def page(folder: Path, text: str) -> Path:
    """A page; three single quotes stand for a fence."""
    path = folder / "page.md"
    path.write_text(dedent(text).replace("'''", "```"), "utf-8")
    return path


def test_blocks_share_a_shell_and_a_python_session(tmp_path: Path) -> None:
    text = """
        '''bash
        export NAME=rooms
        mkdir below && cd below
        '''

        <!-- file: number.txt -->
        '''text
        42
        '''

        '''python
        import os
        name = os.environ["NAME"]
        '''

        '''bash
        echo "$NAME in $(basename "$PWD"), $(cat ../number.txt)"
        '''

        '''python
        print(name.upper())
        '''
        """
    assert read_through(page(tmp_path, text), tmp_path).split() == ["rooms", "in", "below,", "42", "ROOMS"]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        pytest.param("'''bash\nfalse\n'''", "page.md, line 3 failed", id="a command fails"),
        pytest.param("'''bash\nfalse | cat\n'''", "page.md, line 3 failed", id="a command in a pipe fails"),
        pytest.param("'''bash\nexit 0\n'''", "page.md, line 3 failed", id="the shell ends"),
        pytest.param("'''python\n1 / 0\n'''", "ZeroDivisionError", id="Python raises"),
        pytest.param("'''python\nraise SystemExit(0)\n'''", "SystemExit", id="Python ends"),
        pytest.param("'''python\nimport warnings\nwarnings.warn('old')\n'''", "UserWarning: old", id="Python warns"),
        pytest.param("<!-- run: server -->\n'''bash\ntrue\n'''", "printed nothing", id="a server does not start"),
    ],
)
def test_a_block_that_fails_is_named(tmp_path: Path, block: str, message: str) -> None:
    path = page(tmp_path, f"# Page\n\n{block}\n")
    with pytest.raises(AssertionError, match=message):
        read_through(path, tmp_path)


@pytest.mark.parametrize(
    "block",
    [
        pytest.param("<!-- not run: it needs an account -->\n'''bash\nfalse\n'''", id="not run"),
        pytest.param("'''console\n$ false\n'''", id="console"),
        pytest.param("'''json\n{}\n'''", id="json"),
    ],
)
def test_what_is_only_to_be_read_is_not_run(tmp_path: Path, block: str) -> None:
    assert read_through(page(tmp_path, block), tmp_path) == ""


def test_a_server_runs_beside_the_shell_and_ends_with_the_page(tmp_path: Path) -> None:
    text = """
        <!-- run: server -->
        '''bash
        sh -c 'echo ready; echo $$ > pid; exec sleep 600'
        '''

        '''bash
        while [ ! -s pid ]; do sleep 0.01; done; kill -0 "$(cat pid)"; echo alive
        '''
        """
    assert read_through(page(tmp_path, text), tmp_path) == "alive\n"
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_tests_are_collected_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert False\n")
    text = """
        <!-- run: tests -->
        '''bash
        python -m pytest -p no:cacheprovider FILE
        '''
        """
    assert "1 test collected" in read_through(page(tmp_path, text.replace("FILE", "test_it.py")), tmp_path)
    with pytest.raises(AssertionError, match="not found"):
        read_through(page(tmp_path, text.replace("FILE", "test_that.py")), tmp_path)
