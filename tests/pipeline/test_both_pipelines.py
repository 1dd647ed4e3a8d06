"""The rules of retries, clock skew and credentials, held on the pipelines of both clients."""

import asyncio
import base64
import io
import json
import pickle
import traceback
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta, timezone
from itertools import chain
from typing import Any, Callable, Optional

import pytest
from azure.core.configuration import ConnectionConfiguration
from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.policies import (
    AsyncRetryPolicy,
    HeadersPolicy,
    RetryPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest
from fake_pipelines import ENDPOINT, PIPELINES, AsyncPipeline, LeakingSend
from fake_services import KEY
from shown_errors import shown

from azure.communication.rooms._pipeline.clock import ServiceClock
from azure.communication.rooms._pipeline.retry import SUCCEEDED_BEFORE
from azure.communication.rooms._pipeline.signing import sign, string_to_sign
from azure.communication.rooms._pipeline.tokens import AsyncTokenCredentialsPolicy

HERE = datetime(2025, 4, 1, 8, tzinfo=timezone.utc)
THERE = "Tue, 01 Apr 2025 08:20:00 GMT"
TOKEN = "eyJhbGciOiJub25lIn0.canary.token"


class Tokens:
    """A credential for synchronous clients."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(TOKEN, 2**33)


class AsyncTokens:
    """A credential for asynchronous clients."""

    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        await asyncio.sleep(0)
        return AccessToken(TOKEN, 2**33)


CREDENTIALS: dict[str, Callable[[str], Any]] = {
    "key": lambda _: None,
    "token": lambda kind: Tokens() if kind == "sync" else AsyncTokens(),
}


@pytest.fixture(params=PIPELINES)
def kind(request: pytest.FixtureRequest) -> str:
    """Which pipeline."""
    return str(request.param)


@pytest.fixture
def make(kind: str) -> Callable[..., Any]:
    """Makes a pipeline."""
    return PIPELINES[kind]  # type: ignore[no-any-return]


@pytest.fixture
def pipeline(make: Callable[..., Any]) -> Any:
    """A pipeline."""
    return make()


def get() -> HttpRequest:
    return HttpRequest("GET", f"{ENDPOINT}/things/1")


def post() -> HttpRequest:
    return HttpRequest("POST", f"{ENDPOINT}/things", json={})


def test_the_retry_policy_is_one_of_azure_cores(kind: str, pipeline: Any) -> None:
    expected: type = RetryPolicy if kind == "sync" else AsyncRetryPolicy
    assert [type(policy).__name__ for policy in pipeline.pipeline._impl_policies if isinstance(policy, expected)] == [
        "RoomsRetryPolicy" if kind == "sync" else "AsyncRoomsRetryPolicy"
    ]


def test_both_pipelines_have_the_same_policies_in_the_same_order() -> None:
    def names(pipeline: Any) -> list[str]:
        found = [getattr(policy, "policies", [policy]) for policy in pipeline.pipeline._impl_policies]
        single = [getattr(policy, "_policy", policy) for policy in chain.from_iterable(found)]
        return [type(policy).__name__.replace("Async", "") for policy in single]

    assert names(PIPELINES["sync"]()) == names(PIPELINES["async"]())


def test_a_list_of_policies_of_the_callers_is_left_as_it_is(make: Callable[..., Any]) -> None:
    policies = [HeadersPolicy(), UserAgentPolicy()]
    found = [policy._policy for policy in make(policies=policies).pipeline._impl_policies]
    assert found == policies


def test_a_policy_of_the_callers_stands_behind_the_retries(make: Callable[..., Any]) -> None:
    class Counting(SansIOHTTPPolicy[Any, Any]):
        attempts = 0

        def on_request(self, _: Any) -> None:
            self.attempts += 1

    policy = Counting()
    make(per_retry_policies=[policy], retry_backoff_factor=0).respond(503).respond(200).run(get())
    assert policy.attempts == 2


def test_a_status_that_passes_is_retried_after_a_wait(pipeline: Any) -> None:
    pipeline.respond(503).respond(503).respond(200)
    assert pipeline.run(get()).http_response.status_code == 200
    assert [0.4 <= wait / 2**place <= 0.8 for place, wait in enumerate(pipeline.transport.sleeps)] == [True, True]


FAILURES: dict[str, tuple[AzureError, bool]] = {
    "could not be reached": (ServiceRequestError("x"), False),
    "no time to connect": (ServiceRequestTimeoutError("x"), False),
    "no response": (ServiceResponseError("x"), True),
    "no time to respond": (ServiceResponseTimeoutError("x"), True),
    "incomplete body": (IncompleteReadError("x"), True),
    "incomplete chunk": (HttpResponseError("x"), True),
}


@pytest.mark.parametrize(("error", "may_have_arrived"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize(
    ("given", "is_retried"),
    [
        ({}, {"GET": True, "POST": False, "PATCH": True, "DELETE": True}),
        ({"retryable": True}, {"GET": True, "POST": True, "PATCH": True, "DELETE": True}),
        ({"retryable": False}, {"GET": False, "POST": False, "PATCH": False, "DELETE": False}),
    ],
    ids=["unset", "retryable", "not retryable"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_what_may_have_arrived_is_sent_again_only_where_that_is_safe(
    pipeline: Any,
    method: str,
    given: dict[str, Any],
    is_retried: dict[str, bool],
    error: AzureError,
    may_have_arrived: bool,
) -> None:
    pipeline.transport.script.append(error)
    pipeline.respond(200)
    retried = is_retried[method] or not may_have_arrived
    with nullcontext() if retried else pytest.raises(type(error)):
        pipeline.run(HttpRequest(method, f"{ENDPOINT}/things/1"), **given)
    assert len(pipeline.received) == 1 + retried
    assert pipeline.transport.sleeps == []  # the first retry of a failed connection is immediate


def test_an_error_with_a_response_is_not_taken_for_one_of_the_connection(pipeline: Any) -> None:
    error = HttpResponseError("x")
    error.response = object()  # type: ignore[assignment]  # any will do
    pipeline.transport.script.append(error)
    with pytest.raises(HttpResponseError, match="x"):
        pipeline.run(get())
    assert len(pipeline.received) == 1


@pytest.mark.parametrize("given", [{}, {"retryable": True}, {"retryable": False}], ids=str)
def test_a_status_is_retried_only_where_that_is_safe(pipeline: Any, given: dict[str, Any]) -> None:
    pipeline.respond(503).respond(200)
    retried = given.get("retryable", False)
    assert pipeline.run(post(), **given).http_response.status_code == (200 if retried else 503)


@pytest.mark.parametrize(("error", "may_have_arrived"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("given", [{"absent_is_success": True}, {"absent_is_success": False}, {}], ids=str)
def test_a_404_after_an_attempt_that_may_have_arrived_is_marked(
    pipeline: Any, error: AzureError, may_have_arrived: bool, given: dict[str, Any]
) -> None:
    pipeline.transport.script.append(error)
    response = pipeline.respond(404).run(get(), **given)
    assert response.http_response.status_code == 404
    assert bool(response.context.get(SUCCEEDED_BEFORE)) is (may_have_arrived and given.get("absent_is_success", False))


@pytest.mark.parametrize("error", [error for error, _ in FAILURES.values()], ids=FAILURES)
def test_the_history_has_every_attempt_that_failed(pipeline: Any, error: AzureError) -> None:
    pipeline.transport.script.append(error)
    response = pipeline.respond(503).respond(200).run(get(), retry_backoff_factor=0)
    first, second = response.context["history"]
    assert (first.error, first.http_response, first.http_request.method) == (error, None, "GET")
    assert (second.error, second.http_response.status_code, second.http_request.method) == (None, 503, "GET")


@pytest.mark.parametrize("seconds", [9, 10, 11, 60])
def test_retries_stop_ten_seconds_before_a_call_expires(make: Callable[..., Any], seconds: int) -> None:
    pipeline = make(clock=ServiceClock(lambda: HERE), retry_backoff_factor=0).respond(503).respond(200)
    response = pipeline.run(post(), retryable=True, expires=HERE + timedelta(seconds=seconds))
    assert response.http_response.status_code == (200 if seconds > 10 else 503)


@pytest.mark.parametrize("options", [{}, {"retryable": None}, {"expires": HERE}, {"absent_is_success": True}], ids=str)
def test_no_option_of_a_call_reaches_the_transport(pipeline: Any, options: dict[str, Any]) -> None:
    pipeline.respond(200).run(get(), **options)
    assert pipeline.transport.options == [{}]


@pytest.mark.parametrize(
    ("machine", "date", "requested", "wait"),
    [
        (HERE, "Tue, 01 Apr 2025 08:00:00 GMT", "Tue, 01 Apr 2025 08:00:07 GMT", 7),
        (HERE - timedelta(hours=2), "Tue, 01 Apr 2025 08:00:00 GMT", "Tue, 01 Apr 2025 08:00:07 GMT", 7),
        (HERE + timedelta(hours=2), "Tue, 01 Apr 2025 08:00:00 GMT", "Tue, 01 Apr 2025 08:00:07 GMT", 7),
        (HERE, None, "Tue, 01 Apr 2025 08:00:07 GMT", 7),
        (HERE, "nonsense", "Tue, 01 Apr 2025 08:00:07 GMT", 7),
        (HERE, "Tue, 01 Apr 2025 08:00:00 GMT", "Tuesday, 01-Apr-25 08:00:07 GMT", 7),
        (HERE, "Tue, 01 Apr 2025 09:00:00 GMT", "Tue, 01 Apr 2025 08:00:07 GMT", None),
        (HERE, "Tue, 01 Apr 2025 08:00:00 GMT", "7", 7),
    ],
    ids=["right", "behind", "fast", "no Date", "no date in Date", "RFC 850", "past", "seconds"],
)
def test_a_date_to_wait_for_is_compared_with_the_date_of_the_response(
    make: Callable[..., Any], machine: datetime, date: Optional[str], requested: str, wait: Optional[float]
) -> None:
    headers = {"Retry_After": requested, **({} if date is None else {"Date": date})}
    pipeline = make(clock=ServiceClock(lambda: machine), retry_backoff_factor=0).respond(429, **headers).respond(200)
    assert pipeline.run(get()).http_response.status_code == 200
    assert pipeline.transport.sleeps == ([] if wait is None else [wait])


def test_without_a_date_the_known_offset_counts(make: Callable[..., Any]) -> None:
    pipeline = make(clock=ServiceClock(lambda: HERE))
    pipeline.clock.apply_offset(timedelta(minutes=20))
    pipeline.respond(429, Retry_After="Tue, 01 Apr 2025 08:20:07 GMT").respond(200).run(get())
    assert pipeline.transport.sleeps == [7]


def test_a_wrong_clock_costs_one_attempt(make: Callable[..., Any]) -> None:
    pipeline = make(clock=ServiceClock(lambda: HERE)).respond(401, Date=THERE).respond(200).respond(200)
    pipeline.run(get())
    pipeline.run(get())
    assert [received.headers["x-ms-date"] for received in pipeline.received] == [
        "Tue, 01 Apr 2025 08:00:00 GMT",
        THERE,
        THERE,
    ]
    for received in pipeline.received:
        text = string_to_sign(
            "GET",
            received.target,
            received.headers["x-ms-date"],
            "localhost:1",
            received.headers["x-ms-content-sha256"],
        )
        assert received.headers["authorization"].endswith(f"Signature={sign(base64.b64decode(KEY), text)}")


def test_redirect_retry_and_skew_meet_in_one_call(make: Callable[..., Any]) -> None:
    pipeline = make(clock=ServiceClock(lambda: HERE), retry_backoff_factor=0, timestamp_headers=["X-Sent"])
    pipeline.respond(503).respond(307, Location="/elsewhere").reset().respond(401, Date=THERE).reset().respond(503)
    pipeline.respond(200)
    request = HttpRequest("POST", f"{ENDPOINT}/things", json={}, headers={"X-Sent": "Tue, 01 Apr 2025 08:00:00 GMT"})
    response = pipeline.run(request, retryable=True, expires=HERE + timedelta(minutes=5), absent_is_success=True)
    assert response.http_response.status_code == 200
    assert [received.target for received in pipeline.received] == ["/things"] * 2 + ["/elsewhere"] * 5
    assert [received.headers["x-sent"] for received in pipeline.received] == [
        *["Tue, 01 Apr 2025 08:00:00 GMT"] * 4,
        *[THERE] * 3,
    ]
    assert len(response.context["history"]) == 4
    assert "Authorization" not in request.headers


@pytest.mark.parametrize("credential", CREDENTIALS)
@pytest.mark.parametrize(
    "kind_of_error",
    [KeyboardInterrupt, SystemExit, asyncio.CancelledError, GeneratorExit, TypeError, ServiceResponseError],
)
def test_whatever_ends_a_call_takes_the_credentials_off(
    make: Callable[..., Any],
    kind: str,
    credential: str,
    kind_of_error: type[BaseException],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    send = LeakingSend(kind_of_error("x"))
    pipeline = make(CREDENTIALS[credential](kind))
    monkeypatch.setattr(pipeline.transport, "send", send)
    request = get()
    with pytest.raises(kind_of_error) as caught:
        pipeline.run(request, retry_total=0)
    (sent,) = send.credentials
    assert sent.partition("Signature=")[2] or sent == f"Bearer {TOKEN}"
    secret = sent.partition("Signature=")[2] or TOKEN
    assert secret not in shown(caught.value, __file__)
    assert "Authorization" not in request.headers


def test_lines_of_a_traceback_stay() -> None:
    pipeline = PIPELINES["sync"]()
    pipeline.transport.send = LeakingSend(TypeError("x"))
    with pytest.raises(TypeError) as caught:
        pipeline.run(get())
    names = [frame.f_code.co_name for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    assert names[-2:] == ["__call__", "_send"]


def fail_with(local: str) -> None:
    raise KeyError(local)


def run_while_handling(pipeline: Any) -> None:
    try:
        fail_with("mine")
    except KeyError:
        pipeline.run(get(), retry_total=0)


def test_an_error_that_the_caller_handles_meanwhile_keeps_its_frames(pipeline: Any) -> None:
    pipeline.transport.script.append(ServiceResponseError("x"))
    with pytest.raises(ServiceResponseError) as caught:
        run_while_handling(pipeline)
    text = shown(caught.value)
    assert "fail_with: local = 'mine'" in text


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_nothing_is_sent_to_another_host(make: Callable[..., Any], kind: str, credential: str) -> None:
    pipeline = make(CREDENTIALS[credential](kind))
    with pytest.raises(ClientAuthenticationError, match="authenticates nowhere else"):
        pipeline.run(HttpRequest("GET", "http://localhost:2/things"))
    assert pipeline.received == []


CHALLENGE = base64.urlsafe_b64encode(json.dumps({"access_token": {}}).encode()).decode().rstrip("=")
#: What makes each kind of credential send a request again.
SENT_AGAIN: dict[str, dict[str, str]] = {
    "key": {"Date": THERE},
    "token": {"WWW_Authenticate": f'Bearer error="insufficient_claims", claims="{CHALLENGE}"'},
}


class SlowExchanges:
    """A monotonic clock that every exchange moves on by a second."""

    now = 0.0
    send: Any

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self.now += 1
        return self.send(*arguments, **options)


@pytest.fixture
def slow(make: Callable[..., Any], kind: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Makes a pipeline over a slow transport of another library, with timeouts of its own."""

    def make_slow(credential: str) -> Any:
        exchanges = SlowExchanges()
        pipeline = make(
            CREDENTIALS[credential](kind),
            clock=ServiceClock(lambda: HERE),
            monotonic=lambda: exchanges.now,
            retry_backoff_factor=0,
        )
        pipeline.pipeline._transport.connection_config = ConnectionConfiguration(
            connection_timeout=4.5, read_timeout=60
        )
        exchanges.send = pipeline.transport.send
        monkeypatch.setattr(pipeline.transport, "send", exchanges)
        return pipeline

    return make_slow


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_every_exchange_is_limited_on_transports_that_know_no_deadline(
    slow: Callable[[str], Any], credential: str
) -> None:
    pipeline = slow(credential).respond(503).respond(401, **SENT_AGAIN[credential]).respond(200)
    assert pipeline.run(get(), timeout=5).http_response.status_code == 200
    assert pipeline.transport.options == [
        {"read_timeout": 5},  # 4.5 seconds to connect are less
        {"connection_timeout": 4, "read_timeout": 4},
        {"connection_timeout": 3, "read_timeout": 3},
    ]


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_no_exchange_begins_after_the_deadline(slow: Callable[[str], Any], credential: str) -> None:
    pipeline = slow(credential).respond(401, **SENT_AGAIN[credential]).respond(200)
    with pytest.raises(ServiceRequestTimeoutError, match="no time is left for the request"):
        pipeline.run(get(), timeout=0.5)
    assert len(pipeline.received) == 1


@pytest.mark.parametrize("given", [{"read_timeout": None}, {"connection_timeout": 1, "read_timeout": 2}], ids=str)
def test_a_timeout_of_the_callers_is_limited_only_where_it_is_longer(
    slow: Callable[[str], Any], given: dict[str, Any]
) -> None:
    pipeline = slow("key").respond(200)
    pipeline.run(get(), timeout=3, **given)
    expected = {"connection_timeout": 3, "read_timeout": 3, **{k: v for k, v in given.items() if v is not None}}
    assert pipeline.transport.options == [expected]


def test_a_transport_without_timeouts_gets_none(pipeline: Any) -> None:
    pipeline.respond(200).run(get(), timeout=3)
    assert pipeline.transport.options == [{}]


def test_an_asynchronous_client_takes_a_synchronous_credential() -> None:
    pipeline = AsyncPipeline(Tokens())
    pipeline.respond(200)
    pipeline.run(get())
    assert pipeline.received[0].headers["authorization"] == f"Bearer {TOKEN}"


class Pipe(io.BytesIO):
    """A file that cannot go back."""

    def seekable(self) -> bool:
        return False


class Unspecified:
    """A file of the least kind."""

    def read(self) -> bytes:
        return b"body"

    def __iter__(self) -> Iterator[bytes]:
        yield self.read()


def file_at_8() -> io.BytesIO:
    body = io.BytesIO(b"skipped body")
    body.seek(8)
    return body


#: Bodies, and whether they can be sent again.
BODIES: dict[str, tuple[Callable[[], Any], bool]] = {
    "iterator": (lambda: iter([b"bo", b"dy"]), False),
    "file that cannot go back": (lambda: Pipe(b"body"), False),
    "file of the least kind": (Unspecified, False),
    "list": (lambda: [b"bo", b"dy"], True),
    "file": (file_at_8, True),
}


@pytest.mark.parametrize(("make_body", "can_be_sent_again"), BODIES.values(), ids=BODIES)
def test_a_body_is_sent_again_whole_or_not_at_all(
    make: Callable[..., Any],
    kind: str,
    make_body: Callable[[], Any],
    can_be_sent_again: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bodies = []

    def send(request: HttpRequest, **options: Any) -> Any:
        content: Any = request.content
        bodies.append(content.read() if hasattr(content, "read") else b"".join(content))
        return original(HttpRequest("PUT", request.url), **options)

    pipeline = make(CREDENTIALS["token"](kind), retry_backoff_factor=0).respond(503).respond(200)
    original = pipeline.transport.send
    monkeypatch.setattr(pipeline.transport, "send", send)
    response = pipeline.run(HttpRequest("PUT", f"{ENDPOINT}/things/1", content=make_body()))
    assert response.http_response.status_code == (200 if can_be_sent_again else 503)
    assert bodies == [b"body"] * (1 + can_be_sent_again)


@pytest.mark.parametrize(
    ("timeout", "error"),
    [("5", TypeError), (timedelta(seconds=5), TypeError), (float("nan"), ValueError)],
    ids=["text", "timedelta", "NaN"],
)
def test_a_timeout_that_is_no_number_of_seconds_is_rejected(
    pipeline: Any, timeout: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"timeout must be a number of seconds or None, not (str|timedelta|NaN)"):
        pipeline.run(get(), timeout=timeout)
    assert pipeline.received == []


def test_a_date_beyond_every_clock_is_no_skew(make: Callable[..., Any]) -> None:
    pipeline = make(clock=ServiceClock(lambda: HERE)).respond(401, Date="Fri, 31 Dec 9999 23:59:59 GMT").respond(200)
    assert pipeline.run(get()).http_response.status_code == 401
    assert pipeline.clock.offset == timedelta()


def test_an_error_while_the_caller_handles_another_can_be_pickled(pipeline: Any) -> None:
    pipeline.transport.send = Resetting()
    with pytest.raises(ServiceResponseError) as caught:
        run_while_handling(pipeline)
    assert str(pickle.loads(pickle.dumps(caught.value))) == "connection reset"


class Resetting:
    """Fails as a transport does."""

    def __call__(self, *_: Any, **__: Any) -> None:
        raise ServiceResponseError("connection reset")


async def two_at_once(pipeline: AsyncPipeline) -> None:
    await asyncio.gather(pipeline.start(get()), pipeline.start(get()))


def test_each_loop_has_tokens_of_its_own() -> None:
    class Slow(AsyncTokens):
        requested = 0
        scopes: tuple[str, ...] = ()

        async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
            self.requested += 1
            self.scopes = scopes
            await asyncio.sleep(0.01)  # so that two calls wait for one lock
            return AccessToken(TOKEN, 2**33)

    credential = Slow()
    pipeline = AsyncPipeline(credential)
    for _ in range(3):
        pipeline.respond(200).respond(200)
        asyncio.run(two_at_once(pipeline))
    assert credential.requested == 3
    assert credential.scopes == ("https://communication.azure.com//.default",)
    assert {received.headers["authorization"] for received in pipeline.received} == {f"Bearer {TOKEN}"}


def test_without_a_loop_of_asyncio_there_are_tokens_too() -> None:
    class Immediate:
        async def get_token(self, *_: str, **__: Any) -> AccessToken:
            return AccessToken(TOKEN, 2**33)

    credential: Any = Immediate()
    policy = AsyncTokenCredentialsPolicy(ENDPOINT, credential)
    assert policy._tokens() is policy._tokens()
