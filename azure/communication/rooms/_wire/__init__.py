"""What is said to the service: public arguments to requests, answers to public models or errors.

Pure: nothing under here sends, waits, awaits or reads a clock, so that every shell, synchronous or not, can share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from .v2023_03_31 import Operations2023
from .versions import ApiVersion, resolve_version

if TYPE_CHECKING:
    from .v2022_02_01 import Operations2022

    Operations = Union[Operations2023, Operations2022]


def operations_for(endpoint: str, api_version: ApiVersion | str) -> Operations:
    """The calls in the form that an api-version has them.

    :param str endpoint: Scheme, host and port of the resource, without a slash at the end.
    :param api_version: A known version, or a later one.
    :type api_version: ~azure.communication.rooms.ApiVersion or str
    :raises TypeError: If the version is not a string.
    :raises ValueError: If the version is not known and not later than the newest known one.
    """
    version = resolve_version(api_version)
    if version.is_preview_2022:
        from .v2022_02_01 import Operations2022  # brings msrest, which costs more than all the rest

        return Operations2022(endpoint, version)
    return Operations2023(endpoint, version)
