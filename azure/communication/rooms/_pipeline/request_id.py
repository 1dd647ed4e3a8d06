"""An id for every request, by which the logs of the service and of this client can be matched."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import RequestIdPolicy


class RandomRequestIdPolicy(RequestIdPolicy):
    """azure-core's policy with random ids: its own contain the machine's network address and the time.

    :keyword str request_id: An id for all requests, in place of one for each.
    :keyword bool auto_request_id: Whether to make ids. Default True.
    :keyword str request_id_header_name: The header. Default ``x-ms-client-request-id``.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._makes_ids = "request_id" not in kwargs and kwargs.get("auto_request_id", True)

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Set the id of a request, unless the caller did.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        if self._makes_ids and self._request_id_header_name not in request.http_request.headers:
            request.context.options.setdefault("request_id", str(uuid4()))
        super().on_request(request)
