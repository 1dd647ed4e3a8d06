"""Two services that fail as they are told, for tests that must hold on both: one in memory, one on a socket."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional, Union

from azure.core.exceptions import IncompleteReadError, ServiceRequestError, ServiceResponseError
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest, HttpResponse
from azure.core.utils import case_insensitive_dict
from fake_responses import FakeResponse
from raw_server import RawServer, Received
from room_bodies import room_body

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.transports.urllib3_transport import Urllib3Transport

if TYPE_CHECKING:
    from typing_extensions import Self

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ID = "99412345678901234"
ROOM = room_body(ID)


class ScriptedResponse(FakeResponse):
    """An answer to a request of ours."""

    def __init__(self, request: HttpRequest, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__(status, body, dict(headers))
        self._request = request

    def close(self) -> None:
        """There is nothing to close."""


class FakeTransport(HttpTransport[HttpRequest, HttpResponse]):
    """Answers from a list, with no network, and keeps what it is sent and how long it is told to sleep."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.sleeps: list[float] = []
        self.options: list[dict[str, Any]] = []
        self.script: list[Union[Exception, tuple[int, bytes, Mapping[str, str]]]] = []

    def send(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Give the next answer of the list, or fail as it says."""
        target = "/" + request.url.partition("://")[2].partition("/")[2]
        content = request.content.encode() if isinstance(request.content, str) else request.content or b""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(request.method, target, headers, content))
        self.options.append(kwargs)
        step = self.script.pop(0) if self.script else ServiceResponseError("nothing more to say")
        if isinstance(step, Exception):
            raise step
        return ScriptedResponse(request, *step)

    def sleep(self, duration: float) -> None:
        """Sleep no more than a note of it."""
        self.sleeps.append(duration)

    def open(self) -> None:
        """There is nothing to open."""

    def close(self) -> None:
        """There is nothing to close."""

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_: object) -> None:
        pass


class NonSleepingTransport(Urllib3Transport):
    """The default transport, which sleeps no more than a note of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(use_env_settings=False, **kwargs)
        self.sleeps: list[float] = []

    def sleep(self, duration: float) -> None:
        """Sleep no more than a note of it."""
        self.sleeps.append(duration)


class InMemoryService:
    """A service in memory."""

    endpoint = "http://localhost:1"

    def __init__(self) -> None:
        self.transport = FakeTransport()

    @property
    def received(self) -> list[Received]:
        """What came."""
        return self.transport.received

    def respond(self, status: int, body: Any = b"", **headers: str) -> "InMemoryService":
        """Add an answer; header names are given with underscores for dashes."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.transport.script.append((status, _content(body), case_insensitive_dict(names)))
        return self

    def reset(self) -> "InMemoryService":
        """Add a connection that is reset once the request is there."""
        self.transport.script.append(ServiceResponseError("connection reset"))
        return self

    def truncate(self) -> "InMemoryService":
        """Add an answer whose body breaks off."""
        self.transport.script.append(IncompleteReadError("cut"))
        return self

    def refuse(self) -> "InMemoryService":
        """Add a connection that is refused."""
        self.transport.script.append(ServiceRequestError(f"{self.endpoint} refused"))
        return self


class SocketService:
    """A service on a socket of loopback.

    :param server: What answers.
    """

    def __init__(self, server: RawServer) -> None:
        self.server = server
        self.endpoint = server.endpoint
        self.transport = NonSleepingTransport()

    @property
    def received(self) -> list[Received]:
        """What came."""
        return self.server.received

    def respond(self, status: int, body: Any = b"", **headers: str) -> "SocketService":
        """Add an answer; header names are given with underscores for dashes."""
        self.server.respond(status, _content(body), **headers)
        return self

    def reset(self) -> "SocketService":
        """Add a connection that is reset once the request is there."""
        self.server.reset()
        return self

    def truncate(self) -> "SocketService":
        """Add an answer whose body breaks off."""
        self.server.truncate(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id":')
        return self


Service = Union[InMemoryService, SocketService]


def make_client(service: Service, **options: Any) -> RoomsClient:
    """A client of a service, which waits for nothing."""
    return RoomsClient(service.endpoint, KEY, **{"transport": service.transport, **options})


def repeatability_headers(received: Received) -> tuple[Optional[str], Optional[str]]:
    """The repeatability headers of a request."""
    return received.headers.get("repeatability-request-id"), received.headers.get("repeatability-first-sent")


def _content(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()
