"""URLs: origin, host, and the request target that is signed and sent."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from azure.communication.rooms._urls import get_origin, get_request_target, resolve_link, split_request_url


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
def test_the_origin_is_scheme_host_and_port_in_one_form(url: str, origin: str) -> None:
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
def test_a_target_in_the_one_form_stays_as_it_is(target: str) -> None:
    assert get_request_target(f"https://contoso.communication.azure.com{target}") == target


@pytest.mark.parametrize(
    ("target", "normalized"),
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
def test_a_target_is_normalized(target: str, normalized: str) -> None:
    assert get_request_target(f"https://contoso.communication.azure.com{target}") == normalized
    assert get_request_target(f"https://contoso.communication.azure.com{normalized}") == normalized


@given(st.text("abA0.-_~:/?#[]@!$&'()*+,;=% \t\\\u00e4", max_size=12))
@example("%41%2f")
@example("a/../b")
def test_a_normalized_target_stays_the_same(rest: str) -> None:
    target = get_request_target(f"https://h/{rest}")
    assert get_request_target(f"https://h{target}") == target


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://H:443/rooms?a", ("https", "h", "/rooms?a")),
        ("http://127.0.0.1:8420/a%41?b", ("http", "127.0.0.1:8420", "/a%41?b")),
        ("https://h", ("https", "h", "/")),
        ("https://[::1]:8443?a", ("https", "[::1]:8443", "/?a")),
    ],
)
def test_a_url_is_split_into_scheme_host_and_target(url: str, parts: tuple[str, str, str]) -> None:
    assert split_request_url(url) == parts


@pytest.mark.parametrize("url", ["https://h:70000/", "https://h:port/", "ftp://h/", "/rooms"])
def test_a_url_without_a_scheme_or_with_an_invalid_port_is_an_error(url: str) -> None:
    with pytest.raises(ValueError, match=r"the (scheme|port) must be"):
        split_request_url(url)


@pytest.mark.parametrize(
    ("link", "resolved"),
    [
        ("?page=2", "https://h/rooms?page=2"),
        ("/other", "https://h/other"),
        ("https://i/", "https://i/"),
        ("//[", "//["),
    ],
)
def test_a_link_is_resolved_against_the_page_that_has_it(link: str, resolved: str) -> None:
    assert resolve_link("https://h/rooms", link) == resolved
