"""The asynchronous client. It needs aiohttp: ``python -m pip install 'azure-communication-rooms[aio]'``."""

from ._client import RoomsClient

__all__ = ["RoomsClient"]
