"""What is reported to a caller that is not authenticated, word by word, judged without a server."""

import base64
import hashlib
import hmac
import json
from typing import Any, Optional

import pytest

from azure.communication.rooms.emulator.pipeline.authentication import Authenticator
from azure.communication.rooms.emulator.service.errors import Detail, ServiceError
from azure.communication.rooms.emulator.state import timestamps

KEY = b"0123456789abcdef0123456789abcdef"
OTHER_KEY = b"fedcba9876543210fedcba9876543210"
HOST = "localhost:8420"
TARGET = "/rooms/a%20b?api-version=2025-03-13&x=%3D"
DATE = "Thu, 27 Mar 2025 06:42:12 GMT"
NOW = timestamps.parse_http_date(DATE)
MINUTE = 60 * timestamps.PER_SECOND
BODY = b"{}"


def base64_of(content: bytes) -> str:
    return base64.b64encode(content).decode()


def hash_of(body: bytes) -> str:
    return base64_of(hashlib.sha256(body).digest())


def signed(
    method: str = "GET",
    target: str = TARGET,
    date: str = DATE,
    host: str = HOST,
    content_hash: str = hash_of(BODY),
    key: bytes = KEY,
) -> dict[str, str]:
    """The headers of a request, the signature over these values."""
    text = f"{method}\n{target}\n{date};{host};{content_hash}"
    signature = base64_of(hmac.new(key, text.encode(), hashlib.sha256).digest())
    return {
        "host": HOST,
        "x-ms-date": DATE,
        "x-ms-content-sha256": hash_of(BODY),
        "authorization": f"HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}",
    }


def denial(
    headers: dict[str, str], target: str = TARGET, times: tuple[int, ...] = (NOW,), **options: Any
) -> tuple[str, str, str]:
    """The part, the explanation and the message of a denied request."""
    keys = options.pop("keys", {"first": KEY, "second": OTHER_KEY})
    with pytest.raises(ServiceError) as caught:
        Authenticator(keys, **options).authenticate("GET", target, headers, BODY, times)
    (detail,) = caught.value.details
    assert (caught.value.status, detail.code) == (401, "AuthenticationFailed")
    return detail.target, detail.message, str(caught.value)


DENIED = "Denied by the resource provider."


@pytest.mark.parametrize(
    ("slip", "part", "explanation"),
    [
        ({"host": "localhost"}, "host", "The host was signed without its port."),
        ({"host": f"{HOST}/"}, "host", "The host was signed with a slash at its end."),
        ({"host": f"http://{HOST}"}, "host", "The host was signed with its scheme."),
        ({"host": f"https://{HOST}"}, "host", "The host was signed with its scheme."),
        ({"target": "/rooms/a%20b"}, "query", "The path was signed without the query."),
        (
            {"target": "/rooms/a%20b?api-version=2025-03-13&x=="},
            "query",
            "The query was signed percent-decoded.",
        ),
        (
            {"target": "/rooms/a b?api-version=2025-03-13&x=%3D"},
            "path",
            "The path was signed percent-decoded.",
        ),
        (
            {"target": "/rooms/a b?api-version=2025-03-13&x=="},
            "path",
            "Path and query were signed percent-decoded.",
        ),
        ({"target": TARGET[1:]}, "path", "The path was signed without its first slash."),
        ({"method": "get"}, "method", "The method was signed in lower case."),
        *[
            ({"method": method}, "method", f"The signature is for {method}, the request is GET.")
            for method in ("POST", "PUT", "PATCH", "DELETE")
        ],
        ({"content_hash": hash_of(b"")}, "x-ms-content-sha256", "The hash of an empty body was signed."),
        (
            {"key": base64.b64encode(KEY)},
            "key",
            "The signature was made with the access key as text; decode it from base64 first.",
        ),
        (
            {"key": base64.b64encode(OTHER_KEY)},
            "key",
            "The signature was made with the access key as text; decode it from base64 first.",
        ),
        ({"key": OTHER_KEY, "host": "localhost"}, "host", "The host was signed without its port."),
        (
            {"key": b"unknown"},
            "signature",
            (
                "The signature was made with another key, or over other text than this, line feeds between: GET, "
                f"{TARGET}, and {DATE};{HOST};{hash_of(BODY)}"
            ),
        ),
    ],
)
def test_the_mistake_in_a_signature_is_named(slip: dict[str, Any], part: str, explanation: str) -> None:
    assert denial(signed(**slip), strict=True) == (part, explanation, DENIED)


def test_the_path_ends_at_the_first_question_mark() -> None:
    target = "/rooms?x=a?b"
    assert denial(signed(target="/rooms"), target)[:2] == ("query", "The path was signed without the query.")


def test_the_port_of_an_ipv6_host_is_what_stands_behind_the_last_colon() -> None:
    headers = {**signed(host="[::1]"), "host": "[::1]:8420"}
    assert denial(headers)[:2] == ("host", "The host was signed without its port.")


def test_the_other_date_is_named() -> None:
    earlier = "Thu, 27 Mar 2025 06:41:12 GMT"
    headers = {**signed(date=earlier), "date": earlier}
    assert denial(headers) == ("date", "The header Date was signed in place of x-ms-date.", DENIED)


