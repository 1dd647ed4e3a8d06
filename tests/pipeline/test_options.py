"""Keywords of a call: azure-core's are taken, misspelt ones rejected with the nearest name."""

import logging
import re
import typing
from contextlib import nullcontext
from typing import Any, Callable

import pytest
from azure.core import PipelineClient, configuration
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline import Pipeline, policies
from azure.core.pipeline.policies import RetryMode, SansIOHTTPPolicy
from azure.core.pipeline.transport import RequestsTransport
from azure.core.rest import HttpRequest
from operations import CALLS, ID
from raw_server import RawServer
from room_bodies import room_text

from azure.communication.rooms import RoomsClient
from azure.communication.rooms._pipeline.options import CallOptions, ClientOptions, ConstructionOptions
from azure.communication.rooms._pipeline.transports.urllib3_transport import Urllib3Transport

#: Names of other libraries that call an operation here; the message has the name of that.
SYNONYMS = {"get_participants": "list_participants", "upsert_participants": "add_or_update_participants"}


@pytest.mark.parametrize("operation", CALLS)
def test_a_misspelt_keyword_is_rejected_before_any_request(
    raw_client: RoomsClient, server: RawServer, operation: str
) -> None:
    name = SYNONYMS.get(operation, operation)
    with pytest.raises(TypeError, match=rf"^{name}\(\) got an unexpected keyword argument 'heders'.*'headers'"):
        getattr(raw_client, operation)(**CALLS[operation], heders={})
    assert server.received == []


@pytest.mark.parametrize(
    ("operation", "keyword", "meant"),
    [("create_room", "valid_form", "valid_from"), ("update_room", "pstn_dialout_enabled", "pstn_dial_out_enabled")],
)
def test_a_misspelt_keyword_of_the_operation_gets_its_name(
    raw_client: RoomsClient, operation: str, keyword: str, meant: str
) -> None:
    with pytest.raises(TypeError, match=f"did you mean '{meant}'"):
        getattr(raw_client, operation)(**CALLS[operation], **{keyword: None})


def test_a_misspelt_keyword_of_a_request_is_rejected_before_it_is_sent(
    raw_client: RoomsClient, server: RawServer
) -> None:
    with pytest.raises(TypeError, match=r"^send_request\(\) got an unexpected keyword argument 'steam'.*'stream'"):
        raw_client.send_request(HttpRequest("GET", "/rooms"), steam=True)  # type: ignore[call-arg]  # misspelt
    assert server.received == []


def test_a_keyword_that_is_near_to_nothing_is_rejected_too(raw_client: RoomsClient) -> None:
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


def test_a_policy_that_replaces_ours_gets_keywords_of_its_own(server: RawServer) -> None:
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
    "api_version": "2024-04-15",
    "error_map": {404: None},
    "params": {"x": "1"},
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
    server.respond(200, room_text(ID))
    given = {"user_agent": "app"} if keyword == "user_agent_overwrite" else {}
    assert raw_client.get_room(ID, **{keyword: VALUES[keyword], **given}).id == ID


def test_no_keyword_is_left_out_of_these_tests() -> None:
    assert set(VALUES) | TAKEN_ELSEWHERE == set(CallOptions.__annotations__)


ENDPOINT, KEY = "https://contoso.communication.azure.com", "aGVsbG8="
#: Each way to make a client.
MAKERS: dict[str, Callable[..., RoomsClient]] = {
    "constructor": lambda **options: RoomsClient(ENDPOINT, KEY, **options),
    "connection string": lambda **options: RoomsClient.from_connection_string(
        f"endpoint={ENDPOINT};accesskey={KEY}", **options
    ),
}
each_maker = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


@each_maker
@pytest.mark.parametrize(
    ("keyword", "meant"),
    [
        ("api_verison", "api_version"),
        ("allow_insecure_conection", "allow_insecure_connection"),
        ("timeuot", "timeout"),
        ("correct_clock_skw", "correct_clock_skew"),
        ("max_response_sise", "max_response_size"),
        ("retry_totl", "retry_total"),
        ("per_call_polices", "per_call_policies"),
        ("retry_polcy", "retry_policy"),
        ("transprot", "transport"),
        ("conection_verify", "connection_verify"),
    ],
)
def test_a_misspelt_keyword_of_a_client_is_rejected_with_the_nearest_name(
    make: Callable[..., RoomsClient], keyword: str, meant: str
) -> None:
    message = rf"^RoomsClient\(\) got an unexpected keyword argument '{keyword}'; did you mean '{meant}'\?$"
    with pytest.raises(TypeError, match=message):
        make(**{keyword: None})


@each_maker
def test_a_keyword_of_a_client_that_is_near_to_nothing_is_rejected_too(make: Callable[..., RoomsClient]) -> None:
    with pytest.raises(TypeError, match=r"^RoomsClient\(\) got an unexpected keyword argument 'zzz'$"):
        make(zzz=1)


def test_a_keyword_of_a_call_alone_is_none_of_a_client() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'cls'"):
        RoomsClient(ENDPOINT, KEY, cls=print)  # type: ignore[call-arg]


def test_a_transport_that_is_none_brings_no_code() -> None:
    with pytest.raises(TypeError, match="did you mean 'timeout'"):
        RoomsClient(ENDPOINT, KEY, transport=None, timeuot=1)  # type: ignore[call-arg]


