"""Record calls with vcrpy, play them back, and request what is not recorded; print what came of it as JSON.

python recorded.py ENDPOINT CA_FILE FOLDER
"""

import json
import sys
from pathlib import Path

import vcr

from azure.communication.rooms import RoomsClient

ENDPOINT, CA_FILE, FOLDER = sys.argv[1:4]
cassette = str(Path(FOLDER) / "cassette.yaml")
client = RoomsClient(ENDPOINT, "c2VjcmV0", connection_verify=CA_FILE, use_env_settings=False, retry_total=0)
results = {"before": client.get_room("A").id}
with vcr.use_cassette(cassette, record_mode="once"):
    results["recorded"] = client.get_room("B").id
    results["recorded, with a deadline"] = client.get_room("C", timeout=30).id
results["between"] = client.get_room("A", timeout=30).id
with vcr.use_cassette(cassette, record_mode="none") as played:
    results["played"] = client.get_room("B").id
    results["played, with a deadline"] = client.get_room("C", timeout=30).id
    results["all played"] = played.all_played
    try:
        client.get_room("UNKNOWN")
    except Exception as error:  # noqa: BLE001  the test looks at it
        results["unknown"] = type(error).__name__
    new = RoomsClient(ENDPOINT, "c2VjcmV0", connection_verify=CA_FILE, use_env_settings=False, retry_total=0)
    try:
        new.get_room("UNKNOWN")
    except Exception as error:  # noqa: BLE001  likewise
        results["unknown to a new client"] = type(error).__name__
    new.close()
results["after"] = client.get_room("D").id
client.close()
print(json.dumps(results))
