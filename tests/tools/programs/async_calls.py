"""Make calls of the asynchronous client in a process that a tool has changed, and print what came of each as JSON.

python async_calls.py TOOL ENDPOINT CA_FILE
"""

import asyncio
import json
import sys
from typing import Any

from process_tools import monotonic, set_up, set_up_late

TOOL, ENDPOINT, CA_FILE = sys.argv[1:]
names_of_spans = set_up(TOOL)

from azure.communication.rooms.aio import RoomsClient  # noqa: E402  the tool comes first


async def outcome(client: RoomsClient, room_id: str, **options: Any) -> tuple[str, float]:
    """The id of the room that was found, or the class of the error; and the seconds it took."""
    began = monotonic()
    try:
        found = str((await client.get_room(room_id, **options)).id)
    except Exception as error:  # noqa: BLE001  the test looks at it
        found = f"{type(error).__name__}: {error}"
    return found, monotonic() - began


async def main() -> dict[str, tuple[str, float]]:
    """Make the calls."""
    options: Any = {"connection_verify": CA_FILE, "use_env_settings": False, "retry_total": 0}
    async with RoomsClient(ENDPOINT, "c2VjcmV0", **options) as client:
        if TOOL == "vcrpy":
            return await recorded(client)
        results = {"plain": await outcome(client, "A"), "kept": await outcome(client, "B", timeout=60)}
        for slow in ("HANG", "DRIP-HEADERS", "DRIP-BODY", "DRIP-CHUNKS", "DRIP-TO-THE-END"):
            results[slow] = await outcome(client, slow, timeout=1)
        results["afterwards"] = await outcome(client, "D", timeout=60)
    if names_of_spans():
        results["spans"] = names_of_spans(), 0
    return results


async def recorded(client: RoomsClient) -> dict[str, tuple[str, float]]:
    """Record calls and play them back."""
    import vcr

    with vcr.use_cassette("cassette.yaml", record_mode="once"):
        results = {"recorded": await outcome(client, "B")}
    with vcr.use_cassette("cassette.yaml", record_mode="none"):
        results["played"] = await outcome(client, "B")
        results["unknown"] = await outcome(client, "UNKNOWN")
    results["after"] = await outcome(client, "D")
    return results


set_up_late(TOOL, real_asyncio=True)
print(json.dumps(asyncio.run(main())))
