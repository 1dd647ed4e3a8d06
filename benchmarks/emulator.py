"""What the emulator costs: until it is ready, by request, by page of a long list; ``--soak``: under 64 clients;
``--pages 3``: under 64 clients while browsers show its page; ``--against 179ae6d``: beside another commit.
"""

import argparse
import platform
import statistics
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

from emulator_against import measure_against
from open_pages import measure_open_pages
from server_processes import CONSTANT_SERVER, EMULATOR, ServerProcess, SignedConnection, serving
from soak import soak

from azure.communication.rooms.emulator.state import timestamps
from azure.communication.rooms.emulator.state.store import Store, Validity


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs and rooms: a few seconds, rougher numbers")
    parser.add_argument("--soak", action="store_true", help="64 clients at once in place of the measures")
    parser.add_argument("--pages", type=int, help="so many clients with this many pages open in place of the measures")
    parser.add_argument("--clients", type=int, default=64, help="clients of both (default: %(default)s)")
    parser.add_argument(
        "--seconds", type=float, help="length of --soak (default: 60), of a round of --pages (default: 10)"
    )
    parser.add_argument(
        "--against", metavar="COMMIT", help="measure this commit beside this tree, in place of the rest"
    )
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    if options.soak:
        soak(options.clients, options.seconds or 60)
        return
    if options.pages:
        measure_open_pages(options.pages, options.clients, options.seconds or 10, rounds=2 if options.quick else 6)
        return
    if options.against:
        measure_against(options.against, rounds=3 if options.quick else 9, connections=options.clients)
        return
    measure_start(runs=3 if options.quick else 9)
    measure_get(rounds=4 if options.quick else 12, times=1000 if options.quick else 2000)
    measure_pages(rooms=10_000 if options.quick else 100_000, times=100 if options.quick else 400)


def measure_start(runs: int) -> None:
    """Time from the start of the process to the first signed request that succeeds."""
    spans = []
    for _ in range(runs):
        started = time.perf_counter()
        with serving(*EMULATOR) as server:
            status, _body = _connect(server).request("GET", "/rooms")
            spans.append(time.perf_counter() - started)
        if status != 200:
            raise SystemExit(f"the first request got {status}")
    print(
        f"process start to first signed 200: median {statistics.median(spans):.3f} s, "
        f"slowest {max(spans):.3f} s of {runs} runs"
    )


def measure_get(rounds: int, times: int) -> None:
    """Processor time of a signed GET of a room, against that of a Starlette route that returns a constant."""
    with serving(*EMULATOR) as emulator, serving(*CONSTANT_SERVER) as constant:
        _status, room = _connect(emulator).request("POST", "/rooms", {})
        path = f"/rooms/{room['id']}"
        servers = [(emulator, _connect(emulator)), (constant, _connect(constant))]
        costs: list[list[float]] = [[], []]
        for number in range(rounds + 1):
            for cost, (server, connection) in zip(costs, servers):
                spent = _cpu_of_get(server, connection, path, times)
                if number:  # the first round warms up
                    cost.append(spent)
    ratios = [ours / theirs for ours, theirs in zip(*costs)]
    print(
        f"CPU of a signed GET of a room: {statistics.median(costs[0]) * 1e6:.0f} us, "
        f"of a constant Starlette route: {statistics.median(costs[1]) * 1e6:.0f} us, "
        f"ratio: median {statistics.median(ratios):.2f}, {min(ratios):.2f} to {max(ratios):.2f} in {rounds} rounds"
    )


def measure_pages(rooms: int, times: int) -> None:
    """Processor time of the first page of a long list, and of the last full one."""
    with tempfile.TemporaryDirectory() as location:
        _fill(Path(location), rooms)
        with serving(*EMULATOR, "--location", location) as server:
            connection = _connect(server)
            paths = _pages(connection)
            first, last = paths[0], paths[-1]
            costs: dict[str, list[float]] = {first: [], last: []}
            for _ in range(5):
                for path, cost in costs.items():
                    cost.append(_cpu_of_get(server, connection, path, times))
    start, end = (statistics.median(cost) for cost in costs.values())
    print(
        f"CPU of a page of the list, {rooms} rooms on {len(paths)} full pages: first {start * 1e6:.0f} us, "
        f"last {end * 1e6:.0f} us, ratio {end / start:.2f}"
    )


def _connect(server: ServerProcess) -> SignedConnection:
    return SignedConnection(server.connection_string)


def _cpu_of_get(server: ServerProcess, connection: SignedConnection, path: str, times: int) -> float:
    """Seconds of the server's processor time by request."""
    before = server.cpu()
    connection.get_often(path, times)
    return (server.cpu() - before) / times


def _fill(location: Path, rooms: int) -> None:
    """Rooms in a location, in one transaction."""
    now = timestamps.from_datetime(datetime.now(timezone.utc))
    store = Store(location / "rooms.sqlite3")
    with store.transaction():
        for number in range(rooms):
            store.add_room(now + number, Validity(now, now + 180 * timestamps.PER_DAY), False)
    store.close()


def _pages(connection: SignedConnection) -> list[str]:
    """The paths of all full pages, from the first on."""
    paths, path = [], "/rooms"
    while True:
        status, page = connection.request("GET", path)
        if status != 200:
            raise SystemExit(f"GET {path}: {status}")
        if len(page["value"]) == 30:
            paths.append(path)
        if "nextLink" not in page:
            return paths
        path = "/" + page["nextLink"].split("/", 3)[3]


if __name__ == "__main__":
    main()
