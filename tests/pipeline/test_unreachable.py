"""A connection that this machine rejected requests whether the emulator is running."""

import re
from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError
from client_kinds import client_kind, parametrize
from loopback import free_port, needs_ipv6

from azure.communication.rooms import RoomsClient

__all__ = ["client_kind"]
pytest_generate_tests = parametrize


@pytest.mark.parametrize(
    ("scheme", "host", "options"),
    [
        ("http", "127.0.0.1", ""),
        ("http", "localhost", ""),
        ("https", "127.0.0.1", " --tls"),
        pytest.param("http", "[::1]", "", marks=needs_ipv6),
    ],
)
def test_a_refused_connection_to_this_machine_names_the_command(scheme: str, host: str, options: str) -> None:
    port = free_port()
    with RoomsClient(f"{scheme}://{host}:{port}", "c2VjcmV0", retry_total=0, use_env_settings=False) as client:
        with pytest.raises(ServiceRequestError) as caught:
            client.get_room("99412345678901234")
    assert str(caught.value) == (
        f"{scheme}://{host}:{port} could not be reached: connection refused. Is the emulator running? "
        f"Start it with `rooms-emulator --port {port}{options}`."
    )


def test_a_refused_connection_to_a_proxy_does_not() -> None:
    options: Any = {"proxies": {"https": f"http://127.0.0.1:{free_port()}"}, "retry_total": 0}
    with RoomsClient("https://contoso.communication.azure.com", "c2VjcmV0", **options) as client:
        with pytest.raises(ServiceRequestError, match="could not be reached") as caught:
            client.get_room("99412345678901234")
    assert "emulator" not in str(caught.value)


@pytest.mark.parametrize("proxied", [False, True])
def test_no_object_of_this_library_is_in_the_text(proxied: bool) -> None:
    endpoint = "http://contoso.invalid"
    proxies = {"http": f"http://127.0.0.1:{free_port()}"} if proxied else {}
    options: Any = {"allow_insecure_connection": True, "use_env_settings": False, "retry_total": 0, "proxies": proxies}
    with RoomsClient(endpoint, "c2VjcmV0", **options) as client:
        with pytest.raises(ServiceRequestError, match="could not be reached") as caught:
            client.get_room("99412345678901234")
    assert re.search(r"Connection\(|urllib3_transport|aiohttp_transport", str(caught.value)) is None
