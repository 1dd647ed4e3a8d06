"""The plan of a drift run: which facts and probes it sends, and in which order."""

import json
from collections.abc import Mapping
from typing import Any, Optional

import service_facts
from signed_http import VERSION

Row = Mapping[str, Any]

#: The longest time that a run waits for one row, in seconds.
LONGEST_WAIT = 15
PREVIEW_2022 = "2022-02-01"
#: What a scene holds that requests change and see.
ALL = frozenset({"room", "participants"})
NO_CLOCK = "the clock of a resource cannot be moved"


def live_rows() -> list[Row]:
    """Return the facts and the probes, each with its standing, without the optional steps of their set-ups."""
    standings = {record["id"]: record["standing"] for record in service_facts.parity_records()}
    facts = [{**row, "standing": "seen"} for row in service_facts.rows()]
    probes = [{**probe, "standing": standings[probe["record"]]} for probe in service_facts.probes()]
    return [_without_optional_steps(row) for row in [*facts, *probes]]


def _without_optional_steps(row: Row) -> Row:
    steps = [step for step in row.get("setup", []) if not step.get("optional")]
    return {**row, "setup": steps} if steps else row


def reason_to_leave_out(row: Row) -> Optional[str]:
    """Return why a row cannot be compared with any resource, None where it can."""
    for side in ("live", "emulator"):
        if "skip" in row.get(side, {}):
            return str(row[side]["skip"])
    for step in row.get("setup", []):
        if "advance" in step and not step["advance"].get("seconds", LONGEST_WAIT + 1) <= LONGEST_WAIT:
            return NO_CLOCK
    return None


def rank(row: Row) -> tuple[Any, ...]:
    """Return the place of a row in a run, so that rows share set-ups and the most important ones come first.

    Creates come first, since their rooms are the set-up of others; changes come behind what changes nothing; waits,
    lists and at last deletions, which make pages shorter, come behind all. Of each kind, rows of the newest api-version
    come first, then probes, then the other versions.
    """
    setup, request = row.get("setup", []), row["request"]
    deletes = '"DELETE"' in json.dumps([*setup, request if row["response"]["status"] < 400 else {}])
    is_list = request["path"].partition("?")[0] == "/rooms" and request["method"] == "GET" and "record" not in row
    return (
        deletes,
        is_list,
        any("advance" in step for step in setup),
        bool(setup) and row["response"]["status"] < 400 and bool(changed_by(request, setup)),
        2 if row["version"] != VERSION else 1 if "record" in row else 0,
        row["version"],
        bool(setup),
        row["response"]["status"] >= 400,
    )


def request_key(row: Row) -> str:
    """Return what makes the requests of two rows the same, so that one response is enough for both."""
    return json.dumps([row["version"], row.get("setup", []), row["request"]], sort_keys=True)


def changed_by(request: Mapping[str, Any], setup: list[dict[str, Any]]) -> frozenset[str]:
    """Return what of a room a request changes if it succeeds.

    :param setup: What made the room.
    """
    if request["method"] in ("GET", "OPTIONS") or request.get("body") == {} or _removes_no_participant(request, setup):
        return frozenset()
    if "/participants" in request["path"]:
        return frozenset({"participants"})
    return ALL if request["method"] == "DELETE" or "participants" in request["body"] else frozenset({"room"})


def _removes_no_participant(request: Mapping[str, Any], setup: list[dict[str, Any]]) -> bool:
    """Return whether a request removes participants who are not in the room."""
    participants, there = (request.get("body") or {}).get("participants"), json.dumps(setup)
    return isinstance(participants, dict) and all(
        role is None and name not in there for name, role in participants.items()
    )


def seen_by(version: str, request: Mapping[str, Any]) -> frozenset[str]:
    """Return what of a room the response to a request shows."""
    if request["method"] == "DELETE":
        return frozenset()
    if "/participants" in request["path"]:
        return frozenset({"participants"})
    return ALL if version == PREVIEW_2022 else frozenset({"room"})  # a room holds its participants there


def setup_key(version: str, steps: list[dict[str, Any]], aspects: frozenset[str]) -> str:
    """Return what makes two set-ups the same as far as these aspects of a room go.

    All api-versions but the first preview make the same rooms.
    """
    return json.dumps([version == PREVIEW_2022, [_reduced(step, aspects) for step in steps]], sort_keys=True)


def _reduced(step: dict[str, Any], aspects: frozenset[str]) -> dict[str, Any]:
    if step.get("method") != "POST" or step["path"] != "/rooms":
        return step
    members = {
        name: value
        for name, value in step["body"].items()
        if ("participants" if name == "participants" else "room") in aspects
    }
    return {**step, "body": members}


def requests_of(steps: list[dict[str, Any]], alive: int) -> int:
    """Return how many requests a set-up takes, the deletion of its rooms included.

    :param alive: How many rooms of the run are there.
    """
    return sum(
        2 * max(0, step.get("rooms", 0) - alive)
        + ("method" in step) * (2 if step.get("method") == "POST" else 1)
        + step.get("repeat", 0) * requests_of(step.get("steps", []), alive)
        for step in steps
    )
