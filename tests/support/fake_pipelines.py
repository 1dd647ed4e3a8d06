"""The pipelines of both clients over a transport that responds from a script, to hold both to the same rules."""

import asyncio
from typing import TYPE_CHECKING, Any, Optional

from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from fake_services import KEY, FakeTransport, InMemoryService, ScriptedResponse

from azure.communication.rooms._pipeline import build_async_pipeline_client, build_pipeline_client
from azure.communication.rooms._pipeline.clock import ServiceClock

if TYPE_CHECKING:
    from typing_extensions import Self

ENDPOINT = "http://localhost:1"


class AsyncScriptedResponse(ScriptedResponse, AsyncHttpResponse):
    """A response to an asynchronous request."""

    async def close(self) -> None:  # type: ignore[override]
        """Yield to the loop, as a connection that is closed does."""
        await asyncio.sleep(0)


class AsyncFakeTransport(AsyncHttpTransport[HttpRequest, AsyncHttpResponse]):
    """The same as :class:`~fake_services.FakeTransport`, for asynchronous pipelines."""

    def __init__(self) -> None:
        self.inner = FakeTransport()

    async def send(self, request: HttpRequest, **kwargs: Any) -> AsyncHttpResponse:
        """Give the next response of the script, or raise its error."""
        await asyncio.sleep(0)
        response: Any = self.inner.send(request, **kwargs)
        response.__class__ = AsyncScriptedResponse
        return response  # type: ignore[no-any-return]

    async def sleep(self, duration: float) -> None:
        """Record the sleep."""
        await asyncio.sleep(0)
        self.inner.sleep(duration)

    async def open(self) -> None:
        """There is nothing to open."""

    async def close(self) -> None:
        """There is nothing to close."""

    async def __aenter__(self) -> "Self":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


class SyncPipeline(InMemoryService):
    """A synchronous pipeline over a script."""

    def __init__(self, credential: Any = None, clock: Optional[ServiceClock] = None, **options: Any) -> None:
        super().__init__()
        self.clock = clock or ServiceClock()
        options = {"transport": self.transport, **options}
        client = build_pipeline_client(ENDPOINT, credential or AzureKeyCredential(KEY), self.clock, **options)
        self.pipeline = client._pipeline

    def run(self, request: HttpRequest, **options: Any) -> Any:
        """Send a request; return the pipeline's response."""
        return self.pipeline.run(request, **options)


class AsyncPipeline(InMemoryService):
    """An asynchronous pipeline over a script."""

    def __init__(self, credential: Any = None, clock: Optional[ServiceClock] = None, **options: Any) -> None:
        super().__init__()
        self.clock = clock or ServiceClock()
        transport = AsyncFakeTransport()
        transport.inner = self.transport
        options = {"transport": transport, **options}
        client = build_async_pipeline_client(ENDPOINT, credential or AzureKeyCredential(KEY), self.clock, **options)
        self.pipeline = client._pipeline

    def run(self, request: HttpRequest, **options: Any) -> Any:
        """Send a request in a loop of its own; return the pipeline's response."""
        return asyncio.run(self.start(request, **options))

    async def start(self, request: HttpRequest, **options: Any) -> Any:
        """Send a request in the running loop; return the pipeline's response."""
        return await self.pipeline.run(request, **options)


#: Both kinds of pipeline, by name.
PIPELINES: dict[str, Any] = {"sync": SyncPipeline, "async": AsyncPipeline}


class LeakingSend:
    """Fails in a frame that holds a copy of the headers, as HTTP libraries do.

    :ivar credentials: The credentials that were to be sent.
    """

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.credentials: list[str] = []

    def __call__(self, request: HttpRequest, **_: Any) -> None:
        """Fail."""
        headers = dict(request.headers)
        try:
            self._send(headers)
        except AzureError as cause:
            raise type(cause)("wrapped", error=cause) from cause

    def _send(self, headers: dict[str, str]) -> None:
        lines = str(headers)
        self.credentials.append(headers["Authorization"])
        assert lines
        raise self.error