@pytest.mark.parametrize(
    ("changes", "part", "explanation", "message"),
    [
        ({"authorization": ""}, "Authorization", "The header Authorization is missing.", DENIED),
        ({"authorization": None}, "Authorization", "The header Authorization is missing.", DENIED),
        (
            {"authorization": "Basic eA=="},
            "Authorization",
            "The scheme 'Basic' is neither HMAC-SHA256 nor Bearer.",
            DENIED,
        ),
        ({"host": None}, "host", "The signed header host is missing.", DENIED),
        ({"x-ms-date": None}, "x-ms-date", "The signed header x-ms-date is missing.", DENIED),
        (
            {"x-ms-content-sha256": None},
            "x-ms-content-sha256",
            "The signed header x-ms-content-sha256 is missing.",
            DENIED,
        ),
        (
            {"x-ms-content-sha256": hash_of(b"")},
            "x-ms-content-sha256",
            "The hash is not that of the body received.",
            "Request 'x-ms-content-sha256' differs from generated content hash.",
        ),
        ({"x-ms-date": "today"}, "x-ms-date", "'today' is not an HTTP date.", DENIED),
        (
            {"authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host&Signature=x"},
            "SignedHeaders",
            "SignedHeaders must be x-ms-date;host;x-ms-content-sha256.",
            DENIED,
        ),
        (
            {"authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256;date&Signature=x"},
            "SignedHeaders",
            "SignedHeaders must be x-ms-date;host;x-ms-content-sha256.",
            DENIED,
        ),
        (
            {"authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;x-ms-content-sha256;host&Signature=x"},
            "SignedHeaders",
            "SignedHeaders must be x-ms-date;host;x-ms-content-sha256.",
            DENIED,
        ),
        (
            {"authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256"},
            "Signature",
            "The signature is missing.",
            DENIED,
        ),
    ],
)
def test_what_is_wrong_with_the_headers_is_named(
    changes: dict[str, Optional[str]], part: str, explanation: str, message: str
) -> None:
    headers = {name: value for name, value in {**signed(), **changes}.items() if value is not None}
    assert denial(headers) == (part, explanation, message)


def test_parts_of_a_signature_may_stand_in_any_case_with_blanks_around() -> None:
    names, signature = signed()["authorization"].removeprefix("HMAC-SHA256 ").split("&")
    names = names.replace("x-ms-date;host", "X-MS-Date ; Host")
    headers = {**signed(), "authorization": f"hmac-sha256 {signature} & {names}"}
    assert Authenticator({"first": KEY}).authenticate("GET", TARGET, headers, BODY, (NOW,)) == "first"


@pytest.mark.parametrize(("key", "account"), [(KEY, "first"), (OTHER_KEY, "second")])
def test_a_signature_opens_the_account_of_its_key(key: bytes, account: str) -> None:
    authenticator = Authenticator({"first": KEY, "second": OTHER_KEY})
    assert authenticator.authenticate("GET", TARGET, signed(key=key), BODY, (NOW,)) == account


@pytest.mark.parametrize(("minutes", "text"), [(16, "06:58:12"), (-16, "06:26:12")])
def test_the_difference_of_the_clocks_is_reported_with_both_times(minutes: int, text: str) -> None:
    assert denial(signed(), times=(NOW + minutes * MINUTE,))[:2] == (
        "x-ms-date",
        f"The date {DATE!r} lies more than 15 minutes from the time here, 'Thu, 27 Mar 2025 {text} GMT'.",
    )


@pytest.mark.parametrize("off", [-15 * MINUTE, 15 * MINUTE])
def test_a_date_counts_where_any_of_the_times_is_within_15_minutes(off: int) -> None:
    far = NOW + 16 * MINUTE
    authenticator = Authenticator({"first": KEY})
    assert authenticator.authenticate("GET", TARGET, signed(), BODY, (far, NOW + off)) == "first"
    assert denial(signed(), times=(far, NOW + off + (1 if off > 0 else -1)))[0] == "x-ms-date"


def token(key: Optional[bytes] = None, **claims: Any) -> str:
    """A JWT with these claims, signed with a key, or with one that no account has."""
    parts = [{"alg": "HS256", "typ": "JWT"}, claims]
    text = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    signature = hmac.new(key or b"unknown", text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


AUDIENCE = "https://communication.azure.com"


@pytest.mark.parametrize(
    ("text", "explanation"),
    [
        ("x", "The bearer token is not a JWT."),
        (token(aud="elsewhere", exp=1e12), f"The audience of the token is not {AUDIENCE}."),
        (token(aud=AUDIENCE, exp=1), "The token has expired, or has no expiry time."),
        (
            token(aud=AUDIENCE, exp=1e12),
            (
                "The token is not of this emulator. token_credential(account) of the emulator gives one that is; the "
                "option --unsigned-tokens takes any for the first account."
            ),
        ),
        (
            token(aud=AUDIENCE, exp=1e12, rooms_emulator_account="third"),
            "The token names an account that is not here.",
        ),
        (
            token(aud=AUDIENCE, exp=1e12, rooms_emulator_account="first"),
            "The token is not signed with the key of the account that it names.",
        ),
    ],
    ids=["no token", "audience", "expiry", "no account", "unknown account", "signature"],
)
def test_what_is_wrong_with_a_token_is_named(text: str, explanation: str) -> None:
    assert denial({"authorization": f"Bearer {text}"}) == ("token", explanation, DENIED)


@pytest.mark.parametrize(("account", "key"), [("first", KEY), ("second", OTHER_KEY)])
def test_a_token_opens_the_account_that_it_names_and_is_signed_for(account: str, key: bytes) -> None:
    authenticator = Authenticator({"first": KEY, "second": OTHER_KEY})
    headers = {"authorization": f"Bearer {token(key, aud=AUDIENCE, exp=1e12, rooms_emulator_account=account)}"}
    assert authenticator.authenticate("GET", TARGET, headers, b"", (NOW,)) == account


def test_a_denial_is_a_fault_with_its_part() -> None:
    with pytest.raises(ServiceError) as caught:
        Authenticator({"first": KEY}).authenticate("GET", TARGET, {}, BODY, (NOW,))
    assert caught.value.details == (
        Detail("The header Authorization is missing.", "Authorization", "AuthenticationFailed"),
    )
