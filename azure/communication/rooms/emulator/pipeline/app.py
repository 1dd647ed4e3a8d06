"""The service: its routes, and the one list of stages that every request goes through."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable
from typing import Callable

from ..access import AccessRules
from ..service import errors, handlers, handlers_2022, identities
from ..service.messages import Response
from ..state.emulator_state import EmulatorState
from ..state.log_text import LOGGER
from ..state.request_log import redact_target
from . import messages
from .authentication import Authenticator
from .context import NO_ROUTE, Connection, EncodedResponse, RequestContext, RequestHead, Route
from .stages import (
    authenticate,
    check_host,
    encode,
    handle,
    inject_after,
    inject_before,
    read,
    record,
    resolve_version,
    respond_to_preflight,
)

Stage = Callable[[RequestContext], Awaitable["Response | None"]]

STAGES: list[Stage] = [
    check_host,
    read,
    inject_before,
    respond_to_preflight,
    authenticate,
    resolve_version,
    handle,
    encode,
    inject_after,
    record,
]
#: These run for every request; those before them until one has returned a response.
_FINAL_STAGES = frozenset(STAGES[STAGES.index(encode) :])

ROUTES: list[Route] = [
    *(
        Route(path, handlers.OPERATIONS.get(path, {}), handlers_2022.OPERATIONS.get(path, {}))
        for path in {**handlers.OPERATIONS, **handlers_2022.OPERATIONS}
    ),
    *(Route(path, operations, is_versioned=False) for path, operations in identities.OPERATIONS.items()),
]


class Pipeline:
    """Runs requests through the stages.

    :param state: The emulator's state.
    :param authenticator: Authenticates requests.
    :param access: Which hosts requests may name.
    :param is_strict_transport: Whether responses make browsers use TLS alone from then on.
    """

    def __init__(
        self,
        state: EmulatorState,
        authenticator: Authenticator,
        access: AccessRules,
        is_strict_transport: bool = False,
    ) -> None:
        self._is_strict_transport = is_strict_transport
        self._state = state
        self._authenticator = authenticator
        self._access = access

    async def run(self, head: RequestHead, connection: Connection, route: Route = NO_ROUTE) -> EncodedResponse:
        """Handle one request and always return a response."""
        context = RequestContext(self._state, self._authenticator, self._access, head, route, connection)
        context.is_strict_transport = self._is_strict_transport
        for stage in STAGES:
            if context.response is None or stage in _FINAL_STAGES:
                try:
                    response = await stage(context)
                except Exception as error:  # noqa: BLE001  a bug must not leave a request without a response
                    response = _response_to(error, context)
                if response is not None:
                    context.response = response
                    context.reason = context.reason or response.reason
        assert context.encoded is not None  # noqa: S101  encode cannot fail
        return context.encoded


def _response_to(failure: Exception, context: RequestContext) -> Response:
    """Return the response to an error that a stage has raised, and set the reason that the log has of it."""
    error: errors.ServiceError | errors.ValidationError
    if isinstance(failure, (errors.ServiceError, errors.ValidationError)):
        error = failure
        context.reason = messages.reason_of(error)
    elif isinstance(failure, sqlite3.Error):  # a full disk, or a file that was damaged meanwhile
        error = errors.not_stored(str(failure))
        context.reason = f"not stored: {failure}"
    else:
        target = redact_target(context.head.target)
        LOGGER.error("%s %s failed", context.head.method, target, exc_info=failure)
        error = errors.internal()
        context.reason = "a bug in the emulator"
    return messages.error_response(error, context.version)
