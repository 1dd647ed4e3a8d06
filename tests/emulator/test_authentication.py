"""Who the emulator returns: signatures and tokens, judged over http.client and by hand."""

import base64
import hmac
import json
import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote

import pytest
from signed_http import Reply, SignedHttp

from azure.communication.rooms.emulator import ACCESS_KEY, RoomsEmulator
from azure.communication.rooms.emulator.pipeline.authentication import Authenticator
from azure.communication.rooms.emulator.service import errors

TARGET = "/rooms?api-version=2025-03-13"
AUDIENCE = "https://communication.azure.com"


def denied(reply: Reply) -> dict[str, str]:
    """The part at fault and the words for it of an error, which must have the service's form."""
    assert reply.status == 401
    assert reply.headers["x-ms-error-code"] == reply.body["error"]["code"] == "Denied"
    assert ACCESS_KEY not in json.dumps(reply.body)
    (detail,) = reply.body["error"]["details"]
    assert detail["code"] == "AuthenticationFailed"
    return {"target": detail["target"], "message": detail["message"], "outer": reply.body["error"]["message"]}


def test_a_good_signature_is_taken(http: SignedHttp) -> None:
    assert http.send("GET", "/rooms").status == 200


def test_the_known_signature_is_the_emulators_too() -> None:
    from azure.communication.rooms.emulator.pipeline.authentication import SignedParts, _sign

    parts = SignedParts(
        "GET",
        "/rooms?api-version=2025-03-13",
        "Thu, 27 Mar 2025 06:42:12 GMT",
        "contoso.communication.azure.com",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    )
    assert _sign(b"0123456789abcdef0123456789abcdef", parts) == b"+g9AwyO94vCwL/aatdNyxqM307Aft6jyU7y/skrY8D8="


def test_the_date_header_may_stand_for_x_ms_date(http: SignedHttp) -> None:
    headers = http.headers("GET", TARGET, b"")
    headers["Date"] = headers.pop("x-ms-date")
    headers["Authorization"] = headers["Authorization"].replace("x-ms-date", "date")
    assert http.send_as_is("GET", TARGET, b"", headers).status == 200


@pytest.mark.parametrize(
    ("slip", "part", "words"),
    [
        ({"method": "POST"}, "method", "The signature is for POST, the request is GET."),
        ({"method": "get"}, "method", "in lower case"),
        ({"target": "/rooms"}, "query", "without the query"),
        ({"target": "rooms?api-version=2025-03-13"}, "path", "without its first slash"),
        ({"host": "127.0.0.1"}, "host", "without its port"),
        ({"host": "http://{host}"}, "host", "with its scheme"),
        ({"host": "https://{host}"}, "host", "with its scheme"),
        ({"host": "{host}/"}, "host", "with a slash at its end"),
        ({"host": "elsewhere.example.com"}, "signature", "another key, or over other text"),
        ({"target": "/rooms?api-version=2024-04-15"}, "signature", "another key, or over other text"),
        ({"key": base64.b64encode(base64.b64decode(ACCESS_KEY))}, "key", "decode it from base64 first"),
        ({"key": b"another key"}, "signature", "another key"),
    ],
)
def test_a_wrong_signature_is_reported_with_the_part_that_differs(
    http: SignedHttp, slip: dict[str, Any], part: str, words: str
) -> None:
    signer = SignedHttp(f"endpoint=http://{http.host}/;accesskey={ACCESS_KEY}", key=slip.get("key"))
    signer.host = slip.get("host", http.host).format(host=http.host)
    headers = signer.headers(slip.get("method", "GET"), slip.get("target", TARGET), b"")
    error = denied(http.send_as_is("GET", TARGET, b"", headers))
    assert error["target"] == part
    assert words in error["message"]
    assert error["outer"] == "Denied by the resource provider."


def test_signatures_and_tokens_are_compared_in_constant_time(
    emulator: RoomsEmulator, http: SignedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = emulator.token_credential().get_token(f"{AUDIENCE}/.default").token
    assert [http.send("GET", "/rooms").status, with_token(http, given).status] == [200, 200]
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: False)
    assert [http.send("GET", "/rooms").status, with_token(http, given).status] == [401, 401]


def test_the_hash_of_an_empty_body_is_reported(http: SignedHttp) -> None:
    signed = http.headers("POST", TARGET, b"")
    sent = {
        **http.headers("POST", TARGET, b"{}"),
        "Authorization": signed["Authorization"],
        "x-ms-date": signed["x-ms-date"],
    }
    error = denied(http.send_as_is("POST", TARGET, b"{}", sent))
    assert error["target"] == "x-ms-content-sha256"
    assert "empty body" in error["message"]


