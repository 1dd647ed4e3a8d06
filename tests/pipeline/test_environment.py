"""Proxies and certificates from the environment and from the caller, and which of them wins."""

from typing import Any, Optional

import pytest

from azure.communication.rooms import RoomsClient, aio
from azure.communication.rooms._pipeline.transports.environment import Environment
from azure.communication.rooms._pipeline.transports.proxies import parse_proxy

VARIABLES = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_FILE",
]
PROXY = "http://proxy.invalid:3128"


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def set_all(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("variables", "scheme", "proxy"),
    [
        ({}, "https", None),
        ({"HTTPS_PROXY": PROXY}, "https", PROXY),
        ({"https_proxy": PROXY}, "https", PROXY),
        ({"HTTPS_PROXY": PROXY}, "http", None),
        ({"HTTP_PROXY": PROXY}, "http", PROXY),
        ({"ALL_PROXY": PROXY}, "https", PROXY),
        ({"ALL_PROXY": "http://other:1", "https_proxy": PROXY}, "https", PROXY),
        ({"HTTPS_PROXY": "proxy.invalid:3128"}, "https", PROXY),
    ],
    ids=str,
)
def test_the_environment_names_a_proxy(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], scheme: str, proxy: Optional[str]
) -> None:
    set_all(monkeypatch, **variables)
    assert Environment(use=True).proxy_for(scheme, "contoso.communication.azure.com", None) == proxy
    assert Environment(use=False).proxy_for(scheme, "contoso.communication.azure.com", None) is None


@pytest.mark.parametrize(
    ("no_proxy", "host", "direct"),
    [
        ("contoso.communication.azure.com", "contoso.communication.azure.com", True),
        ("contoso.communication.azure.com", "contoso.communication.azure.com:8080", True),
        (".azure.com, other", "contoso.communication.azure.com", True),
        ("azure.com", "contoso.communication.azure.com", True),
        ("azure.com", "contoso-azure.com", False),
        ("*", "contoso.communication.azure.com", True),
        ("other.example.com", "contoso.communication.azure.com", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("nonsense,10.0.0.0/8", "10.1.2.3:8080", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("fd00::/8", "[fd00::1]:8080", True),
        ("", "10.1.2.3", False),
    ],
    ids=str,
)
@pytest.mark.parametrize("by", ["environment", "caller"])
def test_some_hosts_are_reached_directly(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, host: str, direct: bool, by: str
) -> None:
    set_all(monkeypatch, HTTPS_PROXY=PROXY, NO_PROXY=no_proxy if by == "environment" else "")
    given = {"no_proxy": no_proxy} if by == "caller" else None
    assert Environment(use=True).proxy_for("https", host, given) == (None if direct else PROXY)


@pytest.mark.parametrize(
    ("given", "proxy"),
    [
        ({"https": "http://mine:1"}, "http://mine:1"),
        ({"https://contoso.communication.azure.com": "http://mine:1", "https": "http://other:1"}, "http://mine:1"),
        ({"all": "http://mine:1"}, PROXY),
        ({"all://contoso.communication.azure.com": "mine:1"}, PROXY),
        ({"http": "http://mine:1"}, PROXY),
        ({"https": ""}, None),
        ({"https": None}, None),
    ],
    ids=str,
)
def test_the_callers_proxy_stands_before_the_environments(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], proxy: Optional[str]
) -> None:
    set_all(monkeypatch, HTTPS_PROXY=PROXY)
    before = dict(given)
    assert Environment(use=True).proxy_for("https", "contoso.communication.azure.com", given) == proxy
    assert given == before


def test_the_environment_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, HTTPS_PROXY=PROXY, NO_PROXY="direct.example.com", SSL_CERT_FILE="/certificates")
    environment = Environment(use=True)
    set_all(monkeypatch, HTTPS_PROXY="http://later:1", NO_PROXY="*", SSL_CERT_FILE="/later")
    assert environment.proxy_for("https", "contoso.communication.azure.com", None) == PROXY
    assert environment.proxy_for("https", "direct.example.com", None) is None
    assert environment.certificates == "/certificates"


