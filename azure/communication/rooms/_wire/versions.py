"""The api-versions of the service, and what each of them has."""

from __future__ import annotations

import re
from enum import Enum

from azure.core import CaseInsensitiveEnumMeta


class ApiVersion(str, Enum, metaclass=CaseInsensitiveEnumMeta):
    """Versions of the Rooms service's interface, by the value of ``api-version`` on the wire."""

    V2022_02_01 = "2022-02-01"
    """First public preview; the service has retired it. The only one with join policies and participants in a room."""
    V2023_03_31_PREVIEW = "2023-03-31-preview"
    """Second public preview; the service has retired it."""
    V2023_06_14 = "2023-06-14"
    """First stable version."""
    V2023_10_30_PREVIEW = "2023-10-30-preview"
    """Adds ``pstn_dial_out_enabled``."""
    V2024_04_15 = "2024-04-15"
    """Second stable version."""
    V2025_03_13 = "2025-03-13"
    """Adds the role Collaborator. The default."""

    def __str__(self) -> str:
        return str(self.value)  # the text of an Enum differs between Python versions, and this one is sent in URLs


DEFAULT_VERSION = ApiVersion.V2025_03_13

_KNOWN = [version.value for version in ApiVersion]
_FORM = r"\d{4}-\d{2}-\d{2}(-[A-Za-z0-9]+)*"

#: What only some api-versions have, by its public name: the first of them and the last (None: all later ones).
SINCE: dict[str, tuple[str, str | None]] = {
    "list_rooms": ("2023-03-31-preview", None),
    "pstn_dial_out_enabled": ("2023-10-30-preview", None),
    "room_join_policy": ("2022-02-01", "2022-02-01"),
    "participants of update_room": ("2022-02-01", "2022-02-01"),
}


class Version:
    """One api-version: its text, and what it has.

    :param str text: The value of ``api-version`` on the wire.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def has(self, name: str) -> bool:
        """Return whether this version has a function or an argument.

        :param str name: A name in :data:`SINCE`. All versions have what is not in there.
        """
        first, last = SINCE.get(name, (self.text, None))
        return first <= self.text and (last is None or self.text <= last)

    def require(self, name: str) -> None:
        """Check that this version has a function or an argument.

        :param str name: A name in :data:`SINCE`.
        :raises ValueError: If it does not; the message lists the versions that have it.
        """
        if not self.has(name):
            raise self.lacks(name)

    def lacks(self, name: str) -> ValueError:
        """Make the error for a function or an argument that this version does not have.

        :param str name: A name in :data:`SINCE`.
        """
        first, last = SINCE[name]
        versions = [text for text in _KNOWN if first <= text and (last is None or text <= last)]
        return ValueError(
            f"{name} does not exist in api-version {self.text}. Versions that have it: {', '.join(versions)}"
            f"{' and later' if last is None else ''}. Create the client with one of those, or leave it out."
        )


def resolve_version(api_version: ApiVersion | str) -> Version:
    """Look up an api-version.

    :param api_version: A known version, or a later one, which has all that the newest known one has.
    :type api_version: ~azure.communication.rooms.ApiVersion or str
    :raises TypeError: If it is not a string.
    :raises ValueError: If it is neither known nor later than the newest known version.
    """
    if not isinstance(api_version, str):
        raise TypeError(f"api_version must be an ApiVersion or a str, not {type(api_version).__name__}")
    text = str.__str__(api_version)  # the value of an enum, ours or the caller's, not its name
    if text not in _KNOWN and not (re.fullmatch(_FORM, text) and text[:10] > _KNOWN[-1]):
        raise ValueError(
            f"api_version {text!r} is not known. Use one of {', '.join(_KNOWN)}, or a later version of the service."
        )
    return Version(text)
