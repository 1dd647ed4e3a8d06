"""How a request is held against those of a recording, and how recordings are written."""

import difflib
import json
from typing import Any, Optional

import yaml
from vcr.cassette import Cassette
from vcr.request import Request

#: Names of the matchers below, in the order in which differences are reported.
MATCHERS = ("same_method", "same_url", "same_headers", "same_body")


def same_method(sent: Request, recorded: Request) -> None:
    """The method is the same."""
    if sent.method != recorded.method:
        raise AssertionError(f"sent {sent.method}, recorded {recorded.method}")


def same_url(sent: Request, recorded: Request) -> None:
    """Path and query are the same to the letter."""
    if sent.uri != recorded.uri:
        raise AssertionError(f"sent {sent.uri}, recorded {recorded.uri}")


def same_headers(sent: Request, recorded: Request) -> None:
    """The same headers are there, and have the same values where these are not made anew each time."""
    ours, theirs = dict(sent.headers), dict(recorded.headers)
    if ours != theirs:
        names = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
        parts = (f"{name}: sent {ours.get(name)!r}, recorded {theirs.get(name)!r}" for name in names)
        raise AssertionError("; ".join(parts))


def same_body(sent: Request, recorded: Request) -> None:
    """The body is the same to the byte; the difference is shown as JSON."""
    ours, theirs = _text(sent.body), _text(recorded.body)
    if ours != theirs:
        lines = difflib.unified_diff(_pretty(theirs), _pretty(ours), "recorded", "sent", lineterm="")
        raise AssertionError("\n".join(lines) or f"the same JSON in other bytes: sent {ours!r}, recorded {theirs!r}")


def register(vcr: Any) -> None:
    """Make all of this known to vcrpy."""
    for matcher in (same_method, same_url, same_headers, same_body):
        vcr.register_matcher(matcher.__name__, matcher)
    vcr.register_serializer("yaml", Recordings)


class Recordings:
    """The form of recordings: YAML that does not depend on the release of vcrpy, a body on one line."""

    @staticmethod
    def serialize(cassette: dict[str, Any]) -> str:
        """Write a recording."""
        entries = [
            {"request": _written(entry["request"]), "response": entry["response"]} for entry in cassette["interactions"]
        ]
        return str(yaml.safe_dump({"interactions": entries}, sort_keys=False, width=2**20))

    @staticmethod
    def deserialize(text: str) -> dict[str, Any]:
        """Read a recording."""
        cassette: dict[str, Any] = yaml.safe_load(text)
        return cassette


def unplayed(cassette: Cassette) -> list[str]:
    """The requests of a recording that were never sent."""
    return [
        f"{request.method} {request.uri}"
        for number, request in enumerate(cassette.requests)
        if not cassette.play_counts[number]
    ]


def _written(request: dict[str, Any]) -> dict[str, Any]:
    return {name: request[name] for name in ("method", "uri", "headers", "body")}


def _text(body: Optional[bytes]) -> str:
    return (body or b"").decode()


def _pretty(text: str) -> list[str]:
    try:
        return json.dumps(json.loads(text), indent=1).splitlines()
    except ValueError:
        return text.splitlines()
