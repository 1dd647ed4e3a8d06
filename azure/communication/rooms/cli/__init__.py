"""The command ``rooms``. It uses the public client alone, and needs the extra ``cli``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    :param arguments: The command line, without the program's name; None takes the process's own.
    :type arguments: Sequence[str] or None
    :returns: The exit status: 0 done, 1 an error of the service or no connection, 2 wrong usage, 3 not found, 130
        interrupted.
    """
    missing = [name for name in ("rich", "shtab") if find_spec(name) is None]
    if missing:
        print(
            f"rooms: this command needs {' and '.join(missing)}. Install it with: "
            'python -m pip install "azure-communication-rooms[cli]"',
            file=sys.stderr,
        )
        return 2
    from .run import run

    return run(sys.argv[1:] if arguments is None else list(arguments))
