"""Rows 19 to 21: links are followed to their end, to no other host, and a list never ends without an error."""

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Optional

import pytest
from azure.core.exceptions import AzureError, DecodeError, HttpResponseError, ServiceRequestError
from fake_services import KEY, InMemoryService, Service, SocketService, make_client
from raw_server import RawServer
from room_bodies import room_body

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._async_paging import AsyncItemsByPage
from azure.communication.rooms._paging import ItemsByPage
from azure.communication.rooms._wire.call import Page

PROJECT = Path(__file__).resolve().parent.parent.parent


REJECTED_LINK = r"The link to the next page (leads to 'http|is not a URL of the service).* Nothing was sent"


def page(service: Any, *ids: str, link: str = "") -> str:
    """A page of rooms, and the link to the next when there is one."""
    return json.dumps({"value": [room_body(each) for each in ids], "nextLink": link and service.endpoint + link})


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example.com/rooms?x=1",
        "//evil.example.com/rooms",
        "{other_scheme}/rooms?x=1",
        "{endpoint}9/rooms?x=1",
        "{endpoint}@evil.example.com/rooms",
        "javascript:alert(1)",
        "http://[::1",
    ],
)
def test_a_link_to_another_host_scheme_or_port_is_rejected(service: Service, link: str) -> None:
    other = service.endpoint.replace("http:", "https:")
    link = link.format(endpoint=service.endpoint, other_scheme=other)
    service.respond(200, {"value": [room_body("1")], "nextLink": link})
    rooms = make_client(service).list_rooms()
    assert next(rooms).id == "1"
    for _ in range(2):
        with pytest.raises(ServiceRequestError, match=REJECTED_LINK):
            next(rooms)
    assert len(service.received) == 1


@pytest.mark.parametrize("user_info", ["user:password", "user", ":password", "a%40b"])
def test_a_link_with_a_user_name_is_rejected(service: Service, user_info: str) -> None:
    link = service.endpoint.replace("http://", f"http://{user_info}@") + "/rooms?nextLink=2"
    service.respond(200, {"value": [room_body("1")], "nextLink": link})
    rooms = make_client(service).list_rooms()
    assert next(rooms).id == "1"
    with pytest.raises(ServiceRequestError, match=r"has a user name before its host. Nothing was sent\.$"):
        next(rooms)
    assert len(service.received) == 1


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("/rooms?nextLink=2", "/rooms?nextLink=2"),
        ("rooms?nextLink=2", "/rooms?nextLink=2"),
        ("?nextLink=2", "/rooms?nextLink=2"),
        ("{host}/rooms?nextLink=2", "/rooms?nextLink=2"),
        ("../rooms?nextLink=2", "/rooms?nextLink=2"),
        ("HTTP:{host}/rooms?nextLink=2", "/rooms?nextLink=2"),
        ("/rooms?nextLink=2#part", "/rooms?nextLink=2"),
        ("/rooms?nextLink=http://evil.example.com/x", "/rooms?nextLink=http://evil.example.com/x"),
        ("/\\evil.example.com/rooms", "/%5Cevil.example.com/rooms"),
    ],
    ids=["absolute path", "relative path", "query", "no scheme", "above", "capitals", "fragment", "url in it", "slash"],
)
def test_a_relative_link_is_resolved_against_the_first_page(service: Service, link: str, target: str) -> None:
    link = link.format(host=service.endpoint.partition(":")[2])
    service.respond(200, {"value": [room_body("1")], "nextLink": link}).respond(200, {"value": [room_body("2")]})
    assert [room.id for room in make_client(service).list_rooms()] == ["1", "2"]
    assert service.received[1].target == target


LEADS_BACK = (
    "The service's link to the next page leads back to a page that was listed before; the list would never end."
)


@pytest.mark.parametrize("cycle", [1, 2, 3])
def test_a_list_whose_links_lead_back_is_stopped(service: Service, cycle: int) -> None:
    for number in range(10):
        service.respond(200, page(service, str(number), link=f"/rooms?nextLink={number % cycle}"))
    rooms = make_client(service).list_rooms()
    assert [next(rooms).id for _ in range(cycle + 1)] == [str(number) for number in range(cycle + 1)]
    for _ in range(2):
        with pytest.raises(HttpResponseError, match=f"^{re.escape(LEADS_BACK)}$") as caught:
            next(rooms)
        assert caught.value.continuation_token == f"{service.endpoint}/rooms?nextLink=0"
    assert len(service.received) == cycle + 1


