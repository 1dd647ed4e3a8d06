"""URLs: their origin, and the one spelling in which they are signed and sent."""

from typing import Any, Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from azure.communication.rooms import _urls
from azure.communication.rooms._urls import get_origin, get_request_target, split_request_url


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://contoso.communication.azure.com/rooms?x=1", "https://contoso.communication.azure.com"),
        ("HTTPS://Contoso.Communication.Azure.com", "https://contoso.communication.azure.com"),
        ("https://contoso.communication.azure.com:443/", "https://contoso.communication.azure.com"),
        ("http://127.0.0.1:80/rooms", "http://127.0.0.1"),
        ("http://127.0.0.1:8420/rooms", "http://127.0.0.1:8420"),
        ("https://h:80", "https://h:80"),
        ("http://[::1]:8420/rooms", "http://[::1]:8420"),
        ("https://user:secret@h/", "https://h"),
        ("/rooms", ""),
        ("", ""),
        ("ftp://h/", ""),
        ("https:///rooms", ""),
        ("https://h:99999/", ""),
        ("https://h:port/", ""),
        ("https://[::1/", ""),
    ],
)
def test_the_origin_is_scheme_host_and_port_in_one_spelling(url: str, origin: str) -> None:
    assert get_origin(url) == origin


@pytest.mark.parametrize(
    "target",
    [
        "/rooms?api-version=2025-03-13",
        "/rooms/99412345678901234/participants?api-version=2025-03-13",
        "/rooms?nextLink=a%2Bb%2Fc%3D%3D&api-version=2025-03-13",
        "/rooms?nextLink=a+b/c==&x=%25",
        "/identities/8%3Aacs%3Ax_y/:issueAccessToken?api-version=2023-10-01",
        "/a/b;c=d,e/!$&'()*+~?q=:@!$'()*+,;/?",
        "/",
    ],
)
def test_a_target_in_the_one_spelling_stays_as_it_is(target: str) -> None:
    assert get_request_target(f"https://contoso.communication.azure.com{target}") == target


@pytest.mark.parametrize(
    ("target", "spelt"),
    [
        ("", "/"),
        ("?a=b", "/?a=b"),
        ("/a%2fb?x=%3d", "/a%2Fb?x=%3D"),
        ("/%41%7e?x=%2D%2e", "/A~?x=-."),
        ("/a b?c d", "/a%20b?c%20d"),
        ("/ä?x=ü", "/%C3%A4?x=%C3%BC"),
        ("/100%?x=%zz", "/100%25?x=%25zz"),
        ("/a/./b/../c", "/a/c"),
        ("/a/b/..", "/a/"),
        ("/a/.", "/a/"),
        ("/../../a", "/a"),
        ("/%2e%2e/a", "/a"),
        ("/a[1]?b[]={c}", "/a%5B1%5D?b%5B%5D=%7Bc%7D"),
        ("/a#fragment", "/a"),
    ],
)
def test_any_other_spelling_is_brought_into_that_one(target: str, spelt: str) -> None:
    assert get_request_target(f"https://contoso.communication.azure.com{target}") == spelt
    assert get_request_target(f"https://contoso.communication.azure.com{spelt}") == spelt


@pytest.mark.parametrize(
    "url",
    [
        "https://h/",
        "https://h/rooms?api-version=2025-03-13",
        "http://127.0.0.1:8420/rooms/1/participants:add?api-version=2022-02-01",
        "https://h:443/rooms?a",
        "http://h:80//rooms//?a=/?b",
        "https://h/a~b_c-d!$&'()*+,;=:@?a~b._-!$&'()*+,;=:@/?a",
        "https://h/a.b?c=./d",
    ],
)
def test_a_plain_url_is_read_at_once_and_as_any_other(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = (split_request_url(url), get_request_target(url))
    assert _urls._read_plain(url)[2]
    monkeypatch.setattr(_urls, "_read_plain", lambda _: ("", "", ""))
    assert (split_request_url(url), get_request_target(url)) == at_once


@given(
    st.text("abA0.-_~:/?#[]@!$&'()*+,;=% \t\\\u00e4", max_size=12), st.sampled_from(["http", "https", "HTTP", "ftp"])
)
@example("h/a\tb", "http")
@example("h?x/y", "http")
@example("h#x/y", "http")
@example("h:1:2/", "http")
@example("u@h/", "http")
@example("/x", "http")
def test_no_url_is_read_otherwise_at_once_than_closely(rest: str, scheme: str) -> None:
    url = f"{scheme}://{rest}"
    at_once = outcome(split_request_url, url), outcome(get_request_target, url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_urls, "_read_plain", lambda _: ("", "", ""))
        closely = outcome(split_request_url, url), outcome(get_request_target, url)
    if _urls._read_plain(url)[2]:
        assert at_once == closely


def outcome(read: Callable[[str], Any], url: str) -> Any:
    """What reading a URL gives, or the text of its error."""
    try:
        return read(url)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize(
    "url",
    [
        "https://h",
        "https://h?a",
        "https://h/.",
        "https://h/%41",
        "https://h/a?b%41",
        "https://h/ä",
        "https://h/?",
        "https://H/",
        "https://h/a/../b",
        "HTTPS://h/",
    ],
)
def test_a_url_that_may_be_spelt_otherwise_is_looked_at_closely(url: str) -> None:
    assert _urls._read_plain(url)[2] == ""


@pytest.mark.parametrize("url", ["https://h:70000/", "https://h:port/", "ftp://h/", "/rooms"])
def test_the_place_of_what_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"the (scheme|port) must be"):
        split_request_url(url)
