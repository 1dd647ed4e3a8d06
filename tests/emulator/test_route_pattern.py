"""The route of a fault: which paths it matches, and that no path makes it work for long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from signed_http import SignedHttp

from azure.communication.rooms.emulator import Fault, RoomsEmulator
from azure.communication.rooms.emulator.faults.fault import ROUTE_LIMIT
from azure.communication.rooms.emulator.faults.route_pattern import RoutePattern


@pytest.mark.parametrize(
    ("route", "path", "expected"),
    [
        (None, "/rooms/1", True),
        ("/rooms", "/rooms", True),
        ("/rooms", "/rooms/", False),
        ("/rooms/*", "/rooms/1", True),
        ("/rooms/*", "/rooms/", False),
        ("/rooms/*", "/rooms/1/participants", False),
        ("/rooms/{room_id}/participants", "/rooms/1/participants", True),
        ("/rooms/{room_id}/participants", "/rooms//participants", False),
        ("/rooms/{}", "/rooms/1", True),
        ("/rooms/9*4", "/rooms/994", True),
        ("/rooms/9*4", "/rooms/94", False),
        ("/rooms/9*4", "/rooms/9/4", False),
        ("/rooms/**", "/rooms/", True),
        ("/rooms/**", "/rooms/1/participants", True),
        ("/rooms/**", "/rooms", False),
        ("/**/participants", "/rooms/1/participants", True),
        ("/**/participants", "/rooms/1/participants/2", False),
        ("/**a**", "/rooms/a", True),
        ("/***", "/", False),
        ("/rooms.*", "/roomsx1", False),
        ("/{a{b}", "/{ab", True),
    ],
)
def test_a_route_matches_whole_paths(route: str, path: str, expected: bool) -> None:
    assert RoutePattern(route).matches(path) is expected


@given(
    st.lists(st.sampled_from(["a", "b", "/", ".", "*", "**", "{x}"]), max_size=8),
    st.text(alphabet="ab/.", max_size=12),
)
def test_a_route_matches_what_the_same_regular_expression_does(parts: list[str], path: str) -> None:
    tokens = re.findall(r"\{x\}|\*\*|\*|.", "".join(parts))
    expressions = {"**": ".*", "*": "[^/]+", "{x}": "[^/]+"}
    expected = re.fullmatch("".join(expressions.get(token, re.escape(token)) for token in tokens), path) is not None
    assert RoutePattern("".join(parts)).matches(path) is expected


@pytest.mark.parametrize(
    "part", ["**a", "*a", "{x}a", "{x}", "***", "**a*"], ids=["rest", "segment", "name", "names", "both", "mixed"]
)
def test_no_path_makes_a_route_backtrack(part: str) -> None:
    """With backtracking the first of these takes far too long."""
    route = "/" + part * (300 // len(part)) + "b"
    assert not RoutePattern(route).matches("/" + "a" * 30_000)
    assert RoutePattern(route).matches("/" + "a" * 30_000 + "b")


@pytest.mark.parametrize("route", ["/**a**a**a**ab", "/*a*a*a*a*a*ab", "/" + "{x}a" * 9 + "b"])
def test_a_request_is_returned_whatever_the_route_of_a_fault_is(
    emulator: RoomsEmulator, http: SignedHttp, route: str
) -> None:
    emulator.faults.add(route=route, status=503)
    assert http.send("GET", "/" + "a" * 400).status == 404
    assert http.send("GET", "/" + "a" * 400 + "b").status == 503


@pytest.mark.parametrize("route", [5, ["/"], b"/rooms", "rooms", ""])
def test_a_route_that_is_no_path_is_rejected(route: str) -> None:
    with pytest.raises(ValueError, match="route must begin with a slash"):
        Fault(route=route, status=503)


def test_a_route_is_bounded() -> None:
    assert Fault(route="/".ljust(ROUTE_LIMIT, "a"), status=503).actions() == {"status": 503}
    with pytest.raises(ValueError, match="route must be at most 2000 characters"):
        Fault(route="/".ljust(ROUTE_LIMIT + 1, "a"), status=503)
