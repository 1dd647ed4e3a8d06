"""The emulator in a process: accounts, clock, faults and rooms, and the server that they are reached by."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import snapshot
from .accounts import decoded_keys
from .app import LOGGER, make_app
from .auth import Authenticator
from .certificate import Certificate, check_certificate, make_certificate
from .clock import Clock
from .credential import EmulatorCredential
from .defaults import ACCESS_KEY, DEFAULT_ACCOUNT, DEFAULT_GRACE, PAGE_SIZE
from .exchange import Service
from .fault_spec import Fault, parse
from .faults import ActiveFault, Faults
from .journal import Entry, Journal
from .routes.admin import is_loopback
from .serving import Server, listen
from .site import Site
from .store import Store

if TYPE_CHECKING:
    from azure.core.pipeline.transport import HttpTransport
    from typing_extensions import Self


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
    :keyword accounts: Access key in base64 by the name of the account, each with rooms of its own: the key that signed
        a request tells whose it is. Default: one account, ``rooms``, with the key that every emulator has.
    :paramtype accounts: Mapping[str, str] or None
    :keyword bool strict_hmac: Refuse signatures over the percent-decoded path and query. Default False.
    :keyword bool lenient_dates: Take requests that are dated by the machine's clock, wherever the emulator's was moved
        to: for clients whose clock cannot be moved along. Default False.
    :keyword clock_skew: How far the emulator's clock is ahead of the machine's; behind when negative. Default none.
    :paramtype clock_skew: ~datetime.timedelta
    :keyword grace: How long a room stays after its validity has ended, until it is deleted; None keeps it for ever.
        Default 7 days.
    :paramtype grace: ~datetime.timedelta or None
    :keyword int page_size: Rooms on a page of a list. Default 30, as the live service has it.
    :keyword faults: Faults that are on from the start, each as a :class:`Fault` or its one line.
    :paramtype faults: Iterable[~azure.communication.rooms.emulator.Fault or str]
    :keyword bool tls: Speak HTTPS, with a certificate of an authority that :attr:`ca_file` holds. Default False.
    :keyword certificate: Speak HTTPS with this certificate (chain), a PEM file.
    :paramtype certificate: str or ~pathlib.Path or None
    :keyword key: Its private key, a PEM file; None when ``certificate`` holds it.
    :paramtype key: str or ~pathlib.Path or None
    :raises ValueError: If the host is not loopback, or another value cannot be right.
    :ivar clock: The time the emulator lives by; move it to see rooms and signatures grow old.
    :vartype clock: ~azure.communication.rooms.emulator.Clock
    :ivar faults: What goes wrong; nothing, unless it is added.
    :vartype faults: ~azure.communication.rooms.emulator.Faults
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        location: str | Path | None = None,
        accounts: Mapping[str, str] | None = None,
        strict_hmac: bool = False,
        lenient_dates: bool = False,
        clock_skew: timedelta = timedelta(),
        grace: timedelta | None = DEFAULT_GRACE,
        page_size: int = PAGE_SIZE,
        faults: Iterable[Fault | str] = (),
        tls: bool = False,
        certificate: str | Path | None = None,
        key: str | Path | None = None,
    ) -> None:
        if not is_loopback(host):
            raise ValueError(f"the emulator listens on loopback alone, which {host!r} is not")
        if port not in range(2**16):
            raise ValueError(f"the port must be a number from 0 to 65535, not {port!r}")
        if page_size not in range(1, 10_001):
            raise ValueError(f"the page size must be a number from 1 to 10000, not {page_size!r}")
        if (key is not None and certificate is None) or (tls and certificate is not None):
            raise ValueError("give either tls, or a certificate, to which a key belongs")
        self.clock: Clock = Clock(skew=clock_skew, lenient=lenient_dates)
        asked_for = [parse(fault) if isinstance(fault, str) else fault for fault in faults]
        self.faults: Faults = Faults(asked_for, _tell_of)
        self._host, self._port = host, port
        self._location = None if location is None else Path(location)
        self._accounts = dict({DEFAULT_ACCOUNT: ACCESS_KEY} if accounts is None else accounts)
        self._authenticator = Authenticator(decoded_keys(self._accounts), strict=strict_hmac)
        self._grace = None if grace is None else grace // timedelta(microseconds=1) * 10
        self._page_size = page_size
        self._tls = tls
        self._certificate = (
            None if certificate is None else Certificate(Path(certificate), None if key is None else Path(key))
        )
        self._journal = Journal()
        self._site: Site | None = None
        self._cleanup = ExitStack()

    @property
    def endpoint(self) -> str:
        """Scheme, host and port, without a slash at the end.

        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        """
        self._running()
        host = f"[{self._host}]" if ":" in self._host else self._host
        scheme = "http" if self._certificate is None and not self._tls else "https"
        return f"{scheme}://{host}:{self._port}"

    @property
    def connection_string(self) -> str:
        """What ``RoomsClient.from_connection_string`` takes: that of the first account.

        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        """
        return self.connection_string_of(next(iter(self._accounts)))

    def connection_string_of(self, account: str) -> str:
        """The connection string of an account.

        :param str account: Its name.
        :rtype: str
        :raises RuntimeError: If the emulator is not running.
        :raises KeyError: If there is no such account.
        """
        return f"endpoint={self.endpoint}/;accesskey={self._accounts[account]}"

    @property
    def ca_file(self) -> Path | None:
        """What clients must trust when the emulator made its own certificate, a PEM file; None when it did not.

        :rtype: ~pathlib.Path or None
        """
        return None if self._certificate is None else self._certificate.authority

    @property
    def requests(self) -> list[Entry]:
        """The latest 1000 requests and what became of them, the oldest first.

        :rtype: list[~azure.communication.rooms.emulator.Entry]
        """
        return self._journal.entries()

    def token_credential(self, account: str | None = None) -> EmulatorCredential:
        """A credential whose tokens this emulator takes, in place of one of ``azure-identity``.

        :param account: Whose rooms it opens; None, the default, for those of the first account.
        :type account: str or None
        :rtype: ~azure.core.credentials.TokenCredential
        :raises KeyError: If there is no such account.
        """
        if account is not None and account not in self._accounts:
            raise KeyError(account)
        return EmulatorCredential(self.clock, account or next(iter(self._accounts)))

    def transport(self) -> HttpTransport[Any, Any]:
        """A transport for clients on azure-core that calls the emulator in this process, with no connection between.

        :rtype: ~azure.core.pipeline.transport.HttpTransport
        :raises RuntimeError: If the emulator is not running.
        """
        from .transport import make_transport  # it brings requests, which a server has no use for

        return make_transport(make_app(self._running()))

    def start(self) -> Self:
        """Listen; return when requests are answered.

        :rtype: ~azure.communication.rooms.emulator.RoomsEmulator
        :raises OSError: If the port is taken, or the location or the certificate cannot be used.
        :raises sqlite3.Error: If what is in the location is no database of rooms, or another emulator uses it.
        :raises RuntimeError: If it is running already, or the HTTP server could not be started.
        :raises ImportError: If TLS is asked for and ``trustme`` is not installed.
        """
        if self._site is not None:
            raise RuntimeError("the emulator is running already")
        with ExitStack() as cleanup:
            listener = cleanup.enter_context(listen(self._host, self._port))
            services: dict[str, Service] = {}
            for account in self._accounts:
                store = Store(self._location, account)
                cleanup.callback(store.close)
                services[account] = Service(store, self.clock, self._page_size)
            site = Site(services, self._authenticator, self.clock, self.faults, self._journal, self._grace, set())
            server = Server(make_app(site), listener, self._prepare_certificate(cleanup))
            if not server.start():
                raise RuntimeError("the HTTP server could not be started; its log says why")
            cleanup.callback(server.stop)
            self._port = listener.getsockname()[1]
            self._site = site
            self._cleanup = cleanup.pop_all()
        for fault in self.faults.active():
            _tell_of(fault)
        return self

    def _prepare_certificate(self, cleanup: ExitStack) -> Certificate | None:
        if self._tls:
            folder = cleanup.enter_context(tempfile.TemporaryDirectory(prefix="rooms-emulator-"))
            self._certificate = make_certificate(Path(folder), self._host)
        if self._certificate is not None:
            check_certificate(self._certificate)
        return self._certificate

    def stop(self) -> None:
        """Answer what has been asked, then listen no more. What is in memory is gone; a location keeps it."""
        self._site = None
        self._cleanup.close()
        if self._tls:
            self._certificate = None  # its files are gone

    def reset(self) -> None:
        """Forget all rooms and requests, and let clock and faults be as they were at the start.

        :raises RuntimeError: If the emulator is not running.
        """
        self._running().reset()

    def seed(self, count: int = 1, room: Any | None = None, *, account: str | None = None) -> list[str]:
        """Make rooms, past the rules of the service.

        :param int count: How many. Default 1.
        :param room: What each is like, with names of the wire: ``{"validUntil": "2020-01-01T00:00:00Z",
            "participants": {"8:acs:...": {"role": "Presenter"}}}``. What is missing is as in a room created now.
        :keyword account: Whose they are; None, the default, for the first account's.
        :paramtype account: str or None
        :returns: Their ids, the oldest first.
        :rtype: list[str]
        :raises RuntimeError: If the emulator is not running.
        :raises ValueError: If there cannot be such rooms.
        :raises KeyError: If there is no such account.
        """
        services = self._running().services
        return snapshot.seed(services[next(iter(services)) if account is None else account], count, room)

    def export_rooms(self) -> dict[str, Any]:
        """All rooms of all accounts, as JSON. No key is in it.

        :rtype: dict[str, Any]
        :raises RuntimeError: If the emulator is not running.
        """
        return snapshot.export(self._running().services)

    def import_rooms(self, exported: Any) -> int:
        """Put exported rooms in the place of those there are.

        :param exported: What :meth:`export_rooms` gave.
        :returns: How many rooms there were.
        :rtype: int
        :raises RuntimeError: If the emulator is not running.
        :raises ValueError: If it is something else, or names an account that is not here.
        """
        return snapshot.restore(exported, self._running().services)

    def _running(self) -> Site:
        if self._site is None:
            raise RuntimeError("the emulator is not running: use it in a with block, or call start()")
        return self._site

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def _tell_of(active: ActiveFault) -> None:
    LOGGER.warning("fault %d is on: %s", active.number, active.fault)
