"""Several policies that neither send nor wait, as one policy of the pipeline.

azure-core's runner gives each a function or coroutine, and two more that ask whether its result can be awaited: in the
asynchronous client a twelfth of the processor time of a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Callable

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy, HTTPPolicy, SansIOHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest, HttpResponse

from .steps import Steps, take, take_async

Policy = SansIOHTTPPolicy[HttpRequest, Any]
#: The packages whose policies of this kind have no coroutine functions: azure-core's and this one.
_NEVER_WAITING = ("azure.core.", "azure.communication.rooms.")


class _Group:
    """Policies that neither send nor wait, called in the order in which azure-core calls them one by one.

    :param policies: The policies. None of their methods is a coroutine function.
    :type policies: Sequence[~azure.core.pipeline.policies.SansIOHTTPPolicy]
    """

    next: Any  # the next policy; the pipeline sets it

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.policies = policies

    def steps(self, request: PipelineRequest[HttpRequest]) -> Steps[Any]:
        """Pass a request through the policies, send it, and pass the response through them in reverse order.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        :returns: Steps to the response.
        :rtype: Generator
        """
        entered = 0  # policies that learn of an error behind them
        try:
            for policy in self.policies:
                policy.on_request(request)
                entered += 1
            response = yield self.next.send, request
            for policy in reversed(self.policies):
                entered -= 1
                policy.on_response(request, response)
        except Exception:
            for policy in reversed(self.policies[:entered]):
                policy.on_exception(request)
            raise
        return response


class SansIOPolicies(_Group, HTTPPolicy[HttpRequest, HttpResponse]):
    """Policies that neither send nor wait, as one of the synchronous pipeline."""

    def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, HttpResponse]:
        """Pass a request through the policies and send it.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        return take(self.steps(request))


class AsyncSansIOPolicies(_Group, AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Policies that neither send nor wait, as one of the asynchronous pipeline."""

    async def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Pass a request through the policies and send it.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        return await take_async(self.steps(request))


def group_sans_io(policies: Iterable[Any], group: Callable[[Sequence[Policy]], _Group]) -> list[Any]:
    """Group those policies of a list that neither send nor wait and follow one another.

    :param policies: Policies in their order.
    :param group: Makes one policy of several: :class:`SansIOPolicies` or :class:`AsyncSansIOPolicies`.
    :type group: Callable[[Sequence[Any]], Any]
    :returns: The same order. A policy of the caller's, which may have coroutine functions, stays alone.
    :rtype: list[Any]
    """
    grouped: list[Any] = []
    for policy in policies:
        if not isinstance(policy, SansIOHTTPPolicy) or not type(policy).__module__.startswith(_NEVER_WAITING):
            grouped.append(policy)
        elif grouped and isinstance(grouped[-1], _Group):
            grouped[-1] = group([*grouped[-1].policies, policy])
        else:
            grouped.append(group([policy]))
    return grouped
