"""What the client sends and receives: public arguments to requests, responses to public models or errors.

Pure: nothing under here sends, waits, awaits or reads a clock, so that the synchronous and the asynchronous client
share all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from .v2023_03_31 import Operations2023
from .versions import ApiVersion, resolve_version

if TYPE_CHECKING:
    from .v2022_02_01 import Operations2022

    Operations = Union[Operations2023, Operations2022]


def operations_for(endpoint: str, api_version: ApiVersion | str) -> Operations:
    """Get the operations of an api-version.

    :param str endpoint: Scheme, host and port of the resource, without a slash at the end.
    :param api_version: A known version, or a later one.
    :type api_version: ~azure.communication.rooms.ApiVersion or str
    :raises TypeError: If the version is not a string.
    :raises ValueError: If the version is neither known nor later than the newest known one.
    """
    version = resolve_version(api_version)
    if version.text == ApiVersion.V2022_02_01.value:
        from .v2022_02_01 import Operations2022  # imported lazily: msrest doubles the time of the import

        return Operations2022(endpoint, version)
    return Operations2023(endpoint, version)
