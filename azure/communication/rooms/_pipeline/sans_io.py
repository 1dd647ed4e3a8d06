"""Several policies that neither send nor wait, as one policy of the asynchronous pipeline.

azure-core's runner gives each a coroutine, and two more that ask whether its result can be awaited: a twelfth of the
processor time of a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy, SansIOHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from .steps import Steps, take_async

Policy = SansIOHTTPPolicy[HttpRequest, Any]
#: The packages whose policies of this kind have no coroutine functions: azure-core's and this one.
_NEVER_WAITING = ("azure.core.", "azure.communication.rooms.")


class AsyncSansIOPolicies(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Policies that neither send nor wait, called in the order in which azure-core calls them one by one.

    :param policies: The policies. None of their methods is a coroutine function.
    :type policies: Sequence[~azure.core.pipeline.policies.SansIOHTTPPolicy]
    """

    def __init__(self, policies: Sequence[Policy]) -> None:
        super().__init__()
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

    async def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Pass a request through the policies and send it.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        return await take_async(self.steps(request))


def group_sans_io(policies: Iterable[Any]) -> list[Any]:
    """Group those policies of a list that neither send nor wait and follow one another.

    :param policies: Policies in their order.
    :returns: The same order. A policy of the caller's, which may have coroutine functions, stays alone.
    :rtype: list[Any]
    """
    grouped: list[Any] = []
    for policy in policies:
        if not isinstance(policy, SansIOHTTPPolicy) or not type(policy).__module__.startswith(_NEVER_WAITING):
            grouped.append(policy)
        elif grouped and isinstance(grouped[-1], AsyncSansIOPolicies):
            grouped[-1] = AsyncSansIOPolicies([*grouped[-1].policies, policy])
        else:
            grouped.append(AsyncSansIOPolicies([policy]))
    return grouped
