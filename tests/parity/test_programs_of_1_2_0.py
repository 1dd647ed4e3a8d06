"""Programs written for release 1.2.0 see the same here: the examples of its README, and az's eight commands."""

import sys
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

import pytest

RunBoth = Callable[..., tuple[Any, Any]]


@pytest.mark.parametrize("client", ["sync", "aio"])
def test_the_examples_of_its_readme_give_the_same(run_both: RunBoth, client: str) -> None:
    before, here = run_both("readme_programs.py", client, "ENDPOINT", "KEY")
    assert here == before
    assert len(here) == 12
    assert here["create"] == [True, True, 30, False]
    assert here["deleted"][:3] == ["ResourceNotFoundError", 404, "NotFound"]


def without_what_varies(printed: Any) -> Any:
    """What az prints, without ids of rooms; times to the millionth of a second, which datetime has."""
    if isinstance(printed, list):
        return [without_what_varies(each) for each in printed]
    if not isinstance(printed, dict):
        return printed
    return {name: without_what_varies(value) for name, value in printed.items() if name not in ("id", "createdAt")}


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the azure-cli-core that is installed needs Python 3.10")
def test_az_communication_rooms_prints_the_same(run_both: RunBoth) -> None:
    days = [datetime.now(timezone.utc) + timedelta(days=number) for number in (5, 60, 6)]
    start, end, date = days[0].strftime("%Y-%m-%dT10:21"), days[1].strftime("%Y-%m-%d"), days[2].strftime("%Y-%m-%d")
    before, here = run_both("az_rooms.py", "ENDPOINT", "KEY", start, end, date)
    for printed in (before, here):  # the service's own now, which differs
        for room in (printed["create with nothing"], printed["list"][0]):
            for name in ("createdAt", "validFrom", "validUntil"):
                assert datetime.fromisoformat(room[name][:19] + "+00:00") > days[0] - timedelta(days=6)
                assert room.pop(name).endswith("+00:00")
    assert without_what_varies(here) == without_what_varies(before)
    assert list(here["create"]) == ["id", "createdAt", "validFrom", "validUntil", "pstnDialOutEnabled"]
    assert (here["create"]["validFrom"], here["create"]["validUntil"]) == (f"{start}:00+00:00", f"{end}T00:00:00+00:00")
    assert here["update"]["validFrom"] == f"{date}T00:00:00+00:00"
    assert {name: value for name, value in here.items() if value is None} == dict.fromkeys(
        ["participant add-or-update", "participant remove", "delete"]
    )
    assert [set(each) for each in here["participant list"]] == [{"communicationIdentifier", "role"}] * 4
