"""Headers whose value is None."""

from __future__ import annotations

from typing import Any

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy


class OmitHeadersPolicy(SansIOHTTPPolicy[Any, Any]):
    """Leave out the headers whose value is None, by which callers switch off headers that others set."""

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Take such headers off the request.

        :param request: The request.
        :type request: ~azure.core.pipeline.PipelineRequest
        """
        headers = request.http_request.headers
        for name in [name for name, value in headers.items() if value is None]:
            if name.lower() == "accept-encoding":
                headers[name] = "identity"  # equivalent, and HTTP libraries add none of their own
            else:
                del headers[name]
