"""Run the blocks of a document as a person does who reads it from top to bottom: one shell, one Python session.

A block names its language. ``bash`` is run by the shell and ``python`` by the Python session, which starts with the
shell's folder and variables; blocks of other languages (text, console, json, ...) are there to be read. A comment on
the line before a block defines what else is done with it:

``<!-- file: NAME -->``    the reader saves the block under this name
``<!-- run: server -->``   the reader runs it in another terminal, where it continues; it is ready with its first line
``<!-- run: tests -->``    everything is run but the tests, which are collected only: they are run elsewhere
``<!-- not run: WHY -->``  the reader cannot run it here
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple, Optional

from typing_extensions import Self

_BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<mark>[\w ]+): (?P<value>.*?) -->\n+ *)?```(?P<language>[^\n]*)\n(?P<text>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
#: Seconds in which one block must end.
_PATIENCE = 900
_MARK = "block-ended-with"
_DRIVER = f"""
import sys, traceback
names = {{"__name__": "__main__"}}
for line in sys.stdin:
    path, label = line.rstrip("\\n").split("\\t")
    status = 0
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        exec(compile(text, label, "exec"), names)
    except BaseException:
        traceback.print_exc()
        status = 1
    print("\\n{_MARK}", status, flush=True)
"""


class Block(NamedTuple):
    """A fenced block: where it begins, what it is, and the comment before it."""

    line: int
    language: str
    text: str
    mark: str
    value: str


def blocks(document: str) -> Iterator[Block]:
    """Yield the fenced blocks of a Markdown document."""
    for match in _BLOCK.finditer(document):
        line = document.count("\n", 0, match.start("text"))
        indent = match["indent"]
        text = re.sub(rf"^{indent}", "", match["text"], flags=re.MULTILINE)
        yield Block(line, match["language"].strip(), text, match["mark"] or "", match["value"] or "")


class Reader:
    """A reader with a folder, a shell and a Python session, who runs blocks. To be used in a ``with`` block."""

    def __init__(self, folder: Path, variables: Optional[Mapping[str, str]] = None) -> None:
        self.folder = folder
        self.output = ""
        self._scratch = tempfile.TemporaryDirectory()
        home = Path(sys.executable).parent
        path = f"{home}{os.pathsep}{os.environ['PATH']}"
        self._variables = {**os.environ, "PATH": path, "COLUMNS": "100", **(variables or {})}
        self._variables.pop("PYTHONPATH", None)
        self._started: list[subprocess.Popen[str]] = []
        self._shell = self._start("bash", "--norc", "--noprofile")
        self._python: Optional[subprocess.Popen[str]] = None
        _say(self._shell, "set -eo pipefail")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._started):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)  # what it left in the background, too
        for process in self._started:
            for stream in (process.stdin, process.stdout):
                if stream:
                    stream.close()
            process.wait(_PATIENCE)
        self._scratch.cleanup()

    def run(self, block: Block, label: str) -> str:
        """Run a block by its language and its comment, and return what it prints."""
        if block.mark == "file":
            (self.folder / block.value).write_text(block.text, "utf-8")
        elif block.mark == "not run" or block.language not in ("bash", "python"):
            return ""
        elif block.language == "python":
            return self._run_python(block.text, label)
        elif block.value == "server":
            return self._run_server(block.text)
        else:
            text = block.text.replace(" --cov", "").replace("-m pytest", "-m pytest --collect-only -q")
            return self._run_shell(text if block.value == "tests" else block.text, label)
        return ""

    def _run_shell(self, text: str, label: str) -> str:
        _say(self._shell, f". {self._save(text)} </dev/null; printf '\\n{_MARK} %s\\n' 0")
        return self._read(self._shell, label)

    def _run_python(self, text: str, label: str) -> str:
        if self._python is None:
            found = Path(self._scratch.name, "variables")
            self._run_shell(f"env -0 > {found}; command -v python > {found}.python", label)
            pairs = (pair.partition("=") for pair in found.read_text("utf-8").split("\0") if pair)
            python = Path(f"{found}.python").read_text("utf-8").strip()
            self._variables = {name: value for name, _, value in pairs}
            self._python = self._start(python, "-u", "-W", "error", "-c", _DRIVER)
        _say(self._python, f"{self._save(text)}\t{label}")
        return self._read(self._python, label)

    def _run_server(self, text: str) -> str:
        server = self._start("bash", "-c", f"exec {text.strip()}")
        line = _stream(server.stdout).readline()
        assert line, f"{text.strip()} ended with {server.wait(_PATIENCE)} and printed nothing"
        return line

    def _start(self, *command: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def _save(self, text: str) -> Path:
        with tempfile.NamedTemporaryFile("w", dir=self._scratch.name, delete=False, encoding="utf-8") as file:
            file.write(text)
        return Path(file.name)

    def _read(self, process: "subprocess.Popen[str]", label: str) -> str:
        """What a block prints, until it has ended; an error when it failed or did not end."""
        lines: list[str] = []
        end = time.monotonic() + _PATIENCE
        for line in _stream(process.stdout):
            if line.startswith(f"{_MARK} "):
                assert line == f"{_MARK} 0\n", f"{label} failed:\n{''.join(lines)}"
                break
            lines.append(line)
            assert time.monotonic() < end, f"{label} does not end:\n{''.join(lines)}"
        else:
            raise AssertionError(f"{label} failed:\n{''.join(lines)}")
        text = "".join(lines).strip("\n")
        self.output += f"{text}\n"
        return text


def _say(process: "subprocess.Popen[str]", line: str) -> None:
    stream = _stream(process.stdin)
    stream.write(f"{line}\n")
    stream.flush()


def _stream(stream: "Optional[IO[str]]") -> "IO[str]":
    assert stream is not None
    return stream


def read_through(document: Path, folder: Path, variables: Optional[Mapping[str, str]] = None) -> str:
    """Run all blocks of a document in a folder, and return all that they print."""
    with Reader(folder, variables) as reader:
        for block in blocks(document.read_text("utf-8")):
            reader.run(block, f"{document.name}, line {block.line}")
        return reader.output
