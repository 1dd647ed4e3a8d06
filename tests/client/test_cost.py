"""What a call costs, where it can be counted: imports, parses, warnings, work for each item. Nothing here is timed."""

import gc
import json
import logging
import subprocess
import sys
from importlib.abc import MetaPathFinder
from typing import Any

import pytest
from fake_responses import FakeResponse
from raw_ids import ALICE
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._wire import operations_for

ID = "99412345678901234"
ROOM = room_text(ID, createdAt="2025-03-27T06:42:08.1207436+00:00")
PAGE = json.dumps({"value": [{"rawId": ALICE, "role": "Presenter"}]})


def every_call(client: RoomsClient, server: RawServer) -> None:
    """Each operation once."""
    server.respond(201, ROOM).respond(200, ROOM).respond(200, ROOM).respond(204)
    server.respond(200, "{}").respond(200, "{}").respond(200, PAGE).respond(200, '{"value":[]}')
    client.create_room(participants=[ALICE])
    client.get_room(ID)
    client.update_room(ID, pstn_dial_out_enabled=True)
    client.delete_room(ID)
    client.add_or_update_participants(ID, [ALICE])
    client.remove_participants(ID, [ALICE])
    list(client.list_participants(ID))
    list(client.list_rooms())


def test_no_module_is_searched_for_by_a_call_after_the_first(
    raw_client: RoomsClient, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[str] = []

    class Finder(MetaPathFinder):
        """Gets the name of every module that is not there yet, whether it can be found or not."""

        def find_spec(self, name: str, *_: Any) -> None:
            searched.append(name)

    every_call(raw_client, server)
    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    every_call(raw_client, server)
    assert searched == []


def test_every_response_is_parsed_once(
    raw_client: RoomsClient, server: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[Any] = []
    real = json.JSONDecoder.decode

    def counting(self: json.JSONDecoder, text: str, *arguments: Any) -> Any:
        parsed.append(text)
        return real(self, text, *arguments)

    monkeypatch.setattr(json.JSONDecoder, "decode", counting)
    every_call(raw_client, server)
    assert parsed == [ROOM, ROOM, ROOM, "{}", "{}", PAGE, '{"value":[]}']


def test_a_create_logs_no_warning(raw_client: RoomsClient, server: RawServer, caplog: pytest.LogCaptureFixture) -> None:
    server.respond(201, ROOM)
    with caplog.at_level(logging.WARNING):
        raw_client.create_room(participants=[ALICE])
    assert caplog.records == []


PROGRAM = """
import sys
sys.addaudithook(lambda event, details: event == "subprocess.Popen" and print("started", details[1]))
{program}
unused = {{"asyncio", "concurrent.futures", "requests", "msrest", "azure.communication.identity", "aiohttp"}}
print(sorted(unused & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "program",
    [
        "import azure.communication.rooms",
        "from azure.communication.rooms import CommunicationRoom, ParticipantRole, RoomParticipant, RoomsClient",
        "from azure.communication.rooms import RoomsClient; RoomsClient('http://127.0.0.1:1', 'c2VjcmV0').close()",
    ],
    ids=["the package", "its names", "a client"],
)
def test_neither_import_nor_client_brings_what_they_do_not_use_or_starts_a_process(program: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(program=program)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"


#: What only unusual timestamps and international hosts need.
FOR_OTHER_CALLS = [
    "isodate",
]


def test_the_first_call_brings_nothing_that_only_other_calls_need(server: RawServer) -> None:
    server.respond(200, ROOM)
    program = (
        f"from azure.communication.rooms import RoomsClient; RoomsClient({server.endpoint!r}, 'c2VjcmV0').get_room('1')"
        f"; import sys; print(sorted(set({FOR_OTHER_CALLS}) & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def calls_of(work: Any) -> int:
    """How many functions, Python's and C's, are called."""
    count = 0

    def profile(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    gc.collect()
    gc.disable()  # what other tests left behind is not this work
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
        gc.enable()
    return count


@pytest.mark.parametrize(
    ("what", "most"),
    # Python 3.9 and 3.10 cannot parse the service's date-times by one function.
    [("participants read", 9), ("participants written", 9), ("rooms read", 16 if sys.version_info >= (3, 11) else 23)],
    ids=["participants read", "participants written", "rooms read"],
)
def test_the_work_for_an_item_is_bounded_and_does_not_grow_with_their_number(what: str, most: int) -> None:
    wire: Any = operations_for("https://contoso.communication.azure.com", "2025-03-13")

    def work(items: int) -> Any:
        people = [f"{ALICE[:-6]}{number:06d}" for number in range(items)]
        if what == "participants written":
            return lambda: wire.add_or_update_participants(ID, people)
        if what == "rooms read":
            call, value = wire.list_rooms(None), [json.loads(ROOM) for _ in people]
        else:
            call, value = wire.list_participants(ID, None), [{"rawId": each, "role": "Presenter"} for each in people]
        response = FakeResponse(200, {"value": value})
        return lambda: call.read(response)

    calls_of(work(1))  # what happens once
    few, some, many = (calls_of(work(items)) for items in (100, 1_000, 100_000))
    for_each = (some - few) / 900
    assert (many - some) / 99_000 == pytest.approx(for_each, rel=0.01)
    assert for_each <= most


def test_participants_share_the_names_of_their_members() -> None:
    program = (
        "import sys; from azure.communication.rooms import CommunicationUserIdentifier, RoomParticipant; "
        "from azure.communication.rooms._wire.decoding import decode_participant; "
        f"[RoomParticipant(CommunicationUserIdentifier({ALICE!r})) for _ in range(100)]; "  # the first ones take more
        f"members = vars(decode_participant({{'rawId': {ALICE!r}, 'role': 'Presenter'}})); "
        "print(sys.getsizeof(members) < sys.getsizeof(dict(members)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "True"
