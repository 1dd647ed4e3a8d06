"""One figure of the asynchronous client of one installed package. ``compare.py --aio`` runs it.

    python benchmarks/compare_async_figures.py FIGURE ENDPOINT [--calls N] [--no-environment]

For each line of its input it measures the figure and prints it as a number. Only names that both packages have are
used, so that both run the same program.
"""

import argparse
import asyncio
import gc
import sys
import time
import tracemalloc
from collections.abc import Awaitable
from typing import Any, Callable

from azure.core.credentials import AzureKeyCredential
from compare_figures import ID, KEY, PEOPLE, traced_memory

from azure.communication.rooms.aio import RoomsClient

Figure = Callable[[Any, int], Awaitable[float]]


async def cpu_per_call(call: Callable[[], Awaitable[Any]], calls: int) -> float:
    """Microseconds of CPU of one call, once it is warm."""
    for _ in range(max(3, calls // 20)):
        await call()
    gc.collect()
    start = time.process_time()
    for _ in range(calls):
        await call()
    return (time.process_time() - start) / calls * 1e6


def per_call(call: Callable[[Any], Awaitable[Any]]) -> Figure:
    """A figure of CPU for each call."""

    async def figure(client: Any, calls: int) -> float:
        return await cpu_per_call(lambda: call(client), calls)

    return figure


def per_item(items: int, listing: Callable[[Any], Awaitable[Any]]) -> Figure:
    """A figure of CPU for each item of a list."""

    async def figure(client: Any, calls: int) -> float:
        return await cpu_per_call(lambda: listing(client), max(5, calls * 20 // items)) / items

    return figure


async def read_all(participants: Any) -> int:
    """Read every participant of a list."""
    return len([True async for each in participants if each.role])


async def read_rooms(rooms: Any) -> int:
    """Read what an application reads of each room, its times as they come."""
    return len([True async for room in rooms if room.id and room.created_at and room.valid_from and room.valid_until])


async def held(client: Any, _: int) -> float:
    """MiB that 100,000 participants take when they are held."""
    assert [each async for each in client.list_participants("100x1")]
    gc.collect()
    tracemalloc.start()
    people = [each async for each in client.list_participants("1000x100")]
    gc.collect()
    assert len(people) == 100_000
    return traced_memory()[0]


async def run_tasks(client: Any, calls: int, tasks: int) -> tuple[float, float]:
    """Microseconds of CPU of one call, and calls a second, of so many tasks on one client."""
    each = max(3, calls // 10)

    async def some() -> None:
        for _ in range(each):
            await client.get_room(ID)

    await asyncio.gather(*(some() for _ in range(tasks)))  # opens the connections
    processor, start = time.process_time(), time.perf_counter()
    await asyncio.gather(*(some() for _ in range(tasks)))
    made = tasks * each
    return (time.process_time() - processor) / made * 1e6, made / (time.perf_counter() - start)


def with_tasks(tasks: int, place: int) -> Figure:
    """A figure of so many tasks: 0 for the CPU of a call, 1 for calls a second."""

    async def figure(client: Any, calls: int) -> float:
        return (await run_tasks(client, calls, tasks))[place]

    return figure


async def first_call(client: Any, _: int) -> float:
    """Nothing but a call."""
    return float(bool(await client.get_room(ID)))


FIGURES: dict[str, Figure] = {
    "get_room": per_call(lambda client: client.get_room(ID)),
    "create_room_100": per_call(lambda client: client.create_room(participants=PEOPLE)),
    "participants_100": per_item(1000, lambda client: read_all(client.list_participants("100x10"))),
    "participants_1000": per_item(10_000, lambda client: read_all(client.list_participants("1000x10"))),
    "rooms_100": per_item(1000, lambda client: read_rooms(client.list_rooms())),
    "held": held,
    "cpu_64": with_tasks(64, 0),
    "cpu_500": with_tasks(500, 0),
    "rate_64": with_tasks(64, 1),
    "rate_500": with_tasks(500, 1),
    "first_call": first_call,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description="Print a figure of the installed package's asynchronous client for each line of the input."
    )
    parser.add_argument("figure", choices=[*FIGURES])
    parser.add_argument("endpoint")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--no-environment", action="store_true", help="leave proxies of the environment alone")
    options = parser.parse_args()
    keywords: dict[str, Any] = {"use_env_settings": False} if options.no_environment else {}
    loop = asyncio.new_event_loop()  # stands still between two measurements
    client = RoomsClient(options.endpoint, AzureKeyCredential(KEY), **keywords)
    for _ in sys.stdin:
        print(loop.run_until_complete(FIGURES[options.figure](client, options.calls)), flush=True)
    loop.run_until_complete(client.close())
    loop.close()


if __name__ == "__main__":
    main()
