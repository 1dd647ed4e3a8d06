"""Many clients at once: every write is there, none fails, and memory that was used comes back."""

import gc
import threading
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Optional

import pytest
from people import ALICE, BOB
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator
from azure.communication.rooms.emulator.journal import LIMIT

CLIENTS = 64
ROUNDS = 3


@pytest.mark.parametrize("on_disk", [False, True], ids=["memory", "disk"])
def test_64_clients_at_once_lose_no_write(tmp_path: Path, on_disk: bool) -> None:
    location: Optional[Path] = tmp_path if on_disk else None

    def work(number: int) -> None:
        http = SignedHttp(emulator.connection_string)
        for _ in range(ROUNDS):
            made = http.send("POST", "/rooms", {"participants": {ALICE: {"role": "Presenter"}}})
            path = f"/rooms/{made.body['id']}"
            statuses.update(
                [
                    made.status,
                    http.send("PATCH", f"{path}/participants", {"participants": {BOB: {}}}).status,
                    http.send("PATCH", path, {"pstnDialOutEnabled": True}).status,
                    http.send("GET", "/rooms").status,
                    http.send("DELETE", path).status if number % 2 else 204,
                ]
            )
            ids[number].append(made.body["id"])

    statuses: Counter[int] = Counter()
    ids: dict[int, list[str]] = {number: [] for number in range(CLIENTS)}
    with RoomsEmulator(location=location) as emulator:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = emulator.export_rooms()["accounts"]["rooms"]
    total = CLIENTS * ROUNDS
    assert statuses == {201: total, 200: 3 * total, 204: total}
    assert {room["id"] for room in kept} == {id_ for number, mine in ids.items() if number % 2 == 0 for id_ in mine}
    assert all(room["pstnDialOutEnabled"] and list(room["participants"]) == [ALICE, BOB] for room in kept)


def test_requests_leave_no_memory_behind_but_the_journal(emulator: RoomsEmulator, http: SignedHttp) -> None:
    def requests(count: int) -> None:
        for _ in range(count):
            http.send("GET", "/rooms")

    tracemalloc.start()
    try:
        requests(LIMIT + 50)  # the journal is full, and all that is made once is made
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        requests(300)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 300 * 100  # an entry of the journal alone has some 700 bytes
