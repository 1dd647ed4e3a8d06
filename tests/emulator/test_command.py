"""The emulator as a command: its connection string, its end, and one clear line when it cannot start."""

import importlib
import json
import logging
import os
import re
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from child_processes import child_process
from signed_http import SignedHttp

from azure.communication.rooms import __version__
from azure.communication.rooms import emulator as package
from azure.communication.rooms.emulator import ACCESS_KEY, DEFAULT_PORT, Fault, RoomsEmulator
from azure.communication.rooms.emulator.cli import arguments as command_line
from azure.communication.rooms.emulator.cli import log_format
from azure.communication.rooms.emulator.cli import run as command
from azure.communication.rooms.emulator.state import log_text

COMMAND = [sys.executable, "-m", "azure.communication.rooms.emulator"]
ANNOUNCED = re.compile(
    rf"Rooms emulator {re.escape(__version__)} is listening on (http://127\.0\.0\.1:\d+)\. Connection string:\n"
    rf"(endpoint=\1/;accesskey={re.escape(ACCESS_KEY)})\n"
)


@pytest.fixture(autouse=True)
def _logger() -> Iterator[None]:
    """The command sets up the emulator's logger for its process; here that is the tests'."""
    logger = log_text.LOGGER
    before = (logger.handlers, logger.level, logger.propagate)
    yield
    logger.handlers, logger.level, logger.propagate = before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_runs_until_it_is_requested_to_end(number: signal.Signals, tmp_path: Path) -> None:
    arguments = ["--port", "0", "--location", str(tmp_path)]
    with child_process(COMMAND + arguments, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        match = ANNOUNCED.fullmatch(process.stdout.readline() + process.stdout.readline())
        assert match
        assert SignedHttp(match[2]).send("POST", "/rooms", {}).status == 201
        process.send_signal(number)
        output, log = process.communicate(timeout=60)
    assert (process.returncode, output) == (0, "")
    assert re.fullmatch(r"\d\d:\d\d:\d\d POST /rooms\?api-version=2025-03-13 201 \d+\.\d ms\n", log)
    with RoomsEmulator(location=tmp_path) as emulator:
        assert len(SignedHttp(emulator.connection_string).send("GET", "/rooms").body["value"]) == 1


@pytest.mark.skipif(os.name != "posix", reason="the shell is that of POSIX")
@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", ">/dev/full 2>&1"])
def test_streams_that_cannot_be_written_end_nothing(streams: str, tmp_path: Path) -> None:
    if "/dev/full" in streams and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    words = [*COMMAND, "--port", "0", "--location", str(tmp_path)]
    process = subprocess.Popen(["sh", "-c", f"exec {shlex.join(words)} {streams}"])
    try:
        for _ in range(3000):
            if (tmp_path / "rooms.sqlite3").exists():  # signals are heeded by now
                break
            time.sleep(0.02)
    finally:
        process.terminate()
    assert process.wait(60) == 0


def test_a_reader_of_stdout_that_is_gone_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as stream:  # noqa: PTH123  it is a descriptor
        monkeypatch.setattr(sys, "stdout", stream)
        command._print("a line\n")
    assert [record.getMessage() for record in caplog.records] == ["stdout cannot be written: Broken pipe"]


def test_stdout_that_is_not_read_keeps_nothing_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_PRINT_TIMEOUT", 0.1)
    reader, writer = os.pipe()
    with open(writer, "w") as stream:  # noqa: PTH123  it is a descriptor
        monkeypatch.setattr(sys, "stdout", stream)
        command._print("a" * 1_000_000)  # a pipe has 65,536 bytes
    (writing,) = (thread for thread in threading.enumerate() if thread.name == "rooms-emulator-stdout")
    assert writing.daemon
    os.close(reader)
    writing.join(60)
    assert not writing.is_alive()


def test_the_command_in_this_process(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()
    assert command.main(["--port", "0"], stop) == 0
    assert ANNOUNCED.fullmatch(capsys.readouterr().out)


def test_without_flags_it_is_as_in_a_program() -> None:
    options = command_line.parse_arguments([])
    assert (options.host, options.port, options.location) == ("127.0.0.1", DEFAULT_PORT, None)
    assert (options.clock_skew, options.grace, options.page_size) == (timedelta(), timedelta(days=7), 30)
    assert (options.fault, options.account, options.tls, options.strict_hmac) == ([], [], False, False)
    assert command_line.parse_arguments(["--grace", "never"]).grace is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "http"], "invalid int value: 'http'"),
        (["--colour", "red"], "unrecognized arguments: --colour ..."),
        (["--colour=red", "--hue"], "unrecognized arguments: --colour --hue"),
        (["--clock-skew", "much"], "argument --clock-skew: 'much' is no number of seconds"),
        (["--clock-skew", "1e300"], "argument --clock-skew: '1e300' is no number of seconds"),
        (["--grace", "long"], "argument --grace: 'long' is no number of seconds"),
        (["--account", "secret"], "argument --account: an account is NAME=KEY"),
        (["--page-size", "many"], "argument --page-size: invalid int value: 'many'"),
        (["--quiet", "--verbose"], "not allowed with argument --quiet"),
    ],
)
def test_a_wrong_flag_is_one_line_and_status_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(arguments)
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("rooms-emulator: ")
    assert words in line
    assert "secret" not in line


