"""The api-versions that the emulator speaks, and what each of them has."""

from __future__ import annotations

import re

from ..service import errors
from ..service.messages import ApiVersion

PREVIEW_2022 = "2022-02-01"
KNOWN = (PREVIEW_2022, "2023-03-31-preview", "2023-06-14", "2023-10-30-preview", "2024-04-15", "2025-03-13")
NEWEST = KNOWN[-1]
#: What the newest server build names as supported: it has retired the two oldest that are spoken here.
SUPPORTED = ", ".join(KNOWN[2:])

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}(-\w+)?")


def resolve(text: str, url: str) -> ApiVersion:
    """Return the version of a request; one later than the newest known is served as that.

    :param str text: The value of ``api-version``; empty when there is none.
    :param str url: The URL of the request, for the error.
    :raises ServiceError: If there is none, or it is not spoken.
    """
    if not text:
        raise errors.api_version_missing()
    if text not in KNOWN and not (_FORM.fullmatch(text) and text[:10] > NEWEST):
        raise errors.api_version_unsupported(url, text)
    return ApiVersion(text, text >= "2023-10-30-preview", text == PREVIEW_2022)


def supported(version: ApiVersion | None, has_current: bool) -> str:
    """Return what a response names as supported.

    It is what the newest server build names. No live service speaks 2022-02-01 any more: responses to its requests name
    it as well, and it alone where no later version has the path.

    :param version: Of the request; None when it has none that is spoken.
    :param has_current: Whether versions later than 2022-02-01 have the path.
    """
    if not has_current:
        return PREVIEW_2022
    return f"{PREVIEW_2022}, {SUPPORTED}" if version is not None and version.is_preview_2022 else SUPPORTED
