"""Measure this package against release 1.2.0 of the published one, side by side, and print one table of ratios.

    python benchmarks/compare.py [--aio] [--quick] [--rounds N] [--only FIGURE ...] [--python PYTHON]

It makes a virtual environment for each package, and one for a server of constants on loopback. The clients run on one
core and the server on another. For each figure a program runs in each environment, and waits while the other measures.
Rounds alternate between the two; each gives a ratio, and the table has the median of them. Only the standard library is
needed here.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, NamedTuple, Optional

HERE = Path(__file__).resolve().parent
PUBLISHED = "azure-communication-rooms==1.2.0"
CLIENT_CORE, SERVER_CORE = 0, 1
#: Rounds of each figure: many short ones, because the speed of a machine changes within seconds.
ROUNDS = 25
#: The document that has the tables, and the lines around each there: of the synchronous and the asynchronous clients.
COSTS = HERE.parent / "docs" / "know" / "costs.md"
MARKS = ("<!-- table: costs, written by benchmarks/compare.py -->", "<!-- end of table: costs -->")
ASYNC_MARKS = (
    "<!-- table: costs of the asynchronous client, written by benchmarks/compare.py -->",
    "<!-- end of table: costs of the asynchronous client -->",
)
CAN_PIN = hasattr(os, "sched_setaffinity") and {CLIENT_CORE, SERVER_CORE} <= os.sched_getaffinity(0)


class Figure(NamedTuple):
    """One row of the table."""

    name: str
    title: str
    aim: Optional[float]
    """What the ratio to release 1.2.0 shall be at most; for calls a second, at least. None for no ratio."""
    more_is_better: bool = False


CPU = [
    Figure("get_room", "CPU of get_room", 0.42),
    Figure("create_room", "CPU of create_room", 0.42),
    Figure("create_room_10", "CPU of create_room, 10 participants", 0.42),
    Figure("create_room_100", "CPU of create_room, 100 participants", 0.42),
    Figure("update_room", "CPU of update_room", 0.42),
    Figure("add_100", "CPU of adding 100 participants", 0.42),
    Figure("remove_100", "CPU of removing 100 participants", 0.42),
    Figure("participants_100", "CPU of each participant listed, 100 a page", 0.42),
    Figure("participants_1000", "CPU of each participant listed, 1,000 a page", 0.45),
    Figure("rooms_100", "CPU of each room listed, 100 a page", 0.45),
    Figure("decode", "CPU of each participant decoded", 0.40),
    Figure("held", "memory of 100,000 participants held", 0.55),
]
STREAMED = Figure("streamed", "memory while reading 100,000 participants, MiB", None)
ON_REQUESTS = Figure("get_room", "CPU of get_room with transport=RequestsTransport()", 0.85)
START = Figure("first_call", "wall time of import, client and first call", 0.77)
START_AIOHTTP = Figure("first_call", "the same with aiohttp installed", 0.45)
THROUGHPUT = Figure("calls_per_second", "calls a second: 64 threads, TLS, 20 ms of delay", 1.4, more_is_better=True)

#: Of the asynchronous clients; the second aim is that against release 1.2.0 with use_env_settings=False.
ASYNC_CPU = [
    (Figure("get_room", "CPU of get_room", 0.40), 0.70),
    (Figure("create_room_100", "CPU of create_room, 100 participants", 0.45), 0.70),
    (Figure("participants_100", "CPU of each participant listed, 100 a page", 0.40), 0.70),
    (Figure("participants_1000", "CPU of each participant listed, 1,000 a page", 0.35), 0.70),
    (Figure("rooms_100", "CPU of each room listed, 100 a page", 0.50), 0.75),
]
ASYNC_HELD = Figure("held", "memory of 100,000 participants held", 0.45)
ASYNC_START = Figure("first_call", "wall time of import, client and first call", 1.0)
ASYNC_TLS = [
    Figure("cpu_64", "CPU of a call: 64 tasks, TLS, 20 ms of delay", 0.48),
    Figure("cpu_500", "the same with 500 tasks", 0.48),
    Figure("rate_64", "calls a second: 64 tasks, TLS, 20 ms of delay", 2.0, more_is_better=True),
    Figure("rate_500", "the same with 500 tasks", 2.0, more_is_better=True),
]

Measure = Callable[[], float]
#: Starts what measures a figure in the environment of a Python.
Start = Callable[[Path], contextlib.AbstractContextManager[Measure]]


def run(*command: object) -> str:
    """The output of a command."""
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def make_environment(folder: Path, python: str, *packages: object) -> Path:
    """A virtual environment with these packages; its Python."""
    run(python, "-m", "venv", folder)
    own = folder / "bin" / "python"
    run(own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)
    return own


@contextlib.contextmanager
def serving(python: Path, *flags: object) -> Iterator[str]:
    """The address of a running server of constants."""
    pinned = ["--core", str(SERVER_CORE)] if CAN_PIN else []
    command = [python, HERE / "compare_server.py", *pinned, *flags]
    with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().strip()
        finally:
            server.kill()


def figure_of(endpoint: str, figure: Figure, calls: int, *flags: object, program: str = "compare_figures.py") -> Start:
    """Measures a figure in a process that is kept, so that each round is warm."""

    @contextlib.contextmanager
    def start(python: Path) -> Iterator[Measure]:
        command = [python, HERE / program, figure.name, endpoint, "--calls", calls, *flags]
        with subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            requests, results = process.stdin, process.stdout

            def measure() -> float:
                print(file=requests, flush=True)
                return float(results.readline())  # nothing, if the program failed and printed why

            measure()  # compiles, connects, and warms the caches
            yield measure

    return start


def time_of(endpoint: str, program: Optional[str] = None) -> Start:
    """Measures how long a whole process takes that makes one call."""
    default = (
        "from azure.core.credentials import AzureKeyCredential; from azure.communication.rooms import RoomsClient; "
        f"RoomsClient({endpoint!r}, AzureKeyCredential('a2V5')).get_room('99412345678901234')"
    )

    @contextlib.contextmanager
    def start(python: Path) -> Iterator[Measure]:
        def measure() -> float:
            begin = time.perf_counter()
            run(python, "-I", "-c", program or default)  # -I: what is installed, not what lies in this folder
            return (time.perf_counter() - begin) * 1000

        yield measure

    return start


class Table:
    """Measures and prints row after row.

    :ivar missed: The titles of rows that missed what they aim at.
    :ivar ratios: The rows that have an aim, for the document.
    :ivar rounds: The rounds of most figures.
    """

    def __init__(self, published: Path, ours: Path, rounds: int, only: list[str]) -> None:
        self._published = published
        self._ours = ours
        self.rounds = rounds
        self._only = only
        self.missed: list[str] = []
        self.ratios: list[str] = []
        print("| figure | release 1.2.0 | this package | ratio | aim |\n|---|---|---|---|---|")

    def prepare(self, *packages: str) -> None:
        """Install more into both environments."""
        for python in (self._published, self._ours):
            run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages)

    def report(self) -> int:
        """Print what missed its aim; 1 when something did."""
        if self.missed:
            print(f"missed: {', '.join(self.missed)}")
        return 1 if self.missed else 0

    def row(self, figure: Figure, start: Start, ours: Optional[Start] = None, rounds: Optional[int] = None) -> None:
        """Measure one figure; with another way for this package where one is given."""
        if self._only and figure.name not in self._only:
            return
        with start(self._published) as published, (ours or start)(self._ours) as own:
            pairs = [(published(), own()) for _ in range(rounds or self.rounds)]
        before, now = (statistics.median(values) for values in zip(*pairs))
        if figure.aim is None:
            print(f"| {figure.title} | {before:.4g} | {now:.4g} | | |", flush=True)
            return
        ratio = statistics.median(after / earlier for earlier, after in pairs)
        reached = ratio >= figure.aim if figure.more_is_better else ratio <= figure.aim
        if not reached:
            self.missed.append(figure.title)
        aim = f"{'at least' if figure.more_is_better else 'at most'} {figure.aim:g}"
        self.ratios.append(f"| {figure.title} | {ratio:.2f} | {aim} |")
        print(
            f"| {figure.title} | {before:.4g} | {now:.4g} | {ratio:.2f} | {aim}{'' if reached else ', missed'} |",
            flush=True,
        )


def write_table(rows: list[str], how: str, marks: tuple[str, str] = MARKS, document: Path = COSTS) -> None:
    """Put the rows into the document, between the lines that mark the place of the table.

    :param rows: The rows.
    :param how: How they were measured, to be written above them.
    :param marks: The two lines.
    :param document: The document.
    """
    start, end = marks
    before, _, rest = document.read_text("utf-8").partition(start)
    _, _, after = rest.partition(end)
    table = [start, how, "", "| | part of release 1.2.0 | aim |", "|---|---|---|", *rows, end]
    document.write_text(before + "\n".join(table) + after, "utf-8")


def how_measured(python: Path, rounds: int, load: float) -> str:
    """One line for the document: Python, rounds, and what else the machine did.

    :param python: The Python that the figures were measured on.
    :param rounds: The rounds of most figures.
    :param load: Processes that were running or waiting before the measurement, on average.
    """
    version = run(python, "-c", "import platform; print(platform.python_version())").strip()
    return f"Python {version}, {rounds} rounds a figure, {load:.1f} other processes busy when it began."


def main() -> int:
    """Measure everything; 1 when a figure missed its aim."""
    parser = argparse.ArgumentParser(description="Measure this package against release 1.2.0.")
    parser.add_argument("--aio", action="store_true", help="measure the asynchronous clients")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and calls: about a minute")
    parser.add_argument("--rounds", type=int, help=f"rounds of each figure; {ROUNDS}, or 3 with --quick")
    parser.add_argument("--only", nargs="*", default=[], metavar="FIGURE", help="measure these alone")
    parser.add_argument("--python", default=sys.executable, help="the Python of the environments")
    parser.add_argument("--write", action="store_true", help="write the table into docs/know/costs.md as well")
    options = parser.parse_args()
    if options.write and (options.only or options.quick):
        parser.error("--write takes all figures, measured in full")
    rounds, calls = options.rounds or (3 if options.quick else ROUNDS), 200 if options.quick else 300
    if CAN_PIN:
        os.sched_setaffinity(0, {CLIENT_CORE})  # and with it what is started from here; the server moves away
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0  # Windows has none
    with tempfile.TemporaryDirectory() as folder:
        published = make_environment(Path(folder, "published"), options.python, PUBLISHED)
        ours = make_environment(Path(folder, "ours"), options.python, HERE.parent)
        server = make_environment(
            Path(folder, "server"), options.python, "uvicorn", "starlette", "httptools", "trustme"
        )
        table = Table(published, ours, rounds, options.only)
        if options.aio:
            compare_async(table, server, Path(folder), calls, options.quick)
        else:
            compare_sync(table, server, Path(folder), calls, options.quick)
        if options.write:
            how = how_measured(ours, rounds, load)
            write_table(table.ratios, how, ASYNC_MARKS if options.aio else MARKS)
        return table.report()


def compare_sync(table: Table, server: Path, folder: Path, calls: int, quick: bool) -> None:
    """Measure the synchronous clients. Parameters: :func:`compare_async`."""
    with serving(server) as endpoint:
        for figure in CPU:
            table.row(figure, figure_of(endpoint, figure, calls), rounds=2 if figure.name == "held" else None)
        table.row(STREAMED, figure_of(endpoint, STREAMED, calls), rounds=1)
        plain, on_requests = (
            figure_of(endpoint, ON_REQUESTS, calls),
            figure_of(endpoint, ON_REQUESTS, calls, "--requests"),
        )
        table.row(ON_REQUESTS, plain, on_requests)
        table.row(START, time_of(endpoint), rounds=5 * table.rounds)  # a process is short, and its time spread wide
    with (
        tls_certificate(server, folder) as (certificate, key),
        serving(server, "--tls", certificate, key, "--delay", 0.02) as endpoint,
    ):
        table.row(THROUGHPUT, figure_of(endpoint, THROUGHPUT, 20 if quick else 100), rounds=min(table.rounds, 9))
    table.prepare("aiohttp")
    with serving(server) as endpoint:
        table.row(START_AIOHTTP, time_of(endpoint), rounds=2 * table.rounds)


ASYNC_FIRST_CALL = """
import asyncio
from azure.core.credentials import AzureKeyCredential
from azure.communication.rooms.aio import RoomsClient

