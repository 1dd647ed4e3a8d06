"""Servers in processes of their own, and connections to them: what each benchmark stands on."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional

import psutil

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests" / "support"))

from signed_http import VERSION, SignedHttp  # noqa: E402  its folder stands on the path since the line above

EMULATOR = ["-m", "azure.communication.rooms.emulator", "--port", "0"]
CONSTANT_SERVER = [str(Path(__file__).with_name("constant_server.py"))]


class ServerProcess:
    """A server that prints its connection string as its last line before it takes requests.

    :param arguments: What Python runs.
    :param tree: The project's files; None for those that are installed.
    """

    def __init__(self, *arguments: str, tree: Optional[Path] = None) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=tree,
            env=None if tree is None else {**os.environ, "PYTHONPATH": str(tree)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._process = psutil.Process(self._popen.pid)
        self.connection_string = self._read_connection_string()

    def _read_connection_string(self) -> str:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            if line.startswith("endpoint="):
                return line.strip()
        raise SystemExit(f"{self._popen.args!r} did not start: status {self._popen.wait()}")

    def cpu(self) -> float:
        """Seconds of processor time that it has used."""
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Bytes of memory that it holds."""
        return int(self._process.memory_info().rss)

    def stop(self) -> None:
        """End it, as Ctrl+C would."""
        self._popen.terminate()
        self._popen.wait()
        assert self._popen.stdout is not None
        self._popen.stdout.close()


@contextmanager
def serving(*arguments: str, tree: Optional[Path] = None) -> Iterator[ServerProcess]:
    """A server while the block runs."""
    server = ServerProcess(*arguments, tree=tree)
    try:
        yield server
    finally:
        server.stop()


class SignedConnection:
    """One kept connection to a server, for signed requests one after the other."""

    def __init__(self, connection_string: str) -> None:
        self._signed = SignedHttp(connection_string)
        self._connection = http.client.HTTPConnection(self._signed.host, timeout=60)

    def request(self, method: str, path: str, body: Any = None, headers: Optional[dict[str, str]] = None) -> Any:
        """The status and the JSON of a response; ``path`` may hold the query of a link that was given."""
        target = path if "api-version=" in path else f"{path}?api-version={VERSION}"
        content = b"" if body is None else json.dumps(body).encode()
        sent = self._signed.headers(method, target, content)
        if content:
            sent["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
        return self.send(method, target, content, {**sent, **(headers or {})})

    def send(self, method: str, target: str, content: bytes, headers: dict[str, str]) -> Any:
        """Send exactly this."""
        self._connection.request(method, target, content or None, headers)
        response = self._connection.getresponse()
        raw = response.read()
        return response.status, json.loads(raw) if raw else None

    def get_often(self, path: str, times: int) -> None:
        """The same GET over and over, signed once."""
        target = path if "api-version=" in path else f"{path}?api-version={VERSION}"
        headers = self._signed.headers("GET", target, b"")
        for _ in range(times):
            self._connection.request("GET", target, None, headers)
            response = self._connection.getresponse()
            response.read()
            if response.status != 200:
                raise SystemExit(f"GET {target}: {response.status}")

    def close(self) -> None:
        """Close it."""
        self._connection.close()
