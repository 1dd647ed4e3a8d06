"""A tracing implementation that keeps what spans are given."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Callable, Optional

if TYPE_CHECKING:
    from typing_extensions import Self


class Span:
    """A span of azure-core's older kind of tracing; every one that is made is kept.

    :cvar made: All spans, in order.
    """

    made: "list[Span]" = []  # noqa: RUF012  shared on purpose
    current: "Optional[Span]" = None

    def __init__(self, span: Any = None, name: str = "span", **options: Any) -> None:
        self.name = name
        self.kind = options.get("kind")
        self.attributes: dict[str, Any] = {}
        Span.made.append(self)

    @property
    def span_instance(self) -> "Span":
        """The span itself."""
        return self

    def span(self, name: str = "child", **options: Any) -> "Span":
        """A span below this one."""
        return Span(name=name, **options)

    def add_attribute(self, key: str, value: Any) -> None:
        """Keep an attribute."""
        self.attributes[key] = value

    def set_http_attributes(self, request: Any, response: Any = None) -> None:
        """Keep what azure-core reports of an exchange."""
        self.attributes.update(method=request.method, url=request.url, status=getattr(response, "status_code", None))

    def to_header(self) -> dict[str, str]:
        """The header that names this span to the service."""
        return {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}

    def get_trace_parent(self) -> str:
        """The value of that header."""
        return self.to_header()["traceparent"]

    def start(self) -> None:
        """Begin."""

    def finish(self) -> None:
        """End."""

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *error: object) -> None:
        self.attributes["error"] = repr(error)

    @classmethod
    def get_current_span(cls) -> Any:
        """The span that runs."""
        return cls.current

    @classmethod
    def get_current_tracer(cls) -> Any:
        """No tracer is needed."""
        return None

    @classmethod
    @contextmanager
    def change_context(cls, span: Any) -> Iterator[None]:
        """Make a span the one that runs."""
        yield

    @classmethod
    def with_current_context(cls, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function that runs below the span that runs now."""
        return function

    @classmethod
    def link(cls, traceparent: str, attributes: Any = None) -> None:
        """Links are not kept."""

    @classmethod
    def link_from_headers(cls, headers: Any, attributes: Any = None) -> None:
        """Links are not kept."""
