"""``rooms doctor``: find out why it does not work. Checks stand in the order in which a call needs what they check.

The first failure is the cause, so nothing is checked after it. Nothing is sent that writes.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from typing import Callable

from ..errors import DONE, FAILED, redact
from .findings import FAILURE, Case, Finding
from .local import check_connection, check_endpoint, check_token
from .network import check_dns, check_proxy, check_tcp, check_tls
from .service import check_api_version, check_clock, check_credentials, check_latency, check_permission, check_service

#: Seconds for one check, and for all of them.
_ONE, _ALL = 6.0, 26.0
#: Checks that take longer: to get a token may start other programs.
_LONGER = {"token audience": 12.0}

_CHECKS: tuple[tuple[str, Callable[[Case], Finding | None]], ...] = (
    ("connection string", check_connection),
    ("endpoint", check_endpoint),
    ("proxy", check_proxy),
    ("dns", check_dns),
    ("tcp", check_tcp),
    ("tls", check_tls),
    ("token audience", check_token),
    ("service", check_service),
    ("clock", check_clock),
    ("signature", check_credentials),
    ("api-version", check_api_version),
    ("permission", check_permission),
    ("latency", check_latency),
)


def doctor(options: argparse.Namespace) -> int:
    """Make all checks and print what they find.

    :param options: The command line.
    :type options: ~argparse.Namespace
    :returns: The exit status: 1 after a failure.
    """
    failed = False
    case = Case(options)
    for finding in diagnose(case):
        failed = failed or finding.status == FAILURE
        sys.stdout.write(_as_json(finding) if "json" in options else _as_text(finding))
        sys.stdout.flush()
    if case.client is not None:
        case.client.close()
    return FAILED if failed else DONE


def diagnose(case: Case) -> Iterator[Finding]:
    """Make checks until one fails.

    :param case: What is known so far.
    :type case: ~azure.communication.rooms.cli.doctor.findings.Case
    """
    end = time.monotonic() + _ALL
    for name, check in _CHECKS:
        finding = _within(min(_LONGER.get(name, _ONE), max(0.1, end - time.monotonic())), name, check, case)
        if finding is not None:
            yield finding
            if finding.status == FAILURE:
                return


def _within(seconds: float, name: str, check: Callable[[Case], Finding | None], case: Case) -> Finding | None:
    """Run a check with a time limit, in another thread: a host lookup, for example, has no timeout of its own."""
    outcome: SimpleQueue[Finding | BaseException | None] = SimpleQueue()

    def work() -> None:
        try:
            outcome.put(check(case))
        except BaseException as error:  # noqa: BLE001  raised below, in the caller's thread
            outcome.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        found = outcome.get(timeout=seconds)
    except Empty:
        return Finding(name, FAILURE, f"no result within {seconds:.0f} seconds", "Check the network in between.")
    if isinstance(found, BaseException):
        raise found
    return found


def _as_text(finding: Finding) -> str:
    lines = [f"{finding.status:<8} {finding.check}: {finding.message}"]
    lines += [f"    {finding.advice}"] if finding.advice else []
    return "".join(f"{redact(line)}\n" for line in lines)


def _as_json(finding: Finding) -> str:
    message = redact(f"{finding.message}{f'. {finding.advice}' if finding.advice else ''}")
    return json.dumps({"check": finding.check, "status": finding.status, "message": message}) + "\n"
