"""Rooms of Azure Communication Services: who may join a call, in which role, and from when until when."""

from ._version import __version__

__all__ = ["__version__"]