def test_a_hash_of_another_body_is_reported_in_the_services_words(http: SignedHttp) -> None:
    error = denied(http.send_as_is("POST", TARGET, b"{ }", http.headers("POST", TARGET, b"{}")))
    assert error["target"] == "x-ms-content-sha256"
    assert error["outer"] == "Request 'x-ms-content-sha256' differs from generated content hash."


def test_the_other_date_is_reported(http: SignedHttp) -> None:
    time = datetime.now(timezone.utc)
    headers = http.headers("GET", TARGET, b"", time)
    other = http.headers("GET", TARGET, b"", time - timedelta(seconds=60))
    sent = {**headers, "Authorization": other["Authorization"], "Date": other["x-ms-date"]}
    assert denied(http.send_as_is("GET", TARGET, b"", sent))["target"] == "date"


@pytest.mark.parametrize("minutes", [-15, 15])
def test_a_date_within_15_minutes_is_taken(emulator: RoomsEmulator, http: SignedHttp, minutes: int) -> None:
    emulator.clock.freeze()
    emulator.clock.set(datetime(2030, 1, 1, 12, 0, tzinfo=timezone.utc))
    assert http.send("GET", "/rooms", date=emulator.clock.now() + timedelta(minutes=minutes)).status == 200


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_date_beyond_15_minutes_is_rejected_with_both_times(
    emulator: RoomsEmulator, http: SignedHttp, minutes: int
) -> None:
    emulator.clock.freeze()
    emulator.clock.set(datetime(2030, 1, 1, 12, 0, tzinfo=timezone.utc))
    error = denied(http.send("GET", "/rooms", date=emulator.clock.now() + timedelta(minutes=minutes)))
    assert error["target"] == "x-ms-date"
    assert "Tue, 01 Jan 2030 12:00:00 GMT" in error["message"]
    assert f"Tue, 01 Jan 2030 {'12:16' if minutes > 0 else '11:44'}:00 GMT" in error["message"]


@pytest.mark.parametrize("missing", ["x-ms-date", "x-ms-content-sha256", "Authorization"])
def test_a_missing_header_is_named(http: SignedHttp, missing: str) -> None:
    headers = {name: value for name, value in http.headers("GET", TARGET, b"").items() if name != missing}
    error = denied(http.send_as_is("GET", TARGET, b"", headers))
    assert error["target"] == missing
    assert "is missing" in error["message"]


SIGNED = "SignedHeaders=x-ms-date;host;x-ms-content-sha256"


@pytest.mark.parametrize(
    ("authorization", "part"),
    [
        ("Basic dXNlcjpwYXNz", "Authorization"),
        ("HMAC-SHA256 ", "SignedHeaders"),
        ("HMAC-SHA256 Signature=x", "SignedHeaders"),
        ("HMAC-SHA256 SignedHeaders=host;x-ms-date;x-ms-content-sha256&Signature=x", "SignedHeaders"),
        ("HMAC-SHA256 SignedHeaders=x-ms-date;host&Signature=x", "SignedHeaders"),
        (f"HMAC-SHA256 {SIGNED}", "Signature"),
        (f"HMAC-SHA256 {SIGNED}&Signature=", "Signature"),
        (f"HMAC-SHA256 {SIGNED}&Signature=AAAA", "signature"),
    ],
)
def test_a_malformed_header_is_reported_apart(http: SignedHttp, authorization: str, part: str) -> None:
    headers = {**http.headers("GET", TARGET, b""), "Authorization": authorization}
    assert denied(http.send_as_is("GET", TARGET, b"", headers))["target"] == part


@pytest.mark.parametrize("date", ["yesterday", "2025-03-13T00:00:00Z", ""])
def test_a_date_that_is_none_is_rejected(http: SignedHttp, date: str) -> None:
    error = denied(http.send_as_is("GET", TARGET, b"", {**http.headers("GET", TARGET, b""), "x-ms-date": date}))
    assert error["target"] == "x-ms-date"
    assert "is not an HTTP date" in error["message"]


def test_a_date_without_a_zone_is_utc(http: SignedHttp, emulator: RoomsEmulator) -> None:
    headers = http.headers("GET", TARGET, b"")
    stamp = headers["x-ms-date"].replace("GMT", "-0000")
    assert denied(http.send_as_is("GET", TARGET, b"", {**headers, "x-ms-date": stamp}))["target"] == "signature"


ESCAPED = "/rooms/a%20b?api-version=2025-03-13&x=%3D"
DECODED = unquote(ESCAPED)


@pytest.fixture
def strict() -> Iterator[SignedHttp]:
    with RoomsEmulator(strict_hmac=True) as emulator:
        yield SignedHttp(emulator.connection_string)


