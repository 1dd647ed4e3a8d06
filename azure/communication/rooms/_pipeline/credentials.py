"""Put credentials on a request, for its endpoint alone, and take them off again when it was sent."""

from __future__ import annotations

import sys
from typing import Any, Callable

from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline import PipelineRequest
from azure.core.rest import HttpRequest

from .._urls import get_origin
from .frames import clear_frames
from .steps import Steps


def require_endpoint(endpoint: str, request: HttpRequest) -> None:
    """Check that a request goes to the endpoint.

    :param str endpoint: Scheme, host and port of the resource.
    :param request: The request.
    :type request: ~azure.core.rest.HttpRequest
    :raises ~azure.core.exceptions.ClientAuthenticationError: If the request does not go to the endpoint. Of all errors
        of azure-core it is the one that no retry policy retries.
    """
    # A URL that begins with the endpoint and a slash always has the endpoint's host.
    if not request.url.startswith(endpoint + "/") and get_origin(request.url) != endpoint:
        raise ClientAuthenticationError(
            f"This client is for {endpoint!r} and authenticates nowhere else, but the request goes to "
            f"{get_origin(request.url)!r}. Nothing was sent there."
        )


def send_with_credentials(
    request: PipelineRequest[HttpRequest],
    authenticate: Callable[[], object],
    send: Callable[[PipelineRequest[HttpRequest]], Any],
) -> Steps[Any]:
    """Send a request that carries credentials. Afterwards neither the request nor any frame of an error holds them.

    :param request: The request.
    :type request: ~azure.core.pipeline.PipelineRequest
    :param authenticate: Puts the credentials on the request.
    :type authenticate: Callable[[], object]
    :param send: Sends the request.
    :type send: Callable[[~azure.core.pipeline.PipelineRequest], Any]
    :returns: Steps to the response.
    :rtype: Generator
    """
    outer = sys.exc_info()[1]
    try:
        authenticate()
        return (yield send, request)
    except BaseException as error:  # KeyboardInterrupt and CancelledError, too
        clear_frames(error, outer)
        raise
    finally:
        request.http_request.headers.pop("Authorization", None)
