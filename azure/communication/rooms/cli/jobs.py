"""The commands about many rooms: import, export, clean."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timezone
from typing import Any

from azure.core.exceptions import ClientAuthenticationError, ResourceNotFoundError, ServiceRequestError
from rich.progress import Progress

from .. import CommunicationRoom, RoomParticipant, RoomsClient, bulk
from ..bulk import BulkProgress, BulkResult
from .csv_files import BadRow, read_rows, writing_rows
from .errors import DONE, FAILED, Explanation, explain
from .output import Output, confirmed, message, progress_bar, room_to_json
from .times import local

#: Rooms whose participants are read at a time.
_READERS = 8


def check_csv(options: argparse.Namespace, output: Output) -> int:
    """``rooms import --dry-run``: read the file and send nothing."""
    rows = bad = 0
    for number, row in enumerate(read_rows(options.file), 1):
        rows += 1
        if isinstance(row, BadRow):
            bad += 1
            _report_row(output, number, row.line, explain(row.error))
    message(f"{options.file}: {rows - bad} of {rows} rows can be imported; nothing was sent")
    return FAILED if bad else DONE


def import_(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms import``."""
    journal = options.journal or f"{options.file}.journal"
    total = sum(1 for _ in read_rows(options.file))  # errors in the file are reported before anything is sent
    last, stopped = BulkProgress(0, 0, 0, 0), ""
    created: list[list[str]] = []
    with progress_bar(output) as bar:
        task = bar.add_task("importing", total=total)

        def on_progress(progress: BulkProgress) -> None:
            nonlocal last
            last = progress
            bar.update(task, completed=progress.completed)

        results = bulk.create_rooms(
            _requests(options.file), client, journal=journal, on_progress=on_progress, **_concurrency(options)
        )
        with closing(results):
            for result in results:
                _print_imported(output, bar, result, created)
                if _stops(result.error):
                    stopped = "; it stopped there, since every other row would fail likewise"
                    break
    if output.is_table:
        output.table(["row", "room", "valid from", "valid until"], created, times=True)
    earlier = f", {last.from_journal} rows were finished by an earlier run" if last.from_journal else ""
    failed = f", {last.failed} rows failed" if last.failed else ""
    message(f"{last.succeeded} of {total} rooms are there{earlier}{failed}{stopped} (journal: {journal})")
    if last.failed or stopped:
        message("run it again to continue: finished rows are not sent again")
    return FAILED if last.failed else DONE


def _requests(path: str) -> Iterator[Any]:
    """Rows as ``create_rooms`` takes them; a bad one comes back as the result of an invalid row."""
    yield from read_rows(path)


def _concurrency(options: argparse.Namespace) -> dict[str, Any]:
    return {"max_concurrency": options.max_concurrency}


def _print_imported(output: Output, bar: Progress, result: BulkResult, created: list[list[str]]) -> None:
    number, row = result.index + 1, result.request
    room = result.room
    if room is None:
        error: Any = row.error if isinstance(row, BadRow) else result.error
        _report_row(output, number, row.line, explain(error), bar)
    elif output.is_table:
        created.append([str(number), room.id, local(room.valid_from), local(room.valid_until)])
    else:
        output.line({"row": number, "line": row.line, **room_to_json(room)})


def _report_row(output: Output, number: int, line: int, why: Explanation, bar: Progress | None = None) -> None:
    """Name a row that failed: by its number among the rows, and by its line in the file."""
    if bar is not None and not bar.disable:
        bar.stop()
    message(f"row {number} (line {line}): {why.text()}")
    if bar is not None and not bar.disable:
        bar.start()
    if not output.is_table:
        output.line({"row": number, "line": line, "error": why.what})


def _stops(error: Exception | None) -> bool:
    """Whether a row failed for a reason that is no row's: the credentials, or no connection."""
    is_denied = getattr(error, "status_code", None) == 403
    return is_denied or isinstance(error, (ClientAuthenticationError, ServiceRequestError))


def export(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms export``."""
    written = ended = 0
    now = datetime.now(timezone.utc)
    with writing_rows(options.file) as write, progress_bar(output) as bar, ThreadPoolExecutor(_READERS) as pool:
        task = bar.add_task("exporting", total=None)
        for page in client.list_rooms().by_page():
            rooms = list(page)
            if not options.include_ended:
                open_rooms = [room for room in rooms if room.valid_until is None or room.valid_until > now]
                ended += len(rooms) - len(open_rooms)
                rooms = open_rooms
            for room, participants in zip(rooms, pool.map(lambda each: _participants(client, each), rooms)):
                if participants is not None:
                    write(room, participants)
                    written += 1
            bar.update(task, completed=written)
    left_out = f"; {ended} that have ended are left out (--include-ended writes them)" if ended else ""
    message(f"{written} rooms are in {options.file}{left_out}")
    if not output.is_table:
        output.line({"file": options.file, "rooms": written, "ended": ended})
    return DONE


def _participants(client: RoomsClient, room: CommunicationRoom) -> list[RoomParticipant] | None:
    """The participants of a room; None where it was deleted meanwhile."""
    try:
        return list(client.list_participants(room.id))
    except ResourceNotFoundError:
        return None


def clean(options: argparse.Namespace, client: RoomsClient, output: Output) -> int:
    """``rooms clean``."""
    rooms = [room for room in client.list_rooms() if room.valid_until < options.ended_before]
    if options.dry_run:
        output.rooms(rooms)
        message(f"{len(rooms)} rooms ended before {local(options.ended_before)}; nothing was deleted")
        return DONE
    if not rooms:
        message(f"no room ended before {local(options.ended_before)}")
        return DONE
    still_open = len([room for room in rooms if not room.has_ended()])
    warning = f" {still_open} of them have not ended yet by this machine's clock." if still_open else ""
    question = f"Delete {len(rooms)} rooms that end before {local(options.ended_before)}?{warning}"
    if not confirmed(question, options.yes):
        message("nothing was deleted")
        return FAILED
    return _delete_all(rooms, client, output, options)


def _delete_all(
    rooms: Iterable[CommunicationRoom], client: RoomsClient, output: Output, options: argparse.Namespace
) -> int:
    deleted = failed = 0
    for result in bulk.delete_rooms((room.id for room in rooms), client, **_concurrency(options)):
        if result.error is None or isinstance(result.error, ResourceNotFoundError):
            deleted += 1
            output.done({"id": result.request, "deleted": True}, f"deleted {result.request}")
            continue
        failed += 1
        message(f"{result.request}: {explain(result.error).text()}")
        if _stops(result.error):
            break
    message(f"{deleted} rooms were deleted{f', {failed} failed' if failed else ''}")
    return FAILED if failed else DONE
