"""Runs of the playback tests in processes of their own, and the recordings they use."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, NamedTuple

import yaml

PROJECT = Path(__file__).resolve().parent.parent.parent
RECORDINGS = PROJECT / "tests" / "recordings"
SUPPORT = Path(__file__).resolve().parent


class Run(NamedTuple):
    """How a run ended. Tests go by the names of their recordings; a failed test has its message.

    A test that failed with one client and passed with the other is in both.
    """

    code: int
    text: str
    failed: dict[str, str]
    passed: set[str]


def run_playback(folder: Path, recordings: Path, *arguments: str, **environment: str) -> Run:
    """Run tests that are played back.

    :param folder: An empty place for the output of the run.
    :param recordings: The folder of recordings.
    :param arguments: More for pytest.
    :param environment: Variables of the process, beside those of this one.
    """
    report = folder / "report.xml"
    own = {name: value for name, value in os.environ.items() if name != "AZURE_COMMUNICATION_CONNECTION_STRING"}
    paths = [str(SUPPORT), *filter(None, [own.get("PYTHONPATH")])]
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "vcr", "tests/playback"),
            *("--recordings", str(recordings), f"--junitxml={report}", *arguments),
        ],
        cwd=PROJECT,
        env={**own, "PYTHONPATH": os.pathsep.join(paths), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    failed: dict[str, str] = {}
    passed: set[str] = set()
    for case in ElementTree.parse(report).iter("testcase") if report.exists() else ():
        name = f"{case.attrib['classname'].rpartition('.test_')[2]}/{recording_name(case.attrib['name'])}"
        faults = [fault for fault in case if fault.tag in ("failure", "error")]
        if faults:
            failed[name] = "\n".join(fault.text or "" for fault in faults)
        elif len(case) == 0:  # nor was it skipped
            passed.add(name)
    return Run(ran.returncode, ran.stdout + ran.stderr, failed, passed)


def recording_name(test: str) -> str:
    """The name of the recording of a test, without the end of its file. Both clients have the same recording."""
    name, _, parameters = test.rstrip("]").partition("[")
    others = "-".join(each for each in parameters.split("-") if each not in ("sync", "async"))
    return f"{name}.{others}".rstrip(".").replace(" ", "_")


def read(path: Path) -> list[dict[str, Any]]:
    """The entries of a recording."""
    entries: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["interactions"]
    return entries


def write(path: Path, entries: list[dict[str, Any]]) -> None:
    """Write a recording, as it is read."""
    path.write_text(yaml.safe_dump({"interactions": entries}, sort_keys=False), "utf-8")


def name_of(path: Path) -> str:
    """The name of a recording's file, as runs have it."""
    return f"{path.parent.name}/{path.name[: -len('.yaml')]}"
