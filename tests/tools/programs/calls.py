"""Make calls in a process that a tool has changed, and print what came of each as JSON.

python calls.py TOOL ENDPOINT CA_FILE
"""

import json
import sys
import time
from typing import Any

TOOL, ENDPOINT, CA_FILE = sys.argv[1:4]

if TOOL == "gevent":
    import gevent.monkey

    gevent.monkey.patch_all()
elif TOOL == "eventlet":
    import eventlet

    eventlet.monkey_patch()
elif TOOL == "truststore":
    import truststore

    truststore.inject_into_ssl()
elif TOOL == "pyopenssl":
    import urllib3.contrib.pyopenssl

    urllib3.contrib.pyopenssl.inject_into_urllib3()
elif TOOL == "pysocks":
    import socket

    import socks

    socks.set_default_proxy(socks.SOCKS5, "127.0.0.1", int(sys.argv[4]))
    socket.socket = socks.socksocket  # type: ignore[misc]

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

from concurrent.futures import ThreadPoolExecutor  # noqa: E402  the tool comes first

from azure.communication.rooms import RoomsClient  # noqa: E402  likewise


class Real:
    """The clock that tools which freeze the time do not find."""

    monotonic = staticmethod(time.monotonic)


if TOOL == "freezegun":
    import freezegun

    freezegun.freeze_time("2030-01-01").start()
elif TOOL == "time-machine":
    import datetime

    import time_machine

    time_machine.travel(datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc), tick=False).start()

client = RoomsClient(ENDPOINT, "c2VjcmV0", connection_verify=CA_FILE, use_env_settings=False, retry_total=0)


def outcome(room_id: str, **options: Any) -> tuple[str, float]:
    """The id of the room that was found, or the class of the error; and the seconds it took."""
    began = Real.monotonic()
    try:
        found = str(client.get_room(room_id, **options).id)
    except Exception as error:  # noqa: BLE001  the test looks at it
        found = f"{type(error).__name__}: {error}"
    return found, Real.monotonic() - began


results = {
    "plain": outcome("A"),
    "kept": outcome("B", timeout=30),
    "interim": outcome("INTERIM"),
    "after interim": outcome("C"),
}
for slow in ("HANG", "DRIP-HEADERS", "DRIP-BODY", "DRIP-CHUNKS", "DRIP-TO-THE-END"):
    results[slow] = outcome(slow, timeout=0.5)
with ThreadPoolExecutor(10) as threads:
    for number, result in enumerate(threads.map(lambda _: outcome("HANG", timeout=0.5), range(10))):
        results[f"together {number}"] = result
results["afterwards"] = outcome("D", timeout=30)
client.close()
if TOOL == "opentelemetry":
    results["spans"] = ",".join(sorted({span.name for span in spans.get_finished_spans()})), 0
print(json.dumps(results))
