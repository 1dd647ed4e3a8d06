"""Spans of exchanges."""

from __future__ import annotations

from typing import Any

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import DistributedTracingPolicy

#: Keywords of one call that azure-core's policy leaves where they are while tracing is off. No transport knows them.
_OPTIONS = ("tracing_attributes", "network_span_namer")


class TracingPolicy(DistributedTracingPolicy[Any, Any]):
    """Make a span for each exchange, as azure-core does, and take its keywords off the request where tracing is off."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Begin the span of an exchange, if tracing is on.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        super().on_request(request)
        for name in _OPTIONS:
            request.context.options.pop(name, None)
