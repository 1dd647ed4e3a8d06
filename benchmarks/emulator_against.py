"""The emulator's costs against those of another commit, measured in the same run, one after the other in each round."""

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server_processes import EMULATOR, PROJECT, ServerProcess, SignedConnection, serving
from signed_http import VERSION, SignedHttp

START_AND_STOP = """
import sys, time
from azure.core.credentials import AzureKeyCredential
from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import ACCESS_KEY, RoomsEmulator

def cost(client, room_id):
    spent = time.process_time()
    for _ in range(300):
        client.get_room(room_id)
    return time.process_time() - spent

starts, stops, ratios = [], [], []
for _ in range(12):
    emulator, begun = RoomsEmulator(), time.perf_counter()
    emulator.start()
    started = time.perf_counter()
    client = RoomsClient.from_connection_string(emulator.connection_string)
    room_id = client.create_room().id
    with RoomsClient(emulator.endpoint, AzureKeyCredential(ACCESS_KEY), transport=emulator.transport()) as direct:
        ratios.append(cost(direct, room_id) / cost(client, room_id))
    stopping = time.perf_counter()
    emulator.stop()
    stops.append(time.perf_counter() - stopping)
    starts.append(started - begun)
    client.close()
print(*(sorted(values[2:])[5] for values in (starts, stops, ratios)))
"""
MEMORY = """
from azure.communication.rooms.emulator import RoomsEmulator
import psutil
with RoomsEmulator() as emulator:
    emulator.seed(100_000)
    print(psutil.Process().memory_info().rss)
"""


def measure_against(commit: str, rounds: int, connections: int) -> None:
    """Print each figure of the other commit, of this tree, and their ratio."""
    with other_tree(commit) as tree:
        print(f"figures of {commit}, of this tree, and the first by the second")
        _measure_requests(tree, rounds, connections)
        for name, code, unit in (("memory at 100,000 rooms, MiB", MEMORY, 2**20),):
            before, now = (float(_run(each, "-c", code)) / unit for each in (tree, PROJECT))
            print(f"{name}: {before:.1f}, {now:.1f}, {before / now:.2f}")
        before_values, values = (_run(each, "-c", START_AND_STOP).split() for each in (tree, PROJECT))
        names = ("start, s", "stop, s", "processor time of transport() by that of HTTP")
        for name, before_text, text in zip(names, before_values, values):
            print(f"{name}: {float(before_text):.4f}, {float(text):.4f}, {float(before_text) / float(text):.2f}")
        spans = [[_time_of_command(each) for each in (tree, PROJECT)] for _ in range(rounds)]
        before, now = (statistics.median(each) for each in zip(*spans))
        print(f"command with --exec true, s: {before:.3f}, {now:.3f}, {before / now:.2f}")


@contextmanager
def other_tree(commit: str) -> Iterator[Path]:
    """Provide the files of a commit while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        git = ["git", "-C", str(PROJECT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(tree), commit], check=True)
        try:
            yield tree
        finally:
            subprocess.run([*git, "remove", "--force", str(tree)], check=True)


def _environment(tree: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(tree)}


def _run(tree: Path, *arguments: str) -> str:
    command = [sys.executable, *arguments]
    ran = subprocess.run(command, cwd=tree, env=_environment(tree), stdout=subprocess.PIPE, text=True, check=True)
    return ran.stdout


def _time_of_command(tree: Path) -> float:
    begun = time.perf_counter()
    _run(tree, *EMULATOR, "--quiet", "--exec", "true")
    return time.perf_counter() - begun


def _measure_requests(tree: Path, rounds: int, connections: int) -> None:
    """Processor time of the server for each of as many signed GETs as POSTs, over many connections at once."""
    with serving(*EMULATOR, tree=tree) as other, serving(*EMULATOR) as this:
        costs = [[_cpu_of_requests(server, connections) for server in (other, this)] for _ in range(rounds + 1)][1:]
    before, now = (statistics.median(each) * 1e6 for each in zip(*costs))
    ratios = sorted(first / second for first, second in costs)
    print(
        f"signed GET and POST, {connections} connections, us of the server's processor time: {before:.0f}, {now:.0f}, "
        f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f} in {rounds} rounds)"
    )


def _cpu_of_requests(server: ServerProcess, connections: int, times: int = 30) -> float:
    signed = SignedHttp(server.connection_string)
    _status, room = SignedConnection(server.connection_string).request("POST", "/rooms", {})
    targets = (f"/rooms/{room['id']}?api-version={VERSION}", f"/rooms?api-version={VERSION}")
    kept = [http.client.HTTPConnection(signed.host, timeout=60) for _ in range(connections)]
    before = server.cpu()
    for _ in range(times):
        for number, connection in enumerate(kept):
            method, body = ("POST", json.dumps({}).encode()) if number % 2 else ("GET", b"")
            headers = signed.headers(method, targets[number % 2], body)
            if body:
                headers["Content-Type"] = "application/json"
            connection.request(method, targets[number % 2], body or None, headers)
        for connection in kept:
            response = connection.getresponse()
            response.read()
            if response.status not in (200, 201):
                raise SystemExit(f"a request got {response.status}")
    spent = server.cpu() - before
    for connection in kept:
        connection.close()
    return spent / (times * connections)