@pytest.mark.parametrize("link", ["", None])
def test_an_empty_link_ends_a_list(service: Service, link: Any) -> None:
    service.respond(200, {"value": [room_body("1")], "nextLink": link})
    rooms = make_client(service).list_rooms()
    assert [room.id for room in rooms] == ["1"]
    assert next(rooms, None) is None
    assert len(service.received) == 1


def test_empty_pages_with_more_behind_them_are_passed_over(service: Service) -> None:
    for number in range(5):
        service.respond(200, page(service, link=f"/rooms?nextLink={number}"))
    service.respond(200, page(service, "1"))
    assert [room.id for room in make_client(service).list_rooms()] == ["1"]


def test_a_link_may_have_characters_without_a_utf_8_form() -> None:
    first, second = chr(0xD800), chr(0xD801)
    pages = {None: Page[Any](["a"], first), first: Page(["b"], second), second: Page(["c"], None)}
    assert list(ItemsByPage(lambda link: pages[link], iter)) == ["a", "b", "c"]


def depth_of(frame: Optional[FrameType]) -> int:
    """How many frames lie below one, itself counted."""
    depth = 0
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    return depth


def test_1000_empty_pages_are_read_in_flat_memory() -> None:
    pages = {str(number): Page[Any]([], str(number + 1)) for number in range(1000)}
    pages["1000"] = Page(["room"], None)
    items: ItemsByPage[Any] = ItemsByPage(lambda link: pages[link or "0"], iter)
    depths: set[int] = set()
    sys.setprofile(lambda frame, *_: depths.add(depth_of(frame)) if frame.f_code.co_name == "_page" else None)
    try:
        assert list(items) == ["room"]
    finally:
        sys.setprofile(None)
    assert len(depths) == 1


def test_1000_empty_pages_are_read_in_flat_memory_by_the_async_iterator() -> None:
    async def fetch(link: Optional[str]) -> Page[Any]:
        number = int(link or "0")
        return Page([], str(number + 1)) if number < 1000 else Page(["room"], None)

    async def read() -> list[Any]:
        return [item async for item in AsyncItemsByPage[Any](fetch, iter)]

    assert asyncio.run(read()) == ["room"]


def _raise_on_first_call() -> Any:
    """A cls that raises once."""
    calls: list[Any] = []

    def cls(items: list[Any]) -> list[str]:
        calls.append(items)
        if len(calls) == 1:
            raise RuntimeError("a fault of the caller's")
        return [room.id for room in items]

    return cls


def _raise_midway() -> Any:
    """A cls whose iterator raises behind its first item, once."""
    calls: list[Any] = []

    def cls(items: list[Any]) -> Any:
        calls.append(items)
        for number, room in enumerate(items):
            if len(calls) == 1 and number == 1:
                raise RuntimeError("a fault of the caller's")
            yield room.id

    return cls


@pytest.mark.parametrize("make_cls", [_raise_on_first_call, _raise_midway], ids=["at once", "midway"])
@pytest.mark.parametrize("failing_page", [1, 2])
def test_a_page_is_fetched_again_if_cls_raises(service: Service, make_cls: Any, failing_page: int) -> None:
    inner = make_cls()
    seen: list[Any] = []

    def cls(items: list[Any]) -> Any:
        seen.append(items)
        return inner(items) if len(seen) >= failing_page else [room.id for room in items]

    bodies = [page(service, "1", "2", link="/rooms?nextLink=2"), page(service, "3", "4")]
    for body in (*bodies[:failing_page], *bodies[failing_page - 1 :]):
        service.respond(200, body)
    ids = make_client(service).list_rooms(cls=cls)
    read = [next(ids) for _ in range(2 * (failing_page - 1))]
    with pytest.raises(RuntimeError, match="a fault of the caller's"):
        next(ids)
    assert [*read, *ids] == ["1", "2", "3", "4"]
    targets = [request.target.partition("?")[2].partition("=")[0] for request in service.received]
    assert targets == (["api-version"] * 2 + ["nextLink"] if failing_page == 1 else ["api-version"] + ["nextLink"] * 2)


