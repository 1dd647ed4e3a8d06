"""The benchmarks run, and print their figures. What they measure is not judged here."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

import chaos
import pytest

pytestmark = pytest.mark.one_python
BENCHMARK = Path(__file__).resolve().parent.parent.parent / "benchmarks" / "emulator.py"


def run(*arguments: str) -> list[str]:
    """The lines that the benchmark prints after the one that names the machine."""
    command = [sys.executable, str(BENCHMARK), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("Python ")
    return ran.stdout.splitlines()[1:]


def test_the_benchmark_prints_start_request_and_page() -> None:
    start, request, page = run("--quick")
    assert re.match(r"process start to first signed 200: median [\d.]+ s, slowest [\d.]+ s of 3 runs", start)
    assert re.match(r"CPU of a signed GET of a room: \d+ us, of a constant .*: \d+ us, ratio: median [\d.]+, ", request)
    assert re.match(r"CPU of a page of the list, 10000 rooms on 333 full pages: .* ratio [\d.]+$", page)


def test_many_clients_at_once_see_no_error_and_lose_no_write() -> None:
    requests, errors, lost, memory = run("--soak", "--clients", "8", "--seconds", "1")
    assert re.match(r"8 clients, \d+ s: \d+ requests, ", requests)
    assert errors == "errors: 0"
    assert re.match(r"lost writes: 0 of \d+ rooms kept and \d+ deleted", lost)
    assert re.match(r"memory, MiB: start [\d.]+, by tenth of the time( [\d.]+){10}$", memory)


def run_bulk(*arguments: str) -> list[str]:
    """The lines that the benchmark of bulk jobs prints."""
    command = [sys.executable, str(BENCHMARK.with_name("bulk.py")), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.splitlines()


def test_rooms_made_through_faults_and_kills_are_there_once() -> None:
    seed = 2276  # no four exchanges on end meet a fault: a row is given up that fails four times while no other works
    assert "xxxx" not in "".join("x" if fault else "." for fault in itertools.islice(chaos.faults(seed), 300))
    lines = run_bulk("--chaos", "60", "--kills", "2", "--seed", str(seed))
    figures = dict(line.rsplit(maxsplit=1) for line in lines)
    names = ("kill -9", "rows that came back with a room", "rooms that the service holds", "duplicates")
    assert [figures[name] for name in names] == ["2", "60", "60", "0"]


def test_the_speed_of_bulk_jobs_is_reported_for_both_clients() -> None:
    lines = run_bulk("--speed", "60", "--rounds", "1")
    forms = [
        r": the service allows 3200 rooms/s, the client alone makes \d+",
        r", bulk without a journal: \d+ rooms/s, [\d.]+ of the lesser of the two",
        r", bulk with a journal: \d+ rooms/s, [\d.]+ of the lesser of the two",
        r": memory \d+ MiB",
    ]
    expected = [f"{kind}{form}" for kind in ("sync", "async") for form in forms]
    assert all(re.fullmatch(form, line) for form, line in zip(expected, lines))
    assert len(lines) == 8
