"""What an emulator is like that was told nothing else."""

import base64
from datetime import timedelta

#: The port of the command; in a program the default is a free one.
DEFAULT_PORT = 8420

#: The account when none is named.
DEFAULT_ACCOUNT = "rooms"

#: The access key of that account. It is no secret: it opens nothing but emulators, which listen on loopback alone.
ACCESS_KEY = base64.b64encode(b"well-known-key-of-every-rooms-emulator--no-secret--it-opens-none").decode()

#: How long a room stays when its validity has ended. The service deletes rooms after "a grace period" and does not say
#: how long that is; rooms were seen in it that had ended more than 24 hours before.
DEFAULT_GRACE = timedelta(days=7)

#: Rooms on a page of the live service.
PAGE_SIZE = 30
