"""Make calls of the asynchronous client in a process that a tool has changed, and print what came of each as JSON.

python async_calls.py TOOL ENDPOINT CA_FILE
"""

import asyncio
import json
import sys
import time
from typing import Any

TOOL, ENDPOINT, CA_FILE = sys.argv[1:4]

if TOOL == "truststore":
    import truststore

    truststore.inject_into_ssl()
elif TOOL == "socket":
    import socket

    class OwnSocket(socket.socket):
        """A socket of a test's, such as pytest-socket's."""

    socket.socket = OwnSocket  # type: ignore[misc]
elif TOOL == "opentelemetry":
    from azure.core.settings import settings
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    settings.tracing_enabled = True

from azure.communication.rooms.aio import RoomsClient  # noqa: E402  the tool comes first


class Real:
    """The clock that tools which freeze the time do not find."""

    monotonic = staticmethod(time.monotonic)


async def outcome(client: RoomsClient, room_id: str, **options: Any) -> tuple[str, float]:
    """The id of the room that was found, or the class of the error; and the seconds it took."""
    began = Real.monotonic()
    try:
        found = str((await client.get_room(room_id, **options)).id)
    except Exception as error:  # noqa: BLE001  the test looks at it
        found = f"{type(error).__name__}: {error}"
    return found, Real.monotonic() - began


async def main() -> dict[str, tuple[str, float]]:
    """Make the calls."""
    options: Any = {"connection_verify": CA_FILE, "use_env_settings": False, "retry_total": 0}
    async with RoomsClient(ENDPOINT, "c2VjcmV0", **options) as client:
        if TOOL == "vcrpy":
            return await recorded(client)
        results = {"plain": await outcome(client, "A"), "kept": await outcome(client, "B", timeout=30)}
        for slow in ("HANG", "DRIP-HEADERS", "DRIP-BODY", "DRIP-CHUNKS", "DRIP-TO-THE-END"):
            results[slow] = await outcome(client, slow, timeout=0.5)
        results["afterwards"] = await outcome(client, "D", timeout=30)
    if TOOL == "opentelemetry":
        results["spans"] = ",".join(sorted({span.name for span in spans.get_finished_spans()})), 0
    return results


async def recorded(client: RoomsClient) -> dict[str, tuple[str, float]]:
    """Record calls and play them back."""
    import vcr

    with vcr.use_cassette("cassette.yaml", record_mode="once"):
        results = {"recorded": await outcome(client, "B")}
    with vcr.use_cassette("cassette.yaml", record_mode="none"):
        results["played"] = await outcome(client, "B")
        results["unknown"] = await outcome(client, "UNKNOWN")
    results["after"] = await outcome(client, "D")
    return results


if TOOL == "freezegun":
    import freezegun

    freezegun.freeze_time("2030-01-01", real_asyncio=True).start()
elif TOOL == "time-machine":
    import datetime

    import time_machine

    time_machine.travel(datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc), tick=False).start()
print(json.dumps(asyncio.run(main())))
