"""The stages of a request, in the order of :data:`~.app.STAGES`.

Each takes the request context. A stage that returns a response ends the request's handling: the stages up to
``encode`` are skipped then.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from ..faults import injection
from ..faults.registry import combine
from ..service import errors
from ..service.messages import ApiVersion, Request, Response
from ..state import timestamps
from ..state.log_text import LOGGER
from ..state.request_details import details_of
from ..state.request_log import Entry, redact_target
from . import api_versions, messages, repeatability
from .context import RequestContext


async def read(context: RequestContext) -> Response | None:
    """Read the body."""
    context.body = await context.connection.read_body()
    return None


async def check_host(context: RequestContext) -> Response | None:
    """Reject a Host that is neither loopback nor allowed."""
    context.access.check_host(context.head.headers)
    return None


async def inject_before(context: RequestContext) -> Response | None:
    """Apply what matching faults do before the request is handled; a fault can respond in place of the service."""
    path = context.head.target.partition("?")[0]
    context.matching = context.state.faults.matching(context.head.method, path)
    context.fault = fault = combine(context.matching)
    if fault is None:
        return None
    if fault.delay is not None:
        await context.connection.wait_closed(fault.delay)
    if fault.clock_skew is not None:
        context.clock = context.clock.skewed(timedelta(seconds=fault.clock_skew))
    if fault.reset == "before":
        return Response(204)
    status = injection.status_of(fault)
    if status is None:
        return None
    body = injection.body_of(fault, status)
    headers = {} if body is None else {"x-ms-error-code": injection.error_code(status)}
    return Response(status, body, headers, announced=False)


async def respond_to_preflight(context: RequestContext) -> Response | None:
    """Respond to a CORS preflight, which carries no credentials."""
    return messages.preflight_response(context)


async def authenticate(context: RequestContext) -> Response | None:
    """Find the account whose key signed the request, or that its token names."""
    head, state = context.head, context.state
    times = context.clock.request_times()
    name = context.authenticator.authenticate(head.method, head.target, head.headers, context.body, times)
    account = state.accounts[name]._replace(clock=context.clock)
    if context.fault is not None and context.fault.page_size is not None:
        account = account._replace(page_size=context.fault.page_size)
    context.account = account
    return None


async def resolve_version(context: RequestContext) -> Response | None:
    """Resolve the api-version, once path and method are known to exist."""
    head, route = context.head, context.route
    if not route.operations and not route.operations_2022:
        raise errors.path_not_found()
    if head.method not in route.operations and head.method not in route.operations_2022:
        raise errors.method_not_allowed(head.method)
    text = context.query.get("api-version", "")
    if not route.is_versioned:
        context.version = ApiVersion(text)
        return None
    context.version = version = api_versions.resolve(text, _origin(context) + head.target)
    if text not in api_versions.KNOWN and context.state.is_first_use(text):
        LOGGER.warning("api-version %s is not known; it is served as %s", text, api_versions.NEWEST)
    operations = route.operations_2022 if version.is_preview_2022 else route.operations
    if head.method not in operations:
        raise errors.api_version_unsupported(_origin(context) + head.target, text)
    return None


async def handle(context: RequestContext) -> Response | None:
    """Run the operation of the path, method and api-version."""
    head, account, version = context.head, context.account, context.version
    assert account is not None  # noqa: S101  authenticate has set it
    assert version is not None  # noqa: S101  resolve_version has set it
    request = Request(
        head.method,
        _origin(context),
        head.target,
        head.path_parameters,
        context.query,
        head.headers,
        context.body,
        version,
    )
    operations = context.route.operations_2022 if version.is_preview_2022 else context.route.operations
    operation = operations[head.method]
    if not operation.repeatable:
        return operation.handler(request, account)
    return repeatability.handle_once(request, account, context.state.clock, operation.handler)


async def encode(context: RequestContext) -> Response | None:
    """Encode the response."""
    assert context.response is not None  # noqa: S101  a stage before has returned one
    context.encoded = messages.encode_response(context, context.response)
    return None


async def inject_after(context: RequestContext) -> Response | None:
    """Apply what the fault does to the response and to the connection."""
    fault, encoded = context.fault, context.encoded
    if fault is None or encoded is None:
        return None
    headers = dict(encoded.headers)
    injection.change_headers(fault, headers)
    context.encoded = encoded._replace(
        headers=headers,
        content=injection.changed_content(fault, encoded.content),
        is_reset=fault.reset is not None,
        truncate_at=fault.truncate,
    )
    return None


async def record(context: RequestContext) -> Response | None:
    """Add the request to the request log, and write its line."""
    encoded, head = context.encoded, context.head
    account = None if context.account is None else context.account.name
    entry = Entry(
        0,
        timestamps.format_timestamp(context.state.clock.timestamp()),
        head.method,
        redact_target(head.target),
        None if encoded is None or encoded.is_reset else encoded.status,
        round((time.perf_counter() - context.started) * 1000, 3),
        context.reason,
        account,
        head.headers.get("x-ms-client-request-id"),
        tuple(active.number for active in context.matching),
    )
    log = context.state.request_log
    content = b"" if encoded is None else encoded.content
    entry = log.add(entry, details_of(head.target, head.headers, (context.body, content) if log.keeps_bodies else None))
    if LOGGER.isEnabledFor(logging.INFO):
        LOGGER.info("%s", entry, extra={"request": entry.to_log()})
    LOGGER.debug("  account %s, %d bytes, id %s", entry.account, len(context.body), entry.client_request_id)
    return None


def _origin(context: RequestContext) -> str:
    return f"{context.head.scheme}://{context.head.headers.get('host', '')}"