@pytest.mark.parametrize("signed", [ESCAPED, DECODED], ids=["as sent", "percent-decoded"])
def test_a_percent_decoded_signature_is_taken_as_well(http: SignedHttp, signed: str) -> None:
    reply = http.send_as_is("GET", ESCAPED, b"", http.headers("GET", signed, b""))
    assert reply.body["error"]["message"] == "Invalid room ID length."


def test_a_strict_emulator_takes_a_signature_over_the_bytes_sent(strict: SignedHttp) -> None:
    assert strict.send_as_is("GET", ESCAPED, b"", strict.headers("GET", ESCAPED, b"")).status == 400


@pytest.mark.parametrize(
    ("signed", "part"),
    [
        (DECODED, "path"),
        ("/rooms/a b?api-version=2025-03-13&x=%3D", "path"),
        ("/rooms/a%20b?api-version=2025-03-13&x==", "query"),
    ],
)
def test_a_strict_emulator_rejects_any_percent_decoding(strict: SignedHttp, signed: str, part: str) -> None:
    error = denied(strict.send_as_is("GET", ESCAPED, b"", strict.headers("GET", signed, b"")))
    assert error["target"] == part
    assert "percent-decoded" in error["message"]


def token(**claims: Any) -> str:
    """A JWT with these claims."""
    parts = [{"alg": "RS256"}, claims]
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*texts, "c2lnbmF0dXJl"])


def with_token(http: SignedHttp, text: str, scheme: str = "Bearer") -> Reply:
    return http.send_as_is("GET", TARGET, b"", {"Authorization": f"{scheme} {text}"})


#: Of tokens that are valid for as long as the tests run, however long that is.
LATER = int(datetime.now(timezone.utc).timestamp()) + 86_400


@pytest.mark.parametrize("audience", [AUDIENCE, AUDIENCE + "/", [AUDIENCE], ["x", AUDIENCE]])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_token_for_communication_services_is_taken(http: SignedHttp, audience: Any, scheme: str) -> None:
    assert with_token(http, token(aud=audience, exp=LATER), scheme).status == 200


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a JWT"),
        ("abc", "not a JWT"),
        ("a.b.c", "not a JWT"),
        ("a.W10.c", "not a JWT"),
        ("a.ä.c", "not a JWT"),
        (token(aud="https://management.azure.com", exp=LATER), "audience"),
        (token(exp=LATER), "audience"),
        (token(aud=5, exp=LATER), "audience"),
        (token(aud=AUDIENCE), "expired"),
        (token(aud=AUDIENCE, exp="never"), "expired"),
        (token(aud=AUDIENCE, exp=float("nan")), "expired"),
        (token(aud=AUDIENCE, exp=1), "expired"),
    ],
    ids=lambda value: value[:30],  # tokens hold the time, and tests are known by their names
)
def test_any_other_token_is_rejected(http: SignedHttp, text: str, words: str) -> None:
    error = denied(with_token(http, text))
    assert error["target"] == "token"
    assert words in error["message"]


def test_a_token_grows_old_with_the_emulators_clock(emulator: RoomsEmulator, http: SignedHttp) -> None:
    text = token(aud=AUDIENCE, exp=LATER)
    emulator.clock.advance(hours=25)
    assert "expired" in denied(with_token(http, text))["message"]


def test_a_token_ends_with_the_second_it_names(emulator: RoomsEmulator, http: SignedHttp) -> None:
    emulator.clock.freeze()
    emulator.clock.set(datetime.fromtimestamp(LATER, timezone.utc))
    assert with_token(http, token(aud=AUDIENCE, exp=LATER + 1)).status == 200
    assert with_token(http, token(aud=AUDIENCE, exp=LATER)).status == 401


def test_the_emulators_own_credential_gives_tokens_it_takes(emulator: RoomsEmulator, http: SignedHttp) -> None:
    credential = emulator.token_credential()
    before = time.time()
    given = credential.get_token("https://communication.azure.com//.default", tenant_id="x")
    assert with_token(http, given.token).status == 200
    assert isinstance(given.expires_on, int)
    assert int(before) + 3600 <= given.expires_on <= time.time() + 3600
    emulator.clock.advance(hours=2)
    assert with_token(http, given.token).status == 401
    assert with_token(http, credential.get_token("https://communication.azure.com/.default").token).status == 200


def test_a_token_of_the_emulator_opens_its_account_alone() -> None:
    accounts = {"red": "cmVk", "blue": "Ymx1ZQ=="}
    with RoomsEmulator(accounts=accounts) as emulator:
        http = SignedHttp(emulator.connection_string)
        emulator.seed(1, account="blue")
        for account, count in (("red", 0), ("blue", 1), (None, 0)):
            given = emulator.token_credential(account).get_token(f"{AUDIENCE}/.default").token
            assert len(with_token(http, given).body["value"]) == count
            head, claims, signature = given.split(".")
            forged = claims + "A" if len(claims) % 4 != 1 else claims[:-1]
            assert with_token(http, f"{head}.{forged}.{signature}").status == 401


