"""The Rooms service, emulated on this machine: for tests, development and samples, with no Azure subscription.

In a program: :class:`RoomsEmulator`. In tests with pytest: the fixtures of ``pytest_plugin``. On the command line:
``rooms-emulator``. Needs the extra ``emulator``, which is missed when one of these is used, not before: pytest loads
the plugin wherever this package is installed. It shares no code with the client, so that each can judge the other.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .config import ACCESS_KEY, DEFAULT_GRACE, DEFAULT_PORT
    from .emulator import RoomsEmulator
    from .faults.fault import Fault
    from .faults.registry import ActiveFault, Faults
    from .service.tokens import EmulatorCredential
    from .state.clock import Clock
    from .state.request_log import Entry

__all__ = [
    "ACCESS_KEY",
    "DEFAULT_GRACE",
    "DEFAULT_PORT",
    "ActiveFault",
    "Clock",
    "EmulatorCredential",
    "Entry",
    "Fault",
    "Faults",
    "RoomsEmulator",
]

_HOMES = {
    "ACCESS_KEY": ".config",
    "DEFAULT_GRACE": ".config",
    "DEFAULT_PORT": ".config",
    "ActiveFault": ".faults.registry",
    "Clock": ".state.clock",
    "EmulatorCredential": ".service.tokens",
    "Entry": ".state.request_log",
    "Fault": ".faults.fault",
    "Faults": ".faults.registry",
    "RoomsEmulator": ".emulator",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    missing = [package for package in ("ijson", "starlette", "uvicorn") if find_spec(package) is None]
    if missing:
        raise ImportError(
            f"the emulator needs {' and '.join(missing)}; install it with: "
            'python -m pip install "azure-communication-rooms[emulator]"'
        )
    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
