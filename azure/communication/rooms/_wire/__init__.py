"""What is said to the service: public arguments to requests, answers to public models or errors.

Pure: nothing under here sends, waits, awaits or reads a clock, so that every shell, synchronous or not, can share it.
"""

from typing import Union

from .current import CurrentWire
from .versions import ApiVersion, resolve_version


def wire_for(endpoint: str, api_version: Union[ApiVersion, str]) -> CurrentWire:
    """The calls in the form that an api-version has them.

    :param str endpoint: Scheme, host and port of the resource, without a slash at the end.
    :param api_version: A known version, or a later one.
    :type api_version: ~azure.communication.rooms.ApiVersion or str
    :raises TypeError: If the version is not a string.
    :raises ValueError: If the version is not known and not later than the newest known one.
    """
    return CurrentWire(endpoint, resolve_version(api_version))