def test_cls_may_be_none(service: Service) -> None:
    service.respond(200, page(service, "1")).respond(200, room_body("1"))
    client = make_client(service)
    assert [room.id for room in client.list_rooms(cls=None)] == ["1"]
    assert client.get_room("1", cls=None).id == "1"


def test_a_link_is_sent_as_the_service_wrote_it(service: Service) -> None:
    link = "/rooms?nextLink=a%2Bb%2Fc%3D%3D+d&api-version=2025-03-13"
    service.respond(200, page(service, "1", link=link)).respond(200, page(service, "2"))
    assert [room.id for room in make_client(service).list_rooms()] == ["1", "2"]
    assert service.received[1].target == link


FAILURES: dict[str, tuple[Any, type[AzureError]]] = {
    "status": (lambda service: service.respond(400), HttpResponseError),
    "nonsense": (lambda service: service.respond(200, "<html>"), DecodeError),
    "reset": (lambda service: service.reset(), AzureError),
}


@pytest.mark.parametrize(("fail", "error"), FAILURES.values(), ids=FAILURES)
def test_a_page_that_fails_is_fetched_again_and_never_left_out(
    service: Service, fail: Any, error: type[AzureError]
) -> None:
    link = "/rooms?nextLink=2"
    service.respond(200, page(service, "1", link=link))
    fail(service)
    fail(service)
    service.respond(200, page(service, "2", "3"))
    rooms = make_client(service, retry_total=0).list_rooms()
    assert next(rooms).id == "1"
    for _ in range(2):
        with pytest.raises(error) as caught:
            next(rooms)
        assert caught.value.continuation_token == service.endpoint + link
    assert [room.id for room in rooms] == ["2", "3"]


def test_a_first_page_that_fails_is_fetched_again(service: Service) -> None:
    service.respond(400).respond(400).respond(200, page(service, "1"))
    rooms = make_client(service).list_rooms()
    for _ in range(2):
        with pytest.raises(HttpResponseError) as caught:
            next(rooms)
        assert caught.value.continuation_token is None
    assert [room.id for room in rooms] == ["1"]


def test_pages_that_fail_are_fetched_again_too(service: Service) -> None:
    service.respond(200, page(service, "1", link="/rooms?nextLink=2")).respond(400).respond(200, page(service, "2"))
    pages = make_client(service).list_rooms().by_page()
    assert [room.id for room in next(pages)] == ["1"]
    with pytest.raises(HttpResponseError):
        next(pages)
    assert [room.id for room in next(pages)] == ["2"]
    assert next(pages, None) is None


RESUME = """
import sys
from azure.communication.rooms import RoomsClient
endpoint, key, token = sys.argv[1:]
with RoomsClient(endpoint, key) as client:
    for page in client.list_rooms().by_page(continuation_token=token):
        print(*(room.id for room in page))
"""


def test_a_token_resumes_at_the_page_that_failed_in_another_process(server: RawServer) -> None:
    service = SocketService(server)
    service.respond(200, page(service, "1", link="/rooms?nextLink=2&api-version=2025-03-13")).respond(400)
    rooms = make_client(service).list_rooms()
    assert next(rooms).id == "1"
    with pytest.raises(HttpResponseError) as caught:
        next(rooms)
    service.respond(200, page(service, "2", link="/rooms?nextLink=3")).respond(200, page(service, "3"))
    command = [sys.executable, "-c", RESUME, service.endpoint, KEY, str(caught.value.continuation_token)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT, timeout=60)
    assert ran.stdout.split() == ["2", "3"]


def test_a_token_of_another_service_is_rejected() -> None:
    service = InMemoryService()
    pages = make_client(service).list_rooms().by_page(continuation_token="https://evil.example.com/rooms")
    with pytest.raises(ServiceRequestError, match=r"leads to 'https://evil\.example\.com'"):
        next(pages)
    assert service.received == []


def test_each_list_begins_anew(service: Service) -> None:
    service.respond(200, page(service, "1")).respond(200, page(service, "1"))
    client = make_client(service)
    assert [room.id for room in client.list_rooms()] == [room.id for room in client.list_rooms()] == ["1"]
    with RoomsClient(service.endpoint, KEY):
        pass
