"""Processes that tests start. A test that fails kills its own; ``subprocess.Popen`` would wait for it for ever."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Optional


@contextmanager
def child_process(command: Sequence[str], *, stderr: Optional[int] = None) -> Iterator["subprocess.Popen[str]"]:
    """Run a command with its standard output in a pipe. The block ends it; if the block raises, it is killed.

    :param stderr: As ``subprocess.Popen`` has it.
    """
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