@each_maker
@pytest.mark.parametrize(
    ("size", "error", "message"),
    [("5", TypeError, "a number of bytes, not str"), (0, ValueError, "more than 0"), (-1, ValueError, "more than 0")],
)
def test_a_size_of_responses_is_a_number_of_bytes(
    make: Callable[..., RoomsClient], size: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"^max_response_size must be {message}"):
        make(max_response_size=size)


#: Each keyword by which code of the caller's comes into the pipeline.
OWN_CODE = sorted(name for name in ClientOptions.__annotations__ if name.endswith(("_policy", "policies")))


@each_maker
@pytest.mark.parametrize("keyword", OWN_CODE)
def test_a_client_with_code_of_the_callers_takes_any_keyword(make: Callable[..., RoomsClient], keyword: str) -> None:
    policy = WithKeyword()
    make(**{keyword: [policy] if keyword.endswith("policies") else policy}, colour="red").close()


@each_maker
def test_a_client_with_a_transport_or_a_pipeline_of_the_callers_takes_any_keyword(
    make: Callable[..., RoomsClient],
) -> None:
    transport = RequestsTransport()
    make(transport=transport, colour="red").close()
    make(pipeline=Pipeline(transport, []), colour="red").close()


class Subclass(RoomsClient):
    """A client with a keyword of its own."""

    def __init__(self, *arguments: Any, colour: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.colour = colour


def test_a_subclass_has_keywords_of_its_own() -> None:
    assert Subclass(ENDPOINT, KEY, colour="red").colour == "red"
    assert Subclass.from_connection_string(f"endpoint={ENDPOINT};accesskey={KEY}", colour="red").colour == "red"  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^Subclass\(\) got an unexpected keyword argument 'timeuot'.*'timeout'"):
        Subclass(ENDPOINT, KEY, timeuot=3)


#: A value for every keyword of a client alone that brings no code.
CLIENT_VALUES: dict[str, Any] = {
    "audience": None,
    "credential_scopes": None,
    "correct_clock_skew": False,
    "max_response_size": 1000,
    "use_env_settings": False,
    "connection_data_block_size": 1000,
    "retry_mode": RetryMode.Fixed,
    "retry_on_status_codes": [418],
    "redirect_remove_headers": ["x-mine"],
    "redirect_on_status_codes": [399],
    "base_headers": {"x-mine": "1"},
    "base_user_agent": "mine",
    "user_agent_use_env": False,
    "sdk_moniker": "mine/1",
    "auto_request_id": False,
    "request_id_header_name": "x-id",
    "additional_allowed_query_params": ["x"],
    "polling_interval": 5,
    "session": None,
    "session_owner": True,
}


@pytest.mark.parametrize("keyword", sorted({*VALUES, *CLIENT_VALUES}.intersection(ClientOptions.__annotations__)))
def test_every_keyword_of_a_client_is_taken(server: RawServer, keyword: str) -> None:
    server.respond(200, room_text(ID))
    given: Any = {keyword: {**VALUES, **CLIENT_VALUES}[keyword]}
    if keyword == "user_agent_overwrite":
        given["user_agent"] = "app"
    with RoomsClient(server.endpoint, KEY, **given) as client:
        assert client.get_room(ID).id == ID


def test_no_keyword_of_a_client_is_left_out_of_these_tests() -> None:
    shared = set(ClientOptions.__annotations__) & set(CallOptions.__annotations__)
    assert shared | set(CLIENT_VALUES) | set(OWN_CODE) | {"transport", "pipeline"} == set(ClientOptions.__annotations__)


def documented(of: Any) -> set[str]:
    """The keywords in the docstring of a class."""
    return set(re.findall(r":keyword\s+(?:[^:\n]*\s)?(\w+):", of.__doc__ or ""))


@pytest.mark.parametrize(
    "of",
    [
        policies.RequestIdPolicy,
        policies.HeadersPolicy,
        policies.UserAgentPolicy,
        policies.ProxyPolicy,
        policies.RedirectPolicy,
        policies.RetryPolicy,
        policies.CustomHookPolicy,
        policies.NetworkTraceLoggingPolicy,
        policies.DistributedTracingPolicy,
        policies.HttpLoggingPolicy,
        configuration.ConnectionConfiguration,
        configuration.Configuration,
        PipelineClient,
        RequestsTransport,
        Urllib3Transport,
    ],
    ids=lambda of: of.__name__,
)
def test_every_keyword_that_policies_and_transports_document_is_known(of: Any) -> None:
    ours = {"instrumentation_config", "config"}  # set by this library, or of no use beside the policies
    assert documented(of) - set(ClientOptions.__annotations__) <= ours


@pytest.mark.parametrize("options", [CallOptions, ClientOptions, ConstructionOptions])
def test_the_types_of_keywords_are_there_at_run_time(options: Any) -> None:
    hints = typing.get_type_hints(options)
    assert set(hints) == set(options.__annotations__)
    assert not any(isinstance(hint, (str, typing.ForwardRef)) for hint in hints.values())


@pytest.mark.parametrize("given", [["get"], iter(["PUT", "Get"]), ["POST"]], ids=["lower case", "iterator", "other"])
def test_the_methods_to_retry_can_be_a_clients(server: RawServer, given: Any) -> None:
    retried = given != ["POST"]
    server.respond(503).respond(200, room_text(ID))
    with RoomsClient(server.endpoint, KEY, retry_on_methods=given, retry_backoff_factor=0) as client:
        with nullcontext() if retried else pytest.raises(HttpResponseError, match="503"):
            client.get_room(ID)
    assert len(server.received) == 1 + retried
