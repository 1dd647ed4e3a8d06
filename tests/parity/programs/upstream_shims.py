"""A plugin of pytest that lets the asynchronous tests of release 1.2.0 run on the client that is installed.

Those tests need the recorder of azure-sdk-for-python, which is not published, and private modules of release 1.2.0.
Here the recorder records nothing, and the private modules are those of azure-communication-identity. Release 1.2.0 left
times as text, which its tests parse; here they are parsed already, which CHANGELOG.md lists as a change.
"""

import asyncio
import functools
import sys
from collections.abc import Awaitable
from datetime import datetime
from types import ModuleType
from typing import Any, Callable

import pytest
from azure.core.credentials import AzureKeyCredential

from azure.communication import identity


def parse(connection_string: str) -> tuple[str, str]:
    """Host and key of a connection string."""
    parts = dict(part.split("=", 1) for part in connection_string.split(";") if part)
    return parts["endpoint"].rstrip("/").partition("://")[2], parts["accesskey"]


def run_in_a_loop(test: Callable[[Any], Awaitable[None]]) -> Callable[[Any], None]:
    """Run a test in an event loop of its own, in place of recording it."""

    @functools.wraps(test)
    def run(self: Any) -> None:
        async def whole() -> None:
            await test(self)

        asyncio.run(whole())

    return run


class IdentityClient(identity.CommunicationIdentityClient):  # type: ignore[misc,unused-ignore]  # untyped before 1.6
    """The client for users, which speaks http where the connection string does."""

    @classmethod
    def from_connection_string(cls, conn_str: str, **options: Any) -> Any:
        """Make a client from a connection string."""
        host, key = parse(conn_str)
        return cls(f"http://{host}", AzureKeyCredential(key), use_env_settings=False, **options)


def add_module(name: str, **members: Any) -> None:
    """Put a module where an import finds it."""
    module = ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module


def do_nothing(*_: Any, **__: Any) -> None:
    """Sanitize no recording: there is none."""


SANITIZERS = (
    "add_general_string_sanitizer",
    "add_general_regex_sanitizer",
    "add_header_regex_sanitizer",
    "add_uri_regex_sanitizer",
    "remove_batch_sanitizers",
    "set_default_session_settings",
    "get_credential",
)
add_module(
    "devtools_testutils",
    AzureRecordedTestCase=object,
    is_live=lambda: True,
    **dict.fromkeys(SANITIZERS, do_nothing),
)
add_module("devtools_testutils.aio", recorded_by_proxy_async=run_in_a_loop)
add_module("azure.communication.rooms._shared")
add_module("azure.communication.rooms._shared.models", CommunicationUserIdentifier=identity.CommunicationUserIdentifier)
add_module("azure.communication.rooms._shared.utils", parse_connection_str=parse)
identity.CommunicationIdentityClient = IdentityClient  # type: ignore[misc,unused-ignore]


@pytest.fixture(scope="session")
def test_proxy() -> None:
    """The recorder."""


class ParsedTimes(datetime):
    """A datetime to whose parser a time that is parsed already may be given."""

    @classmethod
    def strptime(cls, text: Any, form: str, /) -> Any:
        """Parse a time, unless that was done."""
        return text if isinstance(text, datetime) else super().strptime(text, form)


def pytest_configure(config: pytest.Config) -> None:
    """Know the marks of plugins that are not needed here."""
    config.addinivalue_line("markers", "asyncio: an asynchronous test")
    config.addinivalue_line("markers", "live_test_only: a test that cannot be recorded")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the tests read times that are no text."""
    for item in items:
        module: Any = item.getparent(pytest.Module)
        module.obj.datetime = ParsedTimes
