"""Policies of one group are called as azure-core calls them one by one."""

import asyncio
import sys
from typing import Any, Optional

import pytest
from azure.core.pipeline import AsyncPipeline, Pipeline
from azure.core.pipeline.policies import HeadersPolicy, SansIOHTTPPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest

from azure.communication.rooms._pipeline.sans_io import AsyncSansIOPolicies, SansIOPolicies, group_sans_io


class Failed(Exception):
    """What a policy or the transport raises."""


class Transport:
    """A transport that notes requests, and fails where it should."""

    def __init__(self, log: list[str], fails: Optional[str]) -> None:
        self._log = log
        self._fails = fails

    def send(self, _: Any, **__: Any) -> object:
        self._log.append("send")
        if self._fails == "send":
            raise Failed(self._fails)
        return object()


class AsyncTransport(Transport):
    """The same for the asynchronous pipeline."""

    async def send(self, _: Any, **__: Any) -> object:
        await asyncio.sleep(0)
        return super().send(_)


class Noting(SansIOHTTPPolicy[Any, Any]):
    """A policy that notes its calls, and fails where it should."""

    def __init__(self, name: str, log: list[str], fails: Optional[str]) -> None:
        self._name = name
        self._log = log
        self._fails = fails

    def _note(self, method: str) -> None:
        self._log.append(f"{self._name} {method}")
        if self._fails == self._log[-1]:
            raise Failed(self._fails)

    def on_request(self, _: Any) -> None:
        self._note("request")

    def on_response(self, _: Any, __: Any) -> None:
        self._note("response")

    def on_exception(self, _: Any) -> None:
        self._note(f"exception {sys.exc_info()[1]}")  # that is where azure-core's policy for tracing looks


def run(policies: Any, transport: Any) -> None:
    """Send a request through a synchronous pipeline."""
    Pipeline[Any, Any](transport, policies).run(HttpRequest("GET", "https://h/"))


def run_async(policies: Any, transport: Any) -> None:
    """Send a request through an asynchronous pipeline."""
    asyncio.run(AsyncPipeline[Any, Any](transport, policies).run(HttpRequest("GET", "https://h/")))


#: What sends, over which transport, with which group.
KINDS: dict[str, Any] = {
    "sync": (run, Transport, SansIOPolicies),
    "async": (run_async, AsyncTransport, AsyncSansIOPolicies),
}
kinds = pytest.mark.parametrize("kind", KINDS)


def calls(kind: str, fails: Optional[str], grouped: bool) -> tuple[list[str], Optional[str]]:
    """What was called, and the error."""
    send, transport, group = KINDS[kind]
    log: list[str] = []
    policies: Any = [Noting(name, log, fails) for name in "abc"]
    try:
        send([group(policies)] if grouped else policies, transport(log, fails))
    except Failed as error:
        return log, str(error)
    return log, None


@kinds
def test_policies_of_a_group_see_the_request_in_order_and_the_response_in_reverse(kind: str) -> None:
    assert calls(kind, None, grouped=True) == (
        ["a request", "b request", "c request", "send", "c response", "b response", "a response"],
        None,
    )


FAILURES = [None, "send", *(f"{name} {method}" for name in "abc" for method in ("request", "response"))]


@kinds
@pytest.mark.parametrize("fails", FAILURES, ids=str)
def test_a_group_calls_what_azure_core_calls(kind: str, fails: Optional[str]) -> None:
    found, error = calls(kind, fails, grouped=True)
    assert (found, error) == calls(kind, fails, grouped=False)
    assert error == fails


class Mine(SansIOHTTPPolicy[Any, Any]):
    """A policy of a caller."""


class OfAnotherPackage(SansIOHTTPPolicy[Any, Any]):
    """A policy of another package of the namespace ``azure``, which may wait."""

    __module__ = "azure.another"


@kinds
def test_policies_that_follow_one_another_are_grouped_but_for_those_of_callers(kind: str) -> None:
    group = KINDS[kind][2]
    headers, user_agent, mine, other = HeadersPolicy(), UserAgentPolicy(), Mine(), object()
    of_another = OfAnotherPackage()
    first, *rest = group_sans_io([headers, user_agent, mine, other, of_another, headers], group)
    assert isinstance(first, group)
    assert first.policies == [headers, user_agent]
    assert rest[:3] == [mine, other, of_another]
    assert [group.policies for group in rest[3:]] == [[headers]]
