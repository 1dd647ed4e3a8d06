"""Many clients at once, each with rooms of its own. Every response is checked, and all rooms are read at the end."""

import http.client
import random
import tempfile
import threading
import time
from collections import Counter
from typing import Any, Optional

from server_processes import EMULATOR, ServerProcess, SignedConnection, serving

ROLES = ["Presenter", "Attendee", "Consumer", "Collaborator"]
PEOPLE = [f"8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-{each:012d}" for each in range(1, 9)]


def soak(clients: int, seconds: float) -> None:
    """Print how many requests got a response, how many of them a wrong one, which writes were lost, and the memory."""
    with tempfile.TemporaryDirectory() as location, serving(*EMULATOR, "--location", location) as server:
        people = [Client(server, number) for number in range(clients)]
        started = time.perf_counter()
        threads = [threading.Thread(target=each.work, args=(started + seconds,)) for each in people]
        memory, cpu = [server.memory()], server.cpu()
        for thread in threads:
            thread.start()
        for tenth in range(1, 11):
            time.sleep(max(0.0, started + seconds * tenth / 10 - time.perf_counter()))
            memory.append(server.memory())
        for thread in threads:
            thread.join()
        span, cpu = time.perf_counter() - started, server.cpu() - cpu
        errors = sum((each.errors for each in people), Counter[str]())
        lost = sum(each.lost() for each in people)
        requests, kept = sum(each.requests for each in people), sum(len(each.rooms) for each in people)
    print(f"{clients} clients, {span:.0f} s: {requests} requests, {requests / span:.0f} a second, {cpu:.0f} s of CPU")
    print(f"errors: {sum(errors.values())} {dict(errors) or ''}".rstrip())
    print(f"lost writes: {lost} of {kept} rooms kept and {sum(len(each.deleted) for each in people)} deleted")
    print(f"memory, MiB: start {_mib(memory[0])}, by tenth of the time {' '.join(map(_mib, memory[1:]))}")


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f}"


class Client:
    """One client: what it did, and the rooms that the service should hold."""

    def __init__(self, server: ServerProcess, number: int) -> None:
        self._connection = SignedConnection(server.connection_string)
        self._random = random.Random(number)
        self.rooms: dict[str, dict[str, str]] = {}
        self.deleted: list[str] = []
        self.errors: Counter[str] = Counter()
        self.requests = 0

    def work(self, until: float) -> None:
        """Create, read, change and delete rooms until the time is up."""
        while time.perf_counter() < until:
            room_id = self._create()
            if room_id is None:
                continue
            self._put(room_id)
            self._expect(200, "GET", f"/rooms/{room_id}")
            listed = self._expect(200, "GET", f"/rooms/{room_id}/participants")
            if listed is not None and _roles_by_id(listed) != self.rooms[room_id]:
                self.errors["participants differ"] += 1
            self._expect(200, "GET", "/rooms")
            if self._random.random() < 0.75 and self._request(204, "DELETE", f"/rooms/{room_id}"):
                del self.rooms[room_id]
                self.deleted.append(room_id)

    def lost(self) -> int:
        """How many rooms differ from the responses: gone, back, or with other participants."""
        wrong: int = 0
        for room_id, roles in self.rooms.items():
            status, body = self._connection.request("GET", f"/rooms/{room_id}/participants")
            wrong += status != 200 or _roles_by_id(body) != roles
        wrong += sum(self._connection.request("GET", f"/rooms/{each}")[0] != 404 for each in self.deleted)
        self._connection.close()
        return wrong

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _create(self) -> Optional[str]:
        roles = {raw_id: self._random.choice(ROLES) for raw_id in self._random.sample(PEOPLE, 3)}
        body = {"participants": {raw_id: {"role": role} for raw_id, role in roles.items()}}
        room = self._expect(201, "POST", "/rooms", body)
        if room is None:
            return None
        self.rooms[room["id"]] = roles
        return str(room["id"])

    def _put(self, room_id: str) -> None:
        changed = self._random.sample(PEOPLE, 2)
        changes: dict[str, Any] = {each: {"role": self._random.choice(ROLES)} for each in changed}
        gone = self._random.choice(PEOPLE)
        changes[gone] = None
        if self._request(200, "PATCH", f"/rooms/{room_id}/participants", {"participants": changes}):
            self.rooms[room_id].update({each: value["role"] for each, value in changes.items() if value})
            self.rooms[room_id].pop(gone, None)

    def _request(self, wanted: int, method: str, path: str, body: Any = None) -> bool:
        before = self.errors.copy()
        self._expect(wanted, method, path, body)
        return before == self.errors

    def _expect(self, wanted: int, method: str, path: str, body: Any = None) -> Any:
        """The body of the response; None, and an error counted, when it is another than wanted."""
        self.requests += 1
        try:
            status, found = self._connection.request(method, path, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._connection.close()
            self.errors[type(error).__name__] += 1
            return None
        if status != wanted:
            self.errors[f"{method} {status}"] += 1
            return None
        return found


def _roles_by_id(page: Any) -> dict[str, str]:
    return {each["rawId"]: each["role"] for each in page["value"]}