async def main():
    async with RoomsClient({endpoint!r}, AzureKeyCredential('a2V5')) as client:
        await client.get_room('99412345678901234')

asyncio.run(main())
"""


def against_no_environment(figure: Figure, aim: float) -> Figure:
    """A figure of the asynchronous client as a part of release 1.2.0 with ``use_env_settings=False``."""
    return figure._replace(title=f"{figure.title}, against use_env_settings=False", aim=aim)


def compare_async(table: Table, server: Path, folder: Path, calls: int, quick: bool) -> None:
    """Measure the asynchronous clients.

    :param table: Where the rows go.
    :param server: The Python of the server's environment.
    :param folder: Where a certificate may lie.
    :param calls: Calls of one measurement.
    :param quick: Whether to make fewer.
    """
    program = "compare_async_figures.py"
    table.prepare("aiohttp")
    with serving(server) as endpoint:
        for figure, _ in ASYNC_CPU:
            table.row(figure, figure_of(endpoint, figure, calls, program=program))
        for figure, aim in ASYNC_CPU:
            against = against_no_environment(figure, aim)
            theirs = figure_of(endpoint, figure, calls, "--no-environment", program=program)
            table.row(against, theirs, figure_of(endpoint, figure, calls, program=program))
        table.row(ASYNC_HELD, figure_of(endpoint, ASYNC_HELD, calls, program=program), rounds=2)
        table.row(ASYNC_START, time_of(endpoint, ASYNC_FIRST_CALL.format(endpoint=endpoint)))
    with (
        tls_certificate(server, folder) as (certificate, key),
        serving(server, "--tls", certificate, key, "--delay", 0.02) as endpoint,
    ):
        for figure in ASYNC_TLS:
            start = figure_of(endpoint, figure, 20 if quick else 50, program=program)
            table.row(figure, start, rounds=min(table.rounds, 9))


@contextlib.contextmanager
def tls_certificate(python: Path, folder: Path) -> Iterator[tuple[Path, Path]]:
    """A certificate for localhost and its key, trusted by both packages as long as this lasts."""
    program = (
        "import sys, trustme; ca = trustme.CA(); ca.cert_pem.write_to_path(sys.argv[1]); "
        "ca.issue_cert('localhost').private_key_and_cert_chain_pem.write_to_path(sys.argv[2])"
    )
    authority, both = folder / "authority.pem", folder / "server.pem"
    run(python, "-c", program, authority, both)
    # By the environment: release 1.2.0's asynchronous client makes a TLS context for each call if it is given a file.
    names = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    os.environ.update(dict.fromkeys(names, str(authority)))
    try:
        yield both, both
    finally:
        for name in names:
            del os.environ[name]


if __name__ == "__main__":
    sys.exit(main())