def test_the_systems_own_settings_hold_where_the_environment_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": PROXY})
    monkeypatch.setattr("urllib.request.proxy_bypass", lambda host: host == "direct.example.com")
    environment = Environment(use=True)
    assert environment.proxy_for("https", "contoso.communication.azure.com", None) == PROXY
    assert environment.proxy_for("https", "direct.example.com", None) is None


@pytest.mark.parametrize("proxy", ["socks5://mine:1", "socks5h://mine:1"])
def test_a_socks_proxy_is_taken(proxy: str) -> None:
    given = {"https": proxy}
    assert Environment(use=False).proxy_for("https", "contoso.communication.azure.com", given) == proxy


@pytest.mark.parametrize(
    ("variables", "file"),
    [
        ({}, None),
        ({"SSL_CERT_FILE": "c"}, "c"),
        ({"SSL_CERT_FILE": "c", "CURL_CA_BUNDLE": "b"}, "b"),
        ({"SSL_CERT_FILE": "c", "CURL_CA_BUNDLE": "b", "REQUESTS_CA_BUNDLE": "a"}, "a"),
        ({"SSL_CERT_FILE": "c", "REQUESTS_CA_BUNDLE": ""}, "c"),
    ],
    ids=str,
)
def test_the_environment_names_the_certificates_to_trust(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], file: Optional[str]
) -> None:
    set_all(monkeypatch, **variables)
    assert Environment(use=True).certificates == file
    assert Environment(use=False).certificates is None


@pytest.mark.parametrize(
    ("url", "parsed", "header"),
    [
        (PROXY, (PROXY, b"", b""), None),
        ("http://@h:1", ("http://h:1", b"", b""), None),
        ("http://me:word@h:1/x", ("http://h:1/x", b"me", b"word"), "Basic bWU6d29yZA=="),
        ("http://me@h:1", ("http://h:1", b"me", b""), "Basic bWU6"),
        ("http://:word@h:1", ("http://h:1", b"", b"word"), "Basic OndvcmQ="),
        ("https://m%40e:w@r%3Ad:@[::1]:8", ("https://[::1]:8", b"m@e", b"w@r:d:"), "Basic bUBlOndAcjpkOg=="),
        (
            "socks5h://m\u00e9:\u20ac%FF%zz@h",
            ("socks5h://h", b"m\xc3\xa9", b"\xe2\x82\xac\xff%zz"),
            "Basic bcOpOuKCrP8leno=",
        ),
    ],
    ids=["none", "empty", "both", "user alone", "password alone", "escapes", "other characters"],
)
def test_the_credentials_of_a_proxy_are_taken_out_of_its_url(url: str, parsed: Any, header: Optional[str]) -> None:
    proxy = parse_proxy(url)
    assert proxy == parsed
    assert proxy.headers() == ({} if header is None else {"Proxy-Authorization": header})


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http://me:s3cret@",
        "http://me:s3cret#x@h",
        "http://me:s3cret/x@h",
        "http://me:s3cret@h:99999",
        "http://me:s3cret@[::1",
        "http://me:s3cret@ h",
        "http://me:s3cret\ud800@h",
    ],
)
def test_a_url_of_a_proxy_that_cannot_be_parsed_is_rejected_and_not_shown(url: str) -> None:
    with pytest.raises(ValueError, match=r"the URL of the proxy cannot be parsed; it has the form") as caught:
        parse_proxy(url)
    assert "s3cret" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("make", [RoomsClient, aio.RoomsClient], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("proxies", "words"),
    [
        (PROXY, "proxies must be a mapping of names to URLs, not str"),
        ([("http", PROXY)], "proxies must be a mapping of names to URLs, not list"),
        ({None: PROXY}, "proxies has a name that is not a str but NoneType"),
    ],
    ids=["text", "pairs", "no name"],
)
def test_proxies_of_another_type_are_rejected_when_the_client_is_made(make: Any, proxies: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        make("https://contoso.communication.azure.com", "c2VjcmV0", proxies=proxies)


@pytest.mark.parametrize("url", [5, b"http://h:1"])
def test_the_url_of_a_proxy_is_text(url: Any) -> None:
    with pytest.raises(TypeError, match=f"the URL of a proxy must be a str, not {type(url).__name__}"):
        Environment(use=False).proxy_for("http", "contoso.communication.azure.com", {"http": url})
