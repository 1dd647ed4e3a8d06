"""Two hosts with addresses of their own, as two containers are: network namespaces, and the link between them."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, Optional

import pytest

_NETWORK = "10.231.84"
#: The name by which the other host finds the first.
NAME = "rooms"


class Host(NamedTuple):
    """One host.

    :ivar namespace: The name of its network namespace.
    :ivar address: Its address.
    """

    namespace: str
    address: str

    def command(self, *words: object) -> list[str]:
        """The command that runs a command on this host."""
        return ["ip", "netns", "exec", self.namespace, *map(str, words)]

    def run(self, *words: object, variables: Optional[Mapping[str, str]] = None) -> str:
        """Run a command on this host, and return what it prints."""
        ran = subprocess.run(
            self.command(*words),
            env={**os.environ, **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ran.returncode == 0, f"{words} ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Make two hosts; the second knows the first as ``rooms``. Skips the test where that cannot be."""
    if shutil.which("ip") is None:
        pytest.skip("network namespaces are made by ip of iproute2, which is not installed")
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can make network namespaces")
    first, second = (Host(f"rooms-{os.getpid()}-{number}", f"{_NETWORK}.{number}") for number in (1, 2))
    with ExitStack() as cleanup:
        for host in (first, second):
            _ip("netns", "add", host.namespace)
            cleanup.callback(_ip, "netns", "del", host.namespace)
        hosts = Path("/etc/netns") / second.namespace  # ip netns exec shows it as /etc/hosts
        hosts.mkdir(parents=True)
        cleanup.callback(shutil.rmtree, hosts)
        (hosts / "hosts").write_text(f"127.0.0.1 localhost\n{first.address} {NAME}\n")
        link = (f"r{os.getpid()}a", f"r{os.getpid()}b")
        _ip("link", "add", link[0], "type", "veth", "peer", "name", link[1])
        for host, end in zip((first, second), link):
            _ip("link", "set", end, "netns", host.namespace)
            _ip("-n", host.namespace, "addr", "add", f"{host.address}/24", "dev", end)
            _ip("-n", host.namespace, "link", "set", end, "up")
            _ip("-n", host.namespace, "link", "set", "lo", "up")
        yield first, second


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=30)
