"""Creates many rooms by ``bulk.create_rooms``: exactly once through faults and kill -9, and as fast as it goes.

    python benchmarks/bulk.py [--chaos ROOMS] [--speed ROOMS] [--rounds 5] [--kills 3] [--seed 1]

Chaos: each exchange meets, by chance, what ``chaos.py`` lists, and the process that creates the rooms is killed with
kill -9 several times and started again with the same journal. It fails when a room is lost or made twice.

Speed: a server that takes 20 ms for each create, 64 in flight, without and with a journal, for both clients. The limit
is 64 / 20 ms, or what the processor can do where that is less: as many creates as the client alone makes in 64 threads
or tasks. The three take turns.
"""

import argparse
import asyncio
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, Optional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

import psutil
from chaos import faults
from fault_proxy import NAMES, fault_proxy

from azure.communication.rooms import RoomsClient, aio, bulk
from azure.communication.rooms.aio import bulk as aio_bulk
from azure.communication.rooms.emulator import RoomsEmulator

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
DELAY, IN_FLIGHT = 0.02, 64
PLAIN, BULK, JOURNAL = "the client alone", "bulk without a journal", "bulk with a journal"
_SERVER = Path(__file__).with_name("compare_server.py")


def work(endpoint: str, key: str, count: int, journal: str) -> None:
    """Create rooms and print the id of each: the process that is killed."""
    with RoomsClient(endpoint, key) as client:
        rows = ({"pstn_dial_out_enabled": number % 2 == 0} for number in range(count))
        for result in bulk.create_rooms(rows, client, max_concurrency=IN_FLIGHT, journal=journal):
            print(result.index, result.room.id if result.room else repr(result.error), flush=True)


def chaos(count: int, kills: int, seed: int) -> bool:
    """Create rooms through faults and kill -9, and print what became of them; False when one was lost or made twice."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, RoomsEmulator() as emulator:
        key = emulator.connection_string.partition("accesskey=")[2]
        with fault_proxy(emulator.endpoint, faults(seed)) as proxy:
            arguments = [proxy.endpoint, key, str(count), str(Path(folder) / "journal")]
            for _ in range(kills):
                _run_worker(arguments, kill_after=count // (kills + 1))
            results = _run_worker(arguments)
            done = Counter(NAMES[each] for each in proxy.done)
        with RoomsClient.from_connection_string(emulator.connection_string) as client:
            held = [room.id for room in client.list_rooms()]
    returned = [line.split()[1] for line in results]
    for name, times in done.most_common():
        print(f"{name:45} {times:6}")
    print(f"{'exchanges':45} {sum(done.values()):6}")
    print(f"{'kill -9':45} {kills:6}")
    print(f"{'rows':45} {count:6}")
    print(f"{'rows that came back with a room':45} {len(set(returned) & set(held)):6}")
    print(f"{'rooms that the service holds':45} {len(held):6}")
    print(f"{'duplicates':45} {len(held) - count:6}")
    print(f"{'seconds':45} {time.perf_counter() - started:6.0f}")
    return sorted(returned) == sorted(held) and len(held) == count


def _run_worker(arguments: list[str], kill_after: Optional[int] = None) -> list[str]:
    """The lines that the worker prints until it ends; or until it is killed, after so many rows that were sent."""
    command = [sys.executable, __file__, "--worker", *arguments]
    lines: list[str] = []
    known = sum('"done"' in line for line in _lines_of(Path(arguments[-1])))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if kill_after is not None and len(lines) >= known + kill_after:
                process.send_signal(signal.SIGKILL)
                break
    return lines


def _lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


async def _create_async(endpoint: str, count: int, how: str, journal: str) -> None:
    async with aio.RoomsClient(endpoint, KEY) as client:
        if how == PLAIN:
            rows = iter(range(count))

            async def worker() -> None:
                for _ in rows:
                    await client.create_room()

            await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
            return
        path = journal if how == JOURNAL else None
        requests: Any = ({} for _ in range(count))
        async for result in aio_bulk.create_rooms(requests, client, max_concurrency=IN_FLIGHT, journal=path):
            assert result.room is not None, result.error


def _create(endpoint: str, count: int, how: str, journal: str) -> None:
    with RoomsClient(endpoint, KEY) as client:
        if how == PLAIN:
            with ThreadPoolExecutor(IN_FLIGHT) as pool:
                for future in [pool.submit(client.create_room) for _ in range(count)]:
                    future.result()
            return
        path = journal if how == JOURNAL else None
        for result in bulk.create_rooms(({} for _ in range(count)), client, max_concurrency=IN_FLIGHT, journal=path):
            assert result.room is not None, result.error


def speed(count: int, rounds: int) -> None:
    """Create rooms as fast as it goes, and print how fast that was."""
    with subprocess.Popen(
        [sys.executable, str(_SERVER), "--delay", str(DELAY)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        endpoint = server.stdout.readline().strip()
        try:
            for kind in ("sync", "async"):
                _print_speed(endpoint, count // rounds, kind, rounds)
        finally:
            server.terminate()


def _print_speed(endpoint: str, count: int, kind: str, rounds: int) -> None:
    """Take turns, so that other load of the machine falls on all."""
    rates: dict[str, list[float]] = {how: [] for how in (PLAIN, BULK, JOURNAL)}
    for _ in range(rounds):
        for how, found in rates.items():
            with tempfile.TemporaryDirectory() as folder:
                arguments = (endpoint, count, how, str(Path(folder) / "journal"))
                started = time.perf_counter()
                if kind == "sync":
                    _create(*arguments)
                else:
                    asyncio.run(_create_async(*arguments))
                found.append(count / (time.perf_counter() - started))
    service, plain = IN_FLIGHT / DELAY, median(rates[PLAIN])
    print(f"{kind}: the service allows {service:.0f} rooms/s, the client alone makes {plain:.0f}")
    for how in (BULK, JOURNAL):
        ratios = [rate / min(service, alone) for rate, alone in zip(rates[how], rates[PLAIN])]
        print(f"{kind}, {how}: {median(rates[how]):.0f} rooms/s, {median(ratios):.2f} of the lesser of the two")
    print(f"{kind}: memory {psutil.Process().memory_info().rss >> 20} MiB")


def main() -> None:
    """Run what the command line names, or both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--chaos", type=int, metavar="ROOMS", help="rooms to create through faults (default 10000)")
    parser.add_argument("--speed", type=int, metavar="ROOMS", help="rooms to create at speed, each way (default 20000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the measurement of speed (default 5)")
    parser.add_argument("--kills", type=int, default=3, help="how often the process is killed (default 3)")
    parser.add_argument("--seed", type=int, default=1, help="of the faults (default 1)")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        endpoint, key, count, journal = given.worker
        work(endpoint, key, int(count), journal)
        return
    both = given.chaos is None and given.speed is None
    if (given.speed is not None) or both:
        speed(given.speed or 20_000, given.rounds)
    if ((given.chaos is not None) or both) and not chaos(given.chaos or 10_000, given.kills, given.seed):
        raise SystemExit("rooms were lost or made twice")


if __name__ == "__main__":
    main()
