"""Keywords of a call: azure-core's are taken, misspelt ones refused with the nearest name."""

import logging
from typing import Any

import pytest
from azure.core.pipeline.policies import SansIOHTTPPolicy
from azure.core.pipeline.transport import RequestsTransport
from raw_server import RawServer

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.options import CallOptions

ID = "99412345678901234"
CALLS: dict[str, dict[str, Any]] = {
    "create_room": {},
    "get_room": {"room_id": ID},
    "update_room": {"room_id": ID},
    "delete_room": {"room_id": ID},
    "list_rooms": {},
    "list_participants": {"room_id": ID},
    "add_or_update_participants": {"room_id": ID, "participants": []},
    "remove_participants": {"room_id": ID, "participants": []},
}


@pytest.mark.parametrize("operation", CALLS)
def test_a_misspelt_keyword_is_refused_before_any_request(
    raw_client: RoomsClient, server: RawServer, operation: str
) -> None:
    with pytest.raises(TypeError, match=rf"{operation}\(\) got an unexpected keyword argument 'heders'.*'headers'"):
        getattr(raw_client, operation)(**CALLS[operation], heders={})
    assert server.received == []


@pytest.mark.parametrize(
    ("operation", "keyword", "meant"),
    [("create_room", "valid_form", "valid_from"), ("update_room", "pstn_dialout_enabled", "pstn_dial_out_enabled")],
)
def test_a_misspelt_keyword_of_the_operation_is_told_its_name(
    raw_client: RoomsClient, operation: str, keyword: str, meant: str
) -> None:
    with pytest.raises(TypeError, match=f"did you mean '{meant}'"):
        getattr(raw_client, operation)(**CALLS[operation], **{keyword: None})


def test_a_keyword_that_is_near_to_nothing_is_refused_too(raw_client: RoomsClient) -> None:
    with pytest.raises(TypeError, match=r"get_room\(\) got an unexpected keyword argument 'zzz'$"):
        raw_client.get_room(ID, zzz=1)  # type: ignore[call-arg]


class WithKeyword(SansIOHTTPPolicy[Any, Any]):
    """A policy of the caller's, with a keyword of its own."""

    def __init__(self) -> None:
        self.got: list[Any] = []

    def on_request(self, request: Any) -> None:
        self.got.append(request.context.options.pop("colour", None))


@pytest.mark.parametrize("place", ["per_call_policies", "per_retry_policies"])
def test_a_policy_of_the_callers_gets_keywords_of_its_own(server: RawServer, place: str) -> None:
    policy = WithKeyword()
    server.respond(204)
    policies: Any = {place: [policy]}
    with RoomsClient(server.endpoint, "aGVsbG8=", **policies) as client:
        client.delete_room(ID, colour="red")  # type: ignore[call-arg]
    assert policy.got == ["red"]


def test_a_policy_in_the_place_of_ours_gets_keywords_of_its_own(server: RawServer) -> None:
    policy = WithKeyword()
    server.respond(204)
    with RoomsClient(server.endpoint, "aGVsbG8=", custom_hook_policy=policy) as client:
        client.delete_room(ID, colour="red")  # type: ignore[call-arg]
    assert policy.got == ["red"]


def test_a_transport_of_the_callers_gets_keywords_of_its_own(server: RawServer) -> None:
    class WithKeywordToo(RequestsTransport):  # type: ignore[misc]  # azure-core gives it no type
        def send(self, request: Any, *, colour: str = "", **kwargs: Any) -> Any:
            colours.append(colour)
            return super().send(request, **kwargs)

    colours: list[str] = []
    server.respond(204)
    with RoomsClient(server.endpoint, "aGVsbG8=", transport=WithKeywordToo(use_env_settings=False)) as client:
        client.delete_room(ID, colour="red")  # type: ignore[call-arg]
    assert colours == ["red"]


#: A value for every keyword, by which a call goes through.
VALUES: dict[str, Any] = {
    "headers": {"x-mine": "1"},
    "cls": lambda _response, room, _headers: room,
    "request_id": None,
    "timeout": 30,
    "connection_timeout": 10,
    "read_timeout": 10,
    "connection_verify": True,
    "connection_cert": None,
    "proxies": {},
    "retry_total": 1,
    "retry_connect": 1,
    "retry_read": 1,
    "retry_status": 1,
    "retry_backoff_factor": 0,
    "retry_backoff_max": 1,
    "retry_on_methods": ["GET"],
    "permit_redirects": False,
    "redirect_max": 1,
    "user_agent": "app",
    "user_agent_overwrite": True,
    "raw_request_hook": lambda _request: None,
    "raw_response_hook": lambda _response: None,
    "logging_enable": False,
    "logger": logging.getLogger("mine"),
    "tracing_options": {"enabled": False},
    "merge_span": True,
    "parent_span": None,
}
#: Keywords that azure-core takes off a call only while it traces, or only in its newer releases.
TAKEN_ELSEWHERE = {"http_logging_level", "network_span_namer", "tracing_attributes"}


@pytest.mark.parametrize("keyword", VALUES)
def test_every_keyword_goes_through_to_azure_core(raw_client: RoomsClient, server: RawServer, keyword: str) -> None:
    server.respond(200, f'{{"id":"{ID}"}}')
    given = {"user_agent": "app"} if keyword == "user_agent_overwrite" else {}
    assert raw_client.get_room(ID, **{keyword: VALUES[keyword], **given}).id == ID


def test_no_keyword_is_left_out_of_these_tests() -> None:
    assert set(VALUES) | TAKEN_ELSEWHERE == set(CallOptions.__annotations__)
