"""The api-versions of the service, and what each of them lacks."""

from __future__ import annotations

import re
from enum import Enum

from azure.core import CaseInsensitiveEnumMeta


class ApiVersion(str, Enum, metaclass=CaseInsensitiveEnumMeta):
    """Versions of the Rooms service's interface, by the value of ``api-version`` on the wire."""

    V2022_02_01 = "2022-02-01"
    """First public preview; the service has retired it. Alone in having join policies and rosters within rooms."""
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
        return str(self.value)  # Enum's own text differs from Python to Python, and this one ends up in URLs


DEFAULT_VERSION = ApiVersion.V2025_03_13

_KNOWN = [version.value for version in ApiVersion]
_FORM = r"\d{4}-\d{2}-\d{2}(-[A-Za-z0-9]+)*"
#: From this version on rooms have ``pstnDialOutEnabled``.
_PSTN_DIAL_OUT_FROM = "2023-10-30-preview"


class Version:
    """One api-version, as text, and what it knows."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.has_pstn_dial_out = text >= _PSTN_DIAL_OUT_FROM

    @property
    def is_preview_2022(self) -> bool:
        """Whether it is the first preview, whose wire is another than that of all later versions."""
        return self.text == ApiVersion.V2022_02_01.value

    def require_pstn_dial_out(self) -> None:
        """Refuse ``pstn_dial_out_enabled`` where this version lacks it.

        :raises ValueError: If it does.
        """
        if not self.has_pstn_dial_out:
            raise self.lacks("pstn_dial_out_enabled", since=_PSTN_DIAL_OUT_FROM)

    def lacks(self, name: str, *, since: str | None = None) -> ValueError:
        """The error for a function or an argument that this version does not have.

        :param str name: The function or the argument.
        :keyword since: The first version that has it, as all later ones do; None for what 2022-02-01 alone has.
        :paramtype since: str or None
        """
        others = _KNOWN[:1] if since is None else _KNOWN[_KNOWN.index(since) :]
        return ValueError(
            f"{name} does not exist in api-version {self.text}. Versions that have it: {', '.join(others)}"
            f"{'' if since is None else ' and later'}. Make the client with one of those, or do without."
        )


def resolve_version(api_version: ApiVersion | str) -> Version:
    """What is known of an api-version.

    :param api_version: A known version, or one later than those, which is taken to have all that the newest has.
    :type api_version: ~azure.communication.rooms.ApiVersion or str
    :raises TypeError: If it is not a string.
    :raises ValueError: If it has not the form of a version, or is an unknown one that is not later than the newest.
    """
    if not isinstance(api_version, str):
        raise TypeError(f"api_version must be an ApiVersion or a str, not {type(api_version).__name__}")
    text = str.__str__(api_version)  # the value of an enum, ours or the caller's, not its name
    if text not in _KNOWN and not (re.fullmatch(_FORM, text) and text[:10] > _KNOWN[-1]):
        raise ValueError(
            f"api_version {text!r} is not known. Use one of {', '.join(_KNOWN)}, or a later version of the service."
        )
    return Version(text)