@pytest.mark.parametrize("claims", [{}, {"rooms_emulator_account": "red"}, {"rooms_emulator_account": "blue"}], ids=str)
def test_a_token_that_the_emulator_did_not_sign_opens_no_named_account(claims: dict[str, str]) -> None:
    with RoomsEmulator(accounts={"red": "cmVk", "blue": "Ymx1ZQ=="}) as emulator:
        http = SignedHttp(emulator.connection_string)
        error = denied(with_token(http, token(aud=AUDIENCE, exp=LATER, **claims)))
    assert error["target"] == "token"
    assert ("not signed with the key" if claims else "--unsigned-tokens") in error["message"]


def test_unsigned_tokens_open_the_first_account_where_they_are_requested() -> None:
    with RoomsEmulator(accounts={"red": "cmVk", "blue": "Ymx1ZQ=="}, unsigned_tokens=True) as emulator:
        http = SignedHttp(emulator.connection_string)
        emulator.seed(1, account="red")
        assert len(with_token(http, token(aud=AUDIENCE, exp=LATER)).body["value"]) == 1
        assert with_token(http, token(aud=AUDIENCE, exp=LATER, rooms_emulator_account="blue")).status == 401


@pytest.mark.parametrize("account", ["unknown", 5, ["rooms"]], ids=str)
def test_a_token_of_an_account_that_is_not_here_opens_none(http: SignedHttp, account: Any) -> None:
    error = denied(with_token(http, token(aud=AUDIENCE, exp=LATER, rooms_emulator_account=account)))
    assert "not here" in error["message"]


def test_unsigned_tokens_open_nothing_where_others_can_call() -> None:
    with RoomsEmulator(host="0.0.0.0") as emulator:
        http = SignedHttp(emulator.connection_string)
        assert with_token(http, token(aud=AUDIENCE, exp=LATER)).status == 401
        given = emulator.token_credential().get_token(f"{AUDIENCE}/.default").token
        assert with_token(http, given).status == 200


@pytest.mark.parametrize(
    "scopes",
    [
        (),
        ("https://management.azure.com/.default",),
        (f"{AUDIENCE}X/.default",),
        (f"{AUDIENCE}/.default",) * 2,
    ],
)
def test_the_emulators_own_credential_requires_one_scope(emulator: RoomsEmulator, scopes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"^the scope must be https://communication\.azure\.com//\.default$"):
        emulator.token_credential().get_token(*scopes)


def mutated_dates() -> Iterator[str]:
    """3,000 texts that a date became by chance: parts of it cut out, doubled, replaced by digits and signs."""
    chance = random.Random(7)
    for _ in range(3000):
        text = "Thu, 27 Mar 2025 06:42:12 GMT"
        for _ in range(chance.randint(1, 4)):
            start, end = sorted(chance.sample(range(len(text) + 1), 2))
            part = chance.choice(["", text[start:end] * 2, "9" * chance.choice([1, 2, 25]), "-", "+", ":", ",", "é"])
            text = (text[:start] + part + text[end:]) or "-"
        yield text


def test_a_date_that_was_changed_by_chance_is_denied_and_nothing_worse() -> None:
    headers = {"authorization": "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=x"}
    headers.update({"host": "localhost", "x-ms-content-sha256": "x"})
    authenticator = Authenticator({"rooms": b"key"})
    for date in mutated_dates():
        with pytest.raises(errors.ServiceError) as caught:
            authenticator.authenticate("GET", "/rooms", {**headers, "x-ms-date": date}, b"", (0,))
        assert caught.value.status == 401


def test_a_date_with_a_year_beyond_all_years_is_denied(http: SignedHttp, caplog: pytest.LogCaptureFixture) -> None:
    date = "Thu, 27 Mar 20259999999999999999999 06:42:12 GMT"
    reply = http.send("GET", "/rooms", headers={"x-ms-date": date})
    assert (denied(reply)["target"], denied(reply)["message"]) == ("x-ms-date", f"{date!r} is not an HTTP date.")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8420", "localhost.evil.example", "10.0.0.1", "[::2]", "["]
)
@pytest.mark.parametrize("path", ["/rooms", "/identities", "/nowhere"])
def test_a_host_that_is_not_this_machine_is_forbidden_before_anything_else(
    emulator: RoomsEmulator, http: SignedHttp, host: str, path: str
) -> None:
    emulator.faults.add("status=503")
    reply = http.send_as_is("GET", path, b"", {"Host": host})
    assert (reply.status, reply.body["error"]["code"]) == (403, "Forbidden")


def test_health_is_open_to_every_host(http: SignedHttp) -> None:
    assert http.send_as_is("GET", "/health", b"", {"Host": "evil.example"}).status == 200
