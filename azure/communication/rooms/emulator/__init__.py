"""The Rooms service, emulated on this machine: for tests, development and samples, with no Azure subscription.

In a program: :class:`RoomsEmulator`. On the command line: ``python -m azure.communication.rooms.emulator``.
Needs the extra ``emulator``. It shares no code with the client, so that each can judge the other.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .clock import Clock
    from .server import ACCESS_KEY, DEFAULT_PORT, RoomsEmulator

_missing = [name for name in ("starlette", "uvicorn") if find_spec(name) is None]
if _missing:
    raise ImportError(
        f"the emulator needs {' and '.join(_missing)}; install it with: "
        'python -m pip install "azure-communication-rooms[emulator]"'
    )

__all__ = ["ACCESS_KEY", "DEFAULT_PORT", "Clock", "RoomsEmulator"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(".clock" if name == "Clock" else ".server", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
