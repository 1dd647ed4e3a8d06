"""Rooms of Azure Communication Services: calls with a list of participants, their roles, and an opening period.

Names are imported on first use, so that the emulator, which does not need the client, starts without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from azure.communication.identity import (
        CommunicationCloudEnvironment,
        CommunicationIdentifier,
        CommunicationIdentifierKind,
        CommunicationUserIdentifier,
        CommunicationUserProperties,
        MicrosoftTeamsAppIdentifier,
        MicrosoftTeamsAppProperties,
        MicrosoftTeamsUserIdentifier,
        MicrosoftTeamsUserProperties,
        PhoneNumberIdentifier,
        PhoneNumberProperties,
        UnknownIdentifier,
        identifier_from_raw_id,
    )

    from ._client import RoomsClient
    from ._legacy_names import RoleType
    from ._models import CommunicationRoom, ParticipantChanges, ParticipantRole, RoomJoinPolicy, RoomParticipant
    from ._time_arguments import NaiveDatetimeWarning
    from ._wire.versions import ApiVersion

__all__ = [
    "ApiVersion",
    "CommunicationCloudEnvironment",
    "CommunicationIdentifier",
    "CommunicationIdentifierKind",
    "CommunicationRoom",
    "CommunicationUserIdentifier",
    "CommunicationUserProperties",
    "MicrosoftTeamsAppIdentifier",
    "MicrosoftTeamsAppProperties",
    "MicrosoftTeamsUserIdentifier",
    "MicrosoftTeamsUserProperties",
    "NaiveDatetimeWarning",
    "ParticipantChanges",
    "ParticipantRole",
    "PhoneNumberIdentifier",
    "PhoneNumberProperties",
    "RoleType",
    "RoomJoinPolicy",
    "RoomParticipant",
    "RoomsClient",
    "UnknownIdentifier",
    "__version__",
    "identifier_from_raw_id",
]

_HOMES = {
    "ApiVersion": "._wire.versions",
    "CommunicationRoom": "._models",
    "NaiveDatetimeWarning": "._time_arguments",
    "ParticipantChanges": "._models",
    "ParticipantRole": "._models",
    "RoleType": "._legacy_names",
    "RoomJoinPolicy": "._models",
    "RoomParticipant": "._models",
    "RoomsClient": "._client",
}


#: Names that release 1.2.0 had deprecated, and those that took their place.
_RENAMED = {
    "MicrosoftBotIdentifier": "MicrosoftTeamsAppIdentifier",
    "MicrosoftBotProperties": "MicrosoftTeamsAppProperties",
}
#: The name of ``__version__`` in release 1.2.0.
__VERSION__: str = __version__


def __getattr__(name: str) -> Any:
    if name in _RENAMED:
        import warnings

        warnings.warn(f"{name} is deprecated; use {_RENAMED[name]}", DeprecationWarning, stacklevel=2)
        return __getattr__(_RENAMED[name])
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, "azure.communication.identity"), __name__), name)
    globals()[name] = value  # the next access does not call this function
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
