"""The emulator in a program: what users start, ask and command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Union

from .config import DEFAULT_GRACE, PAGE_SIZE, Config
from .faults.fault import Fault
from .faults.registry import ActiveFault, Faults
from .running import RunningEmulator
from .service import snapshot
from .service.room_import import ImportStream, import_rooms
from .service.tokens import EmulatorCredential
from .state.clock import Clock
from .state.log_text import LOGGER
from .state.request_log import Entry, RequestLog

if TYPE_CHECKING:
    from azure.core.pipeline.transport import HttpTransport
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
    :raises TypeError: If a period is no timedelta, or hosts or faults are one text.
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
        self._run: RunningEmulator | None = None

    def __repr__(self) -> str:
        return f"<RoomsEmulator {'stopped' if self._run is None else self._config.url(self._run.port)}>"

    @property
    def endpoint(self) -> str:
        """Return scheme, host and port, without a slash at the end.

        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        """
        return self._config.url(self._running().port)

    @property
    def admin_endpoint(self) -> str:
        """Return scheme, host and port of the admin API: those of :attr:`endpoint`, unless it has a port of its own.

        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        """
        run = self._running()
        return self._config.url(run.port if run.admin_port is None else run.admin_port)

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
        certificate = None if self._run is None else self._run.certificate
        return None if certificate is None else certificate.authority

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

        run = self._running()
        return make_transport(run.app(), lambda: run.is_running)

    def start(self) -> Self:
        """Start; return when requests are accepted.

        :rtype: ~azure.communication.rooms.emulator.RoomsEmulator
        :raises OSError: If the port is taken, or the location or the certificate cannot be used.
        :raises sqlite3.Error: If the file in the location is no database of rooms, or another emulator uses it.
        :raises RuntimeError: If it is running already, or the HTTP server could not be started.
        :raises ImportError: If TLS is requested and ``trustme`` is not installed.
        """
        if self._run is not None and self._run.is_running:
            raise RuntimeError("the emulator is running already")
        self._run = RunningEmulator(self._config, self._port, self.clock, self.faults, self._request_log)
        self._port = self._run.port  # the next start takes the same
        for fault in self.faults.active():
            _log_fault(fault)
        return self

    def stop(self) -> None:
        """Finish the requests that are there, then close. What is in memory is gone; a location keeps it.

        In a process that was forked from the one that started it, this does nothing.
        """
        run, self._run = self._run, None
        if run is not None:
            run.stop()

    def reset(self) -> None:
        """Delete all rooms and requests; clock and faults are as they were at the start.

        :raises RuntimeError: If the emulator is not running.
        """
        self._running().state.reset()

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
        return snapshot.seed_rooms(self._running().state.account(account), count, room)

    def export_rooms(self) -> dict[str, Any]:
        """Return all rooms of all accounts, as JSON. No key is in it.

        :rtype: dict[str, Any]
        :raises RuntimeError: If the emulator is not running.
        """
        return snapshot.export_rooms(self._running().state.accounts)

    def import_rooms(self, exported: Any) -> int:
        """Replace the rooms by exported ones.

        :param exported: What :meth:`export_rooms` returned.
        :returns: How many rooms there were.
        :rtype: int
        :raises RuntimeError: If the emulator is not running.
        :raises ValueError: If it is something else, or names an account that is not here.
        """
        return import_rooms(exported, self._running().state.accounts)

    def export_file(self, file: Path) -> None:
        """Write all rooms of all accounts to a file: JSON, UTF-8, a room a line. No key is in it.

        The file is written in whole or not at all: the text goes to ``<name>.unfinished`` first.

        :param ~pathlib.Path file: The file; it is replaced.
        :raises RuntimeError: If the emulator is not running.
        :raises OSError: If it cannot be written.
        """
        unfinished = file.with_name(f"{file.name}.unfinished")
        with unfinished.open("wb") as stream:
            stream.writelines(snapshot.export_text(self._running().state.accounts))
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
        with ImportStream(self._running().state.accounts) as stream, file.open("rb") as text:
            while part := text.read(_PART):
                stream.feed(part)
            return stream.commit()

    def _running(self) -> RunningEmulator:
        if self._run is None or not self._run.is_running:
            raise RuntimeError("the emulator is not running: use it in a with block, or call start()")
        return self._run

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _log_fault(active: ActiveFault) -> None:
    LOGGER.warning("fault %d is on: %s", active.number, active.fault)
