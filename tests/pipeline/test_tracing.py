"""Native OpenTelemetry tracing: spans stand in this library's instrumentation scope and name the service."""

from collections.abc import Iterator

import pytest
from azure.core.settings import settings
from client_kinds import client_kind, parametrize
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms import RoomsClient, __version__

__all__ = ["client_kind"]
pytest_generate_tests = parametrize

#: One for all tests: azure-core keeps the first tracer that it gets for this library.
EXPORTER, PROVIDER = InMemorySpanExporter(), TracerProvider()
PROVIDER.add_span_processor(SimpleSpanProcessor(EXPORTER))


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """The spans that are exported."""
    EXPORTER.clear()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: PROVIDER)
    monkeypatch.setattr(trace, "get_tracer", PROVIDER.get_tracer)
    settings.tracing_enabled.set_value(True)
    try:
        yield EXPORTER
    finally:
        settings.tracing_enabled.unset_value()


def test_spans_of_calls_and_exchanges_stand_in_the_scope_of_this_library(
    server: RawServer, exported: InMemorySpanExporter
) -> None:
    server.respond(200, room_text("1"))
    with RoomsClient(server.endpoint, "c2VjcmV0") as client:
        client.get_room("1")
    spans = exported.get_finished_spans()
    assert len(spans) == 2
    for span in spans:
        scope = span.instrumentation_scope
        assert scope is not None
        assert (scope.name, scope.version) == ("azure-communication-rooms", __version__)
        assert dict(scope.attributes or {})["az.namespace"] == "Microsoft.Communication"
