"""Connection strings, endpoints and keys: accepted in every harmless form, rejected with the name of the wrong part."""

from typing import Any

import pytest
from azure.core.credentials import AzureKeyCredential

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.endpoint import decode_key, normalize_endpoint, parse_connection_string

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
HOST = "https://contoso.communication.azure.com"


@pytest.mark.parametrize(
    "text",
    [
        f"endpoint={HOST}/;accesskey={KEY}",
        f"accesskey={KEY};endpoint={HOST}/",
        f"Endpoint={HOST}/;AccessKey={KEY};",
        f"  endpoint = {HOST}/ ; accesskey = {KEY} \n",
        f"endpoint={HOST}/;;accesskey={KEY};region=europe",
    ],
)
def test_a_connection_string_is_taken_in_any_order_case_and_spacing(text: str) -> None:
    assert parse_connection_string(text) == (f"{HOST}/", KEY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no endpoint"),
        (";", "has no endpoint"),
        (f"accesskey={KEY}", "has no endpoint"),
        (f"endpoint=;accesskey={KEY}", "has no endpoint"),
        (f"endpoint={HOST}", "has no accesskey"),
        (f"endpoint={HOST};accesskey=", "has no accesskey"),
        (f"endpoint={HOST};accesskey={KEY};accesskey={KEY}", "more than one 'accesskey'"),
        (f"endpoint={HOST};Endpoint={HOST};accesskey={KEY}", "more than one 'endpoint'"),
        (f"endpoint={HOST};{KEY.rstrip('=')}", "a part without '='"),
    ],
)
def test_a_wrong_connection_string_is_rejected_by_part_and_without_its_key(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        RoomsClient.from_connection_string(text)
    assert KEY.rstrip("=") not in str(caught.value)


def test_a_connection_string_is_text() -> None:
    with pytest.raises(TypeError, match="the connection string must be a str, not NoneType"):
        RoomsClient.from_connection_string(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("endpoint", "normal"),
    [
        (HOST, HOST),
        (f"{HOST}/", HOST),
        (f"{HOST}//", HOST),
        (f" {HOST}/ ", HOST),
        ("contoso.communication.azure.com", HOST),
        ("httpbin.example.com", "https://httpbin.example.com"),
        ("HTTPS://Contoso.Communication.Azure.com", HOST),
        (f"{HOST}:443", HOST),
        (f"{HOST}:8443", f"{HOST}:8443"),
        ("http://127.0.0.1:8420/", "http://127.0.0.1:8420"),
        ("http://127.1.2.3", "http://127.1.2.3"),
        ("http://localhost:80", "http://localhost"),
        ("http://rooms.localhost:8420", "http://rooms.localhost:8420"),
        ("http://[::1]:8420/", "http://[::1]:8420"),
    ],
)
def test_an_endpoint_has_one_form(endpoint: str, normal: str) -> None:
    assert normalize_endpoint(endpoint, allow_insecure_connection=False) == normal


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("", "the endpoint is empty"),
        ("  ", "the endpoint is empty"),
        ("https://", "the host is missing"),
        ("https:///rooms", "the host is missing"),
        ("ftp://contoso.communication.azure.com", "the scheme must be https or http"),
        (f"{HOST}:port", "the port must be a number"),
        (f"{HOST}:70000", "the port must be a number"),
        (f"{HOST}/base", "the endpoint has a path"),
        (f"{HOST}?x=1", "the endpoint has a query"),
        (f"{HOST}/?", "the endpoint has a query"),
        (f"{HOST}#top", "the endpoint has a fragment"),
        ("https://user:secret@contoso.communication.azure.com", "the endpoint has user information"),
        ("https://contoso .communication.azure.com", "white space or a control character"),
        ("https://contoso\x00.communication.azure.com", "white space or a control character"),
        ("https://münchen.example.com", "write the host in its xn-- form"),
        ("https://[::1", "is not a URL"),
    ],
)
def test_a_wrong_endpoint_is_rejected_by_part(endpoint: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        RoomsClient(endpoint, KEY)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("endpoint", [None, 5, b"https://contoso.communication.azure.com"])
def test_an_endpoint_is_text(endpoint: Any) -> None:
    with pytest.raises(TypeError, match="the endpoint must be a str"):
        RoomsClient(endpoint, KEY)


@pytest.mark.parametrize("host", ["contoso.communication.azure.com", "10.0.0.1", "localhost.example.com", "128.0.0.1"])
def test_http_to_another_machine_must_be_allowed(host: str) -> None:
    with pytest.raises(ValueError, match="allow_insecure_connection=True"):
        RoomsClient(f"http://{host}", KEY)
    with pytest.raises(ValueError, match="allow_insecure_connection=True"):
        RoomsClient.from_connection_string(f"endpoint=http://{host};accesskey={KEY}")
    client = RoomsClient(f"http://{host}", KEY, allow_insecure_connection=True)
    assert repr(client) == f"<RoomsClient http://{host}>"
    client.close()


@pytest.mark.parametrize("key", ["not base64!", "MDEy=MzQ1", "YWJj ZGVm", "===", "ключ"])
def test_a_key_that_is_not_base64_is_rejected_and_not_shown(key: str) -> None:
    with pytest.raises(ValueError, match="the access key is not base64") as caught:
        RoomsClient.from_connection_string(f"endpoint={HOST};accesskey={key}")
    assert key not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "the access key is empty"),
        (" \n", "the access key is empty"),
        (f"endpoint={HOST};accesskey={KEY}", "whole connection string; use RoomsClient.from_connection_string"),
        (f"AccessKey={KEY};Endpoint={HOST}", "whole connection string; use RoomsClient.from_connection_string"),
    ],
)
def test_what_stands_where_a_key_belongs_is_named(key: str, words: str) -> None:
    for credential in (key, AzureKeyCredential(key) if key else key):
        with pytest.raises(ValueError, match=words) as caught:
            RoomsClient(HOST, credential)
        assert KEY not in str(caught.value)


