"""One small program for each line of "What is different from 1.2.0"; it prints what each of them saw, as JSON.

    python differences.py ENDPOINT ACCESS_KEY

The same programs run with release 1.2.0 and with this package. Each gives a value that JSON has; an exception becomes
the name of its class. ``tests/differences_1_2_0.json`` has what each side must see.
"""

import gzip
import importlib
import json
import os
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable

os.environ["TZ"] = "America/New_York"
time.tzset()

from azure.core.credentials import AccessToken, AzureKeyCredential  # noqa: E402  the zone comes first

from azure.communication.rooms import (  # noqa: E402  likewise
    CommunicationRoom,
    CommunicationUserIdentifier,
    ParticipantRole,
    RoomParticipant,
    RoomsClient,
)

ENDPOINT, KEY = sys.argv[1:]
ID = "99412345678901234"
USER = CommunicationUserIdentifier("8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-000000000001")
TIMES = dict.fromkeys(("createdAt", "validFrom", "validUntil"), "2030-01-01T10:00:00+00:00")
ROOM = {"id": ID, **TIMES, "pstnDialOutEnabled": False}

PROGRAMS: dict[str, Callable[[], Any]] = {}
#: Status, headers and body of a response.
Response = tuple[int, dict[str, str], bytes]


def program(function: Callable[[], Any]) -> Callable[[], Any]:
    """Run a function as a program."""
    PROGRAMS[function.__name__] = function
    return function


def new_client(endpoint: str = ENDPOINT, **options: Any) -> Any:
    """A client by key."""
    return RoomsClient(endpoint, AzureKeyCredential(KEY), **options)


