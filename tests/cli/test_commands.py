"""The commands about one room: what they print, their exit status, and the messages of errors."""

import importlib
import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from cli_runs import Rooms, day
from raw_ids import ALICE, BOB, CAROL

from azure.communication.rooms import RoomsClient, cli
from azure.communication.rooms.cli.arguments import build_parser, parse_arguments
from azure.communication.rooms.cli.connection import EMULATOR, find_connection
from azure.communication.rooms.cli.errors import explain, redact
from azure.communication.rooms.emulator import ACCESS_KEY, DEFAULT_PORT, RoomsEmulator

UNKNOWN = "99400000000000000"
SECRET = "c2VjcmV0LWtleS10aGF0LW5vYm9keS1tYXktc2Vl"
COMMANDS = ["create", "show", "list", "update", "delete", "import", "export", "clean", "doctor"]
PARTICIPANTS = ["participants", *(f"participants {name}" for name in ("list", "add", "set", "remove"))]


def created(rooms: Rooms, *options: str) -> str:
    return str(rooms("create", *options).lines[0]["id"])


def test_a_room_is_created_shown_updated_listed_and_deleted(connected: Rooms) -> None:
    first, last, later = day(5), day(66), day(67)
    ran = connected("create", "--valid-from", first, "--valid-until", f"{last}T10:00:00+02:00", "--pstn-dial-out")
    (room,) = ran.lines
    assert ran.status == 0
    assert room["valid_from"] == f"{first}T00:00:00Z"
    assert room["valid_until"] == f"{last}T08:00:00Z"
    assert room["pstn_dial_out_enabled"] is True
    assert connected("show", room["id"]).lines == [room]
    assert connected("list").lines == [room]
    (updated,) = connected("update", room["id"], "--valid-until", f"{later} 12:30", "--no-pstn-dial-out").lines
    assert updated == {**room, "valid_until": f"{later}T12:30:00Z", "pstn_dial_out_enabled": False}
    assert connected("delete", room["id"]).lines == [{"id": room["id"], "deleted": True}]
    assert connected("list").out == ""


def test_participants_are_listed_added_set_and_removed(connected: Rooms) -> None:
    room = created(connected, "--participant", f"{ALICE}=presenter")

    def listed(*arguments: str) -> dict[str, str]:
        ran = connected("participants", *arguments)
        assert ran.status == 0, ran.err
        return {line["raw_id"]: line["role"] for line in ran.lines}

    assert listed("list", room) == {ALICE: "Presenter"}
    assert listed("add", room, ALICE, f"{BOB}=Consumer") == {ALICE: "Presenter", BOB: "Consumer"}
    assert listed("set", room, f"{BOB}=COLLABORATOR", CAROL) == {BOB: "Collaborator", CAROL: "Attendee"}
    assert listed("remove", room, BOB) == {CAROL: "Attendee"}


