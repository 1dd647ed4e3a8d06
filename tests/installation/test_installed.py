"""The wheel in a fresh environment of each Python, without extras and then with one of them alone."""

import shlex
from pathlib import Path

import pytest
from environments import BRINGS, ISOLATED, MAIN_JOB, Environment, does_the_main_job, interpreter, run

#: Each Python, with the extra that is tried alone there once the package without extras was.
PYTHONS = {"3.9": "socks", "3.10": "aio", "3.11": "cli", "3.12": "emulator", "3.13": "emulator"}
APPLICATION_TEST = "def test_a_room(rooms_client):\n    assert rooms_client.create_room().id\n"


@pytest.mark.parametrize(("version", "extra"), PYTHONS.items())
def test_the_wheel_works_without_extras_and_with_one(
    version: str, extra: str, wheel: Path, connection_string: str, tmp_path: Path
) -> None:
    environment = Environment.create(tmp_path / "environment", interpreter(version))
    environment.install(wheel, "pytest")
    assert does_the_main_job(environment, connection_string)
    for module in BRINGS.values():
        environment.run("-c", f"import {module}", fails=True)
    output = environment.run("-m", "azure.communication.rooms.emulator", "--port", "0", fails=True)
    assert 'python -m pip install "azure-communication-rooms[emulator]"' in output
    output = environment.run("-m", "azure.communication.rooms.cli", "list", fails=True)
    assert 'python -m pip install "azure-communication-rooms[cli]"' in output
    (tmp_path / "test_without.py").write_text("def test_nothing_of_rooms():\n    assert True\n")
    assert "1 passed" in environment.run("-m", "pytest", "-q", cwd=tmp_path)  # the plugin needs no extra

    environment.install(f"{wheel}[{extra}]")
    assert does_the_main_job(environment, connection_string)
    environment.run("-c", f"import {BRINGS[extra]}")
    if extra == "aio":
        variables = {"COMMUNICATION_SAMPLES_CONNECTION_STRING": connection_string}
        assert environment.run(MAIN_JOB.with_name("main_job_async.py"), variables=variables) == "done\n"
    if extra == "emulator":
        program = shlex.join(map(str, (environment.python, *ISOLATED, MAIN_JOB, environment.home)))
        command = (environment.command("rooms-emulator"), "--port", "0", "--quiet", "--exec", program)
        assert run(*command, cwd=tmp_path).endswith("done\n")
        (tmp_path / "test_without.py").write_text(APPLICATION_TEST)
        assert "1 passed" in environment.run("-m", "pytest", "-q", cwd=tmp_path)
    if extra == "cli":
        (tmp_path / "two.csv").write_text("pstn_dial_out_enabled\ntrue\nfalse\n")
        rooms = (environment.command("rooms"), "--connection-string", connection_string)
        assert run(*rooms, "import", str(tmp_path / "two.csv"), cwd=tmp_path).count('"pstn_dial_out_enabled"') == 2
        assert "latency: five calls take" in run(*rooms, "doctor", cwd=tmp_path)
