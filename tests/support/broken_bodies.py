"""A plugin of pytest that breaks the client: each body it sends is another by one byte, or in its separators."""

import json
import os
from typing import Any

import pytest

#: What each way of breaking makes of a body.
WAYS = ("separators", "one byte")


def broken(text: str, way: str) -> str:
    """A body, broken; one that has no separators is whole with others."""
    if way == "separators":
        return json.dumps(json.loads(text))
    place = len(text) // 2
    return f"{text[:place]}{chr(ord(text[place]) ^ 1)}{text[place + 1 :]}"


@pytest.hookimpl
def pytest_sessionstart() -> None:
    """Break it."""
    from azure.communication.rooms._generated import v2022_02_01, v2025_03_13

    def break_bodies_of(builders: Any) -> None:
        whole = builders._json
        builders._json = lambda body: broken(whole(body), os.environ["BROKEN_BODIES"])

    break_bodies_of(v2025_03_13)
    break_bodies_of(v2022_02_01)
