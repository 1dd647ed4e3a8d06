#!/usr/bin/env python3
"""Write ``azure/communication/rooms/_generated/`` from the OpenAPI documents in this folder.

    python swagger/generate.py            write the files
    python swagger/generate.py --check    write nothing; exit 1 and name the files when any on disk differs

For each document it writes a package: a request builder and the statuses of success for every operation, and in another
file the objects of the schema that the client uses. Only the standard library is needed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msrest_models
import request_builders
import typed_dicts
from openapi_document import Document

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
OUTPUT = PROJECT / "azure" / "communication" / "rooms" / "_generated"

#: The OpenAPI document, the package written from it, and the generator for the objects of its schema.
DOCUMENTS = {
    "rooms-2022-02-01.json": ("v2022_02_01", msrest_models),
    "rooms-2025-03-13.json": ("v2025_03_13", typed_dicts),
}
#: Definitions that the client uses. Others are generated only if one of these refers to them.
USED = {
    "v2022_02_01": (
        "CreateRoomRequest",
        "UpdateRoomRequest",
        "AddParticipantsRequest",
        "UpdateParticipantsRequest",
        "RemoveParticipantsRequest",
        "ParticipantsCollection",
        "RoomModel",
    ),
    "v2025_03_13": (
        "CreateRoomRequest",
        "UpdateRoomRequest",
        "UpdateParticipantsRequest",
        "RoomModel",
        "RoomParticipant",
    ),
}


def generated() -> dict[Path, str]:
    """Return every file of the output and its content."""
    files = {OUTPUT / "__init__.py": '"""Written by swagger/generate.py from the documents in swagger/."""\n'}
    for name, (package, schema) in DOCUMENTS.items():
        document, folder = Document(HERE / name), OUTPUT / package
        files[folder / request_builders.FILE_NAME] = request_builders.write(document, schema is typed_dicts)
        files[folder / schema.FILE_NAME] = schema.write(document, USED[package])
    return files


def differences(files: dict[Path, str]) -> list[Path]:
    """Return the files that are missing, changed, or not generated."""
    wrong = [path for path, content in files.items() if not path.is_file() or path.read_bytes() != content.encode()]
    return wrong + [path for path in OUTPUT.rglob("*.py") if path not in files]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the generated layer from the OpenAPI documents.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file on disk differs")
    check = parser.parse_args(arguments).check
    files = generated()
    wrong = differences(files)
    for path in wrong:
        print(f"{'differs' if check else 'written'}: {path.relative_to(PROJECT).as_posix()}")
        if not check and path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[path].encode())
        elif not check:
            path.unlink()
    if check and wrong:
        print("Run: python swagger/generate.py", file=sys.stderr)
    return 1 if check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
