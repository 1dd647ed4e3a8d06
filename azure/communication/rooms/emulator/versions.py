"""The api-versions that the emulator speaks, and what each of them has."""

import re
from typing import NamedTuple

from . import errors

KNOWN = ("2023-03-31-preview", "2023-06-14", "2023-10-30-preview", "2024-04-15", "2025-03-13")
NEWEST = KNOWN[-1]
#: What the newest server build says it supports: it has retired the oldest that is spoken here.
ANNOUNCED = ", ".join(KNOWN[1:])

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}(-\w+)?")


class Version(NamedTuple):
    """What a request's api-version has."""

    text: str
    has_pstn_dial_out: bool


def resolve(text: str, url: str) -> Version:
    """The version of a request; one later than the newest known is served as that.

    :param str text: The value of ``api-version``; empty when there is none.
    :param str url: The URL of the request, for the refusal.
    """
    if not text:
        raise errors.api_version_missing()
    if text not in KNOWN and not (_FORM.fullmatch(text) and text[:10] > NEWEST):
        raise errors.api_version_unsupported(url, text)
    return Version(text, has_pstn_dial_out=text >= "2023-10-30-preview")


def any_version(text: str, _: str) -> Version:
    """The version of a request to another service than Rooms: taken as it is."""
    return Version(text, has_pstn_dial_out=False)
