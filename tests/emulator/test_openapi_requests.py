"""Requests made up from the OpenAPI documents (E5): none is a fault of the emulator's, no response lies beside them.

Schemathesis makes up requests that the document allows and others that it does not, and holds each response against the
document. Everything is drawn from a fixed seed.
"""

import json
import re
import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from raw_ids import ALICE, BOB
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from signed_http import SignedHttp

DOCUMENTS = sorted((Path(__file__).resolve().parent.parent.parent / "swagger").glob("rooms-*.json"))
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Drawn from a fixed seed, kept nowhere. How long a request takes is no matter here.
BOUNDED = settings(
    derandomize=True, database=None, deadline=None, max_examples=25, suppress_health_check=list(HealthCheck)
)

#: Headers that HTTP itself reads, to know where a message ends and what becomes of the connection. Hypothesis finds
#: their names among the texts of whichever test modules are loaded.
OF_THE_CONNECTION = {"connection", "content-length", "expect", "host", "te", "trailer", "transfer-encoding", "upgrade"}

OPERATIONS = [
    pytest.param(document, f"{method.upper()} {path}", id=f"{document.stem} {operation['operationId']}")
    for document in DOCUMENTS
    for path, methods in json.loads(document.read_text("utf-8"))["paths"].items()
    for method, operation in methods.items()
]


class Signature:
    """Signs requests on their way out, as the last thing that is done to them."""

    def __init__(self, http: SignedHttp) -> None:
        self._http = http

    def __call__(self, request: Any) -> Any:
        content = request.body or b""
        content = content if isinstance(content, bytes) else content.encode()
        request.headers.update(self._http.headers(request.method, request.path_url, content))
        return request


class Place(NamedTuple):
    """Where there is something to find: left alone, no request would name a version or a room that there is."""

    version: str
    room_id: str

    @classmethod
    def of(cls, http: SignedHttp, document: Path) -> "Place":
        """A new room, on the version of a document."""
        return cls(document.stem.partition("-")[2], http.send("POST", "/rooms", {}).body["id"])

    def lead(self, case: Any, to_version: bool, to_room: bool) -> None:
        """Let a request name them. One that names another version is none of this document's."""
        if isinstance(case.query, MutableMapping):
            other = re.match(r"\d{4}-\d\d-\d\d", str(case.query.get("api-version", "")))
            if to_version or other:
                case.query["api-version"] = self.version
        if to_room and "roomId" in (case.path_parameters or {}):
            case.path_parameters["roomId"] = self.room_id


def find(document: Path, label: str) -> Any:
    """An operation of a document."""
    method, path = label.split()
    return schemathesis.openapi.from_path(document)[path][method]


def send(http: SignedHttp, case: Any) -> None:
    """Send a request, and hold the response against the document."""
    # A control character in a header is no HTTP, nor is a wrong length or coding of the message: such a request comes
    # no further than the server's reader.
    assume(all(str(value).isprintable() for value in (case.headers or {}).values()))
    assume(not {name.lower() for name in case.headers or {}} & OF_THE_CONNECTION)
    response = case.call(base_url=f"http://{http.host}", auth=Signature(http))
    # Without a body there is no type of it.
    checks = [check for check in CHECKS if response.content or check is not content_type_conformance]
    case.validate_response(response, checks=checks)


def test_every_document_is_taken() -> None:
    assert "rooms-2025-03-13" in [document.stem for document in DOCUMENTS]


@pytest.mark.one_python
@pytest.mark.parametrize(("document", "label"), OPERATIONS)
def test_what_the_document_allows_is_returned_as_it_states(http: SignedHttp, document: Path, label: str) -> None:
    place = Place.of(http, document)

    @BOUNDED
    @given(
        case=find(document, label).as_strategy(generation_mode=GenerationMode.POSITIVE),
        in_room=st.booleans(),
        participants=st.none() | st.dictionaries(st.sampled_from([ALICE, BOB]), st.just({"role": "Consumer"})),
    )
    def hold(case: Any, in_room: bool, participants: Any) -> None:
        place.lead(case, True, in_room)
        if participants is not None and isinstance(case.body, dict) and "participants" in case.body:
            case.body["participants"] = participants
        send(http, case)

    hold()


@pytest.mark.one_python
@pytest.mark.skipif(sys.version_info < (3, 10), reason="schemathesis for Python 3.9 finds no such request")
@pytest.mark.parametrize(("document", "label"), OPERATIONS)
def test_what_the_document_does_not_allow_gets_its_error(http: SignedHttp, document: Path, label: str) -> None:
    place = Place.of(http, document)

    @BOUNDED
    @given(
        case=find(document, label).as_strategy(generation_mode=GenerationMode.NEGATIVE),
        with_version=st.booleans(),
        in_room=st.booleans(),
    )
    def hold(case: Any, with_version: bool, in_room: bool) -> None:
        place.lead(case, with_version, in_room)
        send(http, case)

    hold()
