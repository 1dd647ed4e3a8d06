"""What is said to the service: public arguments to requests, answers to public models or errors.

Pure: nothing under here sends, waits, awaits or reads a clock, so that every shell, synchronous or not, can share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from .current import CurrentWire
from .versions import ApiVersion, resolve_version

if TYPE_CHECKING:
    from .preview_2022 import Preview2022Wire

    Wire = Union[CurrentWire, Preview2022Wire]


def wire_for(endpoint: str, api_version: ApiVersion | str) -> Wire:
    """The calls in the form that an api-version has them.

    :param str endpoint: Scheme, host and port of the resource, without a slash at the end.
    :param api_version: A known version, or a later one.
    :type api_version: ~azure.communication.rooms.ApiVersion or str
    :raises TypeError: If the version is not a string.
    :raises ValueError: If the version is not known and not later than the newest known one.
    """
    version = resolve_version(api_version)
    if version.is_preview_2022:
        from .preview_2022 import Preview2022Wire  # brings msrest, which costs more than all the rest

        return Preview2022Wire(endpoint, version)
    return CurrentWire(endpoint, version)
