"""The request context: a request on its way through the stages, and its state so far."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl

from ..access import AccessRules
from ..faults.fault import Fault
from ..faults.registry import ActiveFault
from ..service.messages import ApiVersion, Operation, Response
from ..state.clock import Clock
from ..state.emulator_state import Account, EmulatorState
from .authentication import Authenticator


class Route(NamedTuple):
    """One path, with its operations by method.

    :ivar operations: Those of 2023-03-31-preview and later, or of the Identity service.
    :ivar operations_2022: Those of 2022-02-01.
    :ivar is_versioned: Whether the api-version is that of the Rooms service, which is checked.
    """

    path: str
    operations: Mapping[str, Operation]
    operations_2022: Mapping[str, Operation] = {}
    is_versioned: bool = True


#: What a path has that does not exist.
NO_ROUTE = Route("", {}, is_versioned=False)


class RequestHead(NamedTuple):
    """A request without its body.

    :ivar target: Path and query as received.
    :ivar headers: By lower-case name.
    """

    method: str
    scheme: str
    target: str
    headers: Mapping[str, str]
    path_parameters: Mapping[str, str]


class Connection(Protocol):
    """What a request came over."""

    async def read_body(self) -> bytes:
        """Read the whole body.

        :raises ServiceError: If it is too large or incomplete.
        """

    async def wait_closed(self, timeout: float) -> None:
        """Return when the client has disconnected, or after this many seconds."""


class EncodedResponse(NamedTuple):
    """A response as it is sent.

    :ivar is_reset: Whether the connection is reset in place of it.
    :ivar truncate_at: The number of bytes of the content after which the connection is closed; None sends all.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    is_reset: bool = False
    truncate_at: int | None = None


class RequestContext:
    """A request and the state that the stages have set.

    :param state: The emulator's state.
    :param authenticator: Authenticates the request.
    :param access: Which hosts requests may name.
    :param head: The request without its body.
    :param route: The path's operations.
    :param connection: What it came over.
    """

    def __init__(
        self,
        state: EmulatorState,
        authenticator: Authenticator,
        access: AccessRules,
        head: RequestHead,
        route: Route,
        connection: Connection,
    ) -> None:
        self.state = state
        self.authenticator = authenticator
        self.access = access
        self.head = head
        self.route = route
        self.connection = connection
        self.started: float = time.perf_counter()
        #: The time by which dates are judged and responses are dated; a fault can skew it.
        self.clock: Clock = state.clock
        #: Whether the response makes browsers use TLS alone from then on.
        self.is_strict_transport = False
        self.body = b""
        self.matching: list[ActiveFault] = []
        self.fault: Fault | None = None
        #: Unknown until the request is authenticated.
        self.account: Account | None = None
        self.version: ApiVersion | None = None
        self.response: Response | None = None
        self.encoded: EncodedResponse | None = None
        #: Why the response is an error, for logs.
        self.reason = ""

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query, decoded; of those that are there twice the last."""
        query = self.head.target.partition("?")[2]
        return _parse_short_query(query) if len(query) <= _SHORT else _parse_query(query)


#: Characters of a query whose parameters are remembered. Nearly all requests have the same few queries.
_SHORT = 200


def _parse_query(query: str) -> Mapping[str, str]:
    return MappingProxyType(dict(parse_qsl(query, keep_blank_values=True)))


_parse_short_query = lru_cache(maxsize=64)(_parse_query)
