"""Two services that fail as configured, for tests that must hold on both: one in memory, one on a socket."""

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
    """A response to a request of ours."""

    def __init__(self, request: HttpRequest, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__(status, body, dict(headers))
        self._request = request

    def close(self) -> None:
        """There is nothing to close."""


class FakeTransport(HttpTransport[HttpRequest, HttpResponse]):
    """Responds from a list, with no network, and keeps requests and the seconds of sleeps."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.sleeps: list[float] = []
        self.options: list[dict[str, Any]] = []
        self.script: list[Union[Exception, tuple[int, bytes, Mapping[str, str]]]] = []

    def send(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Give the next response of the list, or raise its error."""
        target = "/" + request.url.partition("://")[2].partition("/")[2]
        content = request.content.encode() if isinstance(request.content, str) else request.content or b""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(request.method, target, headers, content))
        self.options.append(kwargs)
        step = self.script.pop(0) if self.script else ServiceResponseError("the script is at its end")
        if isinstance(step, Exception):
            raise step
        return ScriptedResponse(request, *step)

    def sleep(self, duration: float) -> None:
        """Record the sleep."""
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
    """The default transport, which records sleeps."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(use_env_settings=False, **kwargs)
        self.sleeps: list[float] = []

    def sleep(self, duration: float) -> None:
        """Record the sleep."""
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
        """Add a response; header names are given with underscores for dashes."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.transport.script.append((status, _content(body), case_insensitive_dict(names)))
        return self

    def reset(self) -> "InMemoryService":
        """Add a connection that is reset once the request is there."""
        self.transport.script.append(ServiceResponseError("connection reset"))
        return self

    def truncate(self) -> "InMemoryService":
        """Add a response whose body is incomplete."""
        self.transport.script.append(IncompleteReadError("cut"))
        return self

    def reject(self) -> "InMemoryService":
        """Add a connection refused."""
        self.transport.script.append(ServiceRequestError(f"{self.endpoint} rejected"))
        return self


class SocketService:
    """A service on a socket of loopback.

    :param server: The server.
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
        """Add a response; header names are given with underscores for dashes."""
        self.server.respond(status, _content(body), **headers)
        return self

    def reset(self) -> "SocketService":
        """Add a connection that is reset once the request is there."""
        self.server.reset()
        return self

    def truncate(self) -> "SocketService":
        """Add a response whose body is incomplete."""
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