@contextmanager
def server(respond: Callable[[int], Response]) -> Iterator[Any]:
    """A server on loopback that keeps the requests that it gets.

    :param respond: Returns the response to the request of a number.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            running.received.append((self.headers["Host"], self.path, body))
            status, headers, content = respond(len(running.received) - 1)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_one  # noqa: N815  http.server's names

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

        def handle(self) -> None:
            with suppress(OSError):  # the client has gone
                super().handle()

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        received: list[tuple[str, str, bytes]]
        endpoint: str

    with Server(("127.0.0.1", 0), Handler) as running:
        running.received = []
        running.endpoint = f"http://127.0.0.1:{running.server_address[1]}"
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()


def room_response(status: int = 200, **members: Any) -> Response:
    """A response with a room."""
    return status, {}, json.dumps({**ROOM, **members}).encode()


def body_of(call: Callable[[Any], Any], status: int = 200) -> Any:
    """The body that a call sends."""
    with server(lambda _: room_response(status)) as running, new_client(running.endpoint) as client:
        call(client)
        return json.loads(running.received[0][2])


@program
def room_times() -> Any:
    with new_client() as client:
        room = client.create_room()
        return [type(value).__name__ for value in (room.created_at, room.valid_from, room.valid_until)]


@program
def naive_times() -> Any:
    start = datetime(2030, 1, 1, 10)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        body = body_of(lambda client: client.create_room(valid_from=start, valid_until=start + timedelta(1)), 201)
    names = {warning.category.__name__ for warning in caught if issubclass(warning.category, UserWarning)}
    return [datetime.fromisoformat(body["validFrom"].replace("Z", "+00:00")).isoformat(), sorted(names)]


@program
def times_as_text() -> Any:
    body = body_of(lambda client: client.create_room(valid_from="2030-01-01", valid_until="2030-01-02T10:21"), 201)
    return [body["validFrom"], body["validUntil"]]


@program
def times_that_are_no_times() -> Any:
    return body_of(lambda client: client.create_room(valid_from="tomorrow"), 201)["validFrom"]


@program
def room_by_hand() -> Any:
    return type(CommunicationRoom()).__name__  # type: ignore[call-overload, unused-ignore]


@program
def room_without_a_member() -> Any:
    body = {name: value for name, value in ROOM.items() if name != "pstnDialOutEnabled"}
    with server(lambda _: (200, {}, json.dumps(body).encode())) as running:
        with new_client(running.endpoint, api_version="2023-06-14") as client:
            return client.get_room(ID).pstn_dial_out_enabled


@program
def update_sends() -> Any:
    return sorted(body_of(lambda client: client.update_room(room_id=ID, pstn_dial_out_enabled=True)))


@program
def create_sends() -> Any:
    return sorted(body_of(lambda client: client.create_room(), 201))


@program
def empty_room_id() -> Any:
    with new_client() as client:
        return client.get_room("").id


@program
def misspelt_keyword_of_a_client() -> Any:
    with new_client(timeuot=3) as client:
        return type(client).__name__


@program
def endpoint_with_a_path() -> Any:
    return type(RoomsClient("https://contoso.communication.azure.com/rooms", KEY)).__name__


@program
def key_that_is_not_base64() -> Any:
    with RoomsClient(ENDPOINT, "not base64") as client:
        try:
            return client.get_room(ID).id
        except Exception as error:  # noqa: BLE001  whichever it is
            return f"{type(error).__name__} at the first call"


@program
def part_of_a_connection_string_twice() -> Any:
    text = f"endpoint=https://one.communication.azure.com;endpoint=https://two.communication.azure.com;accesskey={KEY}"
    return type(RoomsClient.from_connection_string(text)).__name__


@program
def two_roles() -> Any:
    both = [RoomParticipant(communication_identifier=USER, role=role) for role in ("Presenter", "Consumer")]
    with new_client() as client:
        room = client.create_room(participants=both)
        return next(str(getattr(each.role, "value", each.role)) for each in client.list_participants(room.id))


@program
def empty_role() -> Any:
    role: Any = RoomParticipant(communication_identifier=USER, role="").role
    return role.value


@program
def role_that_is_not_text() -> Any:
    role: Any = 5
    return str(RoomParticipant(communication_identifier=USER, role=role).role)


@program
def misspelt_keyword_of_a_participant() -> Any:
    misspelt: Any = {"rol": "Presenter"}
    role: Any = RoomParticipant(communication_identifier=USER, **misspelt).role
    return role.value


@program
def another_identifier_assigned() -> Any:
    participant = RoomParticipant(communication_identifier=USER)
    participant.communication_identifier = CommunicationUserIdentifier("8:acs:other")
    return participant.communication_identifier.raw_id


@program
def keywords_of_requests() -> Any:
    with server(lambda _: room_response()) as running, new_client(running.endpoint) as client:
        return client.get_room(ID, cookies={"a": "b"}).id


@program
def content_type() -> Any:
    with server(lambda _: room_response(201)) as running, new_client(running.endpoint) as client:
        return client.create_room(content_type="application/json").id


@program
def params_of_a_call() -> Any:
    with server(lambda _: room_response()) as running, new_client(running.endpoint) as client:
        client.get_room(ID, params={"flag": True, "text": "a&b=c"})
        return sorted(running.received[0][1].partition("?")[2].split("&"))


@program
def params_of_other_types() -> Any:
    with server(lambda _: room_response()) as running, new_client(running.endpoint) as client:
        return client.get_room(ID, params=[("a", "b")]).id


@program
def none_for_a_keyword() -> Any:
    def seen(**options: Any) -> str:
        try:
            return str(client.create_room(**options).id)
        except (AttributeError, TypeError) as error:
            return type(error).__name__

    with server(lambda _: room_response(201)) as running, new_client(running.endpoint) as client:
        return [seen(headers=None), seen(timeout=None)]


class Tokens:
    """A credential for Microsoft Entra ID."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        """A token that does not expire."""
        return AccessToken("token", 9_999_999_999)


@program
def token_over_http() -> Any:
    with server(lambda _: room_response()) as running, RoomsClient(running.endpoint, Tokens()) as client:
        return client.get_room(ID).id


@program
def api_version_of_a_call() -> Any:
    with server(lambda _: room_response()) as running, new_client(running.endpoint) as client:
        client.get_room(ID, api_version="2024-04-15")
        return running.received[0][1].partition("?")[2]


@program
def unknown_api_version() -> Any:
    with new_client(api_version="2020-01-01") as client:
        return type(client).__name__


@program
def wrong_types() -> Any:
    endpoint: Any = 1
    return type(RoomsClient(endpoint, AzureKeyCredential(KEY))).__name__


@program
def transport() -> Any:
    responses: list[Any] = []
    with new_client() as client:
        list(client.list_rooms(raw_response_hook=responses.append))
    return type(responses[0].http_response.internal_response).__module__.partition(".")[0]


@program
def timeouts() -> Any:
    with new_client() as client:
        inner = getattr(client, "_client", None) or client._rooms_service_client._client
        config = inner._pipeline._transport.connection_config
    return [config.timeout, config.read_timeout]


@program
def timeout_of_a_call() -> Any:
    released = threading.Event()

    def respond(_: int) -> Response:
        released.wait(3)
        return room_response()

    with server(respond) as running, new_client(running.endpoint, retry_total=0) as client:
        try:
            return client.get_room(ID, timeout=1).id
        finally:
            released.set()


@program
def redirects() -> Any:
    def respond(_: int) -> Response:
        return 307, {"Location": f"/rooms/{ID}?api-version=2025-03-13"}, b""

    with server(respond) as running, new_client(running.endpoint, retry_total=0) as client:
        try:
            client.get_room(ID)
        except Exception:  # noqa: BLE001  of several classes
            return len(running.received) - 1


@program
def redirects_to_other_hosts() -> Any:
    def respond(number: int) -> Response:
        if number:
            return room_response()
        port = running.server_address[1]
        return 307, {"Location": f"http://localhost:{port}/rooms/{ID}?api-version=2025-03-13"}, b""

    with server(respond) as running, new_client(running.endpoint, retry_total=0) as client:
        return client.get_room(ID).id


@program
def large_responses() -> Any:
    content = gzip.compress(json.dumps(ROOM).encode() + b" " * (65 << 20), 1)
    with server(lambda _: (200, {"Content-Encoding": "gzip"}, content)) as running:
        with new_client(running.endpoint, retry_total=0) as client:
            return client.get_room(ID).id


@program
def keys_over_http() -> Any:
    with new_client("http://contoso.communication.azure.com") as client:
        return type(client).__name__


@program
def proxies_for_this_machine() -> Any:
    os.environ["HTTP_PROXY"] = os.environ["http_proxy"] = "http://127.0.0.1:1"
    try:
        with server(lambda _: room_response()) as running, new_client(running.endpoint, retry_total=0) as client:
            return client.get_room(ID).id
    finally:
        del os.environ["HTTP_PROXY"], os.environ["http_proxy"]


@program
def text_of_a_role() -> Any:
    return str(ParticipantRole.PRESENTER)


@program
def retries_of_a_create() -> Any:
    with server(lambda number: (502, {}, b"") if number == 0 else room_response(201)) as running:
        with new_client(running.endpoint, retry_backoff_factor=0) as client:
            return client.create_room().id


@program
def long_waits() -> Any:
    waits: list[float] = []
    sleep, time.sleep = time.sleep, waits.append  # type: ignore[assignment]
    try:
        with server(lambda n: room_response() if n else (429, {"Retry-After": "300"}, b"")) as running:
            with new_client(running.endpoint) as client:
                client.get_room(ID)
    finally:
        time.sleep = sleep
    return waits


@program
def headers_of_the_caller() -> Any:
    headers: dict[str, str] = {}
    with new_client() as client:
        client.create_room(headers=headers)
    return sorted(headers)


@program
def repeatability_of_the_caller() -> Any:
    mine = "b1b4c8a2-6d39-4a3c-8f6b-0d7e2a3c4d5e"
    sent: list[Any] = []
    headers = {"Repeatability-Request-ID": mine, "Repeatability-First-Sent": "Tue, 01 Apr 2025 08:00:00 GMT"}
    with server(lambda _: room_response(201)) as running, new_client(running.endpoint) as client:
        client.create_room(headers=headers, raw_request_hook=lambda each: sent.append(dict(each.http_request.headers)))
    values = [value for name, value in sent[0].items() if name.lower() == "repeatability-request-id"]
    return values == [mine]


@program
def page_2() -> Any:
    def respond(number: int) -> Response:
        link = {} if number else {"nextLink": f"{running.endpoint}/rooms?nextLink=x&api-version=2025-03-13"}
        return 200, {}, json.dumps({"value": [ROOM], **link}).encode()

    with server(respond) as running, new_client(running.endpoint) as client:
        list(client.list_rooms())
        return "ApiVersion" in running.received[1][1]


@program
def http_in_a_connection_string() -> Any:
    client = RoomsClient.from_connection_string(f"endpoint={ENDPOINT}/;accesskey={KEY}")
    return client._endpoint.partition(":")[0]


@program
def endpoint_in_capitals() -> Any:
    with server(lambda _: room_response()) as running:
        with new_client(running.endpoint.replace("http", "HTTP")) as client:
            return client.get_room(ID).id


@program
def participants_in_other_forms() -> Any:
    participants: Any = {USER.raw_id: "Presenter"}
    return body_of(lambda client: client.add_or_update_participants(room_id=ID, participants=participants))


@program
def participant_by_position() -> Any:
    return str(RoomParticipant(USER, "Consumer").role)  # type: ignore[arg-type, unused-ignore]


@program
def hash_of_a_participant() -> Any:
    return len({RoomParticipant(communication_identifier=USER), RoomParticipant(communication_identifier=USER)})


@program
def text_of_an_error() -> Any:
    with new_client() as client:
        try:
            client.get_room("99400000000000000")
        except Exception as error:  # noqa: BLE001  of one class on both sides
            return [type(error).__name__, str(error).splitlines()[:2]]


@program
def private_modules() -> Any:
    return importlib.import_module("azure.communication.rooms._shared.models").__name__


@program
def cls_of_a_call() -> Any:
    with new_client() as client:
        return [type(each).__name__ for each in client.list_rooms(cls=lambda rooms: ["page"])][:1]


@program
def more_keywords() -> Any:
    with new_client() as client:
        room = client.create_room()
        client.add_or_update_participants(room.id, [RoomParticipant(communication_identifier=USER)])
        return len(list(client.list_participants(room.id)))


@program
def deprecated_identifier() -> Any:
    rooms: Any = importlib.import_module("azure.communication.rooms")
    return rooms.MicrosoftBotIdentifier(bot_id="11111111-2222-4333-8444-555555555555").raw_id


def outcome(run: Callable[[], Any]) -> Any:
    """What a program gives, or the class of its exception."""
    try:
        return run()
    except Exception as error:  # noqa: BLE001  that is what it saw
        return type(error).__name__


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps({name: outcome(run) for name, run in PROGRAMS.items()}))
