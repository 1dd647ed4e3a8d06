"""What other tools change in a process, or put in the place of connections, the client continues working with."""

from pathlib import Path
from typing import Any, Callable

import pytest
from environments import Environment, run
from socks_server import SocksServer
from tool_servers import RoomServer

PROGRAMS = Path(__file__).resolve().parent / "programs"

#: How each slow response must end: a bound on the rule that timeout=1 ends a call. The server runs for 30 seconds.
ENDS_WITHIN = 15
TOOLS = [
    "none",
    "gevent",
    "eventlet",
    "truststore",
    "pyopenssl",
    "pysocks",
    "pysocks-late",
    "socket",
    "socket-late",
    "truststore-late",
    "freezegun",
    "time-machine",
    "opentelemetry",
]
#: Those that asyncio's loop goes along with. The others replace what it is made of, or nothing that it uses.
ASYNC_TOOLS = ["none", "truststore", "socket", "socket-late", "freezegun", "time-machine", "opentelemetry"]
SPANS = {"opentelemetry": {"spans": "GET,RoomsClient.get_room"}}


@pytest.mark.parametrize("tool", TOOLS)
def test_calls_and_their_deadlines_work(
    tool: str, rooms: RoomServer, socks_server: SocksServer, ca_file: Path, run_program: Callable[..., Any]
) -> None:
    is_proxied = tool.startswith("pysocks")
    port = [socks_server.port] if is_proxied else []
    results = run_program("calls.py", tool, rooms.endpoint, ca_file, *port)
    assert {name: found for name, (found, _) in results.items() if "Error" not in found} == {
        "plain": "A",
        "kept": "B",
        "interim": "INTERIM",
        "after interim": "C",
        "afterwards": "D",
        **SPANS.get(tool, {}),
    }
    slow = {name: result for name, result in results.items() if "Error" in result[0]}
    assert len(slow) == 15
    kinds = {found.partition(":")[0] for found, _ in slow.values()}
    # Where many connect at once, the time of some may be over before they are connected.
    assert kinds <= {"ServiceRequestTimeoutError", "ServiceResponseTimeoutError"}, slow
    assert max(seconds for _, seconds in slow.values()) < ENDS_WITHIN
    assert len(socks_server.targets) == (rooms.connections if is_proxied else 0)


@pytest.mark.parametrize("tool", ASYNC_TOOLS)
def test_calls_of_the_asynchronous_client_and_their_deadlines_work(
    tool: str, rooms: RoomServer, ca_file: Path, run_program: Callable[..., Any]
) -> None:
    results = run_program("async_calls.py", tool, rooms.endpoint, ca_file)
    assert {name: found for name, (found, _) in results.items() if "Error" not in found} == {
        "plain": "A",
        "kept": "B",
        "afterwards": "D",
        **SPANS.get(tool, {}),
    }
    slow = {name: result for name, result in results.items() if "Error" in result[0]}
    assert len(slow) == 5
    assert {found.partition(":")[0] for found, _ in slow.values()} == {"ServiceResponseTimeoutError"}
    assert max(seconds for _, seconds in slow.values()) < ENDS_WITHIN


def test_vcrpy_records_and_plays_back_the_asynchronous_client(
    rooms: RoomServer, ca_file: Path, run_program: Callable[..., Any]
) -> None:
    results = run_program("async_calls.py", "vcrpy", rooms.endpoint, ca_file)
    unknown = results.pop("unknown")[0]
    assert {name: found for name, (found, _) in results.items()} == {"recorded": "B", "played": "B", "after": "D"}
    assert "CannotOverwriteExistingCassetteException" in unknown
    assert rooms.requested == ["B", "D"]


def test_vcrpy_records_and_plays_back_and_rejects_the_rest(
    rooms: RoomServer, ca_file: Path, tmp_path: Path, run_program: Callable[..., Any]
) -> None:
    assert run_program("recorded.py", rooms.endpoint, ca_file, tmp_path) == {
        "before": "A",
        "recorded": "B",
        "recorded, with a deadline": "C",
        "between": "A",
        "played": "B",
        "played, with a deadline": "C",
        "all played": True,
        "unknown": "CannotOverwriteExistingCassetteException",
        "unknown to a new client": "CannotOverwriteExistingCassetteException",
        "after": "D",
    }
    assert rooms.requested == ["A", "B", "C", "A", "D"]


def test_pytest_recording_records_and_plays_back(
    rooms: RoomServer, ca_file: Path, tmp_path: Path, environment: Environment
) -> None:
    program = tmp_path / "test_rooms.py"
    program.write_text((PROGRAMS / "with_pytest_recording.py").read_text("utf-8"), "utf-8")
    variables = {"ENDPOINT": rooms.endpoint, "CA_FILE": str(ca_file), "NO_PROXY": "*"}

    def run_pytest(mode: str, fails: bool = False) -> str:
        command = (environment.python, "-m", "pytest", "-q", f"--record-mode={mode}", program)
        return run(*command, cwd=tmp_path, variables=variables, fails=fails)

    run_pytest("none", fails=True)
    assert rooms.requested == []
    run_pytest("once")
    assert rooms.requested == ["A", "B"]
    run_pytest("none")
    assert rooms.requested == ["A", "B"]
