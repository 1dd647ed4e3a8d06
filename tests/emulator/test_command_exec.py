"""``--exec``: whatever ends the emulator ends all that the command started, and nothing of either is left."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from azure.communication.rooms.emulator.cli import child, stop_request
from azure.communication.rooms.emulator.cli import run as command

pytestmark = pytest.mark.skipif(os.name != "posix", reason="process groups and these signals are those of POSIX")

COMMAND = [sys.executable, "-m", "azure.communication.rooms.emulator", "--port", "0", "--quiet"]
#: Writes that it runs to a file of its own, then waits; of the signals that are named it only notes the first.
PROGRAM = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
file = pathlib.Path(sys.argv[1])
for name in sys.argv[2:]:
    signal.signal(getattr(signal, name), lambda *_: file.with_suffix(".signal").touch())
file.with_suffix(".new").write_text(str(os.getpid()))
file.with_suffix(".new").rename(file)
time.sleep(120)
"""


@pytest.fixture(autouse=True)
def _signals_as_in_a_terminal() -> Iterator[None]:
    """Let SIGHUP end a program, as children inherit it: a run of the tests under ``nohup`` ignores it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


class Run:
    """A run of the command with ``--exec``, in which a shell waits for a program."""

    def __init__(self, folder: Path, *ignored: str, arguments: tuple[str, ...] = (), shell: str = "{} && echo done"):
        self._folder = folder
        (folder / "tmp").mkdir()
        (folder / "program.py").write_text(PROGRAM)
        text = f"'{sys.executable}' '{folder / 'program.py'}' '{folder / 'pid'}' {' '.join(ignored)}"
        self.process = subprocess.Popen(
            [*COMMAND, *arguments, "--exec", shell.format(text)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(folder / "tmp")},
        )
        self.pid = self._wait_for_pid()

    def _wait_for_pid(self) -> int:
        if wait_for(self._folder / "pid"):
            return int((self._folder / "pid").read_text())
        raise AssertionError(f"the program has not started: {self.process.communicate(timeout=60)}")

    def end(self, *numbers: int) -> int:
        """Send signals and return the exit status, once it is sure that the program is gone."""
        for place, number in enumerate(numbers):
            if place:  # two signals at once are one to the system: the second comes when the first has gone through
                wait_for(self._folder / "pid.signal")
            self.process.send_signal(number)
        output, log = self.process.communicate(timeout=60)
        assert "done" not in output
        assert "Traceback" not in log
        assert not is_running(self.pid)
        assert list((self._folder / "tmp").iterdir()) == []
        return self.process.returncode


def wait_for(file: Path) -> bool:
    """Wait for a minute until a file is there; whether it is."""
    for _ in range(3000):
        if file.exists():
            return True
        time.sleep(0.02)
    return False


def is_running(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text() if Path("/proc").exists() else ""
        os.kill(pid, 0)
    except OSError:
        return False
    return ") Z " not in status  # what its parent has not requested yet is gone all the same


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_the_whole_process_group_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    export = tmp_path / "rooms.json"
    run = Run(tmp_path, arguments=("--tls", "--export", str(export)))
    assert run.end(number) == 128 + number
    assert export.exists()


def test_a_second_signal_kills_a_command_that_ignores_the_first(tmp_path: Path) -> None:
    run = Run(tmp_path, "SIGTERM", "SIGINT", shell="exec {}")
    assert run.end(signal.SIGTERM, signal.SIGTERM) == 128 + signal.SIGKILL


def test_a_command_that_ignores_the_signal_is_killed_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "KILL_AFTER", 0.1)
    stop = stop_request.StopRequest()
    ready = tmp_path / "ready"
    threading.Thread(target=_stop_when, args=(ready, stop.event)).start()
    assert child.run(f"trap '' TERM; touch '{ready}'; while :; do sleep 0.1; done", os.environ, stop) == 137


def test_a_command_that_ends_at_the_signal_is_not_waited_for(tmp_path: Path) -> None:
    stop = stop_request.StopRequest()
    ready = tmp_path / "ready"
    threading.Thread(target=_stop_when, args=(ready, stop.event)).start()
    assert child.run(f"touch '{ready}'; exec sleep 120", os.environ, stop) == 143


def test_what_the_shell_left_behind_is_killed_too(tmp_path: Path) -> None:
    run = Run(tmp_path, "SIGTERM", shell="{} & wait")
    assert run.end(signal.SIGTERM, signal.SIGINT) in (128 + signal.SIGTERM, 128 + signal.SIGKILL)


def test_what_a_shell_that_has_ended_left_in_the_background_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    status = child.run(f"sleep 120 & echo $! > '{pid}'; exit 4", os.environ, stop_request.StopRequest())
    assert (status, is_running(int(pid.read_text()))) == (4, False)


def _stop_when(file: Path, event: threading.Event) -> None:
    wait_for(file)
    event.set()


@pytest.mark.parametrize(("text", "status"), [("exit 0", 0), ("exit 3", 3), ("kill -9 $$", 137), ("kill $$", 143)])
def test_the_status_of_the_command_is_the_emulators(text: str, status: int) -> None:
    assert command.main(["--port", "0", "--exec", text]) == status


def test_a_command_does_not_start_when_it_was_stopped_before(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert command.main(["--port", "0", "--exec", f"touch '{tmp_path / 'file'}'"], stop) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_the_keys_of_other_accounts_do_not_reach_the_command(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROOMS_EMULATOR_ACCOUNTS", "red=cmVk;blue=Ymx1ZQ==")
    assert command.main(["--port", "0", "--exec", 'echo "[$ROOMS_EMULATOR_ACCOUNTS]"; env | grep -c Ymx1ZQ']) == 1
    assert capfd.readouterr().out == "[]\n0\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_during_the_start_leaves_no_traceback(number: signal.Signals, tmp_path: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from azure.communication.rooms.emulator import emulator\n"
        "from azure.communication.rooms.emulator.cli.run import main\n"
        "start = emulator.RoomsEmulator.start\n"
        "def interrupted(self):\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "    return start(self)\n"
        "emulator.RoomsEmulator.start = interrupted\n"
        "sys.exit(main())\n"
    )
    export = tmp_path / "rooms.json"
    arguments = ["--port", "0", "--tls", "--export", str(export)]
    (tmp_path / "tmp").mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert export.exists()
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_requests_to_end_and_the_second_to_hurry(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_request.stop_on_signals() as stop:
        os.kill(os.getpid(), number)
        assert stop.event.wait(60)
        assert (stop.number, stop.again.is_set()) == (number, False)
        os.kill(os.getpid(), number)
        assert stop.again.wait(60)
    assert signal.getsignal(number) is before


def test_hangups_that_are_ignored_stay_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_request.stop_on_signals():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
