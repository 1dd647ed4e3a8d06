"""Make calls in a process that a tool has changed, and print what came of each as JSON.

python calls.py TOOL ENDPOINT CA_FILE [PORT]
"""

import json
import sys
from typing import Any

from process_tools import monotonic, set_up, set_up_late

TOOL, ENDPOINT, CA_FILE, *PORT = sys.argv[1:]
names_of_spans = set_up(TOOL, *PORT)

from concurrent.futures import ThreadPoolExecutor  # noqa: E402  the tool comes first

from azure.communication.rooms import RoomsClient  # noqa: E402  likewise

set_up_late(TOOL, *PORT)
client = RoomsClient(ENDPOINT, "c2VjcmV0", connection_verify=CA_FILE, use_env_settings=False, retry_total=0)


def outcome(room_id: str, **options: Any) -> tuple[str, float]:
    """The id of the room that was found, or the class of the error; and the seconds it took."""
    began = monotonic()
    try:
        found = str(client.get_room(room_id, **options).id)
    except Exception as error:  # noqa: BLE001  the test looks at it
        found = f"{type(error).__name__}: {error}"
    return found, monotonic() - began


results = {
    "plain": outcome("A"),
    "kept": outcome("B", timeout=60),
    "interim": outcome("INTERIM"),
    "after interim": outcome("C"),
}
for slow in ("HANG", "DRIP-HEADERS", "DRIP-BODY", "DRIP-CHUNKS", "DRIP-TO-THE-END"):
    results[slow] = outcome(slow, timeout=1)
with ThreadPoolExecutor(10) as threads:
    for number, result in enumerate(threads.map(lambda _: outcome("HANG", timeout=1), range(10))):
        results[f"together {number}"] = result
results["afterwards"] = outcome("D", timeout=60)
client.close()
if names_of_spans():
    results["spans"] = names_of_spans(), 0
print(json.dumps(results))