def test_a_key_is_text() -> None:
    assert decode_key(f" {KEY}\n") == b"0123456789abcdef0123456789abcdef"
    with pytest.raises(TypeError, match="the access key must be a str, not bytes"):
        decode_key(KEY.encode())  # type: ignore[arg-type]


@pytest.mark.parametrize("quote", ['"', "'", "`", "\u201c", "\u2019"])
@pytest.mark.parametrize(
    ("form", "what"),
    [
        ("{q}endpoint=https://contoso.communication.azure.com/;accesskey=c2VjcmV0{q}", "the connection string"),
        ("{q}endpoint=https://contoso.communication.azure.com/;accesskey=c2VjcmV0", "the connection string"),
        ("endpoint=https://contoso.communication.azure.com/;accesskey=c2VjcmV0{q}\n", "the connection string"),
        ("endpoint={q}https://contoso.communication.azure.com/{q};accesskey=c2VjcmV0", "the endpoint in the"),
        ("endpoint=https://contoso.communication.azure.com/;accesskey={q}c2VjcmV0{q};", "the accesskey in the"),
    ],
)
def test_a_connection_string_in_quotes_states_so(form: str, what: str, quote: str) -> None:
    with pytest.raises(ValueError, match=f"^{what}.* is in quotes; remove the quotes$"):
        parse_connection_string(form.format(q=quote))


def test_an_endpoint_and_a_key_in_quotes_say_so() -> None:
    with pytest.raises(ValueError, match=r"^the endpoint is in quotes; remove the quotes$"):
        normalize_endpoint('"https://contoso.communication.azure.com"', allow_insecure_connection=False)
    with pytest.raises(ValueError, match=r"^the access key is in quotes; remove the quotes$"):
        decode_key("'c2VjcmV0'")
