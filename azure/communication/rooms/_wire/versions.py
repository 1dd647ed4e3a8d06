"""The api-versions of the service, and what each of them lacks."""

import re
from enum import Enum
from typing import NamedTuple, Union

from azure.core import CaseInsensitiveEnumMeta


class ApiVersion(str, Enum, metaclass=CaseInsensitiveEnumMeta):
    """Versions of the Rooms service's interface, by the value of ``api-version`` on the wire."""

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
_FORM = re.compile(r"\d{4}-\d{2}-\d{2}(-[A-Za-z0-9]+)*")
#: From this version on rooms have ``pstnDialOutEnabled``.
_PSTN_DIAL_OUT_FROM = "2023-10-30-preview"


class Version(NamedTuple):
    """One api-version, as text, and what it knows."""

    text: str
    has_pstn_dial_out: bool

    def require_pstn_dial_out(self) -> None:
        """Refuse ``pstn_dial_out_enabled`` where this version lacks it.

        :raises ValueError: If it does.
        """
        if not self.has_pstn_dial_out:
            raise ValueError(
                f"pstn_dial_out_enabled does not exist in api-version {self.text}; it exists from "
                f"{_PSTN_DIAL_OUT_FROM} on. Make the client with such a version, or leave the argument out."
            )


def resolve_version(api_version: Union[ApiVersion, str]) -> Version:
    """What is known of an api-version.

    :param api_version: A known version, or one later than those, which is taken to have all that the newest has.
    :type api_version: ~azure.communication.rooms.ApiVersion or str
    :raises TypeError: If it is not a string.
    :raises ValueError: If it has not the form of a version, or is an unknown one that is not later than the newest.
    """
    if not isinstance(api_version, str):
        raise TypeError(f"api_version must be an ApiVersion or a str, not {type(api_version).__name__}")
    text = str.__str__(api_version)  # the value of an enum, ours or the caller's, not its name
    if text not in _KNOWN and not (_FORM.fullmatch(text) and text[:10] > _KNOWN[-1]):
        raise ValueError(
            f"api_version {text!r} is not known. Use one of {', '.join(_KNOWN)}, or a later version of the service."
        )
    return Version(text, has_pstn_dial_out=text >= _PSTN_DIAL_OUT_FROM)
