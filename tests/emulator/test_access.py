"""Who may reach which path: by peer, Host, origin and admin token."""

import hmac
from typing import Any, Optional

import pytest

from azure.communication.rooms.emulator.access import AccessRules, Caller
from azure.communication.rooms.emulator.config import Config
from azure.communication.rooms.emulator.service.errors import ServiceError

TOKEN = "s3cret-tökén"
REMOTE = "10.0.0.7"


def status_for_admin(caller: Caller, admin_port: Optional[int] = None, **options: Any) -> int:
    try:
        AccessRules(Config.of(allowed_hosts=["rooms"], **options), admin_port).check_admin(caller)
    except ServiceError as error:
        return error.status
    return 200


def caller(address: str = REMOTE, host: str = "rooms:8420", **headers: str) -> Caller:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Caller(address, "http", {"host": host, **sent}, 8420)


def bearer(token: str) -> str:
    return f"Bearer {token}".encode().decode("latin-1")


@pytest.mark.parametrize(
    ("configured", "authorization", "status"),
    [
        (TOKEN, bearer(TOKEN), 200),
        (TOKEN, bearer(TOKEN).replace("Bearer", "bearer"), 200),
        (TOKEN, bearer(TOKEN + "x"), 403),
        (TOKEN, bearer(TOKEN[:-1]), 403),
        (TOKEN, bearer(""), 403),
        (TOKEN, f"Basic {TOKEN}", 403),
        (TOKEN, TOKEN, 403),
        (TOKEN, "", 403),
        (None, "Bearer ", 403),
        (None, "Bearer None", 403),
    ],
)
def test_a_caller_elsewhere_needs_the_admin_token(configured: Optional[str], authorization: str, status: int) -> None:
    assert status_for_admin(caller(authorization=authorization), admin_token=configured) == status


def test_the_admin_token_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hmac, "compare_digest", lambda *_: False)
    assert status_for_admin(caller(authorization=bearer(TOKEN)), admin_token=TOKEN) == 403


@pytest.mark.parametrize("address", ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"])
def test_a_caller_on_loopback_needs_none(address: str) -> None:
    assert status_for_admin(caller(address)) == 200


@pytest.mark.parametrize(
    "headers",
    [{"host": "other:8420"}, {"origin": "http://other"}, {"origin": "http://rooms"}, {"sec_fetch_site": "cross-site"}],
    ids=str,
)
def test_the_admin_token_opens_nothing_to_web_pages_of_another_origin(headers: dict[str, str]) -> None:
    sent = {"authorization": bearer(TOKEN), **headers}
    assert status_for_admin(caller(**sent), admin_token=TOKEN) == 403


def test_the_admin_api_is_on_its_own_port_alone() -> None:
    assert status_for_admin(caller("127.0.0.1"), admin_port=8420) == 200
    assert status_for_admin(caller("127.0.0.1"), admin_port=8421) == 404


@pytest.mark.parametrize("host", ["rooms", "ROOMS:8420", "rooms.", "127.0.0.1", "localhost:1", "[::1]:80"])
def test_a_host_that_is_allowed_or_loopback_passes(host: str) -> None:
    AccessRules(Config.of(allowed_hosts=["Rooms"])).check_host({"host": host})


@pytest.mark.parametrize(
    "host",
    [
        "rooms.evil.example",
        "evil.example",
        "",
        "rooms@evil.example",
        "evil.example@rooms",
        "rooms/evil.example",
        "rooms?evil.example",
        "rooms#evil.example",
        "evil.example\\@rooms",
        "rooms:x",
        "[::1]evil.example",
        "::1",
        "[",
        "[]",
        ":80",
        "xrooms",
        f"rooms:{0:0300}",
    ],
)
def test_any_other_host_is_rejected(host: str) -> None:
    with pytest.raises(ServiceError, match="--allow-host") as caught:
        AccessRules(Config.of(allowed_hosts=["rooms"])).check_host({"host": host})
    assert caught.value.status == 403


@pytest.mark.parametrize("host", ["10.0.0.5", "fd00::5", "[fd00::5]", "rooms_1", "rooms.internal", "xn--rume-0ra.de"])
def test_names_and_addresses_can_be_allowed(host: str) -> None:
    written = f"[{host}]" if ":" in host and "[" not in host else host
    AccessRules(Config.of(allowed_hosts=[host])).check_host({"host": f"{written}:8420"})


@pytest.mark.parametrize("host", ["", "*", "rooms:8420", "http://rooms", "a b", "rooms/x", "räume"])
def test_what_is_no_host_cannot_be_allowed(host: str) -> None:
    with pytest.raises(ValueError, match="an allowed host is a name or an address"):
        Config.of(allowed_hosts=[host])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"allowed_hosts": "rooms"}, r"allowed_hosts must be a list, such as \['rooms'\], not str"),
        ({"faults": "503"}, r"faults must be a list, such as \['503'\], not str"),
        ({"grace": 3600}, "grace must be a timedelta, not int"),
        ({"clock_skew": 1.5}, "clock_skew must be a timedelta, not float"),
        ({"clock_skew": None}, "clock_skew must be a timedelta, not NoneType"),
    ],
)
def test_an_option_of_another_type_is_named(options: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Config.of(**options)


@pytest.mark.parametrize(
    "url",
    ["rooms:8420", "ftp://rooms", "http://", "http://rooms:x", "http://rooms/path", "http://u:p@rooms", "http://["],
)
def test_what_is_no_endpoint_cannot_be_advertised(url: str) -> None:
    with pytest.raises(ValueError, match="the advertised URL must be http:// or https://"):
        Config.of(advertise=url)


def test_an_empty_admin_token_is_rejected() -> None:
    with pytest.raises(ValueError, match="the admin token is empty"):
        Config.of(admin_token=" ")
    assert TOKEN not in repr(Config.of(admin_token=TOKEN))
