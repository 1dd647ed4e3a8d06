"""Tools that change a whole process: each is set up as its documentation has it."""

import datetime
import time
from typing import Any, Callable

#: The clock that tools which freeze the time do not find.
monotonic = time.monotonic


def set_up(tool: str, *arguments: str) -> Callable[[], str]:
    """Set a tool up before the client is imported.

    :param tool: The name of the tool; one that is not here changes nothing.
    :param arguments: The port of the proxy, for ``pysocks``.
    :returns: Gives the names of the spans that came, for ``opentelemetry``.
    """
    if tool == "gevent":
        import gevent.monkey

        gevent.monkey.patch_all()
    elif tool == "eventlet":
        import eventlet

        eventlet.monkey_patch()
    elif tool == "truststore":
        import truststore

        truststore.inject_into_ssl()
    elif tool == "pyopenssl":
        import urllib3.contrib.pyopenssl

        urllib3.contrib.pyopenssl.inject_into_urllib3()
    elif tool in ("pysocks", "socket"):
        _replace_sockets(*arguments)
    elif tool == "opentelemetry":
        return _trace()
    return str


def _replace_sockets(proxy_port: str = "") -> None:
    import socket

    if proxy_port:
        import socks

        socks.set_default_proxy(socks.SOCKS5, "127.0.0.1", int(proxy_port))
        socket.socket = socks.socksocket  # type: ignore[misc]
        return

    class OwnSocket(socket.socket):
        """A socket of a test's, such as pytest-socket's."""

    socket.socket = OwnSocket  # type: ignore[misc]


def _trace() -> Callable[[], str]:
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
    return lambda: ",".join(sorted({span.name for span in spans.get_finished_spans()}))


def set_up_late(tool: str, *arguments: str, **options: Any) -> None:
    """Set a tool up once the client is imported: one that stops the clock, or any other by its name and ``-late``.

    :param tool: The name of the tool.
    :param arguments: See :func:`set_up`.
    :param options: Options of freezegun's.
    """
    if tool.endswith("-late"):
        set_up(tool[: -len("-late")], *arguments)
    elif tool == "freezegun":
        import freezegun

        freezegun.freeze_time("2030-01-01", **options).start()
    elif tool == "time-machine":
        import time_machine

        time_machine.travel(datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc), tick=False).start()
