"""The drift report: what a resource does today, beside the facts and the probes of the table of parity.

A run sends no more requests than its limit. It makes four users and the rooms that it needs, and deletes them in the
end, whatever happens. Rows with the same set-up share it until one of them changes it.
"""

import json
import time
from collections.abc import Iterable, Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any, Callable, Optional

from drift_plan import Row, live_rows, rank, reason_to_leave_out, request_key, requests_of
from live_resource import LIMIT, BadSetup, Resource, member
from live_scenes import Scene, Scenes, SetUpFailed, Stopped
from live_symbols import LiveSymbols, differences, expected_response, scrubbed_json, seen_response
from signed_http import VERSION, Reply

NO_REQUESTS = "the run would send more requests than it may"
NOT_SUPPORTED = "the resource does not support this api-version"
#: A run ends after so many requests in a row without a response.
MOST_FAILURES = 3


class Run:
    """One run.

    :param resource: Where the requests go.
    :param rows: Facts and probes.
    """

    def __init__(self, resource: Resource, rows: Iterable[Row]) -> None:
        self.stopped: Optional[str] = None
        self._results: list[dict[str, Any]] = []
        self._left_out: list[dict[str, str]] = []
        self._resource = resource
        self._rows = sorted(rows, key=rank)
        self._scenes = Scenes(resource)
        self._replies: dict[str, tuple[Scene, Reply]] = {}
        self._supported = {VERSION}
        self._unsupported: set[str] = set()
        self._failures = 0

    def go(self) -> None:
        """Send everything.

        :raises Stopped: If the resource does not let the run continue.
        """
        self._scenes.make_users()
        for number, row in enumerate(self._rows):
            try:
                self._run(row)
            except BaseException:
                for other in self._rows[number:]:
                    self._leave_out(other, "the run ended before it")
                raise

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _run(self, row: Row) -> None:
        reason = reason_to_leave_out(row)
        try:
            if reason is None and not self._can_afford(row):
                reason = NO_REQUESTS
            if reason is None and "record" not in row and row["version"] in self._unsupported:
                reason = NOT_SUPPORTED
            if reason is None:
                self._response(row)
            else:
                self._leave_out(row, reason)
        except (OSError, HTTPException) as error:
            kind = type(error).__name__
            self._keep(row, expected_response(row["response"], None, self._resource.origin), {"failed": kind})
            self._failures += 1
            if self._failures == MOST_FAILURES:
                raise Stopped(f"{self._failures} requests in a row got no response: {kind}") from None

    def _can_afford(self, row: Row) -> bool:
        """Return whether enough requests are left for a row, and for the deletions."""
        if request_key(row) in self._replies:
            return True
        _, steps = self._scenes.known(row)
        cost = requests_of(steps, len(self._scenes.rooms)) + 2
        return self._resource.left >= cost + len(self._scenes.rooms) + len(self._scenes.users)

    def _may_compare(self, row: Row, reply: Reply, expected: int) -> bool:
        """Leave a fact out whose api-version the resource does not support; return whether it supports it.

        :param reply: To the request of the row, or of its set-up.
        :param expected: The status that it should have.
        """
        self._failures = 0
        version = row["version"]
        named = reply.headers.get("api-supported-versions", str(version))
        if "record" in row:
            return True
        if reply.status == expected < 300:
            self._supported.add(version)
        if version in self._supported or (
            "ApiVersion" not in str(member(reply.body, "error", "code")) and version in named
        ):
            return True
        self._unsupported.add(version)
        self._leave_out(row, NOT_SUPPORTED)
        return False

    def _response(self, row: Row) -> None:
        """Set a row up, send its request and keep what came."""
        key = request_key(row)
        if key not in self._replies:
            try:
                scene = self._scenes.of(row)
            except SetUpFailed as error:
                if self._may_compare(row, error.reply, 201):
                    expected = expected_response(row["response"], None, self._resource.origin)
                    seen = seen_response(
                        {"headers": {}, "body": None},
                        LiveSymbols(self._scenes.users, self._resource.now()),
                        *error.reply,
                    )
                    self._keep(row, expected, {"set-up": seen})
                return
            self._replies[key] = scene, self._scenes.send(scene, row)
        scene, reply = self._replies[key]
        if not self._may_compare(row, reply, row["response"]["status"]):
            return
        if row["request"]["path"].startswith("/rooms?nextLink="):
            scene.symbols.known.pop("page token", None)  # the response's link leads on
        reply = _with_rooms_of(scene, row, reply)
        expected = expected_response(row["response"], reply.body, self._resource.origin)
        self._keep(row, expected, seen_response(expected, scene.symbols, *reply))

    def _keep(self, row: Row, expected: dict[str, Any], seen: dict[str, Any]) -> None:
        if "status" in seen:
            found = differences(expected, seen)
        else:
            found = [{"where": "request", "expected": expected["status"], "seen": seen}]
        names = [name for name in ("row", "record", "standing", "version", "case") if name in row]
        result = {"row": row["id"], **{name: row[name] for name in names}, "same": not found}
        self._results.append({**result, "expected": expected, "seen": seen, "differences": found})

    def _leave_out(self, row: Row, reason: str) -> None:
        self._left_out.append({"row": row["id"], "standing": row["standing"], "reason": reason})

    def clean_up(self) -> None:
        """Delete what the run made."""
        self._scenes.clean_up()

    def report(self) -> dict[str, Any]:
        """Return the report, with nothing of the resource in it."""
        report = {
            "requests": self._resource.sent,
            "limit": self._resource.limit,
            "throttled": self._resource.throttled,
            "stopped": self.stopped,
            "made": self._scenes.made,
            "left_behind": self._scenes.left_behind,
            "differ": [result["row"] for result in self._results if not result["same"]],
            "changes": _changes(self._results),
            "unknown": [result["row"] for result in self._results if result["standing"] == "unknown"],
            "rows": self._results,
            "left_out": self._left_out,
        }
        clean: dict[str, Any] = scrubbed_json(report, self._scenes.secrets)
        return clean