@pytest.mark.parametrize("where", ["before", "after", "between"])
def test_connection_options_stand_before_and_after_the_command(
    rooms: Rooms, emulator: RoomsEmulator, where: str
) -> None:
    options = ("--json", "--connection-string", emulator.connection_string)
    command = ("participants", "list", UNKNOWN)
    arguments = {
        "before": (*options, *command),
        "after": (*command, *options),
        "between": (command[0], *options, *command[1:]),
    }[where]
    ran = rooms(*arguments)
    assert ran.status == 3
    assert "warning: a connection string on the command line shows in the process list" in ran.err
    assert "accesskey=" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--connection-strin", f"endpoint=https://x;accesskey={SECRET}", "list"),
        ("list", f"--connection-strin=endpoint=https://x;accesskey={SECRET}"),
        ("list", "--access-key", SECRET),
        ("--access-key", SECRET, "show", UNKNOWN),
        (SECRET, "list"),
        ("list", f"endpoint=https://x;accesskey={SECRET}"),
        (f"endpoint=https://x;accesskey={SECRET}",),
        ("show", UNKNOWN, SECRET),
        ("list", f"--json={SECRET}"),
        ("participants", SECRET),
        ("create", "--valid-from", f"endpoint=https://x;accesskey={SECRET}"),
        ("create", "--valid-from", SECRET),
        ("--print-completion", SECRET),
        ("list", "--connection-string", f"endpoint=https://x/path;accesskey={SECRET}"),
        ("list", "--connection-string", f"accesskey={SECRET}"),
        ("list", "--connection-string", SECRET),
        ("list", "--connection-string", f"endpoint=https://x;accesskey={SECRET}!"),
        ("list", "--connection-string", f"'endpoint=https://x;accesskey={SECRET}'"),
        ("doctor", "--connection-string", f"endpoint=https://x;accesskey={SECRET}!"),
        ("doctor", "--connection-string", SECRET),
        ("doctor", "--connection-string", f"endpoint=https://x:{SECRET};accesskey=a2V5"),
        ("--api-version", f"endpoint=https://x;accesskeey={SECRET}", "list"),
        ("--api-version", SECRET, "doctor"),
    ],
    ids=" ".join,
)
def test_no_message_repeats_a_secret(rooms: Rooms, arguments: tuple[str, ...]) -> None:
    ran = rooms(*arguments)
    assert ran.status in (1, 2)
    assert SECRET not in ran.out + ran.err


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("show", UNKNOWN), 3, "not found: there is no such room"),
        (("participants", "list", UNKNOWN), 3, "not found"),
        (("show", "abc"), 1, "the service rejected the request (400 BadRequest): Invalid room ID length."),
        (("create", "--valid-until", "2020-01-01"), 1, "The time range end is in the past. (ValidUntil)"),
        (("create", "--valid-until", "tomorrow"), 2, "'tomorrow' is no time. Write it as ISO 8601"),
        (("create", "--valid-until", "2027-02-30"), 2, "is no time"),
        (("update", UNKNOWN), 2, "there is nothing to change; give --valid-from"),
        (("show", ".."), 2, "room_id"),
        (("participants", "add", UNKNOWN, "=Presenter"), 2, "write each as ID=Role"),
        (("participants", "add", UNKNOWN, f"{ALICE}="), 2, "write each as ID=Role"),
        (("participants", "set", UNKNOWN, ALICE, ALICE), 2, "is there twice"),
        (("delete", UNKNOWN), 3, f"{UNKNOWN}: not found"),
        (("delete", UNKNOWN, "abc"), 1, "Invalid room ID length."),
        (("list", "--emulator", "--endpoint", "https://x"), 2, "--endpoint and --emulator are given; give one of them"),
        (("list", "--api-version", "2022-02-01"), 2, "list_rooms"),
        (("list", "--api-version", "1"), 2, "api_version"),
        (("list", "--api-version", ""), 2, "it must be a version, such as 2025-03-13"),
        (("import", ""), 2, "the name of the file is empty"),
        (("import", "x.csv", "--journal", ""), 2, "the name of the file is empty"),
        (("export", ""), 2, "the name of the file is empty"),
        (("export", "/"), 2, "/: Is a directory"),
        (("lst",), 2, "it is not one of the choices"),
        ((), 2, "COMMAND"),
        (("list", "--jsn"), 2, "there is no option --jsn; did you mean --json?"),
        (("list", "--yes"), 2, "there is no option --yes here"),
        (("list", "x", "y"), 2, "2 arguments are too many"),
        (("import", "/nowhere/rooms.csv"), 2, "/nowhere/rooms.csv: No such file or directory"),
        (("clean",), 2, "--ended-before"),
        (("clean", "--ended-before", "2020-01-01", "--max-concurrency", "0"), 2, "it must be a number from 1 to 999"),
    ],
    ids=str,
)
def test_an_error_explains_what_to_do_in_one_or_two_lines(
    connected: Rooms, arguments: tuple[str, ...], status: int, message: str
) -> None:
    ran = connected(*arguments)
    assert ran.status == status
    assert message in ran.err
    assert ran.out == ""
    assert all(len(part.splitlines()) <= 2 for part in ran.err.split("rooms: ")[1:])


def test_without_a_resource_the_command_explains_how_to_name_one(rooms: Rooms) -> None:
    ran = rooms("list")
    assert ran.status == 2
    assert "Set AZURE_COMMUNICATION_CONNECTION_STRING, or give --emulator or --endpoint." in ran.err


