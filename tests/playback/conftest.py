"""The service that the tests of this folder speak to: a recording of it, the service recorded anew, or it itself.

- By default responses come out of ``tests/recordings`` and no socket can be opened.
- ``--record-mode=rewrite`` records against the resource that AZURE_COMMUNICATION_CONNECTION_STRING names, or against
  an emulator when that is not set.
- ``--live`` runs against that resource and leaves the recordings alone.
"""

import os
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Optional

import pytest
import strict_playback
from azure.core.credentials import AccessToken, AzureKeyCredential
from azure.core.pipeline import PipelineResponse
from client_kinds import async_client, parametrize
from playback_runs import recording_name
from scrubbing import NOON, ORIGIN, PEOPLE, UNRECORDED, Scrubber, as_played

from azure.communication.rooms import RoomsClient
from azure.communication.rooms.emulator import RoomsEmulator

VARIABLE = "AZURE_COMMUNICATION_CONNECTION_STRING"
RECORDINGS = Path(__file__).resolve().parent.parent / "recordings"

MakeClient = Callable[..., RoomsClient]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("playback")
    group.addoption("--recordings", default=str(RECORDINGS), help="the folder of recordings")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "emulator_only(reason): no resource can be brought to return so")
    if config.getoption("--live", False) and not os.environ.get(VARIABLE):
        raise pytest.UsageError(f"--live needs the connection string of a resource in {VARIABLE}")
    if config.getoption("--record-mode") not in (None, "none", "rewrite"):
        raise pytest.UsageError("--record-mode must be none, or rewrite to record everything anew")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play every recording back to both clients; each records for both."""
    if next(metafunc.definition.iter_markers("vcr"), None) is not None:
        parametrize(metafunc)


@pytest.fixture(autouse=True)
def client_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The kind of client that ``make_client`` makes."""
    if getattr(request, "param", "sync") == "sync":
        yield "sync"
        return
    with async_client(monkeypatch, request.module, sys.modules[__name__]):
        yield "async"


def pytest_recording_configure(vcr: Any) -> None:
    strict_playback.register(vcr)


def _way(config: pytest.Config) -> str:
    """``playback``, ``record`` or ``live``."""
    if config.getoption("--live", False):
        return "live"
    return "record" if config.getoption("--record-mode") == "rewrite" else "playback"


def _is_resource(config: pytest.Config) -> bool:
    """Whether it is a real resource that the tests speak to."""
    return _way(config) != "playback" and bool(os.environ.get(VARIABLE))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("vcr"):
            if _way(config) == "playback":
                item.add_marker(pytest.mark.disable_socket)
            elif _is_resource(config):
                item.add_marker(pytest.mark.enable_socket)


def pytest_runtest_setup(item: pytest.Item) -> None:
    emulator_only = item.get_closest_marker("emulator_only")
    if emulator_only is not None and _is_resource(item.config):
        pytest.skip(emulator_only.kwargs["reason"])


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Any:
    result = yield
    cassette = pyfuncitem.funcargs.get("vcr")
    if cassette is not None and _way(pyfuncitem.config) == "playback":
        left = strict_playback.unplayed(cassette)
        if left:
            pytest.fail("the recording holds what was not requested: " + ", ".join(left), pytrace=False)
    return result


class Service:
    """Where the tests go, and who they speak of.

    :ivar people: Raw ids of four users.
    """

    def __init__(
        self, endpoint: str, key: str, emulator: Optional[RoomsEmulator] = None, people: tuple[str, ...] = PEOPLE
    ) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.emulator = emulator
        self.people = people
        self._key = key

    def key(self) -> AzureKeyCredential:
        return AzureKeyCredential(self._key)

    def connection_string(self) -> str:
        return f"endpoint={self.endpoint}/;accesskey={self._key}"