def test_what_keeps_it_from_starting_is_one_line_and_status_2(
    emulator: RoomsEmulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = emulator.endpoint.rpartition(":")[2]
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "accounts").write_text("c2VjcmV0\n")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "rooms.sqlite3").write_text("not a database, and long enough to differ from an empty one")
    for arguments, words in (
        (["--port", taken], "in use; an emulator listens there already: use that"),
        (["--port", "99999"], "port"),
        (["--port", "0", "--location", str(tmp_path / "file")], "file is a file, not a folder"),
        (["--port", "0", "--location", str(tmp_path / "broken")], "not a database"),
        (["--port", "0", "--page-size", "0"], "the page size must be"),
        (["--port", "0", "--fault", "POST /rooms"], "--fault 'POST /rooms': there is no action"),
        (["--port", "0", "--fault", "POST /rooms\n'"], "No closing quotation"),
        (["--port", "0", "--fault", "POST /rooms staus=503"], "'staus' is no part of a fault"),
        (["--port", "0", "--allow-host", "a/b"], "an allowed host is a name or an address"),
        (["--port", "0", "--advertise", "rooms"], "the advertised URL must be http"),
        (["--port", "0", "--account-file", str(tmp_path / "accounts")], "accounts: an account is NAME=KEY"),
        (["--port", "0", "--account-file", str(tmp_path / "missing")], "missing"),
        (["--port", "0", "--account", "a=c2VjcmV0", "--account", "a=eA=="], "two accounts have the same name"),
        (["--port", "0", "--account", "a=secret!"], "the access key of account 'a' is not base64"),
        (["--port", "0", "--cert", str(tmp_path / "none.pem")], "none.pem cannot be used"),
        (["--port", "0", "--key", "key.pem"], "either tls, or a certificate"),
        (["--port", "0", "--import", str(tmp_path / "none.json")], "none.json"),
        (["--port", "0", "--import", str(tmp_path / "broken" / "rooms.sqlite3")], "rooms.sqlite3 cannot be imported"),
    ):
        assert command.main(arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("rooms-emulator: cannot start on ")
        assert "secret" not in line
        assert "c2VjcmV0" not in line
        assert words in line


def test_the_version_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        command.main(["--version"])
    assert (caught.value.code, capsys.readouterr().out.strip()) == (0, __version__)


def python(program: str) -> str:
    """A command that runs a program."""
    return f'"{sys.executable}" -c "{program}"'


def test_without_the_extra_it_is_one_line_and_status_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(vars(package), "RoomsEmulator", raising=False)
    monkeypatch.setattr(package, "find_spec", lambda _: None)
    assert command.main([]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert 'python -m pip install "azure-communication-rooms[emulator]"' in line


@pytest.mark.parametrize(
    "variable", ["COMMUNICATION_SAMPLES_CONNECTION_STRING", "AZURE_COMMUNICATION_CONNECTION_STRING"]
)
def test_a_command_finds_the_connection_string_and_its_status_is_the_emulators(
    variable: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    program = (
        "import os, pathlib, sys, urllib.request as web; "
        f"text = os.environ['{variable}']; "
        "web.urlopen(text.split(';')[0].split('=')[1] + 'health').read(); "
        "print(text); sys.exit(7)"
    )
    assert command.main(["--port", "0", "--exec", python(program)]) == 7
    assert re.fullmatch(
        rf"endpoint=http://127\.0\.0\.1:\d+/;accesskey={re.escape(ACCESS_KEY)}\n", capfd.readouterr().out
    )


def test_a_command_under_tls_finds_the_file_to_trust(capfd: pytest.CaptureFixture[str]) -> None:
    program = "import os; print(open(os.environ['ROOMS_EMULATOR_CA_FILE']).readline())"
    assert command.main(["--port", "0", "--tls", "--exec", python(program)]) == 0
    assert "BEGIN CERTIFICATE" in capfd.readouterr().out


def test_what_was_exported_is_imported(tmp_path: Path) -> None:
    file, again = tmp_path / "rooms.json", tmp_path / "again.json"
    with RoomsEmulator() as emulator:
        emulator.seed(3)
        file.write_text(json.dumps(emulator.export_rooms()))
    stop = threading.Event()
    stop.set()
    assert command.main(["--port", "0", "--import", str(file), "--export", str(again)], stop) == 0
    assert json.loads(again.read_text()) == json.loads(file.read_text())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.json", "rooms.json"]


def test_rooms_that_cannot_be_exported_at_the_end_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    arguments = ["--port", "0", "--export", str(folder / "rooms.json"), "--exec", f"rmdir '{folder}'"]
    assert command.main(arguments) == 1
    assert capsys.readouterr().err.startswith("rooms-emulator: cannot export: ")


def test_the_status_of_a_command_outlives_its_export(tmp_path: Path) -> None:
    stop = threading.Event()
    arguments = ["--port", "0", "--exec", "exit 3", "--export", str(tmp_path / "rooms.json")]
    assert command.main(arguments, stop) == 3
    assert stop.is_set()  # no wait for a signal is left
    assert (tmp_path / "rooms.json").exists()


def run(
    *arguments: str, requests: int = 1, key: str = ACCESS_KEY, lines_printed: int = 2
) -> tuple[list[str], list[str]]:
    """What the command prints and logs while it is requested rooms."""
    with child_process([*COMMAND, "--port", "0", *arguments], stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(lines_printed)]
        endpoint = re.findall(r"listening on (\S+)\.", lines[0])[0]
        for _ in range(requests):
            http = SignedHttp(f"endpoint={endpoint};accesskey={key}")
            http.send("GET", "/rooms", version="2031-01-01", headers={"x-ms-client-request-id": "mine"})
        process.send_signal(signal.SIGTERM)
        output, log = process.communicate(timeout=60)
    return [line.rstrip("\n") for line in [*lines, *output.splitlines()]], log.splitlines()


def test_the_log_is_as_loud_as_requested() -> None:
    message = "api-version 2031-01-01 is not known; it is served as 2025-03-13"
    assert [line[9:] for line in run("--quiet", requests=2)[1]] == [message]
    normal = run(requests=2)[1]
    assert [line[9:45] for line in normal] == [message[:36], *["GET /rooms?api-version=2031-01-01 20"] * 2]
    verbose = run("--verbose")[1]
    assert verbose[-1].endswith(" account rooms, 0 bytes, id mine")
    assert len(verbose) == 3
    assert not any("Signature" in line or ACCESS_KEY in line for line in verbose)


def test_faults_that_are_on_are_reported_at_the_start() -> None:
    log = run("--fault", "POST /rooms nth=2 status=503", "--fault", "GET status=500")[1]
    assert [line[9:] for line in log[:2]] == [
        "fault 1 is on: POST /rooms nth=2 status=503",
        "fault 2 is on: GET '**' status=500",
    ]
    assert log[2].endswith(" ms fault 2")


def test_keys_of_named_accounts_are_not_printed() -> None:
    key = "c2VjcmV0LXNlY3JldA=="
    output, log = run("--account", f"red={key}", "--account", "blue=Ymx1ZQ==", "--verbose", key=key, lines_printed=3)
    endpoint = output[1].partition("=")[2].partition("/;")[0]
    assert output[1:] == [f"endpoint={endpoint}/;accesskey=<the key of account {name}>" for name in ("red", "blue")]
    assert log[-1].endswith(" account red, 0 bytes, id mine")
    assert not any(key in line for line in output + log)


def test_each_named_account_has_its_connection_string(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()
    assert command.main(["--port", "0", "--account", "red=cmVk", "--account", "blue=Ymx1ZQ=="], stop) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.partition("accesskey=")[2] for line in lines] == [
        "<the key of account red>",
        "<the key of account blue>",
    ]


def test_the_authority_to_trust_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()
    assert command.main(["--port", "0", "--tls"], stop) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert "listening on https://127.0.0.1:" in first
    assert second.startswith("endpoint=https://127.0.0.1:")
    assert re.fullmatch(r"Clients must trust the authority in .*ca\.pem\.", third)


@pytest.mark.parametrize(
    ("flag", "name", "value"),
    [
        (["--clock-skew", "-60"], "clock_skew", timedelta(minutes=-1)),
        (["--grace", "60"], "grace", timedelta(minutes=1)),
        (["--grace", "never"], "grace", None),
        (["--lenient-dates"], "lenient_dates", True),
        (["--strict-hmac"], "strict_hmac", True),
        (["--page-size", "2"], "page_size", 2),
        (["--fault", "status=503"], "faults", (Fault(status=503),)),
        (["--tls"], "tls", True),
        (["--cert", "c.pem"], "certificate", Path("c.pem")),
        (["--cert", "c.pem", "--key", "k.pem"], "key", Path("k.pem")),
        (["--account", "red=eA=="], "accounts", {"red": "eA=="}),
        (["--account", "red=eA==", "--account", "blue=eQ=="], "accounts", {"red": "eA==", "blue": "eQ=="}),
        ([], "accounts", {"rooms": ACCESS_KEY}),
        (["--host", "0.0.0.0"], "host", "0.0.0.0"),
        (["--allow-host", "Rooms", "--allow-host", "[fd00::1]"], "allowed_hosts", ("rooms", "fd00::1")),
        (["--unsigned-tokens"], "unsigned_tokens", True),
        (["--admin-port", "0"], "admin_port", 0),
        (["--advertise", "http://rooms:8420/"], "advertise", "http://rooms:8420/"),
        ([], "admin_token", None),
    ],
)
def test_every_flag_is_an_option_of_the_configuration(flag: list[str], name: str, value: Any) -> None:
    config = command_line.config_of(command_line.parse_arguments(flag))
    assert getattr(config, name) == value


def test_keys_and_the_admin_token_come_from_the_environment_and_files(tmp_path: Path) -> None:
    file = tmp_path / "accounts"
    file.write_text("# of the team\n\ngreen = Z3JlZW4=\n")
    options = command_line.parse_arguments(["--account", "red=cmVk", "--account-file", str(file)])
    environment = {"ROOMS_EMULATOR_ACCOUNTS": "blue=Ymx1ZQ==; ;pink=cGluaw==;", "ROOMS_EMULATOR_ADMIN_TOKEN": "secret"}
    config = command_line.config_of(options, environment)
    assert config.accounts == {"red": "cmVk", "green": "Z3JlZW4=", "blue": "Ymx1ZQ==", "pink": "cGluaw=="}
    assert config.admin_token == "secret"
    assert command_line.config_of(options, {"ROOMS_EMULATOR_ADMIN_TOKEN": ""}).admin_token is None


@pytest.mark.parametrize(
    ("text", "words"),
    [("c2VjcmV0", "ROOMS_EMULATOR_ACCOUNTS: an account is NAME=KEY"), ("a=YQ==;a=Yg==", "two accounts have the same")],
)
def test_wrong_accounts_of_the_environment_are_rejected(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        command_line.config_of(command_line.parse_arguments([]), {"ROOMS_EMULATOR_ACCOUNTS": text})
    assert "c2VjcmV0" not in str(caught.value)


def test_what_is_advertised_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    stop = threading.Event()
    stop.set()
    arguments = ["--port", "0", "--host", "0.0.0.0", "--admin-port", "0", "--advertise", "http://rooms:8420/"]
    assert command.main(arguments, stop) == 0
    output, log = capsys.readouterr()
    first, second, third = output.splitlines()
    assert "listening on http://rooms:8420." in first
    assert second == f"endpoint=http://rooms:8420/;accesskey={ACCESS_KEY}"
    assert re.fullmatch(r"The admin API is on http://127\.0\.0\.1:\d+\.", third)
    assert [line[9:] for line in log.splitlines()] == [
        "callers on other machines are rejected until --allow-host names the host that they call",
        "--advertise names rooms; give --allow-host rooms too, or it is rejected",
    ]


def test_a_port_of_another_program_is_distinguished_from_an_emulators(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        assert command.main(["--port", str(listener.getsockname()[1])]) == 2
    assert "in use; another program has it" in capsys.readouterr().err


def test_a_log_of_json_has_an_object_a_line() -> None:
    log = run("--log-format", "json", "--fault", "nth=2 status=503")[1]
    objects = [json.loads(line) for line in log]
    assert [set(each) for each in objects] == [
        {"time", "level", "message"},
        {"time", "level", "message"},
        {"time", "method", "target", "status", "ms", "reason", "account"},
    ]
    assert objects[0]["message"] == "fault 1 is on: '*' '**' nth=2 status=503"
    request = objects[2]
    assert (request["method"], request["target"], request["status"]) == ("GET", "/rooms?api-version=2031-01-01", 200)
    assert (request["reason"], request["account"]) == ("", "rooms")
    assert request["ms"] > 0
    assert datetime.fromisoformat(request["time"]).utcoffset() == timedelta()


def test_an_error_at_the_start_is_json_in_a_log_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--port", "99999", "--log-format", "json"]) == 2
    assert json.loads(capsys.readouterr().err)["message"].startswith("rooms-emulator: cannot start on ")


def test_a_request_is_formatted_by_what_its_record_carries() -> None:
    record = logging.LogRecord("", logging.INFO, "", 0, "GET / 200", None, None)
    record.request = {"method": "GET", "status": None}
    record.created = 0.5
    assert json.loads(log_format.JsonFormatter().format(record)) == {
        "time": "1970-01-01T00:00:00.500+00:00",
        "method": "GET",
        "status": None,
    }


def test_a_traceback_is_in_the_object_of_its_record() -> None:
    record = logging.LogRecord("", logging.ERROR, "", 0, "it failed", None, (ValueError, ValueError("why"), None))
    assert json.loads(log_format.JsonFormatter().format(record))["message"] == "it failed\nValueError: why"


def test_tls_on_the_port_of_plain_http_is_reported(emulator: RoomsEmulator, caplog: pytest.LogCaptureFixture) -> None:
    port = int(emulator.endpoint.rpartition(":")[2])
    context = ssl.create_default_context()
    with caplog.at_level("WARNING", logger=log_text.LOGGER.name):
        with socket.create_connection(("127.0.0.1", port)) as plain:
            with pytest.raises(ssl.SSLError, match=r"(?i)wrong.version"):
                context.wrap_socket(plain, server_hostname="localhost")
    assert "start with --tls" in caplog.text


def test_the_module_runs_the_command() -> None:
    module = importlib.import_module("azure.communication.rooms.emulator.__main__")
    assert module.main is command.main
