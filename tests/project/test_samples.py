"""Every sample runs: as a program of its own, against the emulator."""

import asyncio
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from raw_ids import ALICE
from signed_http import SignedHttp

from azure.communication.rooms.emulator import RoomsEmulator

SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"
PROGRAMS = sorted(path.name for path in SAMPLES.glob("*_sample.py") if not path.name.startswith("emulator_in_"))
VARIABLE = "COMMUNICATION_SAMPLES_CONNECTION_STRING"


def run(*arguments: str, connection_string: str = "") -> str:
    """What a program prints; warnings are errors in it, too."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    if connection_string:
        environment[VARIABLE] = connection_string
    command = [sys.executable, "-W", "error", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_sample_starts_the_emulator_and_runs(name: str) -> None:
    assert run(str(SAMPLES / name))


@pytest.mark.one_python
@pytest.mark.parametrize("name", [name for name in PROGRAMS if not name.startswith("token_credential")])
def test_a_sample_uses_the_resource_that_is_named_and_leaves_nothing_behind(
    name: str, emulator: RoomsEmulator, http: SignedHttp
) -> None:
    output = run(str(SAMPLES / name), connection_string=emulator.connection_string)
    assert output.startswith(f"Using the resource named by {VARIABLE}.")
    assert http.send("GET", "/rooms").body["value"] == []


def test_the_main_sample_prints_each_step_with_what_came_back() -> None:
    lines = run(str(SAMPLES / "rooms_client_sample.py")).splitlines()
    steps = [line.partition(":")[0] for line in lines if not line.startswith((" ", "Using"))]
    assert steps == [
        "create_room",
        "list_participants",
        "get_room",
        "update_room",
        "list_rooms",
        "add_or_update_participants",
        "remove_participants",
        "delete_room",
        "get_room",
        "done",
    ]
    room_id = lines[1].partition(": ")[2]
    assert f"list_rooms: a page of 1: {room_id}" in lines
    assert lines[-2:] == ["get_room: 404 NotFound", "done"]
    assert [line.split(" as ")[1] for line in lines if " as " in line] == [
        "Presenter",
        "Attendee",
        "Presenter",
        "Collaborator",
        "Consumer",
        "Presenter",
        "Collaborator",
    ]


@pytest.mark.parametrize("name", ["emulator_in_test_sample.py", "emulator_in_async_test_sample.py"])
def test_the_tests_among_the_samples_pass_where_pytest_has_no_plugin_but_this_packages(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugin = ("-p", "azure.communication.rooms.emulator.pytest_plugin")
    assert "2 passed" in run("-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, str(SAMPLES / name))


def test_every_sample_is_listed() -> None:
    listed = (SAMPLES / "README.md").read_text("utf-8")
    assert all(f"`{path.name}`" in listed for path in SAMPLES.glob("*.py"))


def test_functions_run_as_the_host_of_azure_functions_runs_them(
    emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = pytest.importorskip("azure.functions", reason="azure-functions is in dev_requirements.txt")
    monkeypatch.setenv(VARIABLE, emulator.connection_string)
    module = runpy.run_path(str(SAMPLES / "azure_functions" / "function_app.py"))
    by_name = {each.get_function_name(): each.get_user_function() for each in module["app"].get_functions()}

    async def invoke() -> list[tuple[int, Any]]:
        body = json.dumps([ALICE]).encode()
        made = await by_name["create_room"](functions.HttpRequest(method="POST", url="/api/rooms", body=body))
        room_id = json.loads(made.get_body())["id"]
        results = [(made.status_code, made.mimetype)]
        for requested in (room_id, "99400000000000000"):
            request = functions.HttpRequest(method="GET", url="/api", body=b"", route_params={"room_id": requested})
            response = await by_name["get_room"](request)
            results.append((response.status_code, response.get_body().decode()))
        await module["rooms"].close()
        return results

    created, found, absent = asyncio.run(invoke())
    assert created == (201, "application/json")
    assert (found[0], json.loads(found[1])["participants"]) == (200, [ALICE])
    assert absent == (404, "there is no such room")


NOTEBOOK = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
print(notebook.cells[-1].outputs[-1]["data"]["text/plain"])
"""


def test_the_notebook_runs() -> None:
    for package in ("nbclient", "ipykernel"):
        pytest.importorskip(package, reason=f"{package} is in dev_requirements.txt")
    command = [sys.executable, "-c", NOTEBOOK, str(SAMPLES / "rooms_async.ipynb")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ran.stdout.strip() == "True", ran.stderr
