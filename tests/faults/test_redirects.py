"""Rows 17 and 18: a redirect is followed within the endpoint's own origin, and not for ever."""

from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, TooManyRedirectsError
from fake_services import ID, ROOM, Service, make_client


@pytest.mark.parametrize("status", [307, 308, 301, 302, 303, 300])
@pytest.mark.parametrize(
    ("location", "named"),
    [
        ("https://evil.example.com/rooms", "https://evil.example.com"),
        ("http://localhost:2/rooms", "http://localhost:2"),
        ("//evil.example.com/rooms", ""),
    ],
)
def test_a_redirect_to_another_origin_is_not_followed_and_names_both(
    service: Service, status: int, location: str, named: str
) -> None:
    service.respond(status, Location=location)
    with pytest.raises(ClientAuthenticationError) as caught:
        make_client(service).get_room(ID)
    assert repr(service.endpoint) in str(caught.value)
    assert repr(named) in str(caught.value)
    assert len(service.received) == 1


def test_a_redirect_loop_ends_after_ten(service: Service) -> None:
    for _ in range(30):
        service.respond(307, Location="/rooms/elsewhere")
    with pytest.raises(TooManyRedirectsError):
        make_client(service).get_room(ID)
    assert len(service.received) == 11
    assert not any("Authorization" in each.http_request.headers for each in _history(service))


def _history(service: Service) -> list[Any]:
    with pytest.raises(TooManyRedirectsError) as caught:
        make_client(service).get_room(ID)
    return list(caught.value.history)


def test_redirects_can_be_bounded_and_turned_off(service: Service) -> None:
    for _ in range(5):
        service.respond(307, Location="/rooms/elsewhere")
    with pytest.raises(TooManyRedirectsError):
        make_client(service, redirect_max=1).get_room(ID)
    assert len(service.received) == 2
    with pytest.raises(Exception, match="307"):
        make_client(service).get_room(ID, permit_redirects=False)
    assert len(service.received) == 3


def test_a_create_is_redirected_with_its_pair_and_body(service: Service) -> None:
    service.respond(307, Location="/elsewhere").respond(201, ROOM)
    make_client(service).create_room(participants=["8:acs:a"])
    first, second = service.received
    assert (second.method, second.target, second.body) == ("POST", "/elsewhere", first.body)
    names = ("repeatability-request-id", "repeatability-first-sent")
    assert [first.headers[name] for name in names] == [second.headers[name] for name in names]
    assert first.headers["authorization"] != second.headers["authorization"]
