"""An emulator while it runs: its accounts, listening sockets, certificate and server, until it is stopped."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import weakref
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from .access import AccessRules
from .admin.app import AdminApp
from .config import ACCESS_KEY, Config
from .faults.registry import Faults
from .http.asgi import make_app
from .http.server import Server, listen
from .http.tls import Certificate, check_certificate, make_certificate
from .pipeline.app import Pipeline
from .pipeline.authentication import Authenticator
from .state.clock import Clock
from .state.emulator_state import Account, EmulatorState
from .state.request_log import RequestLog
from .state.store import Store
from .state.timestamps import from_timedelta

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class RunningEmulator:
    """An emulator that accepts requests from the time it is made until :meth:`stop`.

    :param config: Its configuration.
    :param port: The port, in place of the configuration's: that of an earlier start.
    :param clock: Its clock.
    :param faults: Its faults.
    :param request_log: Its request log.
    :raises OSError: If the port is taken, or the location or the certificate cannot be used.
    :raises sqlite3.Error: If the file in the location is no database of rooms, or another emulator uses it.
    :raises RuntimeError: If the HTTP server could not be started.
    :raises ImportError: If TLS is requested and ``trustme`` is not installed.
    :ivar is_running: Whether it was neither stopped nor left to the process that this one was forked from.
    :ivar state: What it holds.
    :ivar port: The port on which it listens.
    :ivar admin_port: The port of the admin API; None when that has none of its own.
    :ivar certificate: Its certificate; None without TLS.
    """

    def __init__(self, config: Config, port: int, clock: Clock, faults: Faults, request_log: RequestLog) -> None:
        self._config = config
        with ExitStack() as cleanup:
            self._listeners = _listen(cleanup, config.host, port)
            self.port: int = self._listeners[0].getsockname()[1]
            self.admin_port: int | None = None
            if config.admin_port is not None:
                on_admin_port = _listen(cleanup, config.host, config.admin_port)
                self.admin_port = on_admin_port[0].getsockname()[1]
                self._listeners += on_admin_port
            self.state: EmulatorState = EmulatorState(
                _open_accounts(config, clock, cleanup), clock, faults, request_log
            )
            self.state.endpoint = config.advertise or (None if self.admin_port is None else config.url(self.port))
            self.certificate: Certificate | None = self._prepare_certificate(cleanup)
            server = Server(self.app(), self._listeners, self.certificate, self.state.purge)
            if not server.start():
                raise RuntimeError("the HTTP server could not be started; its log has the reason")
            cleanup.callback(server.stop)
            cleanup.callback(self.state.stop)
            self._forget_private_key()
            self._cleanup = cleanup.pop_all()
        self.is_running: bool = True
        _RUNNING.add(self)

    def app(self) -> ASGIApp:
        """Return the application: the server's, or another of the same state."""
        config = self._config
        authenticator = Authenticator(config.keys, config.strict_hmac, config.accepts_unsigned_tokens)
        access = AccessRules(config, self.admin_port)
        pipeline = Pipeline(self.state, authenticator, access, is_strict_transport=config.certificate is not None)
        return make_app(pipeline, AdminApp(self.state, access), self.admin_port)

    def _prepare_certificate(self, cleanup: ExitStack) -> Certificate | None:
        certificate = None
        if self._config.tls:
            folder = tempfile.mkdtemp(prefix="rooms-emulator-")
            cleanup.callback(weakref.finalize(self, _remove_folder, folder, os.getpid()))
            certificate = make_certificate(Path(folder), (self._config.host, *self._config.allowed_hosts))
        elif self._config.certificate is not None:
            certificate = Certificate(self._config.certificate, self._config.key)
        if certificate is not None:
            check_certificate(certificate)
        return certificate

    def _forget_private_key(self) -> None:
        """Delete the private key that was made: the server has read it, and the process may be killed."""
        if self._config.tls and self.certificate is not None:
            self.certificate.chain.unlink()

    def stop(self) -> None:
        """Finish the requests that are there, then close."""
        _RUNNING.discard(self)
        self.is_running = False
        self._cleanup.close()

    def leave_to_parent(self) -> None:  # pragma: no cover  a test forks a process of its own
        """Give up, in a process that was forked, what is the parent's: its files must not be closed or deleted here.

        SQLite deletes its log when a connection is closed, so this one must not be, not even at the end of the process.
        """
        import ctypes  # a start does not wait for it

        self.is_running = False
        for listener in self._listeners:
            listener.close()
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._cleanup.pop_all()))


def _listen(cleanup: ExitStack, host: str, port: int) -> list[socket.socket]:
    return [cleanup.enter_context(listener) for listener in listen(host, port)]


def _open_accounts(config: Config, clock: Clock, cleanup: ExitStack) -> dict[str, Account]:
    if config.location is not None and config.location.exists() and not config.location.is_dir():
        raise NotADirectoryError(f"the location {config.location} is a file, not a folder")
    grace = None if config.grace is None else from_timedelta(config.grace)
    accounts: dict[str, Account] = {}
    for name, key in config.accounts.items():
        documented = key if key == ACCESS_KEY else None
        store = Store(config.database_of(name))
        cleanup.callback(store.close)
        accounts[name] = Account(name, store, clock, config.page_size, grace, documented)
    return accounts


def _remove_folder(folder: str, process: int) -> None:
    """Delete a temporary folder, unless it is that of the process which this one was forked from."""
    if os.getpid() == process:  # pragma: no branch  a test forks a process of its own
        shutil.rmtree(folder, ignore_errors=True)


#: The emulators that run in this process.
_RUNNING: weakref.WeakSet[RunningEmulator] = weakref.WeakSet()


def _leave_all_to_parent() -> None:  # pragma: no cover  a test forks a process of its own
    for emulator in list(_RUNNING):
        emulator.leave_to_parent()
    _RUNNING.clear()


if hasattr(os, "register_at_fork"):  # pragma: no branch  POSIX has it, Windows does not
    os.register_at_fork(after_in_child=_leave_all_to_parent)
