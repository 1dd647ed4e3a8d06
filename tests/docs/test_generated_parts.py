"""What the documents have from elsewhere: the table of costs, all flags, paths and parts of a fault."""

import argparse
import dataclasses
import importlib.util
import re
import sys
from pathlib import Path

import compare
import pytest

from azure.communication.rooms import ApiVersion, ParticipantRole
from azure.communication.rooms.emulator import Fault
from azure.communication.rooms.emulator.admin import commands

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
FIGURES = [*compare.CPU, compare.ON_REQUESTS, compare.START, compare.THROUGHPUT, compare.START_AIOHTTP]
ASYNC_FIGURES = [
    *(figure for figure, _ in compare.ASYNC_CPU),
    *(compare.against_no_environment(figure, aim) for figure, aim in compare.ASYNC_CPU),
    compare.ASYNC_HELD,
    compare.ASYNC_START,
    *compare.ASYNC_TLS,
]


def page(name: str) -> str:
    """The text of a page of the reference."""
    return (DOCS / "know" / f"{name}.md").read_text("utf-8")


def rows_and_aims(marks: tuple[str, str]) -> list[tuple[str, str, str]]:
    """The figures of a table of costs, with their aims."""
    table = page("costs").partition(marks[0])[2].partition(marks[1])[0]
    return re.findall(r"^\| ([^|]+) \| [\d.]+ \| (at \w+) ([\d.]+) \|$", table, re.MULTILINE)


def titles_and_aims(figures: list[compare.Figure]) -> list[tuple[str, str, str]]:
    """The same of the figures that are measured."""
    return [(figure.title, "at least" if figure.more_is_better else "at most", f"{figure.aim:g}") for figure in figures]


def test_the_table_of_costs_has_each_figure_that_is_measured_with_its_aim() -> None:
    assert sorted(rows_and_aims(compare.MARKS)) == sorted(titles_and_aims(FIGURES))


def test_the_table_of_the_asynchronous_client_has_each_figure_that_is_measured_with_its_aim() -> None:
    assert sorted(rows_and_aims(compare.ASYNC_MARKS)) == sorted(titles_and_aims(ASYNC_FIGURES))


@pytest.mark.parametrize("marks", [compare.MARKS, compare.ASYNC_MARKS], ids=["sync", "async"])
def test_a_measurement_puts_its_rows_between_the_marks(marks: tuple[str, str], tmp_path: Path) -> None:
    document = tmp_path / "costs.md"
    document.write_text(page("costs"), "utf-8")
    compare.write_table(["| CPU of get_room | 0.34 | at most 0.42 |"], "How.", marks, document)
    head, tail = page("costs").split(marks[0])[0], page("costs").split(marks[1])[1]
    table = "How.\n\n| | part of release 1.2.0 | aim |\n|---|---|---|\n| CPU of get_room | 0.34 | at most 0.42 |"
    assert document.read_text("utf-8") == f"{head}{marks[0]}\n{table}\n{marks[1]}{tail}"


def test_the_page_of_a_command_is_written_from_its_own_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("command_parsers", DOCS / "command_parsers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["sphinx"])
    parser = module.rooms_emulator()
    assert isinstance(parser, argparse.ArgumentParser)
    assert {"--port", "--tls", "--fault"} <= set(re.findall(r"--[\w-]+", parser.format_help()))


def test_every_part_of_a_fault_is_listed() -> None:
    listed = set(re.findall(r"`(\w+)`", page("faults")))
    assert {field.name for field in dataclasses.fields(Fault)} <= listed


def test_every_api_version_and_role_is_listed() -> None:
    assert all(f"| {version} | `{version.name}` |" in page("api_versions") for version in ApiVersion)
    assert all(f"{role}" in page("roles") for role in ParticipantRole)


@pytest.mark.parametrize("part", ["learn", "do", "know", "why"])
def test_every_page_of_a_part_is_in_its_list(part: str) -> None:
    (listed,) = re.findall(r"```\{toctree\}\n(.*?)```", (DOCS / part / "index.md").read_text("utf-8"), re.DOTALL)
    assert sorted(listed.split()) == sorted(path.stem for path in (DOCS / part).glob("*.md") if path.stem != "index")


def test_every_path_of_the_admin_api_is_listed() -> None:
    listed = re.sub(r"\{\w+\}", "{}", page("admin_api"))
    assert [path for path in commands.COMMANDS if f"/_emulator{path}" not in listed] == []
