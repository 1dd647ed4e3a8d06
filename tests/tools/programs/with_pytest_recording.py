"""Tests as a user of pytest-recording writes them; ``ENDPOINT`` and ``CA_FILE`` come from the environment."""

import os

import pytest

from azure.communication.rooms import RoomsClient


@pytest.mark.vcr
def test_a_room_is_found() -> None:
    with RoomsClient(os.environ["ENDPOINT"], "c2VjcmV0", connection_verify=os.environ["CA_FILE"]) as client:
        assert client.get_room("A").id == "A"
        assert client.get_room("B", timeout=30).id == "B"
