"""The emulator in a process: its configuration and state, and the server on which it listens."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Union

from .access import AccessRules
from .admin.app import AdminApp
from .config import ACCESS_KEY, DEFAULT_GRACE, PAGE_SIZE, Config, host_and_port
from .faults.fault import Fault
from .faults.registry import ActiveFault, Faults
from .http.asgi import make_app
from .http.server import Server, listen
from .http.tls import Certificate, check_certificate, make_certificate
from .pipeline.app import Pipeline
from .pipeline.authentication import Authenticator
from .service import snapshot
from .service.room_import import ImportStream, import_rooms
from .service.tokens import EmulatorCredential
from .state.clock import Clock
from .state.emulator_state import Account, EmulatorState
from .state.log_text import LOGGER
from .state.request_log import Entry, RequestLog
from .state.store import Store
from .state.timestamps import from_timedelta

if TYPE_CHECKING:
    from azure.core.pipeline.transport import HttpTransport
    from starlette.types import ASGIApp
    from typing_extensions import Self

    AnyHttpTransport = HttpTransport[Any, Any]
else:  # an emulator starts without azure-core; annotations can be resolved all the same
    AnyHttpTransport = Self = Any

#: Bytes of a file that are read at once.
_PART = 64 * 1024


class RoomsEmulator:
    """The Rooms service, emulated for tests and development, on this machine's loopback unless another host is named.

    A context manager: it listens while the block runs. It starts with no rooms unless its location holds some.

    .. code-block:: python

        with RoomsEmulator() as emulator:
            client = RoomsClient.from_connection_string(emulator.connection_string)

    :keyword str host: The address to listen on, such as ``0.0.0.0`` for callers on other machines. They reach the
        Rooms and Identity API alone, by a host of ``allowed_hosts``. Default ``127.0.0.1``.
    :keyword int port: The port; 0, the default, takes a free one.
    :keyword location: The folder to keep rooms in; None, the default, keeps them in memory.
    :paramtype location: str or ~pathlib.Path or None
    :keyword accounts: Access key in base64 by the name of the account, each with rooms of its own: the key that signed
        a request selects its account. Default: one account, ``rooms``, with the key that every emulator has.
    :paramtype accounts: Mapping[str, str] or None
    :keyword bool strict_hmac: Reject signatures over the percent-decoded path and query. Default False.
    :keyword bool lenient_dates: Accept requests that are dated by the machine's clock, wherever the emulator's was
        moved: for clients whose clock cannot be moved along. Default False.
    :keyword clock_skew: Offset of the emulator's clock from the machine's; negative for a slow clock. Default none.
    :paramtype clock_skew: ~datetime.timedelta
    :keyword grace: How long a room stays after its validity has ended; None keeps it for ever. Default 7 days, at most
        100 years.
    :paramtype grace: ~datetime.timedelta or None
    :keyword int page_size: Rooms on a page of a list. Default 30, as the live service has it.
    :keyword faults: Faults that are on from the start, each as a :class:`Fault` or its one line.
    :paramtype faults: Iterable[~azure.communication.rooms.emulator.Fault or str]
    :keyword bool tls: Use HTTPS, with a certificate of an authority that :attr:`ca_file` holds. Default False.
    :keyword certificate: Use HTTPS with this certificate (chain), a PEM file.
    :paramtype certificate: str or ~pathlib.Path or None
    :keyword key: Its private key, a PEM file; None when ``certificate`` holds it.
    :paramtype key: str or ~pathlib.Path or None
    :keyword bool log_bodies: Keep the bodies of the latest requests and responses, for the page and the admin API:
        up to 4,000 characters of each, tokens masked. Default False, since participants are named in them.
    :keyword allowed_hosts: The hosts, without port, that requests may name beside loopback's; certificates of ``tls``
        are for them too. Default none.
    :paramtype allowed_hosts: Iterable[str]
    :keyword bool unsigned_tokens: Let any token for Communication Services open the first account. By default one that
        this emulator did not sign does so only on loopback with the default account.
    :keyword admin_token: The bearer token with which callers on other machines reach the admin API; None, the default,
        keeps it closed to them.
    :paramtype admin_token: str or None
    :keyword admin_port: A port for the admin API alone, 0 for a free one; None, the default, has it on ``port``.
    :paramtype admin_port: int or None
    :raises ValueError: If a value is invalid.
    :ivar clock: The emulator's clock; move it to let rooms and signatures expire.
    :vartype clock: ~azure.communication.rooms.emulator.Clock
    :ivar faults: Fault injection; no fault is on unless it is added.
    :vartype faults: ~azure.communication.rooms.emulator.Faults
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        location: Optional[Union[str, Path]] = None,
        accounts: Optional[Mapping[str, str]] = None,
        strict_hmac: bool = False,
        lenient_dates: bool = False,
        clock_skew: timedelta = timedelta(),
        grace: Optional[timedelta] = DEFAULT_GRACE,
        page_size: int = PAGE_SIZE,
        faults: Iterable[Union[Fault, str]] = (),
        tls: bool = False,
        certificate: Optional[Union[str, Path]] = None,
        key: Optional[Union[str, Path]] = None,
        log_bodies: bool = False,
        allowed_hosts: Iterable[str] = (),
        unsigned_tokens: bool = False,
        admin_token: Optional[str] = None,
        admin_port: Optional[int] = None,
    ) -> None:
        self._configure(
            Config.of(
                host=host,
                port=port,
                location=location,
                accounts=accounts,
                strict_hmac=strict_hmac,
                lenient_dates=lenient_dates,
                clock_skew=clock_skew,
                grace=grace,
                page_size=page_size,
                faults=faults,
                tls=tls,
                certificate=certificate,
                key=key,
                log_bodies=log_bodies,
                allowed_hosts=allowed_hosts,
                unsigned_tokens=unsigned_tokens,
                admin_token=admin_token,
                admin_port=admin_port,
            )
        )

    @classmethod
    def from_config(cls, config: Config) -> Self:
        """Return an emulator of a configuration, as the command makes it.

        :param ~azure.communication.rooms.emulator.config.Config config: The configuration.
        :rtype: ~azure.communication.rooms.emulator.RoomsEmulator
        """
        emulator = cls.__new__(cls)
        emulator._configure(config)  # noqa: SLF001  it is this class's own
        return emulator

    def _configure(self, config: Config) -> None:
        self._config = config
        self.clock: Clock = Clock(skew=config.clock_skew, lenient=config.lenient_dates)
        self.faults: Faults = Faults(config.faults, _log_fault)
        self._request_log = RequestLog(config.log_bodies)
        self._port = config.port
        self._admin_port: int | None = None
        self._certificate: Certificate | None = None
        self._state: EmulatorState | None = None
        self._listeners: list[socket.socket] = []
        self._cleanup = ExitStack()

    @property
    def endpoint(self) -> str:
        """Return scheme, host and port, without a slash at the end.

        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        """
        self._running()
        return self._url(self._port)

    @property
    def admin_endpoint(self) -> str:
        """Return scheme, host and port of the admin API: those of :attr:`endpoint`, unless it has a port of its own.

        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        """
        self._running()
        return self._url(self._port if self._admin_port is None else self._admin_port)

    def _url(self, port: int) -> str:
        """Return the URL of a port; an emulator that listens on all addresses is reached by loopback here."""
        return f"{self._config.scheme}://{host_and_port(self._config.host, port)}"

    @property
    def connection_string(self) -> str:
        """Return the connection string of the first account.

        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        """
        return self.connection_string_of(next(iter(self._config.accounts)))

    def connection_string_of(self, account: str) -> str:
        """Return the connection string of an account.

        :param str account: Its name.
        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        :raises KeyError: If there is no such account.
        """
        return f"endpoint={self.endpoint}/;accesskey={self._config.accounts[account]}"

    @property
    def ca_file(self) -> Optional[Path]:
        """Return the file of the authority that clients must trust, PEM; None when the emulator made no certificate.

        :rtype: ~pathlib.Path or None
        """
        return None if self._certificate is None else self._certificate.authority

    @property
    def requests(self) -> list[Entry]:
        """Return the latest 1000 requests and their outcomes, the oldest first.

        :rtype: list[~azure.communication.rooms.emulator.Entry]
        """
        return self._request_log.entries()

    def token_credential(self, account: Optional[str] = None) -> EmulatorCredential:
        """Return a credential whose tokens this emulator takes, in place of one of ``azure-identity``.

        :param account: The account; None, the default, is the first.
        :type account: str or None
        :rtype: ~azure.core.credentials.TokenCredential
        :raises KeyError: If there is no such account.
        """
        if account is not None and account not in self._config.accounts:
            raise KeyError(account)
        name = account or next(iter(self._config.accounts))
        return EmulatorCredential(self.clock, name, self._config.keys[name])

    def transport(self) -> AnyHttpTransport:
        """Return a transport for clients on azure-core that calls the emulator in this process, without a connection.

        :rtype: ~azure.core.pipeline.transport.HttpTransport
        :raises RuntimeError: If the emulator is not running.
        """
        from .http.in_process import make_transport  # it imports requests, which a server does not need

        state = self._running()
        return make_transport(self._app(state), lambda: self._state is state)

    def start(self) -> Self:
        """Start; return when requests are accepted.

        :rtype: ~azure.communication.rooms.emulator.RoomsEmulator
        :raises OSError: If the port is taken, or the location or the certificate cannot be used.
        :raises sqlite3.Error: If the file in the location is no database of rooms, or another emulator uses it.
        :raises RuntimeError: If it is running already, or the HTTP server could not be started.
        :raises ImportError: If TLS is requested and ``trustme`` is not installed.
        """
        if self._state is not None:
            raise RuntimeError("the emulator is running already")
        with ExitStack() as cleanup:
            listeners = listen(self._config.host, self._port)
            self._admin_port = None
            for listener in listeners:
                cleanup.enter_context(listener)
            if self._config.admin_port is not None:
                on_admin_port = listen(self._config.host, self._config.admin_port)
                self._admin_port = on_admin_port[0].getsockname()[1]
                listeners += [cleanup.enter_context(listener) for listener in on_admin_port]
            state = EmulatorState(self._open_accounts(cleanup), self.clock, self.faults, self._request_log)
            self._certificate = self._prepare_certificate(cleanup)
            server = Server(self._app(state), listeners, self._certificate, state.purge)
            if not server.start():
                raise RuntimeError("the HTTP server could not be started; its log has the reason")
            cleanup.callback(server.stop)
            cleanup.callback(state.stop)
            self._forget_private_key()
            self._port = listeners[0].getsockname()[1]
            state.endpoint = self._config.advertise or (None if self._admin_port is None else self._url(self._port))
            self._listeners = listeners
            self._state = state
            self._cleanup = cleanup.pop_all()
        _RUNNING.add(self)
        for fault in self.faults.active():
            _log_fault(fault)
        return self

    def _open_accounts(self, cleanup: ExitStack) -> dict[str, Account]:
        config = self._config
        if config.location is not None and config.location.exists() and not config.location.is_dir():
            raise NotADirectoryError(f"the location {config.location} is a file, not a folder")
        grace = None if config.grace is None else from_timedelta(config.grace)
        accounts: dict[str, Account] = {}
        for name, key in config.accounts.items():
            documented = key if key == ACCESS_KEY else None
            store = Store(config.database_of(name))
            cleanup.callback(store.close)
            accounts[name] = Account(name, store, self.clock, config.page_size, grace, documented)
        return accounts

    def _app(self, state: EmulatorState) -> ASGIApp:
        config = self._config
        authenticator = Authenticator(config.keys, config.strict_hmac, config.accepts_unsigned_tokens)
        access = AccessRules(config, self._admin_port)
        pipeline = Pipeline(state, authenticator, access, is_strict_transport=config.certificate is not None)
        return make_app(pipeline, AdminApp(state, access), self._admin_port)

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
        if self._config.tls and self._certificate is not None:
            self._certificate.chain.unlink()

    def stop(self) -> None:
        """Finish the requests that are there, then close. What is in memory is gone; a location keeps it.

        In a process that was forked from the one that started it, this does nothing.
        """
        _RUNNING.discard(self)
        self._state = None
        self._cleanup.close()
        self._certificate = None

    def reset(self) -> None:
        """Delete all rooms and requests; clock and faults are as they were at the start.

        :raises RuntimeError: If the emulator is not running.
        """
        self._running().reset()

    def seed(self, count: int = 1, room: Optional[Any] = None, *, account: Optional[str] = None) -> list[str]:
        """Create rooms, past the service's rules of time.

        A room whose validity ended more than the grace period ago is gone at once.

        :param int count: How many. Default 1.
        :param room: What each is like, with names of the wire: ``{"validUntil": "2999-01-01T00:00:00Z",
            "participants": {"8:acs:...": {"role": "Presenter"}}}``. What is missing is as in a room created now.
        :keyword account: The account; None, the default, is the first.
        :paramtype account: str or None
        :returns: Their ids, the oldest first.
        :rtype: list[str]
        :raises RuntimeError: If the emulator is not running.
        :raises ValueError: If the count or the room is invalid.
        :raises KeyError: If there is no such account.
        """
        return snapshot.seed_rooms(self._running().account(account), count, room)

    def export_rooms(self) -> dict[str, Any]:
        """Return all rooms of all accounts, as JSON. No key is in it.

        :rtype: dict[str, Any]
        :raises RuntimeError: If the emulator is not running.
        """
        return snapshot.export_rooms(self._running().accounts)

    def import_rooms(self, exported: Any) -> int:
        """Replace the rooms by exported ones.

        :param exported: What :meth:`export_rooms` returned.
        :returns: How many rooms there were.
        :rtype: int
        :raises RuntimeError: If the emulator is not running.
        :raises ValueError: If it is something else, or names an account that is not here.
        """
        return import_rooms(exported, self._running().accounts)

    def export_file(self, file: Path) -> None:
        """Write all rooms of all accounts to a file: JSON, UTF-8, a room a line. No key is in it.

        The file is written in whole or not at all: the text goes to ``<name>.unfinished`` first.

        :param ~pathlib.Path file: The file; it is replaced.
        :raises RuntimeError: If the emulator is not running.
        :raises OSError: If it cannot be written.
        """
        unfinished = file.with_name(f"{file.name}.unfinished")
        with unfinished.open("wb") as stream:
            stream.writelines(snapshot.export_text(self._running().accounts))
        unfinished.replace(file)

    def import_file(self, file: Path) -> int:
        """Replace the rooms by those of a file that was exported.

        :param ~pathlib.Path file: The file.
        :returns: How many rooms there were.
        :rtype: int
        :raises RuntimeError: If the emulator is not running.
        :raises OSError: If it cannot be read.
        :raises ValueError: If it is no export of rooms, or names an account that is not here; nothing is changed then.
        """
        with ImportStream(self._running().accounts) as stream, file.open("rb") as text:
            while part := text.read(_PART):
                stream.feed(part)
            return stream.commit()

    def _leave_to_parent(self) -> None:  # pragma: no cover  a test forks a process of its own
        """Give up, in a process that was forked, what is the parent's: its files must not be closed or deleted here.

        SQLite deletes its log when a connection is closed, so this one must not be, not even at the end of the process.
        """
        import ctypes  # a start does not wait for it

        for listener in self._listeners:
            listener.close()
        self._state = None
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._cleanup.pop_all()))

    def _running(self) -> EmulatorState:
        if self._state is None:
            raise RuntimeError("the emulator is not running: use it in a with block, or call start()")
        return self._state

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


#: The emulators that run in this process.
_RUNNING: weakref.WeakSet[RoomsEmulator] = weakref.WeakSet()


def _leave_all_to_parent() -> None:  # pragma: no cover  a test forks a process of its own
    for emulator in list(_RUNNING):
        emulator._leave_to_parent()  # noqa: SLF001  of this module
    _RUNNING.clear()


if hasattr(os, "register_at_fork"):  # pragma: no branch  POSIX has it, Windows does not
    os.register_at_fork(after_in_child=_leave_all_to_parent)


def _remove_folder(folder: str, process: int) -> None:
    """Delete a temporary folder, unless it is that of the process which this one was forked from."""
    if os.getpid() == process:  # pragma: no branch  a test forks a process of its own
        shutil.rmtree(folder, ignore_errors=True)


def _log_fault(active: ActiveFault) -> None:
    LOGGER.warning("fault %d is on: %s", active.number, active.fault)
