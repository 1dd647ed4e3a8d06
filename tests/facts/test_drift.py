"""The drift report names what a resource does otherwise than the facts, and nothing of the resource."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import urlsplit

import drift
import pytest
import service_facts
from drift import report_drift
from drift_plan import NO_CLOCK, live_rows, reason_to_leave_out
from live_resource import FORM, LIMIT, VARIABLE, BadSetup, Resource, checked
from raw_server import RawServer
from signed_http import Reply

from azure.communication.rooms.emulator import RoomsEmulator

Report = dict[str, Any]
PROJECT = Path(__file__).resolve().parent.parent.parent
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def never_waits(seconds: float) -> None:
    raise AssertionError(f"nothing is to wait {seconds} seconds")


@pytest.fixture
def report_of(emulator: RoomsEmulator, tmp_path: Path) -> Callable[..., Report]:
    """Runs the report on the emulator, whose clock moves where a run would wait."""

    def run(**options: Any) -> Report:
        options.setdefault("wait", lambda seconds: emulator.clock.advance(timedelta(seconds=seconds)))
        return report_drift(emulator.connection_string, tmp_path / "report.json", **options)

    return run


def altered(change: Callable[[str, str, Reply], Reply]) -> type[Resource]:
    """A resource whose responses are changed on their way.

    :param change: Takes method, path with query, and the response.
    """

    class Altered(Resource):
        def send_as_is(self, method: str, target: str, content: bytes, headers: dict[str, str]) -> Reply:
            return change(method, target, super().send_as_is(method, target, content, headers))

    return Altered


def with_body(reply: Reply, old: str, new: str) -> Reply:
    return reply._replace(body=json.loads(json.dumps(reply.body).replace(old, new)))


# -- nothing differs --------------------------------------------------------------------------------------------------


class Plain(NamedTuple):
    """A report on an emulator as it is, as it was written, and the rooms that were there then."""

    report: Report
    text: str
    rooms: list[str]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Plain:
    """A report on an emulator as it is, made once."""
    path = tmp_path_factory.mktemp("plain") / "report.json"
    with RoomsEmulator() as emulator:
        report = report_drift(
            emulator.connection_string, path, wait=lambda seconds: emulator.clock.advance(timedelta(seconds=seconds))
        )
        return Plain(report, path.read_text("utf-8"), list(emulator_rooms(emulator)))


def test_nothing_differs_at_the_emulator(plain: Plain) -> None:
    report = plain.report
    assert report["differ"] == report["changes"] == []
    assert report["stopped"] is None
    assert report["made"]["users"] == 4
    assert report["left_behind"] == {"rooms": 0, "users": 0}
    assert report["requests"] <= report["limit"] == LIMIT
    assert plain.rooms == []


def emulator_rooms(emulator: RoomsEmulator) -> Iterator[str]:
    """The ids of all rooms."""
    yield from re.findall(r'"(99\d{14,15})"', json.dumps(emulator.export_rooms()))


def test_every_request_is_counted(report_of: Callable[..., Report], emulator: RoomsEmulator) -> None:
    report = report_of(rows=live_rows()[:20])
    assert report["requests"] == len(emulator.requests) > 20


def test_every_row_is_compared_or_left_out_with_a_reason(plain: Plain) -> None:
    report = plain.report
    compared, left_out = {row["row"] for row in report["rows"]}, {row["row"] for row in report["left_out"]}
    assert compared | left_out == {row["id"] for row in live_rows()}
    assert compared & left_out == set()
    assert left_out == {row["id"] for row in live_rows() if reason_to_leave_out(row)}
    assert all(len(row["reason"].split()) > 3 for row in report["left_out"])
    assert NO_CLOCK in {row["reason"] for row in report["left_out"]}


def test_every_row_that_is_unknown_was_probed(plain: Plain) -> None:
    report = plain.report
    probed = {row["record"] for row in report["rows"] if row["standing"] == "unknown"}
    assert probed == {record["id"] for record in service_facts.parity_records() if record["standing"] == "unknown"}
    assert all(row["seen"]["status"] for row in report["rows"] if row["standing"] == "unknown")


def test_the_report_is_written_as_it_is_returned(plain: Plain) -> None:
    assert json.loads(plain.text) == plain.report


# -- what differs is named --------------------------------------------------------------------------------------------


def test_three_changes_of_an_emulator_are_named_and_nothing_else(
    report_of: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    from azure.communication.rooms.emulator.service import errors, validation

    monkeypatch.setattr(errors, "END_IN_PAST", errors.END_IN_PAST._replace(message="The end has passed."))
    monkeypatch.setattr(validation, "DEFAULT_ROLE", "Consumer")
    monkeypatch.setattr(validation, "ROOM_ID_LENGTHS", range(10, 19))
    report = report_of()
    places = {(change["where"], str(change["expected"]), str(change["seen"])) for change in report["changes"]}
    assert places == {
        ("body error details message", "The time range end is in the past.", "The end has passed."),
        ("body errors ValidUntil", "The time range end is in the past.", "The end has passed."),
        ("body value role", "Attendee", "Consumer"),
        ("body participants role", "Attendee", "Consumer"),
        ("body error message", "Invalid room ID length.", "Invalid room ID."),
        ("body error message", "Invalid Room ID length.", "Room ID is invalid."),
        ("status", "400", "404"),
    }
    compared = [row for row in live_rows() if row["id"] in {result["row"] for result in report["rows"]}]
    text = {row["id"]: json.dumps(row["response"]) for row in compared}
    path = {row["id"]: row["request"]["path"] for row in compared}
    with_end = {name for name in text if "The time range end is in the past." in text[name]}
    with_length = {
        name for name in text if "oom ID length." in text[name] and 10 <= len(path[name].rpartition("/")[2]) <= 18
    }
    with_role = {
        "role-absent",
        "role-null",
        "role-absent-of-a-presenter",
        "role-absent-in-a-create",
        "role-absent-2022",
    }
    assert set(report["differ"]) == with_end | with_length | with_role
    assert min(map(len, (with_end, with_length, with_role))) >= 5


def deletes_missing_rooms(method: str, target: str, reply: Reply) -> Reply:
    if method == "DELETE" and target.startswith("/rooms/") and reply.status == 404:
        return Reply(204, {**reply.headers, "api-supported-versions": "2025-03-13"}, None)
    return reply


def has_no_origin_header(_: str, __: str, reply: Reply) -> Reply:
    return reply._replace(headers={k: v for k, v in reply.headers.items() if k != "access-control-allow-origin"})


def lists_oldest_first(method: str, target: str, reply: Reply) -> Reply:
    if method == "GET" and target.startswith("/rooms?") and reply.status == 200:
        return reply._replace(body={**reply.body, "value": reply.body["value"][::-1]})
    return reply


def ends_lists_with_null(method: str, target: str, reply: Reply) -> Reply:
    if method == "GET" and target.startswith("/rooms?") and reply.status == 200:
        return reply._replace(body={**reply.body, "nextLink": None})
    return reply


def says_internal_error(method: str, target: str, reply: Reply) -> Reply:
    if method == "PATCH" and "/participants?" in target and reply.status == 200:
        return Reply(500, {"content-type": "text/html"}, "<html>failed</html>")
    return reply


def writes_z(_: str, __: str, reply: Reply) -> Reply:
    return with_body(reply, '+00:00"', 'Z"')


def keeps_six_digits(_: str, __: str, reply: Reply) -> Reply:
    text = json.dumps(reply.body)
    return reply._replace(body=json.loads(re.sub(r"(\.\d{6})\d\+00:00", r"\1+00:00", text)))


def opens_for_ninety_days(method: str, target: str, reply: Reply) -> Reply:
    if method == "POST" and target.startswith("/rooms?") and reply.status == 201:
        until = reply.body["validUntil"]
        start = re.sub(r"\d{4}-\d\d-\d\d", lambda match: str(int(match[0][:4]) - 1) + match[0][4:], until)
        return with_body(reply, until, start)
    return reply


@pytest.mark.parametrize(
    ("change", "where", "rows"),
    [
        (deletes_missing_rooms, {"status"}, {"delete-room-that-never-was", "delete-unknown-room-2022"}),
        (has_no_origin_header, {"header access-control-allow-origin"}, {"cors-on-a-room", "cors-on-not-found"}),
        (lists_oldest_first, {"body value id"}, {"list-newest-first", "list-newest-first-2023-06-14"}),
        (ends_lists_with_null, {"body", "body nextLink"}, {"list-newest-first", "list-holds-no-deleted-rooms"}),
        (says_internal_error, {"status", "request"}, {"participants-are-added", "a-presenter-becomes-an-attendee"}),
        (writes_z, {"body createdAt", "body validFrom"}, {"create-of-nothing", "get-2022"}),
        (keeps_six_digits, {"body validFrom"}, {"time-of-nine-digits", "time-of-seven-digits"}),
        (opens_for_ninety_days, {"body validUntil"}, {"create-of-nothing", "create-of-nothing-2022"}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_change_is_named_where_it_is(
    report_of: Callable[..., Report], change: Callable[[str, str, Reply], Reply], where: set[str], rows: set[str]
) -> None:
    report = report_of(make_resource=altered(change))
    assert where <= {each["where"] for each in report["changes"]}
    assert rows <= set(report["differ"])
    assert len(report["differ"]) < len(report["rows"])
    assert report["stopped"] is None


def test_what_the_emulator_decided_and_the_resource_does_otherwise_is_named_as_unknown(
    report_of: Callable[..., Report],
) -> None:
    def rejects(method: str, target: str, reply: Reply) -> Reply:
        if target.endswith("2035-01-01"):
            return Reply(400, reply.headers, {"error": {"code": "UnsupportedApiVersion", "message": "no"}})
        return reply

    report = report_of(make_resource=altered(rejects))
    assert report["differ"] == ["later-api-version"]
    (row,) = (row for row in report["rows"] if not row["same"])
    assert (row["record"], row["standing"]) == ("api-version-later", "unknown")
    assert row["seen"]["body"] == {"error": {"code": "UnsupportedApiVersion", "message": "no"}}
    assert report["changes"] == [{"where": "status", "expected": 404, "seen": 400, "rows": ["later-api-version"]}]


def test_versions_that_the_resource_does_not_support_are_left_out(report_of: Callable[..., Report]) -> None:
    def retired(_: str, target: str, reply: Reply) -> Reply:
        if target.endswith(("2022-02-01", "2023-03-31-preview")):
            headers = {**reply.headers, "api-supported-versions": "2023-06-14, 2025-03-13"}
            return Reply(400, headers, {"error": {"code": "BadRequest", "message": "That version is gone."}})
        return reply

    report = report_of(make_resource=altered(retired))
    left_out = {row["row"] for row in report["left_out"] if row["reason"] == drift.NOT_SUPPORTED}
    facts = {row["id"] for row in live_rows() if "record" not in row and not reason_to_leave_out(row)}
    versions = {row["id"]: row["version"] for row in live_rows()}
    assert left_out == {name for name in facts if versions[name] in ("2022-02-01", "2023-03-31-preview")}
    standings = {row["row"]: row["standing"] for row in report["rows"]}
    assert {standings[row] for row in report["differ"]} == {"unknown"}
    assert {"retired-api-version", "end-in-past-2022", "second-delete-2022"} <= set(report["differ"])


def test_a_clock_that_is_not_this_machine_s_changes_nothing(
    report_of: Callable[..., Report], emulator: RoomsEmulator
) -> None:
    emulator.clock.advance(minutes=10)
    assert report_of()["changes"] == []


# -- a resource with rooms of others ----------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 95])
def test_rooms_of_others_change_nothing_and_stay(
    report_of: Callable[..., Report], emulator: RoomsEmulator, count: int
) -> None:
    emulator.seed(count)
    before = sorted(emulator_rooms(emulator))
    report = report_of()
    assert report["changes"] == []
    assert sorted(emulator_rooms(emulator)) == before != []


# -- nothing of the resource is in it ---------------------------------------------------------------------------------

OF_A_RESOURCE = re.compile(
    r"127\.0\.0\.1|localhost|8:acs|\b99\d{12,}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|[A-Za-z0-9+/]{43}=|Bearer [A-Za-z]"
)


def test_the_report_holds_nothing_of_the_resource(
    report_of: Callable[..., Report], emulator: RoomsEmulator, tmp_path: Path
) -> None:
    """Even where responses name everything that there is."""
    key = emulator.connection_string.partition("accesskey=")[2]
    host = urlsplit(emulator.endpoint).netloc
    names: list[str] = []

    def tells_all(method: str, target: str, reply: Reply) -> Reply:
        if isinstance(reply.body, dict) and "identity" in reply.body:
            names.append(reply.body["identity"]["id"])
        elif isinstance(reply.body, dict) and "id" in reply.body:
            names.append(reply.body["id"])
        text = f"{host} {key} {target} {' '.join(names)} 00-{'4f' * 16}-{'2a' * 8}-00 Az09{'xY7' * 20}"
        if reply.status < 400:
            return reply
        headers = {**reply.headers, "x-ms-error-code": text, "content-type": text}
        return Reply(reply.status, headers, {"error": {"code": text, "message": text, text: [text]}})

    report = report_of(make_resource=altered(tells_all))
    written = (tmp_path / "report.json").read_text("utf-8") + drift.summary_of(report)
    assert len(report["differ"]) > 50
    assert len(names) > 40
    assert [name for name in [*names, key, host, emulator.endpoint, "xY7xY7"] if name in written] == []
    assert OF_A_RESOURCE.findall(written) == []


def test_a_report_without_differences_holds_nothing_of_the_resource(plain: Plain) -> None:
    assert OF_A_RESOURCE.findall(plain.text) == []


# -- the limit, and failures in the middle ----------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [12, 60, 200])
def test_no_more_requests_are_sent_than_the_limit_and_all_is_deleted(
    report_of: Callable[..., Report], emulator: RoomsEmulator, limit: int
) -> None:
    report = report_of(limit=limit)
    assert limit / 2 < report["requests"] <= limit
    assert report["requests"] - len(emulator.requests) in (0, 1)  # one is no HTTP, and so in no log
    assert report["left_behind"] == {"rooms": 0, "users": 0}
    assert list(emulator_rooms(emulator)) == []
    assert drift.NO_REQUESTS in {row["reason"] for row in report["left_out"]}


class Interrupted(BaseException):
    """What ends a program."""


@pytest.mark.parametrize("error", [Interrupted(), RuntimeError("a fault of the run")], ids=["interrupted", "fault"])
def test_a_run_that_ends_in_the_middle_deletes_and_reports(
    report_of: Callable[..., Report], emulator: RoomsEmulator, tmp_path: Path, error: BaseException
) -> None:
    class Ends(Resource):
        def send_as_is(self, method: str, target: str, content: bytes, headers: dict[str, str]) -> Reply:
            if self.sent == 40 and method != "DELETE":
                raise error
            return super().send_as_is(method, target, content, headers)

    with pytest.raises(type(error)):
        report_of(make_resource=Ends)
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["stopped"] == type(error).__name__
    assert report["left_behind"] == {"rooms": 0, "users": 0}
    assert len(report["rows"]) > 20
    assert len(report["rows"]) + len(report["left_out"]) == len(live_rows())
    assert list(emulator_rooms(emulator)) == []


def test_a_request_without_a_response_is_a_difference_and_the_run_continues(report_of: Callable[..., Report]) -> None:
    class Breaks(Resource):
        def send_as_is(self, method: str, target: str, content: bytes, headers: dict[str, str]) -> Reply:
            reply = super().send_as_is(method, target, content, headers)
            if method == "OPTIONS":
                raise ConnectionResetError("host and port")
            return reply

    report = report_of(make_resource=Breaks)
    assert report["differ"] == ["cors-preflight"]
    assert report["changes"] == [
        {"where": "request", "expected": 204, "seen": {"failed": "ConnectionResetError"}, "rows": ["cors-preflight"]}
    ]


def test_a_run_ends_after_three_requests_without_a_response(report_of: Callable[..., Report]) -> None:
    class Breaks(Resource):
        def send_as_is(self, method: str, target: str, content: bytes, headers: dict[str, str]) -> Reply:
            if self.sent >= 30 and method != "DELETE":
                raise TimeoutError
            return super().send_as_is(method, target, content, headers)

    report = report_of(make_resource=Breaks)
    assert report["stopped"] == "3 requests in a row got no response: TimeoutError"
    assert report["left_behind"] == {"rooms": 0, "users": 0}


def test_what_cannot_be_deleted_is_counted(report_of: Callable[..., Report]) -> None:
    def fails(method: str, target: str, reply: Reply) -> Reply:
        return Reply(503, {}, None) if method == "DELETE" else reply

    rows = [row for row in live_rows() if row["id"] == "create-of-nothing"]
    report = report_of(rows=rows, make_resource=altered(fails))
    assert report["left_behind"] == {"rooms": 1, "users": 4}
    assert "Not deleted: 1 rooms." in drift.summary_of(report)


def test_a_resource_that_rejects_the_key_ends_the_run_with_a_hint(emulator: RoomsEmulator, tmp_path: Path) -> None:
    connection_string = f"endpoint={emulator.endpoint};accesskey={KEY}"
    report = report_drift(connection_string, tmp_path / "report.json", wait=never_waits)
    assert report["stopped"] == "the resource responded 401 when a user was to be made; is the access key right?"
    assert report["requests"] == 1
    assert "The run ended early: the resource responded 401" in drift.summary_of(report)


def test_a_resource_that_cannot_be_reached_ends_the_run(server: RawServer, tmp_path: Path) -> None:
    server.reset()
    report = report_drift(f"endpoint={server.endpoint};accesskey={KEY}", tmp_path / "report.json", wait=never_waits)
    assert report["stopped"] == "the resource cannot be reached: ConnectionResetError"


def test_a_request_that_is_throttled_is_sent_again_after_the_wait_that_is_requested(
    report_of: Callable[..., Report], emulator: RoomsEmulator
) -> None:
    emulator.faults.add(method="GET", route="/rooms/{room_id}", nth=1, throttle=7)
    waits: list[float] = []
    rows = [row for row in live_rows() if row["id"] == "get-unknown-room"]
    report = report_of(rows=rows, wait=waits.append)
    assert waits == [7]
    assert (report["throttled"], report["differ"]) == (1, [])
    assert report["requests"] == len(emulator.requests)


# -- the command ------------------------------------------------------------------------------------------------------


def run_live(connection_string: Optional[str], *options: str) -> "subprocess.CompletedProcess[str]":
    """``pytest tests/facts --live``, as CONTRIBUTING names it."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    if connection_string is not None:
        environment[VARIABLE] = connection_string
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(PROJECT / "tests" / "facts"),
        "--live",
    ]
    return subprocess.run(
        [*command, *options], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.one_python
def test_the_command_names_what_differs_and_writes_the_report(emulator: RoomsEmulator, tmp_path: Path) -> None:
    emulator.faults.add(method="OPTIONS", route="/rooms", nth=1, status=418)
    path = tmp_path / "drift.json"
    ran = run_live(emulator.connection_string, "--drift-report", str(path))
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout + ran.stderr
    report = json.loads(path.read_text("utf-8"))
    assert f"{report['requests']} requests, {len(report['rows'])} rows compared, " in ran.stdout
    assert "status: expected 204, seen 418: cors-preflight (unknown)" in ran.stdout
    assert "Traceback" not in ran.stdout
    assert report["differ"] == ["cors-preflight"]


@pytest.mark.one_python
@pytest.mark.parametrize(
    ("connection_string", "options", "message"),
    [
        (None, (), f"--live needs the connection string of a resource in {VARIABLE}: {FORM}"),
        ("  ", (), f"--live needs the connection string of a resource in {VARIABLE}: {FORM}"),
        ("endpoint=https://a.example", (), f"{VARIABLE} holds no accesskey; its form is {FORM}"),
        (
            "endpoint=https://a.example;accesskey=c2VjcmV0",
            ("--drift-report", "/nowhere/drift.json"),
            "there is no folder /nowhere for the report",
        ),
    ],
    ids=["no variable", "empty", "malformed", "no folder"],
)
def test_a_command_that_cannot_run_reports_that_in_one_line(
    connection_string: Optional[str], options: tuple[str, ...], message: str
) -> None:
    ran = run_live(connection_string, *options)
    assert ran.returncode == pytest.ExitCode.USAGE_ERROR
    assert ran.stderr.strip().splitlines() == [f"ERROR: {message}"]


# -- the set-up -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("connection_string", "message"),
    [
        ("", "holds no endpoint"),
        ("secret", "holds no endpoint"),
        ("accesskey=c2VjcmV0", "holds no endpoint"),
        ("endpoint=https://contoso.communication.azure.com", "holds no accesskey"),
        ("endpoint=https://contoso.communication.azure.com;accesskey=", "holds no accesskey"),
        ("endpoint=https://contoso.communication.azure.com;accesskey=se-cret", "is not base64"),
        ("endpoint=contoso.communication.azure.com;accesskey=c2VjcmV0", "is no https address"),
        ("endpoint=ftp://contoso.communication.azure.com;accesskey=c2VjcmV0", "is no https address"),
        ("endpoint=https://;accesskey=c2VjcmV0", "is no https address"),
        ("endpoint=https://[::1;accesskey=c2VjcmV0", "is no https address"),
        ("endpoint=https://contoso:secret;accesskey=c2VjcmV0", "is no https address"),
        ("endpoint=https://contoso.communication.azure.com/secret;accesskey=c2VjcmV0", "is no https address"),
        ("endpoint=http://contoso.communication.azure.com;accesskey=c2VjcmV0", "must begin with https://"),
    ],
)
def test_a_malformed_connection_string_is_one_line_that_holds_nothing_of_it(
    connection_string: str, message: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSetup, match=message) as caught:
        report_drift(connection_string, tmp_path / "report.json", wait=never_waits)
    text = str(caught.value)
    assert "\n" not in text
    assert not re.search("secret|c2VjcmV0|contoso|se-cret", text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("connection_string", "expected"),
    [
        ("endpoint=https://a.example/;accesskey=c2VjcmV0", "endpoint=https://a.example;accesskey=c2VjcmV0"),
        (" Endpoint = https://a.example:443 ; AccessKey=c2VjcmV0 ;", "endpoint=https://a.example;accesskey=c2VjcmV0"),
        ("accesskey=c2VjcmV0;endpoint=https://A.Example", "endpoint=https://a.example;accesskey=c2VjcmV0"),
        ("endpoint=http://[::1]:8420/;accesskey=c2VjcmV0", "endpoint=http://[::1]:8420;accesskey=c2VjcmV0"),
    ],
)
def test_a_connection_string_is_read_however_it_is_written(connection_string: str, expected: str) -> None:
    assert checked(connection_string) == expected


def test_a_report_without_a_folder_is_an_error_before_any_request(emulator: RoomsEmulator, tmp_path: Path) -> None:
    with pytest.raises(BadSetup, match="there is no folder"):
        report_drift(emulator.connection_string, tmp_path / "nowhere" / "report.json")
    assert list(emulator.requests) == []


def test_the_rows_of_a_run_are_facts_and_probes_with_a_standing() -> None:
    assert {row["standing"] for row in live_rows()} == {"seen", "inferred", "unknown"}
    assert len(live_rows()) == len(service_facts.rows()) + len(service_facts.probes())
