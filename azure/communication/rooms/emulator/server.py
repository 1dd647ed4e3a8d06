"""The emulator in a process: the application on a real HTTP server, in a thread of its own."""

import base64
import os
import socket
import threading
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Union

import uvicorn

from .app import make_app
from .auth import Authenticator
from .clock import Clock
from .credential import EmulatorCredential
from .exchange import Service
from .store import Store

if TYPE_CHECKING:
    from typing_extensions import Self

#: The port when none is chosen.
DEFAULT_PORT = 8420

#: The access key of every emulator. It is no secret: it opens nothing but emulators, which listen on loopback alone.
ACCESS_KEY = base64.b64encode(b"well-known-key-of-every-rooms-emulator--no-secret--it-opens-none").decode()


class RoomsEmulator:
    """The Rooms service on this machine's loopback, for tests and development.

    A context manager: it listens while the block runs. Each starts with no rooms unless its location holds some.

    .. code-block:: python

        with RoomsEmulator() as emulator:
            client = RoomsClient.from_connection_string(emulator.connection_string)

    :keyword str host: A loopback address, or ``localhost``. Default ``127.0.0.1``.
    :keyword int port: The port; 0, the default, takes a free one.
    :keyword location: The folder to keep rooms in; None, the default, keeps them in memory.
    :paramtype location: str or ~pathlib.Path or None
    :keyword bool strict_hmac: Refuse signatures over the percent-decoded path and query. Default False.
    :raises ValueError: If the host is not loopback, or the port is none.
    :ivar clock: The time the emulator lives by; move it to see rooms and signatures grow old.
    :vartype clock: ~azure.communication.rooms.emulator.Clock
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        location: Optional[Union[str, Path]] = None,
        strict_hmac: bool = False,
    ) -> None:
        if not _is_loopback(host):
            raise ValueError(f"the emulator listens on loopback alone, which {host!r} is not")
        if port not in range(2**16):
            raise ValueError(f"the port must be a number from 0 to 65535, not {port!r}")
        self.clock: Clock = Clock()
        self._host = host
        self._port = port
        self._location = None if location is None else Path(location)
        self._authenticator = Authenticator(base64.b64decode(ACCESS_KEY), strict=strict_hmac)
        self._store: Optional[Store] = None
        self._server: Optional[_Server] = None

    @property
    def endpoint(self) -> str:
        """Scheme, host and port, without a slash at the end.

        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        """
        if self._server is None:
            raise RuntimeError("the emulator is not running: use it in a with block, or call start()")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def connection_string(self) -> str:
        """What ``RoomsClient.from_connection_string`` takes.

        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        """
        return f"endpoint={self.endpoint}/;accesskey={ACCESS_KEY}"

    def token_credential(self) -> EmulatorCredential:
        """A credential whose tokens this emulator takes, in place of one of ``azure-identity``.

        :rtype: ~azure.core.credentials.TokenCredential
        """
        return EmulatorCredential(self.clock)

    def start(self) -> "Self":
        """Listen; return when requests are answered.

        :rtype: ~azure.communication.rooms.emulator.RoomsEmulator
        :raises OSError: If the port is taken or the location cannot be used.
        :raises sqlite3.Error: If what is in the location is no database of rooms.
        :raises RuntimeError: If it is running already, or the HTTP server could not be started.
        """
        if self._server is not None:
            raise RuntimeError("the emulator is running already")
        listener = _listen(self._host, self._port)
        try:
            self._store = Store(self._location)
        except BaseException:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        server = _Server(make_app(Service(self._store, self.clock), self._authenticator), listener)
        if not server.start():
            listener.close()
            self._store.close()
            raise RuntimeError("the HTTP server could not be started; its log says why")
        self._server = server
        return self

    def stop(self) -> None:
        """Answer what has been asked, then listen no more. What is in memory is gone; a location keeps it."""
        if self._server is not None and self._store is not None:
            self._server.stop()
            self._store.close()
            self._server = self._store = None

    def reset(self) -> None:
        """Forget all rooms, and let the clock run as the machine's.

        :raises RuntimeError: If the emulator is not running.
        """
        if self._store is None:
            raise RuntimeError("the emulator is not running: there is nothing to reset")
        self._store.clear()
        self.clock.reset()

    def __enter__(self) -> "Self":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server:
    """uvicorn in a thread."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        self._ready = threading.Event()
        self._listener = listener
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,  # answers carry the emulator's own time
            timeout_keep_alive=75,
        )
        self._uvicorn = _AnnouncingServer(config, self._ready)
        self._thread = threading.Thread(target=self._run, name="rooms-emulator", daemon=True)

    def start(self) -> bool:
        """Whether it listens."""
        self._thread.start()
        self._ready.wait()
        return self._uvicorn.started

    def stop(self) -> None:
        self._uvicorn.should_exit = True
        self._thread.join()

    def _run(self) -> None:
        try:
            self._uvicorn.run(sockets=[self._listener])
        finally:
            self._ready.set()  # whoever waits for a server that could not start waits no longer


class _AnnouncingServer(uvicorn.Server):
    """uvicorn's server, saying when it listens."""

    def __init__(self, config: uvicorn.Config, ready: threading.Event) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: Optional[list[socket.socket]] = None) -> None:
        await super().startup(sockets)
        self._ready.set()


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket whose protocol is named, not implied.

    asyncio switches Nagle's algorithm off only on sockets that say they are TCP; left on, it makes every answer of
    headers and body wait 40 ms for the client's delayed acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # pragma: no branch  elsewhere it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