def summary_of(report: Mapping[str, Any]) -> str:
    """Return a report in a few lines."""
    standings = {result["row"]: result["standing"] for result in report["rows"]}
    counts = f"{len(standings)} rows compared, {len(report['left_out'])} left out, {len(report['differ'])} differ"
    lines = [f"{report['requests']} requests, {counts}."]
    lines += [f"The run ended early: {report['stopped']}."] if report["stopped"] else []
    lines += [f"Not deleted: {count} {kind}." for kind, count in report["left_behind"].items() if count]
    for change in report["changes"]:
        rows = ", ".join(f"{row} ({standings[row]})" for row in change["rows"])
        lines.append(f"{change['where']}: expected {change['expected']!r}, seen {change['seen']!r}: {rows}")
    return "\n".join(lines)


def _with_rooms_of(scene: Scene, row: Row, reply: Reply) -> Reply:
    """Return a list of rooms without those of others and without the link to them, where a row names single rooms."""
    template = member(row["response"].get("body"), "value")
    items = member(reply.body, "value")
    if not isinstance(template, list) or not isinstance(items, list) or row["request"]["path"] != "/rooms":
        return reply
    if template and not isinstance(template[0], dict):  # a whole page
        return reply
    body = {**reply.body, "value": [item for item in items if member(item, "id") in scene.rooms]}
    link = body.get("nextLink")
    if isinstance(link, str) and link.startswith(f"{scene.symbols.known['origin']}/rooms?nextLink="):
        del body["nextLink"]
    return reply._replace(body=body)


def _changes(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each difference once, with the rows that have it."""
    found: dict[str, dict[str, Any]] = {}
    for result in results:
        for difference in result["differences"]:
            change = found.setdefault(json.dumps(difference), {**difference, "rows": []})
            if result["row"] not in change["rows"]:
                change["rows"].append(result["row"])
    return list(found.values())


def report_drift(
    connection_string: str,
    path: Path,
    *,
    rows: Optional[Iterable[Row]] = None,
    limit: int = LIMIT,
    wait: Callable[[float], object] = time.sleep,
    make_resource: Callable[..., Resource] = Resource,
) -> dict[str, Any]:
    """Send the facts and probes to a resource, delete what was made, and write the report.

    :param connection_string: Of the resource.
    :param path: Where the report is written, as JSON.
    :param rows: Facts and probes; all by default.
    :param limit: How many requests may be sent.
    :param wait: Waits so many seconds.
    :param make_resource: Takes the connection string, the limit and ``wait``.
    :returns: The report.
    :raises BadSetup: Before any request, if the connection string is malformed or there is no folder for the report.
    """
    resource = make_resource(connection_string, limit, wait)
    if not path.parent.is_dir():
        raise BadSetup(f"there is no folder {path.parent} for the report")
    run = Run(resource, live_rows() if rows is None else rows)
    try:
        run.go()
    except Stopped as reason:
        run.stopped = str(reason)
    except BaseException as error:
        run.stopped = type(error).__name__
        raise
    finally:
        run.clean_up()
        report = run.report()
        path.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    return report
