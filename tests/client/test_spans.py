"""Each operation has a span with the name of the client's class and of the method that was called."""

from collections.abc import Iterator

import pytest
from azure.core.settings import settings
from client_kinds import client_kind, parametrize
from fake_services import ID, ROOM, InMemoryService, make_client
from raw_ids import ALICE
from spans import Span

__all__ = ["client_kind"]
pytest_generate_tests = parametrize


@pytest.fixture
def spans() -> Iterator[list[Span]]:
    """The spans that are made."""
    settings.tracing_implementation.set_value(Span)  # type: ignore[arg-type]  # a class with its methods
    Span.made.clear()
    yield Span.made
    settings.tracing_implementation.unset_value()


@pytest.mark.parametrize(
    "name",
    [
        "get_room",
        "update_room",
        "add_participants",
        "update_participants",
        "add_or_update_participants",
        "remove_participants",
    ],
)
def test_the_span_of_an_operation_has_its_name(spans: list[Span], name: str) -> None:
    client = make_client(InMemoryService().respond(200, ROOM))
    getattr(client, name)(*(ID, [ALICE])[: 2 if "participants" in name else 1])
    assert spans[0].name == f"RoomsClient.{name}"
