"""Playback is strict: what differs from a recording fails, and so does what a recording has left over."""

import copy
import shutil
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
import strict_playback
from broken_bodies import WAYS, broken
from playback_runs import PROJECT, RECORDINGS, Run, name_of, read, run_playback, write
from pytest_socket import SocketBlockedError
from scrubbing import ORIGIN
from vcr.request import Request

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

Entries = list[dict[str, Any]]


@pytest.mark.vcr
def test_no_socket_can_be_opened_in_playback(prepares: bool) -> None:
    if prepares:
        pytest.skip("recording needs sockets")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer releases of pytest-socket warn as well
        with pytest.raises(SocketBlockedError):
            socket.socket()


def replace(entry: int, path: tuple[Any, ...], before: str, after: str) -> Callable[[Entries], None]:
    """A change of a text in a request."""

    def change(entries: Entries) -> None:
        holder: Any = entries[entry]["request"]
        for step in path[:-1]:
            holder = holder[step]
        assert before in holder[path[-1]]
        holder[path[-1]] = holder[path[-1]].replace(before, after)

    return change


def drop_header(name: str) -> Callable[[Entries], None]:
    """A create without a header."""
    return lambda entries: entries[0]["request"]["headers"].pop(name)


UNMATCHED = "CannotOverwriteExistingCassetteException"
URL_DIFFERS = "recorded https://sanitized.communication.azure.com"
#: What is done to which recording, and the message.
BROKEN: dict[str, tuple[Callable[[Entries], Any], tuple[str, ...]]] = {
    "rooms/test_an_update_changes_what_it_is_given": (
        replace(1, ("body",), '":true', '":false'),
        (UNMATCHED, '- "pstnDialOutEnabled": false', '+ "pstnDialOutEnabled": true'),
    ),
    "rooms/test_a_token_does_the_whole_job": (
        replace(2, ("body",), '":true', '": true'),
        (UNMATCHED, "the same JSON in other bytes"),
    ),
    "participants/test_earlier_names_do_the_same": (
        replace(2, ("method",), "PATCH", "PUT"),
        (UNMATCHED, "sent PATCH, recorded PUT"),
    ),
    "rooms/test_a_room_is_got_as_it_was_created": (
        replace(1, ("uri",), "2025-03-13", "2024-04-15"),
        (UNMATCHED, URL_DIFFERS),
    ),
    "rooms/test_a_request_of_ones_own_goes_the_same_way": (
        replace(1, ("uri",), "?", "?maxpagesize=5&"),
        (UNMATCHED, URL_DIFFERS),
    ),
    "errors/test_a_wrong_role_is_reported_by_its_place": (
        replace(1, ("headers", "Content-Type", 0), "merge-patch+", ""),
        (UNMATCHED, "Content-Type: sent 'application/merge-patch+json'"),
    ),
    "rooms/test_a_room_of_nothing_has_every_default": (
        drop_header("Repeatability-Request-ID"),
        (UNMATCHED, "Repeatability-Request-ID: sent ", "recorded None"),
    ),
    "preview_2022/test_a_room_of_nothing_has_every_default": (
        drop_header("Repeatability-First-Sent"),
        (UNMATCHED, "Repeatability-First-Sent: sent ", "recorded None"),
    ),
    "rooms/test_an_end_alone_and_a_start_alone_are_enough": (
        drop_header("x-ms-content-sha256"),
        (UNMATCHED, "x-ms-content-sha256: sent ", "recorded None"),
    ),
    "rooms/test_a_deleted_room_is_gone_and_can_be_deleted_again": (lambda entries: entries.pop(2), (UNMATCHED,)),
    "rooms/test_a_room_has_what_it_was_created_with": (
        lambda entries: entries.append(copy.deepcopy(entries[-1])),
        ("the recording holds what was not requested: GET https://sanitized.communication.azure.com/rooms/994",),
    ),
}