def test_a_blank_variable_names_no_resource(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_COMMUNICATION_CONNECTION_STRING", " \n")
    assert "no resource is named" in rooms("list").err
    assert "no resource is named" in rooms("doctor").out


def test_the_samples_variable_goes_before_the_other(connected: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNICATION_SAMPLES_CONNECTION_STRING", "nonsense")
    ran = connected("list")
    assert ran.status == 2
    assert ran.err.startswith("rooms: COMMUNICATION_SAMPLES_CONNECTION_STRING: the connection string")


def test_a_service_that_is_not_reached_is_exit_1(rooms: Rooms) -> None:
    ran = rooms("list", "--connection-string", f"endpoint=http://127.0.0.1:1;accesskey={SECRET}")
    assert ran.status == 1
    assert "http://127.0.0.1:1 could not be reached" in ran.err
    assert "rooms doctor" in ran.err


def test_a_wrong_key_is_exit_1(rooms: Rooms, emulator: RoomsEmulator) -> None:
    ran = rooms("list", "--connection-string", f"endpoint={emulator.endpoint};accesskey={SECRET}")
    assert ran.status == 1
    assert "the service does not accept the credentials (401)" in ran.err


def test_the_emulators_own_connection_string_is_the_one_here() -> None:
    assert f"endpoint=http://127.0.0.1:{DEFAULT_PORT}/;accesskey={ACCESS_KEY}" == EMULATOR


def test_entra_needs_azure_identity(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    ran = rooms("list", "--endpoint", "https://contoso.communication.azure.com")
    assert ran.status == 2
    assert "python -m pip install azure-identity" in ran.err


def test_entra_signs_in_where_azure_identity_is_installed(
    rooms: Rooms, emulator: RoomsEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Identity:
        DefaultAzureCredential = staticmethod(emulator.token_credential)

    monkeypatch.setitem(sys.modules, "azure.identity", Identity)
    assert rooms("create", "--endpoint", emulator.endpoint).status == 0
    assert rooms("doctor", "--endpoint", emulator.endpoint, "--json").lines[-1]["status"] == "ok"


@pytest.mark.parametrize("command", COMMANDS + PARTICIPANTS)
def test_help_has_an_example(rooms: Rooms, command: str) -> None:
    ran = rooms(*command.split(), "--help")
    assert ran.status == 0
    assert f"example:\n  rooms {command.split()[0]}" in ran.out


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_is_printed(rooms: Rooms, shell: str) -> None:
    ran = rooms("--print-completion", shell)
    assert ran.status == 0
    assert "--ended-before" in ran.out


def test_every_command_and_option_has_help() -> None:
    text = build_parser().format_help()
    assert all(f"    {name} " in text for name in [*COMMANDS, "participants"])


@pytest.mark.parametrize("missing", ["rich", "shtab"])
def test_without_the_extra_the_command_explains_what_to_install(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setattr(cli, "find_spec", lambda name: None if name == missing else object())
    ran = rooms("list")
    assert ran.status == 2
    assert f"this command needs {missing}" in ran.err
    assert 'python -m pip install "azure-communication-rooms[cli]"' in ran.err


@pytest.mark.parametrize(("response", "status", "left"), [("y\n", 0, 0), ("n\n", 1, 1), ("", 1, 1)])
@pytest.mark.parametrize("command", ["delete", "clean"])
def test_delete_and_clean_prompt_on_a_terminal(
    connected: Rooms,
    client: RoomsClient,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    response: str,
    status: int,
    left: int,
) -> None:
    room = client.create_room().id
    terminal = io.StringIO(response)
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", terminal)
    ran = connected(command, *([room] if command == "delete" else ["--ended-before", "2100-01-01"]))
    assert ran.status == status
    assert "[y/N]" in ran.err
    assert len(list(client.list_rooms())) == left
    assert connected("clean", "--ended-before", "2100-01-01", "--yes").status == 0
    assert list(client.list_rooms()) == []


def started(*arguments: str, environment: dict[str, str], **options: Any) -> "subprocess.Popen[bytes]":
    home = Path(str(cli.__file__)).parents[4]
    command = [sys.executable, "-W", "error", "-m", "azure.communication.rooms.cli", *arguments]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(home), **environment}, **options)


#: An escape sequence that sets a color of the text or behind it.
COLORS = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")


def on_terminal(*arguments: str, environment: dict[str, str], stdout: Any = None) -> str:
    """What a command prints on a terminal; with ``stdout``, what it prints there beside its results."""
    ours, theirs = pty.openpty()
    environment = {"TERM": "xterm-256color", **environment}
    with started(
        *arguments, environment=environment, stdout=stdout or theirs, stderr=theirs, stdin=subprocess.DEVNULL
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
        process.wait()
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize("no_color", [False, True])
def test_a_terminal_shows_a_table_in_local_time(emulator: RoomsEmulator, client: RoomsClient, no_color: bool) -> None:
    room = client.create_room(pstn_dial_out_enabled=True).id
    environment = {
        "AZURE_COMMUNICATION_CONNECTION_STRING": emulator.connection_string,
        "TZ": "Asia/Tokyo",
        "COLUMNS": "150",
        "TERM": "xterm-256color",
        **({"NO_COLOR": "1"} if no_color else {}),
    }
    shown = on_terminal("list", environment=environment)
    assert room in shown
    assert "+09:00" in shown
    assert "Times are local (JST)." in shown
    assert not COLORS.search(shown)  # bold and italics alone
    assert shown.splitlines()[0].lstrip().startswith(("┏", "\x1b"))
    as_json = on_terminal("list", "--json", environment=environment)
    assert as_json.startswith("{")


def test_a_terminal_of_80_columns_shows_an_id_in_one_piece(emulator: RoomsEmulator, client: RoomsClient) -> None:
    room = client.create_room().id
    environment = {"AZURE_COMMUNICATION_CONNECTION_STRING": emulator.connection_string, "COLUMNS": "80"}
    assert room in on_terminal("list", environment=environment)


def test_a_narrow_terminal_folds_an_id(emulator: RoomsEmulator, client: RoomsClient) -> None:
    room = client.create_room().id
    environment = {"AZURE_COMMUNICATION_CONNECTION_STRING": emulator.connection_string, "COLUMNS": "40"}
    shown = on_terminal("list", environment=environment)
    cells = [line.split("│")[1].strip() for line in shown.splitlines() if line.startswith("│")]
    assert "".join(cells) == room


@pytest.mark.parametrize("no_color", ["", "1"])
def test_progress_on_a_terminal_has_colors_but_for_no_color(
    emulator: RoomsEmulator, tmp_path: Path, no_color: str
) -> None:
    file = tmp_path / "rooms.csv"
    file.write_text("pstn_dial_out_enabled\ntrue\nfalse\n")
    environment = {
        "AZURE_COMMUNICATION_CONNECTION_STRING": emulator.connection_string,
        "TERM": "xterm-256color",
        "NO_COLOR": no_color,
    }
    shown = on_terminal("import", str(file), environment=environment)
    assert "2 of 2 rooms are there" in re.sub(r"\s+", " ", shown)
    assert bool(COLORS.search(shown)) is not bool(no_color)


def test_results_go_where_the_shell_sends_them_while_progress_is_on_the_terminal(
    emulator: RoomsEmulator, tmp_path: Path
) -> None:
    file, results = tmp_path / "rooms.csv", tmp_path / "rooms.jsonl"
    file.write_text("pstn_dial_out_enabled\ntrue\nfalse\n")
    environment = {"AZURE_COMMUNICATION_CONNECTION_STRING": emulator.connection_string, "TERM": "xterm-256color"}
    with results.open("wb") as sink:
        shown = on_terminal("import", str(file), environment=environment, stdout=sink)
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert sorted(line["row"] for line in lines) == [1, 2]
    assert "importing" in shown
    assert lines[0]["id"] not in shown


def test_json_lines_on_a_terminal_are_whole_and_without_a_progress_bar(emulator: RoomsEmulator, tmp_path: Path) -> None:
    file = tmp_path / "rooms.csv"
    file.write_text("pstn_dial_out_enabled\ntrue\nfalse\n")
    environment = {"AZURE_COMMUNICATION_CONNECTION_STRING": emulator.connection_string, "TERM": "xterm-256color"}
    shown = on_terminal("--json", "import", str(file), environment=environment)
    assert "importing" not in shown
    assert sorted(json.loads(line)["row"] for line in shown.splitlines() if line.startswith("{")) == [1, 2]


def test_a_reader_that_goes_away_is_no_error(emulator: RoomsEmulator, client: RoomsClient) -> None:
    emulator.seed(400)
    environment = {"AZURE_COMMUNICATION_CONNECTION_STRING": emulator.connection_string}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started("list", environment=environment, **pipes) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        assert process.wait(30) == 0
    assert err == b""


@pytest.mark.parametrize("closed", [("stdin",), ("stdout",), ("stderr",), ("stdin", "stdout", "stderr")], ids=" ".join)
@pytest.mark.parametrize("command", ["list", "delete", "clean", "doctor"])
def test_a_stream_that_the_shell_closed_is_no_error(
    connected: Rooms, client: RoomsClient, monkeypatch: pytest.MonkeyPatch, command: str, closed: tuple[str, ...]
) -> None:
    room = client.create_room().id
    for name in closed:
        monkeypatch.setattr(sys, name, None)
    rest = {"delete": [room], "clean": ["--ended-before", "2100-01-01"]}.get(command, [])
    assert connected(command, *rest).status == 0
    assert [getattr(sys, name) for name in closed] == [None] * len(closed)
    assert len(list(client.list_rooms())) == (command in ("list", "doctor"))


def test_text_that_the_encoding_of_stdout_lacks_is_escaped(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    monkeypatch.setenv("AZURE_COMMUNICATION_CONNECTION_STRING", "endpoint=https://caf\u00e9;accesskey=a2V5")
    assert rooms("doctor").status == 1
    assert b"Write scheme and host alone: https://caf\\xe9" in written.getvalue()


def test_an_interrupt_is_exit_130(connected: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(RoomsClient, "get_room", interrupt)
    ran = connected("show", UNKNOWN)
    assert ran.status == 130
    assert "interrupted" in ran.err


def test_what_a_terminal_would_obey_is_escaped() -> None:
    assert redact("\x1b]0;title\x07 AccessKey = abc;x") == "\\x1b]0;title\\x07 AccessKey = ***;x"


@pytest.mark.parametrize(
    ("error", "status", "what"),
    [
        (ClientAuthenticationError("goes to another host"), 1, "goes to another host"),
        (AzureError("odd"), 1, "odd"),
        (AzureError(""), 1, "AzureError"),
        (HttpResponseError("no response"), 1, "no response"),
    ],
)
def test_an_error_without_a_response_is_shown(error: Exception, status: int, what: str) -> None:
    assert explain(error)[:2] == (status, what)


def test_a_pipe_that_breaks_is_no_error(connected: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(RoomsClient, "list_rooms", broken)
    assert connected("list") == (0, "", "")


def test_what_the_first_preview_alone_has_is_shown(connected: Rooms) -> None:
    version = ("--api-version", "2022-02-01")
    (room,) = connected("create", *version, "--participant", f"{ALICE}=Presenter").lines
    assert room["room_join_policy"] == "InviteOnly"
    assert room["participants"] == [{"raw_id": ALICE, "role": "Presenter"}]
    assert room["pstn_dial_out_enabled"] is None


def test_the_module_runs_the_command() -> None:
    assert importlib.import_module("azure.communication.rooms.cli.__main__").main is cli.main


def test_the_emulator_is_found_by_its_option() -> None:
    assert find_connection(parse_arguments(["--emulator", "list"])) == ("--emulator", EMULATOR, None)


def test_both_times_are_updated_without_a_look_at_the_room(connected: Rooms, emulator: RoomsEmulator) -> None:
    room = created(connected)
    first, last = day(5), day(67)
    (updated,) = connected("update", room, "--valid-from", first, "--valid-until", last).lines
    assert (updated["valid_from"], updated["valid_until"]) == (f"{first}T00:00:00Z", f"{last}T00:00:00Z")
    assert [each.method for each in emulator.requests] == ["POST", "PATCH"]


def test_an_error_without_words_is_named() -> None:
    assert explain(OSError("only words")).what == "only words"
    assert explain(ValueError("")).status == 2
