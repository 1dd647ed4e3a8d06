"""One figure of one installed package. ``compare.py`` runs it in the environment of each package.

    python benchmarks/compare_figures.py FIGURE ENDPOINT [--calls N] [--requests]

For each line of its input it measures the figure and prints it as a number. Only names that both packages have are
used, so that both run the same program.
"""

import argparse
import gc
import json
import sys
import threading
import time
import tracemalloc
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline.transport import RequestsTransport

import azure.communication.rooms as package

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ID = "99412345678901234"
THREADS = 64
USERS = [
    package.CommunicationUserIdentifier(
        f"8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-{number:012d}"
    )
    for number in range(100)
]
PEOPLE = [package.RoomParticipant(communication_identifier=user, role="Presenter") for user in USERS]
NOW = datetime.now(timezone.utc)


def cpu_per_call(call: Callable[[], Any], calls: int) -> float:
    """Microseconds of CPU of one call, once it is warm."""
    for _ in range(max(3, calls // 20)):
        call()
    gc.collect()
    start = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - start) / calls * 1e6


def per_call(call: Callable[[Any], Any]) -> Callable[[Any, int], float]:
    """A figure of CPU for each call."""
    return lambda client, calls: cpu_per_call(lambda: call(client), calls)


def per_item(items: int, listing: Callable[[Any], Any]) -> Callable[[Any, int], float]:
    """A figure of CPU for each item of a list."""
    return lambda client, calls: cpu_per_call(lambda: listing(client), max(10, calls * 20 // items)) / items


def read_all(participants: Any) -> int:
    """Read every participant of a list."""
    return sum(1 for each in participants if each.role)


def read_rooms(rooms: Any) -> int:
    """Read what an application reads of each room, its times as they come."""
    return sum(1 for room in rooms if room.id and room.created_at and room.valid_from and room.valid_until)


def decode(_: Any, calls: int) -> float:
    """Microseconds of CPU for each participant of a page, from its text to the package's objects."""
    text = json.dumps({"value": [{"rawId": user.raw_id, "role": "Presenter"} for user in USERS * 10]})
    try:
        from azure.communication.rooms._wire.decoding import decode_participant, page_decoder
    except ImportError:  # release 1.2.0, which has no such function: its list makes each participant of a mapping
        return cpu_per_call(lambda: [package.RoomParticipant(each) for each in json.loads(text)["value"]], calls) / 1000
    decode_page = page_decoder(decode_participant)
    return cpu_per_call(lambda: decode_page(json.loads(text)), calls) / 1000


def traced_memory() -> tuple[float, float]:
    """MiB that are traced now, and that were at most. Ends the tracing."""
    now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return now / 2**20, most / 2**20


def held(client: Any, _: int) -> float:
    """MiB that 100,000 participants take when they are held."""
    list(client.list_participants("100x1"))
    gc.collect()
    tracemalloc.start()
    people = list(client.list_participants("1000x100"))
    gc.collect()
    assert len(people) == 100_000
    return traced_memory()[0]


def streamed(client: Any, _: int) -> float:
    """MiB at most while 100,000 participants are read one after the other."""
    list(client.list_participants("1000x1"))
    gc.collect()
    tracemalloc.start()
    assert sum(1 for _ in client.list_participants("1000x100")) == 100_000
    return traced_memory()[1]


def calls_per_second(client: Any, calls: int) -> float:
    """Calls a second of 64 threads on one client."""
    each = max(3, calls // 10)

    def run() -> None:
        for _ in range(each):
            client.get_room(ID)

    def all_of_them() -> float:
        threads = [threading.Thread(target=run) for _ in range(THREADS)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - start

    all_of_them()  # opens the connections
    return THREADS * each / all_of_them()


FIGURES: dict[str, Callable[[Any, int], float]] = {
    "get_room": per_call(lambda client: client.get_room(ID)),
    "create_room": per_call(lambda client: client.create_room()),
    "create_room_10": per_call(lambda client: client.create_room(participants=PEOPLE[:10])),
    "create_room_100": per_call(lambda client: client.create_room(participants=PEOPLE)),
    "update_room": per_call(
        lambda client: client.update_room(room_id=ID, valid_from=NOW, valid_until=NOW + timedelta(days=30))
    ),
    "add_100": per_call(lambda client: client.add_or_update_participants(room_id=ID, participants=PEOPLE)),
    "remove_100": per_call(lambda client: client.remove_participants(room_id=ID, participants=USERS)),
    "participants_100": per_item(1000, lambda client: read_all(client.list_participants("100x10"))),
    "participants_1000": per_item(10_000, lambda client: read_all(client.list_participants("1000x10"))),
    "decode": decode,
    "rooms_100": per_item(1000, lambda client: read_rooms(client.list_rooms())),
    "held": held,
    "streamed": streamed,
    "calls_per_second": calls_per_second,
    "first_call": lambda client, _: float(bool(client.get_room(ID))),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Print a figure of the installed package for each line of the input.")
    parser.add_argument("figure", choices=[*FIGURES])
    parser.add_argument("endpoint")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--requests", action="store_true", help="send with azure-core's transport on requests")
    options = parser.parse_args()
    transport: dict[str, Any] = {"transport": RequestsTransport()} if options.requests else {}
    with package.RoomsClient(options.endpoint, AzureKeyCredential(KEY), **transport) as client:
        for _ in sys.stdin:
            print(FIGURES[options.figure](client, options.calls), flush=True)


if __name__ == "__main__":
    main()