class _AnyToken:
    """A credential for a service that only plays back."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken("token", 2**40)


@pytest.fixture(scope="session")
def disable_recording(pytestconfig: pytest.Config) -> bool:
    return _way(pytestconfig) == "live" or bool(pytestconfig.getoption("--disable-recording"))


@pytest.fixture(scope="session")
def service(pytestconfig: pytest.Config) -> Iterator[Service]:
    """The service; where it is not a recording, with four users made for these tests."""
    if _way(pytestconfig) == "playback":
        yield Service(ORIGIN, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    elif _is_resource(pytestconfig):
        parts = dict(part.split("=", 1) for part in os.environ[VARIABLE].strip(";").split(";"))
        yield from _with_people(Service(parts["endpoint"], parts["accesskey"]))
    else:
        with RoomsEmulator() as emulator:
            key = emulator.connection_string.partition("accesskey=")[2]
            yield from _with_people(Service(emulator.endpoint, key, emulator))


def _with_people(service: Service) -> Iterator[Service]:
    from azure.communication.identity import CommunicationIdentityClient

    identities = CommunicationIdentityClient(service.endpoint, service.key())
    users = [identities.create_user() for _ in PEOPLE]
    service.people = tuple(user.raw_id for user in users)
    yield service
    for user in users:
        identities.delete_user(user)


@pytest.fixture
def now(pytestconfig: pytest.Config, service: Service) -> datetime:
    """When it is, in whole minutes. An emulator stands still there."""
    if _way(pytestconfig) == "playback":
        return NOON
    time = datetime.now(timezone.utc).replace(second=0, microsecond=0)
    if service.emulator is not None:
        service.emulator.reset()
        service.emulator.clock.freeze()
        service.emulator.clock.set(time)
    return time


@pytest.fixture
def tolerance(pytestconfig: pytest.Config) -> timedelta:
    """How far a time of the service's may lie from the one expected."""
    return timedelta(0) if _way(pytestconfig) == "playback" else timedelta(minutes=10)


@pytest.fixture
def people(service: Service) -> tuple[str, ...]:
    """Raw ids of four users."""
    return service.people


@pytest.fixture
def prepares(pytestconfig: pytest.Config) -> bool:
    """Whether what a test finds there has to be made, without recording it."""
    return _way(pytestconfig) != "playback"


@pytest.fixture
def vcr_config(pytestconfig: pytest.Config, service: Service, now: datetime) -> dict[str, Any]:
    scrubber = Scrubber(service.endpoint, now, service.people)
    records = _way(pytestconfig) == "record"
    return {
        "match_on": strict_playback.MATCHERS,
        "before_record_request": scrubber.request if records else as_played,
        "before_record_response": scrubber.response if records else None,
        "decode_compressed_response": True,
    }


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest) -> str:
    folder = request.config.getoption("--recordings", str(RECORDINGS))
    return str(Path(folder) / request.path.stem.partition("_")[2])


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    return recording_name(str(request.node.name))


@pytest.fixture
def make_client(pytestconfig: pytest.Config, service: Service) -> Iterator[MakeClient]:
    """Makes clients. What rooms they made are deleted behind the test where it was not played back."""
    clients: list[RoomsClient] = []
    made: list[str] = []

    def keep(response: "PipelineResponse[Any, Any]") -> None:
        if response.http_response.status_code == 201:
            made.append(response.http_response.headers["Location"])

    def make(credential: Any = None, **keywords: Any) -> RoomsClient:
        if _way(pytestconfig) != "playback":
            keywords["raw_response_hook"] = keep
        if credential is None:
            clients.append(RoomsClient.from_connection_string(service.connection_string(), **keywords))
        else:
            clients.append(RoomsClient(service.endpoint, credential, **keywords))
        return clients[-1]

    yield make
    if made:
        cleaner = make()
        for room_id in dict.fromkeys(made):
            cleaner.delete_room(room_id, headers={UNRECORDED: "1"})
    for client in clients:
        client.close()


@pytest.fixture
def client(make_client: MakeClient) -> RoomsClient:
    """A client of the default api-version."""
    return make_client()


@pytest.fixture
def preview_2022(make_client: MakeClient) -> RoomsClient:
    """A client of api-version 2022-02-01."""
    return make_client(api_version="2022-02-01")


@pytest.fixture
def token_credential(pytestconfig: pytest.Config, service: Service) -> Any:
    """A credential that gives tokens."""
    if _way(pytestconfig) == "playback":
        return _AnyToken()
    if service.emulator is not None:
        return service.emulator.token_credential()
    identity = pytest.importorskip("azure.identity", reason="only azure-identity can get tokens for a resource")
    return identity.DefaultAzureCredential()
