"""The watchdog: it shuts a connection down when the time of its request is over.

A socket's own timeout bounds one read. A server that sends a byte now and then could hold a call for ever, through any
number of layers (TLS, a proxy's tunnel, gevent's sockets). Shutting the connection down works beneath all of them. A
request without a deadline has no watch and pays nothing.

One daemon thread serves all watches of the process. It starts with the first watch and ends once it was idle for a
while.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from concurrent.futures import Future

    from typing_extensions import Self

#: Seconds after which the idle thread ends.
_IDLE_SECONDS = 10.0

#: The real time. Tools that freeze ``time.monotonic``, before or after the import, leave the system's clock alone.
#: Windows does not have it.
_monotonic: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_MONOTONIC) if hasattr(time, "clock_gettime") else time.monotonic
)

_current: ContextVar[Watch | None] = ContextVar("rooms_watch", default=None)


def current_watch() -> Watch | None:
    """The watch over the request that is being sent here; None without a deadline."""
    return _current.get()


def shut_down(connected: Any) -> None:
    """Shut a connection down beneath all layers of TLS. Its socket stays open, and reads its end."""
    with suppress(OSError), _duplicate(connected) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)


def _duplicate(connected: Any) -> socket.socket:
    """Another socket of the same connection, for a socket of any class."""
    return socket.fromfd(connected.fileno(), socket.AF_INET, socket.SOCK_STREAM)


class _Timer:
    """Expires watches when their time is over, in one daemon thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watches: dict[Watch, float] = {}
        self._thread: threading.Thread | None = None
        self._wakes_at = 0.0

    def add(self, watch: Watch, end: float) -> None:
        """Expire a watch at a time of the monotonic clock."""
        with self._changed:
            self._watches[watch] = end
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="rooms-deadlines", daemon=True)
                # While the interpreter shuts down no thread starts, and the timeouts of the socket must do.
                with suppress(RuntimeError):
                    thread.start()
                    self._thread = thread
            elif end < self._wakes_at:
                self._changed.notify()

    def remove(self, watch: Watch) -> None:
        """Forget a watch."""
        with self._changed:
            self._watches.pop(watch, None)

    def _run(self) -> None:
        while True:
            with self._changed:
                now = _monotonic()
                due = [watch for watch, end in self._watches.items() if end <= now]
                for watch in due:
                    del self._watches[watch]
                if not due:
                    idle = not self._watches
                    self._wakes_at = min(self._watches.values(), default=now + _IDLE_SECONDS)
                    self._changed.wait(self._wakes_at - now)
                    if idle and not self._watches and _monotonic() >= self._wakes_at:
                        self._thread = None
                        return
            for watch in due:
                watch.expire()


_timer: _Timer | None = None


def _shared_timer() -> _Timer:
    """The timer of the process. It is made when it is needed: gevent may replace threads after this was imported."""
    global _timer
    if _timer is None:
        _timer = _Timer()
    return _timer


def _forget_timer() -> None:
    """Start anew after a fork: the thread is not there, and its lock may be held for ever."""
    global _timer
    _timer = None


getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_forget_timer)  # Windows has no fork


class Watch:
    """The time that one request may take. To be used in a ``with`` block around it.

    :param float seconds: How long it may take.
    :ivar bool expired: Whether the time was over before the connection was released. What was received is not to be
        trusted then: a response that ends with its connection looks complete.
    """

    def __init__(self, seconds: float) -> None:
        self.expired = False
        self._end = _monotonic() + seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._released = False

    def __enter__(self) -> Self:
        self._token = _current.set(self)
        self._timer = _shared_timer()
        self._timer.add(self, self._end)
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.remove(self)
        self.release()
        _current.reset(self._token)

    def attach(self, connected: Any) -> None:
        """Watch over a connection, unless there is one already.

        :param connected: Its socket, of any class. It is duplicated: the duplicate names the same connection
            when a TLS socket takes the place of the first, and can be shut down without a risk that its number was
            given to another file.
        """
        with self._lock:
            if self._socket is None and not self._released:
                self._socket = _duplicate(connected)
            if self.expired:
                self._shut_down()

    def expire(self) -> None:
        """Shut the connection down, unless it was released."""
        with self._lock:
            if not self._released:
                self.expired = True
                self._shut_down()

    def release(self) -> None:
        """Leave the connection alone from now on: its response was read, and another request may use it."""
        with self._lock:
            self._released = True
            if self._socket is not None:
                self._socket.close()
                self._socket = None

    def _shut_down(self) -> None:
        if self._socket is not None:
            with suppress(OSError):  # the other side was faster
                self._socket.shutdown(socket.SHUT_RDWR)

    def connect(self, connect: Callable[[], socket.socket]) -> socket.socket:
        """Connect within the time, and watch over the connection.

        It runs in a thread of its own: neither a lookup of the host's name nor the attempt for each of its addresses
        can be cut short. If the time is over, the thread closes what it gets later.

        :param connect: Looks the host up and connects.
        :raises TimeoutError: If the time is over (``socket.timeout`` before Python 3.10).
        """
        # Imported here: it takes longer than a call, and calls without a deadline do not need it.
        from concurrent.futures import Future
        from concurrent.futures import TimeoutError as FutureTimeoutError

        connected: Future[socket.socket] = Future()
        thread = threading.Thread(
            target=copy_context().run, args=(_settle, connected, connect), name="rooms-connect", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:  # the interpreter shuts down; the connection timeout must do
            _settle(connected, connect)
        try:
            found = connected.result(max(0.0, self._end - _monotonic()))
        except BaseException as error:
            is_late = not connected.done()
            if is_late:
                self.expire()
            connected.add_done_callback(_close_late)
            if is_late and isinstance(error, FutureTimeoutError):
                raise socket.timeout("timed out") from None  # before Python 3.11 these are two classes
            raise
        self.attach(found)
        return found


def _settle(connected: Future[socket.socket], connect: Callable[[], socket.socket]) -> None:
    try:
        connected.set_result(connect())
    except BaseException as error:  # noqa: BLE001  it is raised by connected.result()
        connected.set_exception(error)


def _close_late(connected: Future[socket.socket]) -> None:
    if connected.exception() is None:
        connected.result().close()
