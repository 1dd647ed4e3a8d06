"""Creates rooms through a proxy that breaks things, and counts what became of them.

    python benchmarks/chaos.py [--creates 2000] [--threads 8] [--seed 1] [--aio]

Each exchange meets, by chance, a reset before the service sees it, a reset or a truncated response after it was carried
out, a 429 or a 503. Every create must come back, and the service must hold exactly one room for each. With ``--aio``
the asynchronous client sends, from so many tasks, and half of its creates are cancelled at a random time and taken up
again with their repeatability headers.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from fault_proxy import BUSY, NAMES, PASS, RESET_AFTER, RESET_BEFORE, TRUNCATE, UNAVAILABLE, fault_proxy
from raw_ids import ALICE

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.transports.aiohttp_transport import AiohttpTransport
from azure.communication.rooms._pipeline.transports.urllib3_transport import Urllib3Transport
from azure.communication.rooms.aio import RoomsClient as AsyncClient
from azure.communication.rooms.emulator import RoomsEmulator

#: How often what happens, in a hundred exchanges.
ODDS = {PASS: 55, RESET_BEFORE: 10, RESET_AFTER: 10, TRUNCATE: 5, BUSY: 10, UNAVAILABLE: 10}


class Outcome(NamedTuple):
    """What became of a run."""

    returned: set[str]
    """Ids of the rooms that creates gave back."""
    held: list[str]
    """Ids of the rooms that the service holds."""
    done: "Counter[str]"
    """What was done to exchanges."""
    seconds: float
    slept: float
    """Seconds of ``Retry-After``, which the client does not wait here."""


class SleeplessTransport(Urllib3Transport):
    """The default transport, which does not wait."""

    slept = 0.0

    def sleep(self, duration: float) -> None:
        """Note the wait."""
        self.slept += duration


def faults(seed: int) -> Iterator[int]:
    """What happens to exchange after exchange, for ever."""
    chance = random.Random(seed)
    while True:
        yield chance.choices(list(ODDS), list(ODDS.values()))[0]


class AsyncSleeplessTransport(AiohttpTransport):
    """The transport of the asynchronous client, which does not wait."""

    slept = 0.0

    async def sleep(self, duration: float) -> None:
        """Note the wait."""
        self.slept += duration


RETRIES: dict[str, Any] = {"retry_total": 50, "retry_connect": 50, "retry_read": 50, "retry_status": 50}


def run(creates: int, threads: int, seed: int, is_async: bool = False) -> Outcome:
    """Create rooms in the midst of faults.

    :param int creates: How many.
    :param int threads: How many at once, on one client: threads, or tasks of the asynchronous client.
    :param int seed: Of the faults.
    :param bool is_async: Whether the asynchronous client sends.
    """
    started = time.perf_counter()
    with RoomsEmulator() as emulator, fault_proxy(emulator.endpoint, faults(seed)) as proxy:
        key = emulator.connection_string.partition("accesskey=")[2]
        if is_async:
            returned, slept = asyncio.run(create_in_tasks(proxy.endpoint, key, creates, threads, seed))
        else:
            returned, slept = create_in_threads(proxy.endpoint, key, creates, threads)
        seconds = time.perf_counter() - started
        with RoomsClient.from_connection_string(emulator.connection_string) as client:
            held = [room.id for room in client.list_rooms()]
    if len(set(returned)) != len(returned):
        raise SystemExit("two creates came back with one room")
    return Outcome(set(returned), held, Counter(NAMES[each] for each in proxy.done), seconds, slept)


def create_in_threads(endpoint: str, key: str, creates: int, threads: int) -> tuple[list[str], float]:
    """Create rooms in threads: their ids, and the seconds of waiting requested."""
    transport = SleeplessTransport(use_env_settings=False)
    with RoomsClient(endpoint, key, transport=transport, **RETRIES) as client, ThreadPoolExecutor(threads) as pool:
        rooms = pool.map(lambda _: client.create_room(participants=[ALICE]), range(creates))
        return [room.id for room in rooms], transport.slept


async def create_in_tasks(endpoint: str, key: str, creates: int, tasks: int, seed: int) -> tuple[list[str], float]:
    """Create rooms in tasks, of which half are cancelled once: their ids, and the seconds of waiting requested."""
    chance = random.Random(seed)
    transport = AsyncSleeplessTransport(use_env_settings=False)
    numbers = iter(range(creates))
    returned: list[str] = []

    async def create(client: AsyncClient) -> None:
        for _ in numbers:
            pair: dict[str, Any] = {
                "participants": [ALICE],
                "repeatability_request_id": uuid4(),
                "repeatability_first_sent": datetime.now(timezone.utc),
            }
            if chance.random() < 0.5:
                task = asyncio.ensure_future(client.create_room(**pair))
                await asyncio.wait([task], timeout=chance.random() / 50)
                task.cancel()
                await asyncio.wait([task])
            returned.append((await client.create_room(**pair)).id)

    async with AsyncClient(endpoint, key, transport=transport, **RETRIES) as client:
        await asyncio.gather(*(create(client) for _ in range(tasks)))
    return returned, transport.slept


def main() -> None:
    """Run it and print the outcome."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--creates", type=int, default=2000, help="rooms to create (default 2000)")
    parser.add_argument("--threads", type=int, default=8, help="creates at once (default 8)")
    parser.add_argument("--seed", type=int, default=1, help="of the faults (default 1)")
    parser.add_argument("--aio", action="store_true", help="with the asynchronous client, and cancellation")
    given = parser.parse_args()
    outcome = run(given.creates, given.threads, given.seed, given.aio)
    for name, count in outcome.done.most_common():
        print(f"{name:45} {count:6}")
    print(f"{'exchanges':45} {sum(outcome.done.values()):6}")
    print(f"{'creates':45} {given.creates:6}")
    print(f"{'creates that came back with a room':45} {len(outcome.returned):6}")
    print(f"{'rooms that the service holds':45} {len(outcome.held):6}")
    print(f"{'seconds':45} {outcome.seconds:6.1f}")
    print(f"{'seconds of waiting requested (not waited)':45} {outcome.slept:6.0f}")
    if sorted(outcome.held) != sorted(outcome.returned) or len(outcome.held) != given.creates:
        raise SystemExit("rooms were lost or made twice")


if __name__ == "__main__":
    main()