@pytest.fixture(scope="module")
def run_of_broken(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run in which each of those recordings is broken in its own way."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copytree(RECORDINGS, folder / "recordings")
    for name, (change, _) in BROKEN.items():
        path = folder / "recordings" / f"{name}.yaml"
        entries = read(path)
        change(entries)
        write(path, entries)
    return run_playback(folder, folder / "recordings")


@pytest.mark.parametrize("name", BROKEN)
def test_what_differs_from_a_recording_fails_and_shows_the_difference(run_of_broken: Run, name: str) -> None:
    assert [text for text in BROKEN[name][1] if text not in run_of_broken.failed[name]] == []


def test_recordings_that_nothing_was_done_to_play(run_of_broken: Run) -> None:
    assert run_of_broken.failed.keys() == BROKEN.keys()
    assert run_of_broken.passed.isdisjoint(BROKEN)
    assert len(run_of_broken.passed) > 30


@pytest.mark.one_python
@pytest.mark.parametrize("way", WAYS)
def test_a_byte_that_the_client_changes_in_its_bodies_fails_every_test_that_sends_one(tmp_path: Path, way: str) -> None:
    bodies = {
        name_of(path): [entry["request"]["body"] for entry in read(path) if entry["request"]["body"]]
        for path in RECORDINGS.rglob("*.yaml")
    }
    changed = {name for name, texts in bodies.items() if any(broken(text, way) != text for text in texts)}
    assert changed
    run = run_playback(tmp_path, RECORDINGS, "-p", "broken_bodies", "--tb=no", BROKEN_BODIES=way)
    assert run.failed.keys() == changed
    assert run.passed >= bodies.keys() - changed
    assert run.passed.isdisjoint(changed)


def test_a_body_differs_by_any_one_of_its_bytes() -> None:
    bodies = {entry["request"]["body"] for path in RECORDINGS.rglob("*.yaml") for entry in read(path)} - {None}
    assert len(bodies) > 20
    unseen = []
    for text in bodies:
        recorded = Request("POST", "https://h", text, {})
        for place in range(len(text)):
            other = f"{text[:place]}{chr(ord(text[place]) ^ 1)}{text[place + 1 :]}"
            try:
                strict_playback.same_body(Request("POST", "https://h", other, {}), recorded)
                unseen.append(other)
            except AssertionError:
                pass
    assert unseen == []


def test_recording_again_gives_the_recordings_that_are_there(tmp_path: Path) -> None:
    again = tmp_path / "recordings"
    shutil.copytree(RECORDINGS, again)
    (again / "rooms" / "test_a_room_is_got_as_it_was_created.yaml").write_text("interactions: []\n", "utf-8")
    run = run_playback(tmp_path, again, "--record-mode=rewrite")
    assert run.failed == {}, run.text
    texts = {name_of(path): path.read_text("utf-8") for path in again.rglob("*.yaml")}
    assert texts == {name_of(path): path.read_text("utf-8") for path in RECORDINGS.rglob("*.yaml")}
    assert texts.keys() <= run.passed  # each belongs to a test


@pytest.fixture
def resource(emulator: RoomsEmulator) -> Iterator[dict[str, str]]:
    """What stands for a real resource: an emulator whose clock runs, and that is never reset. It is left empty."""
    yield {"AZURE_COMMUNICATION_CONNECTION_STRING": emulator.connection_string}
    with RoomsClient.from_connection_string(emulator.connection_string) as client:
        assert list(client.list_rooms()) == []


@pytest.mark.one_python
def test_recording_a_resource_gives_the_same_recordings_but_for_lists(tmp_path: Path, resource: dict[str, str]) -> None:
    again = tmp_path / "recordings"
    shutil.copytree(RECORDINGS, again)
    (again / "rooms" / "test_a_room_is_got_as_it_was_created.yaml").write_text("interactions: []\n", "utf-8")
    run = run_playback(tmp_path, again, "--record-mode=rewrite", **resource)
    assert (run.code, run.failed) == (0, {}), run.text
    assert {name.partition("/")[0] for name in run.passed} == {"errors", "participants", "rooms"}
    for path in again.rglob("*.yaml"):
        requested = [(each["request"]["method"], each["request"]["uri"].partition("?")[0]) for each in read(path)]
        if ("GET", f"{ORIGIN}/rooms") not in requested:  # lists show that there were other rooms before
            assert path.read_text("utf-8") == (RECORDINGS / path.relative_to(again)).read_text("utf-8")


@pytest.mark.one_python
def test_live_tests_speak_to_the_resource_and_leave_the_recordings_alone(
    tmp_path: Path, resource: dict[str, str]
) -> None:
    run = run_playback(tmp_path, tmp_path / "recordings", "--live", **resource)
    assert (run.code, run.failed) == (0, {}), run.text
    assert len(run.passed) > 30
    assert not (tmp_path / "recordings").exists()


@pytest.mark.one_python
def test_live_without_a_connection_string_is_a_usage_error(tmp_path: Path) -> None:
    run = run_playback(tmp_path, RECORDINGS, "--live")
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert "--live needs the connection string of a resource in AZURE_COMMUNICATION_CONNECTION_STRING" in run.text


@pytest.mark.one_python
def test_a_way_of_recording_that_keeps_the_old_is_a_usage_error(tmp_path: Path) -> None:
    run = run_playback(tmp_path, RECORDINGS, "--record-mode=new_episodes")
    assert run.code == pytest.ExitCode.USAGE_ERROR
    assert "--record-mode must be none, or rewrite" in run.text


def test_recordings_lie_where_the_tests_look_for_them() -> None:
    assert RECORDINGS == PROJECT / "tests" / "recordings"
    assert len(list(RECORDINGS.rglob("*.yaml"))) > 40
